data "hwcloud_vpcep_service_connections" "orders" {
  service_id = "50000000-0000-4000-8000-000000000001"
}

locals {
  # The accounts that may connect to the service.
  trusted_accounts = ["d2000000000000000000000000000002"]

  # Those that were accepted stay in: what leaves the list loses its resource below, and a
  # resource that accepts a connection rejects it when it is destroyed.
  to_accept = {
    for connection in data.hwcloud_vpcep_service_connections.orders.connections :
    connection.id => connection
    if contains(local.trusted_accounts, coalesce(connection.domain_id, "unknown")) &&
    contains(["pendingAcceptance", "creating", "accepted"], connection.status)
  }
}

# Stands for the resource of another provider that accepts a connection, such as
# huaweicloud_vpcep_approval, which takes all of them at once: endpoints = keys(local.to_accept).
resource "terraform_data" "acceptance" {
  for_each = local.to_accept

  input = {
    service_id  = data.hwcloud_vpcep_service_connections.orders.service_id
    endpoint_id = each.key
  }
}
