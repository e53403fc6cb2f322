package client

import (
	"context"
	"net/http"
	"strings"
)

var listEndpointServices = operation{OpListEndpointServices, VPCEP, http.MethodGet, "/v1/{project_id}/vpc-endpoint-services"}

// endpointServicesPage is the largest page that the API returns.
const endpointServicesPage = 1000

// EndpointServiceID returns the ID of the VPC endpoint service with exactly this name: the full
// one, or the part of it that the owner chose. No service or several are a [NameMatchError].
//
// GET /v1/{project_id}/vpc-endpoint-services, VPC Endpoint API reference, "Querying VPC Endpoint
// Services" (https://support.huaweicloud.com/intl/en-us/api-vpcep/vpcep_06_0202.html).
func (c *Client) EndpointServiceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListEndpointServices, Kind: "VPC endpoint services", Name: name}
	return findByName(ctx, search, func(ctx context.Context, filter string) ([]NamedID, error) {
		entries, _, err := c.endpointServiceList(in, filter).read(ctx, Window{})
		return namedIDs(entries, func(e *endpointServiceEntry) NamedID {
			found := NamedID{Name: e.ServiceName, ID: e.ID.value}
			if own := ownerPart(e.ServiceName, e.ID.value, in.Region); strings.EqualFold(own, name) {
				found.Name = own
			}
			return found
		}), err
	})
}

// endpointServiceEntry is a VPC endpoint service as the list returns it.
type endpointServiceEntry struct {
	ID          requiredID `json:"id"`
	ServiceName string     `json:"service_name"`
}

// ownerPart returns the part of a service's full name that its owner chose, "" if there is none. A
// full name is {region}.{name}.{id}, {region}.{id} or {name}.{id}; a name contains no dots.
func ownerPart(fullName, id, region string) string {
	rest, ok := strings.CutSuffix(fullName, "."+id)
	if !ok {
		return ""
	}
	if before, name, ok := strings.Cut(rest, "."); ok && before != "" && !strings.Contains(name, ".") {
		return name
	}
	if rest == region || strings.Contains(rest, ".") {
		return ""
	}
	return rest
}

// endpointServiceList is the list of services whose names the API finds by a filter, "" for all.
func (c *Client) endpointServiceList(in Scope, filter string) countedList[endpointServiceEntry] {
	type endpointServices struct {
		TotalCount       required[int64]                  `json:"total_count"`
		EndpointServices required[[]endpointServiceEntry] `json:"endpoint_services"`
	}
	return countedList[endpointServiceEntry]{
		size: endpointServicesPage,
		id:   func(e *endpointServiceEntry) *string { return &e.ID.value },
		fetch: func(ctx context.Context, offset, limit int64) (page[endpointServiceEntry], error) {
			values := pageValues(offset, limit)
			setNonEmpty(values, "endpoint_service_name", filter)
			got, _, err := get[endpointServices](ctx, c, listEndpointServices, in, nil, values)
			if err != nil {
				return page[endpointServiceEntry]{}, err
			}
			return page[endpointServiceEntry]{entries: got.EndpointServices.value, total: got.TotalCount.value}, nil
		},
	}
}
