data "hwcloud_apig_instances" "all" {
  lifecycle {
    # alltrue passes for an empty list, so that no gateway at all needs a condition of its own.
    postcondition {
      condition     = length(self.instances) > 0
      error_message = "The project has no dedicated gateways."
    }
    postcondition {
      condition = alltrue([for gateway in self.instances : gateway.status == "Running"])
      error_message = "Not running: ${join(", ", [
        for gateway in self.instances : "${coalesce(gateway.instance_name, gateway.id)} is ${coalesce(gateway.status, "unknown")}"
        if gateway.status != "Running"
      ])}."
    }
  }
}

output "gateways" {
  value = { for gateway in data.hwcloud_apig_instances.all.instances : gateway.id => gateway.instance_name }
}
