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
type trial struct {
	// slots are for requests whose refusal would mean that the secret is wrong.
	slots *semaphore.Weighted
	// byProject is set if a 401 can also mean that the user has no role in a project, as Keystone's.
	// Then it means a wrong secret only before anything has been accepted, and in a project that the
	// secret has been accepted for.
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
	if t.isOpen(project) {
		if err := t.slots.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		end = func() { t.slots.Release(1) }
		if !t.isOpen(project) { // Accepted during the wait: the others need not wait either.
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

// isOpen reports whether requests for a project have to wait for a slot, because a refusal may show
// that the secret is wrong: until it has been accepted once. If refusals are by project, also in those
// that it has been accepted for, as it may have been changed.
func (t *trial) isOpen(project projectScope) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.accepted) == 0 || t.byProject && t.accepted[project]
}

// keep keeps the outcome of a request for a project. A 401 in a project without an earlier acceptance
// shows nothing of the secret if refusals are by project.
func (t *trial) keep(project projectScope, err error) {
	isOpen := t.isOpen(project)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.accepted[project], t.refused = true, nil
	case hasStatus(err, http.StatusUnauthorized) && (isOpen || !t.byProject):
		t.refused, _ = errors.AsType[*Error](err)
	}
}
