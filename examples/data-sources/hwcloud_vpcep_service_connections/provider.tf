terraform {
  required_providers {
    hwcloud = {
      source = "hwcloud/hwcloud"
    }
  }
}

provider "hwcloud" {
  region = "cn-north-4"
}
