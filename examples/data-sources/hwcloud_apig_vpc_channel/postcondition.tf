data "hwcloud_apig_vpc_channel" "orders" {
  instance_name = "example-gateway"
  name          = "orders"
  omit_secrets  = true

  lifecycle {
    # A channel without members has no healthy one, so it fails as well.
    postcondition {
      condition = anytrue([for member in self.members : member.health_status == "healthy"])
      error_message = "No member of VPC channel ${self.name} is healthy: ${length(self.members) == 0 ? "it has none" : join(", ", [
        for member in self.members :
        "${coalesce(member.host, member.ecs_id, "unnamed")} is ${coalesce(member.health_status, "unknown")}"
      ])}."
    }
  }
}
