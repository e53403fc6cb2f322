data "hwcloud_apig_vpc_channel" "by_name" {
  instance_name = "full-gateway"
  name          = "full_builtin"

  timeouts {
    read = "1m"
  }
}
