data "hwcloud_vpcep_services" "ledger" {
  name = "ledger"

  lifecycle {
    postcondition {
      condition     = length(self.services) > 0
      error_message = "The project has no endpoint service ${self.name}."
    }
    postcondition {
      condition = alltrue([for service in self.services : lower(coalesce(service.status, "unknown")) == "available"])
      error_message = "Not available: ${join(", ", [
        for service in self.services : "${coalesce(service.service_name, service.id)} is ${coalesce(service.status, "unknown")}"
        if lower(coalesce(service.status, "unknown")) != "available"
      ])}."
    }
  }
}
