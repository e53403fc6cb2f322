package client

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// matchName returns the ID of the only entry with the name that search asks for. Otherwise it
// returns search with what was found, as an error; entries without a name or an ID are left out.
func matchName(search NameMatchError, found []NamedID) (string, error) {
	for _, entry := range found {
		switch {
		case entry.Name == "" || entry.ID == "":
		case entry.Name == search.Name:
			search.Matches = append(search.Matches, entry)
		default:
			search.Others = append(search.Others, entry)
		}
	}
	if len(search.Matches) != 1 {
		return "", &search
	}
	return search.Matches[0].ID, nil
}

// namedID is an entry with a name and an ID that may be missing.
func namedID(name, id *string) NamedID {
	if name == nil || id == nil {
		return NamedID{}
	}
	return NamedID{Name: *name, ID: *id}
}

// namedEntries returns the entries of a list with exactly this name, or all if name is "". As the
// filter of an API may be narrower, the list is read without it if none match.
func namedEntries[T any](ctx context.Context, name string, nameOf func(*T) NamedID, list func(filter string) countedList[T]) ([]T, error) {
	listed, err := list(name).read(ctx, Window{})
	if name == "" {
		return listed.entries, err
	}
	hasOtherName := func(entry T) bool { return nameOf(&entry).Name != name }
	if entries := slices.DeleteFunc(listed.entries, hasOtherName); err != nil || len(entries) > 0 {
		return entries, err
	}
	listed, err = list("").read(ctx, Window{})
	return slices.DeleteFunc(listed.entries, hasOtherName), err
}

// findByName reads a list with a filter that the API applies in its own way, and returns the ID of
// the only entry with exactly the name that search asks for. If there is none, it reads the list
// without the filter: the API's may be narrower, and the error can show what there is.
func findByName[T any](
	ctx context.Context, search NameMatchError, list func(filter string) countedList[T], nameOf func(*T) NamedID,
) (string, error) {
	find := func(filter string) ([]NamedID, error) {
		listed, err := list(filter).read(ctx, Window{})
		var found []NamedID
		for i := range listed.entries {
			found = append(found, nameOf(&listed.entries[i]))
		}
		return found, err
	}
	found, err := find(search.Name)
	if err != nil {
		return "", err
	}
	id, err := matchName(search, found)
	if mismatch, ok := errors.AsType[*NameMatchError](err); !ok || len(mismatch.Matches) > 0 {
		return id, err
	}
	if found, err = find(""); err != nil {
		return "", err
	}
	slices.SortStableFunc(found, func(a, b NamedID) int { return distance(a.Name, search.Name) - distance(b.Name, search.Name) })
	return matchName(search, found)
}

// distance orders names by how likely they are what was meant: those that differ only in letter
// case, those that contain the name, all others.
func distance(name, wanted string) int {
	switch {
	case strings.EqualFold(name, wanted):
		return 0
	case strings.Contains(strings.ToLower(name), strings.ToLower(wanted)):
		return 1
	}
	return 2
}
