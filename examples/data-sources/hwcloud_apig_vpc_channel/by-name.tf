data "hwcloud_apig_vpc_channel" "by_name" {
  instance_name = "example-gateway"
  name          = "orders"
  omit_secrets  = true

  timeouts {
    read = "1m"
  }
}
