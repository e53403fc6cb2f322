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
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// attempts keeps the requests that a client made, and when.
type attempts struct {
	mu       sync.Mutex
	requests []*http.Request
	at       []time.Time
}

// number notes a request and returns its number, from 1.
func (a *attempts) number(req *http.Request) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests, a.at = append(a.requests, req), append(a.at, time.Now())
	return len(a.requests)
}

func (a *attempts) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.requests)
}

// channelOf reads a channel, the simplest of the lookups.
func channelOf(ctx context.Context, c *Client) (*VPCChannel, error) {
	return c.VPCChannel(ctx, home, simulator.InstanceID, simulator.ServerChannelID)
}

// refusedRead is the *Error that a lookup ended in.
func refusedRead(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("the error is %T: %v", err, err)
	}
	return e
}

const (
	throttledBody = `{"error_code":"APIGW.0308","error_msg":"too many","request_id":"r1"}`
	channelBody   = `{"id":"a"}`
)

// cutBody is a body that breaks off.
type cutBody struct{ io.Reader }

func (b cutBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (cutBody) Close() error { return nil }

// TestRetried lists what is tried again and what is not.
func TestRetried(t *testing.T) {
	t.Parallel()
	status := func(status int, body string) roundTripFunc {
		return func(req *http.Request) (*http.Response, error) { return answerOf(req, status, body), nil }
	}
	failure := func(err error) roundTripFunc {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	tests := map[string]struct {
		answer roundTripFunc
		again  bool
	}{
		"429":                         {status(429, ""), true},
		"500":                         {status(500, ""), true},
		"502":                         {status(502, "<html>"), true},
		"503":                         {status(503, ""), true},
		"504":                         {status(504, ""), true},
		"APIGW.0308 at 400":           {status(400, throttledBody), true},
		"APIGW.0308 at 403":           {status(403, throttledBody), true},
		"APIGW.0308 at 404":           {status(404, throttledBody), true},
		"connection refused":          {failure(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), true},
		"connection reset":            {failure(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), true},
		"nothing came":                {failure(io.EOF), true},
		"a host that is not found":    {failure(&net.DNSError{IsNotFound: true}), false},
		"a resolver that fails":       {failure(&net.DNSError{IsTemporary: true}), true},
		"a certificate that is wrong": {failure(&tls.CertificateVerificationError{Err: errors.New("expired")}), false},
		"no TLS":                      {failure(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), false},
		"a handshake refused":         {failure(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}), false},
		"a cut body": {func(req *http.Request) (*http.Response, error) {
			resp := answerOf(req, http.StatusOK, "")
			resp.Body, resp.ContentLength = cutBody{strings.NewReader(`{"id":`)}, 100
			return resp, nil
		}, true},
		"an announced body that is too large": {func(req *http.Request) (*http.Response, error) {
			resp := answerOf(req, http.StatusOK, "")
			resp.ContentLength = maxAnswer + 1
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
					var made attempts
					c := inMemory(t, Config{MaxRetries: retries}, func(req *http.Request) (*http.Response, error) {
						made.number(req)
						return tt.answer(req)
					})
					_, err := channelOf(t.Context(), c)
					e := refusedRead(t, err)
					want := 1
					if tt.again {
						want += retries
					}
					if n := made.count(); n != want {
						t.Errorf("%d attempts with max_retries %d, want %d: %v", n, retries, want, err)
					}
					if told := fmt.Sprintf("(%d attempts)", want); e.Status == 0 && want > 1 && !strings.Contains(err.Error(), told) {
						t.Errorf("the error does not tell of %s: %v", told, err)
					}
				}
			})
		})
	}
}

// TestRetrySucceeds ends with the first good answer, and signs each attempt at
// its own time.
func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made attempts
		c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			switch made.number(req) {
			case 1:
				return answerOf(req, 503, ""), nil
			case 2:
				return nil, io.ErrUnexpectedEOF
			case 3:
				return answerOf(req, 502, "<html>"), nil
			}
			return answerOf(req, 200, channelBody), nil
		})
		if channel, err := channelOf(t.Context(), c); err != nil || *channel.ID != "a" {
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
		// Two attempts within a second would bear the same date; the third is more than a second later.
		if len(made.requests) != 4 || len(dates) < 3 || len(signatures) != len(dates) {
			t.Errorf("%d attempts with the dates %v", len(made.requests), dates)
		}
	})
}

// TestBackoff keeps to its bounds: half of 1, 2, 4 … 30 seconds and more, by chance.
func TestBackoff(t *testing.T) {
	t.Parallel()
	longest := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second}
	for i, most := range longest {
		seen := map[time.Duration]bool{}
		for range 1000 {
			wait := backoff(i + 1)
			if wait < most/2 || wait >= most || wait < 500*time.Millisecond {
				t.Fatalf("after attempt %d it waits %s, not %s to %s", i+1, wait, most/2, most)
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
		var made attempts
		c := inMemory(t, Config{MaxRetries: 20}, func(req *http.Request) (*http.Response, error) {
			made.number(req)
			return answerOf(req, 503, ""), nil
		})
		_, err := channelOf(t.Context(), c)
		if e := refusedRead(t, err); e.Status != 503 || made.count() != 21 {
			t.Fatalf("%d attempts: %v", made.count(), err)
		}
		for i := 1; i < len(made.at); i++ {
			most := min(firstBackoff<<min(i, 10), maxBackoff)
			if wait := made.at[i].Sub(made.at[i-1]); wait < most/2 || wait > most {
				t.Errorf("after attempt %d it waited %s, not %s to %s", i, wait, most/2, most)
			}
		}
	})
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	const longest = 9223372036 * time.Second // About 292 years, as long as a time.Duration can be.
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, "60": time.Minute, "-5": 0, "soon": 0, "1.5": 0, "1s": 0,
		"9223372036854775807": longest, "99999999999999999999": longest, "-99999999999999999999": 0,
		now.Add(90 * time.Second).Format(http.TimeFormat):             90 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):                   0,
		now.Add(time.Minute).Format(time.ANSIC):                       time.Minute,
		now.Add(time.Minute).Format("Monday, 02-Jan-06 15:04:05 GMT"): time.Minute,
	} {
		header := http.Header{}
		if text != "" {
			header.Set("Retry-After", text)
		}
		if got := retryAfter(header, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", text, got, want)
		}
	}
}

// TestRetryAfterIsKept waits as long as it is asked to where that is longer than
// the back-off, at every status that is tried again.
func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 403, 500, 503} {
		for text, want := range map[string]time.Duration{"40": 40 * time.Second, "date": 50 * time.Second, "0": 0} {
			t.Run(fmt.Sprint(status, " ", text), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var made attempts
					c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
						if made.number(req) > 1 {
							return answerOf(req, 200, channelBody), nil
						}
						if text == "date" {
							return answerOf(req, status, throttledBody, "Retry-After", time.Now().UTC().Add(want).Format(http.TimeFormat)), nil
						}
						return answerOf(req, status, throttledBody, "Retry-After", text), nil
					})
					if _, err := channelOf(t.Context(), c); err != nil {
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

// TestNoAttemptPastTheDeadline ends a read at once where the next attempt would
// come after its end.
func TestNoAttemptPastTheDeadline(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer roundTripFunc
		says   []string
		status int
	}{
		"Retry-After": {
			func(req *http.Request) (*http.Response, error) {
				return answerOf(req, 429, throttledBody, "Retry-After", "60"), nil
			}, []string{"asks by Retry-After to wait 1m0s, past the end of the read's timeout", "APIGW.0308", "r1"}, 429,
		},
		"Retry-After of all time": {
			func(req *http.Request) (*http.Response, error) {
				return answerOf(req, 503, "", "Retry-After", "9223372036854775807"), nil
			}, []string{"asks by Retry-After to wait"}, 503,
		},
		"back-off": {
			func(req *http.Request) (*http.Response, error) { return answerOf(req, 503, ""), nil },
			[]string{"the next attempt would be in", "past the end of the read's timeout"}, 503,
		},
		"no answer": {
			func(*http.Request) (*http.Response, error) { return nil, io.EOF },
			[]string{"EOF", "the next attempt would be in"}, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := inMemory(t, Config{MaxRetries: 20}, tt.answer)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				begun := time.Now()
				_, err := channelOf(ctx, c)
				if ctx.Err() != nil || strings.HasPrefix(name, "Retry") && time.Since(begun) > 0 {
					t.Errorf("it ended after %s", time.Since(begun))
				}
				if _, ok := errors.AsType[*LateError](err); !ok || refusedRead(t, err).Status != tt.status {
					t.Errorf("the error is %#v", err)
				}
				for _, part := range tt.says {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("the error lacks %q: %v", part, err)
					}
				}
			})
		})
	}
}

// TestRetryAfterOnTheLastAttempt is not waited for.
func TestRetryAfterOnTheLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			return answerOf(req, 429, throttledBody, "Retry-After", "3600"), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		_, err := channelOf(ctx, c)
		if _, late := errors.AsType[*LateError](err); late || refusedRead(t, err).Status != 429 || time.Since(begun) > 0 {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

// stalling answers nothing until the request ends.
func stalling(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// TestAttemptLimit gives up an attempt after 60 s and tries again, within the
// read's own deadline.
func TestAttemptLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made attempts
		c := inMemory(t, Config{MaxRetries: 2}, func(req *http.Request) (*http.Response, error) {
			if made.number(req) < 3 {
				return stalling(req)
			}
			return answerOf(req, 200, channelBody), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		begun := time.Now()
		if _, err := channelOf(ctx, c); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took < 2*attemptTimeout || took > 2*attemptTimeout+4*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{MaxRetries: 1}, stalling)
		_, err := channelOf(t.Context(), c)
		if !errors.Is(err, errAttemptTimeout) || !strings.Contains(err.Error(), "(2 attempts)") {
			t.Errorf("the error is %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{MaxRetries: 5}, stalling)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := channelOf(ctx, c)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 30*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}
