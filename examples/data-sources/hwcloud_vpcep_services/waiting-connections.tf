# The connections of every service of the project, by the service's ID.
data "hwcloud_vpcep_service_connections" "of" {
  for_each   = { for service in data.hwcloud_vpcep_services.all.services : service.id => service.service_name }
  service_id = each.key
}

output "waiting_for_acceptance" {
  value = {
    for id, found in data.hwcloud_vpcep_service_connections.of : id => [
      for connection in found.connections : connection.id
      if connection.status == "pendingAcceptance"
    ]
  }
}
