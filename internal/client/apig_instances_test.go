package client

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestInstanceIDRequest(t *testing.T) {
	t.Parallel()
	req := requestOf(t, `{"total":1,"size":1,"instances":[{"id":"i","instance_name":"a b"}]}`, func(c *Client) error {
		id, err := c.InstanceID(t.Context(), home, "a b")
		checkFound(t, id, err, "i")
		return err
	})
	checkRequest(t, req, "GET /cn-north-4/apig/v2/"+simulator.ProjectID+"/apigw/instances?instance_name=a%20b&limit=500")
}

func TestInstanceID(t *testing.T) {
	t.Parallel()
	const none = `none of the dedicated gateways has the name `
	for _, partial := range []bool{false, true} {
		server, c := simulated(t, Config{})
		server.Update(func(d *simulator.Data) {
			d.APIG.Instances = map[string]*simulator.Instance{}
			for i, name := range []string{"gateway", "Gateway", "gateway-2", "twice", "twice", "only in Case"} {
				d.APIG.Instances[strconv.Itoa(i+1)] = &simulator.Instance{Details: simulator.MustEntry(fmt.Sprintf(`{"instance_name":%q}`, name))}
			}
		})
		if partial {
			ignoreParameter(server, "instance_name")
		}
		for name, want := range map[string]string{
			"gateway": "1", "Gateway": "2", "gateway-2": "3",
			"GATEWAY":      none + `"GATEWAY"; found "gateway" (1), "Gateway" (2), "gateway-2" (3), "twice" (4)`,
			"ONLY":         none + `"ONLY"; found "only in Case" (6), "gateway" (1)`,
			"twice":        `2 dedicated gateways have the name "twice": "twice" (4), "twice" (5)`,
			"only in case": none + `"only in case"; found "only in Case" (6), "gateway" (1)`,
		} {
			id, err := c.InstanceID(t.Context(), home, name)
			checkFound(t, id, err, want)
		}
		// A name is resolved each time: another gateway may have replaced the one it stood for.
		server.Update(func(d *simulator.Data) {
			d.APIG.Instances = map[string]*simulator.Instance{"new": {Details: simulator.MustEntry(`{"instance_name":"gateway"}`)}}
		})
		id, err := c.InstanceID(t.Context(), home, "gateway")
		checkFound(t, id, err, "new")
	}
}
