package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const firstBackoff, maxBackoff = 500 * time.Millisecond, 30 * time.Second

// isTemporary reports whether another attempt may have another outcome.
func isTemporary(resp *response, err error) bool {
	if err != nil {
		return !isPermanent(err)
	}
	return resp.isThrottling() || slices.Contains([]int{500, 502, 503, 504}, resp.status)
}

// isThrottling reports whether a response means too many requests: the gateway's code does so with
// any 4xx.
func isThrottling(status int, code string) bool {
	return status == http.StatusTooManyRequests || status >= 400 && status < 500 && GatewayCode(code) == "0308"
}

// isPermanent reports whether a request without a complete response would fail again.
func isPermanent(err error) bool {
	if proxy, ok := errors.AsType[*ProxyError](err); ok && proxy.Status != 0 {
		return proxy.Status >= 400 && proxy.Status < 500
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.IsNotFound
	}
	return isTLSError(err) || is[*net.AddrError](err) || is[*DeadlineError](err) ||
		is[*credentialError](err) || errors.Is(err, errRedirect) || errors.Is(err, ErrRefusedBefore) || errors.Is(err, errInvalidURL) ||
		errors.Is(err, errResponseTooLarge) || isNotHTTP(err)
}

// waitAfter returns the wait before the next attempt, and whether the response asks for it. Throttling
// goes on until the deadline of ctx: close to it, the wait is half of what is left.
func waitAfter(ctx context.Context, resp *response, attempts int) (wait time.Duration, isAsked bool) {
	wait, asked := backoff(attempts), resp.retryAfter(time.Now())
	if asked > wait {
		return asked, true
	}
	if deadline, ok := ctx.Deadline(); ok && resp.isThrottling() {
		wait = min(wait, max(firstBackoff, time.Until(deadline)/2))
	}
	return wait, false
}

// backoff returns the wait between an attempt, counted from 1, and the next. It doubles each time;
// a random half spreads the clients.
func backoff(attempt int) time.Duration {
	longest := min(firstBackoff<<min(attempt, 8), maxBackoff)
	return longest/2 + rand.N(longest/2) //nolint:gosec // Randomness only spreads the attempts.
}

// retryAfter returns how long a response asks to wait: seconds, or a date, which is relative to the
// response's own Date. A nil response does not ask.
func (r *response) retryAfter(now time.Time) time.Duration {
	if r == nil {
		return 0
	}
	text := r.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(r.header.Get("Date")); err == nil {
		now = sent
	}
	return max(0, date.Sub(now))
}
