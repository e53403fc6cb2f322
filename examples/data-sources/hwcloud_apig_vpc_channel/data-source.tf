data "hwcloud_apig_vpc_channel" "orders" {
  instance_id    = "eddc4d25480b4cd6b512f270a1b8b341"
  vpc_channel_id = "56a7d7358e1b42459c9d730d65b14e59" # or: name = "orders"

  lifecycle {
    # Stops the plan, and whatever depends on the channel, where no server would answer.
    postcondition {
      condition     = anytrue([for member in self.members : member.health_status == "healthy"])
      error_message = "No member of VPC channel ${self.name} is healthy."
    }
  }
}

# Stands for a firewall rule of another provider, such as huaweicloud_networking_secgroup_rule:
# one for each address, whatever order the API lists the members in.
resource "terraform_data" "from_gateway" {
  for_each = toset([
    for member in data.hwcloud_apig_vpc_channel.orders.members : member.host
    if member.host != null && member.host != ""
  ])

  input = {
    direction        = "egress"
    protocol         = "tcp"
    ports            = data.hwcloud_apig_vpc_channel.orders.port
    remote_ip_prefix = "${each.key}/32"
  }
}
