terraform plan -out=plan
terraform show -json plan | hwcloud-simulator import >imported.json
hwcloud-simulator -data imported.json -- terraform test
