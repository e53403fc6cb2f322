data "hwcloud_dli_enhanced_connections" "all" {
  for_each = toset(["cn-north-4", "cn-south-1"])

  region = each.key
}

data "hwcloud_apig_vpc_channel" "south" {
  region       = "cn-south-1"
  instance_id  = "e0000000000000000000000000000002"
  name         = "second_region"
  omit_secrets = true
}

output "connections" {
  description = "Names of the enhanced datasource connections in each region."
  value = {
    for region, lookup in data.hwcloud_dli_enhanced_connections.all :
    region => lookup.connections[*].name
  }
}

output "channel" {
  description = "Region, project and ID of the channel."
  value = {
    region     = data.hwcloud_apig_vpc_channel.south.region
    project_id = data.hwcloud_apig_vpc_channel.south.project_id
    id         = data.hwcloud_apig_vpc_channel.south.id
  }
}
