package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
)

// uncountedList is a list without a reliable total. With limit 0, a server returns the complete
// list as it is at that moment, or only a page if it does not know limit 0.
type uncountedList[T any] struct {
	// size is the default page. Fewer entries than that, but not none, in response to limit 0 are a
	// complete list.
	size int
	// id returns the ID of an entry.
	id func(*T) *string
	// fetch requests limit entries, 0 for everything. The count that it returns may be that of the
	// entries or of the complete list, 0 if there is none.
	fetch func(ctx context.Context, offset, limit int64) (entries []T, count int64, err error)
}

// read returns the entries of a window.
func (l uncountedList[T]) read(ctx context.Context, w Window) ([]T, error) {
	return readConsistently(ctx, func(ctx context.Context) ([]T, error) { return l.readOnce(ctx, w) })
}

// readOnce is one attempt to read the list: all of it at once, otherwise in pages.
func (l uncountedList[T]) readOnce(ctx context.Context, w Window) ([]T, error) {
	entries, count, err := l.fetch(ctx, w.Offset, w.Limit)
	got := int64(len(entries))
	isComplete := w.Limit > 0 && got >= w.Limit
	if w.Limit == 0 {
		// Less than a page, and no count of the complete list that says more.
		isComplete = 0 < got && got < int64(l.size) && count <= w.Offset+got
		if isParameterRefusal(err) {
			entries, err = nil, nil // The server does not know limit 0.
		}
		w.Limit = math.MaxInt64
	}
	if err == nil && !isComplete {
		entries, err = l.readPages(ctx, entries, w)
	}
	if err != nil {
		return nil, err
	}
	entries = entries[:min(w.Limit, int64(len(entries)))]
	if repeats(entries, l.id) {
		return nil, errInconsistent
	}
	return entries, nil
}

// isParameterRefusal reports whether an error may be a refusal of limit 0, or of an offset past the end.
func isParameterRefusal(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Reason == ReasonReportedFailure || hasStatus(err, http.StatusBadRequest, http.StatusUnprocessableEntity)
}

// readPages reads on after the first entries, until a page is shorter than another or has nothing
// new, and nothing follows it. Every page begins with the last entry of the one before, so that one
// with something new has at least two.
func (l uncountedList[T]) readPages(ctx context.Context, entries []T, w Window) ([]T, error) {
	longest := min(len(entries), l.size)
	for {
		next, err := l.fetchNext(ctx, w, entries)
		if err != nil || len(entries)+len(next) == 0 {
			return nil, err
		}
		isShort := len(next) < max(longest, 2) // Two: the overlap and something new.
		longest = max(longest, len(next))
		entries = append(entries, next[min(1, len(entries)):]...)
		switch {
		case int64(len(entries)) >= w.Limit:
			return entries, nil
		case isShort:
			return entries, l.checkEnd(ctx, w, entries)
		}
	}
}

// checkEnd returns an error if anything follows the entries: the server may have cut the last page
// short. The last entry must still be in its place afterwards.
func (l uncountedList[T]) checkEnd(ctx context.Context, w Window, entries []T) error {
	following, err := l.fetchFrom(ctx, w, len(entries))
	switch {
	case err != nil && !isParameterRefusal(err):
		return err
	case len(following) > 0:
		return errInconsistent
	}
	_, err = l.fetchNext(ctx, w, entries)
	return err
}

// fetchNext requests the page that begins with the last of the entries, or the first page.
func (l uncountedList[T]) fetchNext(ctx context.Context, w Window, entries []T) ([]T, error) {
	if len(entries) == 0 {
		return l.fetchFrom(ctx, w, 0)
	}
	last := len(entries) - 1
	next, err := l.fetchFrom(ctx, w, last)
	switch {
	case hasStatus(err, http.StatusBadRequest):
		return nil, fmt.Errorf("%w: %w", errInconsistent, err)
	case err == nil && (len(next) == 0 || !equalEntries(next[0], entries[last], l.id)):
		return nil, errInconsistent
	}
	return next, err
}

// fetchFrom requests a page of a window that begins after some of its entries.
func (l uncountedList[T]) fetchFrom(ctx context.Context, w Window, skip int) ([]T, error) {
	entries, _, err := l.fetch(ctx, w.Offset+int64(skip), min(int64(l.size), w.Limit-int64(skip)))
	return entries, err
}
