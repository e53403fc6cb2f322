package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// pagesOf returns the requests for the entries from an offset to an end, in pages of a size. Each
// page but the first repeats overlap entries.
func pagesOf(from, to, size, overlap int64) []pageRequest {
	requests := []pageRequest{{from, size}}
	for next := from + size; next < to; {
		offset := next - overlap
		limit := min(size, to-offset)
		requests = append(requests, pageRequest{offset, limit})
		next = offset + limit
	}
	return requests
}

// overlaps are the number of entries that a page repeats, by everyShiftRepeats.
var overlaps = map[bool]int64{true: 0, false: 1}

func TestCountedListRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entries                int
		newestFirst, byDefault []pageRequest
	}{
		{0, []pageRequest{{0, 1000}}, []pageRequest{{0, 1000}}},
		{1, []pageRequest{{0, 1000}}, []pageRequest{{0, 1000}}},
		{999, []pageRequest{{0, 1000}}, []pageRequest{{0, 1000}}},
		{1000, []pageRequest{{0, 1000}}, []pageRequest{{0, 1000}}},
		{1001, []pageRequest{{0, 1000}, {1000, 1}}, []pageRequest{{0, 1000}, {999, 2}}},
		{2000, []pageRequest{{0, 1000}, {1000, 1000}}, []pageRequest{{0, 1000}, {999, 1000}, {1998, 2}}},
		{10000, []pageRequest{
			{0, 1000}, {1000, 1000}, {2000, 1000}, {3000, 1000}, {4000, 1000},
			{5000, 1000}, {6000, 1000}, {7000, 1000}, {8000, 1000}, {9000, 1000},
		}, []pageRequest{
			{0, 1000}, {999, 1000}, {1998, 1000}, {2997, 1000}, {3996, 1000}, {4995, 1000},
			{5994, 1000}, {6993, 1000}, {7992, 1000}, {8991, 1000}, {9990, 10},
		}},
	}
	for _, tt := range tests {
		for everyShiftRepeats, want := range map[bool][]pageRequest{true: tt.newestFirst, false: tt.byDefault} {
			t.Run(fmt.Sprintf("%d, every shift repeats %t", tt.entries, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				list.refusesPastEnd = true
				got, total, err := list.counted(1000, everyShiftRepeats).read(t.Context(), Window{})
				if err != nil {
					t.Fatal(err)
				}
				if total != int64(tt.entries) || !slices.Equal(got, list.entries) {
					t.Errorf("got %d of %d entries", len(got), total)
				}
				if diff := gocmp.Diff(want, list.sortedRequests()); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestCountedListOverlapsByDefault declares a list without a thought about its order. One entry
// leaves at the start while another arrives at the end, so that the total stays the same and an
// entry slips from the second page to the first.
func TestCountedListOverlapsByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := newList(items(15))
		list.once(2, changes["head replaced by the end"])
		l := countedList[item]{size: 10, id: itemID, fetch: list.fetch}
		got, total, err := l.read(t.Context(), Window{})
		if err != nil || total != 15 || len(got) != 15 {
			t.Fatalf("%d of %d entries and the error %v", len(got), total, err)
		}
		list.checkExisted(t, got)
	})
}

// TestCountedListInFlight reads pages that take a second each: the first alone, all others at the
// same time, but at most ten.
func TestCountedListInFlight(t *testing.T) {
	t.Parallel()
	for entries, want := range map[int]time.Duration{
		1000: time.Second, 10000: 2 * time.Second, 11000: 2 * time.Second, 12000: 3 * time.Second,
	} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(entries))
				list.latency = time.Second
				begin := time.Now()
				if got, _, err := list.counted(1000, true).read(t.Context(), Window{}); err != nil || len(got) != entries {
					t.Fatalf("%d entries: %v", len(got), err)
				}
				if took := time.Since(begin); took != want {
					t.Errorf("the read took %s, want %s", took, want)
				}
			})
		})
	}
}

func TestCountedListThatChanges(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		for everyShiftRepeats := range overlaps {
			if everyShiftRepeats && name == "head replaced by the end" {
				continue // New entries come first in a list whose pages do not overlap.
			}
			for _, refuses := range []bool{false, true} {
				for at := 1; at <= 5; at++ {
					t.Run(fmt.Sprintf("%s before request %d, every shift repeats %t, refuses %t", name, at, everyShiftRepeats, refuses), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							list := newList(items(40))
							list.refusesPastEnd = refuses
							list.once(at, change)
							got, total, err := list.counted(10, everyShiftRepeats).read(t.Context(), Window{})
							if err != nil {
								t.Fatalf("a change that happens once: %v", err)
							}
							if total != int64(len(got)) {
								t.Errorf("%d of %d entries", len(got), total)
							}
							list.checkExisted(t, got)
						})
					})
				}
			}
		}
	}
}

func TestCountedListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		for everyShiftRepeats := range overlaps {
			switch {
			case name == "all removed", name == "all but one removed":
				continue // They end the changes.
			case everyShiftRepeats && name == "head replaced by the end":
				continue // New entries come first in a list whose pages do not overlap.
			}
			t.Run(fmt.Sprintf("%s, every shift repeats %t", name, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(400))
					list.before = func(int) { change(list) }
					got, _, err := list.counted(10, everyShiftRepeats).read(t.Context(), Window{})
					if err == nil {
						list.checkExisted(t, got)
					} else if !errors.Is(err, ErrListChanged) {
						t.Errorf("the error is %v", err)
					}
					// Once a repeat or another total shows, no further pages are started. Overlaps
					// are compared when all pages have been read.
					if n, most := len(list.requests), listAttempts*map[bool]int{true: 40, false: 45}[everyShiftRepeats]; n > most {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}

func TestCountedListOfAnInconsistentServer(t *testing.T) {
	t.Parallel()
	constant := func(wrong int64) func(int, int64) int64 {
		return func(int, int64) int64 { return wrong }
	}
	const huge = 1_000_000_000_000_000
	tests := map[string]struct {
		entries int
		set     func(*changingList)
		want    error
	}{
		"total one too high":           {40, func(l *changingList) { l.total = constant(41) }, ErrListChanged},
		"total one too high, one page": {5, func(l *changingList) { l.total = constant(6) }, ErrListChanged},
		"total a page too high":        {40, func(l *changingList) { l.total = constant(50) }, ErrListChanged},
		"total too high and refusing": {40, func(l *changingList) {
			l.total, l.refusesPastEnd = constant(50), true
		}, ErrListChanged},
		"total one too low in the first page": {10, func(l *changingList) { l.total = constant(9) }, ErrListChanged},
		"total of none":                       {1, func(l *changingList) { l.total = constant(0) }, ErrListChanged},
		"negative total":                      {40, func(l *changingList) { l.total = constant(-1) }, errNegativeTotal},
		"negative total of no entries":        {0, func(l *changingList) { l.total = constant(-1) }, errNegativeTotal},
		"most negative total":                 {40, func(l *changingList) { l.total = constant(math.MinInt64) }, errNegativeTotal},
		"huge total":                          {40, func(l *changingList) { l.total = constant(huge) }, ErrListChanged},
		"huge total of no entries":            {0, func(l *changingList) { l.total = constant(huge) }, ErrListChanged},
		"largest total":                       {40, func(l *changingList) { l.total = constant(math.MaxInt64) }, ErrListChanged},
		"huge total and always the same page": {40, func(l *changingList) {
			l.total, l.ignoresOffset = constant(huge), true
		}, ErrListChanged},
		"a total that changes with each page": {40, func(l *changingList) {
			l.total = func(number int, total int64) int64 { return total + int64(number%2) }
		}, ErrListChanged},
		"always the same page": {40, func(l *changingList) { l.ignoresOffset = true }, ErrListChanged},
		"a repeat within the page": {2, func(l *changingList) {
			l.page = func(_ int, _ pageRequest, entries []item) []item { entries[1] = entries[0]; return entries }
		}, ErrListChanged},
		"a later page that is short": {40, func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				return entries[:len(entries)-int(min(1, requested.Offset))]
			}
		}, ErrListChanged},
		"a later page that is empty": {40, func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				return entries[:min(len(entries), int(10-min(10, requested.Offset)))]
			}
		}, ErrListChanged},
		"a later page that is long": {40, func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				if requested.Offset > 0 {
					entries = append(entries, item{ID: fmt.Sprint("more", requested.Offset)})
				}
				return entries
			}
		}, ErrListChanged},
		"an empty first page": {40, func(l *changingList) {
			l.page = func(int, pageRequest, []item) []item { return nil }
		}, ErrListChanged},
		"a first page longer than the list": {5, func(l *changingList) {
			l.page = func(_ int, _ pageRequest, entries []item) []item { return append(entries, item{ID: "more"}) }
		}, ErrListChanged},
	}
	for name, tt := range tests {
		for everyShiftRepeats := range overlaps {
			t.Run(fmt.Sprintf("%s, every shift repeats %t", name, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(tt.entries))
					tt.set(list)
					got, _, err := list.counted(10, everyShiftRepeats).read(t.Context(), Window{})
					if !errors.Is(err, tt.want) || got != nil {
						t.Errorf("%d entries and the error %v, want %v", len(got), err, tt.want)
					}
					if n := len(list.requests); n > listAttempts*(6+2*maxInFlight) {
						t.Errorf("%d requests", n)
					}
				})
			})
			if errors.Is(tt.want, errNegativeTotal) {
				continue // It is an error at once.
			}
			t.Run(fmt.Sprintf("%s, once, every shift repeats %t", name, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(tt.entries))
					tt.set(list)
					consistent := newList(list.entries)
					attempt := 0
					l := list.counted(10, everyShiftRepeats)
					l.fetch = func(ctx context.Context, offset, limit int64) (page[item], error) {
						if offset == 0 {
							attempt++
						}
						if attempt > 1 {
							return consistent.fetch(ctx, offset, limit)
						}
						return list.fetch(ctx, offset, limit)
					}
					got, total, err := l.read(t.Context(), Window{})
					if err != nil || total != int64(tt.entries) || !slices.Equal(got, consistent.entries) {
						t.Errorf("%d of %d entries and the error %v", len(got), total, err)
					}
				})
			})
		}
	}
}

func TestListErrorTexts(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"the API returned a negative total": errNegativeTotal,
		"the API returns one entry per page, so that nothing shows whether the list is complete": errSingleEntries,
		"the list changed during each of three attempts to read it":                              ErrListChanged,
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestCountedListOfAServerThatCapsPages reads on in steps of what the first page has.
func TestCountedListOfAServerThatCapsPages(t *testing.T) {
	t.Parallel()
	for everyShiftRepeats, overlap := range overlaps {
		for _, entries := range []int{99, 100, 101, 200, 999, 1000, 1001, 3000} {
			t.Run(fmt.Sprintf("%d entries, every shift repeats %t", entries, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				list := newList(items(entries))
				list.pageCap, list.refusesPastEnd = 100, true
				got, total, err := list.counted(1000, everyShiftRepeats).read(t.Context(), Window{})
				if err != nil || total != int64(entries) || !slices.Equal(got, list.entries) {
					t.Fatalf("%d of %d entries and the error %v", len(got), total, err)
				}
				want := pagesOf(0, int64(entries), 100, overlap)
				want[0].Limit = 1000
				if diff := gocmp.Diff(want, list.sortedRequests()); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
		for _, limit := range []int64{0, 5, 6, 7, 25, 40, 100} {
			t.Run(fmt.Sprintf("limit %d, every shift repeats %t", limit, everyShiftRepeats), func(t *testing.T) {
				t.Parallel()
				list := newList(items(40))
				list.pageCap = 6
				w := Window{Limit: limit}
				got, total, err := list.counted(10, everyShiftRepeats).read(t.Context(), w)
				if err != nil || total != 40 || !slices.Equal(got, window(list.entries, w)) {
					t.Errorf("%d of %d entries and the error %v", len(got), total, err)
				}
			})
		}
	}
}

// TestCountedListOfAServerWithOneEntryPerPage is read completely if pages need not overlap, and an
// error at once otherwise.
func TestCountedListOfAServerWithOneEntryPerPage(t *testing.T) {
	t.Parallel()
	list := newList(items(40))
	list.pageCap = 1
	if got, _, err := list.counted(10, true).read(t.Context(), Window{}); err != nil || !slices.Equal(got, list.entries) {
		t.Errorf("%d entries and the error %v", len(got), err)
	}
	overlapping := newList(items(40))
	overlapping.pageCap = 1
	if got, _, err := overlapping.counted(10, false).read(t.Context(), Window{}); !errors.Is(err, errSingleEntries) || got != nil || len(overlapping.requests) != 1 {
		t.Errorf("%d entries, %d requests and the error %v", len(got), len(overlapping.requests), err)
	}
	only := newList(items(1))
	only.pageCap = 1
	if got, _, err := only.counted(10, false).read(t.Context(), Window{}); err != nil || len(got) != 1 {
		t.Errorf("%d entries and the error %v", len(got), err)
	}
}

// TestCountedListWithoutIDs accepts entries without an ID if the total is right, and refuses them
// if only their IDs could show that the pages fit together.
func TestCountedListWithoutIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := newList(make([]item, 25))
		if got, _, err := list.counted(10, true).read(t.Context(), Window{}); err != nil || len(got) != 25 {
			t.Errorf("%d entries and the error %v", len(got), err)
		}
		if got, _, err := list.counted(10, false).read(t.Context(), Window{}); !errors.Is(err, ErrListChanged) {
			t.Errorf("%d entries that cannot be told apart and the error %v", len(got), err)
		}
	})
}

func TestCountedListWindow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		window Window
		// end is the offset at which the window ends in a list of 40 entries.
		end  int64
		want []pageRequest
	}{
		"a limit below the page":           {Window{Limit: 3}, 3, []pageRequest{{0, 3}}},
		"a limit of a page":                {Window{Limit: 10}, 10, []pageRequest{{0, 10}}},
		"a limit above the page":           {Window{Limit: 25}, 25, []pageRequest{{0, 10}, {10, 10}, {20, 5}}},
		"a limit of all":                   {Window{Limit: 40}, 40, []pageRequest{{0, 10}, {10, 10}, {20, 10}, {30, 10}}},
		"a limit above all":                {Window{Limit: 1000}, 40, []pageRequest{{0, 10}, {10, 10}, {20, 10}, {30, 10}}},
		"an offset":                        {Window{Offset: 15}, 40, []pageRequest{{15, 10}, {25, 10}, {35, 5}}},
		"an offset at the last":            {Window{Offset: 39}, 40, []pageRequest{{39, 10}}},
		"an offset at the end":             {Window{Offset: 40}, 40, []pageRequest{{40, 10}}},
		"an offset past the end":           {Window{Offset: 41}, 40, []pageRequest{{41, 10}}},
		"the largest offset":               {Window{Offset: math.MaxInt64}, 40, []pageRequest{{math.MaxInt64, 10}}},
		"both":                             {Window{Offset: 5, Limit: 12}, 17, []pageRequest{{5, 10}, {15, 2}}},
		"both, past the end":               {Window{Offset: 35, Limit: 12}, 40, []pageRequest{{35, 10}}},
		"the largest offset and the limit": {Window{Offset: math.MaxInt64, Limit: math.MaxInt64}, 40, []pageRequest{{math.MaxInt64, 10}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for everyShiftRepeats := range overlaps {
				list := newList(items(40))
				got, total, err := list.counted(10, everyShiftRepeats).read(t.Context(), tt.window)
				if err != nil || total != 40 || !slices.Equal(got, window(list.entries, tt.window)) {
					t.Errorf("%v of %d entries and the error %v", got, total, err)
				}
				want := tt.want
				if !everyShiftRepeats && len(want) > 1 {
					want = pagesOf(tt.window.Offset, tt.end, 10, 1)
				}
				if diff := gocmp.Diff(want, list.sortedRequests()); diff != "" {
					t.Errorf("every shift repeats %t, requests (-want +got)\n%s", everyShiftRepeats, diff)
				}
				// If an offset past the end is refused, that is the result.
				refusing := newList(items(40))
				refusing.refusesPastEnd = true
				got, _, err = refusing.counted(10, everyShiftRepeats).read(t.Context(), tt.window)
				if past := tt.window.Offset >= 40; past != isBadRequest(err) || past != (err != nil) {
					t.Errorf("%v and the error %v; the offset is past the end: %t", got, err, past)
				}
			}
		})
	}
}
