package client

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const noConnections = `{"connections":[],"total_count":0}`

func TestServiceConnectionsRequest(t *testing.T) {
	t.Parallel()
	const path = "GET /cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/s/connections?"
	marker := int64(16777510)
	zero := int64(0)
	for name, test := range map[string]struct {
		query ServiceConnectionsQuery
		want  string
	}{
		"all":         {ServiceConnectionsQuery{}, "limit=1000"},
		"endpoint":    {ServiceConnectionsQuery{EndpointID: "e"}, "id=e&limit=1000"},
		"marker":      {ServiceConnectionsQuery{MarkerID: &marker}, "limit=1000&marker_id=16777510"},
		"marker zero": {ServiceConnectionsQuery{MarkerID: &zero}, "limit=1000&marker_id=0"},
		"status":      {ServiceConnectionsQuery{Status: "accepted"}, "limit=1000&status=accepted"},
		"sort key":    {ServiceConnectionsQuery{SortKey: "update_at"}, "limit=1000&sort_key=update_at"},
		"sort dir":    {ServiceConnectionsQuery{SortDir: "asc"}, "limit=1000&sort_dir=asc"},
		"limit":       {ServiceConnectionsQuery{Window: Window{Limit: 7}}, "limit=7"},
		"offset":      {ServiceConnectionsQuery{Window: Window{Offset: 7}}, "limit=1000&offset=7"},
		"everything": {
			ServiceConnectionsQuery{EndpointID: "a b+c&d", MarkerID: &marker, Status: "failed", SortKey: "create_at", SortDir: "desc", Window: Window{Offset: 3, Limit: 2000}},
			"id=a%20b%2Bc%26d&limit=1000&marker_id=16777510&offset=3&sort_dir=desc&sort_key=create_at&status=failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := requestOf(t, noConnections, func(c *Client) error {
				_, _, err := c.ServiceConnections(t.Context(), home, "s", test.query)
				return err
			})
			checkRequest(t, req, path+test.want)
		})
	}
}

func TestServiceConnectionFields(t *testing.T) {
	t.Parallel()
	const full = `[{"id":"e","marker_id":16777510,"created_at":"2018-09-17T11:10:11Z","updated_at":"2018-09-17T11:10:12Z",` +
		`"domain_id":"d","error":[{"error_code":"c","error_message":"m"}],"status":"accepted","description":"text"}]`
	c := inMemory(t, Config{}, always(`{"connections":`+full+`,"total_count":1}`))
	got, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
	if err != nil || total != 1 {
		t.Fatalf("total %d: %v", total, err)
	}
	checkJSON(t, got, full)

	c = inMemory(t, Config{}, always(`{"connections":[{}],"total_count":1}`))
	got, _, err = c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
	if diff := gocmp.Diff([]ServiceConnection{{}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// TestServiceConnectionsTotal is that of the list, not of the window.
func TestServiceConnectionsTotal(t *testing.T) {
	t.Parallel()
	_, c := simulated(t, Config{})
	got, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{Window: Window{Offset: 1, Limit: 1}})
	if err != nil || len(got) != 1 || total != 2 {
		t.Errorf("%d entries, total %d: %v", len(got), total, err)
	}
}

func TestServiceConnectionsEveryShiftRepeats(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query ServiceConnectionsQuery
		want  bool
	}{
		"by default":   {ServiceConnectionsQuery{}, true},
		"newest first": {ServiceConnectionsQuery{SortKey: "update_at", SortDir: "desc", EndpointID: "e"}, true},
		"oldest first": {ServiceConnectionsQuery{SortDir: "asc"}, false},
		"by status":    {ServiceConnectionsQuery{Status: "accepted"}, false},
	} {
		if got := test.query.everyShiftRepeats(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// manyConnections are generated once: that takes longer than reading them.
var manyConnections = sync.OnceValue(func() []simulator.Entry { return simulator.Connections(10000) })

// acceptedConnections are the same, all of them accepted.
var acceptedConnections = sync.OnceValue(func() []simulator.Entry {
	accepted := make([]simulator.Entry, 0, len(manyConnections()))
	for _, connection := range manyConnections() {
		accepted = append(accepted, connection.With("status", "accepted"))
	}
	return accepted
})

// TestServiceConnectionsPages counts the requests: for 10,000 connections 10 with the newest first,
// otherwise 11.
func TestServiceConnectionsPages(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]ServiceConnectionsQuery{"newest first": {}, "oldest first": {SortDir: "asc"}, "accepted": {Status: "accepted"}} {
		for _, entries := range []int{0, 1, 999, 1000, 1001, 10000} {
			t.Run(fmt.Sprintf("%d %s", entries, name), func(t *testing.T) {
				t.Parallel()
				server, c := simulated(t, Config{})
				connections := manyConnections()
				if query.Status != "" {
					connections = acceptedConnections()
				}
				server.Update(func(d *simulator.Data) {
					d.VPCEP.RefuseOffsetPastEnd = true
					d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: connections[:entries]}
					if entries == 10000 {
						d.Latency = 500 * time.Millisecond
					}
				})
				got, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, query)
				if err != nil || len(got) != entries || total != int64(entries) {
					t.Fatalf("%d of %d entries: %v", len(got), total, err)
				}
				requests := pageRequests(server)
				overlap := int64(1)
				if name == "newest first" {
					overlap = 0
				}
				if diff := gocmp.Diff(pagesOf(0, int64(entries), 1000, overlap), requests); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
				if want := 10 + int(overlap); entries == 10000 && len(requests) != want {
					t.Errorf("%d requests, want %d", len(requests), want)
				}
				later := func(r simulator.Request) bool { return r.Query.Get("offset") != "" }
				if n := server.MaxInFlight(later); entries == 10000 && n != len(requests)-1 {
					t.Errorf("%d of the last %d requests were in flight together", n, len(requests)-1)
				}
			})
		}
	}
}

// pageRequests returns what the requests to a simulator asked for, by offset.
func pageRequests(server *simulator.Server) []pageRequest {
	var requests []pageRequest
	for _, request := range server.Requests() {
		limit, _ := strconv.ParseInt(request.Query.Get("limit"), 10, 64)
		offset, _ := strconv.ParseInt(request.Query.Get("offset"), 10, 64)
		requests = append(requests, pageRequest{offset, limit})
	}
	slices.SortFunc(requests, func(a, b pageRequest) int { return cmp.Compare(a.Offset, b.Offset) })
	return requests
}
