package client

import (
	"context"
	"net/http"
	"strings"
)

var listEndpointServices = apiCall{
	operation: OpListEndpointServices, service: VPCEP,
	method: http.MethodGet, path: "/v1/{project_id}/vpc-endpoint-services",
}

// endpointServicesPage is the largest page that the API returns.
const endpointServicesPage = 1000

// EndpointServiceID returns the ID of the VPC endpoint service with exactly this name: the full
// one, or the part of it that the owner chose. No service or several are a [NameMatchError].
//
// GET /v1/{project_id}/vpc-endpoint-services, VPC Endpoint API reference, "Querying VPC Endpoint
// Services" (https://support.huaweicloud.com/intl/en-us/api-vpcep/vpcep_06_0202.html).
func (c *Client) EndpointServiceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListEndpointServices, Kind: "VPC endpoint services", Name: name}
	list := func(filter string) countedList[endpointServiceEntry] { return c.endpointServiceList(in, filter) }
	return findByName(ctx, search, list, func(e *endpointServiceEntry) NamedID {
		if own := ownerPart(e.ServiceName, e.ID, in.Region); strings.EqualFold(own, name) {
			return NamedID{Name: own, ID: e.ID}
		}
		return NamedID{Name: e.ServiceName, ID: e.ID}
	})
}

// endpointServiceEntry is a VPC endpoint service as the list returns it.
type endpointServiceEntry struct {
	ID          string `json:"id"`
	ServiceName string `json:"service_name"`
}

// ownerPart returns the part of a service's full name that its owner chose, "" if there is none. A
// full name is {region}.{name}.{id}, {region}.{id} or {name}.{id}; a name contains no dots.
func ownerPart(fullName, id, region string) string {
	rest, ok := strings.CutSuffix(fullName, "."+id)
	if !ok || rest == region {
		return ""
	}
	return rest[strings.LastIndex(rest, ".")+1:]
}

// endpointServiceList is the list of services whose names the API finds by a filter, "" for all.
func (c *Client) endpointServiceList(in Scope, filter string) countedList[endpointServiceEntry] {
	return newCountedList(c, listEndpointServices, in, nil, queryOf("endpoint_service_name", filter), endpointServicesPage,
		func(e *endpointServiceEntry) *string { return &e.ID })
}
