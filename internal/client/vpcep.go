package client

import (
	"context"
	"net/url"
	"strconv"
)

// serviceConnectionsPath takes the ID of the VPC endpoint service.
const serviceConnectionsPath = "/v1/{project_id}/vpc-endpoint-services/{service_id}/connections"

// serviceConnectionsPage is the largest page that the API serves.
const serviceConnectionsPage = 1000

// ServiceConnection is the connection of one VPC endpoint to an endpoint
// service, as "Querying connections of a VPC endpoint service" in the VPC
// Endpoint API reference describes it. Fields that the answer leaves out are nil.
type ServiceConnection struct {
	// ID is the ID of the VPC endpoint.
	ID *string `json:"id"`
	// MarkerID is the number of the connection.
	MarkerID *int64 `json:"marker_id"`
	// CreatedAt and UpdatedAt are RFC 3339 times in UTC.
	CreatedAt *string `json:"created_at"`
	UpdatedAt *string `json:"updated_at"`
	// DomainID is the account that owns the endpoint.
	DomainID *string `json:"domain_id"`
	// Error says why the connection failed.
	Error       []ServiceConnectionError `json:"error"`
	Status      *string                  `json:"status"`
	Description *string                  `json:"description"`
}

// ServiceConnectionError is one reason why a connection failed.
type ServiceConnectionError struct {
	ErrorCode    *string `json:"error_code"`
	ErrorMessage *string `json:"error_message"`
}

// ServiceConnectionsQuery narrows, orders and cuts a list of connections. The
// zero value asks for all of them in the order of the API.
type ServiceConnectionsQuery struct {
	// EndpointID and MarkerID are those of one connection, "" and nil for all.
	EndpointID string
	MarkerID   *int64
	// Status is pendingAcceptance, creating, accepted, rejected, failed or
	// deleting, "" for all.
	Status string
	// SortKey is create_at or update_at, SortDir asc or desc, "" for the API's
	// own: create_at, the latest first.
	SortKey, SortDir string
	Window
}

// ServiceConnections lists the connections of the VPC endpoint service
// serviceID, and tells how many match the query whatever its window. The list
// is whole and in the order asked for, or the error says what prevented that;
// see [ErrListKeptChanging].
//
// GET /v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections,
// VPC Endpoint API reference, "Querying connections of a VPC endpoint service".
func (c *Client) ServiceConnections(ctx context.Context, in Scope, serviceID string, query ServiceConnectionsQuery) ([]ServiceConnection, int64, error) {
	type answer struct {
		Connections present[[]ServiceConnection] `json:"connections"`
		TotalCount  *int64                       `json:"total_count"`
	}
	list := listing[ServiceConnection]{
		size:    serviceConnectionsPage,
		overlap: query.overlap(),
		id:      func(c *ServiceConnection) *string { return c.ID },
		fetch: func(ctx context.Context, offset, limit int64) (page[ServiceConnection], error) {
			got, from, err := get[answer](ctx, c, VPCEP, in, serviceConnectionsPath,
				map[string]string{"service_id": serviceID}, query.values(offset, limit))
			switch {
			case err != nil:
				return page[ServiceConnection]{}, err
			case !got.Connections.there:
				return page[ServiceConnection]{}, from.unexpected(errMissing("connections"))
			case got.TotalCount == nil:
				return page[ServiceConnection]{}, from.unexpected(errMissing("total_count"))
			}
			return page[ServiceConnection]{entries: got.Connections.value, total: *got.TotalCount}, nil
		},
	}
	return list.read(ctx, query.Window)
}

// values are the query of one page.
func (q ServiceConnectionsQuery) values(offset, limit int64) url.Values {
	values := url.Values{}
	values.Set("limit", strconv.FormatInt(limit, 10))
	if offset > 0 {
		values.Set("offset", strconv.FormatInt(offset, 10))
	}
	if q.MarkerID != nil {
		values.Set("marker_id", strconv.FormatInt(*q.MarkerID, 10))
	}
	setNonEmpty(values, "id", q.EndpointID)
	setNonEmpty(values, "status", q.Status)
	setNonEmpty(values, "sort_key", q.SortKey)
	setNonEmpty(values, "sort_dir", q.SortDir)
	return values
}

// overlap is by how many entries pages overlap. Where an entry may come in at
// the end of the list while another leaves its start, the total stays as it was
// and the rest moves towards the start, past the next page; the overlap shows
// that. It is so where the newest entries come last, and where entries come and
// go by their status. Else they come in at the start, move the rest the other
// way, and show as repeats.
func (q ServiceConnectionsQuery) overlap() int64 {
	if q.SortDir == "asc" || q.Status != "" {
		return 1
	}
	return 0
}
