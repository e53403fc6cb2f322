package provider

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// nacosChannel is the JSON of a channel with a password.
func nacosChannel(id, password string) string {
	return fmt.Sprintf(`{"id":%q,"name":"orders-%[1]s","microservice_info":{"nacos_info":{"user_info":{"user_name":"nacos","password":%q}}}}`,
		id, password)
}

func TestWarnOfPasswords(t *testing.T) {
	t.Parallel()
	channel := func(id, password string) client.VPCChannel {
		return decode[client.VPCChannel](t, []byte(nacosChannel(id, password)))
	}
	nameless, evil := channel("c1", "p"), channel("c2", "p")
	nameless.Name = nil
	name := "a\n" + strings.Repeat("x", 100)
	evil.Name = &name
	var many []client.VPCChannel
	for i := range 8 {
		many = append(many, channel(strconv.Itoa(i), "p"))
	}
	for title, tt := range map[string]struct {
		omit     types.Bool
		channels []client.VPCChannel
		want     string
	}{
		"one":      {types.BoolNull(), []client.VPCChannel{channel("1", "p"), {}}, `channels: "orders-1".`},
		"no name":  {types.BoolNull(), []client.VPCChannel{nameless}, `channels: "c1".`},
		"odd name": {types.BoolNull(), []client.VPCChannel{evil}, `channels: "a\n` + strings.Repeat("x", 62) + `".`},
		"many":     {types.BoolNull(), many, `channels: "orders-0", "orders-1", "orders-2", "orders-3", "orders-4", and 3 more.`},
		"empty":    {types.BoolNull(), []client.VPCChannel{channel("1", ""), {}}, ""},
		"none":     {types.BoolNull(), nil, ""},
		"consent":  {types.BoolValue(false), many, ""},
		"omitted":  {types.BoolValue(true), many, ""},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			got := warnOfPasswords(tt.omit, tt.channels)
			if tt.want == "" {
				if got != nil {
					t.Error(got)
				}
				return
			}
			if got.WarningsCount() != 1 || len(got) != 1 {
				t.Fatal(got)
			}
			for _, want := range []string{tt.want, "omit_secrets = true", "ephemeral resource hwcloud_apig_vpc_channel", "omit_secrets = false"} {
				if !strings.Contains(got[0].Detail(), want) {
					t.Errorf("the warning lacks %q: %s", want, got[0].Detail())
				}
			}
		})
	}
}

// TestPasswordsInTheState warns of them once for each lookup, omits them, and never shows them.
func TestPasswordsInTheState(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	for _, id := range []string{"c1", "c2"} {
		c.respond("/vpc-channels/"+id, simulator.Respond(http.StatusOK, nil, nacosChannel(id, "hush-hush")))
	}
	c.respond("/vpc-channels", simulator.Respond(http.StatusOK, nil,
		`{"total":2,"vpc_channels":[{"id":"c1","name":"orders-c1"},{"id":"c2","name":"orders-c2"}]}`))
	s := c.configure(t, nil)
	path := []string{"microservice_info", "nacos_info", "user_info", "password"}
	for source, set := range map[string]object{
		vpcChannelSource:  {"instance_id": "i1", "vpc_channel_id": "c1"},
		vpcChannelsSource: {"instance_id": "i1"},
	} {
		for _, omit := range []any{nil, false, true} {
			state, found := s.state(t, t.Context(), source, merge(set, object{"omit_secrets": omit}))
			if found.errors != nil {
				t.Fatal(found.errors)
			}
			channels := []any{state}
			if source == vpcChannelsSource {
				channels, _ = dig(t, state, "vpc_channels").([]any)
			}
			want := any("hush-hush")
			if omit == true {
				want = nil
			}
			for _, channel := range channels {
				if diff := cmp.Diff(want, dig(t, channel, path...)); diff != "" {
					t.Errorf("%s, omit_secrets %v (-want +got)\n%s", source, omit, diff)
				}
			}
			if warned := len(found.warnings) == 1 && strings.Contains(found.warnings[0], `"orders-c1"`); warned != (omit == nil) {
				t.Errorf("%s, omit_secrets %v: the warnings are %q", source, omit, found.warnings)
			}
			if strings.Contains(strings.Join(found.warnings, ""), "hush-hush") {
				t.Errorf("%s: a warning has the password", source)
			}
		}
	}
}
