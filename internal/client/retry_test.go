package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRetried lists what is retried and what is not.
func TestRetried(t *testing.T) {
	t.Parallel()
	expired := &tls.CertificateVerificationError{Err: errors.New("expired")}
	type outcome struct {
		respond roundTripFunc
		retried bool
	}
	tests := map[string]outcome{
		"connection refused":    {failing(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), true},
		"connection reset":      {failing(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), true},
		"no response":           {failing(io.EOF), true},
		"an unknown host":       {failing(&net.DNSError{IsNotFound: true}), false},
		"a failing resolver":    {failing(&net.DNSError{IsTemporary: true}), true},
		"a wrong certificate":   {failing(expired), false},
		"no TLS":                {failing(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), false},
		"a refused handshake":   {failing(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}), false},
		"a failed handshake":    {failing(errors.New("tls: server selected unsupported protocol version 302")), false},
		"no HTTP":               {failing(errors.New(`malformed HTTP response "\x15\x03"`)), false},
		"an invalid port":       {failing(&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port"}}), false},
		"a proxy's 407":         {failing(&ProxyError{Status: 407}), false},
		"a proxy's 503":         {failing(&ProxyError{Status: 503}), true},
		"a lost proxy":          {failing(&ProxyError{Err: errors.New("connection refused")}), true},
		"an unknown proxy":      {failing(&ProxyError{Err: &net.DNSError{IsNotFound: true}}), false},
		"a proxy's certificate": {failing(&ProxyError{Err: expired}), false},
		"a cut body": {func(req *http.Request) (*http.Response, error) {
			resp := responseOf(req, http.StatusOK, "")
			resp.Body, resp.ContentLength = cutBody{strings.NewReader(`{"id":`)}, 100
			return resp, nil
		}, true},
		"APIGW.0802 at 403": {responding(403, `{"error_code":"APIGW.0802"}`), false},
		"APIGW.0308 at 200": {responding(200, throttledBody), false},
		"HTML at 200":       {responding(200, "<html>"), false},
	}
	for _, status := range []int{200, 204, 304, 400, 401, 403, 404, 405, 408, 409, 500, 501, 502, 503, 504, 505} {
		isTemporary := slices.Contains([]int{500, 502, 503, 504}, status)
		tests[fmt.Sprint("nothing at ", status)] = outcome{responding(status, ""), isTemporary}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, retries := range []int{0, 1, 5} {
					var sent requestLog
					_, err := readChannel(t.Context(), inMemory(t, Config{MaxRetries: retries}, sent.recording(tt.respond)))
					want := 1
					if tt.retried {
						want += retries
					}
					text := fmt.Sprintf("(%d attempts)", want)
					if sent.count() != want || requestError(t, err).Attempts != want || want > 1 != strings.Contains(err.Error(), text) {
						t.Errorf("%d attempts with max_retries %d, want %d: %v", sent.count(), retries, want, err)
					}
				}
			})
		})
	}
}

// TestRetrySucceeds ends with the first 2xx response, keeps to the back-off, and signs each attempt
// at its own time.
func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const failures = 20
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: failures}, func(req *http.Request) (*http.Response, error) {
			switch n := sent.add(req); {
			case n > failures:
				return responseOf(req, 200, channelBody), nil
			case n%2 == 0:
				return nil, io.ErrUnexpectedEOF
			}
			return responseOf(req, 503, ""), nil
		})
		mustRead(t, c, 1)
		dates, signatures := map[string]bool{}, map[string]bool{}
		for i, req := range sent.requests {
			date := req.Header.Get("X-Sdk-Date")
			if want := sent.at[i].UTC().Format(signatureTime); date != want {
				t.Errorf("attempt %d is signed at %s, want %s", i+1, date, want)
			}
			dates[date], signatures[req.Header.Get("Authorization")] = true, true
			longest := min(time.Second<<min(max(i-1, 0), 10), 30*time.Second)
			if wait := sent.at[i].Sub(sent.at[max(i-1, 0)]); i > 0 && (wait < longest/2 || wait > longest) {
				t.Errorf("after attempt %d it waited %s, not %s to %s", i, wait, longest/2, longest)
			}
		}
		// Two attempts within a second have the same date.
		if sent.count() != failures+1 || len(dates) < failures || len(signatures) != len(dates) {
			t.Errorf("%d attempts with the dates %v", sent.count(), dates)
		}
	})
}

// TestBackoff is random between half and all of 1, 2, 4 … 30 seconds.
func TestBackoff(t *testing.T) {
	t.Parallel()
	for attempt, seconds := range map[int]int{1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 30, 7: 30, 8: 30, 1000: 30} {
		longest := time.Duration(seconds) * time.Second
		seen := map[time.Duration]bool{}
		for range 1000 {
			wait := backoff(attempt)
			if wait < longest/2 || wait >= longest {
				t.Fatalf("after attempt %d it waits %s, not %s to %s", attempt, wait, longest/2, longest)
			}
			seen[wait] = true
		}
		if len(seen) < 900 {
			t.Errorf("after attempt %d there are only %d different waits of 1000", attempt, len(seen))
		}
	}
}

// TestRetryAfter reads seconds and dates. A date is relative to the response's own: clocks may differ.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(after time.Duration, layout string) string { return now.Add(after).Format(layout) }
	for _, tt := range []struct {
		text, date string
		want       time.Duration
	}{
		{"", "", 0}, {"0", "", 0}, {"60", "", time.Minute}, {"-5", "", 0}, {"soon", "", 0}, {"1.5", "", 0}, {"1s", "", 0},
		{"9223372036854775807", "", 0},
		{"2147483647", "", 2147483647 * time.Second},
		{at(90*time.Second, http.TimeFormat), "", 90 * time.Second},
		{at(-time.Hour, http.TimeFormat), "", 0},
		{at(time.Minute, time.ANSIC), "today", time.Minute},
		{at(time.Minute, "Monday, 02-Jan-06 15:04:05 GMT"), "", time.Minute},
		{at(time.Hour, http.TimeFormat), at(59*time.Minute, http.TimeFormat), time.Minute},
		{at(-time.Hour, http.TimeFormat), at(-61*time.Minute, http.TimeFormat), time.Minute},
	} {
		resp := &response{header: http.Header{"Retry-After": {tt.text}, "Date": {tt.date}}}
		if got := resp.retryAfter(now); got != tt.want {
			t.Errorf("Retry-After %q is %s, want %s", tt.text, got, tt.want)
		}
	}
}

// TestRetryAfterIsKept waits as long as the API asks if that is longer than the back-off, at every
// status that is retried.
func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 403, 500, 503} {
		for text, want := range map[string]time.Duration{"40": 40 * time.Second, "date": 50 * time.Second, "0": time.Second} {
			synctest.Test(t, func(t *testing.T) {
				if text == "date" {
					text = time.Now().UTC().Add(want).Format(http.TimeFormat)
				}
				var sent requestLog
				c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
					if sent.add(req) > 1 {
						return responseOf(req, 200, channelBody), nil
					}
					return responseOf(req, status, throttledBody, "Retry-After", text), nil
				})
				begin := time.Now()
				mustRead(t, c, 1)
				if wait := time.Since(begin); wait > want || wait < want && (text != "0" || wait < want/2) {
					t.Errorf("after a %d with Retry-After %q it waited %s", status, text, wait)
				}
			})
		}
	}
}

// TestNoAttemptPastTheDeadline ends a read at once if the next attempt would come after its
// deadline.
func TestNoAttemptPastTheDeadline(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		respond    roundTripFunc
		status     int
		retryAfter bool
		text       string
	}{
		"Retry-After": {responding(503, `{"error_code":"C.1"}`, "Retry-After", "60"), 503, true, "C.1, the API asks to wait 1m0s (Retry-After)"},
		"back-off":    {responding(503, ""), 503, false, "Service Unavailable, the next attempt is due in "},
		"no response": {failing(io.EOF), 0, false, "EOF; the next attempt is due in "},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			begin := time.Now()
			_, err := readChannel(ctx, inMemory(t, Config{MaxRetries: 20}, tt.respond))
			if ctx.Err() != nil || tt.retryAfter && time.Since(begin) > 0 {
				t.Errorf("%s: it ended after %s", name, time.Since(begin))
			}
			deadline, ok := errors.AsType[*DeadlineError](err)
			if !ok || deadline.RetryAfter != tt.retryAfter || requestError(t, err).Status != tt.status || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("the error is %v, want %q", err, tt.text)
			}
		})
	}
}
