package client

import (
	"context"
	"sync"
	"time"
)

const (
	// turnPatience is how long a sign-in waits for those at other IAMs. One that does not respond
	// must not hold up the others.
	turnPatience = 10 * time.Second
	// maxTurns is the maximum number of sign-ins at the same time. IAM locks a user after five
	// refused ones.
	maxTurns = 3
)

// signInTurns lets sign-ins with the same password go one at a time, so that a wrong one is sent
// once and does not lock the user. If one takes long, another may begin at another IAM, but only one
// in each turnPatience. The zero value is ready.
type signInTurns struct {
	mu sync.Mutex
	// underWay are the IAMs that a sign-in is under way at.
	underWay map[string]bool
	// next is when another sign-in may begin next to those that are under way.
	next time.Time
	// ended is closed when a sign-in ends.
	ended chan struct{}
}

// take waits for the turn of a sign-in at an IAM, or until it needs none. The caller calls release
// when it knows the outcome.
func (t *signInTurns) take(ctx context.Context, iam string, needed func() bool) (release func(), err error) {
	for needed() {
		begun, passed, ended := t.begin(iam)
		if begun {
			return func() { t.end(iam) }, nil
		}
		select {
		case <-passed:
		case <-ended:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return func() {}, nil
}

// begin begins a sign-in if its turn has come. Otherwise that may be when turnPatience has passed, or
// another sign-in has ended.
func (t *signInTurns) begin(iam string) (begun bool, passed <-chan time.Time, ended <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case len(t.underWay) == 0:
		t.underWay, t.ended = map[string]bool{}, make(chan struct{})
	case t.underWay[iam], len(t.underWay) == maxTurns:
		return false, nil, t.ended
	case now.Before(t.next):
		return false, time.After(t.next.Sub(now)), t.ended
	}
	t.underWay[iam], t.next = true, now.Add(turnPatience)
	return true, nil, nil
}

func (t *signInTurns) end(iam string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.underWay, iam)
	close(t.ended)
	t.ended = make(chan struct{})
}
