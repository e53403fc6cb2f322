package client

import (
	"context"
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

// filteredList returns a list with the filter of its API for a name, "" for none.
type filteredList[T any] func(name string) countedList[T]

// readNamed reads the entries that an API finds by a name, all if name is "". As its filter may be
// narrower than an exact match, the list is read without it if no entry has the name.
func readNamed[T any](ctx context.Context, name string, list filteredList[T], nameOf func(*T) NamedID) ([]T, error) {
	listed, err := list(name).read(ctx, Window{})
	isFound := func(entry T) bool { return nameOf(&entry).Name == name }
	if err != nil || name == "" || slices.ContainsFunc(listed.entries, isFound) {
		return listed.entries, err
	}
	listed, err = list("").read(ctx, Window{})
	return listed.entries, err
}

// namedEntries returns the entries of a list with exactly this name, or all if name is "".
func namedEntries[T any](ctx context.Context, name string, list filteredList[T], nameOf func(*T) NamedID) ([]T, error) {
	entries, err := readNamed(ctx, name, list, nameOf)
	if name != "" {
		entries = slices.DeleteFunc(entries, func(entry T) bool { return nameOf(&entry).Name != name })
	}
	return entries, err
}

// findByName returns the ID of the only entry of a list with exactly the name that search asks for.
// Otherwise the error has what the list has, the names that are most like it first.
func findByName[T any](ctx context.Context, search NameMatchError, list filteredList[T], nameOf func(*T) NamedID) (string, error) {
	entries, err := readNamed(ctx, search.Name, list, nameOf)
	if err != nil {
		return "", err
	}
	var found []NamedID
	for i := range entries {
		found = append(found, nameOf(&entries[i]))
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
