package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// endpointServiceStatuses are the statuses of an endpoint service.
var endpointServiceStatuses = []string{"creating", "available", "failed", "deleting"}

// listEndpointServices handles GET /v1/{project_id}/vpc-endpoint-services.
func (c *call) listEndpointServices() response {
	settings := c.data.VPCEP
	query, invalid, ok := c.vpcepQuery(endpointServiceStatuses)
	if !ok {
		return invalid
	}

	id, name := c.Query.Get("id"), c.Query.Get("endpoint_service_name")
	var matching []Entry
	for _, serviceID := range slices.Sorted(maps.Keys(settings.Services)) {
		service := settings.Services[serviceID]
		if orDefault(service.ProjectID) != c.params["project_id"] {
			continue
		}
		details := service.details(serviceID, c.Region)
		if (id == "" || details.Text("id") == id) &&
			(query.status == "" || details.Text("status") == query.status) &&
			containsName(details.Text("service_name"), name, settings.IgnoreNameCase) {
			matching = append(matching, details)
		}
	}
	if query.offset > 0 && query.offset >= len(matching) {
		return c.vpcepInvalidOffset()
	}
	return object(http.StatusOK,
		"endpoint_services", query.page(matching, settings.ServicePageCap),
		"total_count", len(matching))
}

// containsName reports whether name contains part.
func containsName(name, part string, ignoreCase bool) bool {
	if ignoreCase {
		name, part = strings.ToLower(name), strings.ToLower(part)
	}
	return strings.Contains(name, part)
}

// details returns the service's entry in the list of services.
func (s *EndpointService) details(id, region string) Entry {
	created := generatedStart.Format(time.RFC3339)
	return s.Details.withDefaults(
		"id", id,
		"project_id", orDefault(s.ProjectID),
		"service_name", region+"."+id,
		"status", "available",
		"service_type", "interface",
		"server_type", "VM",
		"approval_enabled", true,
		"connection_count", len(s.Connections),
		"created_at", created,
		"updated_at", created,
		"ports", []any{jsonObject("client_port", 443, "server_port", 443, "protocol", "TCP")},
		"tags", []any{},
		"tcp_proxy", "close",
		"ip_version", "ipv4",
		"enable_policy", false,
	)
}
