package client

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestEnhancedConnectionsRequest(t *testing.T) {
	t.Parallel()
	const path = "GET /cn-north-4/dli/v2.0/" + simulator.ProjectID + "/datasource/enhanced-connections?"
	for want, query := range map[string]EnhancedConnectionsQuery{
		"limit=0":               {},
		"limit=0&name=n":        {Name: "n"},
		"limit=0&status=active": {Status: "active"},
		"limit=0&tags=k%3Dv":    {Tags: map[string]string{"k": "v"}},
		"limit=1":               {Window: Window{Limit: 1}},
		"limit=0&offset=7":      {Window: Window{Offset: 7}},
		"limit=1&name=a%20b%2Bc&offset=3&status=DELETED&tags=a%3D1%202%2Cz%3D": {
			Name: "a b+c", Status: "DELETED", Tags: map[string]string{"z": "", "a": "1 2"}, Window: Window{Offset: 3, Limit: 1},
		},
	} {
		req := requestOf(t, `{"is_success":true,"connections":[{"id":"a"}]}`, func(c *Client) error {
			_, err := c.EnhancedConnections(t.Context(), home, query)
			return err
		})
		checkRequest(t, req, path+want)
	}
}

func TestEnhancedConnectionFields(t *testing.T) {
	t.Parallel()
	const connections = `[{"id":"a","name":"n","status":"ACTIVE",
		"available_queue_info":[{"peer_id":"p","status":"FAILED","name":"q","err_msg":"why","update_time":1566889577861}],
		"elastic_resource_pools":[{"peer_id":"p2","status":"ACTIVE","name":"pool","err_msg":"","update_time":1}],
		"dest_vpc_id":"v","dest_network_id":"w","isPrivis":false,"ipv6_enable":true,"create_time":1566888011125,
		"hosts":[{"name":"h","ip":"192.0.2.1"}],"routes":[{"name":"r","cidr":"10.0.0.0/8","create_time":2}]},
		{"id":null,"name":null,"status":null,"available_queue_info":null,"elastic_resource_pools":null,"dest_vpc_id":null,
		"dest_network_id":null,"isPrivis":null,"ipv6_enable":null,"create_time":null,"hosts":null,"routes":null}]`
	c := inMemory(t, Config{}, always(`{"is_success":true,"message":"","count":2,"connections":`+connections+`}`))
	got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
	if err != nil {
		t.Fatal(err)
	}
	checkJSON(t, got, connections)
}

// TestEnhancedConnectionsResponses accepts a response with any of the fields that tell it from
// another API's, and that does not report a failure.
func TestEnhancedConnectionsResponses(t *testing.T) {
	t.Parallel()
	const missing = `missing fields "is_success", "count" and "connections"`
	for body, want := range map[string]string{
		`{"is_success":true}`:                         "",
		`{"count":0}`:                                 "",
		`{"connections":[]}`:                          "",
		`{"is_success":null,"connections":[]}`:        "",
		`{"is_success":"true"}`:                       "",
		`{}`:                                          missing,
		`{"is_success":null}`:                         missing,
		`{"message":"hello"}`:                         missing,
		`{"Connections":[]}`:                          missing,
		`{"count":2,"Connections":[{"id":"a"}]}`:      "a count of 2, and no list",
		`{"is_success":false,"message":"it broke"}`:   "it broke, the response reports a failure",
		`{"is_success":false,"connections":[]}`:       "the response reports a failure",
		`{"is_success":"yes"}`:                        "the field is_success must be a boolean, got a string",
		`{"connections":[{"hosts":[{"ip":[]}]}]}`:     "the field connections[0].hosts[0].ip must be a string, got an array",
		`{"connections":[{"id":"a"}],"count":"many"}`: "the field count must be an integer, got a string",
		// There is more than this, but not at any offset.
		`{"count":60,"connections":[{"id":"a"},{"id":"b"}]}`: ErrListChanged.Error(),
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := inMemory(t, Config{}, always(body)).EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: the error is %v, want %q", body, err, want)
			}
			if strings.HasSuffix(want, "reports a failure") && requestError(t, err).Reason != ReasonReportedFailure {
				t.Errorf("%s: the error is %#v", body, err)
			}
		})
	}
}

var manyEnhancedConnections = sync.OnceValue(func() []simulator.Entry { return simulator.EnhancedConnections(3000) })

// TestEnhancedConnectionsAreComplete reads from servers of every edition, one of which returns pages of 6.
func TestEnhancedConnectionsAreComplete(t *testing.T) {
	t.Parallel()
	for _, edition := range []simulator.DLIEdition{simulator.CurrentDLI, simulator.OlderDLIDefaults, simulator.OlderDLIRefuses} {
		for _, countIsTotal := range []bool{false, true} {
			for _, entries := range []int{0, 1, 99, 100, 101, 3000} {
				t.Run(fmt.Sprintf("edition %v, %d entries, count is the total %t", edition, entries, countIsTotal), func(t *testing.T) {
					t.Parallel()
					server, c := simulated(t, Config{})
					server.Update(func(d *simulator.Data) {
						d.DLI.Projects[simulator.ProjectID] = manyEnhancedConnections()[:entries]
						d.DLI.Edition = edition
					})
					if countIsTotal {
						server.Inject(simulator.Fault{Service: "dli", Action: simulator.RewriteObject(func(response map[string]any) {
							if response["count"] != nil {
								response["count"] = entries
							}
						})})
					}
					if edition == simulator.OlderDLIRefuses && entries < 3000 {
						capPages(server, 6)
					}
					got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
					var ids, want []string
					for i, connection := range got {
						ids, want = append(ids, *connection.ID), append(want, manyEnhancedConnections()[i].Text("id"))
					}
					if err != nil || len(got) != entries || !slices.Equal(ids, want) {
						t.Fatalf("%d entries: %v", len(got), err)
					}
				})
			}
		}
	}
}
