package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Entry is a JSON object of an API: an entry of a list, a channel, a service. It is served with all
// of its fields. Numbers are of type json.Number, so that they keep all their digits.
type Entry map[string]any

// MustEntry parses a JSON object of a test. It panics if raw is anything else.
func MustEntry(raw string) Entry {
	var e Entry
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&e); err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
	return e
}

// Text returns a field that is a string, otherwise "".
func (e Entry) Text(name string) string {
	text, _ := e[name].(string)
	return text
}

// With returns a copy with one field set.
func (e Entry) With(name string, value any) Entry {
	all := maps.Clone(e)
	if all == nil {
		all = Entry{}
	}
	all[name] = value
	return all
}

// Without returns a copy without the named fields.
func (e Entry) Without(names ...string) Entry {
	rest := maps.Clone(e)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// integer returns a field that is an integer, otherwise 0.
func (e Entry) integer(name string) int64 {
	n, err := strconv.ParseInt(fmt.Sprint(e[name]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// instant returns a field that is an RFC 3339 time in nanoseconds since the epoch, otherwise 0.
func (e Entry) instant(name string) int64 {
	at, err := time.Parse(time.RFC3339Nano, e.Text(name))
	if err != nil {
		return 0
	}
	return at.UnixNano()
}

// has reports whether each of the fields (name, value, name, value, …) has this value. An empty
// value matches everything.
func (e Entry) has(fields ...string) bool {
	for field := range slices.Chunk(fields, 2) {
		if value, ok := e[field[0]]; field[1] != "" && (!ok || fmt.Sprint(value) != field[1]) {
			return false
		}
	}
	return true
}

// sorted returns the entries in the order of their keys. The key function is called once per entry;
// entries with equal keys keep their order.
func sorted(entries []Entry, key func(Entry) int64) []Entry {
	keys := make([]int64, len(entries))
	order := make([]int, len(entries))
	for i, entry := range entries {
		keys[i], order[i] = key(entry), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	result := make([]Entry, len(entries))
	for i, at := range order {
		result[i] = entries[at]
	}
	return result
}

// page returns limit entries from offset on. It is empty if offset is past the end.
func page(entries []Entry, offset, limit int) []Entry {
	offset = min(offset, len(entries))
	return entries[offset:min(len(entries), offset+min(limit, len(entries)))]
}
