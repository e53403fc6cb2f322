package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Limits of a page of VPCEP connections.
const (
	vpcepDefaultLimit = 10
	vpcepMaxLimit     = 1000
)

func vpcep() service {
	return service{
		routes: []route{{
			method:  http.MethodGet,
			pattern: "/v1/{project_id}/vpc-endpoint-services/{vpc_endpoint_service_id}/connections",
			list:    true,
			handle:  (*call).listServiceConnections,
		}},
		forbidden: func(c *call) answer {
			return c.vpcepError(http.StatusForbidden, "EndPoint.0004", "Authentication information is incorrect or you have no permissions.")
		},
		invalid: (*call).vpcepInvalid,
	}
}

func (c *call) vpcepError(status int, code, message string) answer {
	if c.data.VPCEP.FlatErrors {
		return flatError(status, code, message)
	}
	return nestedError(status, code, message)
}

func (c *call) vpcepInvalid(name string) answer {
	return c.vpcepError(http.StatusBadRequest, "EndPoint.0002", "Parameter error: "+name)
}

// vpcepStatuses are the statuses that a connection can have.
var vpcepStatuses = []string{"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"}

// vpcepSortKeys are the fields by the keys that stand for them, in the document and in older editions.
var vpcepSortKeys = map[string]string{
	"create_at": "created_at", "created_at": "created_at",
	"update_at": "updated_at", "updated_at": "updated_at",
}

func (c *call) listServiceConnections() answer {
	settings := c.data.VPCEP
	service, ok := settings.Services[c.params["vpc_endpoint_service_id"]]
	if !ok || orDefault(service.ProjectID) != c.params["project_id"] {
		return c.vpcepError(http.StatusNotFound, "EndPoint.0005", "The requested resource does not exist.")
	}
	limit, ok := c.number("limit", vpcepDefaultLimit)
	if !ok || limit < 1 || limit > vpcepMaxLimit {
		return c.vpcepError(http.StatusBadRequest, "EndPoint.0006", "Invalid limit.")
	}
	offset, ok := c.number("offset", 0)
	if !ok || offset < 0 {
		return c.vpcepError(http.StatusBadRequest, "EndPoint.0010", "Invalid offset.")
	}
	status := c.Query.Get("status")
	if status != "" && !slices.Contains(vpcepStatuses, status) {
		return c.vpcepInvalid("status")
	}
	sortField, ok := vpcepSortKeys[c.text("sort_key", "create_at")]
	if !ok {
		return c.vpcepInvalid("sort_key")
	}
	direction, ok := map[string]int{"asc": 1, "desc": -1}[c.text("sort_dir", "desc")]
	if !ok {
		return c.vpcepInvalid("sort_dir")
	}

	id, markerID := c.Query.Get("id"), c.Query.Get("marker_id")
	var matching []Entry
	for _, connection := range service.Connections {
		marker, _ := connection.Get("marker_id")
		if (id == "" || connection.Text("id") == id) &&
			(status == "" || connection.Text("status") == status) &&
			(markerID == "" || string(marker) == markerID) {
			matching = append(matching, connection)
		}
	}
	if settings.RefuseOffsetPastEnd && offset > 0 && offset >= len(matching) {
		return c.vpcepError(http.StatusBadRequest, "EndPoint.0010", "Invalid offset.")
	}
	matching = sorted(matching,
		func(e Entry) time.Time { return e.instant(sortField) },
		func(a, b time.Time) int { return direction * a.Compare(b) })
	return object(http.StatusOK,
		"connections", page(matching, offset, capped(limit, settings.PageCap)),
		"total_count", len(matching))
}

// number is a query parameter that is a whole number; ok is false where it is something else.
func (c *call) number(name string, without int) (n int, ok bool) {
	values, sent := c.Query[name]
	if !sent {
		return without, true
	}
	n, err := strconv.Atoi(values[0])
	return n, err == nil
}

// text is a query parameter, or what an absent or empty one stands for.
func (c *call) text(name, without string) string {
	if value := c.Query.Get(name); value != "" {
		return value
	}
	return without
}

// capped is the limit that a server with a cap on its pages keeps to.
func capped(limit, pageCap int) int {
	if pageCap > 0 {
		return min(limit, pageCap)
	}
	return limit
}
