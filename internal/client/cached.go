package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refreshBefore is how long before its expiry a value is refreshed, or a fifth of its life if
	// that is shorter.
	refreshBefore = 5 * time.Minute
	// minRefreshPause is the wait after a failed refresh, or a fifth of the time that is left if that
	// is longer.
	minRefreshPause = time.Second
	// fetchTimeout ends a fetch, whoever waits for it.
	fetchTimeout = 3 * time.Minute
)

// lifetime is how long a fetched value is valid. The zero value has no end.
type lifetime struct {
	// refreshAt is when to fetch the next value, expiresAt is when this one ends.
	refreshAt, expiresAt time.Time
}

// newLifetime returns the lifetime of something that expires at a time of the server's clock, and
// that came in a response with this header. A time that cannot be read, or has passed, is no end:
// the value is then used until it is refused.
func newLifetime(expires string, header http.Header, now time.Time) lifetime {
	at, err := time.Parse(time.RFC3339, expires)
	if err != nil {
		return lifetime{}
	}
	serverNow := now
	// Date has whole seconds, so small differences are ignored.
	if date, err := http.ParseTime(header.Get("Date")); err == nil && date.Sub(now).Abs() > 5*time.Second {
		serverNow = date
	}
	life := at.Sub(serverNow)
	if life <= 0 {
		return lifetime{}
	}
	return lifetime{refreshAt: now.Add(life - min(refreshBefore, life/5)), expiresAt: now.Add(life)}
}

// cached is a value that all readers share. The first reader that needs it starts a fetch, and the
// others wait for the same one. Shortly before the value expires, a reader starts a refresh, while
// all of them go on with the old value.
type cached[T comparable] struct {
	fetch func(context.Context) (T, lifetime, error)

	mu    sync.Mutex
	value T
	valid bool
	life  lifetime
	// noRefreshBefore keeps failed refreshes apart.
	noRefreshBefore time.Time
	// failure is an error that another fetch would end in too: until failureEnds, or permanently if
	// that is zero.
	failure     error
	failureEnds time.Time
	current     *fetch[T]
}

// fetch is a fetch in progress.
type fetch[T comparable] struct {
	cancel   context.CancelFunc
	progress *progress
	// isRefresh is set if there was a valid value when the fetch began.
	isRefresh bool
	// readers is the number of those who wait.
	readers int
	// done is closed when the outcome is set.
	done  chan struct{}
	value T
	life  lifetime
	err   error
}

// progress is how far a fetch has come, for a reader whose deadline ends the wait for it.
type progress struct {
	// failure is why the request in progress has not succeeded yet. [Client.send] keeps it before the
	// first attempt, as a timeout, and before each wait; nil after a success.
	failure atomic.Pointer[Error]
	// waitsFor is the progress of another fetch that this one waits for, nil for none.
	waitsFor atomic.Pointer[progress]
}

// lastFailure returns why there is no value yet, nil if nothing has been sent.
func (p *progress) lastFailure() *Error {
	if other := p.waitsFor.Load(); other != nil {
		return other.lastFailure()
	}
	return p.failure.Load()
}

// progressKey is the context key of the [progress] of a fetch.
type progressKey struct{}

// noteFailure keeps why there is no value yet, nil after a success, if ctx is that of a fetch: the
// error of readers whose deadlines end before the fetch does.
func noteFailure(ctx context.Context, err error) {
	if p, ok := ctx.Value(progressKey{}).(*progress); ok {
		failure, _ := errors.AsType[*Error](err)
		p.failure.Store(failure)
	}
}

// get returns a valid value, and fetches it if there is none. The end of ctx ends the wait at once,
// and also the fetch if nobody else waits for it.
func (c *cached[T]) get(ctx context.Context) (T, error) {
	for {
		f, value, err := c.join(ctx)
		if f == nil {
			return value, err
		}
		err = f.wait(ctx)
		c.leave(f)
		if err != nil {
			return value, err
		}
		// This reader may have more time than the fetch had, or the fetch refreshed a value that has been
		// refused meanwhile. The next join returns the failure if another fetch would end in it, too.
		if mayTryAgain := is[*DeadlineError](f.err) || f.err != nil && f.isRefresh; !mayTryAgain {
			return f.value, f.err
		}
	}
}

// wait waits for the end of a fetch, or of ctx: at a deadline, the error is what the fetch has met.
func (f *fetch[T]) wait(ctx context.Context) error {
	// The reader may be a fetch, too: an agency's keys wait for the user's token.
	if own, ok := ctx.Value(progressKey{}).(*progress); ok {
		own.waitsFor.Store(f.progress)
		defer own.waitsFor.Store(nil)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	if failure := f.progress.lastFailure(); failure != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return failure
	}
	return ctx.Err()
}

// join returns the fetch to wait for. Without one, it returns the value if that is valid, or an
// error that another fetch would end in too.
func (c *cached[T]) join(ctx context.Context) (f *fetch[T], value T, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	pause := max(0, c.failureEnds.Sub(now))
	switch {
	case c.isValid(now):
		isDue := !c.life.refreshAt.IsZero() && !now.Before(c.life.refreshAt) && !now.Before(c.noRefreshBefore)
		if isDue && c.current == nil {
			c.start(ctx, 0, c.life.expiresAt.Sub(now))
		}
		return nil, c.value, nil
	case c.failure != nil && (c.failureEnds.IsZero() || isPastDeadline(ctx, pause)):
		return nil, value, c.failure // Permanent, or until after this reader's deadline.
	case c.current == nil:
		c.start(ctx, pause, fetchTimeout) // A failure that ends before that is waited for.
	}
	c.current.readers++
	return c.current, value, nil
}

// start begins a fetch after a pause, with c locked. It keeps the values of ctx but not its end: other
// readers may wait for it too.
func (c *cached[T]) start(ctx context.Context, pause, timeout time.Duration) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), pause+min(timeout, fetchTimeout))
	f := &fetch[T]{cancel: cancel, progress: new(progress), isRefresh: c.isValid(time.Now()), done: make(chan struct{})}
	own = context.WithValue(own, progressKey{}, f.progress)
	c.current = f
	go func() {
		if f.err = sleep(own, pause); f.err == nil {
			f.value, f.life, f.err = c.fetch(own)
		}
		cancel()
		c.finish(f)
	}()
}

// finish keeps the outcome of a fetch.
func (c *cached[T]) finish(f *fetch[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	if c.current == f {
		c.current = nil
	}
	now := time.Now()
	deadline, _ := errors.AsType[*DeadlineError](f.err)
	switch {
	case f.err == nil:
		c.value, c.life, c.valid = f.value, f.life, true
		c.failure, c.noRefreshBefore = nil, time.Time{}
	case c.isValid(now):
		c.noRefreshBefore = now.Add(max(minRefreshPause, c.life.expiresAt.Sub(now)/5))
	case isRefusal(f.err):
		c.failure, c.failureEnds = f.err, time.Time{}
	case deadline != nil:
		c.failure, c.failureEnds = f.err, now.Add(deadline.Wait)
	}
}

// leave ends a fetch that its last reader has left. A refresh that nobody waits for goes on.
func (c *cached[T]) leave(f *fetch[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.readers--
	if f.readers > 0 {
		return
	}
	f.cancel()
	if c.current == f {
		c.current = nil
	}
}

// invalidate makes the next get fetch a new value, unless value has been replaced already.
func (c *cached[T]) invalidate(value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.value == value {
		c.valid = false
	}
}

// last returns the last value that was fetched, valid or not.
func (c *cached[T]) last() T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value
}

func (c *cached[T]) isValid(now time.Time) bool {
	return c.valid && (c.life.expiresAt.IsZero() || now.Before(c.life.expiresAt))
}

// cachedMap is one cached value for each key.
type cachedMap[K, T comparable] struct {
	fetch func(context.Context, K) (T, lifetime, error)

	mu     sync.Mutex
	values map[K]*cached[T]
}

// of returns the value of a key.
func (m *cachedMap[K, T]) of(key K) *cached[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.values[key]
	if !ok {
		value = &cached[T]{fetch: func(ctx context.Context) (T, lifetime, error) { return m.fetch(ctx, key) }}
		if m.values == nil {
			m.values = map[K]*cached[T]{}
		}
		m.values[key] = value
	}
	return value
}

// alias makes the value of one key that of another too.
func (m *cachedMap[K, T]) alias(key, other K) {
	value := m.of(key)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[other] = value
}

// isRefusal reports whether an error is a response that a repeated request would get again. A refused
// ID token is none: the next fetch may read another one.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return is[*NameMatchError](err)
	}
	return e.Reason == ReasonAPIError && e.Status < 500 && e.Status != http.StatusRequestTimeout && !isThrottling(e.Status, e.Code) &&
		!is[*refusedIDTokenError](err)
}
