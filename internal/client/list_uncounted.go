package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// errShortPages means that the list changed, or that the server's pages are shorter than what it
// returned in response to a request for everything.
var errShortPages = fmt.Errorf("%w: the pages are short", errInconsistent)

// uncountedList is a list without a reliable total. With limit 0, a server returns the complete
// list as it is at that moment, or only a page of at most size entries if it does not know limit 0.
type uncountedList[T any] struct {
	// size is the default page. Fewer entries than that, but not none, in response to limit 0 are a
	// complete list.
	size int64
	// id returns the ID of an entry.
	id func(*T) *string
	// fetch requests limit entries, 0 for everything. The count that it returns may be that of the
	// entries or of the complete list, 0 if there is none.
	fetch func(ctx context.Context, offset, limit int64) (entries []T, count int64, err error)
}

// read returns the entries of a window.
func (l uncountedList[T]) read(ctx context.Context, w Window) (entries []T, err error) {
	inPages := false
	err = readConsistently(ctx, func(ctx context.Context) (err error) {
		if inPages {
			entries, err = l.verify(ctx, nil, 0, w)
			return err
		}
		entries, err = l.readOnce(ctx, w)
		inPages = errors.Is(err, errShortPages)
		return err
	})
	return entries, err
}

// readOnce is one attempt to read the list.
func (l uncountedList[T]) readOnce(ctx context.Context, w Window) ([]T, error) {
	entries, count, err := l.fetch(ctx, w.Offset, w.Limit)
	if w.Limit == 0 && isRefused(err) && !isNotFound(err) {
		entries, count, err = nil, 0, nil // The server may refuse to return everything.
	}
	if err != nil {
		return nil, err
	}
	got := int64(len(entries))
	switch {
	case w.Limit > 0 && got >= w.Limit:
		entries = entries[:w.Limit]
		if !newSeen(l.id).add(entries) {
			return nil, errInconsistent
		}
		return entries, nil
	case w.Limit == 0 && 0 < got && got < l.size && count <= w.Offset+got:
		if !newSeen(l.id).add(entries) {
			return nil, errInconsistent
		}
		return entries, nil
	}
	return l.verify(ctx, entries, count, w)
}

// isRefused reports whether an error may be a refusal of a limit of 0, or of an offset past the end.
func isRefused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return isBadRequest(err) || isNotFound(err) || ok && (e.Reason == ReasonReportedFailure ||
		e.Status == http.StatusUnprocessableEntity && !isThrottling(e.Status, e.Code))
}

// verify reads on in pages until one shows nothing new. Each begins with the last entry of the one
// before: if it does not, the list changed in between. count is what the server reported with the
// entries.
func (l uncountedList[T]) verify(ctx context.Context, entries []T, count int64, w Window) ([]T, error) {
	seen := newSeen(l.id)
	if !seen.add(entries) {
		return nil, errInconsistent
	}
	// What the server returned at once, without a limit.
	atOnce := 0
	if w.Limit == 0 {
		atOnce = len(entries)
	}
	longest, ended := min(len(entries), int(l.size)), false
	for w.Limit == 0 || int64(len(entries)) < w.Limit {
		if len(entries) == 1 && atOnce == 0 {
			return l.verifyEnd(ctx, entries, count, w)
		}
		last := max(0, len(entries)-1)
		next, pageCount, err := l.fetch(ctx, w.Offset+int64(last), l.limit(w, last))
		switch {
		case isBadRequest(err) && len(entries) > 0:
			return nil, fmt.Errorf("%w: %w", errInconsistent, err)
		case err != nil:
			return nil, err
		case len(entries) == 0 && len(next) == 0:
			return nil, nil
		case len(entries) == 0:
		case len(next) == 0 || !equalEntries(next[0], entries[last], l.id):
			// A server that does not know offsets would not have skipped any either.
			if atOnce > 0 && w.Offset == 0 && l.mayBeAll(entries, count) {
				return l.verifyWithoutOffsets(ctx, entries, next, w)
			}
			return nil, errInconsistent
		case len(next) == 1 && len(entries) == atOnce && int64(atOnce) > l.size:
			// A server that returns more than a page without a limit returns everything.
			return entries, nil
		case len(next) == 1:
			if entries, err = l.verifyEnd(ctx, entries, pageCount, w); atOnce > 0 && errors.Is(err, errInconsistent) {
				err = errShortPages
			}
			return entries, err
		default:
			next = next[1:]
		}
		switch {
		case ended && atOnce > 0:
			return nil, errShortPages
		case ended, !seen.add(next): // A short page that is not the last also means a change.
			return nil, errInconsistent
		}
		overlap := min(1, len(entries))
		longest, ended = max(longest, len(next)+overlap), len(next)+overlap < longest
		entries = append(entries, next...)
	}
	return entries[:w.Limit], nil
}

// verifyEnd returns the entries if the list ends with them, after a page that begins with the last of
// them showed nothing else. The server may have cut that page short, so a request for what follows
// must get nothing, and the last entry must still be the last afterwards. A count of exactly these
// entries shows the same, unless it may be that of a page of one.
func (l uncountedList[T]) verifyEnd(ctx context.Context, entries []T, count int64, w Window) ([]T, error) {
	last := len(entries) - 1
	end := w.Offset + int64(len(entries))
	if count == end && last > 0 {
		return entries, nil
	}
	following, _, err := l.fetch(ctx, end, l.limit(w, last+1))
	if err != nil && !isRefused(err) {
		return nil, err
	}
	again, _, err := l.fetch(ctx, end-1, l.limit(w, last))
	switch {
	case err != nil && !isRefused(err):
		return nil, err
	case len(again) != 1 || !equalEntries(again[0], entries[last], l.id):
		return nil, errInconsistent
	case len(following) > 0 && last == 0:
		return nil, errSingleEntries
	case len(following) > 1, len(following) == 1 && !equalEntries(following[0], entries[last], l.id):
		return nil, errInconsistent
	}
	return entries, nil // The server may move an offset past the end to the last entry.
}

// mayBeAll reports whether the entries that a server returned at once may be the complete list: the
// count reports no more of them, and without a count they are not exactly a page.
func (l uncountedList[T]) mayBeAll(entries []T, count int64) bool {
	got := int64(len(entries))
	return count == got || count < got && got != l.size
}

// verifyWithoutOffsets accepts what a server returned at once that does not know offsets, and
// returned the beginning again instead of a later page: it does so once more past the end, and at
// the start.
func (l uncountedList[T]) verifyWithoutOffsets(ctx context.Context, entries, next []T, w Window) ([]T, error) {
	if !hasPrefix(entries, next, l.id) {
		return nil, errInconsistent
	}
	for _, from := range []int{len(entries), 0} {
		again, _, err := l.fetch(ctx, w.Offset+int64(from), l.limit(w, from))
		if err != nil && !isBadRequest(err) {
			return nil, err
		}
		if err != nil || !hasPrefix(entries, again, l.id) {
			return nil, errInconsistent
		}
	}
	return entries, nil
}

// limit returns what to request at a place in the window.
func (l uncountedList[T]) limit(w Window, from int) int64 {
	if w.Limit == 0 {
		return l.size
	}
	return min(l.size, w.Limit-int64(from))
}
