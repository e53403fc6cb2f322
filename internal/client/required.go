package client

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// required is a field that a response must have. A list may be null, which is empty.
type required[T any] struct {
	present bool
	value   T
}

// UnmarshalJSONFrom reads the field and records that it was present.
func (f *required[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	f.present = d.PeekKind() != 'n' || reflect.TypeFor[T]().Kind() == reflect.Slice
	return json.UnmarshalDecode(d, &f.value)
}

func (f *required[T]) isPresent() bool { return f.present }

// content returns what is inside, for a search of the fields within.
func (f *required[T]) content() any { return &f.value }

// requiredID is a required field that must not be empty either: the next request needs it.
type requiredID struct{ required[string] }

func (f *requiredID) isPresent() bool { return f.present && f.value != "" }

// optional is a field that records whether it was present, even as null.
type optional[T any] struct {
	present bool
	value   T
}

// UnmarshalJSONFrom reads the field and records that it was present.
func (f *optional[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	f.present = true
	return json.UnmarshalDecode(d, &f.value)
}

// isPresent is always true: an optional field cannot be missing.
func (f *optional[T]) isPresent() bool { return true }

func (f *optional[T]) content() any { return &f.value }

// requiredField is implemented by [required], [requiredID] and [optional] of any type.
type requiredField interface {
	isPresent() bool
	content() any
}

// missingField returns the path of a required field that is not present, "" if there is none.
func missingField(value reflect.Value) string {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			return missingField(value.Elem())
		}
	case reflect.Slice:
		if !hasRequired(value.Type().Elem()) {
			return ""
		}
		for i := range value.Len() {
			if field := missingField(value.Index(i)); field != "" {
				return fmt.Sprintf("[%d].%s", i, field)
			}
		}
	case reflect.Struct:
		if hasRequired(value.Type()) {
			return missingFieldOf(value)
		}
	default:
	}
	return ""
}

// missingFieldOf is missingField for the fields of a struct.
func missingFieldOf(value reflect.Value) string {
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		field := value.Field(i)
		if wanted, ok := asRequired(field); ok {
			if !wanted.isPresent() {
				return name
			}
			field = reflect.ValueOf(wanted.content()).Elem()
		}
		if within := missingField(field); within != "" {
			return strings.TrimPrefix(strings.Replace(name+"."+within, ".[", "[", 1), ".")
		}
	}
	return ""
}

// asRequired returns a struct's field as a required one.
func asRequired(field reflect.Value) (requiredField, bool) {
	if !field.CanInterface() {
		return nil, false
	}
	return reflect.TypeAssert[requiredField](field.Addr())
}

// hasRequired reports whether a type has required fields.
func hasRequired(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return hasRequired(t.Elem())
	case reflect.Struct:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[requiredField]()) {
			return true
		}
		for field := range t.Fields() {
			if hasRequired(field.Type) {
				return true
			}
		}
	default:
	}
	return false
}
