data "hwcloud_vpcep_service_connections" "ledger" {
  service_name = "ledger"

  timeouts {
    read = "1m"
  }
}

output "service_id" {
  value = data.hwcloud_vpcep_service_connections.ledger.service_id
}
