# The lookup, in a module of its own so that tests can replace it.
terraform {
  required_providers {
    hwcloud = {
      source  = "hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}

variable "service_name" {
  description = "Name of the VPC endpoint service."
  type        = string
}

data "hwcloud_vpcep_service_connections" "this" {
  service_name = var.service_name
}

output "all" {
  description = "Every connection to the service."
  value       = data.hwcloud_vpcep_service_connections.this.connections
}
