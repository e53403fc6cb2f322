package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// item is an entry of a list that the tests read: its ID, and how often it was updated.
type item struct {
	ID      string
	Updates int
}

func itemID(i *item) *string { return &i.ID }

// items are n entries by the names e0, e1 and so on.
func items(n int) []item {
	list := make([]item, n)
	for i := range list {
		list[i].ID = "e" + strconv.Itoa(i)
	}
	return list
}

// ask is one request of a page.
type ask struct{ Offset, Limit int64 }

// changingList is a list behind an API with pages. It keeps the requests and
// every state that the list has had.
type changingList struct {
	mu       sync.Mutex
	entries  []item
	history  [][]item
	requests []ask
	made     int

	// before is called with the lock held before the request of this number, from 1, is answered.
	before func(number int)
	// pageCap is the most entries of a page, 0 for as many as asked for.
	pageCap int64
	// total makes what the list tells of the number of its entries, where it is set.
	total func(number int, total int64) int64
	// page changes what a page holds, where it is set.
	page func(number int, asked ask, entries []item) []item
	// refuses answers requests with 400, where it is set.
	refuses func(ask) bool
	// refusesPastEnd answers an offset at or past the end with 400.
	refusesPastEnd bool
	// ignoresOffset begins every page at the start.
	ignoresOffset bool
	// all is what a limit of 0 stands for; a negative number refuses it with 400.
	all int64
	// latency is how long an answer takes.
	latency time.Duration
}

func newList(entries []item) *changingList {
	return &changingList{entries: entries, history: [][]item{slices.Clone(entries)}, all: math.MaxInt64}
}

// change puts other entries in the place of the list's, with the lock held.
func (l *changingList) change(entries []item) {
	l.entries = entries
	l.history = append(l.history, slices.Clone(entries))
}

// insert adds a new entry at a place, with the lock held.
func (l *changingList) insert(at int) {
	l.made++
	l.change(slices.Insert(slices.Clone(l.entries), at, item{ID: "new" + strconv.Itoa(l.made)}))
}

// remove takes the entry of a place away, with the lock held.
func (l *changingList) remove(at int) {
	l.change(slices.Delete(slices.Clone(l.entries), at, at+1))
}

var errRefusedOffset = &Error{Status: http.StatusBadRequest, Code: "EndPoint.0010", Message: "Invalid offset."}

func (l *changingList) fetch(ctx context.Context, offset, limit int64) (page[item], error) {
	answered, err := l.answer(offset, limit)
	if sleepErr := sleep(ctx, l.latency); sleepErr != nil {
		return page[item]{}, sleepErr
	}
	return answered, err
}

func (l *changingList) answer(offset, limit int64) (page[item], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := ask{offset, limit}
	l.requests = append(l.requests, asked)
	number := len(l.requests)
	if l.before != nil {
		l.before(number)
	}
	if limit == 0 {
		limit = l.all
	}
	if limit < 0 {
		return page[item]{}, &Error{Status: http.StatusBadRequest, Code: "DLI.0001"}
	}
	total := int64(len(l.entries))
	if l.ignoresOffset {
		offset = 0
	}
	if l.refusesPastEnd && offset > 0 && offset >= total || l.refuses != nil && l.refuses(asked) {
		return page[item]{}, errRefusedOffset
	}
	if l.pageCap > 0 {
		limit = min(limit, l.pageCap)
	}
	from := min(offset, total)
	entries := slices.Clone(l.entries[from : from+min(limit, total-from)])
	if l.total != nil {
		total = l.total(number, total)
	}
	if l.page != nil {
		entries = l.page(number, asked, entries)
	}
	return page[item]{entries: entries, total: total}, nil
}

// listing reads the list as one whose pages tell its length.
func (l *changingList) listing(size, overlap int64) listing[item] {
	return listing[item]{size: size, overlap: overlap, id: itemID, fetch: l.fetch}
}

// open reads the list as one that does not tell its length.
func (l *changingList) open(size int64) openListing[item] {
	return openListing[item]{size: size, id: itemID, fetch: func(ctx context.Context, offset, limit int64) ([]item, error) {
		got, err := l.fetch(ctx, offset, limit)
		return got.entries, err
	}}
}

// sortedRequests are the requests by their offset, since pages are asked for at
// the same time.
func (l *changingList) sortedRequests() []ask {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(l.requests), func(a, b ask) int { return cmp.Compare(a.Offset, b.Offset) })
}

// checkExisted fails where the list has never had these entries.
func (l *changingList) checkExisted(t *testing.T, got []item) {
	t.Helper()
	for _, state := range l.history {
		if slices.Equal(got, state) {
			return
		}
	}
	t.Errorf("the list has never been %v; it was, in turn, %v", got, l.history)
}

// window cuts a window out of a list.
func window(entries []item, w Window) []item {
	entries = entries[min(w.Offset, int64(len(entries))):]
	if w.Limit > 0 {
		entries = entries[:min(w.Limit, int64(len(entries)))]
	}
	return entries
}

// pagesOf are the requests for n entries in pages of a size that overlap.
func pagesOf(n, size, overlap int64) []ask {
	asks := []ask{{0, size}}
	for from := size; from < n; {
		offset := from - overlap
		limit := min(size, n-offset)
		asks = append(asks, ask{offset, limit})
		from = offset + limit
	}
	return asks
}

func TestListingRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entries int
		want    []ask
	}{
		{0, []ask{{0, 1000}}},
		{1, []ask{{0, 1000}}},
		{999, []ask{{0, 1000}}},
		{1000, []ask{{0, 1000}}},
		{1001, []ask{{0, 1000}, {1000, 1}}},
		{2000, []ask{{0, 1000}, {1000, 1000}}},
		{10000, []ask{
			{0, 1000}, {1000, 1000}, {2000, 1000}, {3000, 1000}, {4000, 1000},
			{5000, 1000}, {6000, 1000}, {7000, 1000}, {8000, 1000}, {9000, 1000},
		}},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.entries), func(t *testing.T) {
			t.Parallel()
			list := newList(items(tt.entries))
			list.refusesPastEnd = true
			got, total, err := list.listing(1000, 0).read(t.Context(), Window{})
			if err != nil {
				t.Fatal(err)
			}
			if total != int64(tt.entries) || !slices.Equal(got, list.entries) {
				t.Errorf("%d of %d entries came", len(got), total)
			}
			if diff := gocmp.Diff(tt.want, list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}

			overlapping := newList(items(tt.entries))
			overlapping.refusesPastEnd = true
			if got, _, err = overlapping.listing(1000, 1).read(t.Context(), Window{}); err != nil || !slices.Equal(got, overlapping.entries) {
				t.Errorf("%d of %d entries came in overlapping pages: %v", len(got), tt.entries, err)
			}
			if diff := gocmp.Diff(pagesOf(int64(tt.entries), 1000, 1), overlapping.sortedRequests()); diff != "" {
				t.Errorf("overlapping requests (-want +got)\n%s", diff)
			}
		})
	}
}

// TestListingInFlight reads ten pages that take a second each: the first alone,
// the other nine in the same second, and more than ten at a time never.
func TestListingInFlight(t *testing.T) {
	t.Parallel()
	for entries, want := range map[int]time.Duration{
		1000: time.Second, 10000: 2 * time.Second, 11000: 2 * time.Second, 12000: 3 * time.Second,
	} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(entries))
				list.latency = time.Second
				begun := time.Now()
				if got, _, err := list.listing(1000, 0).read(t.Context(), Window{}); err != nil || len(got) != entries {
					t.Fatalf("%d entries: %v", len(got), err)
				}
				if took := time.Since(begun); took != want {
					t.Errorf("the reading took %s, want %s", took, want)
				}
			})
		})
	}
}

// changes are what may happen to a list of at least 3 entries between two requests.
var changes = map[string]func(*changingList){
	"inserted at the head":     func(l *changingList) { l.insert(0) },
	"inserted in the middle":   func(l *changingList) { l.insert(len(l.entries) / 2) },
	"inserted at the end":      func(l *changingList) { l.insert(len(l.entries)) },
	"removed at the head":      func(l *changingList) { l.remove(0) },
	"removed in the middle":    func(l *changingList) { l.remove(len(l.entries) / 2) },
	"removed at the end":       func(l *changingList) { l.remove(len(l.entries) - 1) },
	"head replaced by the end": func(l *changingList) { l.remove(0); l.insert(len(l.entries)) },
	"end replaced by the head": func(l *changingList) { l.remove(len(l.entries) - 1); l.insert(0) },
	"all but one removed":      func(l *changingList) { l.change(slices.Clone(l.entries[:1])) },
	"all removed":              func(l *changingList) { l.change(nil) },
}

func TestListingOfAChangingList(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		for _, overlap := range []int64{0, 1} {
			// New entries come first where pages do not overlap.
			if overlap == 0 && name == "head replaced by the end" {
				continue
			}
			for _, refuses := range []bool{false, true} {
				for at := 1; at <= 5; at++ {
					t.Run(fmt.Sprintf("%s before request %d, overlap %d, refuses %t", name, at, overlap, refuses), func(t *testing.T) {
						t.Parallel()
						list := newList(items(40))
						list.refusesPastEnd = refuses
						list.before = func(number int) {
							if number == at {
								change(list)
							}
						}
						got, total, err := list.listing(10, overlap).read(t.Context(), Window{})
						if err != nil {
							t.Fatalf("a change that happens once: %v", err)
						}
						if total != int64(len(got)) {
							t.Errorf("%d of %d entries", len(got), total)
						}
						list.checkExisted(t, got)
					})
				}
			}
		}
	}
}

func TestListingOfAListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		if name == "all removed" || name == "all but one removed" || name == "head replaced by the end" {
			continue // The first two end the changes; the last is not one of pages that do not overlap.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := newList(items(400))
			list.before = func(int) { change(list) }
			got, _, err := list.listing(10, 0).read(t.Context(), Window{})
			if err == nil {
				list.checkExisted(t, got)
			} else if !errors.Is(err, ErrListKeptChanging) {
				t.Errorf("the error is %v", err)
			}
			// After the first page, no more are begun than are under way when the change shows.
			if n := len(list.requests); n > readings*40 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestListingOfAServerThatLies(t *testing.T) {
	t.Parallel()
	constant := func(lie int64) func(int, int64) int64 {
		return func(int, int64) int64 { return lie }
	}
	const huge = 1_000_000_000_000_000
	tests := map[string]struct {
		entries int
		set     func(*changingList)
		want    error
	}{
		"total one too high":           {40, func(l *changingList) { l.total = constant(41) }, ErrListKeptChanging},
		"total one too high, one page": {5, func(l *changingList) { l.total = constant(6) }, ErrListKeptChanging},
		"total a page too high":        {40, func(l *changingList) { l.total = constant(50) }, ErrListKeptChanging},
		"total too high and refusing": {40, func(l *changingList) {
			l.total, l.refusesPastEnd = constant(50), true
		}, ErrListKeptChanging},
		"total one too low in the first page": {10, func(l *changingList) { l.total = constant(9) }, ErrListKeptChanging},
		"total of none":                       {1, func(l *changingList) { l.total = constant(0) }, ErrListKeptChanging},
		"negative total":                      {40, func(l *changingList) { l.total = constant(-1) }, errNegativeTotal},
		"negative total of no entries":        {0, func(l *changingList) { l.total = constant(-1) }, errNegativeTotal},
		"most negative total":                 {40, func(l *changingList) { l.total = constant(math.MinInt64) }, errNegativeTotal},
		"huge total":                          {40, func(l *changingList) { l.total = constant(huge) }, ErrListKeptChanging},
		"huge total of no entries":            {0, func(l *changingList) { l.total = constant(huge) }, ErrListKeptChanging},
		"largest total":                       {40, func(l *changingList) { l.total = constant(math.MaxInt64) }, ErrListKeptChanging},
		"huge total and always the same page": {40, func(l *changingList) {
			l.total, l.ignoresOffset = constant(huge), true
		}, ErrListKeptChanging},
		"a total that changes with each page": {40, func(l *changingList) {
			l.total = func(number int, total int64) int64 { return total + int64(number%2) }
		}, ErrListKeptChanging},
		"always the same page": {40, func(l *changingList) { l.ignoresOffset = true }, ErrListKeptChanging},
		"a repeat within the page": {2, func(l *changingList) {
			l.page = func(_ int, _ ask, entries []item) []item { entries[1] = entries[0]; return entries }
		}, ErrListKeptChanging},
		"a later page that is short": {40, func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item { return entries[:len(entries)-int(min(1, asked.Offset))] }
		}, ErrListKeptChanging},
		"a later page that is empty": {40, func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item {
				return entries[:min(len(entries), int(10-min(10, asked.Offset)))]
			}
		}, ErrListKeptChanging},
		"a later page that is long": {40, func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item {
				if asked.Offset > 0 {
					entries = append(entries, item{ID: fmt.Sprint("more", asked.Offset)})
				}
				return entries
			}
		}, ErrListKeptChanging},
		"an empty first page": {40, func(l *changingList) {
			l.page = func(int, ask, []item) []item { return nil }
		}, ErrListKeptChanging},
		"a first page longer than the list": {5, func(l *changingList) {
			l.page = func(_ int, _ ask, entries []item) []item { return append(entries, item{ID: "more"}) }
		}, ErrListKeptChanging},
	}
	for name, tt := range tests {
		for _, overlap := range []int64{0, 1} {
			t.Run(fmt.Sprintf("%s, overlap %d", name, overlap), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				tt.set(list)
				got, _, err := list.listing(10, overlap).read(t.Context(), Window{})
				if !errors.Is(err, tt.want) || got != nil {
					t.Errorf("%d entries and the error %v, want %v", len(got), err, tt.want)
				}
				if n := len(list.requests); n > readings*(6+2*maxInFlight) {
					t.Errorf("%d requests", n)
				}
			})
			t.Run(fmt.Sprintf("%s, once, overlap %d", name, overlap), func(t *testing.T) {
				t.Parallel()
				if errors.Is(tt.want, errNegativeTotal) {
					return // It is an error at once.
				}
				list := newList(items(tt.entries))
				tt.set(list)
				honest := newList(list.entries)
				reading := 0
				l := list.listing(10, overlap)
				l.fetch = func(ctx context.Context, offset, limit int64) (page[item], error) {
					if offset == 0 {
						reading++
					}
					if reading > 1 {
						return honest.fetch(ctx, offset, limit)
					}
					return list.fetch(ctx, offset, limit)
				}
				got, total, err := l.read(t.Context(), Window{})
				if err != nil || total != int64(tt.entries) || !slices.Equal(got, honest.entries) {
					t.Errorf("%d of %d entries and the error %v", len(got), total, err)
				}
			})
		}
	}
}

// TestListingOfAServerThatCapsItsPages reads on in steps of what the first page brought.
func TestListingOfAServerThatCapsItsPages(t *testing.T) {
	t.Parallel()
	for _, overlap := range []int64{0, 1} {
		for _, entries := range []int{99, 100, 101, 200, 999, 1000, 1001, 3000} {
			t.Run(fmt.Sprintf("%d entries, overlap %d", entries, overlap), func(t *testing.T) {
				t.Parallel()
				list := newList(items(entries))
				list.pageCap, list.refusesPastEnd = 100, true
				got, total, err := list.listing(1000, overlap).read(t.Context(), Window{})
				if err != nil || total != int64(entries) || !slices.Equal(got, list.entries) {
					t.Fatalf("%d of %d entries and the error %v", len(got), total, err)
				}
				want := pagesOf(int64(entries), 100, overlap)
				want[0].Limit = 1000
				if diff := gocmp.Diff(want, list.sortedRequests()); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestListingOfEntriesWithoutAnID takes them where the number is right, and
// refuses to say so where only their IDs could tell.
func TestListingOfEntriesWithoutAnID(t *testing.T) {
	t.Parallel()
	list := newList(make([]item, 25))
	if got, _, err := list.listing(10, 0).read(t.Context(), Window{}); err != nil || len(got) != 25 {
		t.Errorf("%d entries and the error %v", len(got), err)
	}
	if got, _, err := list.listing(10, 1).read(t.Context(), Window{}); !errors.Is(err, ErrListKeptChanging) {
		t.Errorf("%d entries that cannot be told apart and the error %v", len(got), err)
	}
	if got, err := newList(make([]item, 25)).open(30).read(t.Context(), Window{}); err != nil || len(got) != 25 {
		t.Errorf("%d entries and the error %v", len(got), err)
	}
	paged := newList(make([]item, 25))
	paged.all = 10
	if got, err := paged.open(10).read(t.Context(), Window{}); !errors.Is(err, ErrListKeptChanging) || len(paged.requests) > 12 {
		t.Errorf("%d entries that cannot be told apart, %d requests and the error %v", len(got), len(paged.requests), err)
	}
}

func TestListingWindow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		window Window
		want   []ask
	}{
		"a limit below the page":           {Window{Limit: 3}, []ask{{0, 3}}},
		"a limit of a page":                {Window{Limit: 10}, []ask{{0, 10}}},
		"a limit above the page":           {Window{Limit: 25}, []ask{{0, 10}, {10, 10}, {20, 5}}},
		"a limit of all":                   {Window{Limit: 40}, []ask{{0, 10}, {10, 10}, {20, 10}, {30, 10}}},
		"a limit above all":                {Window{Limit: 1000}, []ask{{0, 10}, {10, 10}, {20, 10}, {30, 10}}},
		"an offset":                        {Window{Offset: 15}, []ask{{15, 10}, {25, 10}, {35, 5}}},
		"an offset at the last":            {Window{Offset: 39}, []ask{{39, 10}}},
		"an offset at the end":             {Window{Offset: 40}, []ask{{40, 10}}},
		"an offset past the end":           {Window{Offset: 41}, []ask{{41, 10}}},
		"the largest offset":               {Window{Offset: math.MaxInt64}, []ask{{math.MaxInt64, 10}}},
		"both":                             {Window{Offset: 5, Limit: 12}, []ask{{5, 10}, {15, 2}}},
		"both, past the end":               {Window{Offset: 35, Limit: 12}, []ask{{35, 10}}},
		"the largest offset and the limit": {Window{Offset: math.MaxInt64, Limit: math.MaxInt64}, []ask{{math.MaxInt64, 10}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := newList(items(40))
			got, total, err := list.listing(10, 0).read(t.Context(), tt.window)
			if err != nil || total != 40 || !slices.Equal(got, window(list.entries, tt.window)) {
				t.Errorf("%v of %d entries and the error %v", got, total, err)
			}
			if diff := gocmp.Diff(tt.want, list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
			// Where an offset past the end is refused, that is the answer.
			refusing := newList(items(40))
			refusing.refusesPastEnd = true
			got, _, err = refusing.listing(10, 0).read(t.Context(), tt.window)
			if past := tt.window.Offset >= 40; past != isPastEnd(err) || past != (err != nil) {
				t.Errorf("%v and the error %v where the offset is past the end: %t", got, err, past)
			}
		})
	}
}

func TestOpenListingRequests(t *testing.T) {
	t.Parallel()
	const knows, defaults, refuses = math.MaxInt64, 100, -1
	tests := map[string]struct {
		all     int64
		entries int
		want    []ask
	}{
		"none":                                       {knows, 0, []ask{{0, 0}, {0, 100}}},
		"1":                                          {knows, 1, []ask{{0, 0}}},
		"99":                                         {knows, 99, []ask{{0, 0}}},
		"100":                                        {knows, 100, []ask{{0, 0}, {100, 100}}},
		"101":                                        {knows, 101, []ask{{0, 0}, {101, 100}}},
		"3000":                                       {knows, 3000, []ask{{0, 0}, {3000, 100}}},
		"none, limit 0 taken for the default":        {defaults, 0, []ask{{0, 0}, {0, 100}}},
		"99, limit 0 taken for the default":          {defaults, 99, []ask{{0, 0}}},
		"100, limit 0 taken for the default":         {defaults, 100, []ask{{0, 0}, {100, 100}}},
		"101, limit 0 taken for the default":         {defaults, 101, []ask{{0, 0}, {100, 100}, {99, 100}, {100, 100}}},
		"250, limit 0 taken for the default":         {defaults, 250, []ask{{0, 0}, {100, 100}, {99, 100}, {198, 100}, {249, 100}}},
		"none, limit 0 refused":                      {refuses, 0, []ask{{0, 0}, {0, 100}}},
		"99, limit 0 refused":                        {refuses, 99, []ask{{0, 0}, {0, 100}, {99, 100}}},
		"100, limit 0 refused":                       {refuses, 100, []ask{{0, 0}, {0, 100}, {100, 100}}},
		"101, limit 0 refused":                       {refuses, 101, []ask{{0, 0}, {0, 100}, {100, 100}, {99, 100}, {100, 100}}},
		"none, limit 0 taken to the letter":          {0, 0, []ask{{0, 0}, {0, 100}}},
		"99, limit 0 taken to the letter":            {0, 99, []ask{{0, 0}, {0, 100}}},
		"150, limit 0 taken to the letter":           {0, 150, []ask{{0, 0}, {0, 100}, {99, 100}, {149, 100}}},
		"1500, limit 0 taken for all but capped":     {1000, 1500, nil},
		"3000, limit 0 taken for the default":        {defaults, 3000, nil},
		"3000, limit 0 refused":                      {refuses, 3000, nil},
		"3000, limit 0 taken to the letter":          {0, 3000, nil},
		"3000, limit 0 taken for less than the page": {100, 3000, nil},
	}
	for name, tt := range tests {
		for _, refusesPastEnd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, refuses past the end %t", name, refusesPastEnd), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				list.all, list.refusesPastEnd = tt.all, refusesPastEnd
				got, err := list.open(100).read(t.Context(), Window{})
				if err != nil || !slices.Equal(got, list.entries) {
					t.Fatalf("%d of %d entries and the error %v", len(got), tt.entries, err)
				}
				if tt.want == nil {
					if n := len(list.requests); n > tt.entries/99+4 {
						t.Errorf("%d requests", n)
					}
					return
				}
				want := tt.want
				if refusesPastEnd && tt.entries > 0 && len(want) > 1 && want[len(want)-1] == (ask{int64(tt.entries), 100}) {
					// The refusal may be about something else, so the last entry is asked for.
					want = append(slices.Clip(want), ask{int64(tt.entries) - 1, 100})
				}
				if diff := gocmp.Diff(want, list.requests); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
	}
}

func TestOpenListingWindow(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{math.MaxInt64, 10, -1, 0} {
		for _, limit := range []int64{0, 1, 9, 10, 11, 12, 25, 39, 40, 41, 1000, math.MaxInt64} {
			for _, offset := range []int64{0, 1, 5, 29, 30, 31, 39, 40, 41, math.MaxInt64 / 2} {
				t.Run(fmt.Sprintf("offset %d, limit %d, limit 0 is %d", offset, limit, all), func(t *testing.T) {
					t.Parallel()
					w := Window{Offset: offset, Limit: limit}
					for _, pageCap := range []int64{0, 10} {
						list := newList(items(40))
						list.all, list.pageCap = all, pageCap
						got, err := list.open(10).read(t.Context(), w)
						if err != nil || !slices.Equal(got, window(list.entries, w)) {
							t.Errorf("page cap %d: %v and the error %v", pageCap, got, err)
						}
						for _, asked := range list.requests {
							if limit > 0 && asked.Limit > limit-(asked.Offset-offset) {
								t.Errorf("page cap %d: %v goes past the window", pageCap, asked)
							}
						}
					}
				})
			}
		}
	}
}

// TestOpenListingOfAServerThatCapsItsPages refuses to send all at once, and sends
// less than it is asked for.
func TestOpenListingOfAServerThatCapsItsPages(t *testing.T) {
	t.Parallel()
	for _, entries := range []int{0, 1, 5, 6, 7, 40, 41} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			list := newList(items(entries))
			list.all, list.pageCap = -1, 6
			got, err := list.open(10).read(t.Context(), Window{})
			if err != nil || !slices.Equal(got, list.entries) {
				t.Errorf("%d of %d entries and the error %v", len(got), entries, err)
			}
		})
	}
}

// TestOpenListingOfAListThatKeepsGrowing gives a list up that has more entries
// at its end at every request.
func TestOpenListingOfAListThatKeepsGrowing(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{math.MaxInt64, 10, -1} {
		for _, more := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("by %d, limit 0 is %d", more, all), func(t *testing.T) {
				t.Parallel()
				list := newList(items(15))
				list.all = all
				list.before = func(int) {
					for range more {
						list.insert(len(list.entries))
					}
				}
				got, err := list.open(10).read(t.Context(), Window{})
				if !errors.Is(err, ErrListKeptChanging) {
					t.Errorf("%d entries and the error %v", len(got), err)
				}
				if n := len(list.requests); n > readings*30 {
					t.Errorf("%d requests", n)
				}
			})
		}
	}
}

// TestThrottlingIsNoEndOfTheList has the gateway answer 400 for too many requests.
func TestThrottlingIsNoEndOfTheList(t *testing.T) {
	t.Parallel()
	throttled := &Error{Status: http.StatusBadRequest, Code: throttledCode}
	for at := 1; at <= 2; at++ {
		list, open := newList(items(40)), newList(items(40))
		refuse := func(of *changingList) func(context.Context, int64, int64) (page[item], error) {
			return func(ctx context.Context, offset, limit int64) (page[item], error) {
				got, err := of.fetch(ctx, offset, limit)
				if len(of.requests) >= at {
					return page[item]{}, throttled
				}
				return got, err
			}
		}
		reader := list.listing(30, 0)
		reader.fetch = refuse(list)
		if _, _, err := reader.read(t.Context(), Window{}); !errors.Is(err, throttled) || errors.Is(err, ErrListKeptChanging) || len(list.requests) != at {
			t.Errorf("%d requests and the error %v", len(list.requests), err)
		}
		opened := open.open(30)
		opened.fetch = func(ctx context.Context, offset, limit int64) ([]item, error) {
			got, err := refuse(open)(ctx, offset, limit)
			return got.entries, err
		}
		if _, err := opened.read(t.Context(), Window{}); !errors.Is(err, throttled) || errors.Is(err, ErrListKeptChanging) || len(open.requests) != at {
			t.Errorf("%d requests and the error %v", len(open.requests), err)
		}
	}
}

// TestOpenListingOfAServerWithoutOffsets gets the same entries at every offset.
func TestOpenListingOfAServerWithoutOffsets(t *testing.T) {
	t.Parallel()
	for _, entries := range []int{0, 1, 9, 10, 11, 15, 100} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			list := newList(items(entries))
			list.ignoresOffset = true
			got, err := list.open(10).read(t.Context(), Window{})
			if err != nil || !slices.Equal(got, list.entries) {
				t.Fatalf("%d of %d entries and the error %v", len(got), entries, err)
			}
			if n := len(list.requests); n > 4 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestOpenListingOfArrivalsThatGoAgain has a list look like that of a server
// without offsets for a moment.
func TestOpenListingOfArrivalsThatGoAgain(t *testing.T) {
	t.Parallel()
	list := newList(items(25))
	list.all = 10
	list.before = func(number int) {
		switch number {
		case 3: // The page that begins with the last entry of the first one.
			for range 9 {
				list.insert(0)
			}
		case 4: // The beginning, asked for once more.
			for range 9 {
				list.remove(0)
			}
		}
	}
	got, err := list.open(10).read(t.Context(), Window{})
	if err != nil || len(got) != 25 {
		t.Errorf("%d entries and the error %v", len(got), err)
	}
}

func TestOpenListingOfAChangingList(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		for _, all := range []int64{math.MaxInt64, 10, -1, 0} {
			for at := 1; at <= 6; at++ {
				t.Run(fmt.Sprintf("%s before request %d, limit 0 is %d", name, at, all), func(t *testing.T) {
					t.Parallel()
					for _, refuses := range []bool{false, true} {
						list := newList(items(40))
						list.all, list.refusesPastEnd = all, refuses
						list.before = func(number int) {
							if number == at {
								change(list)
							}
						}
						got, err := list.open(10).read(t.Context(), Window{})
						if err != nil {
							t.Fatalf("a change that happens once: %v", err)
						}
						if name == "all removed" || name == "all but one removed" {
							if len(got) == 10 {
								continue // See hiddenByTheCheck.
							}
						}
						list.checkExisted(t, got)
					}
				})
			}
		}
	}
}

func TestOpenListingOfAListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"inserted at the head", "inserted in the middle", "removed at the head", "removed in the middle"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := newList(items(400))
			list.all = 10
			list.before = func(int) { changes[name](list) }
			got, err := list.open(10).read(t.Context(), Window{})
			if !errors.Is(err, ErrListKeptChanging) {
				t.Errorf("%d entries and the error %v", len(got), err)
			}
		})
	}
	t.Run("whole answers", func(t *testing.T) {
		t.Parallel()
		list := newList(items(400))
		list.before = func(int) { changes["inserted at the head"](list) }
		got, err := list.open(1000).read(t.Context(), Window{})
		if err != nil || len(list.requests) != 1 {
			t.Fatalf("%d requests and the error %v", len(list.requests), err)
		}
		list.checkExisted(t, got)
	})
}

func TestOpenListingOfAServerThatLies(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*changingList){
		"a repeat within the page": func(l *changingList) {
			l.page = func(_ int, _ ask, entries []item) []item { return append(entries, entries[:min(1, len(entries))]...) }
		},
		"pages that begin right and go on from the start": func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item {
				if asked.Offset > 0 && len(entries) > 1 {
					entries = append(entries[:1:1], items(9)...)
				}
				return entries
			}
		},
		"a page that begins elsewhere": func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item {
				return entries[min(int(asked.Offset), 1, len(entries)):]
			}
		},
		"a refusal of every offset": func(l *changingList) {
			l.refuses = func(asked ask) bool { return asked.Offset > 0 }
		},
		"an empty page in between": func(l *changingList) {
			l.page = func(_ int, asked ask, entries []item) []item {
				if asked.Offset%10 == 9 {
					return nil
				}
				return entries
			}
		},
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := newList(items(40))
			list.all = 10
			set(list)
			if got, err := list.open(10).read(t.Context(), Window{}); !errors.Is(err, ErrListKeptChanging) {
				t.Errorf("%v and the error %v", got, err)
			}
			if n := len(list.requests); n > readings*8 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestListingErrors hands on the API's own error, whichever page it meets, and
// makes no further request after it.
func TestListingErrors(t *testing.T) {
	t.Parallel()
	refusal := &Error{Status: http.StatusForbidden, Code: "EndPoint.0004"}
	for at := 1; at <= 4; at++ {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			failing := func(list *changingList) func(context.Context, int64, int64) (page[item], error) {
				return func(ctx context.Context, offset, limit int64) (page[item], error) {
					got, err := list.fetch(ctx, offset, limit)
					list.mu.Lock()
					defer list.mu.Unlock()
					if len(list.requests) >= at {
						return page[item]{}, refusal
					}
					return got, err
				}
			}
			list := newList(items(40))
			l := list.listing(10, 0)
			l.fetch = failing(list)
			if got, _, err := l.read(t.Context(), Window{}); !errors.Is(err, refusal) || got != nil {
				t.Errorf("%v and the error %v", got, err)
			}
			opened := newList(items(40))
			opened.all = 10
			o := opened.open(10)
			fetch := failing(opened)
			o.fetch = func(ctx context.Context, offset, limit int64) ([]item, error) {
				got, err := fetch(ctx, offset, limit)
				return got.entries, err
			}
			if got, err := o.read(t.Context(), Window{}); !errors.Is(err, refusal) || got != nil || len(opened.requests) != at {
				t.Errorf("%v, %d requests and the error %v", got, len(opened.requests), err)
			}
		})
	}
}

// simulated is a simulator and a client that signs its requests to it.
func simulated(t *testing.T, config Config) (*simulator.Server, *Client) {
	t.Helper()
	server := simulator.Start(t)
	config.Endpoints = map[string]string{}
	for _, service := range Services {
		config.Endpoints[service] = server.Endpoint(service)
	}
	config.Region = simulator.Region
	if config.Credentials == nil {
		config.Credentials = Keys{AccessKey: simulator.AccessKey, SecretKey: simulator.SecretKey}
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.transport.CloseIdleConnections)
	return server, c
}

// Making entries up takes longer than reading them.
var (
	manyConnections         = sync.OnceValue(func() []simulator.Entry { return simulator.Connections(10000) })
	manyEnhancedConnections = sync.OnceValue(func() []simulator.EnhancedConnection { return simulator.EnhancedConnections(3000) })
)

// acceptedConnections are as many, all of them accepted.
var acceptedConnections = sync.OnceValue(func() []simulator.Entry {
	accepted := make([]simulator.Entry, 0, len(manyConnections()))
	for _, connection := range manyConnections() {
		accepted = append(accepted, connection.With("status", "accepted"))
	}
	return accepted
})

// TestServiceConnectionsRequests counts the requests that the API sees.
func TestServiceConnectionsRequests(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]ServiceConnectionsQuery{"newest first": {}, "oldest first": {SortDir: "asc"}, "accepted": {Status: "accepted"}} {
		for _, entries := range []int{0, 1, 999, 1000, 1001, 10000} {
			t.Run(fmt.Sprintf("%d %s", entries, name), func(t *testing.T) {
				t.Parallel()
				server, c := simulated(t, Config{})
				connections := manyConnections()
				if query.Status != "" {
					connections = acceptedConnections()
				}
				server.Update(func(d *simulator.Data) {
					d.VPCEP.RefuseOffsetPastEnd = true
					d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: connections[:entries]}
					if entries == 10000 {
						d.Latency = 500 * time.Millisecond
					}
				})
				got, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, query)
				if err != nil || len(got) != entries || total != int64(entries) {
					t.Fatalf("%d of %d entries: %v", len(got), total, err)
				}
				var asks []ask
				for _, request := range server.Requests() {
					limit, _ := strconv.ParseInt(request.Query.Get("limit"), 10, 64)
					offset, _ := strconv.ParseInt(request.Query.Get("offset"), 10, 64)
					asks = append(asks, ask{offset, limit})
				}
				slices.SortFunc(asks, func(a, b ask) int { return cmp.Compare(a.Offset, b.Offset) })
				overlap := map[bool]int64{false: 1, true: 0}[name == "newest first"]
				if diff := gocmp.Diff(pagesOf(int64(entries), 1000, overlap), asks); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
				later := func(r simulator.Request) bool { return r.Query.Get("offset") != "" }
				if n := server.MaxInFlight(later); entries == 10000 && n != len(asks)-1 {
					t.Errorf("%d of the last %d requests were in flight together", n, len(asks)-1)
				}
			})
		}
	}
}

// TestEnhancedConnectionsAreWhole reads from servers of every kind.
func TestEnhancedConnectionsAreWhole(t *testing.T) {
	t.Parallel()
	kinds := map[string]simulator.DLIEdition{
		"knows limit 0": simulator.CurrentDLI, "takes limit 0 for the default": simulator.OlderDLIDefaults, "refuses limit 0": simulator.OlderDLIRefuses,
	}
	for name, older := range kinds {
		for _, countIsTotal := range []bool{false, true} {
			for _, entries := range []int{0, 1, 99, 100, 101, 3000} {
				t.Run(fmt.Sprintf("%s, %d entries, count is the total %t", name, entries, countIsTotal), func(t *testing.T) {
					t.Parallel()
					server, c := simulated(t, Config{})
					server.Update(func(d *simulator.Data) {
						d.DLI.Projects[simulator.ProjectID] = manyEnhancedConnections()[:entries]
						d.DLI.Edition, d.DLI.CountIsTotal = older, countIsTotal
					})
					got, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
					if err != nil || len(got) != entries {
						t.Fatalf("%d entries: %v", len(got), err)
					}
					for i, want := range manyEnhancedConnections()[:entries] {
						if *got[i].ID != want.Text("id") {
							t.Fatalf("entry %d is %s, not %s", i, *got[i].ID, want.Text("id"))
						}
					}
					n := server.Count(nil)
					if older == simulator.CurrentDLI && (entries == 1 || entries == 99) && n != 1 || older == simulator.CurrentDLI && n > 2 {
						t.Errorf("%d requests", n)
					}
				})
			}
		}
	}
}

// TestVPCChannelByNameIsFoundOnAnyPage looks for a name among more channels than
// a page holds, on a server that finds parts of names too.
func TestVPCChannelByNameIsFoundOnAnyPage(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 499, 500, 998, 999, 1199} {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			list := newList(items(1200))
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				query := req.URL.Query()
				if !query.Has("limit") {
					return answerOf(req, http.StatusOK, fmt.Sprintf(`{"id":%q}`, path.Base(req.URL.Path))), nil
				}
				limit, _ := strconv.ParseInt(query.Get("limit"), 10, 64)
				offset, _ := strconv.ParseInt(query.Get("offset"), 10, 64)
				got, err := list.fetch(req.Context(), offset, limit)
				channels := make([]string, 0, len(got.entries))
				for _, entry := range got.entries {
					name := "wanted too"
					if entry.ID == fmt.Sprint("e", at) {
						name = "wanted"
					}
					channels = append(channels, fmt.Sprintf(`{"id":%q,"name":%q}`, entry.ID, name))
				}
				return answerOf(req, http.StatusOK, fmt.Sprintf(`{"total":%d,"vpc_channels":[%s]}`, got.total, strings.Join(channels, ","))), err
			})
			channel, err := c.VPCChannelByName(t.Context(), home, simulator.InstanceID, "wanted")
			if err != nil || *channel.ID != fmt.Sprint("e", at) {
				t.Fatalf("%+v, %v", channel, err)
			}
			want := []ask{{0, 500}, {499, 500}, {998, 202}}
			if diff := gocmp.Diff(want, list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

// TestVPCChannelByNameKeepsToTheName gets channels that cannot be told by name.
func TestVPCChannelByNameKeepsToTheName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ list, details, want string }{
		"renamed meanwhile": {`{"id":"1","name":"wanted"}`, `{"id":"1","name":"other"}`, `no VPC channels are named "wanted"; found: other`},
		"without an ID":     {`{"name":"wanted"}`, ``, "it has no field vpc_channels[0].id"},
		"with an empty ID":  {`{"id":"","name":"wanted"}`, ``, "it has no field vpc_channels[0].id"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Has("limit") {
					return answerOf(req, http.StatusOK, `{"total":1,"vpc_channels":[`+tt.list+`]}`), nil
				}
				return answerOf(req, http.StatusOK, tt.details), nil
			})
			if channel, err := c.VPCChannelByName(t.Context(), home, simulator.InstanceID, "wanted"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%+v, %v", channel, err)
			}
		})
	}
}
