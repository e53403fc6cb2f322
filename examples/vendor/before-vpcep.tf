data "huaweicloud_vpcep_services" "ledger" {
  service_name = "cn-north-4.ledger.50000000-0000-4000-8000-000000000001"
}

data "huaweicloud_vpcep_service_connections" "ledger" {
  service_id = data.huaweicloud_vpcep_services.ledger.endpoint_services[0].id
}

output "endpoints" {
  value = data.huaweicloud_vpcep_service_connections.ledger.connections[*].endpoint_id
}
