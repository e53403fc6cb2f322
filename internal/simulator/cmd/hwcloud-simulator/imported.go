package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// channelType is the data source of a single channel, whose file is never a part of a list.
const channelType = "hwcloud_apig_vpc_channel"

// imported is what the data sources of the input have found.
type imported struct {
	// projects are the regions and the numbers of lookups by project.
	projects map[string]*project
	// lists are the lists by the path of their file, without the extension.
	lists map[string]*list
	// details are the details of services and gateways, likewise.
	details map[string]object
	// tags are the tags that enhanced connections are known to have, by project and connection.
	tags map[string]map[string]map[string]string
	// skipped are the lookups that have not been read.
	skipped []string
	// blocks are the provider blocks.
	blocks []providerBlock
}

type project struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Region  string `json:"region"`
	lookups int
	// guessed means that the project may have another name.
	guessed bool
}

// list merges what several lookups found in the same list.
type list struct {
	entries  []object
	ids      map[string]bool
	complete bool
	// ordered means that the entries are in the order of the API's list.
	ordered bool
	// addresses are the lookups that found a part of the list.
	addresses []string
}

func newImported(blocks []providerBlock) *imported {
	return &imported{
		blocks:   blocks,
		projects: make(map[string]*project),
		lists:    make(map[string]*list),
		details:  make(map[string]object),
		tags:     make(map[string]map[string]map[string]string),
	}
}

// lookup is a data source that has been read.
type lookup struct {
	resource
	projectID, region string
}

// add adds what a data source has found. Other data sources are ignored.
func (i *imported) add(r resource) error {
	add, ok := map[string]func(lookup) error{
		"hwcloud_vpcep_service_connections": i.addServiceConnections,
		"hwcloud_dli_enhanced_connections":  i.addEnhancedConnections,
		channelType:                         i.addChannel,
		"hwcloud_apig_vpc_channels":         i.addChannels,
	}[r.Type]
	if !ok {
		return nil
	}
	l := lookup{resource: r, projectID: text(r.Values, "project_id"), region: text(r.Values, "region")}
	if l.projectID == "" || l.region == "" {
		i.skipped = append(i.skipped, r.Address)
		return nil
	}
	if err := checkID("project_id", l.projectID); err != nil {
		return err
	}
	if err := add(l); err != nil {
		if errors.Is(err, errNotRead) {
			i.skipped = append(i.skipped, r.Address)
			return nil
		}
		return err
	}
	p, ok := i.projects[l.projectID]
	if !ok {
		p = &project{ID: l.projectID, Region: l.region}
		i.projects[l.projectID] = p
	}
	p.lookups++
	return nil
}

// errNotRead means that a data source has no result, because it is read during the apply.
var errNotRead = errors.New("not read yet")

// idPattern matches IDs that are file names.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)

// checkID checks an ID that becomes part of a path.
func checkID(name, id string) error {
	if !idPattern.MatchString(id) {
		return fmt.Errorf("invalid %s %q", name, id)
	}
	return nil
}

// cleanList returns a list of the lookup without nulls and secrets.
func (l lookup) cleanList(name string) ([]object, error) {
	marks, _ := l.Sensitive.(object)
	cleaned, _ := clean(object{name: l.Values[name]}, object{name: marks[name]}).(object)
	entries, ok := objects(cleaned, name)
	if !ok {
		return nil, errNotRead
	}
	return entries, nil
}

// isSet reports whether one of the arguments is set.
func (l lookup) isSet(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return l.Values[name] != nil })
}

// addList adds the entries that a lookup found in a list.
func (i *imported) addList(path string, l lookup, entries []object, complete bool) {
	known, ok := i.lists[path]
	if !ok {
		known = &list{entries: []object{}, ids: make(map[string]bool)}
		i.lists[path] = known
	}
	if known.complete {
		return
	}
	known.ordered = known.ordered || l.Type != channelType
	if complete {
		known.complete, known.entries = true, []object{}
		clear(known.ids)
	} else if l.Type != channelType {
		known.addresses = append(known.addresses, l.Address)
	}
	for _, entry := range entries {
		if id := text(entry, "id"); id == "" || !known.ids[id] {
			known.ids[id] = true
			known.entries = append(known.entries, entry)
		}
	}
}
