package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// shared is a value that all readers of the process share: the first that needs
// it fetches it while the others wait, and it is fetched anew when its time is
// over or it was dropped. T is a pointer, whose identity tells one value from
// the next.
type shared[T comparable] struct {
	// fetch gets the value and the time from which on it is to be renewed; the
	// zero time is never.
	fetch func(context.Context) (T, time.Time, error)

	mu      sync.Mutex
	value   T
	fetched bool
	renewAt time.Time
	// refused is the API's final no, kept so that a wrong password is not tried
	// over and over until the account is locked.
	refused error
	current *fetching[T]
}

// fetching is a fetch under way. It ends when the last reader has left it.
type fetching[T any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	value   T
	err     error
	// late tells that the deadline of the reader that began it was in the way.
	late bool
}

// get returns the value, fetching it where that is needed. Canceling ctx ends
// the wait at once, and the fetch too where nobody else waits for it.
func (s *shared[T]) get(ctx context.Context) (T, error) {
	for {
		s.mu.Lock()
		if s.refused != nil || s.fetched && (s.renewAt.IsZero() || time.Now().Before(s.renewAt)) {
			defer s.mu.Unlock()
			return s.value, s.refused
		}
		f := s.current
		leads := f == nil
		if leads {
			f = s.start(ctx)
		}
		f.waiting++
		s.mu.Unlock()

		select {
		case <-f.done:
		case <-ctx.Done():
		}
		s.leave(f)
		if err := ctx.Err(); err != nil {
			var none T
			return none, err
		}
		if leads || !f.late {
			return f.value, f.err
		}
		// The fetch kept the deadline of the reader that began it; this one has
		// time left and fetches by itself.
	}
}

// start begins a fetch, with s locked. It keeps the values and the deadline of
// ctx, but not its end: other readers may wait for it too.
func (s *shared[T]) start(ctx context.Context) *fetching[T] {
	detached := context.WithoutCancel(ctx)
	f := &fetching[T]{done: make(chan struct{})}
	if deadline, ok := ctx.Deadline(); ok {
		detached, f.cancel = context.WithDeadline(detached, deadline) //nolint:gosec // The last reader calls it.
	} else {
		detached, f.cancel = context.WithCancel(detached) //nolint:gosec // The last reader calls it.
	}
	s.current = f
	go func() {
		defer close(f.done)
		var renewAt time.Time
		f.value, renewAt, f.err = s.fetch(detached)
		f.late = f.err != nil && (is[*LateError](f.err) || detached.Err() != nil)

		s.mu.Lock()
		defer s.mu.Unlock()
		if s.current == f {
			s.current = nil
		}
		switch {
		case f.err == nil:
			s.value, s.renewAt, s.fetched = f.value, renewAt, true
		case isRefusal(f.err):
			s.refused = f.err
		}
	}()
	return f
}

// leave takes one reader away from a fetch and ends it with the last.
func (s *shared[T]) leave(f *fetching[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if s.current == f {
			s.current = nil
		}
	}
}

// drop has the value fetched anew, unless that has happened already.
func (s *shared[T]) drop(value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == value {
		s.fetched = false
	}
}

// isRefusal reports whether err is an answer that asking again does not change,
// or the metadata's of a machine that is no ECS.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return is[*NotOneError](err) || is[*NoCredentialsError](err)
	}
	return e.Status >= 400 && e.Status < 500 && !isTemporary(e.Status, e.Code)
}

// renewalTime is when a credential is to be renewed: 5 minutes before it
// expires, or a fifth of its life where that is shorter. One without a known
// expiry, or one that a clock that is off takes for expired, is renewed when it
// is refused.
func renewalTime(expires string, now time.Time) time.Time {
	at, err := time.Parse(time.RFC3339, expires)
	life := at.Sub(now)
	if err != nil || life <= 0 {
		return time.Time{}
	}
	return at.Add(-min(5*time.Minute, life/5))
}
