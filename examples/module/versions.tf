terraform {
  required_version = ">= 1.4" # terraform_data

  required_providers {
    hwcloud = {
      source  = "hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}
