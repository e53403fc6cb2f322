data "huaweicloud_dli_datasource_connections" "all" {}

output "failed" {
  value = flatten([
    for connection in data.huaweicloud_dli_datasource_connections.all.connections :
    [for queue in connection.queues : queue.name if queue.status == "FAILED"]
  ])
}
