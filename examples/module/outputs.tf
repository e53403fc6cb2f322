output "accepted" {
  description = "IDs of the VPC endpoints that are connected or will be."
  value       = keys(local.trusted)
}

output "strangers" {
  description = "IDs of the accounts that wait for a connection and are not trusted."
  value = distinct([
    for connection in module.connections.all :
    coalesce(connection.domain_id, "unknown")
    if connection.status == "pendingAcceptance" &&
    !contains(var.trusted_accounts, coalesce(connection.domain_id, "unknown"))
  ])
}
