package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// readings is how often a list that changes meanwhile is read in all.
const readings = 3

var (
	// errChanged is a reading whose parts do not fit together.
	errChanged = errors.New("the list changed while it was read")
	// errNegativeTotal is an answer that no list has.
	errNegativeTotal = errors.New("the API says that the list has fewer than no entries")
)

// Window cuts a part out of a list.
type Window struct {
	// Offset is how many entries to skip from the start of the list.
	Offset int64
	// Limit is the most entries to return; 0 is all.
	Limit int64
}

// whole reads a list until one reading fits together, three times at the most.
func whole(ctx context.Context, once func(context.Context) error) error {
	var err error
	for range readings {
		if err = once(ctx); !errors.Is(err, errChanged) {
			return err
		}
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		return &refusedPageError{refusal}
	}
	return ErrListKeptChanging
}

// refusedPageError is a list that kept changing where the API refused a page of
// the last reading, which by the page before it was there.
type refusedPageError struct{ refusal *Error }

func (e *refusedPageError) Error() string {
	return "reading a list that kept changing: " + e.refusal.Error()
}

func (e *refusedPageError) Unwrap() []error { return []error{ErrListKeptChanging, e.refusal} }

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
		return nil, 0, errChanged
	}
	entries := first.entries[:min(got, wanted)]
	known := newKnown(l.id)
	if !known.add(entries) {
		return nil, 0, errChanged
	}
	if got < wanted {
		// A server that sends less than was asked for caps its pages; the rest
		// is read in steps of what it sends.
		if entries, err = l.rest(ctx, first, known, w.Offset, w.Offset+wanted); err != nil {
			return nil, 0, err
		}
	}
	return entries, first.total, nil
}

// rest reads the pages after the first, up to the offset end, and puts all
// together.
func (l listing[T]) rest(ctx context.Context, first page[T], known *known[T], begin, end int64) ([]T, error) {
	step := int64(len(first.entries))
	if step <= l.overlap {
		return nil, errChanged // Pages so short show nothing new.
	}
	var pages []*[]T

	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	// The first page may tell any total: pages are begun only as fast as others
	// end, and none after one has failed or repeated what is known.
	for from := begin + step; from < end && reading.Err() == nil; {
		offset := from - l.overlap
		limit := min(step, end-offset)
		entries := new([]T)
		pages = append(pages, entries)
		group.Go(func() (err error) {
			*entries, err = l.another(reading, offset, limit, first.total)
			if err == nil && !known.add((*entries)[l.overlap:]) {
				return errChanged
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
		last := entries[int64(len(entries))-l.overlap:]
		if !slices.EqualFunc(last, (*next)[:l.overlap], l.same) {
			return nil, errChanged
		}
		entries = append(entries, (*next)[l.overlap:]...)
	}
	return entries, nil
}

func (l listing[T]) same(a, b T) bool { return isSame(a, b, l.id) }

// another reads a page after the first, which must fit to it.
func (l listing[T]) another(ctx context.Context, offset, limit, total int64) ([]T, error) {
	next, err := l.fetch(ctx, offset, limit)
	if isPastEnd(err) {
		return nil, fmt.Errorf("%w: %w", errChanged, err) // By the first page's total it was not.
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
	return ok && e.Status == http.StatusBadRequest && !isThrottling(e.Status, e.Code)
}

// known are the entries of a reading so far, by their IDs. Those without one
// cannot be told from each other.
type known[T any] struct {
	id func(*T) *string

	mu  sync.Mutex
	ids map[string]struct{}
}

func newKnown[T any](id func(*T) *string) *known[T] {
	return &known[T]{id: id, ids: map[string]struct{}{}}
}

// add reports whether none of the entries was known before.
func (k *known[T]) add(entries []T) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range entries {
		if id := k.id(&entries[i]); id != nil && *id != "" {
			if _, ok := k.ids[*id]; ok {
				return false
			}
			k.ids[*id] = struct{}{}
		}
	}
	return true
}

// isSame reports whether two entries are the same in all that they tell: one
// that was updated may have moved to another place in the list.
func isSame[T any](a, b T, id func(*T) *string) bool {
	known := id(&a)
	return known != nil && *known != "" && reflect.DeepEqual(a, b)
}
