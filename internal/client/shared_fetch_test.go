package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sharedFetchDouble is a shared fetch whose readers have this deadline.
type sharedFetchDouble struct {
	deadline time.Time
	bounded  bool
}

func (d sharedFetchDouble) latestDeadline() (time.Time, bool) { return d.deadline, d.bounded }

func (d sharedFetchDouble) announceWait(time.Time, error) {}

// TestDeadlineOf is the earlier of a context's own deadline and that of those who wait.
func TestDeadlineOf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, tt := range map[string]struct {
		shared, own time.Duration
		want        time.Duration
	}{
		"none":          {0, 0, 0},
		"own":           {0, time.Hour, time.Hour},
		"shared":        {time.Hour, 0, time.Hour},
		"own first":     {2 * time.Hour, time.Hour, time.Hour},
		"shared first":  {time.Hour, 2 * time.Hour, time.Hour},
		"both the same": {time.Hour, time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := withSharedFetch(t.Context(), sharedFetchDouble{now.Add(tt.shared), tt.shared > 0})
			if tt.own > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, now.Add(tt.own))
				defer cancel()
			}
			got, ok := deadlineOf(ctx)
			if ok != (tt.want > 0) || ok && !got.Equal(now.Add(tt.want)) {
				t.Errorf("%s, %t, want in %s", got.Sub(now), ok, tt.want)
			}
		})
	}
}

// TestSharedFetchKeepsValues without the end of the context that it begins with.
func TestSharedFetchKeepsValues(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Hour)
	shared := withSharedFetch(ctx, sharedFetchDouble{})
	cancel()
	if _, ok := deadlineOf(shared); ok || shared.Err() != nil || shared.Value(key{}) != "value" {
		t.Errorf("deadline %t, %v, value %v", ok, shared.Err(), shared.Value(key{}))
	}
}

// TestSignInPastTheDeadline has thirty readers and an IAM that asks to wait longer than any of them
// has: one sign-in, and all end at once.
func TestSignInPastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signIns requestLog
		c := inMemory(t, Config{MaxRetries: 5, Credentials: userByName}, signIns.recording(func(req *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(req.URL.Path, tokensPath) {
				t.Errorf("a request for %s", req.URL.Path)
			}
			return responseOf(req, 503, "", "Retry-After", "3600"), nil
		}))
		begin := time.Now()
		read := func(timeout time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			_, err := readChannel(ctx, c)
			deadline, ok := errors.AsType[*DeadlineError](err)
			if !ok || !deadline.RetryAfter || requestError(t, err).Status != 503 || requestError(t, err).Operation != OpCreateToken {
				t.Errorf("the error is %v", err)
			}
		}
		// Ten at a time, as Terraform reads.
		for range 3 {
			var reading sync.WaitGroup
			for i := range 10 {
				reading.Go(func() { read(time.Duration(i+1) * time.Minute) })
			}
			reading.Wait()
		}
		if n := signIns.count(); n != 1 || time.Since(begin) > 0 {
			t.Errorf("%d sign-ins, and the reads ended after %s", n, time.Since(begin))
		}
	})
}

// unavailableOnce is an IAM that asks to wait a minute at the first sign-in, and a service.
func unavailableOnce(signIns *requestLog) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		switch {
		case !strings.HasSuffix(req.URL.Path, tokensPath):
			return responseOf(req, 200, channelBody), nil
		case signIns.add(req) == 1:
			time.Sleep(time.Second)
			return responseOf(req, 503, "", "Retry-After", "60"), nil
		}
		return tokenIssued(req, "t", home.ProjectID), nil
	}
}

// TestSignInBeforeTheLastDeadline goes on for the reader that has enough time.
func TestSignInBeforeTheLastDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signIns requestLog
		c := inMemory(t, Config{MaxRetries: 5, Credentials: userByName}, unavailableOnce(&signIns))
		begin := time.Now()
		var reading sync.WaitGroup
		for timeout, ok := range map[time.Duration]bool{30 * time.Second: false, 2 * time.Minute: true} {
			reading.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				if _, err := readChannel(ctx, c); (err == nil) != ok {
					t.Errorf("with %s: %v", timeout, err)
				}
			})
		}
		reading.Wait()
		if signIns.count() != 2 || time.Since(begin) != 61*time.Second {
			t.Errorf("%d sign-ins, and the reads ended after %s", signIns.count(), time.Since(begin))
		}
	})
}

// TestSignInEndsEarlyForThoseWithLessTime ends the readers at once whose deadline is before the end
// of the wait that IAM asks for, also one that comes during the wait.
func TestSignInEndsEarlyForThoseWithLessTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signIns requestLog
		c := inMemory(t, Config{MaxRetries: 5, Credentials: userByName}, unavailableOnce(&signIns))
		var reading sync.WaitGroup
		read := func(after, timeout, want time.Duration, ok bool) {
			reading.Go(func() {
				time.Sleep(after)
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				_, err := readChannel(ctx, c)
				if (err == nil) != ok || time.Since(begin) != want {
					t.Errorf("with %s: %v after %s, want %s", timeout, err, time.Since(begin), want)
				}
				if !ok && (!is[*DeadlineError](err) || requestError(t, err).Status != 503) {
					t.Errorf("with %s: %v, want the API error and the deadline", timeout, err)
				}
			})
		}
		read(0, 2*time.Minute, 61*time.Second, true)
		read(0, 20*time.Second, time.Second, false)
		read(10*time.Second, 5*time.Second, 0, false)
		read(50*time.Second, 30*time.Second, 11*time.Second, true)
		reading.Wait()
	})
}

// TestNestedFetchKeepsTheLatestDeadline has a reader join the lookup of the project whose agency is
// being assumed for a reader with less time.
func TestNestedFetchKeepsTheLatestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var assumed requestLog
		c := inMemory(t, Config{MaxRetries: 5, Agencies: []Agency{{Name: "a", DomainName: "d"}}}, func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(req.URL.Path, assumeAgency.path):
				if assumed.add(req) == 1 {
					time.Sleep(time.Second)
					return responseOf(req, 503, "", "Retry-After", "5"), nil
				}
				return responseOf(req, 201, `{"credential":{"access":"a","secret":"s","securitytoken":"t"}}`), nil
			case strings.HasSuffix(req.URL.Path, listProjects.path):
				return responseOf(req, 200, `{"projects":[{"id":"p1","name":"`+home.Region+`"}]}`), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		var reading sync.WaitGroup
		for timeout, ok := range map[time.Duration]bool{2 * time.Second: false, time.Minute: true} {
			reading.Go(func() {
				if ok {
					time.Sleep(100 * time.Millisecond)
				}
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				in, err := c.Resolve(ctx, APIG, Scope{})
				if (err == nil) != ok || ok && in.ProjectID != "p1" {
					t.Errorf("with %s: %v, %v", timeout, in, err)
				}
			})
		}
		reading.Wait()
	})
}
