package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestEnhancedConnectionsRequest(t *testing.T) {
	t.Parallel()
	const path = "GET /cn-north-4/dli/v2.0/" + simulator.ProjectID + "/datasource/enhanced-connections?"
	for name, test := range map[string]struct {
		query EnhancedConnectionsQuery
		want  string
	}{
		"all":    {EnhancedConnectionsQuery{}, "limit=0"},
		"name":   {EnhancedConnectionsQuery{Name: "n"}, "limit=0&name=n"},
		"status": {EnhancedConnectionsQuery{Status: "active"}, "limit=0&status=active"},
		"tag":    {EnhancedConnectionsQuery{Tags: map[string]string{"k": "v"}}, "limit=0&tags=k%3Dv"},
		"limit":  {EnhancedConnectionsQuery{Window: Window{Limit: 1}}, "limit=1"},
		"offset": {EnhancedConnectionsQuery{Window: Window{Offset: 7}}, "limit=0&offset=7"},
		"everything": {
			EnhancedConnectionsQuery{Name: "a b+c", Status: "DELETED", Tags: map[string]string{"z": "", "a": "1 2"}, Window: Window{Offset: 3, Limit: 1}},
			"limit=1&name=a%20b%2Bc&offset=3&status=DELETED&tags=a%3D1%202%2Cz%3D",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := requestOf(t, `{"is_success":true,"connections":[{"id":"a"}]}`, func(c *Client) error {
				_, err := c.EnhancedConnections(t.Context(), home, test.query)
				return err
			})
			checkRequest(t, req, path+test.want)
		})
	}
}

func TestEnhancedConnectionFields(t *testing.T) {
	t.Parallel()
	const full = `[{"id":"a","name":"n","status":"ACTIVE",` +
		`"available_queue_info":[{"peer_id":"p","status":"FAILED","name":"q","err_msg":"why","update_time":1566889577861}],` +
		`"elastic_resource_pools":[{"peer_id":"p2","status":"ACTIVE","name":"pool","err_msg":"","update_time":1}],` +
		`"dest_vpc_id":"v","dest_network_id":"w","isPrivis":false,"ipv6_enable":true,"create_time":1566888011125,` +
		`"hosts":[{"name":"h","ip":"192.0.2.1"}],"routes":[{"name":"r","cidr":"10.0.0.0/8","create_time":2}]}]`
	c := inMemory(t, Config{}, always(`{"is_success":true,"message":"","count":1,"connections":`+full+`}`))
	got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
	if err != nil {
		t.Fatal(err)
	}
	checkJSON(t, got, full)

	c = inMemory(t, Config{}, always(`{"connections":[{}]}`))
	got, err = c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
	if diff := gocmp.Diff([]EnhancedConnection{{}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// TestEnhancedConnectionsResponses accepts a response with any of the fields that tell it from
// another API's, and that does not report a failure.
func TestEnhancedConnectionsResponses(t *testing.T) {
	t.Parallel()
	const missing = `missing fields "is_success", "count" and "connections"`
	for body, want := range map[string]string{
		`{"is_success":true}`:                         "",
		`{"count":0}`:                                 "",
		`{"count":null}`:                              "",
		`{"connections":[]}`:                          "",
		`{"connections":null}`:                        "",
		`{"is_success":null,"connections":[]}`:        "",
		`{}`:                                          missing,
		`{"is_success":null}`:                         missing,
		`{"message":"hello"}`:                         missing,
		`{"Connections":[]}`:                          missing,
		`{"is_success":false,"message":"it broke"}`:   "it broke: the response reports a failure",
		`{"is_success":false,"connections":[]}`:       "the response reports a failure",
		`{"is_success":"yes"}`:                        "the field is_success must be a boolean, got a string",
		`{"connections":[{"hosts":[{"ip":1}]}]}`:      "the field connections[0].hosts[0].ip must be a string, got a number",
		`{"connections":[{"id":"a"}],"count":"many"}`: "the field count must be an integer, got a string",
	} {
		c := inMemory(t, Config{}, always(body))
		_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case want == "":
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: the error lacks %q: %v", body, want, err)
		case errors.Is(err, ErrReportedFailure) != strings.Contains(want, "reports a failure"):
			t.Errorf("%s: the error is %#v", body, err)
		}
	}
}

// TestEnhancedConnectionsRefusalOfEverything reads pages from servers that refuse limit=0 with
// another response than 400, and returns a failure that repeats.
func TestEnhancedConnectionsRefusalOfEverything(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"reported failure": {http.StatusOK, `{"is_success":false,"message":"limit is invalid"}`},
		"422":              {http.StatusUnprocessableEntity, `{"error_code":"DLI.0001","error_msg":"limit is invalid"}`},
	} {
		for _, repeats := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, repeats %t", name, repeats), func(t *testing.T) {
				t.Parallel()
				pages := pageResponses(newList(items(25)), `{"is_success":true,"count":%d,"connections":[%s]}`, func(e item) string {
					return fmt.Sprintf(`{"id":%q}`, e.ID)
				})
				var sent requestLog
				c := inMemory(t, Config{}, sent.recording(func(req *http.Request) (*http.Response, error) {
					if repeats || req.URL.Query().Get("limit") == "0" {
						return responseOf(req, test.status, test.body), nil
					}
					return pages(req)
				}))
				got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
				switch {
				case !repeats && (err != nil || len(got) != 25 || sent.count() != 3):
					t.Errorf("%d entries, %d requests and the error %v", len(got), sent.count(), err)
				case repeats && (requestError(t, err).Message != "limit is invalid" || got != nil || sent.count() != 2):
					t.Errorf("%d entries, %d requests and the error %v", len(got), sent.count(), err)
				}
			})
		}
	}
}

// TestEnhancedConnectionsCountIsAHint reads on if a response has fewer entries than its count, and
// returns no part of the list if nothing more comes.
func TestEnhancedConnectionsCountIsAHint(t *testing.T) {
	t.Parallel()
	var sent requestLog
	c := inMemory(t, Config{}, sent.recording(always(`{"count":60,"connections":[{"id":"a"},{"id":"b"}]}`)))
	got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
	if !errors.Is(err, ErrListChanged) || got != nil || len(sent.requests) < 2 {
		t.Fatalf("%d requests and the error %v", len(sent.requests), err)
	}
	checkRequest(t, sent.requests[1], "GET /cn-north-4/dli/v2.0/"+simulator.ProjectID+"/datasource/enhanced-connections?limit=100&offset=1")
}

var manyEnhancedConnections = sync.OnceValue(func() []simulator.EnhancedConnection { return simulator.EnhancedConnections(3000) })

// TestEnhancedConnectionsAreComplete reads from servers of every edition.
func TestEnhancedConnectionsAreComplete(t *testing.T) {
	t.Parallel()
	for name, edition := range map[string]simulator.DLIEdition{
		"returns all for limit 0": simulator.CurrentDLI, "takes limit 0 for the default": simulator.OlderDLIDefaults, "refuses limit 0": simulator.OlderDLIRefuses,
	} {
		for _, countIsTotal := range []bool{false, true} {
			for _, entries := range []int{0, 1, 99, 100, 101, 3000} {
				t.Run(fmt.Sprintf("%s, %d entries, count is the total %t", name, entries, countIsTotal), func(t *testing.T) {
					t.Parallel()
					server, c := simulated(t, Config{})
					server.Update(func(d *simulator.Data) {
						d.DLI.Projects[simulator.ProjectID] = manyEnhancedConnections()[:entries]
						d.DLI.Edition, d.DLI.CountIsTotal = edition, countIsTotal
					})
					got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
					if err != nil || len(got) != entries {
						t.Fatalf("%d entries: %v", len(got), err)
					}
					for i, want := range manyEnhancedConnections()[:entries] {
						if *got[i].ID != want.Text("id") {
							t.Fatalf("entry %d is %s, not %s", i, *got[i].ID, want.Text("id"))
						}
					}
					requests := 1
					switch {
					case entries == 100 && !countIsTotal:
						requests = 4
					case entries == 0, entries >= 100:
						requests = 2
					}
					if n := server.Count(nil); edition == simulator.CurrentDLI && n != requests {
						t.Errorf("%d requests, want %d", n, requests)
					}
				})
			}
		}
	}
}

// TestEnhancedConnectionsOfAServerThatCapsPages gets six entries per page.
func TestEnhancedConnectionsOfAServerThatCapsPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edition simulator.DLIEdition
		limit   int64
		want    int
	}{
		"25 of 40": {simulator.CurrentDLI, 25, 25}, "40 of 40": {simulator.CurrentDLI, 100, 40}, "limit 0 refused": {simulator.OlderDLIRefuses, 0, 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{})
			server.Update(func(d *simulator.Data) {
				d.DLI.Projects[simulator.ProjectID] = manyEnhancedConnections()[:40]
				d.DLI.Edition, d.DLI.PageCap = test.edition, 6
			})
			got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{Window: Window{Limit: test.limit}})
			if err != nil || len(got) != test.want {
				t.Errorf("%d entries, want %d: %v", len(got), test.want, err)
			}
		})
	}
}
