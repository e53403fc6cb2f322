package client

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxMessageBytes is how much of an API error's message is shown.
	maxMessageBytes = 1000
	// maxShownBytes is how much is shown of a request ID, a header, or a response that is not JSON.
	maxShownBytes = 200
)

// response is an HTTP response with its complete body.
type response struct {
	request *request
	status  int
	header  http.Header
	body    []byte
}

func (r *response) isSuccess() bool { return r.status >= 200 && r.status < 300 }

// isThrottling reports whether the response means too many requests. A nil response does not.
func (r *response) isThrottling() bool { return r != nil && isThrottling(r.status, r.code()) }

// failure returns the API error, nil for a success.
func (r *response) failure() error {
	if r.isSuccess() {
		return nil
	}
	return r.apiError()
}

// errRedirect is a redirect, which is not followed: none of the APIs redirects, a login portal does.
var errRedirect = errors.New("redirects are not followed")

// redirect returns an error that names the target if the response is a redirect of a request.
func (r *response) redirect(from *url.URL) error {
	location := r.header.Get("Location")
	if r.status < 300 || r.status > 399 || location == "" {
		return nil
	}
	target, err := from.Parse(location)
	if err != nil {
		return fmt.Errorf("redirected to an address that is not a URL; %w", errRedirect)
	}
	return fmt.Errorf("redirected to %s; %w", r.text(target.Scheme+"://"+target.Host, maxShownBytes), errRedirect)
}

// apiError returns the error of a response with an error status, or of one that reports a failure.
func (r *response) apiError() *Error {
	code, message, id := readError(r.body)
	e := r.request.newError()
	e.Status = r.status
	e.Code = r.text(code, maxMessageBytes)
	e.Message = r.text(message, maxMessageBytes)
	e.RequestID = r.text(cmp.Or(requestID(r.header), id), maxShownBytes)
	e.Page = r.isPage()
	if code == "" && message == "" && !jsontext.Value(r.body).IsValid() {
		e.Err = errors.New("the response has " + r.start())
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
	e.Reason, e.Err = ReasonUnexpectedResponse, errors.New(text+", "+r.start())
	return e
}

// missingField returns the error of a 2xx response without a field that tells it from another API's.
func (r *response) missingField(name string) *Error {
	return r.unexpected(fmt.Errorf("missing field %q", name))
}

// reportedFailure returns the error of a 2xx response whose body reports a failure.
func (r *response) reportedFailure(message string) *Error {
	e := r.apiError()
	e.Message = r.text(cmp.Or(message, e.Message), maxMessageBytes)
	e.Reason, e.Err = ReasonReportedFailure, errors.New("the response reports a failure")
	return e
}

// code returns the API's own error code, "" if there is none.
func (r *response) code() string {
	code, _, _ := readError(r.body)
	return code
}

var (
	pageStart = regexp.MustCompile(`(?i)^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b`)
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

// isPage reports whether the response is an HTML page.
func (r *response) isPage() bool {
	isHTML := strings.Contains(strings.ToLower(r.header.Get("Content-Type")), "html") || pageStart.Match(r.body)
	return isHTML && !r.looksLikeJSON()
}

// looksLikeJSON reports whether the response is JSON, complete or not, or empty.
func (r *response) looksLikeJSON() bool {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(r.body, []byte("\ufeff")))
	return len(trimmed) == 0 || trimmed[0] == '{' || trimmed[0] == '[' || jsontext.Value(trimmed).IsValid()
}

// start describes the content type of a response, and how it begins if it is not JSON: a page by its
// title. Nothing is shown of what looks like JSON, or of what IAM sends: a broken response may contain
// a secret.
func (r *response) start() string {
	described := "no content type"
	if contentType := r.text(r.header.Get("Content-Type"), maxShownBytes); contentType != "" {
		described = "content type " + contentType
	}
	if r.request.hideBody || r.looksLikeJSON() {
		return described
	}
	if title := pageTitle.FindSubmatch(r.body); title != nil && r.isPage() {
		return described + fmt.Sprintf(", an HTML page titled %q", r.text(string(title[1]), maxShownBytes))
	}
	return described + fmt.Sprintf(", begins with %q", r.text(string(r.body), maxShownBytes))
}

// text returns the beginning of a text of the response in one line, without secrets. They are
// replaced before the text is cut, and again once it has lost the bytes that cannot be printed.
func (r *response) text(text string, maxBytes int) string {
	return printable(r.request.redact(printable(r.request.redact(text), len(text))), maxBytes)
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

// readError reads the body of an API error in any of the shapes in use:
// {"error_code","error_msg","request_id"}, {"error":{"code","message"}} with a code that is a string or a
// number, {"code","message"}. Everything is "" if the body has another shape.
func readError(body []byte) (code, message, requestID string) {
	type codeAndMessage struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	var outer struct {
		codeAndMessage
		Error     jsontext.Value `json:"error"`
		ErrorCode string         `json:"error_code"`
		ErrorMsg  string         `json:"error_msg"`
		RequestID string         `json:"request_id"`
	}
	if json.Unmarshal(body, &outer, lenientJSON, convertingScalars) != nil {
		return "", "", ""
	}
	var inner codeAndMessage
	_ = json.Unmarshal(outer.Error, &inner, lenientJSON, convertingScalars) // Another shape has neither.
	message = cmp.Or(outer.ErrorMsg, inner.Message, outer.Message)
	return cmp.Or(outer.ErrorCode, inner.Code, outer.Code), message, outer.RequestID
}
