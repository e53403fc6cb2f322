package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// attemptTimeout ends one attempt of a request.
	attemptTimeout = 60 * time.Second
	// longWait is a wait for a slot in which a credential may expire.
	longWait = time.Second
	// maxResponseBytes is the largest body that is read.
	maxResponseBytes = 32 << 20
)

var (
	errExpiredWhileWaiting = errors.New("the credential expired while the request waited")

	errAttemptTimeout   = fmt.Errorf("no complete response within %s", attemptTimeout)
	errResponseTooLarge = fmt.Errorf("the response is larger than %d MiB", maxResponseBytes>>20)
)

// request is what [Client.send] sends.
type request struct {
	operation operation
	// purpose says what the request is for, in the words of its errors; "" if the operation says
	// all.
	purpose string
	url     string
	// header is sent in addition to the usual ones.
	header http.Header
	// body is JSON, nil for none.
	body []byte
	// source authorizes the request for a project; nil for a request that needs no credential.
	source credentialSource
	scope  projectScope
	// projectID is sent to the gateway with a signed request, unless it is empty.
	projectID string
	// secrets are in the request and must not be shown.
	secrets []string
	// hideBody is set if the response's body must never be quoted. Its error code, message and
	// request ID are still shown.
	hideBody bool
}

// exchange is one request with its retries.
type exchange struct {
	client   *Client
	request  *request
	host     *host
	attempts int
	// sent reports whether the request has been sent at all.
	sent bool
	// renewed reports whether a refused credential has been renewed in this attempt.
	renewed bool
	// last is the response to the last attempt, nil if there was none.
	last *response
	// secrets that responses and errors may repeat, signatures included.
	secrets, signatures []string
}

// send sends a request, retries temporary failures and returns the 2xx response. Other outcomes are
// an [*Error], or the error of getting the credential.
func (c *Client) send(ctx context.Context, r *request) (*response, error) {
	x := &exchange{client: c, request: r}
	target, err := url.Parse(r.url)
	if err != nil {
		return nil, x.failure(&unsendableError{errors.New("the URL is not valid")})
	}
	x.host = c.hosts.of(target)
	resp, err := x.retry(ctx)
	if err != nil {
		return nil, x.failure(err)
	}
	if resp.status < 200 || resp.status > 299 {
		return nil, resp.apiError()
	}
	return resp, nil
}

// attempt sends the request once, and again after a redirect or with a renewed credential. It
// returns once the body is complete.
func (x *exchange) attempt(ctx context.Context) (*response, error) {
	x.last, x.renewed = nil, false
	var body io.Reader
	if x.request.body != nil {
		body = bytes.NewReader(x.request.body)
	}
	req, err := http.NewRequestWithContext(ctx, x.request.operation.method, x.request.url, body)
	if err != nil {
		return nil, &unsendableError{err}
	}
	httpClient := &http.Client{Transport: x, CheckRedirect: checkRedirect}
	resp, err := httpClient.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // It has been read.
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // Without the URL, which includes the query.
	}
	if err != nil {
		return nil, err
	}
	return x.last, nil
}

// RoundTrip sends a request with a valid credential, and once more if that is refused and can be
// renewed.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		credential, err := x.credential(req.Context())
		if err != nil {
			return nil, &credentialError{err}
		}
		resp, err := x.sendOnce(req, credential)
		if errors.Is(err, errExpiredWhileWaiting) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !x.renewed && credential.isRefusedBy(resp) {
			x.renewed = true
			if x.request.source.invalidate(req.Context(), x.request.scope, credential) {
				continue
			}
		}
		if err := checkLocation(req, resp); err != nil {
			return nil, err
		}
		return &http.Response{
			StatusCode: resp.status, Header: resp.header, Body: http.NoBody, Request: req,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		}, nil
	}
}

// credential returns what authorizes the request, nil if it needs none.
func (x *exchange) credential(ctx context.Context) (*credential, error) {
	if x.request.source == nil {
		return nil, nil //nolint:nilnil // A nil credential authorizes nothing.
	}
	return x.request.source.get(ctx, x.request.scope)
}

// sendOnce sends a request in one of the host's slots and reads the complete response. It returns
// errExpiredWhileWaiting if the credential expired before the request could be sent.
func (x *exchange) sendOnce(req *http.Request, credential *credential) (*response, error) {
	ctx, c := req.Context(), x.client
	x.last = nil
	waits := time.Now()
	release, err := x.host.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	// After a shorter wait, a refused credential is renewed: one with a very short life must not be
	// fetched endlessly.
	if now := time.Now(); now.Sub(waits) > longWait && credential.hasExpired(now) {
		return nil, errExpiredWhileWaiting
	}

	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, errAttemptTimeout)
	defer cancel()
	signed := x.authorized(req.Clone(ctx), credential)
	x.signatures = append(x.signatures, signatureOf(signed.Header)...)
	x.secrets = slices.Concat(c.secrets.add(slices.Concat(x.request.secrets, credential.secrets())...), x.signatures)
	if err := checkSendable(signed); err != nil {
		return nil, err
	}

	x.sent = true
	begin := time.Now()
	resp, err := x.exchangeOnce(signed)
	x.log(req, resp, err, time.Since(begin))
	if err == nil || errors.Is(err, errResponseTooLarge) {
		x.last = resp
	}
	if err != nil && errors.Is(context.Cause(ctx), errAttemptTimeout) {
		return nil, errAttemptTimeout
	}
	return resp, err
}

// authorized sets the headers of a request. Every attempt is signed afresh.
func (x *exchange) authorized(req *http.Request, credential *credential) *http.Request {
	var body []byte
	if req.Body != nil && req.Body != http.NoBody {
		body = x.request.body
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	maps.Copy(req.Header, x.request.header)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", x.client.config.UserAgent)
	credential.authorize(req, body, x.request.projectID)
	return req
}

// exchangeOnce sends a request and reads the complete response. If that is too large, the response
// has no body.
func (x *exchange) exchangeOnce(req *http.Request) (*response, error) {
	httpResponse, err := x.client.transport.RoundTrip(req)
	if err != nil {
		return nil, namingProxy(x.client.transport, req, err)
	}
	defer func() { _ = httpResponse.Body.Close() }() // Nothing was written to it.
	resp := &response{exchange: x, status: httpResponse.StatusCode, header: httpResponse.Header}
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
		return nil, err
	case body.Len() > maxResponseBytes:
		return resp, errResponseTooLarge
	case isCut(httpResponse, body.Bytes()):
		return nil, io.ErrUnexpectedEOF
	}
	// A 401 is complete without its body. A repeated sign-in could lock the user.
	resp.body = body.Bytes()
	return resp, nil
}

// isCut reports whether the JSON of a success that ends with its connection, without a length that
// would show it, is not complete.
func isCut(resp *http.Response, body []byte) bool {
	hasLength := resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0 || resp.Uncompressed || resp.ProtoMajor > 1
	if hasLength || resp.StatusCode != http.StatusOK || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return false
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return errors.Is(decoder.SkipValue(), io.ErrUnexpectedEOF)
}

// log logs one attempt, with no content of the request or the response.
func (x *exchange) log(req *http.Request, resp *response, err error, took time.Duration) {
	fields := map[string]any{
		"method": req.Method, "host": req.URL.Host, "path": redact(req.URL.EscapedPath(), x.secrets),
		"attempt": x.attempts, "duration_ms": took.Milliseconds(),
	}
	if err != nil {
		fields["error"] = redact(err.Error(), x.secrets)
	} else {
		fields["status"], fields["request_id"] = resp.status, resp.text(requestID(resp.header), maxRequestIDBytes)
	}
	x.client.log(req.Context(), "HTTP request", fields)
}

// newError returns an error with what is known of the exchange.
func (x *exchange) newError() *Error {
	e := &Error{
		Service:   x.request.operation.service,
		Operation: x.request.operation.name,
		Purpose:   x.request.purpose,
		Method:    x.request.operation.method,
		URL:       redact(withoutQuery(x.request.url), x.secrets),
	}
	if x.sent {
		e.Attempts = x.attempts
	}
	return e
}

// failure returns the error of a request that got no response, or none that can be used.
func (x *exchange) failure(err error) error {
	if credential, ok := errors.AsType[*credentialError](err); ok {
		return credential.error
	}
	e := x.newError()
	if x.last != nil {
		e = x.last.apiError()
	}
	e.Reason = reasonOf(err, x.last != nil)
	e.Err = &redactedError{err, x.secrets}
	return e
}

// credentialError means that getting the credential failed; the wrapped error is about that
// request.
type credentialError struct{ error }

func (e *credentialError) Unwrap() error { return e.error }

// unsendableError is a request that no attempt can send.
type unsendableError struct{ error }

func (e *unsendableError) Unwrap() error { return e.error }

// checkSendable refuses a request whose headers HTTP does not allow.
func checkSendable(req *http.Request) error {
	for name, values := range req.Header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return &unsendableError{fmt.Errorf("the value of the header %s contains a line break or another control character", name)}
			}
		}
	}
	return nil
}

// withoutQuery returns a URL without its query.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}
