package client

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxMessageBytes is how much of an API error's message is shown.
	maxMessageBytes = 1000
	// maxRequestIDBytes is how much of a request ID is shown.
	maxRequestIDBytes = 100
	// maxStartBytes is how much of a response that is not JSON is shown.
	maxStartBytes = 200
	// maxRedactedBytes is how much of a text is searched for secrets; what follows is not shown.
	maxRedactedBytes = 64 << 10
)

// response is an HTTP response with its complete body.
type response struct {
	exchange *exchange
	status   int
	header   http.Header
	body     []byte
}

// apiError returns the error of a response with an error status, or of one that reports a failure.
func (r *response) apiError() *Error {
	code, message, id := readError(r.body)
	e := r.exchange.newError()
	e.Status = r.status
	e.Code = r.text(code, maxMessageBytes)
	e.Message = r.text(message, maxMessageBytes)
	e.RequestID = r.text(cmp.Or(requestID(r.header), id), maxRequestIDBytes)
	if code == "" && message == "" && !jsontext.Value(r.body).IsValid() {
		e.Err = fmt.Errorf("the response has %s%s", r.contentType(), r.start())
	}
	return e
}

// unexpected returns the error of a 2xx response that is not what it should be.
func (r *response) unexpected(problem error) *Error {
	text := "the response is empty"
	if len(bytes.TrimSpace(r.body)) > 0 {
		text = "unexpected response: " + problem.Error()
	}
	e := r.apiError()
	e.Reason = ReasonUnexpectedResponse
	e.Err = errors.New(text + ", " + r.contentType() + r.start())
	return e
}

// reportedFailure returns the error of a 2xx response whose body reports a failure.
func (r *response) reportedFailure(message *string) *Error {
	e := r.apiError()
	if message != nil {
		e.Message = r.text(*message, maxMessageBytes)
	}
	e.Reason, e.Err = ReasonReportedFailure, ErrReportedFailure
	return e
}

// code returns the API's own error code, "" if there is none.
func (r *response) code() string {
	if r.status < http.StatusBadRequest {
		return ""
	}
	code, _, _ := readError(r.body)
	return code
}

// start describes how a response that is not JSON begins. Nothing is shown of what looks like JSON,
// or of what IAM sends: a broken response may contain a secret.
func (r *response) start() string {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(r.body, []byte("\ufeff")))
	if r.exchange.request.hideBody || bytes.HasPrefix(trimmed, []byte("{")) || bytes.HasPrefix(trimmed, []byte("[")) || bytes.Contains(trimmed, []byte(`":`)) ||
		jsontext.Value(trimmed).IsValid() {
		return ""
	}
	text := r.text(string(trimmed), maxStartBytes)
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", begins with %q", text)
}

// text returns the beginning of a text of the response in one line, without secrets. It redacts
// before and after truncating, so that a cut secret does not leak.
func (r *response) text(text string, maxBytes int) string {
	secrets := r.exchange.secrets
	text = text[:min(len(text), maxRedactedBytes)]
	return redact(printable(redact(text, secrets), maxBytes), secrets)
}

// contentType describes the response's content type in a few printable characters.
func (r *response) contentType() string {
	if text := r.text(r.header.Get("Content-Type"), 100); text != "" {
		return "content type " + text
	}
	return "no content type"
}

// requestID returns the ID under which the API's support finds a request. Services spell the header
// in several ways.
func requestID(header http.Header) string {
	byName := func(wanted string) string {
		for name, values := range header {
			if strings.EqualFold(strings.NewReplacer("-", "", "_", "").Replace(name), wanted) && len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	return cmp.Or(byName("xrequestid"), byName("xopenstackrequestid"), byName("xiamtraceid"))
}
