data "hwcloud_apig_vpc_channel" "backend" {
  instance_name = "example-gateway"
  name          = "orders"
  omit_secrets  = true

  lifecycle {
    # Without this, a channel that has lost its members would destroy every rule.
    postcondition {
      condition     = length(self.members) > 0
      error_message = "VPC channel ${self.name} has no members."
    }

    # Members that are Elastic Cloud Servers may have no host.
    postcondition {
      condition = alltrue([for member in self.members : coalesce(member.host, "none") != "none"])
      error_message = "No address is known of ${join(", ", [
        for member in self.members : coalesce(member.ecs_name, member.ecs_id, "an unnamed member")
        if coalesce(member.host, "none") == "none"
      ])}."
    }
  }
}

locals {
  # For each address, the ports: the member's own, or the channel's if the member has none.
  ports = {
    for member in data.hwcloud_apig_vpc_channel.backend.members : member.host =>
    coalesce(member.port, 0) == 0 ? data.hwcloud_apig_vpc_channel.backend.port : member.port...
  }
}

# In place of security group rules.
resource "terraform_data" "to_backend" {
  for_each = local.ports

  input = {
    direction        = "egress"
    protocol         = "tcp"
    ports            = join(",", distinct(each.value))
    remote_ip_prefix = "${each.key}/${can(regex(":", each.key)) ? 128 : 32}"
  }
}
