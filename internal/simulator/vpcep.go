package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// Page sizes of VPCEP.
const (
	vpcepDefaultLimit = 10
	vpcepMaxLimit     = 1000
)

func vpcep() service {
	const services = "/v1/{project_id}/vpc-endpoint-services"
	return service{
		routes: []route{
			{method: http.MethodGet, pattern: services, list: true, handle: (*call).listEndpointServices},
			{
				method:  http.MethodGet,
				pattern: services + "/{vpc_endpoint_service_id}/connections",
				list:    true,
				handle:  (*call).listServiceConnections,
			},
		},
		forbidden: func(*call) response {
			return nestedError(http.StatusForbidden, "EndPoint.0004", "Authentication information is incorrect or you have no permissions.")
		},
		invalid: func(_ *call, name string) response { return vpcepInvalid(name) },
	}
}

func vpcepInvalid(name string) response {
	return nestedError(http.StatusBadRequest, "EndPoint.0002", "Parameter error: "+name)
}

func vpcepInvalidOffset() response {
	return nestedError(http.StatusBadRequest, "EndPoint.0010", "Invalid offset.")
}

// vpcepStatuses are the statuses of a connection.
var vpcepStatuses = []string{"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"}

// vpcepSortFields maps the documented sort keys to the fields that they sort by.
var vpcepSortFields = map[string]string{"create_at": "created_at", "update_at": "updated_at"}

// listServiceConnections handles GET
// /v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections.
func (c *call) listServiceConnections() response {
	settings := c.data.VPCEP
	service, ok := settings.Services[c.params["vpc_endpoint_service_id"]]
	if !ok || orDefault(service.ProjectID) != c.params["project_id"] {
		return nestedError(http.StatusNotFound, "EndPoint.0005", "The requested resource does not exist.")
	}
	query, invalid, ok := c.vpcepQuery(vpcepStatuses)
	if !ok {
		return invalid
	}

	matching := []Entry{}
	for _, connection := range service.Connections {
		if connection.has("id", c.Query.Get("id"), "status", query.status, "marker_id", c.Query.Get("marker_id")) {
			matching = append(matching, connection)
		}
	}
	if settings.RefuseOffsetPastEnd && query.offset > 0 && query.offset >= len(matching) {
		return vpcepInvalidOffset()
	}
	return object(http.StatusOK, Entry{"connections": query.page(matching), "total_count": len(matching)})
}

// vpcepQuery holds the query parameters that the lists of VPCEP share.
type vpcepQuery struct {
	limit, offset int
	status        string
	sortField     string
	// direction is 1 for ascending order, -1 for descending.
	direction int64
}

// vpcepQuery parses the query. If a parameter is invalid, it returns the API's error and false.
func (c *call) vpcepQuery(statuses []string) (query vpcepQuery, invalid response, ok bool) {
	if query.limit, ok = c.number("limit", vpcepDefaultLimit); !ok || query.limit < 1 || query.limit > vpcepMaxLimit {
		return query, nestedError(http.StatusBadRequest, "EndPoint.0006", "Invalid limit."), false
	}
	if query.offset, ok = c.number("offset", 0); !ok || query.offset < 0 {
		return query, vpcepInvalidOffset(), false
	}
	query.status = c.Query.Get("status")
	if query.status != "" && !slices.Contains(statuses, query.status) {
		return query, vpcepInvalid("status"), false
	}
	if query.sortField, ok = vpcepSortFields[c.text("sort_key", "create_at")]; !ok {
		return query, vpcepInvalid("sort_key"), false
	}
	if query.direction, ok = map[string]int64{"asc": 1, "desc": -1}[c.text("sort_dir", "desc")]; !ok {
		return query, vpcepInvalid("sort_dir"), false
	}
	return query, response{}, true
}

// page sorts the entries and returns the page that the query asks for.
func (q vpcepQuery) page(entries []Entry) []Entry {
	entries = sorted(entries, func(e Entry) int64 { return q.direction * e.instant(q.sortField) })
	return page(entries, q.offset, q.limit)
}

// number returns a query parameter that is an integer, or missing if the request lacks it. ok is
// false if it is no integer.
func (c *call) number(name string, missing int) (n int, ok bool) {
	values, sent := c.Query[name]
	if !sent {
		return missing, true
	}
	n, err := strconv.Atoi(values[0])
	return n, err == nil
}

// text returns a query parameter, or missing if it is absent or empty.
func (c *call) text(name, missing string) string {
	if value := c.Query.Get(name); value != "" {
		return value
	}
	return missing
}
