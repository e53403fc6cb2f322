package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const vpcChannelsSource = "hwcloud_apig_vpc_channels"

// vpcChannels is the state of a read: the arguments that are set, and the channels.
func vpcChannels(set object, channels list) object {
	return merge(arguments(object{
		"instance_id": simulator.FullInstanceID, "instance_name": nil, "name": nil, "omit_secrets": nil, "vpc_channels": channels,
	}), set)
}

// simulatedChannels are the channels of the simulator's full gateway, in its order.
func simulatedChannels(t *testing.T) list {
	t.Helper()
	attributes := dataSourceAttributes(vpcChannelObject.attributes)
	channels := list{}
	for number := range len(fullChannels) {
		channels = append(channels, expected(attributes, simulated(t, "apig", simulator.FullInstanceID,
			fmt.Sprintf("f200000000000000000000000000000%d.json", number+1))))
	}
	return channels
}

// withoutPasswords is a value with null for each password in it.
func withoutPasswords(value any) any {
	switch value := value.(type) {
	case list:
		elements := list{}
		for _, element := range value {
			elements = append(elements, withoutPasswords(element))
		}
		return elements
	case object:
		attributes := object{}
		for name, attribute := range value {
			attributes[name] = withoutPasswords(attribute)
		}
		if _, ok := attributes["password"]; ok {
			attributes["password"] = nil
		}
		return attributes
	}
	return value
}

func TestVPCChannelsMapping(t *testing.T) {
	t.Parallel()
	password, name := "made-up", "nacos"
	channel := client.VPCChannel{MicroserviceInfo: &client.MicroserviceInfo{NacosInfo: &client.NacosInfo{
		UserInfo: &client.NacosUser{UserName: &name, Password: &password},
	}}}
	result := vpcChannelsResult{[]client.VPCChannel{channel, {}}}
	declared := schemaOf(t, newVPCChannelsDataSource)
	for title, tt := range map[string]struct {
		secrets secrets
		want    any
	}{
		"kept":    {keepSecrets, "made-up"},
		"omitted": {omitSecrets, nil},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			set := object{"instance_name": "full-gateway"}
			model := modelOf[vpcChannelsModel](t, declared, set)
			state := stateOf(t, declared, set, model, vpcChannelsObject.values(&result, tt.secrets))
			channels := entriesOf(t, state, "vpc_channels")
			if len(channels) != 2 {
				t.Fatalf("there are %d channels", len(channels))
			}
			if diff := cmp.Diff(any(object{"user_name": "nacos", "password": tt.want}), dig(t, channels[0], "microservice_info", "nacos_info", "user_info")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if channels[1]["microservice_info"] != nil {
				t.Errorf("a channel without a microservice has %v", channels[1]["microservice_info"])
			}
		})
	}
}

// dig is what is at a path in an object.
func dig(t *testing.T, in any, path ...string) any {
	t.Helper()
	for _, step := range path {
		inner, ok := in.(object)
		if !ok {
			t.Fatalf("there is no %s in %v", step, in)
		}
		in = inner[step]
	}
	return in
}

func TestVPCChannelsThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	channels := simulatedChannels(t)
	without := withoutPasswords(channels)
	if cmp.Equal(without, any(channels)) {
		t.Error("there is no password to omit")
	}
	const (
		byID   = "instance_id = \"" + simulator.FullInstanceID + "\"\n"
		byName = "instance_name = \"" + simulator.FullInstanceName + "\"\n"
	)
	named := object{"instance_name": simulator.FullInstanceName}
	c.expectStates(t, vpcChannelsSource, c.block(), stateTests{
		"by_id":        {byID, vpcChannels(nil, channels)},
		"by_name":      {byName, vpcChannels(named, channels)},
		"one":          {byName + `name = "full_cse"`, vpcChannels(merge(named, object{"name": "full_cse"}), channels[1:2])},
		"none":         {byID + `name = "full"`, vpcChannels(object{"name": "full"}, list{})},
		"other_case":   {byID + `name = "FULL_CSE"`, vpcChannels(object{"name": "FULL_CSE"}, list{})},
		"omit_secrets": {byID + "omit_secrets = true", vpcChannels(object{"omit_secrets": true, "vpc_channels": without}, nil)},
		"keep_secrets": {byID + "omit_secrets = false", vpcChannels(object{"omit_secrets": false}, channels)},
	})
}

func TestVPCChannelsRefuseNames(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.expectErrors(t, c.block(), map[string]errorTest{
		"no_such_name": {vpcChannelsSource, `instance_name = "full"`, []string{
			"Unable to list VPC channels", `Requested: VPC channels of gateway named "full"`, "full-gateway", "set instance_id instead",
		}, "instance_name"},
		"other_case":    {vpcChannelsSource, `instance_name = "Full-Gateway"`, []string{"letter case"}, "instance_name"},
		"an_id":         {vpcChannelsSource, `instance_name = "` + simulator.FullInstanceID + `"`, []string{"looks like an ID"}, "instance_name"},
		"no_such_id":    {vpcChannelsSource, `instance_id = "full-gateway"`, []string{"Code: APIG.3030", "set instance_name instead"}, "instance_id"},
		"channel":       {vpcChannelSource, "instance_name = \"full\"\nname = \"full_cse\"", []string{"full-gateway"}, "instance_name"},
		"channel_by_id": {vpcChannelSource, "instance_name = \"full-gateway\"\nvpc_channel_id = \"full_cse\"", []string{"Code: APIG.3023", "set name instead"}, "vpc_channel_id"},
	})
}

// TestGatewayDisappears deletes the gateway between the lookup of its name and the read.
func TestGatewayDisappears(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Inject(simulator.Fault{
		Path: "/vpc-channels", Action: simulator.ServiceError(404, "APIG.3030", "The instance does not exist"),
	})
	c.expectErrors(t, c.block(), map[string]errorTest{
		"channels": {vpcChannelsSource, `instance_name = "full-gateway"`, []string{"but deleted before"}, "instance_name"},
		"channel":  {vpcChannelSource, "instance_name = \"full-gateway\"\nname = \"full_cse\"", []string{"but deleted before"}, "instance_name"},
	})
}

// newChannelsCloud is a cloud whose full gateway has 60 channels with members.
func newChannelsCloud(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	members := string(encode(simulator.Members(20)))
	c.Update(func(d *simulator.Data) {
		channels := []simulator.Channel{}
		for i := range 60 {
			channels = append(channels, simulator.NewChannel(simulator.MustEntry(fmt.Sprintf(`{"id":"%032d","name":"channel%d","members":%s}`, i, i, members))))
		}
		d.APIG.Instances[simulator.FullInstanceID].Channels = channels
	})
	return c
}

// TestVPCChannelsAreReadAtOnce reads 60 channels: the list, and then their details, ten at a time.
func TestVPCChannelsAreReadAtOnce(t *testing.T) {
	t.Parallel()
	c := newChannelsCloud(t)
	const latency = 20 * time.Millisecond
	c.Update(func(d *simulator.Data) { d.Latency = latency })
	state, found := c.configure(t, nil).state(t, t.Context(), vpcChannelsSource, object{"instance_id": simulator.FullInstanceID})
	if found.errors != nil {
		t.Fatal(found.errors)
	}
	for i, channel := range entriesOf(t, state.(object), "vpc_channels") { //nolint:forcetypeassert // It is one.
		if want := fmt.Sprintf("channel%d", i); channel["name"] != want || len(entriesOf(t, channel, "members")) != 20 {
			t.Errorf("channel %d is %v with %d members", i, channel["name"], len(entriesOf(t, channel, "members")))
		}
	}
	requests := c.allEnded(t)
	most, last := 0, requests[0].End
	for _, r := range requests {
		if r.End.After(last) {
			last = r.End
		}
		inFlight := 0
		for _, other := range requests {
			if !other.Start.After(r.Start) && other.End.After(r.Start) {
				inFlight++
			}
		}
		most = max(most, inFlight)
	}
	const ideal = (1 + 60/10) * latency // The list, and then the rounds.
	t.Logf("%d requests, %d at a time at most, in %s; ideal %s", len(requests), most, last.Sub(requests[0].Start).Round(time.Millisecond), ideal)
	if len(requests) != 61 || most != 10 {
		t.Errorf("%d requests, %d at a time at most, want 61 and 10", len(requests), most)
	}
}

// TestVPCChannelsThatChange deletes, adds and renames a channel after the list was read.
func TestVPCChannelsThatChange(t *testing.T) {
	t.Parallel()
	const id = "00000000000000000000000000000042"
	renamed := simulator.NewChannel(simulator.MustEntry(`{"id":"` + id + `","name":"other"}`))
	for name, tt := range map[string]struct {
		change func([]simulator.Channel) []simulator.Channel
		set    object
		want   int
	}{
		"deleted":          {func(all []simulator.Channel) []simulator.Channel { return slices.Delete(all, 42, 43) }, nil, 59},
		"deleted, by name": {func(all []simulator.Channel) []simulator.Channel { return slices.Delete(all, 42, 43) }, object{"name": "channel42"}, 0},
		"added": {
			func(all []simulator.Channel) []simulator.Channel {
				return append(all, simulator.NewChannel(simulator.MustEntry(`{"id":"new","name":"new"}`)))
			}, nil, 60,
		},
		"renamed":          {func(all []simulator.Channel) []simulator.Channel { all[42] = renamed; return all }, nil, 60},
		"renamed, by name": {func(all []simulator.Channel) []simulator.Channel { all[42] = renamed; return all }, object{"name": "channel42"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChannelsCloud(t)
			c.Inject(simulator.Fault{Path: "/vpc-channels/", Times: 1, Action: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				c.Update(func(d *simulator.Data) {
					instance := d.APIG.Instances[simulator.FullInstanceID]
					instance.Channels = tt.change(slices.Clone(instance.Channels))
				})
				next.ServeHTTP(w, r)
			}})
			state, found := c.configure(t, nil).state(t, t.Context(), vpcChannelsSource, merge(object{"instance_id": simulator.FullInstanceID}, tt.set))
			if found.errors != nil {
				t.Fatal(found.errors)
			}
			channels := entriesOf(t, state.(object), "vpc_channels") //nolint:forcetypeassert // It is one.
			if len(channels) != tt.want {
				t.Errorf("%d channels, want %d", len(channels), tt.want)
			}
		})
	}
}

// TestGatewayNamesMatchExactly finds gateways from a server whose filter matches in part.
func TestGatewayNamesMatchExactly(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		d.APIG.PartialNames, d.APIG.InstancePageCap = true, 3
		for i, name := range []string{"blue", "Blue", "blue-2", "dark-blue", "twice", "twice"} {
			d.APIG.Instances[fmt.Sprintf("%032d", i)] = &simulator.Instance{Details: simulator.MustEntry(fmt.Sprintf(`{"instance_name":%q}`, name))}
		}
	})
	s := c.configure(t, nil)
	for i, name := range []string{"blue", "Blue", "blue-2", "dark-blue"} {
		state, found := s.state(t, t.Context(), vpcChannelsSource, object{"instance_name": name})
		if found.errors != nil {
			t.Errorf("%s: %s", name, found.errors)
		} else if got, want := dig(t, state, "instance_id"), fmt.Sprintf("%032d", i); got != want {
			t.Errorf("%s is %v, want %s", name, got, want)
		}
	}
	for name, part := range map[string]string{"twice": "Set instance_id instead", "BLUE": "letter case", "blu": "set instance_id instead"} {
		_, found := s.state(t, t.Context(), vpcChannelsSource, object{"instance_name": name})
		if len(found.errors) != 1 || !strings.Contains(found.errors[0], part) || !strings.Contains(found.errors[0], `AttributeName("instance_name")`) {
			t.Errorf("%s: the errors lack %q: %q", name, part, found.errors)
		}
	}
}
