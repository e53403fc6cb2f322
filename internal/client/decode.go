package client

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decode reads the JSON object of a response. Field names match exactly, unknown ones are ignored,
// integers are exact, of repeated names the last one counts, and bytes that are not UTF-8 become
// U+FFFD. A missing field of a [required] type is an error.
func decode[T any](r *response) (*T, error) {
	value := new(T)
	err := json.Unmarshal(r.body, value, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		// A repeated name is an error to the decoder, and so is a value that a later one replaces.
		value = new(T)
		if last := json.Unmarshal(withoutRepeatedNames(r.body), value, lenientJSON); last == nil || errors.Is(err, jsontext.ErrDuplicateName) {
			err = last
		}
	}
	if err != nil {
		e := r.unexpected(describeJSONError("the response", err))
		if semantic, ok := errors.AsType[*json.SemanticError](err); ok && semantic.JSONPointer != "" {
			e.Reason = ReasonWrongFieldType
		}
		return nil, e
	}
	if field := missingField(reflect.ValueOf(value).Elem()); field != "" {
		return nil, r.unexpected(fmt.Errorf("missing field %q", field))
	}
	return value, nil
}
