package provider

import (
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestSecondPlanIsEmptyInAnyTimeZone applies in one time zone and plans in others.
func TestSecondPlanIsEmptyInAnyTimeZone(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	config := c.block() + allEnhancedConnections +
		"data \"hwcloud_vpcep_service_connections\" \"all\" {\n  service_id = \"" + simulator.FullServiceID + "\"\n}\n" +
		"data \"hwcloud_apig_vpc_channel\" \"one\" {\n" + byChannelName(simulator.FullInstanceID, "full_nacos") + "}\n" +
		`
output "all" {
  value = sha256(jsonencode([
    data.hwcloud_dli_enhanced_connections.all, data.hwcloud_vpcep_service_connections.all, data.hwcloud_apig_vpc_channel.one,
  ]))
  sensitive = true
}

# Terraform 1.0 takes no index of a list of nested attributes.
output "created_at" {
  value = one(data.hwcloud_dli_enhanced_connections.all.connections[*].created_at)
}
`
	w := c.newWorkspace(t, buildProvider(t), config)
	w.mustRun(t, []string{"TZ=UTC"}, "apply", "-auto-approve")
	for _, zone := range []string{"UTC", "Asia/Shanghai", "America/St_Johns"} {
		if printed, code := w.terraform(t, []string{"TZ=" + zone}, "plan", "-detailed-exitcode"); code != 0 {
			t.Errorf("in %s the plan ended with %d, want 0 for no changes:\n%s", zone, code, printed)
		}
		if printed, _ := w.terraform(t, []string{"TZ=" + zone}, "output", "created_at"); !strings.Contains(printed, `"2019-08-27T06:40:11.125Z"`) {
			t.Errorf("in %s the time is %s", zone, printed)
		}
	}
}
