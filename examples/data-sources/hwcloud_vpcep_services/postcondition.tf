data "hwcloud_vpcep_services" "ledger" {
  name = "ledger"

  lifecycle {
    postcondition {
      condition     = length(self.services) > 0
      error_message = "The project has no endpoint service ${self.name}."
    }
    postcondition {
      condition     = alltrue([for service in self.services : lower(service.status) == "available"])
      error_message = "Not available: ${join(", ", [for s in self.services : "${s.service_name} is ${s.status}" if lower(s.status) != "available"])}."
    }
  }
}
