package client

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// describeJSONError describes what is wrong with the JSON of what, such as "the response": the
// field and its type, never its value.
func describeJSONError(what string, err error) error {
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			if field := fieldPath(syntactic.JSONPointer); field != "" {
				return fmt.Errorf("%s is not valid JSON (at %s, byte %d)", what, field, syntactic.ByteOffset)
			}
			return fmt.Errorf("%s is not valid JSON (byte %d)", what, syntactic.ByteOffset)
		}
		return err
	}
	want := jsonType(semantic.GoType)
	got := map[jsontext.Kind]string{
		'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string", '0': "a number", '{': "an object", '[': "an array",
	}[semantic.JSONKind]
	if got == want || want == "an integer" && semantic.JSONKind == '0' {
		got = "a number with a fraction or out of range"
	}
	field := fieldPath(semantic.JSONPointer)
	if field == "" {
		return fmt.Errorf("%s must be %s, got %s", what, want, got)
	}
	return fmt.Errorf("the field %s must be %s, got %s", field, want, got)
}

// jsonType names the JSON type that a Go type is read from.
func jsonType(t reflect.Type) string {
	if t == nil {
		return "a value"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Int64:
		return "an integer"
	case reflect.Bool:
		return "a boolean"
	case reflect.Slice:
		return "an array"
	default:
		return "an object"
	}
}

// fieldPath writes a place in JSON as connections[3].marker_id.
func fieldPath(pointer jsontext.Pointer) string {
	var path strings.Builder
	for token := range pointer.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			path.WriteString("[" + token + "]")
		default:
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(token)
		}
	}
	return printable(path.String(), 100)
}
