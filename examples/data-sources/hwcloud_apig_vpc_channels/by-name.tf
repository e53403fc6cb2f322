data "hwcloud_apig_vpc_channels" "canary" {
  instance_name = "full-gateway"
  name          = "canary"
  omit_secrets  = true
}

# One if there is such a channel, none if there is not.
resource "terraform_data" "canary_route" {
  for_each = {
    for channel in data.hwcloud_apig_vpc_channels.canary.vpc_channels :
    channel.id => channel.name
  }

  input = each.value
}
