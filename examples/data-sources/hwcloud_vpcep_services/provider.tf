terraform {
  required_providers {
    hwcloud = {
      source  = "hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}

provider "hwcloud" {
  region = "cn-north-4"
}
