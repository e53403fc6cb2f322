package client

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestInstanceIDRequest(t *testing.T) {
	t.Parallel()
	req := requestOf(t, `{"total":1,"size":1,"instances":[{"id":"i","instance_name":"a b"}]}`, func(c *Client) error {
		id, err := c.InstanceID(t.Context(), home, "a b")
		if id != "i" {
			t.Errorf("the ID is %q", id)
		}
		return err
	})
	checkRequest(t, req, "GET /cn-north-4/apig/v2/"+simulator.ProjectID+"/apigw/instances?instance_name=a%20b&limit=500")
}

func TestInstanceID(t *testing.T) {
	t.Parallel()
	instances := map[string]string{"1": "gateway", "2": "Gateway", "3": "gateway-2", "4": "twice", "5": "twice", "6": "only in Case"}
	for _, partial := range []bool{false, true} {
		for name, want := range map[string]string{
			"gateway": "1", "Gateway": "2", "gateway-2": "3",
			"GATEWAY":      `none of the dedicated gateways has the name "GATEWAY"; found "gateway" (1), "Gateway" (2), "gateway-2" (3), "twice" (4)`,
			"gate":         `none of the dedicated gateways has the name "gate"; found "gateway" (1), "Gateway" (2), "gateway-2" (3), "twice" (4)`,
			"twice":        `2 dedicated gateways have the name "twice": "twice" (4), "twice" (5)`,
			"only in case": `none of the dedicated gateways has the name "only in case"; found "only in Case" (6), "gateway" (1)`,
		} {
			t.Run(fmt.Sprintf("%s, partial match %t", name, partial), func(t *testing.T) {
				t.Parallel()
				server, c := simulated(t, Config{})
				server.Update(func(d *simulator.Data) {
					d.APIG.PartialNames = partial
					d.APIG.Instances = map[string]*simulator.Instance{}
					for id, name := range instances {
						d.APIG.Instances[id] = &simulator.Instance{Details: simulator.MustEntry(fmt.Sprintf(`{"instance_name":%q}`, name))}
					}
				})
				id, err := c.InstanceID(t.Context(), home, name)
				checkFound(t, id, err, want)
			})
		}
	}
}

// TestInstanceIDOnAnyPage finds a name on the second page, of a server that finds parts of names.
func TestInstanceIDOnAnyPage(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 499, 500, 699} {
		server, c := simulated(t, Config{})
		server.Update(func(d *simulator.Data) {
			d.APIG.PartialNames = true
			d.APIG.Instances = map[string]*simulator.Instance{}
			for i := range 700 {
				name := "wanted too"
				if i == at {
					name = "wanted"
				}
				d.APIG.Instances[fmt.Sprintf("%04d", i)] = &simulator.Instance{Details: simulator.MustEntry(fmt.Sprintf(`{"instance_name":%q}`, name))}
			}
		})
		if id, err := c.InstanceID(t.Context(), home, "wanted"); err != nil || id != fmt.Sprintf("%04d", at) {
			t.Errorf("%d: %q, %v", at, id, err)
		}
		if diff := gocmp.Diff([]pageRequest{{0, 500}, {499, 201}}, pageRequests(server)); diff != "" {
			t.Errorf("requests (-want +got)\n%s", diff)
		}
	}
}

// TestInstanceIDIsNotRemembered finds a gateway that replaced another under its name.
func TestInstanceIDIsNotRemembered(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	for _, id := range []string{"old", "new"} {
		server.Update(func(d *simulator.Data) {
			d.APIG.Instances = map[string]*simulator.Instance{id: {Details: simulator.MustEntry(`{"instance_name":"n"}`)}}
		})
		if got, err := c.InstanceID(t.Context(), home, "n"); err != nil || got != id {
			t.Errorf("%q, want %q: %v", got, id, err)
		}
	}
}

// checkFound compares the outcome of a search by name with the ID, or with the beginning of a
// [NameMatchError], which has spaces.
func checkFound(t *testing.T, id string, err error, want string) {
	t.Helper()
	if !strings.Contains(want, " ") {
		if err != nil || id != want {
			t.Errorf("%q, want %q: %v", id, want, err)
		}
		return
	}
	if !is[*NameMatchError](err) || !strings.HasPrefix(err.Error(), want) || id != "" {
		t.Errorf("%q and the error\n%v, want\n%s", id, err, want)
	}
}
