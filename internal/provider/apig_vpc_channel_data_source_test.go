package provider

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const vpcChannelSource = "hwcloud_apig_vpc_channel"

// TestVPCChannelWithoutName keeps the name that the user set if the API returns none, and has the ID
// that the API returns.
func TestVPCChannelWithoutName(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.respond("", simulator.Respond(http.StatusOK, nil, `{"total":1,"vpc_channels":[{"id":"c1","name":"x"}],"id":"c1"}`))
	c.configure(t, nil).expect(t, vpcChannelSource, object{"instance_id": "i1", "name": "x"},
		object{"id": "c1", "vpc_channel_id": "c1", "members": list{}, "member_groups": list{}})
}

// byChannelName is the body of a data source that finds a channel by name.
func byChannelName(instance, name string) string {
	return fmt.Sprintf("instance_id = %q\nname = %q\n", instance, name)
}
