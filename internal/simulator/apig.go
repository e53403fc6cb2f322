package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// Page sizes of APIG.
const (
	apigDefaultLimit = 20
	apigMaxLimit     = 500
)

func apig() service {
	const (
		instances = "/v2/{project_id}/apigw/instances"
		channels  = instances + "/{instance_id}/vpc-channels"
	)
	return service{
		routes: []route{
			{method: http.MethodGet, pattern: instances, list: true, handle: (*call).listInstances},
			{method: http.MethodGet, pattern: channels, list: true, handle: (*call).listChannels},
			{method: http.MethodGet, pattern: channels + "/{vpc_channel_id}", handle: (*call).showChannel},
		},
		forbidden: func(*call) response {
			return flatError(http.StatusForbidden, "APIG.1005", "No permissions to request this method")
		},
		invalid: func(_ *call, name string) response { return apigInvalid(name) },
	}
}

func apigInvalid(name string) response {
	return flatError(http.StatusBadRequest, "APIG.2012",
		"Invalid parameter value,parameterName:"+name+". Please refer to the support documentation")
}

// instance returns the gateway that the path names.
func (c *call) instance() (*Instance, response, bool) {
	id := c.params["instance_id"]
	instance, ok := c.data.APIG.Instances[id]
	if !ok || orDefault(instance.ProjectID) != c.params["project_id"] {
		return nil, flatError(http.StatusNotFound, "APIG.3030", "The instance does not exist;id:"+id), false
	}
	return instance, response{}, true
}

// showChannel handles GET …/vpc-channels/{vpc_channel_id}.
func (c *call) showChannel() response {
	instance, missing, ok := c.instance()
	if !ok {
		return missing
	}
	id := c.params["vpc_channel_id"]
	i := slices.IndexFunc(instance.Channels, func(channel Entry) bool { return channel.Text("id") == id })
	if i < 0 {
		return flatError(http.StatusNotFound, "APIG.3023", "The VPC channel does not exist,id:"+id)
	}
	return object(http.StatusOK, instance.Channels[i])
}

// listChannels handles GET …/vpc-channels. Its entries lack members and microservice details.
func (c *call) listChannels() response {
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
	name := c.Query.Get("name")
	exact := slices.Contains(strings.Split(c.Query.Get("precise_search"), ","), "name")
	matching := []Entry{}
	for _, channel := range instance.Channels {
		if channel.has("id", c.Query.Get("id")) && strings.Contains(channel.Text("name"), name) &&
			(!exact || channel.has("name", name)) {
			matching = append(matching, channel.Without("members", "microservice_info"))
		}
	}
	channels := page(matching, max(offset, 0), limit)
	return object(http.StatusOK, Entry{"total": len(matching), "size": len(channels), "vpc_channels": channels})
}
