package client

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const enhancedConnectionsPath = "/v2.0/{project_id}/datasource/enhanced-connections"

// enhancedConnectionsPage is the page of a server that does not serve the whole
// list at once.
const enhancedConnectionsPage = 100

// EnhancedConnection is an enhanced datasource connection, as "Listing Enhanced
// Datasource Connections" in the Data Lake Insight API reference describes it,
// with the fields that answers carry beside that document. Fields that the
// answer leaves out are nil.
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
	// IsPrivis is false where the project has been granted permissions for the
	// connection.
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
	// ErrMsg says why the status is FAILED.
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

// EnhancedConnectionsQuery narrows and cuts a list of enhanced connections. The
// zero value asks for all of them.
type EnhancedConnectionsQuery struct {
	// Name that the API finds connections by, "" for any.
	Name string
	// Status is ACTIVE or DELETED, in any case, "" for both.
	Status string
	// Tags must all be on the connection. No key holds "=" or ",", no value ",".
	Tags map[string]string
	Window
}

// EnhancedConnections lists the enhanced datasource connections of a project,
// in the order of the API. The list is whole, or the error says what prevented
// that; see [ErrListKeptChanging].
//
// GET /v2.0/{project_id}/datasource/enhanced-connections, Data Lake Insight API
// reference, "Listing Enhanced Datasource Connections".
func (c *Client) EnhancedConnections(ctx context.Context, in Scope, query EnhancedConnectionsQuery) ([]EnhancedConnection, error) {
	type answer struct {
		IsSuccess   *bool                         `json:"is_success"`
		Message     *string                       `json:"message"`
		Count       present[*int64]               `json:"count"`
		Connections present[[]EnhancedConnection] `json:"connections"`
	}
	list := openListing[EnhancedConnection]{
		size: enhancedConnectionsPage,
		id:   func(c *EnhancedConnection) *string { return c.ID },
		fetch: func(ctx context.Context, offset, limit int64) ([]EnhancedConnection, error) {
			got, from, err := get[answer](ctx, c, DLI, in, enhancedConnectionsPath, nil, query.values(offset, limit))
			switch {
			case err != nil:
				return nil, err
			case got.IsSuccess == nil && !got.Count.there && !got.Connections.there:
				return nil, from.unexpected(errMissing("connections"))
			case got.IsSuccess != nil && !*got.IsSuccess:
				return nil, from.failed(got.Message)
			}
			return got.Connections.value, nil
		},
	}
	return list.read(ctx, query.Window)
}

// values are the query of one request.
func (q EnhancedConnectionsQuery) values(offset, limit int64) url.Values {
	values := url.Values{}
	values.Set("limit", strconv.FormatInt(limit, 10))
	if offset > 0 {
		values.Set("offset", strconv.FormatInt(offset, 10))
	}
	setNonEmpty(values, "name", q.Name)
	setNonEmpty(values, "status", q.Status)
	var tags []string
	for _, key := range slices.Sorted(maps.Keys(q.Tags)) {
		tags = append(tags, key+"="+q.Tags[key])
	}
	setNonEmpty(values, "tags", strings.Join(tags, ","))
	return values
}
