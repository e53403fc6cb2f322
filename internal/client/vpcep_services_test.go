package client

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestEndpointServiceIDRequest(t *testing.T) {
	t.Parallel()
	req := requestOf(t, `{"total_count":1,"endpoint_services":[{"id":"i","service_name":"r.orders+1.i"}]}`, func(c *Client) error {
		id, err := c.EndpointServiceID(t.Context(), home, "r.orders+1.i")
		if id != "i" {
			t.Errorf("the ID is %q", id)
		}
		return err
	})
	checkRequest(t, req, "GET /cn-north-4/vpcep/v1/"+simulator.ProjectID+"/vpc-endpoint-services?endpoint_service_name=r.orders%2B1.i&limit=1000")
}

func TestEndpointServiceID(t *testing.T) {
	t.Parallel()
	services := map[string]string{
		"1": "cn-north-4.orders.1",
		"2": "cn-north-4.Orders.2",
		"3": "cn-north-4.orders-2.3",
		"4": "cn-north-4.4",
		"5": "billing.5",
		"6": "cn-north-4.twice.6",
		"7": "twice.7",
		"8": "cn-north-4.Mail.8",
	}
	for _, ignoreCase := range []bool{false, true} {
		for name, want := range map[string]string{
			"orders": "1", "Orders": "2", "orders-2": "3", "billing": "5", "Mail": "8",
			"cn-north-4.orders.1": "1", "cn-north-4.Orders.2": "2", "cn-north-4.4": "4", "billing.5": "5", "cn-north-4.twice.6": "6", "twice.7": "7",
			"twice":               `2 VPC endpoint services have the name "twice": "twice" (6), "twice" (7)`,
			"mail":                `none of the VPC endpoint services has the name "mail"; found "Mail" (8), `,
			"ORDERS":              `none of the VPC endpoint services has the name "ORDERS"; found "orders" (1), "Orders" (2), "cn-north-4.orders-2.3" (3), `,
			"order":               `none of the VPC endpoint services has the name "order"; found "cn-north-4.orders.1" (1), "cn-north-4.Orders.2" (2), "cn-north-4.orders-2.3" (3), `,
			"CN-NORTH-4.orders.1": `none of the VPC endpoint services has the name "CN-NORTH-4.orders.1"; found "cn-north-4.orders.1" (1), `,
			"cn-north-4":          `none of the VPC endpoint services has the name "cn-north-4"; found "cn-north-4.orders.1" (1), `,
			"cn-north-4.orders":   `none of the VPC endpoint services has the name "cn-north-4.orders"; found "cn-north-4.orders.1" (1), `,
			"1":                   `none of the VPC endpoint services has the name "1"; found "cn-north-4.orders.1" (1), `,
			"orders.1":            `none of the VPC endpoint services has the name "orders.1"; found "cn-north-4.orders.1" (1), `,
		} {
			t.Run(fmt.Sprintf("%s, ignores case %t", name, ignoreCase), func(t *testing.T) {
				t.Parallel()
				server, c := simulated(t, Config{})
				server.Update(func(d *simulator.Data) {
					d.VPCEP.IgnoreNameCase = ignoreCase
					d.VPCEP.Services = map[string]*simulator.EndpointService{}
					for id, name := range services {
						d.VPCEP.Services[id] = &simulator.EndpointService{Details: simulator.MustEntry(fmt.Sprintf(`{"service_name":%q}`, name))}
					}
				})
				id, err := c.EndpointServiceID(t.Context(), home, name)
				checkFound(t, id, err, want)
			})
		}
	}
}

// TestEndpointServiceIDOnAnyPage finds a name on the second page of 1,500 services.
func TestEndpointServiceIDOnAnyPage(t *testing.T) {
	t.Parallel()
	const services = 1500
	for _, at := range []int{0, 999, 1000, 1499} {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			list := newList(items(services))
			c := inMemory(t, Config{}, pageResponses(list, `{"total_count":%d,"endpoint_services":[%s]}`, func(entry item) string {
				name := "wanted-too"
				if entry.ID == fmt.Sprint("e", at) {
					name = "wanted"
				}
				return fmt.Sprintf(`{"id":%q,"service_name":"cn-north-4.%s.%s"}`, entry.ID, name, entry.ID)
			}))
			id, err := c.EndpointServiceID(t.Context(), home, "wanted")
			if err != nil || id != fmt.Sprint("e", at) {
				t.Fatalf("%q, %v", id, err)
			}
			if diff := gocmp.Diff([]pageRequest{{0, 1000}, {999, 501}}, list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

func TestOwnerPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ fullName, id, want string }{
		{"r-1.orders.id", "id", "orders"},
		{"r-1.id", "id", ""},
		{"orders.id", "id", "orders"},
		{"other-region.orders.id", "id", "orders"},
		{"r-1.r-1.id", "id", "r-1"},
		{"a.b.c.id", "id", ""},
		{".orders.id", "id", ""},
		{"orders", "id", ""},
		{"r-1.orders.id", "other", ""},
		{"", "id", ""},
		{".id", "id", ""},
	} {
		if got := ownerPart(test.fullName, test.id, "r-1"); got != test.want {
			t.Errorf("%s of %s: %q, want %q", test.fullName, test.id, got, test.want)
		}
	}
}

// TestEndpointServiceIDErrorIsBounded lists ten of 1,500 services, similar ones first.
func TestEndpointServiceIDErrorIsBounded(t *testing.T) {
	t.Parallel()
	list := newList(items(1500))
	c := inMemory(t, Config{}, pageResponses(list, `{"total_count":%d,"endpoint_services":[%s]}`, func(entry item) string {
		name := map[string]string{"e1200": "Wanted", "e1300": "unwanted"}[entry.ID]
		return fmt.Sprintf(`{"id":%q,"service_name":"cn-north-4.%s\u001b[31m.%s"}`, entry.ID, strings.Repeat(name+"x", 5), entry.ID)
	}))
	_, err := c.EndpointServiceID(t.Context(), home, "wantedxwanted")
	if !is[*NameMatchError](err) {
		t.Fatal(err)
	}
	text := err.Error()
	if !strings.HasSuffix(text, " and 1490 more") || strings.Count(text, "(e") != 10 || len(text) > 2500 || strings.Contains(text, "\x1b") {
		t.Errorf("the error is %s", text)
	}
	if !strings.Contains(text, `; found "cn-north-4.WantedxWanted`) {
		t.Errorf("similar names are not first: %s", text)
	}
}
