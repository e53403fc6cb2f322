terraform {
  required_providers {
    hwcloud = {
      source  = "hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}

# Credentials come from the environment: HW_ACCESS_KEY and HW_SECRET_KEY, for example.
provider "hwcloud" {
  region = "cn-north-4"
}

data "hwcloud_dli_enhanced_connections" "active" {
  status = "ACTIVE"
}

output "vpcs" {
  value = distinct(data.hwcloud_dli_enhanced_connections.active.connections[*].dest_vpc_id)
}
