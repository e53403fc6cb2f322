package simulator

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"
)

// dliDefaultLimit is the page size if the request has no limit.
const dliDefaultLimit = 100

func dli() service {
	return service{
		routes: []route{{
			method:  http.MethodGet,
			pattern: "/v2.0/{project_id}/datasource/enhanced-connections",
			list:    true,
			handle:  (*call).listEnhancedConnections,
		}},
		forbidden: func(*call) response {
			return flatError(http.StatusForbidden, "DLI.0003", "Permission denied.")
		},
		invalid: func(_ *call, name string) response { return dliInvalid(name) },
	}
}

func dliInvalid(name string) response {
	return flatError(http.StatusBadRequest, "DLI.0001", "The parameter "+name+" is invalid.")
}

// listEnhancedConnections handles GET /v2.0/{project_id}/datasource/enhanced-connections.
func (c *call) listEnhancedConnections() response {
	settings := c.data.DLI
	limit, ok := c.number("limit", dliDefaultLimit)
	if !ok || limit < 0 || limit == 0 && settings.Edition == OlderDLIRefuses {
		return dliInvalid("limit")
	}
	if limit == 0 {
		limit = math.MaxInt
		if settings.Edition == OlderDLIDefaults {
			limit = dliDefaultLimit
		}
	}
	offset, ok := c.number("offset", 0)
	if !ok || offset < 0 {
		return dliInvalid("offset")
	}
	status := strings.ToUpper(c.Query.Get("status"))
	if status != "" && !slices.Contains([]string{"ACTIVE", "DELETED"}, status) {
		return dliInvalid("status")
	}
	var tags map[string]string
	if settings.Edition == CurrentDLI {
		if tags, ok = parseTags(c.Query.Get("tags")); !ok {
			return dliInvalid("tags")
		}
	}

	name := c.Query.Get("name")
	var matching []EnhancedConnection
	for _, connection := range settings.Projects[c.params["project_id"]] {
		if (name == "" || connection.Text("name") == name) &&
			(status == "" || strings.EqualFold(connection.Text("status"), status)) &&
			connection.hasTags(tags) {
			matching = append(matching, connection)
		}
	}
	matching = sorted(matching, func(c EnhancedConnection) int64 { return c.integer("create_time") }, cmp.Compare)

	var connections []Entry
	for _, connection := range page(matching, offset, capped(limit, settings.PageCap)) {
		connections = append(connections, connection.Entry)
	}
	count := len(connections)
	if settings.CountIsTotal {
		count = len(matching)
	}
	return object(http.StatusOK, "is_success", true, "message", "", "count", count, "connections", connections)
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
func (c EnhancedConnection) hasTags(tags map[string]string) bool {
	for key, value := range tags {
		if got, ok := c.Tags[key]; !ok || got != value {
			return false
		}
	}
	return true
}
