data "hwcloud_vpcep_service_connections" "accepted" {
  service_name = "ledger"
  status       = "accepted"

  lifecycle {
    postcondition {
      condition     = length(self.connections) > 0
      error_message = "No connection to the endpoint service ${self.service_name} is accepted."
    }
  }
}
