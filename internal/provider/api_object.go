package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// apiObject declares an object of an API once, one line for each field: the attributes that a
// schema has for it, and their values.
//
// Values are built from the types computed here. The framework's own conversion of structs reflects
// on each of them, and costs four times as much for a long list.
type apiObject[T any] struct {
	describe   func(*fields, *T)
	attributes map[string]schema.Attribute
	typ        tftypes.Type
}

// newObject declares an object. The function calls a method of fields for each field of the item,
// always for the same ones: it is called with an empty item for the attributes, and with every item
// for its values.
func newObject[T any](describe func(f *fields, item *T)) *apiObject[T] {
	f := &fields{attributes: map[string]schema.Attribute{}, values: map[string]tftypes.Value{}}
	describe(f, new(T))
	return &apiObject[T]{describe, f.attributes, schema.Schema{Attributes: f.attributes}.Type().TerraformType(context.Background())}
}

// values are the values of the object's attributes for an item, by name.
func (o *apiObject[T]) values(item *T, secrets secrets) map[string]tftypes.Value {
	f := &fields{values: make(map[string]tftypes.Value, len(o.attributes)), secrets: secrets}
	o.describe(f, item)
	return f.values
}

// secrets says what a read does with sensitive values.
type secrets bool

const (
	keepSecrets secrets = false
	omitSecrets secrets = true
)

// fields collects the values of an object's fields, and their attributes if attributes is not nil.
type fields struct {
	attributes map[string]schema.Attribute
	values     map[string]tftypes.Value
	secrets    secrets
}

// text declares a string, null if value is nil.
func (f *fields) text(name, description string, value *string) {
	if f.attributes != nil {
		f.attributes[name] = schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	f.values[name] = tftypes.NewValue(tftypes.String, value)
}

// secret declares a string that Terraform does not show, and that is null if secrets are omitted.
func (f *fields) secret(name, description string, value *string) {
	if f.attributes != nil {
		f.attributes[name] = schema.StringAttribute{MarkdownDescription: description, Computed: true, Sensitive: true}
	}
	if f.secrets == omitSecrets {
		value = nil
	}
	f.values[name] = tftypes.NewValue(tftypes.String, value)
}

// number declares an integer, null if value is nil.
func (f *fields) number(name, description string, value *int64) {
	if f.attributes != nil {
		f.attributes[name] = schema.Int64Attribute{MarkdownDescription: description, Computed: true}
	}
	f.values[name] = tftypes.NewValue(tftypes.Number, value)
}

// boolean declares a boolean, null if value is nil.
func (f *fields) boolean(name, description string, value *bool) {
	if f.attributes != nil {
		f.attributes[name] = schema.BoolAttribute{MarkdownDescription: description, Computed: true}
	}
	f.values[name] = tftypes.NewValue(tftypes.Bool, value)
}

// time declares the RFC 3339 form of a time in milliseconds since the Unix epoch.
func (f *fields) time(name, description string, ms *int64) {
	if f.attributes != nil {
		description += " It is null if that is null, `0`, or outside the years 1 to 9999."
	}
	f.text(name, description, rfc3339(ms))
}

// rfc3339 formats a time in milliseconds since the Unix epoch as RFC 3339, in UTC and with
// milliseconds. It returns nil if ms is nil, 0, which the APIs return for a time that does not
// exist yet, or outside the years 1 to 9999.
func rfc3339(ms *int64) *string {
	if ms == nil || *ms == 0 {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return nil
	}
	text := t.Format("2006-01-02T15:04:05.000Z07:00")
	return &text
}

// listField declares a list of objects, empty if there are no entries.
func listField[E any](f *fields, name, description string, element *apiObject[E], entries []E) {
	if f.attributes != nil {
		f.attributes[name] = schema.ListNestedAttribute{
			MarkdownDescription: description, Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: element.attributes},
		}
	}
	values := make([]tftypes.Value, len(entries))
	for i := range entries {
		values[i] = tftypes.NewValue(element.typ, element.values(&entries[i], f.secrets))
	}
	f.values[name] = tftypes.NewValue(tftypes.List{ElementType: element.typ}, values)
}

// objectField declares an object, null if entry is nil.
func objectField[E any](f *fields, name, description string, inner *apiObject[E], entry *E) {
	if f.attributes != nil {
		f.attributes[name] = schema.SingleNestedAttribute{MarkdownDescription: description, Computed: true, Attributes: inner.attributes}
	}
	if entry == nil {
		f.values[name] = tftypes.NewValue(inner.typ, nil)
		return
	}
	f.values[name] = tftypes.NewValue(inner.typ, inner.values(entry, f.secrets))
}
