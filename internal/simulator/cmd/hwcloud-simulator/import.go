package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// lookup says what a data source of the provider reads.
type lookup struct {
	// list is the list of the data file that holds the entries. The attribute result has them;
	// without one, the data source itself is the only entry.
	list, result string
	// owner is the list of what the entries belong to, empty for the project. The attributes ownerID
	// and ownerName are its ID and name.
	owner, ownerID, ownerName string
}

var lookups = map[string]lookup{
	"hwcloud_vpcep_service_connections": {"connections", "connections", "endpoint_services", "service_id", "service_name"},
	"hwcloud_vpcep_services":            {"endpoint_services", "services", "", "", ""},
	"hwcloud_dli_enhanced_connections":  {"enhanced_connections", "connections", "", "", ""},
	"hwcloud_apig_instances":            {"instances", "instances", "", "", ""},
	"hwcloud_apig_vpc_channels":         {"vpc_channels", "vpc_channels", "instances", "instance_id", "instance_name"},
	"hwcloud_apig_vpc_channel":          {"vpc_channels", "", "instances", "instance_id", "instance_name"},
}

// filters are the arguments that make a list incomplete.
var filters = []string{"name", "status", "tags", "endpoint_id", "marker_id", "limit", "offset"}

// module is a module in the output of terraform show -json.
type module struct {
	Resources []resource `json:"resources"`
	Children  []module   `json:"child_modules"`
}

type resource struct {
	Address   string          `json:"address"`
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Values    simulator.Entry `json:"values"`
	Sensitive map[string]any  `json:"sensitive_values"`
}

// all returns the resources of the module and of its children.
func (m module) all() []resource {
	found := m.Resources
	for _, child := range m.Children {
		found = append(found, child.all()...)
	}
	return found
}

// entries returns what the data source has found, nil if it has not been read.
func (r resource) entries() []any {
	result := lookups[r.Type].result
	if result == "" && r.Values.Text("id") != "" {
		return []any{map[string]any(r.Values.Without(
			"region", "project_id", "timeouts", "instance_id", "instance_name", "vpc_channel_id", "omit_secrets"))}
	}
	list, _ := r.Values[result].([]any)
	return list
}

// runImport writes a data file of what data sources have found, from the output of terraform show
// -json for a plan or a state.
func runImport(stdin io.Reader, stdout, stderr io.Writer) error {
	type values struct {
		Root module `json:"root_module"`
	}
	var show struct {
		Values  values `json:"values"`
		Planned values `json:"planned_values"`
		Prior   struct {
			Values values `json:"values"`
		} `json:"prior_state"`
	}
	decoder := json.NewDecoder(stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&show); err != nil {
		return fmt.Errorf("the input must be the output of terraform show -json: %w", err)
	}
	i := importer{file: simulator.Entry{}, known: make(map[string]simulator.Entry), complete: make(map[string]bool), warnings: stderr}
	resources := slices.Concat(show.Values.Root.all(), show.Prior.Values.Root.all(), show.Planned.Root.all())
	resources = slices.DeleteFunc(resources, func(r resource) bool { return r.Mode != "data" || !strings.HasPrefix(r.Type, "hwcloud_") })
	for n, r := range resources {
		// Arguments, such as IDs, are needed as they are.
		maps.DeleteFunc(r.Sensitive, func(_ string, mark any) bool { return mark == true })
		resources[n].Values, _ = clean(map[string]any(r.Values), r.Sensitive).(map[string]any)
	}
	// A complete list comes before its parts, so that it decides the order.
	slices.SortStableFunc(resources, func(a, b resource) int { return cmp.Compare(len(b.entries()), len(a.entries())) })
	for _, r := range resources {
		i.add(r)
	}
	if len(i.file) == 0 {
		return errors.New("the input has no data source of hwcloud that has been read")
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(i.file)
}

// importer builds a data file.
type importer struct {
	file simulator.Entry
	// known are the objects of the file by parent, list and ID.
	known map[string]simulator.Entry
	// complete are the lists, by parent and name, that a lookup without filters has read.
	complete map[string]bool
	warnings io.Writer
}

func (i *importer) warn(format string, args ...any) {
	_, _ = fmt.Fprintf(i.warnings, "Warning: "+format+"\n", args...)
}

func (i *importer) add(r resource) {
	from, ok := lookups[r.Type]
	projectID, region, ownerID := r.Values.Text("project_id"), r.Values.Text("region"), r.Values.Text(from.ownerID)
	entries := r.entries()
	if !ok {
		i.warn("%s is left out: %s is not known", r.Address, r.Type)
		return
	}
	if projectID == "" || entries == nil || from.owner != "" && ownerID == "" {
		i.warn("%s is left out: it has not been read yet", r.Address)
		return
	}
	parent := i.project(projectID, region)
	if from.owner != "" {
		owner := simulator.Entry{"id": ownerID}
		if name := r.Values.Text(from.ownerName); from.owner == "endpoint_services" && name != "" && !strings.HasSuffix(name, "."+ownerID) {
			owner[from.ownerName] = region + "." + name + "." + ownerID
		} else if name != "" {
			owner[from.ownerName] = name
		}
		parent = i.put(parent, from.owner, owner)
	}
	tags, _ := r.Values["tags"].(map[string]any)
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		addTags(i.put(parent, from.list, object), tags)
	}
	list := parent.Text("id") + "/" + from.list
	if !slices.ContainsFunc(filters, func(name string) bool { return r.Values[name] != nil }) {
		i.complete[list] = true
	} else if from.result != "" && !i.complete[list] {
		i.warn("%s has a filter or a limit: %s of %s may lack entries", r.Address, from.list, parent.Text("id"))
	}
}

// project returns a project. The first one in a region gets the name of the region.
func (i *importer) project(id, region string) simulator.Entry {
	project := simulator.Entry{"id": id, "name": region, "region": region}
	if i.known["/projects/"+id] == nil && i.complete[region] {
		project["name"] = region + "_" + id
		i.warn("project %s gets the name %s: another one has the region's", id, project["name"])
	}
	i.complete[region] = true
	return i.put(i.file, "projects", project)
}

// put adds an entry to a list of its parent. Of what is known already, the longer value stays.
func (i *importer) put(parent simulator.Entry, list string, entry simulator.Entry) simulator.Entry {
	key := parent.Text("id") + "/" + list + "/" + entry.Text("id")
	known := i.known[key]
	if known == nil || entry.Text("id") == "" {
		all, _ := parent[list].([]any)
		parent[list] = append(all, entry)
		i.known[key] = entry
		return entry
	}
	for name, value := range entry {
		if old, ok := known[name]; !ok || len(fmt.Sprint(value)) > len(fmt.Sprint(old)) {
			known[name] = value
		}
	}
	return known
}

// addTags adds the tags of a lookup's filter, which all connections that it has found have.
func addTags(connection simulator.Entry, tags map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		tag := simulator.Entry{"key": key, "value": tags[key]}
		list, _ := connection["tags"].([]any)
		if !slices.ContainsFunc(list, func(other any) bool { return maps.Equal(other.(simulator.Entry), tag) }) {
			connection["tags"] = append(list, tag)
		}
	}
}

// clean returns a value with the fields of the API: without nulls and the times that the provider
// adds, and with placeholders for texts that are sensitive. The second value has the form of the
// first one, with true for what is sensitive.
func clean(value, sensitive any) any {
	switch value := value.(type) {
	case map[string]any:
		cleaned := map[string]any{}
		for name, field := range value {
			mark := markOf(sensitive, name)
			switch {
			case field == nil, name == "created_at" && value["create_time"] != nil, name == "updated_at" && value["update_time"] != nil:
				continue
			case name == "is_privis":
				name = "isPrivis"
			case name == "password": // Before version 1.3, Terraform marks nothing.
				mark = true
			}
			cleaned[name] = clean(field, mark)
		}
		return cleaned
	case []any:
		for n, element := range value {
			value[n] = clean(element, markOf(sensitive, n))
		}
	case string:
		if sensitive == true && value != "" {
			return "simulated-sensitive-value"
		}
	}
	return value
}

// markOf returns what marks a member of a value that is marked as sensitive, or in parts.
func markOf(sensitive, key any) any {
	switch marks := sensitive.(type) {
	case map[string]any:
		return marks[key.(string)]
	case []any:
		if n := key.(int); n < len(marks) {
			return marks[n]
		}
		return nil
	}
	return sensitive
}
