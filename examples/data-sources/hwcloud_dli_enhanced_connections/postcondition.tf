data "hwcloud_dli_enhanced_connections" "archive" {
  name   = "archive"
  status = "ACTIVE"

  lifecycle {
    postcondition {
      condition = alltrue(flatten([
        for connection in self.connections : [
          for peer in concat(connection.available_queue_info, connection.elastic_resource_pools) :
          peer.status != "FAILED"
        ]
      ]))
      error_message = "A queue or an elastic resource pool of the connection archive has failed."
    }
  }
}
