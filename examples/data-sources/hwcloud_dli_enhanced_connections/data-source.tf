data "hwcloud_dli_enhanced_connections" "active" {
  status = "ACTIVE"
}

output "vpcs" {
  description = "The VPCs that queues and elastic resource pools can reach."
  value       = distinct(data.hwcloud_dli_enhanced_connections.active.connections[*].dest_vpc_id)
}
