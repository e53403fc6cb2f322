data "hwcloud_vpcep_services" "all" {}

output "services" {
  value = { for service in data.hwcloud_vpcep_services.all.services : service.service_name => service.status }
}
