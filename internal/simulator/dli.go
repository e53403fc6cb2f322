package simulator

import (
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
	var tags map[string]string
	if settings.Edition == CurrentDLI {
		if tags, ok = parseTags(c.Query.Get("tags")); !ok {
			return c.invalid("tags")
		}
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

// parseTags parses key=value pairs joined by commas.
func parseTags(text string) (map[string]string, bool) {
	tags := make(map[string]string)
	if text == "" {
		return tags, true
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, false
		}
		tags[key] = value
	}
	return tags, true
}

// hasTags reports whether the connection has all of the tags.
func hasTags(connection Entry, tags map[string]string) bool {
	list, _ := connection["tags"].([]any)
	for key, value := range tags {
		if !slices.ContainsFunc(list, func(tag any) bool {
			fields, _ := tag.(map[string]any)
			return fields["key"] == key && fields["value"] == value
		}) {
			return false
		}
	}
	return true
}
