hwcloud-simulator -- terraform test
