data "hwcloud_dli_enhanced_connections" "active" {
  status = "ACTIVE"
}

data "hwcloud_apig_vpc_channel" "orders" {
  instance_name = "example-gateway"
  name          = "orders"
  omit_secrets  = true
}

locals {
  connections = {
    for connection in data.hwcloud_dli_enhanced_connections.active.connections :
    connection.id => connection
  }

  hosts = toset(compact(data.hwcloud_apig_vpc_channel.orders.members[*].host))
}
