package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// Limits of a page of VPC channels.
const (
	apigDefaultLimit = 20
	apigMaxLimit     = 500
)

func apig() service {
	const channels = "/v2/{project_id}/apigw/instances/{instance_id}/vpc-channels"
	return service{
		routes: []route{
			{method: http.MethodGet, pattern: channels, list: true, handle: (*call).listChannels},
			{method: http.MethodGet, pattern: channels + "/{vpc_channel_id}", handle: (*call).showChannel},
		},
		forbidden: func(*call) answer {
			return flatError(http.StatusForbidden, "APIG.1005", "No permissions to request this method")
		},
		invalid: func(_ *call, name string) answer { return apigInvalid(name) },
	}
}

func apigInvalid(name string) answer {
	return flatError(http.StatusBadRequest, "APIG.2012",
		"Invalid parameter value,parameterName:"+name+". Please refer to the support documentation")
}

// instance finds the gateway of the path in the project of the path.
func (c *call) instance() (*Instance, answer, bool) {
	id := c.params["instance_id"]
	instance, ok := c.data.APIG.Instances[id]
	if !ok || orDefault(instance.ProjectID) != c.params["project_id"] {
		return nil, flatError(http.StatusNotFound, "APIG.3030", "The instance does not exist;id:"+id), false
	}
	return instance, answer{}, true
}

func (c *call) showChannel() answer {
	instance, missing, ok := c.instance()
	if !ok {
		return missing
	}
	id := c.params["vpc_channel_id"]
	i := slices.IndexFunc(instance.Channels, func(channel Channel) bool { return channel.ID == id })
	if i < 0 {
		return flatError(http.StatusNotFound, "APIG.3023", "The VPC channel does not exist,id:"+id)
	}
	return answer{status: http.StatusOK, body: instance.Channels[i].raw}
}

func (c *call) listChannels() answer {
	instance, missing, ok := c.instance()
	if !ok {
		return missing
	}
	limit, ok := c.number("limit", apigDefaultLimit)
	if !ok || limit < 1 || limit > apigMaxLimit {
		return apigInvalid("limit")
	}
	offset, ok := c.number("offset", 0)
	if !ok {
		return apigInvalid("offset")
	}
	id, name := c.Query.Get("id"), c.Query.Get("name")
	exact := slices.Contains(strings.Split(c.Query.Get("precise_search"), ","), "name")

	var matching []Entry
	for _, channel := range instance.Channels {
		got := channel.Text("name")
		if (id == "" || channel.ID == id) &&
			(name == "" || got == name || !exact && strings.Contains(got, name)) {
			matching = append(matching, channel.Without("members", "microservice_info"))
		}
	}
	answered := page(matching, max(offset, 0), capped(limit, c.data.APIG.PageCap))
	return object(http.StatusOK, "total", len(matching), "size", len(answered), "vpc_channels", answered)
}
