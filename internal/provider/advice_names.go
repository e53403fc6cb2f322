package provider

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// thing is something that arguments name by its ID or by its name.
type thing struct {
	kind, place string
	// service that has it, and the code of its error for one that does not exist.
	service, code string
	// id and name are the arguments, of which one is set.
	id, name string
	// listed is the operation that lists what a name stands for, list the data source that does.
	listed client.Operation
	list   string
}

// things that data sources find. A 404 with another code of a service is about its last.
var things = []thing{
	{"endpoint service", "region and project", client.VPCEP, "EndPoint.0005", "service_id", "service_name",
		client.OpListEndpointServices, "hwcloud_vpcep_services"},
	{"VPC channel", "gateway, region and project", client.APIG, "APIG.3023", "vpc_channel_id", "name",
		client.OpListVPCChannels, "hwcloud_apig_vpc_channels"},
	{"gateway", "region and project", client.APIG, "APIG.3030", "instance_id", "instance_name",
		client.OpListInstances, "hwcloud_apig_instances"},
}

// thingOf is what an argument names, a zero value if that is nothing of the kind.
func thingOf(argument string) thing {
	for _, t := range things {
		if t.id == argument || t.name == argument {
			return t
		}
	}
	return thing{}
}

// ownCodes are how the codes of the services begin, in lower case.
var ownCodes = map[string]string{client.VPCEP: "endpoint.", client.DLI: "dli.", client.APIG: "apig.", client.IAM: ""}

// isOwnCode reports whether the code of an error is the service's own, and not the gateway's.
func isOwnCode(failed client.Error) bool {
	start, known := ownCodes[failed.Service]
	return known && failed.Code != "" && client.GatewayCode(failed.Code) == "" && strings.HasPrefix(strings.ToLower(failed.Code), start)
}

// missing is the thing that does not exist, a zero value if the error is about something else.
func missing(failed client.Error) (found thing) {
	for _, t := range things {
		if t.code == failed.Code {
			return t
		}
		if t.service == failed.Service && failed.Status == http.StatusNotFound && isOwnCode(failed) {
			found = t
		}
	}
	return found
}

// setArgument is name if the user set that argument, "" otherwise.
func (f failure) setArgument(name string) string {
	if _, set := f.arguments[name]; set {
		return name
	}
	return ""
}

// missingByID is the argument for the ID of what does not exist.
func missingByID(f failure) string { return f.setArgument(missing(f.request).id) }

// missingByName is the argument for the name of what does not exist.
func missingByName(f failure) string { return f.setArgument(missing(f.request).name) }

var (
	// idForm matches what the APIs use as IDs: 32 hexadecimal digits, with dashes or without.
	idForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}$`)
	// namedParameter matches the parameter that an API error is about.
	namedParameter = regexp.MustCompile(`(?i)parameter(?: ?name| error)?: ?(\w+)|parameter (\w+) is\b|\b(offset|limit)\b`)
)

// refusedArgument is the argument that the service refuses: the one that it names, or an ID that
// does not look like one.
func refusedArgument(f failure) string {
	if f.request.Code == "EndPoint.0010" {
		return f.setArgument("offset")
	}
	if f.request.Status != http.StatusBadRequest || !isOwnCode(f.request) {
		return ""
	}
	named := namedParameter.FindStringSubmatch(f.request.Message)
	if named != nil && !strings.HasSuffix(strings.ToLower(named[1]+named[2]), "id") {
		return f.setArgument(strings.ToLower(named[1] + named[2] + named[3]))
	}
	for _, t := range things {
		if id := f.arguments[t.id]; id != "" && t.service == f.request.Service && !idForm.MatchString(id) {
			return t.id
		}
	}
	return ""
}

// adviceOnName is the argument and the advice for a name that none or several have.
func (f failure) adviceOnName(wrong *client.NameMatchError) (argument, text string) {
	for _, t := range things {
		switch {
		case t.listed == wrong.Operation && len(wrong.Matches) > 1:
			return t.name, fmt.Sprintf("Set %s instead, to the ID of the one you mean.", t.id)
		case t.listed == wrong.Operation:
			return t.name, fmt.Sprintf("Check %s, which must match exactly, letter case included, and the %s; or set %s instead. "+
				"If it may be missing, use %s: its list is then empty.", t.name, t.place, t.id, t.list)
		}
	}
	return "", strings.TrimSpace(f.project()) // Only the project is looked up without an argument that names it.
}
