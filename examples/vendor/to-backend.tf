resource "huaweicloud_networking_secgroup_rule" "to_backend" {
  for_each = local.ports

  security_group_id = var.security_group_id
  direction         = "egress"
  ethertype         = can(regex(":", each.key)) ? "IPv6" : "IPv4"
  protocol          = "tcp"
  ports             = join(",", distinct(each.value))
  remote_ip_prefix  = "${each.key}/${can(regex(":", each.key)) ? 128 : 32}"
}
