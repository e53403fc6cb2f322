package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// projectsFileName is the data file of the account's projects.
const projectsFileName = "projects.json"

// Load adds a folder of data files. Connections, services, gateways and channels have the shape of
// the APIs' responses; any documented field may be left out, and other fields are errors. A missing
// list is empty. Only projects need an ID and a region. The files are
//
//	projects.json                            {"projects":[{"id":"…","name":"…","region":"…"}]}
//	vpcep/{service_id}.json                  {"connections":[…]}, optionally with the service's details
//	                                         in "service":{…}
//	dli/{project_id}.json                    {"connections":[…]}
//	dli/{project_id}.tags.json               {"{connection id}":{"key":"value"}}, tags to filter by
//	apig/{instance_id}.json                  the gateway's details
//	apig/{instance_id}.order.json            ["{channel_id}",…], the order of the list of channels
//	apig/{instance_id}/{channel_id}.json     the channel's details
//
// They replace what has the same ID. A service keeps the details it had if its file has none; the
// first channel of a gateway replaces all channels that the gateway had before. An ID that a file
// lacks is that of its name, and a service's name that a file lacks is {region}.{id}. Without an
// order, channels are in the order of their IDs.
//
// Services and gateways of a project other than ProjectID are in a folder with the project's ID:
// vpcep/{project_id}/{service_id}.json, apig/{project_id}/{instance_id}.json and
// apig/{project_id}/{instance_id}/{channel_id}.json.
//
// The projects belong to the default account and come before the built-in ones. A project without a
// name has that of its region. A built-in project with the same name keeps its ID and gets the name
// {name}_built-in.
//
// Files without the extension .json are ignored.
func (d *Data) Load(files fs.FS) error {
	if err := d.loadProjects(files); err != nil {
		return fmt.Errorf("%s: %w", projectsFileName, err)
	}
	l := loader{data: d, projects: make(map[string]string), replaced: make(map[string]bool)}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" || name == projectsFileName {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err == nil {
			err = l.load(strings.Split(strings.TrimSuffix(name, ".json"), "/"), raw)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.addTags(); err != nil {
		return err
	}
	return l.sortChannels()
}

func (d *Data) loadProjects(files fs.FS) error {
	raw, err := fs.ReadFile(files, projectsFileName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var file projectsFile
	if err := decodeStrictly(raw, &file); err != nil {
		return err
	}
	existing := d.IAM.Projects
	var loaded []Project
	for i, project := range file.Projects {
		if project.ID == "" {
			return fmt.Errorf("projects.%d: missing field \"id\"", i)
		}
		if project.Region == "" {
			return fmt.Errorf("projects.%d: missing field \"region\"", i)
		}
		if project.Name == "" {
			project.Name = project.Region
		}
		existing = slices.DeleteFunc(existing, func(p Project) bool { return p.ID == project.ID })
		for j, p := range existing {
			if p.DomainID == DomainID && p.Name == project.Name {
				existing[j].Name += "_built-in"
			}
		}
		loaded = append(loaded, Project{
			ID: project.ID, Name: project.Name, Region: project.Region, DomainID: DomainID, ParentID: DomainID,
		})
	}
	d.IAM.Projects = slices.Concat(loaded, existing)
	return nil
}

// loader adds data files to the data.
type loader struct {
	data *Data
	// projects are the projects of the instances that files have added or changed.
	projects map[string]string
	// replaced are the instances whose channels come from files.
	replaced map[string]bool
	// tags are the tags of DLI connections by project and connection.
	tags map[string]map[string]map[string]string
	// orders are the IDs of channels in the order of their list, by instance.
	orders map[string][]string
}

// load adds a file. The parts are those of its path, without the extension.
func (l *loader) load(parts []string, raw []byte) error {
	service, rest := parts[0], parts[1:]
	if len(rest) == 0 {
		return errNotDataFile
	}
	if service == dliService && len(rest) == 1 {
		return l.loadDLI(rest[0], raw)
	}
	projectID := ProjectID
	if len(rest) > 1 {
		if _, ok := l.data.IAM.project(rest[0]); ok {
			projectID, rest = rest[0], rest[1:]
		} else if service == vpcepService || len(rest) > 2 {
			return fmt.Errorf("no project %s", rest[0])
		}
	}
	instanceID, isOrder := strings.CutSuffix(rest[len(rest)-1], ".order")
	switch {
	case service == apigService && len(rest) == 1 && isOrder:
		return l.loadOrder(instanceID, raw)
	case service == vpcepService && len(rest) == 1:
		return l.loadService(projectID, rest[0], raw)
	case service == apigService && len(rest) == 1:
		return l.loadInstance(projectID, rest[0], raw)
	case service == apigService && len(rest) == 2:
		return l.loadChannel(projectID, rest[0], rest[1], raw)
	}
	return errNotDataFile
}

var errNotDataFile = errors.New("not the path of a data file")

func (l *loader) loadService(projectID, id string, raw []byte) error {
	var file vpcepFile
	if err := decodeStrictly(raw, &file); err != nil {
		return err
	}
	connections, err := parseList[vpcepConnectionFields](file.Connections)
	if err != nil {
		return err
	}
	service := &EndpointService{ProjectID: projectID, Connections: connections}
	if existing, ok := l.data.VPCEP.Services[id]; ok && orDefault(existing.ProjectID) == projectID {
		service.Details = existing.Details
	}
	if file.Service != nil {
		if service.Details, err = parseDetails[vpcepServiceFields](id, *file.Service); err != nil {
			return fmt.Errorf("service: %w", err)
		}
	}
	if l.data.VPCEP.Services == nil {
		l.data.VPCEP.Services = make(map[string]*EndpointService)
	}
	l.data.VPCEP.Services[id] = service
	return nil
}

func (l *loader) loadDLI(name string, raw []byte) error {
	projectID, isTags := strings.CutSuffix(name, ".tags")
	if _, ok := l.data.IAM.project(projectID); !ok {
		return fmt.Errorf("no project %s", projectID)
	}
	if isTags {
		var tags map[string]map[string]string
		if err := json.Unmarshal(raw, &tags); err != nil {
			return err
		}
		if l.tags == nil {
			l.tags = make(map[string]map[string]map[string]string)
		}
		l.tags[projectID] = tags
		return nil
	}
	var file dliFile
	if err := decodeStrictly(raw, &file); err != nil {
		return err
	}
	entries, err := parseList[dliConnectionFields](file.Connections)
	if err != nil {
		return err
	}
	connections := make([]EnhancedConnection, len(entries))
	for i, entry := range entries {
		connections[i].Entry = entry
	}
	if l.data.DLI.Projects == nil {
		l.data.DLI.Projects = make(map[string][]EnhancedConnection)
	}
	l.data.DLI.Projects[projectID] = connections
	return nil
}

func (l *loader) loadInstance(projectID, id string, raw []byte) error {
	instance, err := l.instance(projectID, id)
	if err != nil {
		return err
	}
	instance.Details, err = parseDetails[instanceFields](id, raw)
	return err
}

func (l *loader) loadChannel(projectID, instanceID, id string, raw []byte) error {
	details, err := parseDetails[channelFields](id, raw)
	if err != nil {
		return err
	}
	instance, err := l.instance(projectID, instanceID)
	if err != nil {
		return err
	}
	if !l.replaced[instanceID] {
		l.replaced[instanceID] = true
		instance.Channels = nil
	}
	instance.Channels = append(instance.Channels, Channel{ID: id, Entry: details})
	return nil
}

func (l *loader) loadOrder(instanceID string, raw []byte) error {
	var ids []string
	if err := json.Unmarshal(raw, &ids); err != nil {
		return err
	}
	if l.orders == nil {
		l.orders = make(map[string][]string)
	}
	l.orders[instanceID] = ids
	return nil
}

// sortChannels sorts channels by the orders. Those that an order lacks come last.
func (l *loader) sortChannels() error {
	for instanceID, ids := range l.orders {
		instance, ok := l.data.APIG.Instances[instanceID]
		if !ok {
			return fmt.Errorf("apig/%s.order.json: no instance %s", instanceID, instanceID)
		}
		position := func(c Channel) int {
			if i := slices.Index(ids, c.ID); i >= 0 {
				return i
			}
			return len(ids)
		}
		slices.SortStableFunc(instance.Channels, func(a, b Channel) int { return cmp.Compare(position(a), position(b)) })
	}
	return nil
}

// instance returns an instance, which it adds if it is new.
func (l *loader) instance(projectID, id string) (*Instance, error) {
	if other, ok := l.projects[id]; ok && other != projectID {
		return nil, fmt.Errorf("instance %s is in project %s too", id, other)
	}
	l.projects[id] = projectID
	if l.data.APIG.Instances == nil {
		l.data.APIG.Instances = make(map[string]*Instance)
	}
	instance, ok := l.data.APIG.Instances[id]
	if !ok {
		instance = new(Instance)
		l.data.APIG.Instances[id] = instance
	}
	instance.ProjectID = projectID
	return instance, nil
}

func (l *loader) addTags() error {
	for projectID, byConnection := range l.tags {
		list := l.data.DLI.Projects[projectID]
		for id, tags := range byConnection {
			i := slices.IndexFunc(list, func(c EnhancedConnection) bool { return c.Text("id") == id })
			if i < 0 {
				return fmt.Errorf("dli/%s.tags.json: project %s has no connection %s", projectID, projectID, id)
			}
			list[i].Tags = tags
		}
	}
	return nil
}

// parseList parses the connections of a file. A missing list is empty.
func parseList[T any](list []jsontext.Value) ([]Entry, error) {
	entries := make([]Entry, len(list))
	for i, raw := range list {
		err := checkFields[T](raw)
		if err == nil {
			entries[i], err = ParseEntry(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("connections.%d: %w", i, err)
		}
	}
	return entries, nil
}

// parseDetails parses an object whose ID is that of its file. A missing ID is added.
func parseDetails[T any](id string, raw []byte) (Entry, error) {
	if err := checkFields[T](raw); err != nil {
		return Entry{}, err
	}
	entry, err := ParseEntry(raw)
	if err != nil {
		return Entry{}, err
	}
	switch entry.Text("id") {
	case id:
		return entry, nil
	case "":
		return entry.With("id", id), nil
	default:
		return Entry{}, fmt.Errorf("the id is %q, but the file is named after %q", entry.Text("id"), id)
	}
}
