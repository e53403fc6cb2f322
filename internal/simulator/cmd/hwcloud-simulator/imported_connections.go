package main

import "strings"

func (i *imported) addServiceConnections(l lookup) error {
	id := text(l.Values, "service_id")
	if id == "" {
		return errNotRead
	}
	if err := checkID("service_id", id); err != nil {
		return err
	}
	entries, err := l.cleanList("connections")
	if err != nil {
		return err
	}
	path := "vpcep/" + l.projectID + "/" + id
	complete := !l.isSet("status", "endpoint_id", "marker_id") && integer(l.Values, "total_count") <= int64(len(entries))
	i.addList(path, l, entries, complete)
	if name := text(l.Values, "service_name"); name != "" {
		if !strings.HasSuffix(name, "."+id) {
			name = l.region + "." + name + "." + id
		}
		i.details[path] = object{"id": id, "service_name": name}
	}
	return nil
}

func (i *imported) addEnhancedConnections(l lookup) error {
	entries, err := l.cleanList("connections")
	if err != nil {
		return err
	}
	tags, _ := l.Values["tags"].(object)
	for n, entry := range entries {
		entries[n] = enhancedConnection(entry)
		i.addTags(l.projectID, text(entry, "id"), tags)
	}
	limit := integer(l.Values, "limit")
	complete := !l.isSet("name", "status") && len(tags) == 0 && integer(l.Values, "offset") == 0 &&
		(limit == 0 || int64(len(entries)) < limit)
	i.addList("dli/"+l.projectID, l, entries, complete)
	return nil
}

// enhancedConnection returns an enhanced connection with the fields of the API, without the times
// that the provider adds.
func enhancedConnection(entry object) object {
	connection := without(entry, "is_privis", "created_at")
	if value, ok := entry["is_privis"]; ok {
		connection["isPrivis"] = value
	}
	for name, derived := range map[string]string{
		"available_queue_info": "updated_at", "elastic_resource_pools": "updated_at", "routes": "created_at",
	} {
		if elements, ok := objects(entry, name); ok {
			for n, element := range elements {
				elements[n] = without(element, derived)
			}
			connection[name] = elements
		}
	}
	return connection
}

// addTags records the tags of a lookup's filter, which all connections found have.
func (i *imported) addTags(projectID, id string, tags object) {
	if len(tags) == 0 {
		return
	}
	if i.tags[projectID] == nil {
		i.tags[projectID] = make(map[string]map[string]string)
	}
	if i.tags[projectID][id] == nil {
		i.tags[projectID][id] = make(map[string]string)
	}
	for key := range tags {
		i.tags[projectID][id][key] = text(tags, key)
	}
}
