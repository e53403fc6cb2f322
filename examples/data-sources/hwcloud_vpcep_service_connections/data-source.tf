data "hwcloud_vpcep_service_connections" "all" {
  service_id = "50000000-0000-4000-8000-000000000001"
}

output "waiting_accounts" {
  description = "The accounts that wait for their connections to be accepted."
  value = distinct([
    for connection in data.hwcloud_vpcep_service_connections.all.connections :
    connection.domain_id if connection.status == "pendingAcceptance"
  ])
}
