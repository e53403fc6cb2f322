data "hwcloud_apig_vpc_channel" "nacos" {
  instance_id  = "e0000000000000000000000000000001"
  name         = "full_nacos"
  omit_secrets = true
}

output "hosts" {
  value = data.hwcloud_apig_vpc_channel.nacos.members[*].host
}
