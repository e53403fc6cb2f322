package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"
)

const (
	// attemptTimeout ends one attempt of a request.
	attemptTimeout = 60 * time.Second
	// maxResponseBytes is the largest body that is read.
	maxResponseBytes = 32 << 20
)

var (
	errAttemptTimeout   = fmt.Errorf("no complete response within %s", attemptTimeout)
	errResponseTooLarge = fmt.Errorf("the response is larger than %d MiB", maxResponseBytes>>20)
	errInvalidURL       = errors.New("the URL is not valid")
)

// apiCall is how an operation is requested.
type apiCall struct {
	operation Operation
	service   string
	method    string
	// path below the service's endpoint; words in braces are replaced.
	path string
}

// request is what [Client.send] sends.
type request struct {
	call apiCall
	// purpose says what an IAM request is for, in the words of its errors; "" for others.
	purpose string
	url     string
	// header is sent in addition to the usual ones.
	header http.Header
	// body is JSON, nil for none.
	body []byte
	// source authorizes the request for a project; nil for a request that needs no credential.
	source  credentialSource
	project projectScope
	// secrets are in the request and must not be shown.
	secrets []string
	// hideBody is set if the response's body must never be quoted. Its error code, message and
	// request ID are still shown.
	hideBody bool
	// direct sends the request in place of the client's transport, without retries; nil for most.
	direct *http.Transport

	// The rest is the state of sending it.

	client *Client
	target *url.URL
	host   *host
	// attempts is the number of times that the request was sent, throttled how many of them met
	// throttling.
	attempts, throttled int
	// credential authorized the last attempt.
	credential *credential
	// isRenewed is set once the credential was renewed, or could not be.
	isRenewed bool
	// retries are the attempts after the first that count against the client's maximum.
	retries int
	// signatures are in the requests and must not be shown, like the client's secrets.
	signatures []string
}

// send sends a request until it succeeds, fails permanently, or has been retried often enough, and
// returns the 2xx response. Other outcomes are an [*Error], or the error of getting the credential.
func (c *Client) send(ctx context.Context, r *request) (*response, error) {
	var err error
	r.client, r.credential = c, new(credential)
	if r.target, err = url.Parse(r.url); err != nil {
		return nil, r.failure(nil, errInvalidURL)
	}
	r.host = c.hostOf(r.target)
	c.secrets.add(r.secrets...)
	for {
		resp, err := r.attempt(ctx)
		if err == nil && resp.isSuccess() {
			noteFailure(ctx, nil)
			return resp, nil
		}
		if r.isRefused(resp, err) && r.renew(ctx) {
			continue // A renewal is no retry.
		}
		wait, isAsked := waitAfter(ctx, resp, r.attempts)
		if resp.isThrottling() {
			r.throttled++
			r.host.pause(wait)
		}
		if ctx.Err() != nil || r.direct != nil || !isTemporary(resp, err) || !r.countRetry(resp) {
			return nil, r.failure(resp, err)
		}
		// What a reader gets whose deadline ends before the next attempt: this one, or one of a shared fetch.
		withoutNext := r.failure(resp, &DeadlineError{Wait: wait, RetryAfter: isAsked, Err: err})
		if isPastDeadline(ctx, wait) {
			return nil, withoutNext
		}
		noteFailure(ctx, withoutNext)
		if err := sleep(ctx, wait); err != nil {
			return nil, r.failure(nil, err)
		}
	}
}

// isRefused reports whether the host has refused the credential: with this response, or before, so
// that the request was not sent.
func (r *request) isRefused(resp *response, err error) bool {
	if err == nil {
		return r.source != nil && r.credential.isRefusedBy(resp)
	}
	// A credentialError is about a request for the credential, not about this one.
	return errors.Is(err, ErrRefusedBefore) && !is[*credentialError](err)
}

// renew renews the refused credential, once, and reports whether there may be another one.
func (r *request) renew(ctx context.Context) bool {
	if r.isRenewed {
		return false
	}
	r.isRenewed = true
	if r.source.renew(ctx, r.project, r.credential) {
		return true
	}
	// The same credential may name its project now, which the error then says: IAM has been asked what
	// a given token is for.
	if same, err := r.source.get(ctx, r.project); err == nil {
		r.credential = same
	}
	return false
}

// countRetry counts a retry, and reports whether the client's maximum allows it. Quotas are by the
// second to five minutes, so that only the deadline ends throttling, unless there are no retries at all.
func (r *request) countRetry(resp *response) bool {
	if resp.isThrottling() && r.client.config.MaxRetries > 0 {
		return true
	}
	r.retries++
	return r.retries <= r.client.config.MaxRetries
}

// attempt sends the request once and reads the complete response. With an error, there is no
// response, or none that can be used.
func (r *request) attempt(ctx context.Context) (*response, error) {
	release, err := r.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	r.attempts++
	if r.attempts == 1 {
		noteFailure(ctx, r.failure(nil, context.DeadlineExceeded))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, errAttemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.call.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, errInvalidURL
	}
	maps.Copy(req.Header, r.header)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", r.client.config.UserAgent)
	if r.source != nil {
		r.client.secrets.add(r.credential.secrets()...)
		r.signatures = append(r.signatures, r.credential.authorize(req, r.body, r.project.id))
	}
	began := time.Now()
	resp, err := r.roundTrip(req)
	if err != nil && errors.Is(context.Cause(ctx), errAttemptTimeout) {
		err = errAttemptTimeout
	}
	r.log(ctx, resp, err, time.Since(began))
	if err == nil {
		r.host.noteKey(r.credential.accessKey, resp)
	}
	return resp, err
}

// begin gets a valid credential, and a place at the host. The caller calls release after the attempt.
func (r *request) begin(ctx context.Context) (release func(), err error) {
	for {
		if r.source != nil {
			if r.credential, err = r.source.get(ctx, r.project); err != nil {
				return nil, &credentialError{err}
			}
		}
		release, err = r.host.acquire(ctx, r.credential.accessKey)
		if err != nil || !r.credential.hasExpired(time.Now()) {
			return release, err
		}
		release() // The credential has expired during the wait.
	}
}

// roundTrip sends a request and reads the complete response. If that is too large or a redirect, it
// also returns an error.
func (r *request) roundTrip(req *http.Request) (*response, error) {
	transport := cmp.Or(r.direct, r.client.transport)
	httpResponse, err := transport.RoundTrip(req)
	if err != nil {
		return nil, namingProxy(transport, req, err)
	}
	defer func() { _ = httpResponse.Body.Close() }() // Nothing was written to it.
	resp := &response{request: r, status: httpResponse.StatusCode, header: httpResponse.Header}
	if httpResponse.ContentLength > maxResponseBytes {
		return resp, errResponseTooLarge
	}
	var body bytes.Buffer
	if httpResponse.ContentLength > 0 {
		// ReadFrom wants this much room left to see the end.
		body.Grow(int(httpResponse.ContentLength) + bytes.MinRead)
	}
	_, err = body.ReadFrom(io.LimitReader(httpResponse.Body, maxResponseBytes+1))
	switch {
	case err != nil && resp.status != http.StatusUnauthorized:
		return nil, err // A 401 is complete without its body: a repeated sign-in could lock the user.
	case body.Len() > maxResponseBytes:
		return resp, errResponseTooLarge
	}
	resp.body = body.Bytes()
	return resp, resp.redirect(req.URL)
}

// log logs one attempt, with no content of the request or the response.
func (r *request) log(ctx context.Context, resp *response, err error, took time.Duration) {
	if r.client.config.Log == nil {
		return
	}
	fields := map[string]any{
		"method": r.call.method, "host": r.target.Host, "path": r.redact(r.target.EscapedPath()),
		"attempt": r.attempts, "duration_ms": took.Milliseconds(),
	}
	if resp != nil {
		fields["status"], fields["request_id"] = resp.status, resp.text(requestID(resp.header), maxShownBytes)
	}
	if err != nil {
		fields["error"] = r.redact(err.Error())
	}
	r.client.config.Log(ctx, "HTTP request", fields)
}

// redact replaces the secrets in a text.
func (r *request) redact(text string) string {
	return r.client.secrets.redact(text, r.signatures...)
}

// failure returns the error of a request that did not succeed. resp is the last response, nil if
// there is none; err is nil for a response that explains itself.
func (r *request) failure(resp *response, err error) error {
	if credential, ok := errors.AsType[*credentialError](err); ok {
		return credential.error
	}
	e := r.newError()
	if resp != nil {
		e = resp.apiError()
	}
	if before, ok := errors.AsType[*Error](err); ok { // From [trial.begin]: another request's refusal.
		e.Status, e.Code, e.Message, e.RequestID, e.Page = before.Status, before.Code, before.Message, before.RequestID, before.Page
		e.Err = ErrRefusedBefore
		return e
	}
	if err != nil {
		e.Reason = reasonOf(err)
		e.Err = &redactedError{err, r.redact(err.Error())}
	}
	if resp.isThrottling() || errors.Is(err, errThrottled) {
		e.Throttled = max(1, r.throttled)
	}
	return e
}

// newError returns an error with what is known of the request.
func (r *request) newError() *Error {
	e := &Error{
		Service: r.call.service, Operation: r.call.operation, Purpose: r.purpose, Method: r.call.method, Attempts: r.attempts,
	}
	if r.target != nil {
		e.URL = r.redact((&url.URL{Scheme: r.target.Scheme, Host: r.target.Host, Path: r.target.Path, RawPath: r.target.RawPath}).String())
	}
	if r.credential != nil && r.credential.token != "" {
		e.TokenProject = r.credential.projectID
	}
	return e
}

// credentialError means that getting the credential failed; the wrapped error is about that request.
type credentialError struct{ error }

func (e *credentialError) Unwrap() error { return e.error }
