resource "huaweicloud_vpcep_approval" "ledger" {
  service_id = data.hwcloud_vpcep_service_connections.ledger.service_id
  endpoints  = keys(local.to_accept)
}
