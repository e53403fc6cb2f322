package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 30 * time.Second

	// throttledCode is the gateway's for too many requests, at whatever status.
	throttledCode = "APIGW.0308"
)

// again decides whether a request is tried again, and settles how long to wait
// before that. It is the CheckRetry of retryablehttp, which does the rest.
func (x *exchange) again(ctx context.Context, _ *http.Response, err error) (bool, error) {
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		// After a whole answer it is the redirect in it that was refused.
		if x.last != nil || isFinal(err) {
			return false, err
		}
	case !isTemporary(x.last.status, x.last.code()):
		return false, nil
	}

	x.wait = backoff(x.attempts)
	asked := time.Duration(0)
	if err == nil {
		asked = retryAfter(x.last.header, time.Now())
		x.wait = max(x.wait, asked)
		if isThrottling(x.last.status, x.last.code()) {
			x.client.holdBack.hold(x.wait)
		}
	}
	if x.attempts > x.client.config.MaxRetries {
		return true, err // There is no next attempt to be in time for.
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < x.wait {
		return false, &LateError{wait: x.wait, asked: asked > 0, cause: err}
	}
	return true, err
}

// LateError is a request whose next attempt would come after the deadline of
// the read.
type LateError struct {
	wait time.Duration
	// asked tells that the API asked for the wait by Retry-After.
	asked bool
	// cause is the error of the last attempt, nil where it had an answer.
	cause error
}

func (e *LateError) Error() string {
	text := fmt.Sprintf("the next attempt would be in %s, past the end of the read's timeout", e.wait.Round(time.Millisecond))
	if e.asked {
		text = fmt.Sprintf("the API asks by Retry-After to wait %s, past the end of the read's timeout", e.wait.Round(time.Millisecond))
	}
	if e.cause != nil {
		text = e.cause.Error() + "; " + text
	}
	return text
}

// isTemporary reports whether an answer may be another one when asked again.
func isTemporary(status int, code string) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return isThrottling(status, code)
}

// isThrottling reports whether an answer says that there are too many requests.
func isThrottling(status int, code string) bool {
	return status == http.StatusTooManyRequests || status >= 400 && status < 500 && code == throttledCode
}

// isFinal reports whether a request without an answer would never have one:
// its certificate or host name is wrong, or what came is refused.
func isFinal(err error) bool {
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "remote error" {
		return true // The server ended the TLS handshake.
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.IsNotFound
	}
	return errors.Is(err, errAnswerTooLarge) || errors.Is(err, http.ErrSchemeMismatch) || is[*LateError](err) || is[*unauthorizedError](err) ||
		is[*tls.CertificateVerificationError](err) || is[x509.HostnameError](err) || is[tls.RecordHeaderError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// backoff is the time between an attempt, counted from 1, and the next: twice
// as long each time, within limits, and up to a half of it by chance.
func backoff(attempt int) time.Duration {
	longest := maxBackoff
	if attempt < 8 {
		longest = min(firstBackoff<<attempt, maxBackoff)
	}
	return longest/2 + rand.N(longest/2) //nolint:gosec // Chance only spreads the attempts.
}

// retryAfter is how long an answer asks to wait, in seconds or until a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	// A number out of range is parsed as the largest.
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		const most = int64(1<<63-1) / int64(time.Second)
		return time.Duration(min(max(seconds, 0), most)) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
