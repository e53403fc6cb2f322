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

// want checks that a read returns the value of a fetch at once.
func (f *fetches) want(t *testing.T, number int) {
	t.Helper()
	begin := time.Now()
	if value, err := f.get(t.Context()); err != nil || value.number != number || time.Since(begin) > 0 {
		t.Errorf("value %v after %s, want %d at once: %v", value, time.Since(begin), number, err)
	}
}

func TestCachedIsFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		var reading sync.WaitGroup
		for i := range 100 {
			reading.Go(func() {
				time.Sleep(time.Duration(i) * 20 * time.Millisecond)
				if value, err := f.get(t.Context()); err != nil || value.number != 1 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		reading.Wait()
		if f.begun.Load() != 1 {
			t.Errorf("%d fetches, want 1", f.begun.Load())
		}
		time.Sleep(1000 * time.Hour)
		f.want(t, 1)
	})
}

func TestFetchOutlivesTheReaderThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		first, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		reading.Go(func() {
			begin := time.Now()
			if _, err := f.get(first); !errors.Is(err, context.Canceled) || time.Since(begin) != 500*time.Millisecond {
				t.Errorf("the first: %v after %s", err, time.Since(begin))
			}
		})
		for range 3 {
			reading.Go(func() {
				time.Sleep(100 * time.Millisecond)
				if value, err := f.get(t.Context()); err != nil || value.number != 1 {
					t.Errorf("another: %v, %v", value, err)
				}
			})
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		reading.Wait()
		if f.begun.Load() != 1 || f.canceled.Load() != 0 {
			t.Errorf("%d fetches, %d canceled, want 1 and none", f.begun.Load(), f.canceled.Load())
		}
	})
}

// TestFetchOutlivesTheDeadlineOfItsFirstReader goes on for those who have more time.
func TestFetchOutlivesTheDeadlineOfItsFirstReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		var reading sync.WaitGroup
		reading.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := f.get(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want the deadline", err)
			}
		})
		reading.Go(func() {
			time.Sleep(100 * time.Millisecond)
			if value, err := f.get(t.Context()); err != nil || value.number != 1 {
				t.Errorf("%v, %v", value, err)
			}
		})
		reading.Wait()
		if f.begun.Load() != 1 {
			t.Errorf("%d fetches, want 1", f.begun.Load())
		}
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
		if f.begun.Load() != 1 || f.canceled.Load() != 1 {
			t.Errorf("%d fetches, %d canceled, want 1 and 1", f.begun.Load(), f.canceled.Load())
		}
		// The next reader fetches anew.
		if value, err := f.get(t.Context()); err != nil || value.number != 2 {
			t.Errorf("%v, %v", value, err)
		}
	})
}

// TestRefresh fetches the next value in the background, once for all, while readers go on with the
// old one.
func TestRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(time.Minute, 10*time.Second, nil)
		if _, err := f.get(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50*time.Second - time.Nanosecond)
		f.want(t, 1)
		if f.begun.Load() != 1 {
			t.Error("it was refreshed too early")
		}
		time.Sleep(time.Nanosecond)
		for range 10 {
			f.want(t, 1)
		}
		time.Sleep(time.Second - time.Nanosecond)
		f.want(t, 1)
		time.Sleep(2 * time.Nanosecond)
		f.want(t, 2)
		if f.begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", f.begun.Load())
		}
	})
}

// TestExpiry fetches in the foreground if no reader came in time for a refresh.
func TestExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(time.Minute, 10*time.Second, nil)
		if _, err := f.get(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		var reading sync.WaitGroup
		for range 10 {
			reading.Go(func() {
				if value, err := f.get(t.Context()); err != nil || value.number != 2 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		reading.Wait()
		if f.begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", f.begun.Load())
		}
	})
}

// TestFailedRefresh harms no reader while the old value is valid, is tried again after a pause, and
// is not remembered once the old value has expired.
func TestFailedRefresh(t *testing.T) {
	t.Parallel()
	status := func(status int) func(context.Context, int) error {
		return func(context.Context, int) error { return &Error{Status: status} }
	}
	for name, tt := range map[string]struct {
		fail func(context.Context, int) error
		// fetches is how many begin in the five minutes before the expiry, with a reader every
		// second.
		fetches int64
	}{
		// 30 s apart at first, then a fifth of the time that is left, but at least 1 s.
		"503":     {status(503), 25},
		"408":     {status(408), 25},
		"network": {func(context.Context, int) error { return &Error{Reason: ReasonConnectionRefused} }, 25},
		"no keys": {func(context.Context, int) error { return &NoCredentialsError{Err: errors.New("500")} }, 25},
		"deadline": {func(context.Context, int) error {
			return &Error{Status: 503, Err: &DeadlineError{Wait: time.Hour, RetryAfter: true}}
		}, 25},
		"403":   {status(403), 25},
		"401":   {status(401), 25},
		"stall": {func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				f := newFetches(time.Hour, 5*time.Minute, func(ctx context.Context, n int) error {
					if broken.Load() {
						return tt.fail(ctx, n)
					}
					return nil
				})
				if _, err := f.get(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(55*time.Minute + 500*time.Millisecond)
				broken.Store(true)
				for range 299 {
					f.want(t, 1)
					time.Sleep(time.Second)
				}
				if n := f.begun.Load() - 1; n < tt.fetches-4 || n > tt.fetches {
					t.Errorf("%d fetches before the expiry, want up to %d", n, tt.fetches)
				}
				broken.Store(false)
				time.Sleep(time.Second)
				if value, err := f.get(t.Context()); err != nil || value.number == 1 {
					t.Errorf("after the expiry: %v, %v", value, err)
				}
			})
		})
	}
}

// TestFailedRefreshIsRepeatedWithoutReaders has the next value when a reader comes after the expiry
// of the old one.
func TestFailedRefreshIsRepeatedWithoutReaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(time.Hour, 5*time.Minute, func(_ context.Context, n int) error {
			if n == 2 || n == 3 {
				return &Error{Status: 403}
			}
			return nil
		})
		if _, err := f.get(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(56 * time.Minute)
		f.want(t, 1)
		time.Sleep(10 * time.Minute)
		f.want(t, 4)
	})
}

// TestPauseAfterAFailedRefresh is 30 seconds, or a fifth of the time that is left.
func TestPauseAfterAFailedRefresh(t *testing.T) {
	t.Parallel()
	for left, pause := range map[time.Duration]time.Duration{
		5 * time.Minute: 30 * time.Second, 2 * time.Minute: 24 * time.Second, 10 * time.Second: 2 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFetches(time.Hour, left, func(_ context.Context, n int) error {
				if n > 1 {
					return &Error{Status: 503}
				}
				return nil
			})
			if _, err := f.get(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour - left)
			for _, want := range []int64{2, 2, 3} {
				f.want(t, 1)
				synctest.Wait()
				if n := f.begun.Load(); n != want {
					t.Errorf("with %s left: %d fetches, want %d", left, n, want)
				}
				if want == 2 {
					time.Sleep(pause / 2)
				}
			}
		})
	}
}

// TestSlowRefresh would take longer than the old value lives. It ends with that, and the next
// reader begins anew.
func TestSlowRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var canceled atomic.Bool
		f := newFetches(time.Minute, 10*time.Second, func(ctx context.Context, n int) error {
			if n != 2 {
				return nil
			}
			<-ctx.Done()
			canceled.Store(true)
			return ctx.Err()
		})
		if _, err := f.get(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(52 * time.Second) // The refresh has begun 2 s ago.
		f.want(t, 1)
		time.Sleep(8*time.Second - time.Nanosecond)
		f.want(t, 1)
		if canceled.Load() {
			t.Error("the refresh has ended early")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !canceled.Load() || f.begun.Load() != 2 {
			t.Errorf("%d fetches, canceled: %t", f.begun.Load(), canceled.Load())
		}
		if value, err := f.get(t.Context()); err != nil || value.number != 3 {
			t.Errorf("%v, %v", value, err)
		}
	})
}

// TestInvalidateDuringARefresh has readers whose value was refused wait for the refresh.
func TestInvalidateDuringARefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(time.Minute, 10*time.Second, nil)
		first, err := f.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Second)
		f.want(t, 1)
		f.invalidate(first)
		begin := time.Now()
		if value, err := f.get(t.Context()); err != nil || value.number != 2 || time.Since(begin) != time.Second {
			t.Errorf("%v after %s: %v", value, time.Since(begin), err)
		}
	})
}

func TestInvalidateOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, nil)
		first, err := f.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// Ten readers had the first value refused, one of them an hour later.
		var reading sync.WaitGroup
		for i := range 10 {
			reading.Go(func() {
				if i == 9 {
					time.Sleep(time.Hour)
				}
				f.invalidate(first)
				if value, err := f.get(t.Context()); err != nil || value.number != 2 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		reading.Wait()
		if f.begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", f.begun.Load())
		}
	})
}

// TestPermanentError lists what is remembered if there is no valid value.
func TestPermanentError(t *testing.T) {
	t.Parallel()
	status := func(status int) error { return &Error{Status: status} }
	for name, tt := range map[string]struct {
		err       error
		permanent bool
	}{
		"bad request":           {status(http.StatusBadRequest), true},
		"wrong password":        {status(http.StatusUnauthorized), true},
		"forbidden":             {status(http.StatusForbidden), true},
		"no such agency":        {status(http.StatusNotFound), true},
		"no project":            {&NameMatchError{}, true},
		"no agency of the ECS":  {&NoCredentialsError{refused: true}, true},
		"metadata unavailable":  {&NoCredentialsError{Err: errors.New("500")}, false},
		"timeout":               {status(http.StatusRequestTimeout), false},
		"conflict":              {status(http.StatusConflict), false},
		"too early":             {status(http.StatusTooEarly), false},
		"throttled":             {status(http.StatusTooManyRequests), false},
		"throttled with a 403":  {&Error{Status: http.StatusForbidden, Code: throttledCode}, false},
		"unavailable":           {status(http.StatusBadGateway), false},
		"no response":           {&Error{Reason: ReasonConnectionRefused}, false},
		"unexpected response":   {&Error{Status: http.StatusOK, Reason: ReasonUnexpectedResponse}, false},
		"refused ID token":      {&refusedIDTokenError{status(http.StatusUnauthorized)}, false},
		"proxy":                 {&Error{Reason: ReasonProxy, Err: &ProxyError{Status: 407}}, false},
		"unreadable token file": {&IDTokenError{Err: errors.New("no such file")}, false},
		"too large an error":    {&Error{Status: http.StatusForbidden, Reason: ReasonResponseTooLarge}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFetches(0, 0, func(context.Context, int) error { return tt.err })
			for range 3 {
				if _, err := f.get(t.Context()); !errors.Is(err, tt.err) {
					t.Errorf("%v, want %v", err, tt.err)
				}
			}
			if want := map[bool]int64{true: 1, false: 3}[tt.permanent]; f.begun.Load() != want {
				t.Errorf("%d fetches, want %d", f.begun.Load(), want)
			}
		})
	}
}

// TestUnavailable has an API that asks to wait longer than its readers have: those with as little
// time do not ask again before that, others do.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wait := &Error{Status: 503, Err: &DeadlineError{Wait: time.Hour, RetryAfter: true}}
		f := newFetches(0, 0, func(_ context.Context, n int) error {
			if n == 1 {
				return wait
			}
			return nil
		})
		read := func(timeout time.Duration) (*numbered, error) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			return f.get(ctx)
		}
		for range 5 {
			if _, err := read(time.Minute); !errors.Is(err, wait) || f.begun.Load() != 1 {
				t.Errorf("%d fetches: %v", f.begun.Load(), err)
			}
		}
		time.Sleep(59*time.Minute + time.Second)
		if value, err := read(time.Minute); err != nil || value.number != 2 {
			t.Errorf("once the wait ends in time: %v, %v", value, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFetches(0, 0, func(_ context.Context, n int) error {
			if n == 1 {
				return &Error{Err: &DeadlineError{Wait: time.Hour, RetryAfter: true}}
			}
			return nil
		})
		if _, err := f.get(t.Context()); err == nil {
			t.Error("there is no error")
		}
		if value, err := f.get(t.Context()); err != nil || value.number != 2 {
			t.Errorf("a reader without a deadline: %v, %v", value, err)
		}
	})
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
