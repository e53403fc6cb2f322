# Accepts the connections to a VPC endpoint service that come from trusted accounts.
module "connections" {
  source = "./connections"

  service_name = var.service_name
}

locals {
  trusted = {
    for connection in module.connections.all :
    connection.id => connection
    if contains(var.trusted_accounts, coalesce(connection.domain_id, "unknown")) &&
    contains(["pendingAcceptance", "creating", "accepted"], connection.status)
  }
}

# In place of the resource that accepts a connection.
resource "terraform_data" "acceptance" {
  for_each = local.trusted

  input = each.value.domain_id
}
