package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// holdBackSpacing is the time between the starts of requests that were held
	// back. The gateway counts requests by the second.
	holdBackSpacing = 200 * time.Millisecond
	// holdBackRecovery is how long requests are spaced after they may go on.
	holdBackRecovery = 2 * time.Second
)

// holdBack keeps the requests of the process back after the gateway said that
// there are too many, then lets those that wait go one after another.
type holdBack struct {
	mu sync.Mutex
	// until is when the requests may go on, next when the next of those that wait may.
	until, next time.Time
}

// hold keeps all requests back for at least this long.
func (h *holdBack) hold(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(d); until.After(h.until) {
		h.until, h.next = until, until
	}
}

// errHeldBack is why a request waits that met no 429 itself.
var errHeldBack = errors.New("another request met the API's answer that there are too many")

// wait returns when a request may go, or ctx has ended. Where ctx ends before
// that, it is a [LateError] at once.
func (h *holdBack) wait(ctx context.Context) error {
	for {
		start := h.place(time.Now())
		if start.IsZero() {
			return ctx.Err()
		}
		if deadline, ok := ctx.Deadline(); ok && start.After(deadline) {
			return &LateError{wait: time.Until(start), cause: errHeldBack}
		}
		if err := sleep(ctx, time.Until(start)); err != nil {
			return err
		}
		if !h.held(start) {
			return nil
		}
	}
}

// place is when a request that asks now may go; the zero time is at once.
func (h *holdBack) place(now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.next.After(now) && now.Sub(h.until) > holdBackRecovery {
		return time.Time{}
	}
	start := h.next
	if start.Before(now) {
		start = now
	}
	h.next = start.Add(holdBackSpacing)
	return start
}

// held reports whether requests have been held back anew, past this start.
func (h *holdBack) held(start time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until.After(start)
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
