# Needs neither the simulator nor credentials: the module with the lookup is replaced.
override_module {
  target = module.connections

  outputs = {
    all = [
      { id = "endpoint-1", domain_id = "trusted", status = "pendingAcceptance" },
      { id = "endpoint-2", domain_id = "stranger", status = "pendingAcceptance" },
      { id = "endpoint-3", domain_id = null, status = "pendingAcceptance" },
      { id = "endpoint-4", domain_id = "trusted", status = "rejected" },
    ]
  }
}

run "accepts_trusted_accounts" {
  command = plan

  variables {
    service_name     = "ledger"
    trusted_accounts = ["trusted"]
  }

  assert {
    condition     = toset(output.accepted) == toset(["endpoint-1"])
    error_message = "Accepted: ${join(", ", output.accepted)}"
  }
  assert {
    condition     = toset(output.strangers) == toset(["stranger", "unknown"])
    error_message = "Strangers: ${join(", ", output.strangers)}"
  }
}
