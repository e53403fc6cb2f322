package simulator

import (
	"maps"
	"net/http"
	"slices"
)

// listInstances handles GET /v2/{project_id}/apigw/instances. A limit that is too small or too
// large becomes the nearest valid one.
func (c *call) listInstances() response {
	limit, ok := c.number("limit", apigDefaultLimit)
	if !ok {
		return apigInvalid("limit")
	}
	limit = min(max(limit, 1), apigMaxLimit)
	offset, ok := c.number("offset", 0)
	if !ok {
		return apigInvalid("offset")
	}
	matching := []Entry{}
	for _, id := range slices.Sorted(maps.Keys(c.data.APIG.Instances)) {
		instance := c.data.APIG.Instances[id]
		entry := instance.Details.With("id", id)
		if orDefault(instance.ProjectID) == c.params["project_id"] &&
			entry.has("id", c.Query.Get("instance_id"), "instance_name", c.Query.Get("instance_name"), "status", c.Query.Get("status")) {
			matching = append(matching, entry)
		}
	}
	instances := page(sorted(matching, func(e Entry) int64 { return e.integer("create_time") }), max(offset, 0), limit)
	return object(http.StatusOK, Entry{"total": len(matching), "size": len(instances), "instances": instances})
}
