package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// endpointServiceStatuses are the statuses of an endpoint service.
var endpointServiceStatuses = []string{"creating", "available", "failed", "deleting"}

// listEndpointServices handles GET /v1/{project_id}/vpc-endpoint-services. An offset past the end
// gives an empty page, although the document wants it to be less than the number of services.
func (c *call) listEndpointServices() response {
	query, invalid, ok := c.vpcepQuery(endpointServiceStatuses)
	if !ok {
		return invalid
	}
	matching := []Entry{}
	for _, id := range slices.Sorted(maps.Keys(c.data.VPCEP.Services)) {
		service := c.data.VPCEP.Services[id]
		entry := service.Details.With("id", id)
		if orDefault(service.ProjectID) == c.params["project_id"] &&
			entry.has("id", c.Query.Get("id"), "status", query.status) &&
			strings.Contains(entry.Text("service_name"), c.Query.Get("endpoint_service_name")) {
			matching = append(matching, entry)
		}
	}
	return object(http.StatusOK, Entry{"endpoint_services": query.page(matching), "total_count": len(matching)})
}
