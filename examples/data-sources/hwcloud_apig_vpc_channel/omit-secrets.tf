data "hwcloud_apig_vpc_channel" "nacos" {
  instance_name = "full-gateway"
  name          = "full_nacos"
  omit_secrets  = true
}

output "nacos_servers" {
  value = [
    for server in data.hwcloud_apig_vpc_channel.nacos.microservice_info.nacos_info.server_config :
    "${server.ip_address}:${server.port}"
  ]
}
