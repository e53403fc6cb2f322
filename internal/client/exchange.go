package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// attemptTimeout ends one attempt of a request.
	attemptTimeout = 60 * time.Second
	// maxAnswer is the largest body that is read, in bytes.
	maxAnswer = 32 << 20
)

var (
	errAttemptTimeout = fmt.Errorf("no whole answer came within %s", attemptTimeout)
	errRedirects      = fmt.Errorf("it was redirected %d times", maxRedirects)
	errAnswerTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
)

// request is what [Client.send] sends.
type request struct {
	method, url string
	// body is JSON, nil for none.
	body []byte
	// projectID goes into the header that tells the gateway the project, where
	// it is not empty.
	projectID string
	// source authorizes the request; nil for one that needs none.
	source source
	// secrets are in the body and must not be shown.
	secrets []string
	// secretive is a request whose answer must not be shown.
	secretive bool
}

// answer is what came back, read whole.
type answer struct {
	// method and url are those of the request, the URL without its query.
	method, url string
	status      int
	header      http.Header
	body        []byte
	// secrets that the answer may repeat.
	secrets []string
	// secretive is an answer that must not be shown.
	secretive bool
}

// exchange is one request with all its attempts.
type exchange struct {
	client  *Client
	request *request
	// shown is the request's URL without its query.
	shown string
	// last is the answer of the latest attempt, nil where none came.
	last     *answer
	attempts int
	// secrets that answers and errors may repeat, the signatures among them.
	secrets, signatures []string
	// wait is the time until the next attempt.
	wait time.Duration
	// renewed tells that a refused credential was renewed once.
	renewed bool
}

// send makes a request, again and again where that helps, and returns the
// answer of success. Any other end is an [*Error].
func (c *Client) send(ctx context.Context, r *request) (*answer, error) {
	x := &exchange{client: c, request: r, shown: withoutQuery(r.url)}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, r.url, r.body)
	if err != nil {
		return nil, x.failure(err)
	}
	attempts := retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: x, CheckRedirect: sameOrigin},
		RetryMax:     c.config.MaxRetries,
		CheckRetry:   x.again,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return x.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := attempts.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // It was read to its end, or refused.
	}
	if err != nil {
		return nil, x.failure(err)
	}
	if x.last.status < 200 || x.last.status > 299 {
		return nil, x.last.refusal()
	}
	return x.last, nil
}

// RoundTrip makes one attempt, and a second one where a credential that can be
// renewed was refused. It returns once the whole body is there.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		var used *credential
		if x.request.source != nil {
			var err error
			if used, err = x.request.source.get(req.Context()); err != nil {
				return nil, &unauthorizedError{err}
			}
		}
		a, err := x.attempt(req, used)
		if err != nil {
			return nil, err
		}
		if a.status == http.StatusUnauthorized && used != nil && !x.renewed && x.request.source.drop(used) {
			x.renewed = true
			continue
		}
		return &http.Response{
			StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), Request: req,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(a.body)),
		}, nil
	}
}

// attempt sends the request once and reads the answer whole, as one of the few
// that may be under way.
func (x *exchange) attempt(req *http.Request, used *credential) (*answer, error) {
	ctx, c := req.Context(), x.client
	x.last = nil
	if err := c.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer c.slots.Release(1)
	if err := c.holdBack.wait(ctx); err != nil {
		return nil, err
	}

	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, errAttemptTimeout)
	defer cancel()
	sent := req.Clone(ctx)
	var body []byte
	if req.Body != nil {
		body = x.request.body
		sent.Body = io.NopCloser(bytes.NewReader(body))
	}
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("User-Agent", c.config.UserAgent)
	used.authorize(sent, body, x.request.projectID)

	x.attempts++
	x.signatures = append(x.signatures, signatureOf(sent.Header)...)
	x.secrets = slices.Concat(c.secrets.with(slices.Concat(x.request.secrets, used.secrets())...), x.signatures)
	begun := time.Now()
	a, err := x.sendOnce(sent)
	if a != nil {
		a.secrets, a.secretive = x.secrets, x.request.secretive
	}
	x.log(req, a, err, time.Since(begun))
	if errors.Is(err, errAnswerTooLarge) {
		x.last = a // Its status is told.
	}
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errAttemptTimeout) {
			return nil, cause
		}
		return nil, err
	}
	x.last = a
	return a, nil
}

// sendOnce sends a request and reads its answer whole. Of one that is too large
// it returns the head beside the error.
func (x *exchange) sendOnce(req *http.Request) (*answer, error) {
	resp, err := x.client.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // Nothing was written to it.
	a := &answer{method: req.Method, url: x.shown, status: resp.StatusCode, header: resp.Header}
	if resp.ContentLength > maxAnswer {
		return a, errAnswerTooLarge
	}
	var body bytes.Buffer
	if resp.ContentLength > 0 {
		// ReadFrom wants this much room left to see the end.
		body.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1)); err != nil {
		return nil, err
	}
	if body.Len() > maxAnswer {
		return a, errAnswerTooLarge
	}
	a.body = body.Bytes()
	return a, nil
}

// log tells of one attempt: nothing of what it bore, nothing of what it brought.
func (x *exchange) log(req *http.Request, a *answer, err error, took time.Duration) {
	fields := map[string]any{
		"method": req.Method, "host": req.URL.Host, "path": hide(req.URL.EscapedPath(), x.secrets),
		"attempt": x.attempts, "duration_ms": took.Milliseconds(),
	}
	if err != nil {
		fields["error"] = hide(err.Error(), x.secrets)
	} else {
		fields["status"], fields["request_id"] = a.status, a.show(requestID(a.header), maxRequestID)
	}
	x.client.log(req.Context(), "HTTP request", fields)
}

// failure is the error of a request that has no answer, or none to go by.
func (x *exchange) failure(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // Without the URL, which has the query in it.
	}
	if unauthorized, ok := errors.AsType[*unauthorizedError](err); ok {
		return unauthorized.error
	}
	err = &hiddenError{err, x.secrets}
	failed := &Error{Method: x.request.method, URL: x.shown, Err: err}
	if x.last != nil {
		said := x.last.refusal()
		failed.Status, failed.Code, failed.Message, failed.RequestID = said.Status, said.Code, said.Message, said.RequestID
	}
	if x.attempts > 1 {
		failed.Err = fmt.Errorf("%w (%d attempts)", err, x.attempts)
	}
	return failed
}

// unauthorizedError is a request that could not be made for want of a
// credential; the error within tells of another request.
type unauthorizedError struct{ error }

func (e *unauthorizedError) Unwrap() error { return e.error }

// redirectError is a redirect to somewhere else.
type redirectError struct{ target string }

func (e *redirectError) Error() string {
	return "refused a redirect to " + e.target + ": only the same scheme and host are followed"
}

// maxRedirects ends a circle of redirects.
const maxRedirects = 10

// sameOrigin lets a redirect be followed on the same scheme and host only.
func sameOrigin(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) >= maxRedirects {
		return errRedirects
	}
	if req.URL.Scheme != first.Scheme || !strings.EqualFold(req.URL.Host, first.Host) {
		return &redirectError{req.URL.Scheme + "://" + req.URL.Host}
	}
	return nil
}

// withoutQuery is a URL as it may be shown.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}
