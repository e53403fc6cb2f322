package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Entry is one JSON value as the API sends it, a list's entry or a channel: what is absent stays absent, null stays null,
// and a number keeps all its digits. It is never changed once made.
type Entry struct {
	raw     json.RawMessage
	members []member
}

type member struct {
	name  string
	value json.RawMessage
	// text and at are the value where it is a string and, of those, an RFC 3339 time. They are worked out once: a list is
	// filtered and sorted for each of its pages.
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

// ParseEntry takes any valid JSON value. Only an object has members to filter and sort by.
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

// MustEntry is ParseEntry for text written in a test; it panics where that is no JSON.
func MustEntry(raw string) Entry {
	e, err := ParseEntry([]byte(raw))
	if err != nil {
		panic("simulator: " + err.Error())
	}
	return e
}

// MarshalJSON returns the entry as it was made.
func (e Entry) MarshalJSON() ([]byte, error) {
	if e.raw == nil {
		return []byte("null"), nil
	}
	return e.raw, nil
}

// Get returns a member's JSON and whether there is such a member.
func (e Entry) Get(name string) (json.RawMessage, bool) {
	m, ok := e.member(name)
	return m.value, ok
}

// Text is a member that is a string, and "" for any other.
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

// With returns a copy with one member set: in its place where there is one, else at the end. The value is a
// json.RawMessage, an Entry or anything that can be encoded.
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

// Without returns a copy that lacks the members named.
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

// integer is a member that is a whole number, and 0 for any other.
func (e Entry) integer(name string) int64 {
	raw, _ := e.Get(name)
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// instant is a member that is an RFC 3339 time, and the zero time for any other.
func (e Entry) instant(name string) time.Time {
	m, _ := e.member(name)
	return m.at
}

// sorted returns the entries ordered by a key that is worked out once for each; equal keys keep their order.
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

// page cuts offset and limit out of a list; an offset past the end gives nothing.
func page[E any](entries []E, offset, limit int) []E {
	offset = min(offset, len(entries))
	return entries[offset:min(len(entries), offset+min(limit, len(entries)))]
}
