data "hwcloud_apig_vpc_channels" "all" {
  instance_id  = "e0000000000000000000000000000001"
  omit_secrets = true

  lifecycle {
    # Without this, a gateway that has lost its channels would plan to destroy what depends on them.
    postcondition {
      condition     = length(self.vpc_channels) > 0
      error_message = "Gateway ${self.instance_id} has no VPC channels."
    }
  }
}

locals {
  by_id = {
    for channel in data.hwcloud_apig_vpc_channels.all.vpc_channels :
    channel.id => channel
  }
}

output "channels" {
  value = { for id, channel in local.by_id : id => "${channel.name}:${channel.port}" }
}
