package client

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// lenientJSON reads what real servers send: names that repeat, of which the last value counts (objects
// are merged), and bytes that are not UTF-8, which become U+FFFD.
var lenientJSON = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads the JSON object of a response. Field names match exactly, unknown ones are ignored,
// integers are exact. Scalars of another JSON type are converted if nothing is lost.
func decode[T any](r *response) (*T, error) {
	value := new(T)
	err := json.Unmarshal(r.body, value, lenientJSON)
	if is[*json.SemanticError](err) {
		value = new(T)
		err = json.Unmarshal(r.body, value, lenientJSON, convertingScalars)
	}
	if err == nil {
		return value, nil
	}
	e := r.unexpected(describeJSONError(err))
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok && semantic.JSONPointer != "" {
		e.Reason = ReasonWrongFieldType
	}
	return nil, e
}

// convertingScalars reads a scalar of another JSON type. It is slower, and only used if a response
// has one: editions and clouds send "22", 22.0, 2.2e1, "true" and 200 for 22, true and "200".
var convertingScalars = json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(func(d *jsontext.Decoder, to *int64) error {
		return convert(d, to, "\"0", toInteger)
	}),
	json.UnmarshalFromFunc(func(d *jsontext.Decoder, to *bool) error {
		return convert(d, to, "\"", func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" })
	}),
	json.UnmarshalFromFunc(func(d *jsontext.Decoder, to *string) error {
		return convert(d, to, "0tf", func(text string) (string, bool) { return text, true })
	}),
))

// convert reads a scalar of one of these kinds with from, and leaves others to the decoder.
func convert[T any](d *jsontext.Decoder, to *T, kinds string, from func(text string) (value T, ok bool)) error {
	kind := d.PeekKind()
	if !strings.ContainsRune(kinds, rune(kind)) {
		return errors.ErrUnsupported
	}
	scalar, err := d.ReadValue()
	if err != nil {
		return err
	}
	text := []byte(scalar)
	if kind == '"' {
		text, _ = jsontext.AppendUnquote(nil, scalar) // The decoder has checked it.
	}
	value, ok := from(string(text))
	if !ok {
		return &json.SemanticError{JSONKind: kind, GoType: reflect.TypeFor[T]()}
	}
	*to = value
	return nil
}

// toInteger reads a number without a fraction, in decimal or exponent form, exactly.
func toInteger(text string) (int64, bool) {
	if value, err := strconv.ParseInt(text, 10, 64); err == nil {
		return value, true
	}
	// No integer needs more. An exponent of a sign and three digits takes no time to expand.
	const maxLength, maxExponent = 40, 4
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	number := jsontext.Value(text)
	if len(text) > maxLength || len(exponent) > maxExponent || number.Kind() != '0' || !number.IsValid() {
		return 0, false
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok || !value.IsInt() || !value.Num().IsInt64() {
		return 0, false
	}
	return value.Num().Int64(), true
}

// describeJSONError describes what is wrong with the JSON of a response: the field and its type,
// never its value.
func describeJSONError(err error) error {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("the response is not valid JSON (byte %d)", syntactic.ByteOffset)
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err
	}
	want, got := "an object", kindNames[semantic.JSONKind]
	if semantic.GoType != nil {
		want = cmp.Or(typeNames[semantic.GoType.Kind()], want)
	}
	if want == "an integer" && semantic.JSONKind == '0' {
		got = "a number with a fraction or out of range"
	}
	if semantic.JSONPointer == "" {
		return fmt.Errorf("the response must be %s, got %s", want, got)
	}
	return fmt.Errorf("the field %s must be %s, got %s", fieldPath(semantic.JSONPointer), want, got)
}

var (
	// kindNames name the types of JSON values, typeNames those that Go types are read from.
	kindNames = map[jsontext.Kind]string{
		'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string", '0': "a number", '{': "an object", '[': "an array",
	}
	typeNames = map[reflect.Kind]string{
		reflect.String: "a string", reflect.Int64: "an integer", reflect.Bool: "a boolean", reflect.Slice: "an array",
	}

	arrayIndex = regexp.MustCompile(`/(\d+)(/|$)`)
)

// fieldPath writes a place in JSON as connections[3].marker_id.
func fieldPath(pointer jsontext.Pointer) string {
	path := arrayIndex.ReplaceAllString(string(pointer), "[$1]$2")
	return printable(strings.ReplaceAll(strings.Trim(path, "/"), "/", "."), 100)
}
