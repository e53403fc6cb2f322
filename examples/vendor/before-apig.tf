data "huaweicloud_apig_channels" "nacos" {
  instance_id    = "e0000000000000000000000000000001"
  name           = "full_nacos"
  precise_search = "name"
}

data "huaweicloud_apig_channel_members" "nacos" {
  instance_id    = "e0000000000000000000000000000001"
  vpc_channel_id = data.huaweicloud_apig_channels.nacos.vpc_channels[0].id
}

output "hosts" {
  value = data.huaweicloud_apig_channel_members.nacos.members[*].member_ip_address
}
