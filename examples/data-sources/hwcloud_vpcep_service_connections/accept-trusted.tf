locals {
  trusted_accounts = ["d2000000000000000000000000000002"]

  # Accepted connections stay in the map. A connection that leaves it loses its resource below, and
  # a resource that accepts a connection rejects it when it is destroyed.
  to_accept = {
    for connection in data.hwcloud_vpcep_service_connections.ledger.connections :
    connection.id => connection
    if contains(local.trusted_accounts, coalesce(connection.domain_id, "unknown")) &&
    contains(["pendingAcceptance", "creating", "accepted"], connection.status)
  }

  without_connection = setsubtract(
    local.trusted_accounts, data.hwcloud_vpcep_service_connections.ledger.connections[*].domain_id
  )
}

# In place of the resource that accepts a connection.
resource "terraform_data" "acceptance" {
  for_each = local.to_accept

  input = {
    service_id  = data.hwcloud_vpcep_service_connections.ledger.service_id
    endpoint_id = each.key
  }
}

# Without this, a misspelled account would go unnoticed.
check "trusted_accounts_have_connections" {
  assert {
    condition     = length(local.without_connection) == 0
    error_message = "No connection comes from ${join(" or ", local.without_connection)}."
  }
}
