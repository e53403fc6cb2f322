package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// response is a complete HTTP response that has not been sent yet.
type response struct {
	status int
	header http.Header
	body   []byte
	// abort closes the connection instead of sending anything.
	abort bool
}

// write sends the response. The content type is application/json unless a header names another.
func (r response) write(w http.ResponseWriter) {
	if r.abort {
		panic(http.ErrAbortHandler)
	}
	header := w.Header()
	if len(r.body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	maps.Copy(header, r.header)
	header.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}

// object returns a response whose body is a JSON object; see jsonObject.
func object(status int, members ...any) response {
	return response{status: status, body: jsonObject(members...)}
}

// jsonObject encodes members (name, value, name, value, …) in the order given. A json.RawMessage,
// an Entry and a list of entries are copied as they are.
func jsonObject(members ...any) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, member := range members {
		switch {
		case i%2 == 1:
			b.WriteByte(':')
		case i > 0:
			b.WriteByte(',')
		}
		b.Write(toJSON(member))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// jsonArray encodes entries without changing a byte of them.
func jsonArray(entries []Entry) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, entry := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(entry.raw)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// toJSON encodes a value. What is JSON already stays as it is.
func toJSON(value any) json.RawMessage {
	switch value := value.(type) {
	case json.RawMessage:
		return value
	case Entry:
		return value.raw
	case []Entry:
		return jsonArray(value)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("simulator: cannot encode a value: %v", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

// flatError returns an error shaped {"error_code","error_msg"}.
func flatError(status int, code, message string) response {
	return object(status, "error_code", code, "error_msg", message)
}

// nestedError returns an error shaped {"error":{"code","message"}}.
func nestedError(status int, code, message string) response {
	return object(status, "error", jsonObject("code", code, "message", message))
}

// iamError returns an error shaped {"error":{"code","message","title"}}; its code is the status, a
// number.
func iamError(status int, message string) response {
	return object(status, "error", jsonObject("code", status, "message", message, "title", http.StatusText(status)))
}

// gatewayError returns an error in the gateway's own shape, with the request ID in the body.
func gatewayError(status int, code, message, requestID string) response {
	return object(status, "error_msg", message, "error_code", code, "request_id", requestID)
}
