package client

import (
	"context"
	"fmt"
	"slices"
)

// openListing is a list that does not tell how many entries it has. Asked for
// all of it, a server sends it at one moment in time; one that does not know how
// sends a part of it, which only another request tells.
type openListing[T any] struct {
	// size is the page of a server that sends parts; an answer that long, or an
	// empty one, may be a part.
	size int64
	// id tells one entry from another.
	id func(*T) *string
	// fetch asks for limit entries, 0 for all.
	fetch func(ctx context.Context, offset, limit int64) ([]T, error)
}

// read returns the entries of a window.
func (l openListing[T]) read(ctx context.Context, w Window) (entries []T, err error) {
	err = whole(ctx, func(ctx context.Context) (err error) {
		entries, err = l.readOnce(ctx, w)
		return err
	})
	return entries, err
}

func (l openListing[T]) readOnce(ctx context.Context, w Window) ([]T, error) {
	entries, err := l.fetch(ctx, w.Offset, w.Limit)
	refused := w.Limit == 0 && isPastEnd(err)
	if refused {
		// The server may refuse to be asked for all.
		entries, err = l.fetch(ctx, w.Offset, l.size)
	}
	if err != nil {
		return nil, err
	}
	known := newKnown(l.id)
	if !known.add(entries) {
		return nil, errChanged
	}
	switch got := int64(len(entries)); {
	case w.Limit > 0 && got >= w.Limit:
		return entries[:w.Limit], nil
	case refused && got == 0:
		return entries, nil
	case refused || got >= l.size || got == 0 && w.Limit == 0:
		return l.rest(ctx, entries, known, w)
	}
	return entries, nil
}

// rest asks for what comes after the entries of the first answer, and goes on in
// pages where that brings more.
func (l openListing[T]) rest(ctx context.Context, entries []T, known *known[T], w Window) ([]T, error) {
	check, err := l.fetch(ctx, w.Offset+int64(len(entries)), l.limit(w, len(entries)))
	switch {
	case isPastEnd(err) && len(entries) > 0:
		// It may refuse an offset past the end: then the last entry comes alone.
	case err != nil:
		return nil, err
	case len(entries) == 0:
		entries = check // The server took the limit of 0 to the letter.
		if !known.add(entries) {
			return nil, errChanged
		}
		if int64(len(entries)) < l.size {
			return entries, nil
		}
	case len(check) == 0:
		return entries, nil
	}
	// From here on each page begins with the last entry of the one before: where
	// it does not, entries came or went in between. So they did where a page that
	// is shorter than another was not the last.
	longest, ended := 0, false
	for w.Limit == 0 || int64(len(entries)) < w.Limit {
		last := len(entries) - 1
		next, err := l.fetch(ctx, w.Offset+int64(last), l.limit(w, last))
		switch {
		case isPastEnd(err):
			return nil, fmt.Errorf("%w: %w", errChanged, err)
		case err != nil:
			return nil, err
		case len(next) > 0 && l.same(next[0], entries[last]):
			if len(next) == 1 {
				return entries, nil
			}
			if ended || !known.add(next[1:]) {
				return nil, errChanged
			}
			longest, ended = max(longest, len(next)), len(next) < longest
			entries = append(entries, next[1:]...)
		default:
			return l.unlessMoved(ctx, check, next, entries, w)
		}
	}
	return entries[:w.Limit], nil
}

// unlessMoved returns the entries where the server does not know offsets and
// sent their beginning again, twice, as it does once more when asked for that.
func (l openListing[T]) unlessMoved(ctx context.Context, check, again, entries []T, w Window) ([]T, error) {
	if !l.begins(check, entries) || !l.begins(again, entries) {
		return nil, errChanged
	}
	beginning, err := l.fetch(ctx, w.Offset, l.limit(w, 0))
	if err != nil {
		return nil, err
	}
	if !l.begins(beginning, entries) {
		return nil, errChanged
	}
	return entries, nil
}

// begins reports whether the entries begin with these.
func (l openListing[T]) begins(these, entries []T) bool {
	return len(these) > 0 && len(these) <= len(entries) && slices.EqualFunc(these, entries[:len(these)], l.same)
}

func (l openListing[T]) same(a, b T) bool { return isSame(a, b, l.id) }

// limit is what to ask for at a place in the window.
func (l openListing[T]) limit(w Window, from int) int64 {
	if w.Limit == 0 {
		return l.size
	}
	return min(l.size, w.Limit-int64(from))
}
