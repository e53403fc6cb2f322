package client

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decode reads the JSON object of an answer. Field names match to the letter,
// unknown ones are ignored, integers are exact.
func decode[T any](a *answer) (*T, error) {
	value := new(T)
	if err := json.Unmarshal(a.body, value); err != nil {
		return nil, a.unexpected(explain(err))
	}
	return value, nil
}

// present is a field of an answer that tells whether it was there, null or not.
type present[T any] struct {
	there bool
	value T
}

// UnmarshalJSONFrom reads the field, which is there then.
func (p *present[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	p.there = true
	return json.UnmarshalDecode(d, &p.value)
}

// explain says what is wrong with the JSON of an answer: the field and its type,
// never its value.
func explain(err error) error {
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			if field := fieldName(syntactic.JSONPointer); field != "" {
				return fmt.Errorf("the JSON is broken at %s, byte %d", field, syntactic.ByteOffset)
			}
			return fmt.Errorf("it is no JSON from byte %d on", syntactic.ByteOffset)
		}
		return err
	}
	wanted := jsonType(semantic.GoType)
	got := map[jsontext.Kind]string{
		'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string", '0': "a number", '{': "an object", '[': "an array",
	}[semantic.JSONKind]
	if got == wanted || wanted == "an integer" && semantic.JSONKind == '0' {
		got = "a number with a fraction or out of range"
	}
	field := fieldName(semantic.JSONPointer)
	if field == "" {
		return fmt.Errorf("%s was expected, %s came", wanted, got)
	}
	return fmt.Errorf("the field %s should be %s and is %s", field, wanted, got)
}

// jsonType names the JSON type that a Go type is read from.
func jsonType(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
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

// fieldName is a place in JSON as connections[3].marker_id.
func fieldName(pointer jsontext.Pointer) string {
	var name strings.Builder
	for token := range pointer.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			name.WriteString("[" + token + "]")
		default:
			if name.Len() > 0 {
				name.WriteByte('.')
			}
			name.WriteString(token)
		}
	}
	return printable(name.String(), 100)
}

// unexpected is the error of an answer that is not what it should be.
func (a *answer) unexpected(what error) *Error {
	e := a.refusal()
	text := "the answer is empty"
	if len(bytes.TrimSpace(a.body)) > 0 {
		text = "the answer is not the expected one: " + what.Error()
	}
	text += ", content type " + a.contentType() + a.start()
	e.Err = errors.New(text)
	return e
}

// failed is the error of an answer that says of itself that it is a failure.
func (a *answer) failed(message *string) *Error {
	e := a.refusal()
	if message != nil {
		e.Message = a.show(*message, maxMessage)
	}
	e.Err = ErrSaysFailed
	return e
}

// refusal is the error of an answer whose status is not that of success, or
// that says that it is an error.
func (a *answer) refusal() *Error {
	code, message, id := readError(a.body)
	e := &Error{
		Method:    a.method,
		URL:       a.url,
		Status:    a.status,
		Code:      a.show(code, maxMessage),
		Message:   a.show(message, maxMessage),
		RequestID: a.show(cmp.Or(requestID(a.header), id), maxRequestID),
	}
	if code == "" && message == "" && !jsontext.Value(a.body).IsValid() {
		e.Err = fmt.Errorf("the answer has content type %s%s", a.contentType(), a.start())
	}
	return e
}

// code is the API's own code of an error, "" for none.
func (a *answer) code() string {
	code, _, _ := readError(a.body)
	return code
}

// maxMessage is how much of an error's message is shown, in bytes.
const maxMessage = 1000

// maxRequestID is how much of a request's ID is shown, in bytes.
const maxRequestID = 100

// startLength is how much of an answer that is no JSON is shown, in bytes.
const startLength = 200

// start shows how an answer that is no JSON begins. What IAM sends is never shown.
func (a *answer) start() string {
	if a.secretive || jsontext.Value(a.body).IsValid() {
		return ""
	}
	body := hide(string(a.body), a.secrets)
	text := a.show(body[:min(len(body), 2*startLength)], startLength)
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", and begins %q", text)
}

// show is the beginning of a text of the answer in one line, without secrets: not
// even the start of one that the end cuts.
func (a *answer) show(text string, most int) string {
	return hide(printable(hide(text, a.secrets), most), a.secrets)
}

// contentType is that of an answer, in a few printable characters.
func (a *answer) contentType() string {
	return cmp.Or(a.show(a.header.Get("Content-Type"), 100), "not given")
}

// printable is the beginning of a text in one line.
func printable(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// readError reads the body of an error in any of the shapes that are in use:
// {"error_code","error_msg","request_id"}, {"error":{"code","message"}} with a
// code that is a string or a number, {"code","message"}. All are "" for none of them.
func readError(body []byte) (code, message, requestID string) {
	type inner struct {
		Code    jsontext.Value `json:"code"`
		Message jsontext.Value `json:"message"`
	}
	var outer struct {
		inner
		Error        jsontext.Value `json:"error"`
		ErrorCode    jsontext.Value `json:"error_code"`
		ErrorMsg     jsontext.Value `json:"error_msg"`
		ErrorMessage jsontext.Value `json:"error_message"`
		RequestID    jsontext.Value `json:"request_id"`
	}
	lenient := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if json.Unmarshal(body, &outer, lenient) != nil {
		return "", "", ""
	}
	var nested inner
	if outer.Error.Kind() == '{' {
		_ = json.Unmarshal(outer.Error, &nested, lenient) // It was read as part of the whole.
	}
	code = cmp.Or(scalar(outer.ErrorCode), scalar(nested.Code), scalar(outer.Code))
	message = cmp.Or(scalar(outer.ErrorMsg), scalar(nested.Message), scalar(outer.Message), scalar(outer.ErrorMessage), scalar(outer.Error))
	return code, message, scalar(outer.RequestID)
}

// scalar is a string or a number as text, anything else as "".
func scalar(value jsontext.Value) string {
	if value.Kind() == '0' {
		return value.String()
	}
	var text string
	if json.Unmarshal(value, &text, jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return text
}

// requestID is the ID under which the API knows a request, for its support.
// Services spell the header in several ways.
func requestID(header http.Header) string {
	byName := func(wanted string) string {
		for name, values := range header {
			if strings.EqualFold(strings.NewReplacer("-", "", "_", "").Replace(name), wanted) && len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	return cmp.Or(byName("xrequestid"), byName("xiamtraceid"))
}
