package provider

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestNamesAreNotRemembered replaces a service between two reads of one provider.
func TestNamesAreNotRemembered(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	s := c.configure(t, nil)
	const replacement = "4189d3c2-8882-4871-a3c2-000000000000"
	for _, want := range []string{simulator.ServiceID, replacement} {
		state := s.mustRead(t, serviceConnectionsSource, object{"service_name": simulator.ServiceShortName})
		if got := state["service_id"]; got != want {
			t.Errorf("the service is %v, want %s", got, want)
		}
		c.Update(func(d *simulator.Data) {
			d.VPCEP.Services[replacement] = &simulator.EndpointService{Details: simulator.MustEntry(fmt.Sprintf(
				`{"service_name":"%s.%s.%s"}`, simulator.Region, simulator.ServiceShortName, replacement))}
			delete(d.VPCEP.Services, simulator.ServiceID)
		})
	}
}

// TestNamesFindWhatIDsDo compares reads by name with reads by ID, which take one request less.
func TestNamesFindWhatIDsDo(t *testing.T) {
	t.Parallel()
	service := object{"service_id": simulator.FullServiceID}
	gateway := object{"instance_id": simulator.FullInstanceID}
	named := object{"instance_name": simulator.FullInstanceName}
	channel, channelName := object{"vpc_channel_id": "f2000000000000000000000000000005"}, object{"name": "full_nacos"}
	for title, tt := range map[string]struct {
		source       string
		byID, byName object
		// requests more by name.
		requests int
	}{
		"service":                 {serviceConnectionsSource, service, object{"service_name": simulator.FullServiceName}, 1},
		"part of its name":        {serviceConnectionsSource, service, object{"service_name": simulator.FullServiceShortName}, 1},
		"gateway":                 {vpcChannelsSource, gateway, named, 1},
		"gateway of a channel":    {vpcChannelSource, merge(gateway, channel), merge(named, channel), 1},
		"channel":                 {vpcChannelSource, merge(gateway, channel), merge(gateway, channelName), 1},
		"channel and its gateway": {vpcChannelSource, merge(gateway, channel), merge(named, channelName), 2},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.environment["HW_PROJECT_ID"] = simulator.ProjectID
			s := c.configure(t, nil)
			read := func(set object) (object, int) {
				before := c.Count(nil)
				state := s.mustRead(t, tt.source, set)
				delete(state, "service_name")
				delete(state, "instance_name")
				return state, c.Count(nil) - before
			}
			want, requests := read(tt.byID)
			got, more := read(tt.byName)
			if diff := cmp.Diff(want, got); diff != "" || more != requests+tt.requests {
				t.Errorf("%d requests by ID, %d by name (-by ID +by name)\n%s", requests, more, diff)
			}
		})
	}
}
