check "orders" {
  assert {
    condition     = data.hwcloud_apig_vpc_channel.orders.status == 1
    error_message = "VPC channel ${data.hwcloud_apig_vpc_channel.orders.name} is abnormal."
  }
}
