locals {
  failed_queues = flatten([
    for connection in data.hwcloud_dli_enhanced_connections.active.connections : [
      for queue in connection.available_queue_info :
      "${connection.name}: queue ${queue.name}: ${coalesce(queue.err_msg, "no reason given")}"
      if queue.status == "FAILED"
    ]
  ])
}

check "queues_are_connected" {
  assert {
    condition     = length(local.failed_queues) == 0
    error_message = "Not connected: ${join("; ", local.failed_queues)}"
  }
}
