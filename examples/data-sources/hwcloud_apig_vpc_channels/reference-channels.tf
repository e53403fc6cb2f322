locals {
  # For each reference channel, the channels that its member groups refer to.
  targets = {
    for id, channel in local.by_id : id => [
      for group in channel.member_groups : local.by_id[group.reference_vpc_channel_id]
      if contains(keys(local.by_id), coalesce(group.reference_vpc_channel_id, "none"))
    ]
    if channel.vpc_channel_type == "reference"
  }
}

output "servers_behind_references" {
  value = {
    for id, channels in local.targets :
    local.by_id[id].name => distinct(compact(flatten(channels[*].members[*].host)))
  }
}
