package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
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
		forbidden: func(c *call) response {
			return c.vpcepError(http.StatusForbidden, "EndPoint.0004", "Authentication information is incorrect or you have no permissions.")
		},
		invalid: (*call).vpcepInvalid,
	}
}

func (c *call) vpcepError(status int, code, message string) response {
	if c.data.VPCEP.FlatErrors {
		return flatError(status, code, message)
	}
	return nestedError(status, code, message)
}

func (c *call) vpcepInvalid(name string) response {
	return c.vpcepError(http.StatusBadRequest, "EndPoint.0002", "Parameter error: "+name)
}

func (c *call) vpcepInvalidOffset() response {
	return c.vpcepError(http.StatusBadRequest, "EndPoint.0010", "Invalid offset.")
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
		return c.vpcepError(http.StatusNotFound, "EndPoint.0005", "The requested resource does not exist.")
	}
	query, invalid, ok := c.vpcepQuery(vpcepStatuses)
	if !ok {
		return invalid
	}

	id, markerID := c.Query.Get("id"), c.Query.Get("marker_id")
	var matching []Entry
	for _, connection := range service.Connections {
		marker, _ := connection.Get("marker_id")
		if (id == "" || connection.Text("id") == id) &&
			(query.status == "" || connection.Text("status") == query.status) &&
			(markerID == "" || string(marker) == markerID) {
			matching = append(matching, connection)
		}
	}
	if settings.RefuseOffsetPastEnd && query.offset > 0 && query.offset >= len(matching) {
		return c.vpcepInvalidOffset()
	}
	return object(http.StatusOK,
		"connections", query.page(matching, settings.PageCap),
		"total_count", len(matching))
}

// vpcepQuery holds the query parameters that the lists of VPCEP share.
type vpcepQuery struct {
	limit, offset int
	status        string
	sortField     string
	// direction is 1 for ascending order, -1 for descending.
	direction int
}

// vpcepQuery parses the query. If a parameter is invalid, it returns the API's error and false.
func (c *call) vpcepQuery(statuses []string) (query vpcepQuery, invalid response, ok bool) {
	if query.limit, ok = c.number("limit", vpcepDefaultLimit); !ok || query.limit < 1 || query.limit > vpcepMaxLimit {
		return query, c.vpcepError(http.StatusBadRequest, "EndPoint.0006", "Invalid limit."), false
	}
	if query.offset, ok = c.number("offset", 0); !ok || query.offset < 0 {
		return query, c.vpcepInvalidOffset(), false
	}
	query.status = c.Query.Get("status")
	if query.status != "" && !slices.Contains(statuses, query.status) {
		return query, c.vpcepInvalid("status"), false
	}
	if query.sortField, ok = vpcepSortFields[c.text("sort_key", "create_at")]; !ok {
		return query, c.vpcepInvalid("sort_key"), false
	}
	if query.direction, ok = map[string]int{"asc": 1, "desc": -1}[c.text("sort_dir", "desc")]; !ok {
		return query, c.vpcepInvalid("sort_dir"), false
	}
	return query, response{}, true
}

// page sorts the entries and returns the page that the query asks for.
func (q vpcepQuery) page(entries []Entry, pageCap int) []Entry {
	entries = sorted(entries,
		func(e Entry) time.Time { return e.instant(q.sortField) },
		func(a, b time.Time) int { return q.direction * a.Compare(b) })
	return page(entries, q.offset, capped(q.limit, pageCap))
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

// capped applies the server's own maximum page size, if it has one, to a limit.
func capped(limit, pageCap int) int {
	if pageCap > 0 {
		return min(limit, pageCap)
	}
	return limit
}
