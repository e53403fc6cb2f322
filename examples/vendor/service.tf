data "hwcloud_vpcep_service_connections" "orders" {
  service_id = huaweicloud_vpcep_service.orders.id
}
