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

// runImport writes a data file of what data sources have found, from the output of terraform show
// -json for a plan or a state.
func runImport(stdin io.Reader, stdout, stderr io.Writer) error {
	var show map[string]any
	decoder := json.NewDecoder(stdin)
	decoder.UseNumber()
	err := decoder.Decode(&show)
	_, notJSON := errors.AsType[*json.SyntaxError](err)
	switch {
	case notJSON, err == nil && show["format_version"] == nil:
		return errors.New("the input must be the output of terraform show -json, not a plan or a state file: " +
			"terraform show -json FILE | hwcloud-simulator import > cloud.json")
	case err != nil:
		return fmt.Errorf("the input must be the output of terraform show -json: %w", err)
	}
	found := dataSources(show)
	// A complete list comes before its parts, so that it decides the order.
	slices.SortStableFunc(found, func(a, b dataSource) int { return cmp.Compare(len(b.entries), len(a.entries)) })
	i := importer{file: simulator.Entry{}, known: make(map[string]simulator.Entry), complete: make(map[string]bool), warnings: stderr}
	for _, source := range found {
		i.add(source)
	}
	if len(i.file) == 0 {
		return errors.New("the input has no data source of hwcloud that has been read")
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(i.file)
}

// dataSource is a data source with its attributes. It has no entries if it has not been read.
type dataSource struct {
	address, kind string
	values        simulator.Entry
	entries       []any
}

// dataSources returns the data sources of the provider in a part of the input.
func dataSources(value any) (found []dataSource) {
	switch value := value.(type) {
	case map[string]any:
		resource := simulator.Entry(value)
		values, ok := value["values"].(map[string]any)
		if !ok || value["mode"] != "data" {
			for _, name := range slices.Sorted(maps.Keys(value)) {
				found = append(found, dataSources(value[name])...)
			}
		} else if strings.HasPrefix(resource.Text("type"), "hwcloud_") {
			found = append(found, newDataSource(resource, values))
		}
	case []any:
		for _, element := range value {
			found = append(found, dataSources(element)...)
		}
	}
	return found
}

func newDataSource(resource, values simulator.Entry) dataSource {
	// Arguments, such as IDs, are needed as they are.
	marks, _ := resource["sensitive_values"].(map[string]any)
	maps.DeleteFunc(marks, func(_ string, mark any) bool { return mark == true })
	cleaned, _ := clean(map[string]any(values), marks).(map[string]any)
	source := dataSource{address: resource.Text("address"), kind: resource.Text("type"), values: cleaned}
	result := lookups[source.kind].result
	source.entries, _ = cleaned[result].([]any)
	if result == "" && source.values.Text("id") != "" {
		source.entries = []any{map[string]any(source.values.Without(
			"region", "project_id", "timeouts", "instance_id", "instance_name", "vpc_channel_id", "omit_secrets"))}
	}
	return source
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

func (i *importer) add(source dataSource) {
	from, ok := lookups[source.kind]
	projectID, ownerID := source.values.Text("project_id"), source.values.Text(from.ownerID)
	switch {
	case !ok:
		i.warn("%s is left out: %s is not known", source.address, source.kind)
		return
	case projectID == "" || source.entries == nil || from.owner != "" && ownerID == "":
		i.warn("%s is left out: it has not been read yet", source.address)
		return
	}
	parent := i.project(projectID, source.values.Text("region"))
	if from.owner != "" {
		parent = i.put(parent, from.owner, simulator.Entry{"id": ownerID, from.ownerName: source.values[from.ownerName]})
	}
	for _, entry := range source.entries {
		object, _ := entry.(map[string]any)
		addTags(i.put(parent, from.list, object), source.values["tags"])
	}
	list := parent.Text("id") + "/" + from.list
	if !slices.ContainsFunc(filters, func(name string) bool { return source.values[name] != nil }) {
		i.complete[list] = true
	} else if from.result != "" && !i.complete[list] {
		i.warn("%s has a filter or a limit: %s of %s may lack entries", source.address, from.list, parent.Text("id"))
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
	id := entry.Text("id")
	key := parent.Text("id") + "/" + list + "/" + id
	known := i.known[key]
	if known == nil || id == "" {
		known = simulator.Entry{}
		all, _ := parent[list].([]any)
		parent[list] = append(all, known)
		i.known[key] = known
	}
	for name, value := range entry {
		if old, ok := known[name]; value != nil && (!ok || len(fmt.Sprint(value)) > len(fmt.Sprint(old))) {
			known[name] = value
		}
	}
	return known
}

// addTags adds the tags of a lookup's filter, which all connections that it has found have.
func addTags(connection simulator.Entry, filter any) {
	tags, _ := filter.(map[string]any)
	list, _ := connection["tags"].([]any)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		tag := map[string]any{"key": key, "value": tags[key]}
		if !slices.ContainsFunc(list, func(other any) bool { return fmt.Sprint(other) == fmt.Sprint(tag) }) {
			list = append(list, tag)
			connection["tags"] = list
		}
	}
}

// clean returns a value with the fields of the API: without nulls and the times that the provider
// adds, and with placeholders for texts that are sensitive. The second value has the form of the
// first one, with true for what is sensitive.
func clean(value, sensitive any) any {
	switch value := value.(type) {
	case map[string]any:
		marks, _ := sensitive.(map[string]any)
		cleaned := map[string]any{}
		for name, field := range value {
			added := name == "created_at" && value["create_time"] != nil || name == "updated_at" && value["update_time"] != nil
			if field == nil || added {
				continue
			}
			mark := marks[name]
			switch name {
			case "is_privis":
				name = "isPrivis"
			case "password": // Before version 1.3, Terraform marks nothing.
				mark = true
			}
			cleaned[name] = clean(field, mark)
		}
		return cleaned
	case []any:
		marks, _ := sensitive.([]any)
		for n, element := range value {
			var mark any
			if n < len(marks) {
				mark = marks[n]
			}
			value[n] = clean(element, mark)
		}
	case string:
		if sensitive == true && value != "" {
			return "simulated-sensitive-value"
		}
	}
	return value
}
