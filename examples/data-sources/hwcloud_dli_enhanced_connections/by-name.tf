data "hwcloud_dli_enhanced_connections" "warehouse" {
  name   = "warehouse"
  status = "ACTIVE"
}

locals {
  # The API does not document whether it matches the name exactly, so compare it. one() fails if
  # several are left, and is null if none is.
  warehouse = one([
    for connection in data.hwcloud_dli_enhanced_connections.warehouse.connections :
    connection if connection.name == data.hwcloud_dli_enhanced_connections.warehouse.name
  ])
}

output "warehouse_hosts" {
  value = { for host in local.warehouse.hosts : host.name => host.ip }

  precondition {
    condition     = local.warehouse != null
    error_message = "No active connection is named ${data.hwcloud_dli_enhanced_connections.warehouse.name}."
  }
}
