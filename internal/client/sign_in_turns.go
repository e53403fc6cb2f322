package client

import (
	"context"
	"sync"
	"time"
)

// turnPatience is how long a sign-in waits for one in another region. An IAM that does not respond
// must not hold up the others.
const turnPatience = 10 * time.Second

// signInTurns lets sign-ins with the same password go one at a time, so that a wrong one is sent
// once and does not lock the user.
type signInTurns struct {
	all chan struct{}

	mu      sync.Mutex
	regions map[string]chan struct{}
}

// take waits for the turn of a sign-in. The caller calls release when it knows the outcome.
func (t *signInTurns) take(ctx context.Context, region string) (release func(), err error) {
	own := t.of(region)
	select {
	case own <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	patience := time.NewTimer(turnPatience)
	defer patience.Stop()
	select {
	case t.all <- struct{}{}:
		return func() { <-t.all; <-own }, nil
	case <-patience.C:
		return func() { <-own }, nil
	case <-ctx.Done():
		<-own
		return nil, ctx.Err()
	}
}

// of returns the turn of a region.
func (t *signInTurns) of(region string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.regions[region] == nil {
		if t.regions == nil {
			t.regions = map[string]chan struct{}{}
		}
		t.regions[region] = make(chan struct{}, 1)
	}
	return t.regions[region]
}
