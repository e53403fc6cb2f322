# Run with the simulator and cloud.json, whose service "invoices" has two waiting connections.
run "accepts_the_trusted_account" {
  command = plan

  variables {
    service_name     = "invoices"
    trusted_accounts = ["trusted-account"]
  }

  assert {
    condition     = toset(output.accepted) == toset(["endpoint-1"])
    error_message = "Accepted: ${join(", ", output.accepted)}"
  }
  assert {
    condition     = toset(output.strangers) == toset(["stranger"])
    error_message = "Strangers: ${join(", ", output.strangers)}"
  }
}
