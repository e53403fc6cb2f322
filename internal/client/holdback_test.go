package client

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestHoldBack keeps all requests of the process back after one of them met a
// 429, and lets them go one after another then.
func TestHoldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made attempts
		c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			if made.number(req) == 1 {
				return answerOf(req, 429, throttledBody, "Retry-After", "20"), nil
			}
			return answerOf(req, 200, channelBody), nil
		})
		begun := time.Now()
		var reading sync.WaitGroup
		reading.Go(func() {
			if _, err := channelOf(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		for range 9 {
			reading.Go(func() {
				if _, err := channelOf(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		starts := slices.SortedFunc(slices.Values(made.at[1:]), time.Time.Compare)
		if len(starts) != 10 {
			t.Fatalf("%d requests after the refused one, want 10", len(starts))
		}
		for i, at := range starts {
			if want := 20*time.Second + time.Duration(i)*holdBackSpacing; at.Sub(begun) != want {
				t.Errorf("request %d went after %s, want %s", i+1, at.Sub(begun), want)
			}
		}

		// Once they have gone, and a little longer, requests go at once again.
		time.Sleep(holdBackRecovery + time.Second)
		began := time.Now()
		for range 3 {
			if _, err := channelOf(t.Context(), c); err != nil {
				t.Error(err)
			}
		}
		if waited := time.Since(began); waited > 0 {
			t.Errorf("three requests long after waited %s", waited)
		}
	})
}

// TestHoldBackAnew holds the waiting requests back again where the first that
// went met another 429.
func TestHoldBackAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made attempts
		c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			if made.number(req) <= 2 {
				return answerOf(req, 429, throttledBody, "Retry-After", "20"), nil
			}
			return answerOf(req, 200, channelBody), nil
		})
		begun := time.Now()
		var reading sync.WaitGroup
		for i := range 5 {
			reading.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				if _, err := channelOf(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		// The first two are refused at 0 and 20 s; all others go from 40 s on.
		for i, at := range made.at {
			if after := at.Sub(begun); i >= 2 && after < 40*time.Second || after > time.Minute {
				t.Errorf("request %d went after %s", i+1, after)
			}
			if i > 2 && at.Sub(made.at[i-1]) < holdBackSpacing {
				t.Errorf("requests %d and %d went within %s", i, i+1, at.Sub(made.at[i-1]))
			}
		}
	})
}

// TestHoldBackIsForThrottlingOnly lets other requests go on while one waits
// after a 503.
func TestHoldBackIsForThrottlingOnly(t *testing.T) {
	t.Parallel()
	for status, held := range map[int]bool{403: true, 429: true, 503: false} {
		synctest.Test(t, func(t *testing.T) {
			var made attempts
			c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
				if made.number(req) == 1 {
					body := ""
					if status < 500 {
						body = throttledBody
					}
					return answerOf(req, status, body, "Retry-After", "20"), nil
				}
				return answerOf(req, 200, channelBody), nil
			})
			var reading sync.WaitGroup
			reading.Go(func() { _, _ = channelOf(t.Context(), c) })
			time.Sleep(time.Second)
			begun := time.Now()
			if _, err := channelOf(t.Context(), c); err != nil {
				t.Error(err)
			}
			if waited := time.Since(begun); (waited > 0) != held {
				t.Errorf("after a %d another request waited %s", status, waited)
			}
			reading.Wait()
		})
	}
}

// TestHoldBackLasts keeps to the longest wait that was asked for.
func TestHoldBackLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h holdBack
		h.hold(30 * time.Second)
		h.hold(time.Second)
		begun := time.Now()
		if err := h.wait(t.Context()); err != nil || time.Since(begun) != 30*time.Second {
			t.Errorf("it waited %s: %v", time.Since(begun), err)
		}
		h.hold(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		if err := h.wait(ctx); !is[*LateError](err) || time.Since(begun) > 0 {
			t.Errorf("it waited %s for a read of 1 s: %v", time.Since(begun), err)
		}
	})
}

// TestHeldBackPastTheDeadline ends a read at once that another's 429 holds back
// for longer than it has.
func TestHeldBackPastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var made attempts
		c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			made.number(req)
			return answerOf(req, 429, throttledBody, "Retry-After", "600"), nil
		})
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			begun := time.Now()
			_, err := channelOf(ctx, c)
			if !is[*LateError](err) || time.Since(begun) > 0 {
				t.Errorf("after %s: %v", time.Since(begun), err)
			}
		}
		if n := made.count(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

// TestInFlight never has more than ten requests under way, whoever makes them.
func TestInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			mu        sync.Mutex
			now, most int
		)
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return answerOf(req, 200, channelBody), nil
		})
		begun := time.Now()
		var reading sync.WaitGroup
		for range 35 {
			reading.Go(func() {
				if _, err := channelOf(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if took := time.Since(begun); most != maxInFlight || took != 4*time.Second {
			t.Errorf("at most %d were in flight, and 35 took %s", most, took)
		}
	})
}
