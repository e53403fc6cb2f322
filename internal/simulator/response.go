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
}

// write sends the response. The content type is application/json unless a header names another.
func (r response) write(w http.ResponseWriter) {
	header := w.Header()
	if len(r.body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	maps.Copy(header, r.header)
	header.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	finish(w)
	_, _ = w.Write(r.body)
}

// object returns a response whose body is a JSON object.
func object(status int, body Entry) response {
	return response{status: status, body: toJSON(body)}
}

// toJSON encodes a value, without escaping what is special in HTML.
func toJSON(value any) []byte {
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
	return object(status, Entry{"error_code": code, "error_msg": message})
}

// iamError returns an error shaped {"error":{"code","message","title"}}; its code is the status, a
// number.
func iamError(status int, message string) response {
	return object(status, Entry{"error": Entry{"code": status, "message": message, "title": http.StatusText(status)}})
}

// serviceError returns an error in the shape of a service.
func serviceError(service string, status int, code, message string) response {
	switch service {
	case vpcepService:
		return object(status, Entry{"error": Entry{"code": code, "message": message}})
	case iamService:
		return iamError(status, message)
	}
	return flatError(status, code, message)
}

// gatewayError returns an error in the gateway's own shape, with the request ID in the body.
func gatewayError(status int, code, message, requestID string) response {
	return object(status, Entry{"error_msg": message, "error_code": code, "request_id": requestID})
}
