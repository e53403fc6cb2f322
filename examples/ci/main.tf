terraform {
  required_providers {
    hwcloud = {
      source  = "hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}

provider "hwcloud" {}

data "hwcloud_dli_enhanced_connections" "active" {
  status = "ACTIVE"
}

output "vpcs" {
  value = distinct(data.hwcloud_dli_enhanced_connections.active.connections[*].dest_vpc_id)
}
