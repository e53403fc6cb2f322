data "hwcloud_dli_enhanced_connections" "warehouse" {
  name   = "warehouse"
  status = "ACTIVE"
}

locals {
  # The API does not document whether it matches the name exactly. one() fails if several are left,
  # and is null if none is.
  warehouse = one([
    for connection in data.hwcloud_dli_enhanced_connections.warehouse.connections :
    connection if connection.name == "warehouse"
  ])
}

output "warehouse_hosts" {
  value = local.warehouse == null ? null : { for host in local.warehouse.hosts : host.name => host.ip }
}
