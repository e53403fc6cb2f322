data "hwcloud_dli_enhanced_connections" "active" {
  status = "ACTIVE"
}

output "failed" {
  value = flatten([
    for connection in data.hwcloud_dli_enhanced_connections.active.connections :
    [for queue in connection.available_queue_info : queue.name if upper(coalesce(queue.status, "unknown")) == "FAILED"]
  ])
}
