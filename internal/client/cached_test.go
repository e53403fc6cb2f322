package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// numbered is a value with the number of the fetch that it came from.
type numbered struct{ number int }

// fetches fetches numbered values, each within a second.
type fetches struct {
	cached[*numbered]
	// life is the life of a value, 0 for no end; refresh is how long before its end it is
	// refreshed.
	life, refresh time.Duration
	// fail returns the error of a fetch, which it may delay; nil for none.
	fail func(ctx context.Context, number int) error

	begun, canceled atomic.Int64
}

func newFetches(life, refresh time.Duration, fail func(ctx context.Context, number int) error) *fetches {
	f := &fetches{life: life, refresh: refresh, fail: fail}
	f.fetch = func(ctx context.Context) (*numbered, lifetime, error) {
		n := int(f.begun.Add(1))
		if f.fail != nil {
			if err := f.fail(ctx, n); err != nil {
				return nil, lifetime{}, err
			}
		}
		if err := sleep(ctx, time.Second); err != nil {
			f.canceled.Add(1)
			return nil, lifetime{}, err
		}
		if f.life == 0 {
			return &numbered{n}, lifetime{}, nil
		}
		end := time.Now().Add(f.life)
		return &numbered{n}, lifetime{refreshAt: end.Add(-f.refresh), expiresAt: end}, nil
	}
	return f
}

// want checks that a read returns the value of a fetch after some time.
func (f *fetches) want(t *testing.T, number int, after time.Duration) *numbered {
	t.Helper()
	begin := time.Now()
	value, err := f.get(t.Context())
	if took := time.Since(begin); err != nil || value.number != number || took != after {
		t.Errorf("value %v after %s, want %d after %s: %v", value, took, number, after, err)
	}
	return value
}

func (f *fetches) wantBegun(t *testing.T, want int64) {
	t.Helper()
	if n := f.begun.Load(); n != want {
		t.Errorf("%d fetches, want %d", n, want)
	}
}

func TestCachedIsFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		var reading sync.WaitGroup
		for i := range 100 {
			reading.Go(func() {
				delay := time.Duration(i) * 20 * time.Millisecond
				time.Sleep(delay)
				f.want(t, 1, max(0, time.Second-delay))
			})
		}
		reading.Wait()
		time.Sleep(1000 * time.Hour)
		f.want(t, 1, 0)
		f.wantBegun(t, 1)
	})
}

// TestFetchOutlivesTheReaderThatBeganIt goes on for the others. It keeps the values of that reader's
// context, such as the logger.
func TestFetchOutlivesTheReaderThatBeganIt(t *testing.T) {
	t.Parallel()
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, func(ctx context.Context, _ int) error {
			if ctx.Value(key{}) != "value" {
				t.Error("the fetch's context has no values")
			}
			return nil
		})
		var reading sync.WaitGroup
		reading.Go(func() {
			ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), 500*time.Millisecond)
			defer cancel()
			begin := time.Now()
			if _, err := f.get(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 500*time.Millisecond {
				t.Errorf("the first: %v after %s", err, time.Since(begin))
			}
		})
		for range 3 {
			reading.Go(func() {
				time.Sleep(100 * time.Millisecond)
				f.want(t, 1, 900*time.Millisecond)
			})
		}
		reading.Wait()
		f.wantBegun(t, 1)
	})
}

func TestFetchEndsWithItsLastReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		var reading sync.WaitGroup
		for range 3 {
			reading.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(300*time.Millisecond, cancel)
				if _, err := f.get(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("%v, want a cancellation", err)
				}
			})
		}
		reading.Wait()
		synctest.Wait()
		if f.canceled.Load() != 1 {
			t.Errorf("%d fetches canceled, want 1", f.canceled.Load())
		}
		// The next reader fetches anew.
		f.want(t, 2, time.Second)
	})
}

// TestFetchTimeout ends a fetch that gets no response, however long its readers wait.
func TestFetchTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })
		begin := time.Now()
		if _, err := f.get(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 3*time.Minute {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

// TestDeadlineInAFetch names the request in flight to all who wait for it, also by way of another
// fetch: two projects' sign-ins wait for the user's domain.
func TestDeadlineInAFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for attempts, domain := range []string{"d", ""} { // With a domain, the second sign-in waits for the first.
			c := inMemory(t, Config{Credentials: Password{UserID: "u", Password: "p", DomainID: domain}}, stalling)
			var reading sync.WaitGroup
			for number, name := range []string{"first", "second"} {
				reading.Go(func() {
					// The first does not leave before the second.
					ctx, cancel := context.WithTimeout(t.Context(), time.Second-time.Duration(number))
					defer cancel()
					_, err := c.credentials.get(ctx, projectScope{region: simulator.Region, name: name})
					e := requestError(t, err)
					if e.Operation != OpCreateToken || e.Reason != ReasonTimeout || e.URL == "" || e.Attempts != max(attempts, 1-number) {
						t.Errorf("%s: %v", name, err)
					}
				})
				synctest.Wait()
			}
			reading.Wait()
		}
	})
}

// TestRefresh fetches the next value in the background, once for all, while readers go on with the
// old one.
func TestRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(time.Minute, 10*time.Second, nil)
		f.want(t, 1, time.Second)
		time.Sleep(50*time.Second - time.Nanosecond)
		f.want(t, 1, 0)
		synctest.Wait()
		f.wantBegun(t, 1)
		time.Sleep(time.Nanosecond)
		for range 10 {
			f.want(t, 1, 0)
		}
		time.Sleep(time.Second - time.Nanosecond)
		f.want(t, 1, 0)
		time.Sleep(2 * time.Nanosecond)
		f.want(t, 2, 0)
		f.wantBegun(t, 2)
		// No reader comes in time for the next refresh: the value is fetched in the foreground, once.
		time.Sleep(time.Minute)
		var reading sync.WaitGroup
		for range 10 {
			reading.Go(func() { f.want(t, 3, time.Second) })
		}
		reading.Wait()
	})
}

// TestFailedRefresh harms no reader while the old value is valid, and is not remembered once that has
// expired.
func TestFailedRefresh(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"503":      &Error{Status: 503},
		"403":      &Error{Status: 403},
		"401":      &Error{Status: 401},
		"no keys":  &NoCredentialsError{Err: errors.New("500")},
		"deadline": &Error{Status: 503, Err: &DeadlineError{Wait: time.Hour, RetryAfter: true}},
		"stall":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				f := newFetches(time.Hour, 5*time.Minute, func(ctx context.Context, _ int) error {
					switch {
					case !broken.Load():
						return nil
					case failure == nil:
						<-ctx.Done()
						return ctx.Err()
					}
					return failure
				})
				f.want(t, 1, time.Second)
				time.Sleep(55*time.Minute + 500*time.Millisecond)
				broken.Store(true)
				for range 299 {
					f.want(t, 1, 0)
					time.Sleep(time.Second)
				}
				if f.begun.Load() == 1 {
					t.Error("there was no refresh")
				}
				broken.Store(false)
				time.Sleep(time.Second)
				f.want(t, int(f.begun.Load())+1, time.Second)
			})
		})
	}
}

// TestPauseAfterAFailedRefresh is a fifth of the time that is left, but at least a second.
func TestPauseAfterAFailedRefresh(t *testing.T) {
	t.Parallel()
	for left, pause := range map[time.Duration]time.Duration{
		5 * time.Minute: time.Minute, 10 * time.Second: 2 * time.Second, 2 * time.Second: time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFetches(time.Hour, left, func(_ context.Context, n int) error {
				if n > 1 {
					return &Error{Status: 503}
				}
				return nil
			})
			f.want(t, 1, time.Second)
			time.Sleep(time.Hour - left)
			for _, want := range []int64{2, 2, 3} {
				f.want(t, 1, 0)
				synctest.Wait()
				f.wantBegun(t, want)
				time.Sleep(pause / 2)
			}
		})
	}
}

// TestSlowRefresh would take longer than the old value lives. It ends with that, and fails no reader
// that waits for it, because it is slow to end or because the old value was refused: they fetch
// anew.
func TestSlowRefresh(t *testing.T) {
	t.Parallel()
	for name, isRefused := range map[string]bool{"expired": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFetches(time.Minute, 10*time.Second, func(ctx context.Context, n int) error {
					if n != 2 {
						return nil
					}
					<-ctx.Done()
					time.Sleep(2 * time.Second)
					return ctx.Err()
				})
				first := f.want(t, 1, time.Second)
				time.Sleep(55 * time.Second)
				f.want(t, 1, 0)
				time.Sleep(5*time.Second - time.Nanosecond)
				f.want(t, 1, 0)
				if isRefused {
					f.invalidate(first)
				}
				f.wantBegun(t, 2)
				var reading sync.WaitGroup
				for range 3 {
					reading.Go(func() {
						time.Sleep(time.Nanosecond)
						f.want(t, 3, 3*time.Second)
					})
				}
				reading.Wait()
			})
		})
	}
}

// TestInvalidate has ten readers whose value was refused, one of them an hour later: one fetch, or
// the refresh that has begun.
func TestInvalidate(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"no refresh": 0, "refresh": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFetches(3*time.Hour, 2*time.Hour, nil)
				first := f.want(t, 1, time.Second)
				time.Sleep(age)
				f.want(t, 1, 0)
				var reading sync.WaitGroup
				for range 9 {
					reading.Go(func() {
						f.invalidate(first)
						f.want(t, 2, time.Second)
					})
				}
				reading.Wait()
				f.invalidate(first)
				f.want(t, 2, 0)
				f.wantBegun(t, 2)
			})
		})
	}
}

// TestPermanentError lists what is remembered if there is no valid value.
func TestPermanentError(t *testing.T) {
	t.Parallel()
	status := func(status int) error { return &Error{Status: status} }
	for name, tt := range map[string]struct {
		err       error
		permanent bool
	}{
		"bad request":          {status(http.StatusBadRequest), true},
		"wrong password":       {status(http.StatusUnauthorized), true},
		"no such agency":       {status(http.StatusNotFound), true},
		"no project":           {&NameMatchError{}, true},
		"no agency of the ECS": {&NoCredentialsError{Err: status(http.StatusNotFound)}, true},
		"metadata unavailable": {&NoCredentialsError{Err: status(http.StatusInternalServerError)}, false},
		"timeout":              {status(http.StatusRequestTimeout), false},
		"throttled":            {status(http.StatusTooManyRequests), false},
		"throttled with a 403": {&Error{Status: http.StatusForbidden, Code: "APIGW.0308"}, false},
		"unavailable":          {status(http.StatusBadGateway), false},
		"no response":          {&Error{Reason: ReasonConnectionRefused}, false},
		"unexpected response":  {&Error{Status: http.StatusOK, Reason: ReasonUnexpectedResponse}, false},
		"refused ID token":     {&refusedIDTokenError{error: status(http.StatusUnauthorized)}, false},
		"no ID token":          {&IDTokenError{Err: errors.New("no such file")}, false},
		"too large an error":   {&Error{Status: http.StatusForbidden, Reason: ReasonResponseTooLarge}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFetches(0, 0, func(context.Context, int) error { return tt.err })
			for range 3 {
				if _, err := f.get(t.Context()); !errors.Is(err, tt.err) {
					t.Errorf("%v, want %v", err, tt.err)
				}
			}
			f.wantBegun(t, map[bool]int64{true: 1, false: 3}[tt.permanent])
		})
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, tt := range map[string]struct {
		expires string
		// date is the Date of the response, relative to now.
		date time.Duration
		// refresh and end are relative to now, 0 for none.
		refresh, end time.Duration
	}{
		"a day":                    {"2026-01-03T03:04:05.000000Z", 0, 24*time.Hour - 5*time.Minute, 24 * time.Hour},
		"25 minutes":               {"2026-01-02T03:29:05Z", 0, 20 * time.Minute, 25 * time.Minute},
		"15 minutes":               {"2026-01-02T03:19:05Z", 0, 12 * time.Minute, 15 * time.Minute},
		"10 seconds":               {"2026-01-02T03:04:15Z", 0, 8 * time.Second, 10 * time.Second},
		"another zone":             {"2026-01-02T11:19:05+08:00", 0, 12 * time.Minute, 15 * time.Minute},
		"15 minutes, clock ahead":  {"2026-01-02T03:05:05Z", -14 * time.Minute, 12 * time.Minute, 15 * time.Minute},
		"15 minutes, clock behind": {"2026-01-02T03:33:05Z", 14 * time.Minute, 12 * time.Minute, 15 * time.Minute},
		"10 seconds, clocks close": {"2026-01-02T03:04:15Z", -5 * time.Second, 8 * time.Second, 10 * time.Second},
		"10 seconds, 6 s ahead":    {"2026-01-02T03:04:09Z", -6 * time.Second, 8 * time.Second, 10 * time.Second},
		"over":                     {"2026-01-02T03:04:05Z", 0, 0, 0},
		"long over":                {"2020-01-04T09:08:49.965000Z", 0, 0, 0},
		"none":                     {"", 0, 0, 0},
		"not a time":               {"soon", 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want lifetime
			if tt.end > 0 {
				want = lifetime{refreshAt: now.Add(tt.refresh), expiresAt: now.Add(tt.end)}
			}
			header := http.Header{"Date": {now.Add(tt.date).Format(http.TimeFormat)}}
			if got := newLifetime(tt.expires, header, now); got != want {
				t.Errorf("%v, want %v", got, want)
			}
			if tt.date != 0 {
				return
			}
			if got := newLifetime(tt.expires, http.Header{}, now); got != want {
				t.Errorf("without Date: %v, want %v", got, want)
			}
		})
	}
}
