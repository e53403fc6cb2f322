package client

import (
	"context"
	"net/http"
	"strconv"
)

var listServiceConnections = apiCall{
	operation: OpListServiceConnections, service: VPCEP, method: http.MethodGet,
	path: "/v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections",
}

// serviceConnectionsPage is the largest page that the API returns.
const serviceConnectionsPage = 1000

// ServiceConnection is the connection of a VPC endpoint to a VPC endpoint service, as "Querying
// Connections of a VPC Endpoint Service" in the VPC Endpoint API reference describes it. Fields
// that are missing in the response are nil.
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
	// Error is why the connection failed.
	Error       []ServiceConnectionError `json:"error"`
	Status      *string                  `json:"status"`
	Description *string                  `json:"description"`
}

// ServiceConnectionError is one reason why a connection failed.
type ServiceConnectionError struct {
	ErrorCode    *string `json:"error_code"`
	ErrorMessage *string `json:"error_message"`
}

// ServiceConnectionsQuery filters, sorts and limits a list of connections. The zero value lists all
// of them in the order of the API.
type ServiceConnectionsQuery struct {
	// EndpointID and MarkerID are those of one connection, "" and nil for all.
	EndpointID string
	MarkerID   *int64
	// Status is pendingAcceptance, creating, accepted, rejected, failed or deleting, "" for all.
	Status string
	// SortKey is create_at or update_at, on other clouds created_at or updated_at; SortDir is asc or
	// desc. "" is the API's default: by creation, newest first.
	SortKey, SortDir string
	Window
}

// ServiceConnections lists the connections of the VPC endpoint service serviceID, in the order that
// query asks for, and returns how many match the query whatever its window. The list is complete;
// if it keeps changing while it is read, the error is [ErrListChanged].
//
// GET /v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections, VPC Endpoint
// API reference, "Querying Connections of a VPC Endpoint Service"
// (https://support.huaweicloud.com/intl/en-us/api-vpcep/vpcep_06_0206.html).
func (c *Client) ServiceConnections(
	ctx context.Context, in Scope, serviceID string, query ServiceConnectionsQuery,
) ([]ServiceConnection, int64, error) {
	filter := queryOf("id", query.EndpointID, "status", query.Status, "sort_key", query.SortKey, "sort_dir", query.SortDir)
	if query.MarkerID != nil {
		filter.Set("marker_id", strconv.FormatInt(*query.MarkerID, 10))
	}
	list := newCountedList(c, listServiceConnections, in, map[string]string{"vpc_endpoint_service_id": serviceID}, filter,
		serviceConnectionsPage, func(c *ServiceConnection) *string { return c.ID })
	listed, err := list.read(ctx, query.Window)
	return listed.entries, listed.total, err
}
