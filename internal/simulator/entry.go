package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Entry is a JSON value that is sent byte for byte: an entry of a list, a channel, a service.
// Absent fields stay absent, null stays null, and numbers keep all their digits. It is immutable.
type Entry struct {
	raw     json.RawMessage
	members []member
}

type member struct {
	name  string
	value json.RawMessage
	// text is the value of a string, at that of an RFC 3339 time. Both are parsed once, because a
	// list is filtered and sorted again for each of its pages.
	text string
	at   time.Time
}

func newMember(name string, value json.RawMessage) member {
	m := member{name: name, value: value}
	if !bytes.HasPrefix(value, []byte{'"'}) || json.Unmarshal(value, &m.text) != nil {
		return m
	}
	if at, err := time.Parse(time.RFC3339Nano, m.text); err == nil {
		m.at = at
	}
	return m
}

// ParseEntry parses any JSON value. Only an object has members to filter and sort by.
func ParseEntry(raw []byte) (Entry, error) {
	raw = bytes.Clone(raw)
	if !json.Valid(raw) {
		return Entry{}, fmt.Errorf("not valid JSON: %.40q", raw)
	}
	e := Entry{raw: raw}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return e, err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return Entry{}, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return Entry{}, err
		}
		e.members = append(e.members, newMember(fmt.Sprint(name), value))
	}
	return e, nil
}

// MustEntry is ParseEntry for literals in tests. It panics if raw is not valid JSON.
func MustEntry(raw string) Entry {
	e, err := ParseEntry([]byte(raw))
	if err != nil {
		panic("simulator: " + err.Error())
	}
	return e
}

// MarshalJSON returns the bytes that the entry was parsed from.
func (e Entry) MarshalJSON() ([]byte, error) {
	if e.raw == nil {
		return []byte("null"), nil
	}
	return e.raw, nil
}

// Get returns a member's JSON and reports whether the member exists.
func (e Entry) Get(name string) (json.RawMessage, bool) {
	m, ok := e.member(name)
	return m.value, ok
}

// Text returns a member that is a string, otherwise "".
func (e Entry) Text(name string) string {
	m, _ := e.member(name)
	return m.text
}

func (e Entry) member(name string) (member, bool) {
	for _, m := range e.members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

// With returns a copy with one member replaced, or appended if it is new. The value is a
// json.RawMessage, an Entry or anything that encoding/json can encode.
func (e Entry) With(name string, value any) Entry {
	set := newMember(name, toJSON(value))
	members := slices.Clone(e.members)
	if i := slices.IndexFunc(members, func(m member) bool { return m.name == name }); i >= 0 {
		members[i] = set
	} else {
		members = append(members, set)
	}
	return fromMembers(members)
}

// withDefaults returns a copy with those of the members (name, value, name, value, …) that it
// lacks.
func (e Entry) withDefaults(members ...any) Entry {
	all := slices.Clone(e.members)
	for pair := range slices.Chunk(members, 2) {
		name, _ := pair[0].(string)
		if _, ok := e.member(name); !ok {
			all = append(all, newMember(name, toJSON(pair[1])))
		}
	}
	return fromMembers(all)
}

// Without returns a copy without the named members.
func (e Entry) Without(names ...string) Entry {
	return fromMembers(slices.DeleteFunc(slices.Clone(e.members), func(m member) bool {
		return slices.Contains(names, m.name)
	}))
}

func fromMembers(members []member) Entry {
	pairs := make([]any, 0, 2*len(members))
	for _, m := range members {
		pairs = append(pairs, m.name, m.value)
	}
	return Entry{raw: jsonObject(pairs...), members: members}
}

// integer returns a member that is an integer, otherwise 0.
func (e Entry) integer(name string) int64 {
	raw, _ := e.Get(name)
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// instant returns a member that is an RFC 3339 time, otherwise the zero time.
func (e Entry) instant(name string) time.Time {
	m, _ := e.member(name)
	return m.at
}

// sorted returns the entries in the order of their keys. The key function is called once per entry;
// entries with equal keys keep their order.
func sorted[E, K any](entries []E, key func(E) K, compare func(a, b K) int) []E {
	type keyed struct {
		key   K
		index int
	}
	list := make([]keyed, len(entries))
	for i, entry := range entries {
		list[i] = keyed{key(entry), i}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if c := compare(a.key, b.key); c != 0 {
			return c
		}
		return a.index - b.index
	})
	result := make([]E, len(entries))
	for i, k := range list {
		result[i] = entries[k.index]
	}
	return result
}

// page returns limit entries from offset on. It is empty if offset is past the end.
func page[E any](entries []E, offset, limit int) []E {
	offset = min(offset, len(entries))
	return entries[offset:min(len(entries), offset+min(limit, len(entries)))]
}
