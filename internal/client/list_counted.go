package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/sync/errgroup"
)

// errSingleEntries means that pages of one entry leave nothing to compare.
var errSingleEntries = errors.New("the API returns one entry per page, so that nothing shows whether the list is complete")

// page is a part of a list and the number of entries of the complete list.
type page[T any] struct {
	entries []T
	total   int64
}

// countedList is a list whose pages report the total, so that all pages but the first can be read
// concurrently. Every page begins with the last entry of the one before, which shows every shift.
type countedList[T any] struct {
	// size is the maximum number of entries of a page.
	size int64
	// id returns the ID of an entry.
	id func(*T) *string
	// fetch requests one page.
	fetch func(ctx context.Context, offset, limit int64) (page[T], error)
}

// countedPage is a page of any list: the APIs have their own names for the same two fields.
type countedPage[T any] struct {
	Total            *int64 `json:"total"`
	TotalCount       *int64 `json:"total_count"`
	Connections      []T    `json:"connections"`
	EndpointServices []T    `json:"endpoint_services"`
	Instances        []T    `json:"instances"`
	VPCChannels      []T    `json:"vpc_channels"`
}

// newCountedList returns the list of an API call, with pages of at most size entries. The query
// filters and sorts.
func newCountedList[T any](c *Client, call apiCall, in Scope, segments map[string]string, query url.Values, size int64,
	id func(*T) *string,
) countedList[T] {
	return countedList[T]{size: size, id: id, fetch: func(ctx context.Context, offset, limit int64) (page[T], error) {
		got, resp, err := get[countedPage[T]](ctx, c, call, in, segments, withPage(query, offset, limit))
		if err != nil {
			return page[T]{}, err
		}
		total := cmp.Or(got.Total, got.TotalCount)
		lists := [][]T{got.Connections, got.EndpointServices, got.Instances, got.VPCChannels}
		hasList := slices.ContainsFunc(lists, func(entries []T) bool { return entries != nil })
		switch {
		case total == nil:
			return page[T]{}, resp.unexpected(errors.New(`missing field "total_count" or "total"`))
		case *total < 0:
			return page[T]{}, resp.unexpected(errors.New(`the field "total_count" or "total" is negative`))
		case !hasList && *total > offset:
			return page[T]{}, resp.unexpected(fmt.Errorf("a total of %d, and no list", *total))
		}
		return page[T]{entries: slices.Concat(lists...), total: *total}, nil
	}}
}

// read returns the entries of a window, and the total of the list.
func (l countedList[T]) read(ctx context.Context, w Window) (page[T], error) {
	return readConsistently(ctx, func(ctx context.Context) (page[T], error) { return l.readOnce(ctx, w) })
}

// readOnce is one attempt to read the list.
func (l countedList[T]) readOnce(ctx context.Context, w Window) (page[T], error) {
	if w.Limit == 0 {
		w.Limit = math.MaxInt64
	}
	first, err := l.fetch(ctx, w.Offset, min(l.size, w.Limit))
	if err != nil {
		return page[T]{}, err
	}
	remaining := max(0, first.total-w.Offset)
	wanted := min(remaining, w.Limit)
	got := int64(len(first.entries))
	if got > remaining || got == 0 && wanted > 0 {
		return page[T]{}, errInconsistent
	}
	all := page[T]{entries: first.entries[:min(got, wanted)], total: first.total}
	if got < wanted {
		// A server that returns less than was requested caps its pages; the others are read in
		// steps of what it returns.
		if all.entries, err = l.readRest(ctx, first, w.Offset, w.Offset+wanted); err != nil {
			return page[T]{}, err
		}
	}
	if repeats(all.entries, l.id) {
		return page[T]{}, errInconsistent
	}
	return all, nil
}

// readRest reads the pages after the first, up to the offset end, and joins all of them.
func (l countedList[T]) readRest(ctx context.Context, first page[T], begin, end int64) ([]T, error) {
	step := int64(len(first.entries))
	if step == 1 {
		return nil, errSingleEntries
	}
	var pages []*[]T
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	// Each page begins with the last entry of the one before. The first total may be wrong: start pages
	// only as fast as others finish, and none after one has failed.
	for from := begin + step; from < end && reading.Err() == nil; {
		offset := from - 1
		limit := min(step, end-offset)
		entries := new([]T)
		pages = append(pages, entries)
		group.Go(func() error {
			next, err := l.fetch(reading, offset, limit)
			*entries = next.entries
			switch {
			case hasStatus(err, http.StatusBadRequest):
				return fmt.Errorf("%w: %w", errInconsistent, err) // The first page's total includes this offset.
			case err != nil:
				return err
			case next.total != first.total, int64(len(next.entries)) != limit,
				equalEntries(next.entries[0], first.entries[0], l.id): // The server ignores the offset, at any number of pages.
				return errInconsistent
			}
			return nil
		})
		from = offset + limit
	}
	if err := cmp.Or(group.Wait(), ctx.Err()); err != nil {
		return nil, err // Without a page that failed, ctx may have ended before all were started.
	}
	entries := append(make([]T, 0, end-begin), first.entries...)
	for _, next := range pages {
		if !equalEntries(entries[len(entries)-1], (*next)[0], l.id) {
			return nil, errInconsistent
		}
		entries = append(entries, (*next)[1:]...)
	}
	return entries, nil
}
