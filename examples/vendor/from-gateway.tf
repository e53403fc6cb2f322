resource "huaweicloud_networking_secgroup_rule" "from_gateway" {
  for_each = local.rules

  security_group_id = var.security_group_id
  direction         = "egress"
  ethertype         = can(regex(":", each.value[0].host)) ? "IPv6" : "IPv4"
  protocol          = "tcp"
  ports             = each.value[0].port
  remote_ip_prefix  = "${each.value[0].host}/${can(regex(":", each.value[0].host)) ? 128 : 32}"
}
