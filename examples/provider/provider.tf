terraform {
  required_providers {
    hwcloud = {
      source = "hwcloud/hwcloud"
    }
  }
}

# Credentials come from the environment, such as HW_ACCESS_KEY and HW_SECRET_KEY.
provider "hwcloud" {
  region = "cn-north-4"
}
