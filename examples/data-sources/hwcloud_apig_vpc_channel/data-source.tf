data "hwcloud_apig_vpc_channel" "by_id" {
  instance_id    = "eddc4d25480b4cd6b512f270a1b8b341"
  vpc_channel_id = "56a7d7358e1b42459c9d730d65b14e59"
  omit_secrets   = true
}

output "healthy_hosts" {
  value = [
    for member in data.hwcloud_apig_vpc_channel.by_id.members :
    member.host if member.health_status == "healthy"
  ]
}
