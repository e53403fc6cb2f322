package client

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// refreshBefore is how long before its expiry a value is refreshed, or a fifth of its life if
	// that is shorter.
	refreshBefore = 5 * time.Minute
	// A failed refresh is repeated after a fifth of the time that is left, within these limits.
	minRefreshPause = time.Second
	maxRefreshPause = 30 * time.Second
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

// cached is a value that all readers share: the first that needs it fetches it while the others
// wait. Shortly before it expires it is refreshed in the background, while readers go on with the
// old one; a refresh that fails is repeated after a pause. T is a pointer; values are compared by
// identity.
type cached[T comparable] struct {
	fetch func(context.Context) (T, lifetime, error)

	mu    sync.Mutex
	value T
	valid bool
	life  lifetime
	// refreshPausedUntil keeps failed refreshes apart.
	refreshPausedUntil time.Time
	// permanent is the API error of a fetch that would fail in the same way again. It is kept only
	// if there was no valid value.
	permanent error
	// unavailable is the error of a fetch that the API asked to repeat only after unavailableUntil.
	unavailable      error
	unavailableUntil time.Time
	current          *fetch[T]
}

// fetch is a fetch in progress. One that readers wait for ends with the last of them.
type fetch[T comparable] struct {
	cache      *cached[T]
	ctx        context.Context
	cancel     context.CancelFunc
	background bool
	// expiresAt is the end of the value that a background fetch refreshes.
	expiresAt time.Time

	done  chan struct{}
	value T
	err   error

	// readers are the contexts of those who wait.
	readers map[*reader]struct{}
	// announced is closed when the fetch begins another wait: until waitUntil, because of waitErr.
	announced chan struct{}
	waitUntil time.Time
	waitErr   error
}

// reader waits for a fetch.
type reader struct{ ctx context.Context }

// get returns a valid value, and fetches it if there is none. Canceling ctx ends the wait at once,
// and also the fetch if nobody else waits for it.
func (c *cached[T]) get(ctx context.Context) (T, error) {
	var none T
	c.mu.Lock()
	now := time.Now()
	if c.isValid(now) {
		if c.refreshIsDue(now) {
			c.start(ctx, true)
		}
		defer c.mu.Unlock()
		return c.value, nil
	}
	if err := c.knownError(ctx, now); err != nil {
		c.mu.Unlock()
		return none, err
	}
	f := c.current
	if f == nil {
		f = c.start(ctx, false)
	}
	r := &reader{ctx}
	f.readers[r] = struct{}{}
	c.mu.Unlock()
	defer c.leave(f, r)

	for {
		announced, waitErr := f.wait(ctx)
		select {
		case <-f.done:
			if err := ctx.Err(); err != nil {
				return none, err
			}
			return f.value, f.err
		case <-ctx.Done():
			return none, ctx.Err()
		default:
		}
		if waitErr != nil {
			return none, waitErr
		}
		select {
		case <-f.done:
		case <-ctx.Done():
		case <-announced:
		}
	}
}

// wait returns a channel that is closed when the fetch begins another wait, and the error of a
// reader whose deadline is before the end of the present one.
func (f *fetch[T]) wait(ctx context.Context) (announced <-chan struct{}, err error) {
	f.cache.mu.Lock()
	announced, until, err := f.announced, f.waitUntil, f.waitErr
	f.cache.mu.Unlock()
	if deadline, ok := deadlineOf(ctx); ok && time.Now().Before(until) && deadline.Before(until) {
		return announced, err
	}
	return announced, nil
}

// invalidate makes the next get fetch a new value, unless value has been replaced already.
func (c *cached[T]) invalidate(value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.value == value {
		c.valid = false
	}
}

// latestValue returns the last value that was fetched, valid or not.
func (c *cached[T]) latestValue() T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value
}

func (c *cached[T]) isValid(now time.Time) bool {
	return c.valid && (c.life.expiresAt.IsZero() || now.Before(c.life.expiresAt))
}

func (c *cached[T]) refreshIsDue(now time.Time) bool {
	return c.current == nil && !c.life.refreshAt.IsZero() && !now.Before(c.life.refreshAt) && !now.Before(c.refreshPausedUntil)
}

// knownError returns a remembered error that a new fetch would return too.
func (c *cached[T]) knownError(ctx context.Context, now time.Time) error {
	if c.permanent != nil {
		return c.permanent
	}
	if deadline, ok := deadlineOf(ctx); ok && now.Before(c.unavailableUntil) && deadline.Before(c.unavailableUntil) {
		return c.unavailable
	}
	return nil
}

// start begins a fetch, with c locked. It keeps the values of ctx but not its end: other readers
// may wait for it too.
func (c *cached[T]) start(ctx context.Context, background bool) *fetch[T] {
	f := &fetch[T]{
		cache: c, background: background, expiresAt: c.life.expiresAt,
		done: make(chan struct{}), announced: make(chan struct{}), readers: map[*reader]struct{}{},
	}
	f.ctx, f.cancel = context.WithCancel(withSharedFetch(ctx, f))
	c.current = f
	if background {
		// Readers whose value is refused meanwhile wait for this fetch. Without any, it ends with
		// the old value, and the next reader begins anew.
		time.AfterFunc(time.Until(f.expiresAt), func() { c.cancelIfUnread(f) })
	}
	go func() {
		value, life, err := c.fetch(f.ctx)
		f.cancel()
		c.finish(f, value, life, err)
	}()
	return f
}

// latestDeadline implements [sharedFetch].
func (f *fetch[T]) latestDeadline() (time.Time, bool) {
	readers := f.waiting()
	if len(readers) == 0 {
		return f.expiresAt, f.background
	}
	var latest time.Time
	for _, r := range readers {
		deadline, ok := deadlineOf(r.ctx)
		if !ok {
			return time.Time{}, false
		}
		if deadline.After(latest) {
			latest = deadline
		}
	}
	return latest, true
}

// announceWait implements [sharedFetch].
func (f *fetch[T]) announceWait(until time.Time, err error) {
	f.cache.mu.Lock()
	f.waitUntil, f.waitErr = until, err
	close(f.announced)
	f.announced = make(chan struct{})
	f.cache.mu.Unlock()
	for _, r := range f.waiting() {
		announceWait(r.ctx, until, err)
	}
}

// waiting returns those who wait for the fetch.
func (f *fetch[T]) waiting() []*reader {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return slices.Collect(maps.Keys(f.readers))
}

// finish keeps the outcome of a fetch.
func (c *cached[T]) finish(f *fetch[T], value T, life lifetime, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	f.value, f.err = value, err
	if c.current == f {
		c.current = nil
	}
	now := time.Now()
	deadline, _ := errors.AsType[*DeadlineError](err)
	switch {
	case err == nil:
		c.value, c.valid, c.life = value, true, life
		c.refreshPausedUntil, c.permanent, c.unavailable = time.Time{}, nil, nil
		c.unavailableUntil = time.Time{}
	case c.isValid(now) && !c.life.expiresAt.IsZero():
		pause := max(minRefreshPause, min(maxRefreshPause, c.life.expiresAt.Sub(now)/5))
		c.refreshPausedUntil = now.Add(pause)
		time.AfterFunc(pause, func() { c.refresh(f.ctx) })
	case isRefusal(err):
		c.permanent = err
	case deadline != nil && deadline.RetryAfter:
		c.unavailable, c.unavailableUntil = err, now.Add(deadline.Wait)
	}
}

// refresh starts a refresh in the background, if it is due.
func (c *cached[T]) refresh(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); c.isValid(now) && c.refreshIsDue(now) {
		c.start(ctx, true)
	}
}

// leave removes a reader from a fetch, and ends the fetch with the last one.
func (c *cached[T]) leave(f *fetch[T], r *reader) {
	c.mu.Lock()
	delete(f.readers, r)
	c.mu.Unlock()
	c.cancelIfUnread(f)
}

// cancelIfUnread ends a fetch that nobody waits for, unless it refreshes a value that is still
// valid.
func (c *cached[T]) cancelIfUnread(f *fetch[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(f.readers) > 0 || f.background && c.isValid(time.Now()) {
		return
	}
	f.cancel()
	if c.current == f {
		c.current = nil
	}
}

// isRefusal reports whether err is an API error that a repeated request would get again.
func isRefusal(err error) bool {
	if is[*refusedIDTokenError](err) {
		return false
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		missing, ok := errors.AsType[*NoCredentialsError](err)
		return is[*NameMatchError](err) || ok && missing.refused
	}
	return e.Reason == ReasonAPIError && isPermanentStatus(e.Status) && !isThrottling(e.Status, e.Code) && !is[*DeadlineError](err)
}

// isPermanentStatus reports whether a repeated request would get the same status.
func isPermanentStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}
