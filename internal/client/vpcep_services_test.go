package client

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestEndpointServiceIDRequest(t *testing.T) {
	t.Parallel()
	const body = `{"total_count":1,"endpoint_services":[{"id":"i","service_name":"r.orders+1.i"}]}`
	req := requestOf(t, body, func(c *Client) error {
		id, err := c.EndpointServiceID(t.Context(), home, "r.orders+1.i")
		checkFound(t, id, err, "i")
		return err
	})
	checkRequest(t, req, "GET /cn-north-4/vpcep/v1/"+simulator.ProjectID+
		"/vpc-endpoint-services?endpoint_service_name=r.orders%2B1.i&limit=1000")
}

func TestEndpointServiceID(t *testing.T) {
	t.Parallel()
	services := map[string]string{
		"1": "cn-north-4.orders.1", "2": "cn-north-4.Orders.2", "3": "cn-north-4.orders-2.3", "4": "cn-north-4.4",
		"5": "billing.5", "6": "cn-north-4.twice.6", "7": "twice.7", "8": "cn-north-4.Mail.8",
	}
	const none = `none of the VPC endpoint services has the name `
	for _, ignoresFilter := range []bool{false, true} {
		server, c := simulated(t, Config{})
		server.Update(func(d *simulator.Data) {
			d.VPCEP.Services = map[string]*simulator.EndpointService{}
			for id, name := range services {
				d.VPCEP.Services[id] = &simulator.EndpointService{Details: simulator.MustEntry(fmt.Sprintf(`{"service_name":%q}`, name))}
			}
		})
		if ignoresFilter {
			ignoreParameter(server, "endpoint_service_name")
		}
		for name, want := range map[string]string{
			"orders": "1", "Orders": "2", "orders-2": "3", "billing": "5", "Mail": "8",
			"cn-north-4.orders.1": "1", "cn-north-4.4": "4", "billing.5": "5", "cn-north-4.twice.6": "6", "twice.7": "7",
			"twice":               `2 VPC endpoint services have the name "twice": "twice" (6), "twice" (7)`,
			"mail":                none + `"mail"; found "Mail" (8), `,
			"ORDERS":              none + `"ORDERS"; found "orders" (1), "Orders" (2), "cn-north-4.orders-2.3" (3), `,
			"order":               none + `"order"; found "cn-north-4.orders.1" (1), "cn-north-4.Orders.2" (2), `,
			"CN-NORTH-4.orders.1": none + `"CN-NORTH-4.orders.1"; found "cn-north-4.orders.1" (1), `,
			"cn-north-4":          none + `"cn-north-4"; found `,
			"cn-north-4.orders":   none + `"cn-north-4.orders"; found `,
			"orders.1":            none + `"orders.1"; found `,
		} {
			id, err := c.EndpointServiceID(t.Context(), home, name)
			checkFound(t, id, err, want)
		}
	}
}

// checkFound compares the outcome of a search by name with the ID, or with the beginning of a
// [NameMatchError], which has spaces.
func checkFound(t *testing.T, id string, err error, want string) {
	t.Helper()
	isID := !strings.Contains(want, " ")
	if isID && (err != nil || id != want) || !isID && (!is[*NameMatchError](err) || !strings.HasPrefix(err.Error(), want) || id != "") {
		t.Errorf("%q and the error\n%v, want\n%s", id, err, want)
	}
}

func TestOwnerPart(t *testing.T) {
	t.Parallel()
	for fullName, want := range map[string]string{
		"r-1.orders.id": "orders", "r-1.id": "", "orders.id": "orders", "other-region.orders.id": "orders", "r-1.r-1.id": "r-1",
		"orders": "", "r-1.orders.other": "", "": "", ".id": "",
	} {
		if got := ownerPart(fullName, "id", "r-1"); got != want {
			t.Errorf("%s: %q, want %q", fullName, got, want)
		}
	}
}
