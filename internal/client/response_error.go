package client

import (
	"cmp"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// lenientJSON reads what real servers send: names that repeat, and bytes that are not UTF-8.
var lenientJSON = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// readError reads the body of an API error in any of the shapes in use:
// {"error_code","error_msg","request_id"}, {"error":{"code","message"}} with a code that is a
// string or a number, {"code","message"}, {"error":"text"}. Everything is "" if the body has
// another shape.
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
	if json.Unmarshal(body, &outer, lenientJSON) != nil {
		return "", "", ""
	}
	var nested inner
	if outer.Error.Kind() == '{' {
		_ = json.Unmarshal(outer.Error, &nested, lenientJSON) // It was read as a part of outer.
	}
	code = cmp.Or(scalarText(outer.ErrorCode), scalarText(nested.Code), scalarText(outer.Code))
	message = cmp.Or(scalarText(outer.ErrorMsg), scalarText(nested.Message), scalarText(outer.Message),
		scalarText(outer.ErrorMessage), scalarText(outer.Error))
	return code, message, scalarText(outer.RequestID)
}

// scalarText returns a string or a number as text, "" for anything else.
func scalarText(value jsontext.Value) string {
	if value.Kind() == '0' {
		return value.String()
	}
	var text string
	if json.Unmarshal(value, &text, lenientJSON) != nil {
		return ""
	}
	return text
}
