# Accepts the connections to a VPC endpoint service that come from trusted accounts.
terraform {
  required_version = ">= 1.4" # terraform_data

  required_providers {
    hwcloud = {
      source = "hwcloud/hwcloud"
    }
  }
}

data "hwcloud_vpcep_service_connections" "this" {
  service_id = var.service_id
}

locals {
  trusted = {
    for connection in data.hwcloud_vpcep_service_connections.this.connections :
    connection.id => connection
    if contains(var.trusted_accounts, coalesce(connection.domain_id, "unknown")) &&
    contains(["pendingAcceptance", "creating", "accepted"], connection.status)
  }
}

# Stands for the resource that accepts a connection.
resource "terraform_data" "acceptance" {
  for_each = local.trusted

  input = each.value.domain_id
}
