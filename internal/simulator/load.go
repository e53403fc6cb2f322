package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Load replaces the projects, and everything in them, by those of a data file. It has this form:
//
//	{"projects": [{
//	  "id": "…", "name": "cn-north-4",
//	  "endpoint_services": [{"id": "…", "service_name": "…", "connections": [{"id": "…"}]}],
//	  "enhanced_connections": [{"id": "…", "name": "…", "tags": [{"key": "…", "value": "…"}]}],
//	  "instances": [{"id": "…", "instance_name": "…", "vpc_channels": [{"id": "…", "name": "…"}]}]
//	}]}
//
// Each object is the API's own, with any of its fields, and is served as it is. Only the lists that
// are added to it are not, nor is the region of a project, which a project needs only if its name
// is neither the region's nor begins with the region's and an underscore. A project without a name
// has that of its region, and other fields that it lacks are generated. A project belongs to the
// default account unless its domain_id is that of another built-in domain.
//
// An error names the line and the place, as a JSON pointer. The warnings, which have the same form,
// are about statuses that the API does not have and about unknown lists.
func (d *Data) Load(raw []byte) (warnings []string, err error) {
	isPlan := bytes.HasPrefix(raw, []byte("PK")) // A plan file is a ZIP archive.
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(raw, new(any))); ok && !isPlan {
		return nil, fmt.Errorf("line %d: %w", line(raw, syntax.Offset), syntax)
	}
	l := loader{raw: raw, data: *d, seen: make(map[string]bool)}
	l.data.IAM.Projects, l.data.VPCEP.Services = nil, make(map[string]*EndpointService)
	l.data.DLI.Projects, l.data.APIG.Instances = make(map[string][]Entry), make(map[string]*Instance)
	file := parseEntry(raw)
	if file["projects"] == nil {
		return nil, l.errorf("", `must be an object with the list "projects"; for the output of terraform show -json, `+
			"hwcloud-simulator import < FILE > cloud.json makes one; for a plan or a state, "+
			"terraform show -json FILE | hwcloud-simulator import > cloud.json")
	}
	l.each(file, "", "projects", l.project)
	l.warnOfLists("", file, "only projects are served; other lists belong into one of them")
	projects := l.data.IAM.Projects
	if len(projects) == 0 {
		l.fail("/projects", "must not be empty")
	}
	if l.err != nil {
		return nil, l.err
	}
	l.data.IAM.Tokens = slices.Clone(d.IAM.Tokens)
	for i, token := range l.data.IAM.Tokens {
		if _, ok := l.data.IAM.project(token.ProjectID); !ok {
			l.data.IAM.Tokens[i].ProjectID = projects[0].ID
		}
	}
	*d = l.data
	return l.warnings, nil
}

// loader collects what is in a data file.
type loader struct {
	raw  []byte
	data Data
	// seen are the IDs by kind, and the statuses that there is a warning of.
	seen     map[string]bool
	warnings []string
	// err is the first mistake.
	err error
}

func (l *loader) project(pointer string, details Entry) {
	region, _, _ := strings.Cut(details.Text("name"), "_")
	region = cmp.Or(details.Text("region"), region)
	if region == "" {
		l.fail(pointer, "needs a name or a region")
	}
	id, domainID := l.id(pointer, "project", details), DomainID
	if domain, ok := l.data.IAM.domain(reference{ID: details.Text("domain_id")}); ok {
		domainID = domain.ID
	}
	l.each(details, pointer, "endpoint_services", func(pointer string, details Entry) {
		l.checkStatus(pointer, details.Text("status"), endpointServiceStatuses)
		service := &EndpointService{ProjectID: id, Details: details}
		l.data.VPCEP.Services[l.id(pointer, "endpoint service", details)] = service
		l.each(details, pointer, "connections", func(pointer string, connection Entry) {
			l.checkStatus(pointer, connection.Text("status"), connectionStatuses)
			service.Connections = append(service.Connections, connection)
		})
	})
	l.each(details, pointer, "enhanced_connections", func(pointer string, connection Entry) {
		l.checkStatus(pointer, strings.ToUpper(connection.Text("status")), enhancedStatuses)
		l.data.DLI.Projects[id] = append(l.data.DLI.Projects[id], connection)
	})
	l.each(details, pointer, "instances", func(pointer string, details Entry) {
		instance := &Instance{ProjectID: id, Details: details}
		l.data.APIG.Instances[l.id(pointer, "gateway", details)] = instance
		l.each(details, pointer, "vpc_channels", func(pointer string, channel Entry) {
			l.id(pointer, "channel", channel)
			instance.Channels = append(instance.Channels, channel)
		})
	})
	// The API's object has no list of objects: this one is misspelled.
	l.warnOfLists(pointer, details, "only endpoint_services, enhanced_connections and instances are served")
	l.data.IAM.Projects = append(l.data.IAM.Projects, Project{
		ID: id, Name: cmp.Or(details.Text("name"), region), Region: region, DomainID: domainID,
		ParentID: details.Text("parent_id"), Details: details.Without("region"),
	})
}

// warnOfLists warns of each list of objects that is left in an object.
func (l *loader) warnOfLists(pointer string, object Entry, warning string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list, _ := object[name].([]any)
		if slices.ContainsFunc(list, func(element any) bool { _, isObject := element.(map[string]any); return isObject }) {
			l.warn(pointer+"/"+name, "%s", warning)
		}
	}
}

// each removes a list of objects from its parent and calls add with each of them. A missing list is
// empty.
func (l *loader) each(parent Entry, pointer, name string, add func(pointer string, e Entry)) {
	pointer += "/" + name
	list, ok := parent[name].([]any)
	if parent[name] != nil && !ok {
		l.fail(pointer, "must be a list")
	}
	delete(parent, name)
	for i, element := range list {
		object, ok := element.(map[string]any)
		if !ok {
			l.fail(fmt.Sprint(pointer, "/", i), "must be an object")
		}
		add(fmt.Sprint(pointer, "/", i), object)
	}
}

// id returns the ID of an object, which must be the only one of its kind that has it.
func (l *loader) id(pointer, kind string, e Entry) string {
	id := e.Text("id")
	if id == "" {
		l.fail(pointer, "needs an id")
	}
	if l.seen[kind+" "+id] {
		l.fail(pointer, "another %s has the id %s", kind, id)
	}
	l.seen[kind+" "+id] = true
	return id
}

// checkStatus warns of a status that the API does not have, the first time.
func (l *loader) checkStatus(pointer, status string, known []string) {
	if status != "" && !slices.Contains(known, status) && !l.seen[status] {
		l.seen[status] = true
		l.warn(pointer+"/status", "%s is not a status of this API, which has %s", status, strings.Join(known, ", "))
	}
}

func (l *loader) warn(pointer, format string, args ...any) {
	l.warnings = append(l.warnings, l.errorf(pointer, format, args...).Error())
}

func (l *loader) fail(pointer, format string, args ...any) {
	if l.err == nil {
		l.err = l.errorf(pointer, format, args...)
	}
}

// errorf returns an error about the value that a JSON pointer names.
func (l *loader) errorf(pointer, format string, args ...any) error {
	decoder := jsontext.NewDecoder(bytes.NewReader(l.raw), jsontext.AllowDuplicateNames(true))
	for string(decoder.StackPointer()) != pointer {
		if _, err := decoder.ReadToken(); err != nil {
			break
		}
	}
	return fmt.Errorf("line %d, %s: %s", line(l.raw, decoder.InputOffset()), cmp.Or(pointer, "/"), fmt.Sprintf(format, args...))
}

// line returns the number of the line that an offset is in.
func line(raw []byte, offset int64) int {
	return 1 + bytes.Count(raw[:offset], []byte("\n"))
}
