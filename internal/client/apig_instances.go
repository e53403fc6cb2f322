package client

import (
	"context"
	"net/http"
)

var listInstances = apiCall{operation: OpListInstances, service: APIG, method: http.MethodGet, path: "/v2/{project_id}/apigw/instances"}

// instancesPage is the largest page that the API returns.
const instancesPage = 500

// InstanceID returns the ID of the dedicated gateway with exactly this name. No gateway or several
// are a [NameMatchError].
//
// GET /v2/{project_id}/apigw/instances, API Gateway API reference, "Querying Dedicated Gateways"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ListInstancesV2.html).
func (c *Client) InstanceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListInstances, Kind: "dedicated gateways", Name: name}
	list := func(filter string) countedList[instanceEntry] { return c.instanceList(in, filter) }
	return findByName(ctx, search, list, func(e *instanceEntry) NamedID { return NamedID{Name: e.InstanceName, ID: e.ID} })
}

// instanceEntry is a dedicated gateway as the list returns it.
type instanceEntry struct {
	ID           string `json:"id"`
	InstanceName string `json:"instance_name"`
}

// instanceList is the list of gateways whose names the API finds by a filter, "" for all.
func (c *Client) instanceList(in Scope, filter string) countedList[instanceEntry] {
	return newCountedList(c, listInstances, in, nil, queryOf("instance_name", filter), instancesPage,
		func(e *instanceEntry) *string { return &e.ID })
}
