package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// errNegativeTotal is a total that no list has.
var errNegativeTotal = errors.New("the API returned a negative total")

// page is a part of a list and the number of entries of the complete list.
type page[T any] struct {
	entries []T
	total   int64
}

// countedList is a list whose pages report the total, so that all pages but the first can be read
// concurrently.
type countedList[T any] struct {
	// size is the maximum number of entries of a page.
	size int64
	// everyShiftRepeats is set if entries are added only at the front and none enters or leaves in
	// between: then a change between two pages repeats an entry. Otherwise each page overlaps the
	// one before by one entry, which shows shifts in both directions.
	everyShiftRepeats bool
	// id returns the ID of an entry.
	id func(*T) *string
	// fetch requests one page.
	fetch func(ctx context.Context, offset, limit int64) (page[T], error)
}

// read returns the entries of a window, and the total of the list.
func (l countedList[T]) read(ctx context.Context, w Window) (entries []T, total int64, err error) {
	err = readConsistently(ctx, func(ctx context.Context) (err error) {
		entries, total, err = l.readOnce(ctx, w)
		return err
	})
	return entries, total, err
}

// readOnce is one attempt to read the list.
func (l countedList[T]) readOnce(ctx context.Context, w Window) ([]T, int64, error) {
	limit := l.size
	if w.Limit > 0 {
		limit = min(limit, w.Limit)
	}
	first, err := l.fetch(ctx, w.Offset, limit)
	if err != nil {
		return nil, 0, err
	}
	if first.total < 0 {
		return nil, 0, errNegativeTotal
	}
	remaining := max(0, first.total-w.Offset)
	wanted := remaining
	if w.Limit > 0 {
		wanted = min(wanted, w.Limit)
	}
	got := int64(len(first.entries))
	if got > remaining || got == 0 && wanted > 0 {
		return nil, 0, errInconsistent
	}
	entries := first.entries[:min(got, wanted)]
	seen := newSeen(l.id)
	if !seen.add(entries) {
		return nil, 0, errInconsistent
	}
	if got < wanted {
		// A server that returns less than was requested caps its pages; the others are read in
		// steps of what it returns.
		if entries, err = l.readRest(ctx, first, seen, w.Offset, w.Offset+wanted); err != nil {
			return nil, 0, err
		}
	}
	return entries, first.total, nil
}

// overlap returns how many entries a page repeats of the one before.
func (l countedList[T]) overlap() int64 {
	if l.everyShiftRepeats {
		return 0
	}
	return 1
}

// readRest reads the pages after the first, up to the offset end, and joins all of them.
func (l countedList[T]) readRest(ctx context.Context, first page[T], seen *seen[T], begin, end int64) ([]T, error) {
	step, overlap := int64(len(first.entries)), l.overlap()
	if step <= overlap {
		return nil, errSingleEntries
	}
	var pages []*[]T
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	// The first total may be wrong: start pages only as fast as others finish, and none after one
	// has failed or repeated an entry.
	for from := begin + step; from < end && reading.Err() == nil; {
		offset := from - overlap
		limit := min(step, end-offset)
		entries := new([]T)
		pages = append(pages, entries)
		group.Go(func() (err error) {
			*entries, err = l.nextPage(reading, offset, limit, first.total)
			if err == nil && !seen.add((*entries)[overlap:]) {
				return errInconsistent
			}
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
		last := entries[int64(len(entries))-overlap:]
		if !slices.EqualFunc(last, (*next)[:overlap], func(a, b T) bool { return equalEntries(a, b, l.id) }) {
			return nil, errInconsistent
		}
		entries = append(entries, (*next)[overlap:]...)
	}
	return entries, nil
}

// nextPage reads a page after the first, which must fit the first.
func (l countedList[T]) nextPage(ctx context.Context, offset, limit, total int64) ([]T, error) {
	next, err := l.fetch(ctx, offset, limit)
	if isBadRequest(err) {
		return nil, fmt.Errorf("%w: %w", errInconsistent, err) // The first page's total includes this offset.
	}
	if err != nil {
		return nil, err
	}
	if next.total != total || int64(len(next.entries)) != limit {
		return nil, errInconsistent
	}
	return next.entries, nil
}
