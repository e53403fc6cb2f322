data "hwcloud_dli_enhanced_connections" "archive" {
  name   = "archive"
  status = "ACTIVE"

  lifecycle {
    # An empty list has no failed queue either, so require the connection first.
    postcondition {
      condition     = contains(self.connections[*].name, self.name)
      error_message = "No active connection is named ${self.name}."
    }

    postcondition {
      condition = alltrue(flatten([
        for connection in self.connections : [
          for peer in concat(connection.available_queue_info, connection.elastic_resource_pools) :
          upper(coalesce(peer.status, "unknown")) != "FAILED"
        ]
      ]))
      error_message = "Connection ${self.name} has failed for ${join(", ", flatten([
        for connection in self.connections : [
          for peer in concat(connection.available_queue_info, connection.elastic_resource_pools) :
          coalesce(peer.name, "unnamed") if upper(coalesce(peer.status, "unknown")) == "FAILED"
        ]
      ]))}."
    }
  }
}
