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
	if w.Limit == 0 && mayRefuseLimit(err) {
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

// mayRefuseLimit reports whether an error may be a refusal of limit 0. If it is another failure, it
// repeats in response to the next request.
func mayRefuseLimit(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return isBadRequest(err) || ok && (e.Reason == ReasonReportedFailure ||
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
	// Entries that are known without a limit are all that the server returned at once. More than a
	// page of them are what it takes for everything.
	atOnce := w.Limit == 0 && len(entries) > 0
	everything := 0
	if atOnce && int64(len(entries)) > l.size {
		everything = len(entries)
	}
	longest, ended := min(len(entries), int(l.size)), false
	for w.Limit == 0 || int64(len(entries)) < w.Limit {
		if len(entries) == 1 && !atOnce {
			return l.verifySingle(ctx, entries, w)
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
			if atOnce && w.Offset == 0 && count <= int64(len(entries)) {
				return l.verifyWithoutOffsets(ctx, entries, next, w)
			}
			return nil, errInconsistent
		case len(next) == 1 && len(entries) == 1:
			return l.verifySingle(ctx, entries, w)
		case len(next) == 1 && len(entries) == everything:
			return entries, nil
		case len(next) == 1:
			isEnd, err := l.isEnd(ctx, entries, pageCount, w)
			if err != nil {
				return nil, err
			}
			if isEnd {
				return entries, nil
			}
			next, ended = nil, true
		default:
			next = next[1:]
		}
		if ended && atOnce {
			return nil, errShortPages
		}
		// A short page that is not the last also means a change.
		if ended || !seen.add(next) {
			return nil, errInconsistent
		}
		overlap := min(1, len(entries))
		longest, ended = max(longest, len(next)+overlap), len(next)+overlap < longest
		entries = append(entries, next...)
	}
	return entries[:w.Limit], nil
}

// isEnd reports whether the list ends with these entries of the window, if the page that begins with
// the last of them shows nothing else. The server may also have cut that page short. So unless its
// count is that of the entries, nothing may follow them, and the last one must still be the last
// afterwards. A count of more entries is not reliable.
func (l uncountedList[T]) isEnd(ctx context.Context, entries []T, count int64, w Window) (bool, error) {
	last := len(entries) - 1
	end := w.Offset + int64(len(entries))
	if count == end {
		return true, nil
	}
	following, _, err := l.fetch(ctx, end, l.limit(w, last+1))
	if err != nil && !isBadRequest(err) || len(following) > 0 {
		return false, err
	}
	again, _, err := l.fetch(ctx, end-1, l.limit(w, last))
	if err != nil && !isBadRequest(err) {
		return false, err
	}
	return len(again) == 1 && equalEntries(again[0], entries[last], l.id), nil
}

// verifySingle accepts a list of one entry. That may also be all that the server puts on a page,
// which a page that begins with it would not show: it is accepted if nothing follows it, and it is
// still the first and only one afterwards.
func (l uncountedList[T]) verifySingle(ctx context.Context, entries []T, w Window) ([]T, error) {
	following, _, err := l.fetch(ctx, w.Offset+1, l.limit(w, 1))
	if err != nil && !isBadRequest(err) {
		return nil, err
	}
	again, _, err := l.fetch(ctx, w.Offset, l.limit(w, 0))
	switch {
	case err != nil:
		return nil, err
	case len(again) != 1 || !equalEntries(again[0], entries[0], l.id):
		return nil, errInconsistent
	case len(following) > 0:
		return nil, errSingleEntries
	}
	return entries, nil
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
