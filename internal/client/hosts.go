package client

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// maxInFlight is the maximum number of requests in flight to a host: Terraform's default
	// parallelism.
	maxInFlight = 10
	// maxKeyTrials is the maximum number of requests in flight with an access key that a host has not
	// accepted yet: IAM locks a key after five wrong signatures.
	maxKeyTrials = 4

	// turnSpacing is the time between requests right after a pause. The gateway counts requests by
	// the second.
	turnSpacing = 200 * time.Millisecond
	// recovery is how long requests are spaced after a pause.
	recovery = 2 * time.Second
)

// errThrottled is why a request waits if other requests were throttled.
var errThrottled = errors.New("the API is throttling requests")

// hostOf returns the host of a URL. Requests are limited and paced for each host on its own, so that
// one that hangs or throttles does not hold up the others.
func (c *Client) hostOf(u *url.URL) *host {
	address := u.Scheme + "://" + strings.ToLower(u.Host)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts[address] == nil {
		c.hosts[address] = &host{slots: semaphore.NewWeighted(maxInFlight), keys: map[string]*trial{}}
	}
	return c.hosts[address]
}

// host is a server that requests are sent to.
type host struct {
	slots *semaphore.Weighted

	mu sync.Mutex
	// pausedUntil is the end of the pause after a throttled request; nextTurn is the earliest time of
	// the next request while recovering.
	pausedUntil, nextTurn time.Time
	// keys are what the host has shown of access keys.
	keys map[string]*trial
}

// acquire returns when a request with an access key, or "" for none, may be sent to the host. It fails
// if the host has refused the key, and with a [DeadlineError] if the host is paused past the deadline
// of ctx. The caller calls release once the response is complete.
func (h *host) acquire(ctx context.Context, accessKey string) (release func(), err error) {
	endTrial := func() {}
	if accessKey != "" {
		if endTrial, err = h.key(accessKey).begin(ctx, projectScope{}); err != nil {
			return nil, err
		}
	}
	for err == nil {
		if err = h.slots.Acquire(ctx, 1); err != nil {
			break
		}
		wait, paused := h.takeTurn(time.Now())
		if wait <= 0 {
			return func() {
				h.slots.Release(1)
				endTrial()
			}, nil
		}
		h.slots.Release(1)
		if isPastDeadline(ctx, paused) {
			err = &DeadlineError{Wait: paused, Err: errThrottled}
		} else {
			err = sleep(ctx, wait)
		}
	}
	endTrial()
	return nil, err
}

// takeTurn takes the turn of a request that can be sent at once. For another, it returns when to try
// again, and how long the pause lasts. A request that gives up leaves nothing behind.
func (h *host) takeTurn(now time.Time) (wait, paused time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch recovered := h.pausedUntil.Add(recovery); {
	case !now.Before(recovered):
		return 0, 0
	case now.Before(h.nextTurn):
		return h.nextTurn.Sub(now), h.pausedUntil.Sub(now)
	}
	h.nextTurn = now.Add(turnSpacing)
	return 0, 0
}

// pause keeps requests back for at least d after a throttled one. They resume one after another, and
// are back at full speed once the host has recovered, unless there is another throttled response.
func (h *host) pause(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(d); until.After(h.pausedUntil) {
		h.pausedUntil, h.nextTurn = until, until
	}
}

// key returns what the host has shown of an access key.
func (h *host) key(accessKey string) *trial {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.keys[accessKey] == nil {
		h.keys[accessKey] = newTrial(maxKeyTrials, false)
	}
	return h.keys[accessKey]
}

// isPastDeadline reports whether a wait would last past the deadline of ctx.
func isPastDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < wait
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
