package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Entry is a JSON object of an API: an entry of a list, a channel, a service. It is served with all
// of its fields. Numbers are of type json.Number, so that they keep all their digits.
type Entry map[string]any

// parseEntry parses a JSON object. It returns nil if raw is anything else.
func parseEntry(raw []byte) Entry {
	var e Entry
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	_ = decoder.Decode(&e)
	return e
}

// MustEntry parses a JSON object of a test. It panics if raw is anything else.
func MustEntry(raw string) Entry {
	e := parseEntry([]byte(raw))
	if e == nil || !json.Valid([]byte(raw)) {
		panic("simulator: not a JSON object: " + raw)
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
	all := Entry{}
	maps.Copy(all, e)
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

// number returns a field that is a number, otherwise 0.
func (e Entry) number(name string) float64 {
	n, _ := strconv.ParseFloat(fmt.Sprint(e[name]), 64)
	return n
}

// micros returns a field that is an RFC 3339 time in microseconds since the epoch, otherwise 0.
func (e Entry) micros(name string) float64 {
	at, err := time.Parse(time.RFC3339Nano, e.Text(name))
	if err != nil {
		return 0
	}
	return float64(at.UnixMicro())
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

// filter returns the entries that match.
func filter(entries []Entry, match func(Entry) bool) []Entry {
	matching := []Entry{}
	for _, entry := range entries {
		if match(entry) {
			matching = append(matching, entry)
		}
	}
	return matching
}

// find returns the first element of a list that matches.
func find[E any](list []E, match func(E) bool) (E, bool) {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i], true
	}
	return *new(E), false
}

// sorted returns the entries in the order of their keys. The key function is called once per entry;
// entries with equal keys keep their order.
func sorted(entries []Entry, key func(Entry) float64) []Entry {
	type keyed struct {
		key   float64
		entry Entry
	}
	list := make([]keyed, 0, len(entries))
	for _, entry := range entries {
		list = append(list, keyed{key(entry), entry})
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	result := make([]Entry, 0, len(entries))
	for _, k := range list {
		result = append(result, k.entry)
	}
	return result
}

// page returns limit entries from offset on. It is empty if offset is past the end.
func page(entries []Entry, offset, limit int) []Entry {
	offset = min(offset, len(entries))
	return entries[offset:min(len(entries), offset+min(limit, len(entries)))]
}
