package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The statuses of an endpoint service and of a connection.
var (
	endpointServiceStatuses = []string{"creating", "available", "failed", "deleting"}
	connectionStatuses      = []string{"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"}
)

// listEndpointServices handles GET /v1/{project_id}/vpc-endpoint-services. An offset past the end
// gives an empty page, although the document wants it to be less than the number of services.
func (c *call) listEndpointServices() response {
	services := []Entry{}
	for _, id := range slices.Sorted(maps.Keys(c.data.VPCEP.Services)) {
		service := c.data.VPCEP.Services[id]
		if orDefault(service.ProjectID) == c.params["project_id"] &&
			strings.Contains(service.Details.Text("service_name"), c.Query.Get("endpoint_service_name")) {
			services = append(services, service.Details.With("id", id))
		}
	}
	return c.vpcepPage("endpoint_services", services, endpointServiceStatuses)
}

// listServiceConnections handles GET
// /v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections.
func (c *call) listServiceConnections() response {
	service, ok := c.data.VPCEP.Services[c.params["id"]]
	if !ok || orDefault(service.ProjectID) != c.params["project_id"] {
		return c.error(http.StatusNotFound, "EndPoint.0005", "The requested resource does not exist.")
	}
	connections := filter(service.Connections, func(e Entry) bool { return e.has("marker_id", c.Query.Get("marker_id")) })
	if offset, _ := c.number("offset", 0); c.data.VPCEP.RefuseOffsetPastEnd && offset > 0 && offset >= len(connections) {
		return c.invalidOffset()
	}
	return c.vpcepPage("connections", connections, connectionStatuses)
}

func (c *call) invalidOffset() response {
	return c.error(http.StatusBadRequest, "EndPoint.0010", "Invalid offset.")
}

// vpcepPage returns the page of a list that the query asks for.
func (c *call) vpcepPage(name string, entries []Entry, statuses []string) response {
	limit, ok := c.number("limit", 10)
	if !ok || limit < 1 || limit > 1000 {
		return c.error(http.StatusBadRequest, "EndPoint.0006", "Invalid limit.")
	}
	offset, ok := c.number("offset", 0)
	if !ok || offset < 0 {
		return c.invalidOffset()
	}
	status := c.Query.Get("status")
	if status != "" && !slices.Contains(statuses, status) {
		return c.invalid("status")
	}
	field, ok := map[string]string{"": "created_at", "create_at": "created_at", "update_at": "updated_at"}[c.Query.Get("sort_key")]
	if !ok {
		return c.invalid("sort_key")
	}
	direction, ok := map[string]float64{"": -1, "desc": -1, "asc": 1}[c.Query.Get("sort_dir")]
	if !ok {
		return c.invalid("sort_dir")
	}
	matching := filter(entries, func(e Entry) bool { return e.has("id", c.Query.Get("id"), "status", status) })
	all := sorted(matching, func(e Entry) float64 { return direction * e.micros(field) })
	return object(http.StatusOK, Entry{name: page(all, offset, limit), "total_count": len(all)})
}
