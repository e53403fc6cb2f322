package client

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

// trial is what a server has shown of a secret, so that a wrong one is not sent again and again: IAM
// locks a user after five refused sign-ins, and a key after five wrong signatures.
//
// Identity and Access Management user guide, "Account Security Settings"
// (https://support.huaweicloud.com/intl/en-us/usermanual-iam/iam_07_0001.html).
//
// Requests take one of a few slots while the secret may be wrong; what a 401 means depends on the same:
//
//	access key, not yet accepted       slot      the key is wrong
//	access key, accepted before        no slot   the key is wrong
//	password, not yet accepted         slot      the password is wrong
//	password, accepted for others      no slot   the user has no role in this project (Keystone)
//	password, accepted for this one    slot      the password is wrong, as it was changed
type trial struct {
	slots *semaphore.Weighted
	// byProject is set for a password.
	byProject bool

	mu       sync.Mutex
	accepted map[projectScope]bool
	refused  *Error
}

// newTrial returns a trial that lets at most this many requests be in flight at a time.
func newTrial(slots int64, byProject bool) *trial {
	return &trial{slots: semaphore.NewWeighted(slots), byProject: byProject, accepted: map[projectScope]bool{}}
}

// begin waits until the secret may be sent for a project, and fails with [ErrRefusedBefore] if it has
// been refused. The caller calls keep with the outcome, then end.
func (t *trial) begin(ctx context.Context, project projectScope) (end func(), err error) {
	end = func() {}
	if t.needsSlot(project) {
		if err := t.slots.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		end = func() { t.slots.Release(1) }
		if !t.needsSlot(project) { // Accepted during the wait: the others need not wait either.
			end()
			end = func() {}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused != nil {
		end()
		refusal := *t.refused
		refusal.Attempts, refusal.Err = 0, ErrRefusedBefore
		return nil, &refusal
	}
	return end, nil
}

// needsSlot reports whether requests for a project have to wait for a slot.
func (t *trial) needsSlot(project projectScope) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.accepted) == 0 || t.byProject && t.accepted[project]
}

// keep keeps the outcome of a request for a project. A 401 of a password is about the password exactly
// if the request needed a slot.
func (t *trial) keep(project projectScope, err error) {
	isWrong := hasStatus(err, http.StatusUnauthorized) && (!t.byProject || t.needsSlot(project))
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.accepted[project], t.refused = true, nil
	case isWrong:
		t.refused, _ = errors.AsType[*Error](err)
	}
}
