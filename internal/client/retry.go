package client

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 30 * time.Second

	// throttledCode is the gateway's code for too many requests, whatever the status.
	throttledCode = "APIGW.0308"
)

// retry sends a request until it succeeds, fails permanently, or has been retried often enough.
// Renewed credentials and redirects are part of an attempt, not retries.
func (x *exchange) retry(ctx context.Context) (*response, error) {
	for retries := 0; ; retries++ {
		x.attempts++
		resp, err := x.attempt(ctx)
		wait, asked, again := x.shouldRetry(ctx, resp, err)
		if !again || retries >= x.client.config.MaxRetries {
			return resp, err
		}
		if deadline, ok := deadlineOf(ctx); ok && time.Until(deadline) < wait {
			return resp, &DeadlineError{Wait: wait, RetryAfter: asked, Err: err}
		}
		announceWait(ctx, time.Now().Add(wait), x.failure(&DeadlineError{Wait: wait, RetryAfter: asked, Err: err}))
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// shouldRetry decides whether an attempt is repeated, and after what wait. asked reports whether
// the API asked for that wait. A throttled request pauses its host.
func (x *exchange) shouldRetry(ctx context.Context, resp *response, err error) (wait time.Duration, asked, again bool) {
	switch {
	case ctx.Err() != nil:
		return 0, false, false
	case err != nil:
		return backoff(x.attempts), false, !isPermanent(err)
	case !isTemporary(resp.status, resp.code()):
		return 0, false, false
	}
	wait = backoff(x.attempts)
	if after := retryAfter(resp.header, time.Now()); after > wait {
		wait, asked = after, true
	}
	if isThrottling(resp.status, resp.code()) {
		x.host.gate.pause(wait)
	}
	return wait, asked, true
}

// isTemporary reports whether a retry may get another response.
func isTemporary(status int, code string) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return isThrottling(status, code)
}

// isThrottling reports whether a response means too many requests.
func isThrottling(status int, code string) bool {
	return status == http.StatusTooManyRequests || status >= 400 && status < 500 && code == throttledCode
}

// isPermanent reports whether a request without a complete response would fail again.
func isPermanent(err error) bool {
	if proxy, ok := errors.AsType[*ProxyError](err); ok && proxy.Status != 0 {
		return proxy.Status >= 400 && proxy.Status < 500
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "remote error" {
		return true // The server ended the TLS handshake.
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.IsNotFound
	}
	return isCertificateError(err) || is[tls.RecordHeaderError](err) || is[*net.AddrError](err) || is[*DeadlineError](err) ||
		is[*credentialError](err) || is[*redirectError](err) || is[*unsendableError](err) ||
		errors.Is(err, errResponseTooLarge) || errors.Is(err, http.ErrSchemeMismatch)
}

// backoff returns the wait between an attempt, counted from 1, and the next. It doubles each time;
// a random half spreads the clients.
func backoff(attempt int) time.Duration {
	longest := maxBackoff
	if attempt < 8 {
		longest = min(firstBackoff<<attempt, maxBackoff)
	}
	return longest/2 + rand.N(longest/2) //nolint:gosec // Randomness only spreads the attempts.
}

// retryAfter returns how long a response asks to wait: seconds, or a date, which is relative to the
// response's own Date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	// A number out of range is parsed as the largest.
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		const maxSeconds = int64(1<<63-1) / int64(time.Second)
		return time.Duration(min(max(seconds, 0), maxSeconds)) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return max(0, date.Sub(now))
}
