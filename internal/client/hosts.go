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
	// keys are what the host has shown of each access key.
	keys map[string]*trial
}

// acquire waits until a request with an access key, or "" for none, may be sent to the host. It fails
// if the host has refused the key, and with a [DeadlineError] if the host is paused past the deadline
// of ctx. The caller calls release once the response is complete.
func (h *host) acquire(ctx context.Context, accessKey string) (release func(), err error) {
	for {
		release, err := h.reserve(ctx, accessKey)
		if err != nil {
			return nil, err
		}
		wait, pause := h.takeTurn(time.Now())
		if wait <= 0 {
			return release, nil
		}
		release() // So that those who wait for the place learn of the pause.
		// The pause is certain; a turn after it may come sooner than it seems, if others give up.
		if isPastDeadline(ctx, pause) {
			return nil, &DeadlineError{Wait: pause, Err: errThrottled}
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// reserve waits for one of the places at the host, and for one of those of an access key that the
// host has not accepted yet.
func (h *host) reserve(ctx context.Context, accessKey string) (release func(), err error) {
	endTrial := func() {}
	if accessKey != "" {
		if endTrial, err = h.trialOf(accessKey).begin(ctx, projectScope{}); err != nil {
			return nil, err
		}
	}
	if err := h.slots.Acquire(ctx, 1); err != nil {
		endTrial()
		return nil, err
	}
	return func() {
		h.slots.Release(1)
		endTrial()
	}, nil
}

// takeTurn returns 0 if a request can be sent at once, and then spaces it from the next one if the
// host recovers from a pause. Otherwise it returns the wait until the request may try again, and what
// is left of the pause.
func (h *host) takeTurn(now time.Time) (wait, pause time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Before(h.nextTurn) {
		return h.nextTurn.Sub(now), h.pausedUntil.Sub(now)
	}
	if now.Before(h.pausedUntil.Add(recovery)) {
		h.nextTurn = now.Add(turnSpacing)
	}
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

// trialOf returns what the host has shown of an access key.
func (h *host) trialOf(accessKey string) *trial {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.keys[accessKey] == nil {
		h.keys[accessKey] = newTrial(maxKeyTrials, false)
	}
	return h.keys[accessKey]
}

// noteKey keeps the host's response to an access key, or "" for none. It is for all projects alike, so
// that the trial has none.
func (h *host) noteKey(accessKey string, resp *response) {
	if accessKey != "" {
		h.trialOf(accessKey).keep(projectScope{}, resp.failure())
	}
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
