package provider

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// nameOrID is a pair of arguments for the same thing, of which one is set.
type nameOrID struct {
	id, name string
	// looksLikeID matches what the API uses as an ID.
	looksLikeID *regexp.Regexp
	// within are the arguments for what contains it.
	within []string
}

var (
	uuidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	hexForm  = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
)

// namesAndIDs are the pairs of arguments, by the operation that lists what a name stands for.
var namesAndIDs = map[client.Operation]nameOrID{
	client.OpListEndpointServices: {"service_id", "service_name", uuidForm, nil},
	client.OpListInstances:        {"instance_id", "instance_name", hexForm, nil},
	client.OpListVPCChannels:      {"vpc_channel_id", "name", hexForm, []string{"instance_id", "instance_name"}},
}

// adviceOnName is the argument and the advice for a name that none or several have.
func (f failure) adviceOnName(wrong *client.NameMatchError) (argument, text string) {
	pair, ok := namesAndIDs[wrong.Operation]
	if !ok {
		// Only the project is looked up without an argument that names it.
		return "", "Set project_id, or project_name in the provider block: by default it is the project with the region's name."
	}
	switch {
	case len(wrong.Matches) > 1:
		text = fmt.Sprintf("Set %s instead, to the ID of the one you mean.", pair.id)
	case wrong.DiffersInCase():
		text = fmt.Sprintf("A name that differs only in letter case exists. Names must match exactly: correct %s, or set %s instead.", pair.name, pair.id)
	default:
		checked := []string{pair.name}
		for _, container := range pair.within {
			if _, set := f.arguments[container]; set {
				checked = append(checked, container)
			}
		}
		text = fmt.Sprintf("Check %s, region and project_id, or set %s instead.", strings.Join(checked, ", "), pair.id)
	}
	return pair.name, text
}

// namedParameter matches the parameter that an API error is about.
var namedParameter = regexp.MustCompile(`(?i)parameter(?: ?name| error)?: ?(\w+)`)

// refusesID returns the condition that the value of an argument for an ID does not look like one,
// and that the API's message is not about another parameter.
func refusesID(argument string) func(failure) bool {
	return func(f failure) bool {
		if named := namedParameter.FindStringSubmatch(requestOf(f.err).Message); named != nil && !strings.HasSuffix(strings.ToLower(named[1]), "id") {
			return false
		}
		for _, pair := range namesAndIDs {
			if pair.id == argument {
				return !pair.looksLikeID.MatchString(f.arguments[argument])
			}
		}
		return false
	}
}

// hint points out an ID given as a name and the reverse, if argument is one of the two and the
// other can be set, too.
func (f failure) hint(argument string) string {
	for _, pair := range namesAndIDs {
		if f.declared[pair.id] == nil || f.declared[pair.name] == nil {
			continue
		}
		switch value := f.arguments[argument]; {
		case argument == pair.id && !pair.looksLikeID.MatchString(value):
			return fmt.Sprintf(" %q does not look like an ID. If it is a name, set %s instead.", value, pair.name)
		case argument == pair.name && pair.looksLikeID.MatchString(value):
			return fmt.Sprintf(" %q looks like an ID. If it is one, set %s instead.", value, pair.id)
		}
	}
	return ""
}
