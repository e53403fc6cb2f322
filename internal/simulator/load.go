package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The lists of a data file, with the names that they have in the APIs.
const (
	servicesField    = "endpoint_services"
	connectionsField = "connections"
	enhancedField    = "enhanced_connections"
	instancesField   = "instances"
	channelsField    = "vpc_channels"
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
// has that of its region. A project belongs to the default account unless its domain_id is that of
// another built-in domain.
//
// An error names the line and the place, as a JSON pointer. The warnings, which have the same form,
// are about values that the API does not have.
func (d *Data) Load(raw []byte) (warnings []string, err error) {
	if err := checkJSON(raw); err != nil {
		return nil, err
	}
	l := loader{raw: raw, ids: make(map[string]bool), data: Data{IAM: d.IAM}}
	l.data.IAM.Projects = nil
	l.data.VPCEP.Services = make(map[string]*EndpointService)
	l.data.DLI.Projects = make(map[string][]Entry)
	l.data.APIG.Instances = make(map[string]*Instance)

	var file any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	root, ok := file.(map[string]any)
	if !ok || root["projects"] == nil {
		return nil, l.errorf("", `must be an object with the list "projects"`)
	}
	err = l.each(root, "", "projects", l.project)
	if err != nil {
		return nil, err
	}
	if len(l.data.IAM.Projects) == 0 {
		return nil, l.errorf("/projects", "must not be empty")
	}
	d.IAM.Projects = l.data.IAM.Projects
	for i, token := range d.IAM.Tokens {
		if _, ok := d.IAM.project(token.ProjectID); !ok {
			d.IAM.Tokens[i].ProjectID = d.IAM.Projects[0].ID
		}
	}
	d.VPCEP.Services, d.DLI.Projects, d.APIG.Instances = l.data.VPCEP.Services, l.data.DLI.Projects, l.data.APIG.Instances
	return l.warnings, nil
}

// loader collects what is in a data file.
type loader struct {
	raw      []byte
	data     Data
	ids      map[string]bool
	warnings []string
}

func (l *loader) project(pointer string, details Entry) error {
	id, err := l.id(pointer, "project", details)
	if err != nil {
		return err
	}
	region, _, _ := strings.Cut(details.Text("name"), "_")
	project := Project{ID: id, Region: cmp.Or(details.Text("region"), region), DomainID: DomainID, ParentID: details.Text("parent_id")}
	project.Name = cmp.Or(details.Text("name"), project.Region)
	if project.Region == "" {
		return l.errorf(pointer, "needs a name or a region")
	}
	if domain, ok := l.data.IAM.domainByIDOrName(details.Text("domain_id"), ""); ok {
		project.DomainID = domain.ID
	}
	if err := l.each(details, pointer, servicesField, func(pointer string, details Entry) error {
		return l.service(pointer, project.ID, details)
	}); err != nil {
		return err
	}
	if err := l.each(details, pointer, enhancedField, func(pointer string, connection Entry) error {
		l.checkStatus(pointer, strings.ToUpper(connection.Text("status")), dliStatuses)
		l.data.DLI.Projects[id] = append(l.data.DLI.Projects[id], connection)
		// They stay in the connection, which may have them in another form.
		err := l.each(connection.Without(), pointer, "tags", func(string, Entry) error { return nil })
		if err != nil {
			l.warnings = append(l.warnings, err.Error())
		}
		return nil
	}); err != nil {
		return err
	}
	if err := l.each(details, pointer, instancesField, func(pointer string, details Entry) error {
		return l.instance(pointer, project.ID, details)
	}); err != nil {
		return err
	}
	project.Details = details.Without("region")
	l.data.IAM.Projects = append(l.data.IAM.Projects, project)
	return nil
}

func (l *loader) service(pointer, projectID string, details Entry) error {
	id, err := l.id(pointer, "endpoint service", details)
	if err != nil {
		return err
	}
	l.checkStatus(pointer, details.Text("status"), endpointServiceStatuses)
	service := &EndpointService{ProjectID: projectID, Details: details}
	l.data.VPCEP.Services[id] = service
	return l.each(details, pointer, connectionsField, func(pointer string, connection Entry) error {
		l.checkStatus(pointer, connection.Text("status"), vpcepStatuses)
		service.Connections = append(service.Connections, connection)
		return nil
	})
}

func (l *loader) instance(pointer, projectID string, details Entry) error {
	id, err := l.id(pointer, "gateway", details)
	if err != nil {
		return err
	}
	instance := &Instance{ProjectID: projectID, Details: details}
	l.data.APIG.Instances[id] = instance
	return l.each(details, pointer, channelsField, func(pointer string, channel Entry) error {
		instance.Channels = append(instance.Channels, channel)
		_, err := l.id(pointer, "channel", channel)
		return err
	})
}

// each removes a list of objects from its parent and calls add with each of them. A missing list is
// empty.
func (l *loader) each(parent Entry, pointer, name string, add func(pointer string, e Entry) error) error {
	list, ok := parent[name].([]any)
	pointer += "/" + name
	if parent[name] != nil && !ok {
		return l.errorf(pointer, "must be a list")
	}
	delete(parent, name)
	for i, element := range list {
		pointer := fmt.Sprint(pointer, "/", i)
		object, ok := element.(map[string]any)
		if !ok {
			return l.errorf(pointer, "must be an object")
		}
		if err := add(pointer, object); err != nil {
			return err
		}
	}
	return nil
}

// id returns the ID of an object, which must be the only one of its kind that has it.
func (l *loader) id(pointer, kind string, e Entry) (string, error) {
	id := e.Text("id")
	if id == "" {
		return "", l.errorf(pointer, "needs an id")
	}
	if l.ids[kind+id] {
		return "", l.errorf(pointer, "another %s has the id %s", kind, id)
	}
	l.ids[kind+id] = true
	return id, nil
}

// checkStatus warns of a status that the API does not have, the first time.
func (l *loader) checkStatus(pointer, status string, known []string) {
	if status != "" && !slices.Contains(known, status) && !l.ids["status"+status] {
		l.ids["status"+status] = true
		err := l.errorf(pointer+"/status", "%s is not a status of this API, which has %s", status, strings.Join(known, ", "))
		l.warnings = append(l.warnings, err.Error())
	}
}

func (l *loader) errorf(pointer, format string, args ...any) error {
	return fmt.Errorf("line %d, %s: "+format, append([]any{lineOf(l.raw, pointer), cmp.Or(pointer, "/")}, args...)...)
}

// lineOf returns the line of the value that a JSON pointer names.
func lineOf(raw []byte, pointer string) int {
	decoder := jsontext.NewDecoder(bytes.NewReader(raw))
	for string(decoder.StackPointer()) != pointer {
		if _, err := decoder.ReadToken(); err != nil {
			break
		}
	}
	return line(raw, decoder.InputOffset())
}

// line returns the number of the line that an offset is in.
func line(raw []byte, offset int64) int {
	return 1 + bytes.Count(raw[:min(int(offset), len(raw))], []byte("\n"))
}

// checkJSON returns an error that names the line of a mistake, such as a name that is used twice.
func checkJSON(raw []byte) error {
	decoder := jsontext.NewDecoder(bytes.NewReader(raw))
	_, err := decoder.ReadValue()
	if err == nil {
		if _, err = decoder.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = errors.New("must not have anything after its object")
		}
	}
	offset := decoder.InputOffset()
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, err = syntactic.ByteOffset, syntactic.Err
	}
	return fmt.Errorf("line %d: %w", line(raw, offset), err)
}
