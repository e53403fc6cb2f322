package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// files returns the data files of what has been imported. Projects and tags of files that are
// already in the folder are kept.
func (i *imported) files(dir string) (folder, error) {
	files := folder{}
	projects, err := i.projectsFile(dir)
	if err != nil {
		return nil, err
	}
	files["projects.json"] = projects
	for _, name := range sortedKeys(i.lists) {
		service, rest, _ := strings.Cut(name, "/")
		list := i.lists[name]
		switch service {
		case "vpcep":
			file := object{"connections": list.entries}
			if details, ok := i.details[name]; ok {
				file["service"] = details
			}
			files[name+".json"] = file
		case "dli":
			files[name+".json"] = object{"connections": list.entries}
			if err := i.addTagsFile(files, dir, rest); err != nil {
				return nil, err
			}
		case "apig":
			i.addChannelFiles(files, dir, name)
		}
	}
	return files, nil
}

// projectsFile adds the imported projects to those of the folder. The project with the most lookups
// comes first. A project has the name of its region unless the provider block names it or another
// project has that name.
func (i *imported) projectsFile(dir string) (object, error) {
	var file struct {
		Projects []*project `json:"projects"`
	}
	if err := readFile(dir, "projects.json", &file); err != nil {
		return nil, err
	}
	ids := sortedKeys(i.projects)
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(i.projects[b].lookups, i.projects[a].lookups) })
	for _, id := range ids {
		added := i.projects[id]
		if k := slices.IndexFunc(file.Projects, func(p *project) bool { return p.ID == id }); k >= 0 {
			file.Projects[k].Region = added.Region
			continue
		}
		added.Name = added.Region
		if names := i.projectNames(added.Region); len(names) == 1 && len(i.projects) == 1 && names[0] != "" {
			added.Name = names[0]
		} else if slices.ContainsFunc(names, func(name string) bool { return name != added.Region }) {
			added.guessed = true
		}
		if slices.ContainsFunc(file.Projects, func(p *project) bool { return cmp.Or(p.Name, p.Region) == added.Name }) {
			added.Name += "_" + id
			added.guessed = true
		}
		file.Projects = append(file.Projects, added)
	}
	return object{"projects": file.Projects}, nil
}

// projectNames returns the names that the provider blocks may give a project in a region. An empty
// one stands for a name that the input does not have.
func (i *imported) projectNames(region string) []string {
	var names []string
	for _, block := range i.blocks {
		if own := block.constant("region"); own != "" && own != region {
			continue
		}
		name := region
		if _, ok := block.Expressions["project_name"]; ok {
			name = block.constant("project_name")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// addTagsFile adds the tags of a project's connections, those in the folder included.
func (i *imported) addTagsFile(files folder, dir, projectID string) error {
	name := "dli/" + projectID + ".tags.json"
	tags := make(map[string]map[string]string)
	if err := readFile(dir, name, &tags); err != nil {
		return err
	}
	exists := len(tags) > 0
	for id, added := range i.tags[projectID] {
		if tags[id] == nil {
			tags[id] = make(map[string]string)
		}
		maps.Copy(tags[id], added)
	}
	maps.DeleteFunc(tags, func(id string, _ map[string]string) bool { return !i.lists["dli/"+projectID].ids[id] })
	if exists || len(tags) > 0 {
		files[name] = tags
	}
	return nil
}

// addChannelFiles adds a gateway's channels, their order and the gateway's details.
func (i *imported) addChannelFiles(files folder, dir, name string) {
	var ids []string
	for _, channel := range i.lists[name].entries {
		id := text(channel, "id")
		ids = append(ids, id)
		files[name+"/"+id+".json"] = channel
	}
	details, ok := i.details[name]
	if ok || len(ids) == 0 {
		if !ok {
			details = object{}
		}
		files[name+".json"] = details
	}
	order := name + ".order.json"
	_, err := os.Stat(path.Join(dir, order))
	if err == nil || i.lists[name].ordered && !slices.IsSorted(ids) {
		files[order] = append([]string{}, ids...)
	}
}

// warnings names the lists that are incomplete, the lookups that have not been read, and the
// projects whose names are guesses.
func (i *imported) warnings() []string {
	var warnings []string
	for _, name := range sortedKeys(i.lists) {
		if list := i.lists[name]; !list.complete && len(list.addresses) > 0 {
			file := name + ".json"
			if strings.HasPrefix(name, "apig/") {
				file = name
			}
			warnings = append(warnings, fmt.Sprintf("%s holds only a part of the list, because of a filter or a limit: %s",
				file, strings.Join(list.addresses, ", ")))
		}
	}
	for _, address := range i.skipped {
		warnings = append(warnings, address+" has not been read yet and is left out")
	}
	for _, id := range sortedKeys(i.projects) {
		if p := i.projects[id]; p.guessed {
			warnings = append(warnings, fmt.Sprintf("project %s in %s gets the name %s in projects.json; change it if lookups use its real name",
				id, p.Region, p.Name))
		}
	}
	return warnings
}
