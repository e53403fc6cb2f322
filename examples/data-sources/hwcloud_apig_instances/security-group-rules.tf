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
        for member in channel.members : "${member.host}:${coalesce(member.port, 0) == 0 ? channel.port : member.port}"
        if member.host != null && member.host != ""
      ]
    ]
  ])
}

# In place of security group rules.
resource "terraform_data" "from_gateways" {
  for_each = toset(local.servers)

  input = {
    direction        = "egress"
    protocol         = "tcp"
    ports            = split(":", each.key)[1]
    remote_ip_prefix = "${split(":", each.key)[0]}/32"
  }
}
