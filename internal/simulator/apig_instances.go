package simulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// listInstances handles GET /v2/{project_id}/apigw/instances. A limit that is too small or too
// large becomes the nearest valid one.
func (c *call) listInstances() response {
	settings := c.data.APIG
	limit, ok := c.number("limit", apigDefaultLimit)
	if !ok {
		return apigInvalid("limit")
	}
	limit = min(max(limit, 1), apigMaxLimit)
	offset, ok := c.number("offset", 0)
	if !ok {
		return apigInvalid("offset")
	}

	id, name, status := c.Query.Get("instance_id"), c.Query.Get("instance_name"), c.Query.Get("status")
	var matching []Entry
	for _, instanceID := range slices.Sorted(maps.Keys(settings.Instances)) {
		instance := settings.Instances[instanceID]
		if orDefault(instance.ProjectID) != c.params["project_id"] {
			continue
		}
		details := instance.details(instanceID)
		got := details.Text("instance_name")
		if (id == "" || instanceID == id) &&
			(status == "" || details.Text("status") == status) &&
			(name == "" || got == name || settings.PartialNames && strings.Contains(got, name)) {
			matching = append(matching, details)
		}
	}
	matching = sorted(matching, func(e Entry) int64 { return e.integer("create_time") }, cmp.Compare)
	instances := page(matching, max(offset, 0), capped(limit, settings.InstancePageCap))
	return object(http.StatusOK, "total", len(matching), "size", len(instances), "instances", instances)
}

// details returns the gateway's entry in the list of instances.
func (i *Instance) details(id string) Entry {
	return i.Details.withDefaults(
		"id", id,
		"project_id", orDefault(i.ProjectID),
		"instance_name", "gateway-"+id,
		"instance_status", 6,
		"status", "Running",
		"type", "apig",
		"spec", "BASIC",
		"create_time", generatedStart.UnixMilli(),
		"enterprise_project_id", "0",
		"eip_address", "",
		"loadbalancer_provider", "elb",
		"cbc_operation_locks", []any{},
		"vpc_id", "b2000000-0000-4000-8000-000000000001",
		"description", "",
	)
}
