data "hwcloud_apig_vpc_channel" "orders" {
  instance_id    = "eddc4d25480b4cd6b512f270a1b8b341"
  vpc_channel_id = "56a7d7358e1b42459c9d730d65b14e59"

  lifecycle {
    postcondition {
      condition     = anytrue([for member in self.members : member.health_status == "healthy"])
      error_message = "No member of VPC channel ${self.name} is healthy."
    }
  }
}
