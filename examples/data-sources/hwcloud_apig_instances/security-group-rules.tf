data "hwcloud_apig_vpc_channels" "of" {
  for_each     = { for gateway in data.hwcloud_apig_instances.all.instances : gateway.id => gateway.instance_name }
  instance_id  = each.key
  omit_secrets = true
}

locals {
  # Every server behind every gateway, with its port. Members that are Elastic Cloud Servers may have no host.
  servers = flatten([
    for found in data.hwcloud_apig_vpc_channels.of : [
      for channel in found.vpc_channels : [
        for member in channel.members : {
          host = member.host
          port = coalesce(member.port, 0) == 0 ? channel.port : member.port
        }
        if member.host != null && member.host != ""
      ]
    ]
  ])

  # Several channels may have the same server. Grouping by key keeps each once.
  rules = {
    for server in local.servers : "${server.host}:${server.port}" => server...
  }
}

# In place of security group rules.
resource "terraform_data" "from_gateways" {
  for_each = local.rules

  input = {
    direction        = "egress"
    protocol         = "tcp"
    ports            = each.value[0].port
    remote_ip_prefix = "${each.value[0].host}/${can(regex(":", each.value[0].host)) ? 128 : 32}"
  }
}
