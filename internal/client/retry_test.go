package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRetried lists what is retried and what is not.
func TestRetried(t *testing.T) {
	t.Parallel()
	status := func(status int, body string) roundTripFunc {
		return func(req *http.Request) (*http.Response, error) { return responseOf(req, status, body), nil }
	}
	failure := func(err error) roundTripFunc {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	tests := map[string]struct {
		respond roundTripFunc
		retried bool
	}{
		"500":                 {status(500, ""), true},
		"502":                 {status(502, "<html>"), true},
		"503":                 {status(503, ""), true},
		"504":                 {status(504, ""), true},
		"connection refused":  {failure(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), true},
		"connection reset":    {failure(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), true},
		"no response":         {failure(io.EOF), true},
		"an unknown host":     {failure(&net.DNSError{IsNotFound: true}), false},
		"a failing resolver":  {failure(&net.DNSError{IsTemporary: true}), true},
		"a wrong certificate": {failure(&tls.CertificateVerificationError{Err: errors.New("expired")}), false},
		"no TLS":              {failure(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), false},
		"a refused handshake": {failure(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}), false},
		"an invalid port":     {failure(&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port"}}), false},
		"a proxy's 407":       {failure(&ProxyError{Status: 407}), false},
		"a proxy's 503":       {failure(&ProxyError{Status: 503}), true},
		"a lost proxy":        {failure(&ProxyError{Err: errors.New("connection refused")}), true},
		"an unknown proxy":    {failure(&ProxyError{Err: &net.DNSError{IsNotFound: true}}), false},
		"a proxy's certificate": {
			failure(&ProxyError{Err: &tls.CertificateVerificationError{Err: errors.New("expired")}}), false,
		},
		"a lost connection": {failure(errors.New("http2: client connection lost")), true},
		"a cut body": {func(req *http.Request) (*http.Response, error) {
			resp := responseOf(req, http.StatusOK, "")
			resp.Body, resp.ContentLength = cutBody{strings.NewReader(`{"id":`)}, 100
			return resp, nil
		}, true},
		"an announced body that is too large": {func(req *http.Request) (*http.Response, error) {
			resp := responseOf(req, http.StatusOK, "")
			resp.ContentLength = maxResponseBytes + 1
			return resp, nil
		}, false},
		"400":               {status(400, ""), false},
		"401":               {status(401, ""), false},
		"403":               {status(403, `{"error_code":"APIGW.0802"}`), false},
		"404":               {status(404, ""), false},
		"405":               {status(405, ""), false},
		"408":               {status(408, ""), false},
		"409":               {status(409, ""), false},
		"501":               {status(501, ""), false},
		"505":               {status(505, ""), false},
		"APIGW.0308 at 200": {status(200, throttledBody), false},
		"HTML at 200":       {status(200, "<html>"), false},
		"nothing at 200":    {status(200, ""), false},
		"204":               {status(204, ""), false},
		"304":               {status(304, ""), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, retries := range []int{0, 1, 5} {
					var made requestLog
					c := inMemory(t, Config{MaxRetries: retries}, func(req *http.Request) (*http.Response, error) {
						made.add(req)
						return tt.respond(req)
					})
					_, err := readChannel(t.Context(), c)
					e := requestError(t, err)
					want := 1
					if tt.retried {
						want += retries
					}
					if n := made.count(); n != want {
						t.Errorf("%d attempts with max_retries %d, want %d: %v", n, retries, want, err)
					}
					if text := fmt.Sprintf("(%d attempts)", want); e.Attempts != want || want > 1 != strings.Contains(err.Error(), text) {
						t.Errorf("the error has %d attempts, want %d: %v", e.Attempts, want, err)
					}
				}
			})
		})
	}
}

// TestRetrySucceeds ends with the first 2xx response, and signs each attempt at its own time.
func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made requestLog
		c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			switch made.add(req) {
			case 1:
				return responseOf(req, 503, ""), nil
			case 2:
				return nil, io.ErrUnexpectedEOF
			case 3:
				return responseOf(req, 502, "<html>"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		if channel, err := readChannel(t.Context(), c); err != nil || *channel.ID != "a" {
			t.Fatalf("%+v, %v", channel, err)
		}
		dates, signatures := map[string]bool{}, map[string]bool{}
		for i, req := range made.requests {
			date := req.Header.Get("X-Sdk-Date")
			if want := made.at[i].UTC().Format(signatureTime); date != want {
				t.Errorf("attempt %d is signed at %s, want %s", i+1, date, want)
			}
			dates[date], signatures[req.Header.Get("Authorization")] = true, true
		}
		// Two attempts within a second have the same date; the third is more than a second later.
		if len(made.requests) != 4 || len(dates) < 3 || len(signatures) != len(dates) {
			t.Errorf("%d attempts with the dates %v", len(made.requests), dates)
		}
	})
}

// TestBackoff is random between half and all of 1, 2, 4 … 30 seconds.
func TestBackoff(t *testing.T) {
	t.Parallel()
	limits := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second}
	for i, longest := range limits {
		seen := map[time.Duration]bool{}
		for range 1000 {
			wait := backoff(i + 1)
			if wait < longest/2 || wait >= longest || wait < 500*time.Millisecond {
				t.Fatalf("after attempt %d it waits %s, not %s to %s", i+1, wait, longest/2, longest)
			}
			seen[wait] = true
		}
		if len(seen) < 900 {
			t.Errorf("after attempt %d there are only %d different waits of 1000", i+1, len(seen))
		}
	}
	if wait := backoff(1000); wait > 30*time.Second || wait < 15*time.Second {
		t.Errorf("after attempt 1000 it waits %s", wait)
	}
}

// TestBackoffIsKept measures the time between attempts.
func TestBackoffIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made requestLog
		c := inMemory(t, Config{MaxRetries: 20}, func(req *http.Request) (*http.Response, error) {
			made.add(req)
			return responseOf(req, 503, ""), nil
		})
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); e.Status != 503 || made.count() != 21 {
			t.Fatalf("%d attempts: %v", made.count(), err)
		}
		for i := 1; i < len(made.at); i++ {
			longest := min(time.Second<<min(i-1, 10), 30*time.Second)
			if wait := made.at[i].Sub(made.at[i-1]); wait < longest/2 || wait > longest {
				t.Errorf("after attempt %d it waited %s, not %s to %s", i, wait, longest/2, longest)
			}
		}
	})
}

// TestRetryAfter reads seconds and dates; "" for no header.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, "60": time.Minute, "-5": 0, "soon": 0, "1.5": 0, "1s": 0,
		"9223372036854775807": 0, "2147483647": 2147483647 * time.Second,
		now.Add(90 * time.Second).Format(http.TimeFormat):             90 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):                   0,
		now.Add(time.Minute).Format(time.ANSIC):                       time.Minute,
		now.Add(time.Minute).Format("Monday, 02-Jan-06 15:04:05 GMT"): time.Minute,
	} {
		header := http.Header{}
		if text != "" {
			header.Set("Retry-After", text)
		}
		if got := (&response{header: header}).retryAfter(now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", text, got, want)
		}
	}
}

// TestRetryAfterDate is relative to the response's own Date: the clocks may differ.
func TestRetryAfterDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, skew := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
		server := now.Add(skew)
		header := http.Header{
			"Date":        {server.Format(http.TimeFormat)},
			"Retry-After": {server.Add(2 * time.Second).Format(http.TimeFormat)},
		}
		if got := (&response{header: header}).retryAfter(now); got != 2*time.Second {
			t.Errorf("with clocks off by %s: %s", skew, got)
		}
		header.Set("Date", "today")
		if got := (&response{header: header}).retryAfter(now); got != max(0, skew+2*time.Second) {
			t.Errorf("without a valid Date, with clocks off by %s: %s", skew, got)
		}
	}
}

// TestRetryAfterIsKept waits as long as the API asks if that is longer than the back-off, at every
// status that is retried.
func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 403, 500, 503} {
		for text, want := range map[string]time.Duration{"40": 40 * time.Second, "date": 50 * time.Second, "0": 0} {
			t.Run(fmt.Sprint(status, " ", text), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var made requestLog
					c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
						if made.add(req) > 1 {
							return responseOf(req, 200, channelBody), nil
						}
						if text == "date" {
							return responseOf(req, status, throttledBody, "Retry-After", time.Now().UTC().Add(want).Format(http.TimeFormat)), nil
						}
						return responseOf(req, status, throttledBody, "Retry-After", text), nil
					})
					if _, err := readChannel(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					wait := made.at[1].Sub(made.at[0])
					if want > 0 && wait != want || want == 0 && (wait < 500*time.Millisecond || wait > time.Second) {
						t.Errorf("it waited %s, not %s", wait, want)
					}
				})
			})
		}
	}
}

// TestNoAttemptPastTheDeadline ends a read at once if the next attempt would come after its
// deadline.
func TestNoAttemptPastTheDeadline(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		respond roundTripFunc
		texts   []string
		status  int
	}{
		"Retry-After": {
			func(req *http.Request) (*http.Response, error) {
				return responseOf(req, 429, throttledBody, "Retry-After", "60"), nil
			}, []string{"the API asks to wait 1m0s (Retry-After), which is past the read's deadline", "APIGW.0308", "r1"}, 429,
		},
		"back-off": {
			func(req *http.Request) (*http.Response, error) { return responseOf(req, 503, ""), nil },
			[]string{"the next attempt is due in", "after the read's deadline"}, 503,
		},
		"no response": {
			func(*http.Request) (*http.Response, error) { return nil, io.EOF },
			[]string{"EOF", "the next attempt is due in"}, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := inMemory(t, Config{MaxRetries: 20}, tt.respond)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				begin := time.Now()
				_, err := readChannel(ctx, c)
				if ctx.Err() != nil || strings.HasPrefix(name, "Retry") && time.Since(begin) > 0 {
					t.Errorf("it ended after %s", time.Since(begin))
				}
				deadline, ok := errors.AsType[*DeadlineError](err)
				if !ok || deadline.RetryAfter != strings.HasPrefix(name, "Retry") || requestError(t, err).Status != tt.status {
					t.Errorf("the error is %#v", err)
				}
				for _, part := range tt.texts {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("the error lacks %q: %v", part, err)
					}
				}
			})
		})
	}
}

// TestRetryAfterOnTheLastAttempt does not wait: no attempt follows.
func TestRetryAfterOnTheLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, 429, throttledBody, "Retry-After", "3600"), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		_, err := readChannel(ctx, c)
		if _, tooLate := errors.AsType[*DeadlineError](err); tooLate || requestError(t, err).Status != 429 || time.Since(begin) > 0 {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}
