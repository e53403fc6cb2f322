hwcloud-simulator -data cloud.json -- terraform test -test-directory=own-data
