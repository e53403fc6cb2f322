package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// answer is what a request is answered with, complete before its first byte goes out.
type answer struct {
	status int
	header http.Header
	body   []byte
	// abort closes the connection instead.
	abort bool
}

func (a answer) write(w http.ResponseWriter) {
	if a.abort {
		panic(http.ErrAbortHandler)
	}
	header := w.Header()
	if len(a.body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	maps.Copy(header, a.header)
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// object answers with a JSON object whose members stand in the order given: name, value, name, value. A value that is a
// json.RawMessage goes out as it is.
func object(status int, members ...any) answer {
	return answer{status: status, body: jsonObject(members...)}
}

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

// jsonArray joins entries exactly as they are.
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

// toJSON encodes a value without touching what is JSON already.
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
		panic(fmt.Sprintf("simulator: a value that is no JSON: %v", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

// flatError is the shape {"error_code","error_msg"}.
func flatError(status int, code, message string) answer {
	return object(status, "error_code", code, "error_msg", message)
}

// nestedError is the shape {"error":{"code","message"}}.
func nestedError(status int, code, message string) answer {
	return object(status, "error", jsonObject("code", code, "message", message))
}

// iamError is the shape {"error":{"code","message","title"}} with the status as a number for its code.
func iamError(status int, message string) answer {
	return object(status, "error", jsonObject("code", status, "message", message, "title", http.StatusText(status)))
}

// gatewayError is the gateway's own shape, with the request ID in the body too.
func gatewayError(status int, code, message, requestID string) answer {
	return object(status, "error_msg", message, "error_code", code, "request_id", requestID)
}
