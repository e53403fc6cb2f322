package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestNamesAreNotRemembered replaces a service between two reads of one provider.
func TestNamesAreNotRemembered(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	s := c.configure(t, nil)
	id := func() any {
		state, found := s.state(t, t.Context(), serviceConnectionsSource, object{"service_name": simulator.ServiceShortName})
		if found.errors != nil {
			t.Fatal(found.errors)
		}
		return dig(t, state, "service_id")
	}
	if got := id(); got != simulator.ServiceID {
		t.Errorf("the service is %v", got)
	}
	const replacement = "4189d3c2-8882-4871-a3c2-000000000000"
	c.Update(func(d *simulator.Data) {
		d.VPCEP.Services[replacement] = &simulator.EndpointService{Details: simulator.MustEntry(fmt.Sprintf(`{"service_name":"%s.%s.%s"}`,
			simulator.Region, simulator.ServiceShortName, replacement))}
		delete(d.VPCEP.Services, simulator.ServiceID)
	})
	if got := id(); got != replacement {
		t.Errorf("the service that replaced it is %v", got)
	}
}

// TestNamesTakeOneMoreRequest compares reads by name with reads by ID.
func TestNamesTakeOneMoreRequest(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source       string
		byID, byName object
	}{
		"service": {serviceConnectionsSource, object{"service_id": simulator.ServiceID}, object{"service_name": simulator.ServiceShortName}},
		"gateway": {
			vpcChannelsSource, object{"instance_id": simulator.FullInstanceID}, object{"instance_name": simulator.FullInstanceName},
		},
		"channel": {
			vpcChannelSource, object{"instance_id": simulator.InstanceID, "vpc_channel_id": simulator.ServerChannelID},
			object{"instance_name": simulator.InstanceName, "vpc_channel_id": simulator.ServerChannelID},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.environment["HW_PROJECT_ID"] = simulator.ProjectID
			s := c.configure(t, nil)
			states, requests := map[bool]any{}, map[bool]int{}
			for named, set := range map[bool]object{false: tt.byID, true: tt.byName} {
				before := c.Count(nil)
				state, found := s.state(t, t.Context(), tt.source, set)
				if found.errors != nil {
					t.Fatal(found.errors)
				}
				requests[named] = c.Count(nil) - before
				attributes, ok := state.(object)
				if !ok {
					t.Fatalf("the state is %v", state)
				}
				delete(attributes, "service_name")
				delete(attributes, "instance_name")
				states[named] = attributes
			}
			if diff := cmp.Diff(states[false], states[true]); diff != "" {
				t.Errorf("(-by ID +by name)\n%s", diff)
			}
			if requests[true] != requests[false]+1 {
				t.Errorf("%d requests by name, %d by ID", requests[true], requests[false])
			}
		})
	}
}

// TestNamesFindWhatIDsDo reads by name and by ID through Terraform, services on both pages of 1,500
// among them, and compares all attributes but the names.
func TestNamesFindWhatIDsDo(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	var first, last string
	c.Update(func(d *simulator.Data) {
		for i := range 1500 {
			id := fmt.Sprintf("70000000-0000-4000-8000-%012d", i)
			d.VPCEP.Services[id] = &simulator.EndpointService{
				Details:     simulator.MustEntry(fmt.Sprintf(`{"service_name":"%s.stock%d.%s"}`, simulator.Region, i, id)),
				Connections: simulator.Connections(i % 7),
			}
		}
		first, last = "70000000-0000-4000-8000-000000000001", "70000000-0000-4000-8000-000000001499"
	})
	gateway := fmt.Sprintf("instance_id = %q", simulator.FullInstanceID)
	gatewayName := fmt.Sprintf("instance_name = %q", simulator.FullInstanceName)
	const channelID, channelName = "\nvpc_channel_id = \"f2000000000000000000000000000005\"", "\nname = \"full_nacos\""
	var config strings.Builder
	config.WriteString(c.block())
	var checks []statecheck.StateCheck
	for name, tt := range map[string]struct{ source, byID, byName string }{
		"first":      {serviceConnectionsSource, fmt.Sprintf("service_id = %q", first), `service_name = "stock1"`},
		"last":       {serviceConnectionsSource, fmt.Sprintf("service_id = %q", last), `service_name = "stock1499"`},
		"full":       {serviceConnectionsSource, fmt.Sprintf("service_id = %q", last), fmt.Sprintf("service_name = \"%s.stock1499.%s\"", simulator.Region, last)},
		"channel":    {vpcChannelSource, gateway + channelID, gatewayName + channelName},
		"gateway":    {vpcChannelSource, gateway + channelID, gatewayName + channelID},
		"channels":   {vpcChannelsSource, gateway, gatewayName},
		"of_gateway": {vpcChannelSource, gateway + channelID, gateway + channelName},
	} {
		fmt.Fprintf(&config, "data %q \"%s_by_id\" {\n%s\n}\ndata %[1]q \"%[2]s_by_name\" {\n%[4]s\n}\n", tt.source, name, tt.byID, tt.byName)
		fmt.Fprintf(&config, "output \"%s_equal\" {\n  value = nonsensitive(jsonencode({ for name, value in data.%s.%[1]s_by_id : name => value "+
			"if !contains([\"service_name\", \"instance_name\"], name) }) == jsonencode({ for name, value in data.%[2]s.%[1]s_by_name : name => value "+
			"if !contains([\"service_name\", \"instance_name\"], name) }))\n}\n", name, tt.source)
		checks = append(checks, statecheck.ExpectKnownOutputValue(name+"_equal", knownvalue.Bool(true)))
	}
	c.run(t, config.String(), checks...)
}

// TestReplacedDuringApply replaces a service while a resource is created. A data source that
// depends on the resource finds the new one.
func TestReplacedDuringApply(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const replacement = "4189d3c2-8882-4871-a3c2-000000000000"
	lookup := fmt.Sprintf("  service_name = %q\n", simulator.ServiceShortName)
	w := c.newWorkspace(t, buildProvider(t), c.block()+"data \"hwcloud_vpcep_service_connections\" \"before\" {\n"+lookup+"}\n"+
		"resource \"terraform_data\" \"replacement\" {\n  provisioner \"local-exec\" {\n    command = \"echo > replaced\"\n  }\n}\n"+
		"data \"hwcloud_vpcep_service_connections\" \"after\" {\n"+lookup+"  depends_on = [terraform_data.replacement]\n}\n"+
		"output \"ids\" {\n  value = [data.hwcloud_vpcep_service_connections.before.service_id, data.hwcloud_vpcep_service_connections.after.service_id]\n}\n")
	c.OnList(func(d *simulator.Data, _ simulator.Request) {
		if w.has("replaced") && d.VPCEP.Services[replacement] == nil {
			d.VPCEP.Services[replacement] = &simulator.EndpointService{Details: simulator.MustEntry(fmt.Sprintf(`{"service_name":"%s.%s.%s"}`,
				simulator.Region, simulator.ServiceShortName, replacement))}
			delete(d.VPCEP.Services, simulator.ServiceID)
		}
	})
	w.mustRun(t, nil, "apply", "-auto-approve")
	want := []string{simulator.ServiceID, replacement}
	if diff := cmp.Diff(want, decode[[]string](t, []byte(w.mustRun(t, nil, "output", "-json", "ids")))); diff != "" {
		t.Errorf("services before and after (-want +got)\n%s", diff)
	}
}
