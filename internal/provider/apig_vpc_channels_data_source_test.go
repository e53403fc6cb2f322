package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const vpcChannelsSource = "hwcloud_apig_vpc_channels"

// TestVPCChannels holds each channel of a list to the data source of one channel.
func TestVPCChannels(t *testing.T) {
	t.Parallel()
	s := newCloud(t).configure(t, nil)
	gateway := object{"instance_id": simulator.FullInstanceID}
	all, _ := s.mustRead(t, vpcChannelsSource, gateway)["vpc_channels"].(list)
	if len(all) < 2 {
		t.Fatalf("the gateway has %d channels", len(all))
	}
	for _, channel := range all {
		alone := s.mustRead(t, vpcChannelSource, merge(gateway, object{"vpc_channel_id": dig(t, channel, "id")}))
		for _, argument := range []string{"region", "project_id", "timeouts", "instance_id", "instance_name", "vpc_channel_id", "omit_secrets"} {
			delete(alone, argument)
		}
		named := s.mustRead(t, vpcChannelsSource, merge(gateway, object{"name": dig(t, channel, "name")}))
		for _, got := range []any{list{alone}, named["vpc_channels"]} {
			if diff := cmp.Diff(any(list{channel}), got); diff != "" {
				t.Errorf("(-in the list +alone)\n%s", diff)
			}
		}
	}
	none := s.mustRead(t, vpcChannelsSource, merge(gateway, object{"name": "full"}))
	if diff := cmp.Diff(any(list{}), none["vpc_channels"]); diff != "" {
		t.Errorf("a part of a name finds %s", diff)
	}
}
