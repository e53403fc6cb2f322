package client

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// matchName returns the ID of the only entry with the name that search asks for. Otherwise it
// returns search with what was found, as an error; entries without a name are left out.
func matchName(search NameMatchError, found []NamedID) (string, error) {
	for _, entry := range found {
		switch entry.Name {
		case search.Name:
			search.Matches = append(search.Matches, entry)
		case "":
		default:
			search.Others = append(search.Others, entry)
		}
	}
	if len(search.Matches) != 1 {
		return "", &search
	}
	return search.Matches[0].ID, nil
}

// findByName lists with a filter that the API applies in its own way, and returns the ID of the
// only entry with exactly the name that search asks for. If there is none, it lists without the
// filter: the API's may be narrower, and the error can show what there is.
func findByName(ctx context.Context, search NameMatchError, list func(ctx context.Context, filter string) ([]NamedID, error)) (string, error) {
	found, err := list(ctx, search.Name)
	if err != nil {
		return "", err
	}
	id, err := matchName(search, found)
	if mismatch, ok := errors.AsType[*NameMatchError](err); ok && len(mismatch.Matches) == 0 {
		if all, listErr := list(ctx, ""); listErr == nil {
			slices.SortStableFunc(all, func(a, b NamedID) int { return distance(a.Name, search.Name) - distance(b.Name, search.Name) })
			return matchName(search, all)
		}
	}
	return id, err
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

// namedIDs returns the names and IDs of listed entries.
func namedIDs[T any](entries []T, name func(*T) NamedID) []NamedID {
	named := make([]NamedID, len(entries))
	for i := range entries {
		named[i] = name(&entries[i])
	}
	return named
}
