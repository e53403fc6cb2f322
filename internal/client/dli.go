package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

var listEnhancedConnections = apiCall{
	operation: OpListEnhancedConnections, service: DLI, method: http.MethodGet,
	path: "/v2.0/{project_id}/datasource/enhanced-connections",
}

// enhancedConnectionsPage is the API's default limit, which servers that do not know limit=0
// return.
const enhancedConnectionsPage = 100

// EnhancedConnection is an enhanced datasource connection, as "Listing Enhanced Datasource
// Connections" in the Data Lake Insight API reference describes it, with the fields that responses
// have in addition to that document. Fields that are missing in the response are nil.
type EnhancedConnection struct {
	ID     *string `json:"id"`
	Name   *string `json:"name"`
	Status *string `json:"status"`
	// AvailableQueueInfo has one entry for each queue that uses the connection.
	AvailableQueueInfo []EnhancedConnectionPeer `json:"available_queue_info"`
	// ElasticResourcePools has one entry for each elastic resource pool.
	ElasticResourcePools []EnhancedConnectionPeer `json:"elastic_resource_pools"`
	DestVPCID            *string                  `json:"dest_vpc_id"`
	DestNetworkID        *string                  `json:"dest_network_id"`
	// IsPrivis is false if the project has been granted permissions for the connection.
	IsPrivis   *bool `json:"isPrivis"`
	IPv6Enable *bool `json:"ipv6_enable"`
	// CreateTime is in milliseconds since the Unix epoch.
	CreateTime *int64                    `json:"create_time"`
	Hosts      []EnhancedConnectionHost  `json:"hosts"`
	Routes     []EnhancedConnectionRoute `json:"routes"`
}

// EnhancedConnectionPeer is the connection of one queue or elastic resource pool.
type EnhancedConnectionPeer struct {
	PeerID *string `json:"peer_id"`
	Status *string `json:"status"`
	Name   *string `json:"name"`
	// ErrMsg is why the status is FAILED.
	ErrMsg *string `json:"err_msg"`
	// UpdateTime is in milliseconds since the Unix epoch.
	UpdateTime *int64 `json:"update_time"`
}

// EnhancedConnectionHost is a host name that the connection resolves.
type EnhancedConnectionHost struct {
	Name *string `json:"name"`
	// IP is an IPv4 address.
	IP *string `json:"ip"`
}

// EnhancedConnectionRoute is a route of the connection.
type EnhancedConnectionRoute struct {
	Name *string `json:"name"`
	CIDR *string `json:"cidr"`
	// CreateTime is in milliseconds since the Unix epoch.
	CreateTime *int64 `json:"create_time"`
}

// EnhancedConnectionsQuery filters and limits a list of enhanced connections. The zero value lists
// all of them.
type EnhancedConnectionsQuery struct {
	// Name filters by connection name, as the API matches it; "" for any.
	Name string
	// Status is ACTIVE or DELETED, in any letter case, "" for both.
	Status string
	// Tags must all be on the connection. No key contains "=" or ",", no value ",".
	Tags map[string]string
	Window
}

// EnhancedConnections lists the enhanced datasource connections of a project, in the order of the
// API. The list is complete; if it keeps changing while it is read, the error is [ErrListChanged].
//
// GET /v2.0/{project_id}/datasource/enhanced-connections, Data Lake Insight API reference, "Listing
// Enhanced Datasource Connections"
// (https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0190.html).
func (c *Client) EnhancedConnections(ctx context.Context, in Scope, query EnhancedConnectionsQuery) ([]EnhancedConnection, error) {
	var tags []string
	for _, key := range slices.Sorted(maps.Keys(query.Tags)) {
		tags = append(tags, key+"="+query.Tags[key])
	}
	filter := queryOf("name", query.Name, "status", query.Status, "tags", strings.Join(tags, ","))
	list := uncountedList[EnhancedConnection]{
		size: enhancedConnectionsPage,
		id:   func(c *EnhancedConnection) *string { return c.ID },
		fetch: func(ctx context.Context, offset, limit int64) ([]EnhancedConnection, int64, error) {
			got, resp, err := get[enhancedConnections](ctx, c, listEnhancedConnections, in, nil, withPage(filter, offset, limit))
			switch {
			case err != nil:
				return nil, 0, err
			case got.IsSuccess == nil && got.Connections == nil && got.Count == nil:
				return nil, 0, resp.unexpected(errors.New(`missing fields "is_success", "count" and "connections"`))
			case got.IsSuccess != nil && !*got.IsSuccess:
				return nil, 0, resp.reportedFailure(got.Message)
			case got.Count == nil:
				got.Count = new(int64)
			case got.Connections == nil && *got.Count > offset:
				return nil, 0, resp.unexpected(fmt.Errorf("a count of %d, and no list", *got.Count))
			}
			return got.Connections, *got.Count, nil
		},
	}
	return list.read(ctx, query.Window)
}

// enhancedConnections is the response. Older editions leave out some of its fields, but not all.
type enhancedConnections struct {
	IsSuccess   *bool                `json:"is_success"`
	Message     string               `json:"message"`
	Count       *int64               `json:"count"`
	Connections []EnhancedConnection `json:"connections"`
}
