# Run with the simulator. Its service "ledger" has one connection in each status.
variables {
  service_name = "ledger"
}

run "accepts_trusted_accounts" {
  variables {
    trusted_accounts = ["d2000000000000000000000000000002"]
  }

  assert {
    condition     = toset(output.accepted) == toset(["c1000000-0000-4000-8000-000000000002"])
    error_message = "Accepted: ${join(", ", output.accepted)}"
  }
  assert {
    condition     = length(output.strangers) == 0
    error_message = "Strangers: ${join(", ", output.strangers)}"
  }
}
