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

// counted is a value that is fetched anew each time.
type counted struct{ number int }

// slowShared is shared, and takes a second to fetch. It counts the fetches and those
// that were ended early.
func slowShared(life time.Duration) (s *shared[*counted], begun, ended *atomic.Int64) {
	begun, ended = new(atomic.Int64), new(atomic.Int64)
	s = &shared[*counted]{fetch: func(ctx context.Context) (*counted, time.Time, error) {
		n := begun.Add(1)
		select {
		case <-ctx.Done():
			ended.Add(1)
			return nil, time.Time{}, ctx.Err()
		case <-time.After(time.Second):
		}
		if life == 0 {
			return &counted{int(n)}, time.Time{}, nil
		}
		return &counted{int(n)}, time.Now().Add(life), nil
	}}
	return s, begun, ended
}

func TestSharedIsFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, _ := slowShared(0)
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				time.Sleep(time.Duration(i) * 20 * time.Millisecond)
				if value, err := s.get(t.Context()); err != nil || value.number != 1 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		wait.Wait()
		if begun.Load() != 1 {
			t.Errorf("%d fetches, want 1", begun.Load())
		}
	})
}

func TestSharedOutlivesTheReaderThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, ended := slowShared(0)
		leader, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			start := time.Now()
			if _, err := s.get(leader); !errors.Is(err, context.Canceled) || time.Since(start) != 500*time.Millisecond {
				t.Errorf("the leader: %v after %s", err, time.Since(start))
			}
		})
		for range 3 {
			wait.Go(func() {
				time.Sleep(100 * time.Millisecond)
				if value, err := s.get(t.Context()); err != nil || value.number != 1 {
					t.Errorf("another: %v, %v", value, err)
				}
			})
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		wait.Wait()
		if begun.Load() != 1 || ended.Load() != 0 {
			t.Errorf("%d fetches, %d ended early, want 1 and none", begun.Load(), ended.Load())
		}
	})
}

func TestSharedEndsWithItsLastReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, ended := slowShared(0)
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(300*time.Millisecond, cancel)
				if _, err := s.get(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("%v, want a cancellation", err)
				}
			})
		}
		wait.Wait()
		synctest.Wait()
		if begun.Load() != 1 || ended.Load() != 1 {
			t.Errorf("%d fetches, %d ended early, want 1 and 1", begun.Load(), ended.Load())
		}
		// Who comes afterwards fetches anew.
		if value, err := s.get(t.Context()); err != nil || value.number != 2 {
			t.Errorf("%v, %v", value, err)
		}
	})
}

func TestSharedGoesOnWhereTheFirstReaderHadLessTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, _ := slowShared(0)
		var wait sync.WaitGroup
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := s.get(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want the deadline", err)
			}
		})
		wait.Go(func() {
			time.Sleep(100 * time.Millisecond)
			if value, err := s.get(t.Context()); err != nil || value.number != 2 {
				t.Errorf("%v, %v", value, err)
			}
		})
		wait.Wait()
		if begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", begun.Load())
		}
	})
}

func TestSharedIsRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, _ := slowShared(time.Minute)
		first, err := s.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute - time.Nanosecond)
		if value, _ := s.get(t.Context()); value != first {
			t.Error("it was renewed before its time")
		}
		time.Sleep(time.Nanosecond)
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if value, err := s.get(t.Context()); err != nil || value.number != 2 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		wait.Wait()
		if begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", begun.Load())
		}
	})
}

func TestSharedIsDroppedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun, _ := slowShared(0)
		first, err := s.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// Ten readers had the first value refused, one of them late.
		var wait sync.WaitGroup
		for i := range 10 {
			wait.Go(func() {
				if i == 9 {
					time.Sleep(time.Hour)
				}
				s.drop(first)
				if value, err := s.get(t.Context()); err != nil || value.number != 2 {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		wait.Wait()
		if begun.Load() != 2 {
			t.Errorf("%d fetches, want 2", begun.Load())
		}
	})
}

func TestSharedRemembersARefusal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"wrong password":  {&Error{Status: http.StatusUnauthorized}, 1},
		"no such agency":  {&Error{Status: http.StatusNotFound}, 1},
		"no project":      {&NotOneError{}, 1},
		"throttled":       {&Error{Status: http.StatusTooManyRequests}, 2},
		"throttled, 403":  {&Error{Status: http.StatusForbidden, Code: throttledCode}, 2},
		"out of order":    {&Error{Status: http.StatusBadGateway}, 2},
		"nobody answered": {&Error{Err: errors.New("connection refused")}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			s := &shared[*counted]{fetch: func(context.Context) (*counted, time.Time, error) {
				n++
				return nil, time.Time{}, test.err
			}}
			for range 2 {
				if _, err := s.get(t.Context()); !errors.Is(err, test.err) {
					t.Errorf("%v, want %v", err, test.err)
				}
			}
			if n != test.want {
				t.Errorf("%d fetches, want %d", n, test.want)
			}
		})
	}
}

func TestRenewalTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		expires string
		want    time.Time
	}{
		"a day":           {"2026-01-03T03:04:05.000000Z", now.Add(24*time.Hour - 5*time.Minute)},
		"25 minutes":      {"2026-01-02T03:29:05Z", now.Add(20 * time.Minute)},
		"15 minutes":      {"2026-01-02T03:19:05Z", now.Add(12 * time.Minute)},
		"10 seconds":      {"2026-01-02T03:04:15Z", now.Add(8 * time.Second)},
		"another zone":    {"2026-01-02T11:19:05+08:00", now.Add(12 * time.Minute)},
		"over":            {"2026-01-02T03:04:05Z", time.Time{}},
		"long over":       {"2020-01-04T09:08:49.965000Z", time.Time{}},
		"none":            {"", time.Time{}},
		"nothing of kind": {"soon", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := renewalTime(test.expires, now); !got.Equal(test.want) {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
