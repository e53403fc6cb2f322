# Run with the simulator.
variables {
  service_name = "ledger"
}

run "leaves_strangers_waiting" {
  command = plan

  variables {
    trusted_accounts = ["d2000000000000000000000000000001"]
  }

  assert {
    condition     = !contains(keys(terraform_data.acceptance), "c1000000-0000-4000-8000-000000000002")
    error_message = "A stranger's connection would be accepted."
  }
  assert {
    condition     = toset(output.strangers) == toset(["d2000000000000000000000000000002"])
    error_message = "Strangers: ${join(", ", output.strangers)}"
  }
}

run "requires_an_account" {
  command = plan

  variables {
    trusted_accounts = []
  }

  expect_failures = [var.trusted_accounts]
}
