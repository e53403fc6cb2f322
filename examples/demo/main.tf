# Read by `make demo`. The simulator returns the example responses of the API documents.
terraform {
  required_providers {
    hwcloud = {
      source  = "registry.terraform.io/hwcloud/hwcloud"
      version = "~> 0.1"
    }
  }
}

provider "hwcloud" {
  region = "cn-north-4"
}

data "hwcloud_vpcep_services" "demo" {
  name = "example-orders"
}

data "hwcloud_vpcep_service_connections" "demo" {
  service_id = one(data.hwcloud_vpcep_services.demo.services).id
}

data "hwcloud_dli_enhanced_connections" "demo" {}

data "hwcloud_apig_instances" "demo" {
  name = "example-gateway"
}

data "hwcloud_apig_vpc_channels" "demo" {
  instance_id = one(data.hwcloud_apig_instances.demo.instances).id
}

data "hwcloud_apig_vpc_channel" "demo" {
  instance_id    = one(data.hwcloud_apig_instances.demo.instances).id
  vpc_channel_id = "56a7d7358e1b42459c9d730d65b14e59"
}

# One resource for each accepted connection.
resource "terraform_data" "accepted_connection" {
  for_each = {
    for connection in data.hwcloud_vpcep_service_connections.demo.connections :
    connection.id => connection if connection.status == "accepted"
  }

  input = each.value.domain_id
}

output "endpoint_service_connections" {
  value = {
    for connection in data.hwcloud_vpcep_service_connections.demo.connections :
    connection.id => connection.status
  }
}

output "dli_connected_vpcs" {
  value = {
    for connection in data.hwcloud_dli_enhanced_connections.demo.connections :
    connection.name => connection.dest_vpc_id
  }
}

output "vpc_channels" {
  value = {
    for channel in data.hwcloud_apig_vpc_channels.demo.vpc_channels :
    channel.id => "${channel.name}, port ${channel.port}"
  }
}

output "vpc_channel_health" {
  value = {
    for member in data.hwcloud_apig_vpc_channel.demo.members :
    member.host => member.health_status
  }
}
