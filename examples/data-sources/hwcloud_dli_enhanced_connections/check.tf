locals {
  # The connections that have to work.
  required = ["warehouse", "archive"]

  missing = setsubtract(local.required, data.hwcloud_dli_enhanced_connections.active.connections[*].name)

  failed_queues = flatten([
    for connection in data.hwcloud_dli_enhanced_connections.active.connections : [
      for queue in connection.available_queue_info :
      "${coalesce(connection.name, connection.id)}: queue ${coalesce(queue.name, "unnamed")}: ${coalesce(queue.err_msg, "no reason given")}"
      if upper(coalesce(queue.status, "unknown")) == "FAILED"
    ]
  ])
}

check "queues_are_connected" {
  assert {
    condition     = length(local.missing) == 0
    error_message = "No active connection is named ${join(" or ", local.missing)}."
  }

  assert {
    condition     = length(local.failed_queues) == 0
    error_message = "Not connected: ${join("; ", local.failed_queues)}"
  }
}
