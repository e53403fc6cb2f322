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

// EndpointService is a VPC endpoint service of the project, as "Querying VPC Endpoint Services" in the
// VPC Endpoint API reference describes it, with the fields that other clouds and editions add. Fields
// that are missing in the response are nil.
type EndpointService struct {
	ID *string `json:"id"`
	// PortID is the ID of the backend's port, VIPPortID that of a virtual IP.
	PortID          *string               `json:"port_id"`
	VIPPortID       *string               `json:"vip_port_id"`
	ServiceName     *string               `json:"service_name"`
	ServerType      *string               `json:"server_type"`
	ServiceType     *string               `json:"service_type"`
	VPCID           *string               `json:"vpc_id"`
	PoolID          *string               `json:"pool_id"`
	ApprovalEnabled *bool                 `json:"approval_enabled"`
	Status          *string               `json:"status"`
	CreatedAt       *string               `json:"created_at"`
	UpdatedAt       *string               `json:"updated_at"`
	ProjectID       *string               `json:"project_id"`
	DomainID        *string               `json:"domain_id"`
	Ports           []EndpointServicePort `json:"ports"`
	Tags            []EndpointServiceTag  `json:"tags"`
	// ConnectionCount is the number of connections that are being created or accepted.
	ConnectionCount   *int64                   `json:"connection_count"`
	TCPProxy          *string                  `json:"tcp_proxy"`
	Error             []ServiceConnectionError `json:"error"`
	Description       *string                  `json:"description"`
	PublicBorderGroup *string                  `json:"public_border_group"`
	EnablePolicy      *bool                    `json:"enable_policy"`
	IPVersion         *string                  `json:"ip_version"`
}

// EndpointServicePort maps a port of the endpoints to one of the backend.
type EndpointServicePort struct {
	ClientPort *int64  `json:"client_port"`
	ServerPort *int64  `json:"server_port"`
	Protocol   *string `json:"protocol"`
}

// EndpointServiceTag is a tag of a service.
type EndpointServiceTag struct {
	Key   *string `json:"key"`
	Value *string `json:"value"`
}

// EndpointServices lists the VPC endpoint services of a project, in the order of the API: those with
// exactly this name, the full one or the part of it that the owner chose, and with this status; "" is
// any. The list is complete; if it keeps changing while it is read, the error is [ErrListChanged].
//
// GET /v1/{project_id}/vpc-endpoint-services, VPC Endpoint API reference, "Querying VPC Endpoint
// Services" (https://support.huaweicloud.com/intl/en-us/api-vpcep/ListEndpointService.html).
func (c *Client) EndpointServices(ctx context.Context, in Scope, name, status string) ([]EndpointService, error) {
	list := func(filter string) countedList[EndpointService] { return c.endpointServiceList(in, filter, status) }
	return namedEntries(ctx, name, list, endpointServiceName(in, name))
}

// EndpointServiceID returns the ID of the VPC endpoint service with exactly this name, as
// [Client.EndpointServices] finds it. No service or several are a [NameMatchError].
func (c *Client) EndpointServiceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListEndpointServices, Kind: "VPC endpoint services", Name: name}
	list := func(filter string) countedList[EndpointService] { return c.endpointServiceList(in, filter, "") }
	return findByName(ctx, search, list, endpointServiceName(in, name))
}

// endpointServiceName returns what names a service in a search for name. That of
// cn-north-4.orders.4189d3c2 is "orders" in a search for "orders" or "Orders", so that an error lists
// what was meant, and the full name in any other search.
func endpointServiceName(in Scope, name string) func(*EndpointService) NamedID {
	return func(s *EndpointService) NamedID {
		found := namedID(s.ServiceName, s.ID)
		if own := ownerPart(found.Name, found.ID, in.Region); strings.EqualFold(own, name) {
			found.Name = own
		}
		return found
	}
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
func (c *Client) endpointServiceList(in Scope, filter, status string) countedList[EndpointService] {
	return newCountedList(c, listEndpointServices, in, nil, queryOf("endpoint_service_name", filter, "status", status), endpointServicesPage,
		func(s *EndpointService) *string { return s.ID })
}
