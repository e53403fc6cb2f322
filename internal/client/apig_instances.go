package client

import (
	"context"
	"net/http"
)

var listInstances = operation{OpListInstances, APIG, http.MethodGet, "/v2/{project_id}/apigw/instances"}

// instancesPage is the largest page that the API returns.
const instancesPage = 500

// InstanceID returns the ID of the dedicated gateway with exactly this name. No gateway or several
// are a [NameMatchError].
//
// GET /v2/{project_id}/apigw/instances, API Gateway API reference, "Querying Dedicated Gateways"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ListInstancesV2.html).
func (c *Client) InstanceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListInstances, Kind: "dedicated gateways", Name: name}
	return findByName(ctx, search, func(ctx context.Context, filter string) ([]NamedID, error) {
		entries, _, err := c.instanceList(in, filter).read(ctx, Window{})
		return namedIDs(entries, func(e *instanceEntry) NamedID { return NamedID{Name: e.InstanceName, ID: e.ID.value} }), err
	})
}

// instanceEntry is a dedicated gateway as the list returns it.
type instanceEntry struct {
	ID           requiredID `json:"id"`
	InstanceName string     `json:"instance_name"`
}

// instanceList is the list of gateways whose names the API finds by a filter, "" for all.
func (c *Client) instanceList(in Scope, filter string) countedList[instanceEntry] {
	type instances struct {
		Total     required[int64]           `json:"total"`
		Instances required[[]instanceEntry] `json:"instances"`
	}
	return countedList[instanceEntry]{
		size: instancesPage,
		id:   func(e *instanceEntry) *string { return &e.ID.value },
		fetch: func(ctx context.Context, offset, limit int64) (page[instanceEntry], error) {
			values := pageValues(offset, limit)
			setNonEmpty(values, "instance_name", filter)
			got, _, err := get[instances](ctx, c, listInstances, in, nil, values)
			if err != nil {
				return page[instanceEntry]{}, err
			}
			return page[instanceEntry]{entries: got.Instances.value, total: got.Total.value}, nil
		},
	}
}
