package client

import (
	"context"
	"time"
)

// sharedFetch is a fetch that several readers wait for, as the requests within it see it.
type sharedFetch interface {
	// latestDeadline returns the latest deadline of those who wait. ok is false if one has none.
	latestDeadline() (at time.Time, ok bool)
	// announceWait is called before a wait with what a reader gets whose deadline is earlier.
	announceWait(until time.Time, err error)
}

// sharedFetchKey is the context key of a [sharedFetch].
type sharedFetchKey struct{}

// withSharedFetch returns the context of a shared fetch. It has the values of the reader that
// started the fetch, but not its end.
func withSharedFetch(ctx context.Context, shared sharedFetch) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), sharedFetchKey{}, shared)
}

// deadlineOf returns the deadline of ctx or, for a shared fetch, the latest deadline of its
// readers.
func deadlineOf(ctx context.Context) (time.Time, bool) {
	deadline, ok := ctx.Deadline()
	if shared, isShared := ctx.Value(sharedFetchKey{}).(sharedFetch); isShared {
		if at, bounded := shared.latestDeadline(); bounded && (!ok || at.Before(deadline)) {
			return at, true
		}
	}
	return deadline, ok
}

// announceWait tells the readers of a shared fetch that it waits, so that those whose deadline is
// earlier need not.
func announceWait(ctx context.Context, until time.Time, err error) {
	if shared, ok := ctx.Value(sharedFetchKey{}).(sharedFetch); ok {
		shared.announceWait(until, err)
	}
}
