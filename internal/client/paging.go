package client

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"
)

// readings is how often a list that changes meanwhile is read in all.
const readings = 3

// errChanged is a reading whose parts do not fit together.
var errChanged = errors.New("the list changed while it was read")

// Window cuts a part out of a list.
type Window struct {
	// Offset is how many entries to skip from the start of the list.
	Offset int64
	// Limit is the most entries to return; 0 is all.
	Limit int64
}

// whole reads a list until one reading fits together, three times at the most.
func whole(ctx context.Context, once func(context.Context) error) error {
	for range readings {
		if err := once(ctx); !errors.Is(err, errChanged) {
			return err
		}
	}
	return ErrListKeptChanging
}

// page is a part of a list and the number of entries of the whole.
type page[T any] struct {
	entries []T
	total   int64
}

// listing is a list whose pages tell the number of all its entries, so that all
// pages but the first can be read at the same time.
type listing[T any] struct {
	// size is the most entries that a page has.
	size int64
	// overlap is how many entries a page repeats of the one before.
	overlap int64
	// id tells one entry from another.
	id    func(*T) *string
	fetch func(ctx context.Context, offset, limit int64) (page[T], error)
}

// read returns the entries of a window, and the number of entries of the list.
func (l listing[T]) read(ctx context.Context, w Window) (entries []T, total int64, err error) {
	err = whole(ctx, func(ctx context.Context) (err error) {
		entries, total, err = l.readOnce(ctx, w)
		return err
	})
	return entries, total, err
}

func (l listing[T]) readOnce(ctx context.Context, w Window) ([]T, int64, error) {
	asked := l.size
	if w.Limit > 0 {
		asked = min(asked, w.Limit)
	}
	first, err := l.fetch(ctx, w.Offset, asked)
	if err != nil {
		return nil, 0, err
	}
	remaining := max(0, first.total-w.Offset)
	wanted := remaining
	if w.Limit > 0 {
		wanted = min(wanted, w.Limit)
	}
	got := int64(len(first.entries))
	if got > remaining || got == 0 && wanted > 0 {
		return nil, 0, errChanged
	}
	entries := first.entries[:min(got, wanted)]
	if got < wanted {
		// A server that sends less than was asked for caps its pages; the rest
		// is read in steps of what it sends.
		if entries, err = l.rest(ctx, first, w.Offset, w.Offset+wanted); err != nil {
			return nil, 0, err
		}
	}
	if hasRepeats(entries, l.id) {
		return nil, 0, errChanged
	}
	return entries, first.total, nil
}

// rest reads the pages after the first, up to the offset end, and puts all
// together.
func (l listing[T]) rest(ctx context.Context, first page[T], begin, end int64) ([]T, error) {
	step := int64(len(first.entries))
	overlap := min(l.overlap, step-1)
	var pages []*[]T

	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	// The first page may tell any total: pages are begun only as fast as others
	// end, and none after one has failed.
	for from := begin + step; from < end && reading.Err() == nil; {
		offset := from - overlap
		limit := min(step, end-offset)
		entries := new([]T)
		pages = append(pages, entries)
		group.Go(func() (err error) {
			*entries, err = l.another(reading, offset, limit, first.total)
			return err
		})
		from = offset + limit
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries := append(make([]T, 0, end-begin), first.entries...)
	for _, next := range pages {
		known := entries[int64(len(entries))-overlap:]
		if !slices.EqualFunc(known, (*next)[:overlap], l.same) {
			return nil, errChanged
		}
		entries = append(entries, (*next)[overlap:]...)
	}
	return entries, nil
}

func (l listing[T]) same(a, b T) bool { return sameID(l.id(&a), l.id(&b)) }

// another reads a page after the first, which must fit to it.
func (l listing[T]) another(ctx context.Context, offset, limit, total int64) ([]T, error) {
	next, err := l.fetch(ctx, offset, limit)
	if isPastEnd(err) {
		return nil, errChanged // By the first page's total it was not.
	}
	if err != nil {
		return nil, err
	}
	if next.total != total || int64(len(next.entries)) != limit {
		return nil, errChanged
	}
	return next.entries, nil
}

// isPastEnd reports whether the API refused an offset, as it does past the end.
func isPastEnd(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusBadRequest
}

// hasRepeats reports whether two entries bear the same ID. Entries without one
// cannot be told from each other.
func hasRepeats[T any](entries []T, id func(*T) *string) bool {
	seen := make(map[string]struct{}, len(entries))
	for i := range entries {
		if id := id(&entries[i]); id != nil && *id != "" {
			if _, ok := seen[*id]; ok {
				return true
			}
			seen[*id] = struct{}{}
		}
	}
	return false
}

func sameID(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
