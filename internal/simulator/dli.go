package simulator

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
)

// enhancedStatuses are the statuses of an enhanced connection.
var enhancedStatuses = []string{"ACTIVE", "DELETED"}

// dliDefaultLimit is the page size if the request has no limit.
const dliDefaultLimit = 100

// listEnhancedConnections handles GET /v2.0/{project_id}/datasource/enhanced-connections.
func (c *call) listEnhancedConnections() response {
	settings := c.data.DLI
	limit, ok := c.number("limit", dliDefaultLimit)
	if !ok || limit < 0 || limit == 0 && settings.Edition == OlderDLIRefuses {
		return c.invalid("limit")
	}
	if limit == 0 {
		limit = math.MaxInt
		if settings.Edition == OlderDLIDefaults {
			limit = dliDefaultLimit
		}
	}
	offset, ok := c.number("offset", 0)
	if !ok || offset < 0 {
		return c.invalid("offset")
	}
	status := strings.ToUpper(c.Query.Get("status"))
	if status != "" && !slices.Contains(enhancedStatuses, status) {
		return c.invalid("status")
	}
	var tags []string
	if query := c.Query.Get("tags"); query != "" && settings.Edition == CurrentDLI {
		tags = strings.Split(query, ",")
	}
	if slices.ContainsFunc(tags, func(tag string) bool { return strings.Index(tag, "=") < 1 }) {
		return c.invalid("tags")
	}
	matching := filter(settings.Projects[c.params["project_id"]], func(e Entry) bool {
		return e.has("name", c.Query.Get("name")) && hasTags(e, tags) && (status == "" || strings.EqualFold(e.Text("status"), status))
	})
	connections := page(sorted(matching, func(e Entry) float64 { return e.number("create_time") }), offset, limit)
	for i, connection := range connections {
		connections[i] = connection.Without("tags")
	}
	return object(http.StatusOK, Entry{"is_success": true, "message": "", "count": len(connections), "connections": connections})
}

// hasTags reports whether the connection has all of the tags, each of the form key=value.
func hasTags(connection Entry, tags []string) bool {
	list, _ := connection["tags"].([]any)
	has := make(map[string]bool)
	for _, tag := range list {
		fields, _ := tag.(map[string]any)
		has[fmt.Sprint(fields["key"], "=", fields["value"])] = true
	}
	return !slices.ContainsFunc(tags, func(tag string) bool { return !has[tag] })
}
