package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// throttleSpacing is the time between requests right after a pause. The gateway counts requests
	// by the second.
	throttleSpacing = 200 * time.Millisecond
	// throttleRecovery is how long requests are spaced after a pause.
	throttleRecovery = 2 * time.Second
)

// throttleGate pauses the requests to a host after a throttled one. They resume one after another,
// and are back at full speed throttleRecovery later unless there is another 429. The zero value is
// open.
type throttleGate struct {
	mu sync.Mutex
	// until is the end of the pause; next is the earliest time of the next request while
	// recovering.
	until, next time.Time
}

// errThrottled is why a request waits if other requests were throttled.
var errThrottled = errors.New("the API is throttling requests")

// pause keeps requests back for at least d.
func (g *throttleGate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.until) {
		g.until, g.next = until, until
	}
}

// wait returns when a request may try to pass. If the pause lasts past the deadline of ctx, it
// returns a [DeadlineError] at once.
func (g *throttleGate) wait(ctx context.Context) error {
	for {
		until, next := g.state()
		now := time.Now()
		if deadline, ok := deadlineOf(ctx); ok && until.After(now) && until.After(deadline) {
			return &DeadlineError{Wait: until.Sub(now), Err: errThrottled}
		}
		if !next.After(now) {
			return ctx.Err()
		}
		if err := sleep(ctx, next.Sub(now)); err != nil {
			return err
		}
	}
}

// pass reports whether a request may be sent now, and if so takes its turn. A turn is taken only by
// a request that is sent: one that gives up leaves nothing behind.
func (g *throttleGate) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if !now.Before(g.until.Add(throttleRecovery)) {
		return true
	}
	if now.Before(g.next) {
		return false
	}
	g.next = now.Add(throttleSpacing)
	return true
}

// state returns the end of the pause, and when the next request may pass.
func (g *throttleGate) state() (until, next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next = g.next
	if recovered := g.until.Add(throttleRecovery); next.After(recovered) {
		next = recovered
	}
	return g.until, next
}

// sleep waits for d, or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
