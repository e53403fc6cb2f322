package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// apiObject declares an object of an API once: its attributes, and how the value of each is read
// from a T. It serves the schemas of data sources and ephemeral resources, and builds their values.
//
// Values are built from the types computed here. The framework's own conversion of structs reflects
// on each of them, and costs twice as much for a long list.
type apiObject[T any] struct {
	attributes []attribute
	fields     []field[T]
	typ        tftypes.Object
}

// field is an attribute of an API object and the way to get its value.
type field[T any] struct {
	attribute
	value func(item *T, secrets secrets) tftypes.Value
}

// secrets says what a read does with sensitive values.
type secrets bool

const (
	keepSecrets secrets = false
	omitSecrets secrets = true
)

// newObject declares an object. It panics if two of its fields have the same name.
func newObject[T any](fields ...field[T]) *apiObject[T] {
	o := &apiObject[T]{fields: fields}
	for _, f := range fields {
		o.attributes = append(o.attributes, f.attribute)
	}
	o.typ = objectType(o.attributes)
	return o
}

// stringField declares a string, null if get returns nil.
func stringField[T any](name, description string, get func(*T) *string) field[T] {
	return scalarField(attribute{name: name, description: description, kind: stringKind, computed: true}, get)
}

// int64Field declares an integer, null if get returns nil.
func int64Field[T any](name, description string, get func(*T) *int64) field[T] {
	return scalarField(attribute{name: name, description: description, kind: int64Kind, computed: true}, get)
}

// boolField declares a boolean, null if get returns nil.
func boolField[T any](name, description string, get func(*T) *bool) field[T] {
	return scalarField(attribute{name: name, description: description, kind: boolKind, computed: true}, get)
}

func scalarField[T, V any](a attribute, get func(*T) *V) field[T] {
	typ := a.typ()
	return field[T]{a, func(item *T, _ secrets) tftypes.Value { return tftypes.NewValue(typ, get(item)) }}
}

// timeField declares the RFC 3339 form of a time in milliseconds since the Unix epoch.
func timeField[T any](name, description string, get func(*T) *int64) field[T] {
	return stringField(name, description+" It is null if that is null or outside the years 1 to 9999.",
		func(item *T) *string { return rfc3339(get(item)) })
}

// rfc3339 formats a time in milliseconds since the Unix epoch as RFC 3339, in UTC and with
// milliseconds. It returns nil if ms is nil or outside the years 1 to 9999.
func rfc3339(ms *int64) *string {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return nil
	}
	text := t.Format("2006-01-02T15:04:05.000Z07:00")
	return &text
}

// listField declares a list of objects, empty if get returns none.
func listField[T, E any](name, description string, element *apiObject[E], get func(*T) []E) field[T] {
	typ := tftypes.List{ElementType: element.typ}
	return field[T]{
		attribute{name: name, description: description, kind: listKind, computed: true, nested: element.attributes},
		func(item *T, secrets secrets) tftypes.Value {
			entries := get(item)
			values := make([]tftypes.Value, len(entries))
			for i := range entries {
				values[i] = element.value(&entries[i], secrets)
			}
			return tftypes.NewValue(typ, values)
		},
	}
}

// objectField declares an object, null if get returns nil.
func objectField[T, E any](name, description string, inner *apiObject[E], get func(*T) *E) field[T] {
	return field[T]{
		attribute{name: name, description: description, kind: objectKind, computed: true, nested: inner.attributes},
		func(item *T, secrets secrets) tftypes.Value {
			entry := get(item)
			if entry == nil {
				return tftypes.NewValue(inner.typ, nil)
			}
			return inner.value(entry, secrets)
		},
	}
}

// secret makes a field sensitive: hidden in Terraform's output, and null if secrets are omitted.
func secret[T any](f field[T]) field[T] {
	f.sensitive = true
	return f
}

// value is an item as a value of the object's type.
func (o *apiObject[T]) value(item *T, secrets secrets) tftypes.Value {
	return tftypes.NewValue(o.typ, o.values(item, secrets))
}

// values are those of the object's attributes, by name. A sensitive one is null if secrets are
// omitted, whatever its field returns.
func (o *apiObject[T]) values(item *T, secrets secrets) map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(o.fields))
	for i := range o.fields {
		f := &o.fields[i]
		if f.sensitive && secrets == omitSecrets {
			values[f.name] = tftypes.NewValue(f.typ(), nil)
			continue
		}
		values[f.name] = f.value(item, secrets)
	}
	return values
}
