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
	// fewTurns is how many sign-ins may be under way before the next one waits for longer: IAM locks
	// a user after five refused ones.
	fewTurns = 3
)

// signInTurns lets sign-ins with the same password go one at a time, so that a wrong one is sent
// once and does not lock the user. If one takes long, one more may begin at another IAM after
// turnPatience, or after attemptTimeout if fewTurns are under way. The zero value is ready.
type signInTurns struct {
	mu sync.Mutex
	// underWay are the IAMs that a sign-in is under way at.
	underWay map[string]bool
	// next is when one more may begin; the zero value is at once.
	next time.Time
	// ended is closed when a sign-in ends.
	ended chan struct{}
}

// take waits for the turn of a sign-in at an IAM, or until that is not needed any more. The caller
// calls release when it knows the outcome.
func (t *signInTurns) take(ctx context.Context, iam string, needed func() bool) (release func(), err error) {
	for needed() {
		begun, due, ended := t.begin(iam)
		if begun {
			return func() { t.end(iam) }, nil
		}
		select {
		case <-due:
		case <-ended:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return func() {}, nil
}

// begin begins a sign-in if its turn has come. If not, the caller tries again when one of the
// channels is ready; due is nil if only the end of another sign-in can help.
func (t *signInTurns) begin(iam string) (begun bool, due <-chan time.Time, ended <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.underWay == nil {
		t.underWay, t.ended = map[string]bool{}, make(chan struct{})
	}
	now := time.Now()
	switch {
	case t.underWay[iam]:
		return false, nil, t.ended
	case now.Before(t.next):
		return false, time.After(t.next.Sub(now)), t.ended
	}
	t.underWay[iam], t.next = true, now.Add(turnPatience)
	if len(t.underWay) >= fewTurns {
		t.next = now.Add(attemptTimeout)
	}
	return true, nil, nil
}

func (t *signInTurns) end(iam string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.underWay, iam)
	t.next = time.Time{}
	close(t.ended)
	t.ended = make(chan struct{})
}
