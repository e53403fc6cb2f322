package client

import (
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestServiceConnectionsRequest(t *testing.T) {
	t.Parallel()
	const path = "GET /cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/s/connections?"
	marker, zero := int64(16777510), int64(0)
	for want, query := range map[string]ServiceConnectionsQuery{
		"limit=1000":                     {},
		"id=e&limit=1000":                {EndpointID: "e"},
		"limit=1000&marker_id=16777510":  {MarkerID: &marker},
		"limit=1000&marker_id=0":         {MarkerID: &zero},
		"limit=1000&status=accepted":     {Status: "accepted"},
		"limit=1000&sort_key=updated_at": {SortKey: "updated_at"},
		"limit=1000&sort_dir=asc":        {SortDir: "asc"},
		"limit=7":                        {Window: Window{Limit: 7}},
		"limit=1000&offset=7":            {Window: Window{Offset: 7}},
		"id=a%20b%2Bc%26d&limit=1000&marker_id=16777510&offset=3&sort_dir=desc&sort_key=create_at&status=failed": {
			EndpointID: "a b+c&d", MarkerID: &marker, Status: "failed", SortKey: "create_at", SortDir: "desc",
			Window: Window{Offset: 3, Limit: 2000},
		},
	} {
		req := requestOf(t, `{"connections":[],"total_count":0}`, func(c *Client) error {
			_, _, err := c.ServiceConnections(t.Context(), home, "s", query)
			return err
		})
		checkRequest(t, req, path+want)
	}
}

func TestServiceConnectionFields(t *testing.T) {
	t.Parallel()
	const connections = `[{"id":"e","marker_id":16777510,"created_at":"2018-09-17T11:10:11Z","updated_at":"2018-09-17T11:10:12Z",
		"domain_id":"d","error":[{"error_code":"c","error_message":"m"}],"status":"accepted","description":"text"},
		{"id":null,"marker_id":null,"created_at":null,"updated_at":null,"domain_id":null,"error":null,"status":null,"description":null}]`
	c := inMemory(t, Config{}, always(`{"connections":`+connections+`,"total_count":2}`))
	got, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
	if err != nil || total != 2 {
		t.Fatalf("total %d: %v", total, err)
	}
	checkJSON(t, got, connections)
}
