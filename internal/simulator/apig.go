package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The page sizes of APIG.
const (
	apigDefaultLimit = 20
	apigMaxLimit     = 500
)

// listInstances handles GET /v2/{project_id}/apigw/instances. A limit that is too small or too
// large becomes the nearest valid one.
func (c *call) listInstances() response {
	limit, ok := c.number("limit", apigDefaultLimit)
	if !ok {
		return c.invalid("limit")
	}
	instances := []Entry{}
	for _, id := range slices.Sorted(maps.Keys(c.data.APIG.Instances)) {
		instance := c.data.APIG.Instances[id]
		entry := instance.Details.With("id", id)
		if orDefault(instance.ProjectID) == c.params["project_id"] && entry.has(
			"id", c.Query.Get("instance_id"), "instance_name", c.Query.Get("instance_name"), "status", c.Query.Get("status")) {
			instances = append(instances, entry)
		}
	}
	instances = sorted(instances, func(e Entry) float64 { return e.number("create_time") })
	return c.apigPage("instances", instances, min(max(limit, 1), apigMaxLimit))
}

// listChannels handles GET …/vpc-channels. Its entries lack members and microservice details.
func (c *call) listChannels() response {
	instance, ok := c.instance()
	if !ok {
		return c.noInstance()
	}
	limit, ok := c.number("limit", apigDefaultLimit)
	if !ok || limit < 1 || limit > apigMaxLimit {
		return c.invalid("limit")
	}
	name := c.Query.Get("name")
	exact := slices.Contains(strings.Split(c.Query.Get("precise_search"), ","), "name")
	channels := filter(instance.Channels, func(e Entry) bool {
		return e.has("id", c.Query.Get("id")) && strings.Contains(e.Text("name"), name) && (!exact || e.has("name", name))
	})
	for i, channel := range channels {
		channels[i] = channel.Without("members", "microservice_info")
	}
	return c.apigPage("vpc_channels", channels, limit)
}

// showChannel handles GET …/vpc-channels/{vpc_channel_id}.
func (c *call) showChannel() response {
	instance, ok := c.instance()
	if !ok {
		return c.noInstance()
	}
	id := c.params["vpc_channel_id"]
	channel, ok := find(instance.Channels, func(channel Entry) bool { return channel.Text("id") == id })
	if !ok {
		return c.error(http.StatusNotFound, "APIG.3023", "The VPC channel does not exist,id:"+id)
	}
	return object(http.StatusOK, channel)
}

// instance returns the gateway that the path names.
func (c *call) instance() (*Instance, bool) {
	instance, ok := c.data.APIG.Instances[c.params["instance_id"]]
	return instance, ok && orDefault(instance.ProjectID) == c.params["project_id"]
}

func (c *call) noInstance() response {
	return c.error(http.StatusNotFound, "APIG.3030", "The instance does not exist;id:"+c.params["instance_id"])
}

// apigPage returns the page of a list that the query asks for.
func (c *call) apigPage(name string, entries []Entry, limit int) response {
	offset, ok := c.number("offset", 0)
	if !ok {
		return c.invalid("offset")
	}
	entries, total := page(entries, max(offset, 0), limit), len(entries)
	return object(http.StatusOK, Entry{name: entries, "total": total, "size": len(entries)})
}
