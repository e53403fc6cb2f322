package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Load reads a folder of answers in the shapes of the APIs and adds them to the data; what has the same ID is replaced. The
// files are
//
//	vpcep/{service_id}.json                  {"connections":[…]}
//	dli/{project_id}.json                    {"connections":[…]}
//	dli/{project_id}.tags.json               {"{connection id}":{"key":"value"}}, tags that are looked up but not answered
//	apig/{instance_id}/{channel_id}.json     the channel's details
//
// A service or an instance of another project than the default one stands in a folder named by its project, as in
// vpcep/{project_id}/{service_id}.json. Files that are not named .json are left alone.
func (d *Data) Load(files fs.FS) error {
	tags := make(map[string]map[string]map[string]string)
	replaced := make(map[string]bool)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		parts := strings.Split(strings.TrimSuffix(name, ".json"), "/")
		project, named := ProjectID, strings.HasSuffix(name, ".tags.json")
		switch {
		case parts[0] == dliService && len(parts) == 2 && named:
			project = strings.TrimSuffix(parts[1], ".tags")
			var of map[string]map[string]string
			err = json.Unmarshal(raw, &of)
			tags[project] = of
		case parts[0] == dliService && len(parts) == 2:
			project = parts[1]
			err = d.loadDLI(project, raw)
		case parts[0] == vpcepService && len(parts) == 2:
			err = d.loadVPCEP(project, parts[1], raw)
		case parts[0] == vpcepService && len(parts) == 3:
			project = parts[1]
			err = d.loadVPCEP(project, parts[2], raw)
		case parts[0] == apigService && len(parts) == 3:
			err = d.loadAPIG(project, parts[1], parts[2], raw, replaced)
		case parts[0] == apigService && len(parts) == 4:
			project = parts[1]
			err = d.loadAPIG(project, parts[2], parts[3], raw, replaced)
		default:
			err = errors.New("not a place for an answer of vpcep, dli or apig")
		}
		if _, known := d.IAM.project(project); err == nil && !known {
			err = fmt.Errorf("no project %s", project)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.addTags(tags)
}

func (d *Data) loadVPCEP(project, id string, raw []byte) error {
	connections, err := connectionsOf(raw)
	if err != nil {
		return err
	}
	if d.VPCEP.Services == nil {
		d.VPCEP.Services = make(map[string]*EndpointService)
	}
	d.VPCEP.Services[id] = &EndpointService{ProjectID: project, Connections: connections}
	return nil
}

func (d *Data) loadDLI(project string, raw []byte) error {
	connections, err := connectionsOf(raw)
	if err != nil {
		return err
	}
	if d.DLI.Projects == nil {
		d.DLI.Projects = make(map[string][]EnhancedConnection)
	}
	list := make([]EnhancedConnection, len(connections))
	for i, connection := range connections {
		list[i].Entry = connection
	}
	d.DLI.Projects[project] = list
	return nil
}

// loadAPIG adds a channel. The first channel of an instance in a folder replaces what the instance held before.
func (d *Data) loadAPIG(project, instance, id string, raw []byte, replaced map[string]bool) error {
	details, err := ParseEntry(raw)
	if err != nil {
		return err
	}
	if d.APIG.Instances == nil {
		d.APIG.Instances = make(map[string]*Instance)
	}
	if !replaced[instance] {
		replaced[instance] = true
		d.APIG.Instances[instance] = &Instance{ProjectID: project}
	}
	held := d.APIG.Instances[instance]
	if held.ProjectID != project {
		return fmt.Errorf("instance %s stands in project %s too", instance, held.ProjectID)
	}
	held.Channels = append(held.Channels, Channel{ID: id, Entry: details})
	return nil
}

func (d *Data) addTags(tags map[string]map[string]map[string]string) error {
	for project, byConnection := range tags {
		list := d.DLI.Projects[project]
		for id, of := range byConnection {
			i := slices.IndexFunc(list, func(c EnhancedConnection) bool { return c.Text("id") == id })
			if i < 0 {
				return fmt.Errorf("dli/%s.tags.json: project %s has no connection %s", project, project, id)
			}
			list[i].Tags = of
		}
	}
	return nil
}

// connectionsOf takes the list out of an answer of VPCEP or DLI.
func connectionsOf(raw []byte) ([]Entry, error) {
	var answer struct {
		Connections []json.RawMessage `json:"connections"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	if answer.Connections == nil {
		return nil, errors.New("no list \"connections\"")
	}
	entries := make([]Entry, len(answer.Connections))
	for i, connection := range answer.Connections {
		entry, err := ParseEntry(connection)
		if err != nil {
			return nil, err
		}
		entries[i] = entry
	}
	return entries, nil
}
