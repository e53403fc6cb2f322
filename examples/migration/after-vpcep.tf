data "hwcloud_vpcep_service_connections" "ledger" {
  service_name = "ledger"
}

output "endpoints" {
  value = data.hwcloud_vpcep_service_connections.ledger.connections[*].id
}
