package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// item is an entry of a list: its ID, and how often it was updated.
type item struct {
	ID      string
	Updates int
}

func itemID(i *item) *string { return &i.ID }

// items returns n entries with the IDs e0, e1 and so on.
func items(n int) []item {
	list := make([]item, n)
	for i := range list {
		list[i].ID = "e" + strconv.Itoa(i)
	}
	return list
}

// pageRequest is what a request for a page asks for.
type pageRequest struct{ Offset, Limit int64 }

// changingList is a list behind an API with pages. It records the requests and every state that
// the list has had.
type changingList struct {
	mu       sync.Mutex
	entries  []item
	history  [][]item
	requests []pageRequest

	// before is called with the lock held before each request; the first has number 1.
	before func(number int)
	// pageCap is the maximum number of entries of a page, 0 for as many as requested; if negative, that
	// of a server that ignores the limit.
	pageCap int64
	// alter changes a page or fails, unless it is nil. The lock is held.
	alter func(number int, requested pageRequest, got *page[item]) error
	// count is the count that an uncounted list reports, unless it is nil.
	count func(total int64) int64
	// refusesPastEnd has an offset at or past the end get a 400.
	refusesPastEnd bool
	// ignoresOffset begins every page at the start.
	ignoresOffset bool
	// all is what the server makes of a limit of 0; a negative number has it get a 400.
	all int64
	// latency is how long a response takes.
	latency time.Duration
}

func newList(entries []item) *changingList {
	return &changingList{entries: entries, history: [][]item{slices.Clone(entries)}, all: math.MaxInt64}
}

// change replaces the entries, with the lock held.
func (l *changingList) change(entries []item) {
	l.entries = entries
	l.history = append(l.history, slices.Clone(entries))
}

// insert adds a new entry at an index, with the lock held.
func (l *changingList) insert(at int) {
	l.change(slices.Insert(slices.Clone(l.entries), at, item{ID: "new" + strconv.Itoa(len(l.history))}))
}

// remove removes the entry at an index, with the lock held.
func (l *changingList) remove(at int) {
	l.change(slices.Delete(slices.Clone(l.entries), at, at+1))
}

var errRefusedOffset = &Error{Status: http.StatusBadRequest, Code: "EndPoint.0010", Message: "Invalid offset."}

func (l *changingList) fetch(ctx context.Context, offset, limit int64) (page[item], error) {
	got, err := l.respond(offset, limit)
	if sleepErr := sleep(ctx, l.latency); sleepErr != nil {
		return page[item]{}, sleepErr
	}
	return got, err
}

func (l *changingList) respond(offset, limit int64) (page[item], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	requested := pageRequest{offset, limit}
	l.requests = append(l.requests, requested)
	number := len(l.requests)
	if l.before != nil {
		l.before(number)
	}
	total := int64(len(l.entries))
	switch {
	case limit == 0 && l.all < 0:
		return page[item]{}, &Error{Status: http.StatusBadRequest, Code: "DLI.0001"}
	case limit == 0:
		limit = l.all
	case l.pageCap > 0:
		limit = min(limit, l.pageCap)
	case l.pageCap < 0:
		limit = -l.pageCap
	}
	if l.ignoresOffset {
		offset = 0
	}
	if l.refusesPastEnd && offset > 0 && offset >= total {
		return page[item]{}, errRefusedOffset
	}
	from := min(offset, total)
	got := page[item]{entries: slices.Clone(l.entries[from : from+min(limit, total-from)]), total: total}
	if l.alter != nil {
		if err := l.alter(number, requested, &got); err != nil {
			return page[item]{}, err
		}
	}
	return got, nil
}

// counted reads the list as one whose pages report the total.
func (l *changingList) counted(size int64) countedList[item] {
	return countedList[item]{size: size, id: itemID, fetch: l.fetch}
}

// uncounted reads the list as one without a reliable total. Its count is that of the entries,
// unless the list has another.
func (l *changingList) uncounted(size int) uncountedList[item] {
	return uncountedList[item]{size: size, id: itemID, fetch: func(ctx context.Context, offset, limit int64) ([]item, int64, error) {
		got, err := l.fetch(ctx, offset, limit)
		count := int64(len(got.entries))
		if l.count != nil {
			count = l.count(got.total)
		}
		return got.entries, count, err
	}}
}

// What servers make of a limit of 0.
const (
	returnsAll     = math.MaxInt64
	returnsPage    = 10
	refusesZero    = -1
	takesLiterally = 0
)

// readFunc reads a list in pages of 10.
type readFunc func(*changingList, Window) ([]item, error)

// forKinds runs a test of every kind of list in the fake time of a bubble.
func forKinds(t *testing.T, test func(t *testing.T, read readFunc)) {
	t.Helper()
	run := func(name string, read func(context.Context, *changingList, Window) ([]item, error)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test(t, func(l *changingList, w Window) ([]item, error) { return read(t.Context(), l, w) })
			})
		})
	}
	run("counted", func(ctx context.Context, l *changingList, w Window) ([]item, error) {
		got, err := l.counted(10).read(ctx, w)
		if err == nil && w == (Window{}) && got.total != int64(len(got.entries)) {
			err = errors.New("the total is wrong")
		}
		return got.entries, err
	})
	for _, all := range []int64{returnsAll, returnsPage, refusesZero, takesLiterally} {
		run(fmt.Sprintf("uncounted, limit 0 is %d", all), func(ctx context.Context, l *changingList, w Window) ([]item, error) {
			if l.all = all; all == returnsPage {
				l.pageCap = 0 // A server's default page is not larger than its largest one.
			}
			return l.uncounted(10).read(ctx, w)
		})
	}
}

// sortedRequests returns the requests by offset: pages are requested concurrently.
func (l *changingList) sortedRequests() []pageRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(l.requests), func(a, b pageRequest) int { return cmp.Compare(a.Offset, b.Offset) })
}

// checkExisted fails if the list has never had these entries.
func (l *changingList) checkExisted(t *testing.T, got []item) {
	t.Helper()
	if !slices.ContainsFunc(l.history, func(state []item) bool { return slices.Equal(got, state) }) {
		t.Errorf("the list has never been %v; it was, in turn, %v", got, l.history)
	}
}

// window cuts a window out of a list.
func window(entries []item, w Window) []item {
	entries = entries[min(w.Offset, int64(len(entries))):]
	if w.Limit > 0 {
		entries = entries[:min(w.Limit, int64(len(entries)))]
	}
	return entries
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

// TestListThatChanges changes a list once, before any of the requests: the result is a list that
// existed.
func TestListThatChanges(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		for name, change := range changes {
			for _, pageCap := range []int64{0, 6} {
				for at := range 10 {
					for _, refuses := range []bool{false, true} {
						list := newList(items(40))
						list.pageCap, list.refusesPastEnd = pageCap, refuses
						list.before = func(number int) {
							if number == at+1 {
								change(list)
							}
						}
						got, err := read(list, Window{})
						if err != nil {
							t.Fatalf("%s before request %d, pages of at most %d: %v", name, at+1, pageCap, err)
						}
						list.checkExisted(t, got)
					}
				}
			}
		}
	})
}

// TestListThatKeepsChanging gives up a list that changes before every request.
func TestListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		for name, change := range changes {
			for _, entries := range []int{15, 400} {
				list := newList(items(entries))
				list.before = func(number int) {
					if len(list.entries) > 1 && number <= listAttempts*70 {
						change(list)
					}
				}
				got, err := read(list, Window{})
				if err == nil {
					list.checkExisted(t, got)
				} else if !errors.Is(err, ErrListChanged) || got != nil {
					t.Errorf("%s: %d entries and the error %v", name, len(got), err)
				}
				if n := len(list.requests); n > listAttempts*70 {
					t.Errorf("%s: %d requests", name, n)
				}
			}
		}
	})
}

// TestListWindow reads windows from servers with several sizes of pages, and requests nothing past
// the window. An offset past the end gets what the API returns: nothing, or its error.
func TestListWindow(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		for _, pageCap := range []int64{0, 10, 6, 2, -50} {
			for _, limit := range []int64{0, 1, 2, 5, 9, 10, 11, 12, 25, 39, 40, 41, 1000, math.MaxInt64} {
				for _, offset := range []int64{0, 1, 5, 29, 30, 31, 39, 40, 41, math.MaxInt64} {
					w := Window{Offset: offset, Limit: limit}
					list := newList(items(40))
					list.pageCap = pageCap
					got, err := read(list, w)
					if err != nil || !slices.Equal(got, window(list.entries, w)) {
						t.Errorf("%+v, pages of at most %d: %v and the error %v", w, pageCap, got, err)
					}
					for _, requested := range list.requests {
						if limit > 0 && requested.Limit > limit-(requested.Offset-offset) {
							t.Errorf("%v goes past the window %+v", requested, w)
						}
					}
					if list.refusesPastEnd = true; offset >= 40 {
						if got, err = read(list, w); !errors.Is(err, errRefusedOffset) || errors.Is(err, ErrListChanged) || got != nil {
							t.Errorf("%+v: %v and the error %v", w, got, err)
						}
					}
				}
			}
		}
	})
}

// TestListOfAnInconsistentServer gets the complete list or an error, also if only the first attempt
// gets responses that do not fit together.
func TestListOfAnInconsistentServer(t *testing.T) {
	t.Parallel()
	constant := func(wrong int64) func(*changingList) {
		return func(l *changingList) {
			l.alter = func(_ int, _ pageRequest, got *page[item]) error {
				got.total = wrong
				return nil
			}
		}
	}
	repeatOnPage := pages(func(_ int64, entries []item) []item {
		return append(entries[:max(0, len(entries)-1)], entries[:min(1, len(entries))]...)
	})
	const huge = 1_000_000_000_000_000
	tests := map[string]struct {
		entries int
		set     func(*changingList)
	}{
		"total one too high":                  {40, constant(41)},
		"total one too high, one page":        {5, constant(6)},
		"total a page too high":               {40, constant(50)},
		"total one too low in the first page": {10, constant(9)},
		"total of none":                       {1, constant(0)},
		"huge total of no entries":            {0, constant(huge)},
		"largest total":                       {40, constant(math.MaxInt64)},
		"total too high and refusing":         {40, func(l *changingList) { constant(50)(l); l.refusesPastEnd = true }},
		"huge total and always the same page": {40, func(l *changingList) { constant(huge)(l); l.ignoresOffset = true }},
		"a total that changes with each page": {40, func(l *changingList) {
			l.alter = func(number int, _ pageRequest, got *page[item]) error {
				got.total += int64(number % 2)
				return nil
			}
		}},
		"always the same page":      {40, func(l *changingList) { l.ignoresOffset = true }},
		"a refusal of every offset": {40, refuseOffsets},
		"pages of one entry":        {40, func(l *changingList) { l.pageCap = 1 }},
		"a repeat on each page":     {40, repeatOnPage},
		"a repeat on the page":      {5, repeatOnPage},
		"pages that begin right and go on from the start": {40, pages(func(offset int64, entries []item) []item {
			if offset > 0 && len(entries) > 1 {
				entries = append(entries[:1:1], items(len(entries)-1)...)
			}
			return entries
		})},
		"pages that begin elsewhere": {40, pages(func(offset int64, entries []item) []item {
			return entries[min(int(offset), 1, len(entries)):]
		})},
		"an updated entry": {40, pages(func(offset int64, entries []item) []item {
			if offset > 0 && len(entries) > 0 {
				entries[0].Updates++
			}
			return entries
		})},
		"no entries in between":       {40, pages(cutAt(9, 0))},
		"only the overlap in between": {40, pages(cutAt(9, 1))},
		"a short page in between":     {40, pages(cutAt(9, 5))},
		"no entries at the end":       {40, pages(cutAt(27, 0))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forKinds(t, func(t *testing.T, read readFunc) {
				always, once, attempts := newList(items(tt.entries)), newList(items(tt.entries)), 0
				tt.set(always)
				got, err := read(always, Window{})
				isExpected := errors.Is(err, ErrListChanged) || errors.Is(err, errSingleEntries)
				if err == nil && !slices.Equal(got, always.entries) || err != nil && (got != nil || !isExpected) {
					t.Errorf("%d entries and the error %v", len(got), err)
				}
				if n := len(always.requests); n > listAttempts*(1+2*maxInFlight) {
					t.Errorf("%d requests", n)
				}
				tt.set(once)
				once.before = func(number int) {
					if once.requests[number-1] == once.requests[0] {
						attempts++
					}
					if attempts == 2 {
						once.alter, once.ignoresOffset, once.pageCap = nil, false, 0
					}
				}
				got, err = read(once, Window{})
				if !errors.Is(err, errSingleEntries) && (err != nil || !slices.Equal(got, once.entries)) {
					t.Errorf("once: %d entries and the error %v", len(got), err)
				}
			})
		})
	}
}

// refuseOffsets has the server refuse every offset.
func refuseOffsets(l *changingList) {
	l.alter = func(_ int, requested pageRequest, _ *page[item]) error {
		if requested.Offset > 0 {
			return errRefusedOffset
		}
		return nil
	}
}

// pages changes the entries of pages.
func pages(change func(offset int64, entries []item) []item) func(*changingList) {
	return func(l *changingList) {
		l.alter = func(_ int, requested pageRequest, got *page[item]) error {
			got.entries = change(requested.Offset, got.entries)
			return nil
		}
	}
}

// cutAt cuts the page at one offset to n entries.
func cutAt(at int64, n int) func(offset int64, entries []item) []item {
	return func(offset int64, entries []item) []item {
		if offset == at {
			entries = entries[:min(n, len(entries))]
		}
		return entries
	}
}

// TestListWithoutIDs accepts entries without an ID if a response is complete, and refuses them if
// only their IDs could show that the pages fit together.
func TestListWithoutIDs(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		if got, err := read(newList(make([]item, 25)), Window{Limit: 9}); err != nil || len(got) != 9 {
			t.Errorf("%d entries and the error %v", len(got), err)
		}
		list := newList(make([]item, 25))
		if got, err := read(list, Window{}); !errors.Is(err, ErrListChanged) || got != nil || len(list.requests) > 12 {
			t.Errorf("%d entries that cannot be told apart, %d requests and the error %v", len(got), len(list.requests), err)
		}
	})
}

// TestListAttempts reads a list that never fits together: three times, with pauses. The error keeps
// what the API returned at last.
func TestListAttempts(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		list := newList(items(40))
		refuseOffsets(list)
		begin := time.Now()
		var attempts []time.Duration
		list.before = func(number int) {
			if list.requests[number-1] == list.requests[0] {
				attempts = append(attempts, time.Since(begin))
			}
		}
		_, err := read(list, Window{})
		if !errors.Is(err, ErrListChanged) || !errors.Is(err, errRefusedOffset) ||
			err.Error() != "the list changed during each of three attempts to read it: "+errRefusedOffset.Error() {
			t.Errorf("the error is %v", err)
		}
		want := []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond}
		if diff := gocmp.Diff(want, attempts); diff != "" {
			t.Errorf("attempts (-want +got)\n%s", diff)
		}
	})
}

// TestReadConsistentlyUntilTheDeadline ends the pause between two attempts.
func TestReadConsistentlyUntilTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		begin := time.Now()
		got, err := readConsistently(ctx, func(context.Context) (int, error) { return 0, errInconsistent })
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrListChanged) || got != 0 || time.Since(begin) != 300*time.Millisecond {
			t.Errorf("%d and the error %v after %s", got, err, time.Since(begin))
		}
	})
}

// TestListErrors returns the API's own error, whichever request has it, and sends no further
// request.
func TestListErrors(t *testing.T) {
	t.Parallel()
	forKinds(t, func(t *testing.T, read readFunc) {
		for _, want := range []*Error{
			{Status: http.StatusForbidden, Code: "EndPoint.0004"},
			{Status: http.StatusBadRequest, Code: "APIGW.0308"}, // The gateway also throttles with 400, which is not the end of the list.
		} {
			for at := 1; at <= 5; at++ {
				list := newList(items(25))
				list.alter = func(number int, _ pageRequest, _ *page[item]) error {
					if number < at {
						return nil
					}
					return want
				}
				got, err := read(list, Window{})
				if n := len(list.requests); n >= at && (!errors.Is(err, want) || errors.Is(err, ErrListChanged) || got != nil) || n > 5 {
					t.Errorf("%v of request %d: %v, %d requests and the error %v", want, at, got, n, err)
				}
			}
		}
	})
}

// TestRepeats tells entries apart by their IDs alone.
func TestRepeats(t *testing.T) {
	t.Parallel()
	a, b, upper, empty := "a", "b", "A", ""
	id := func(id **string) *string { return *id }
	if repeats([]*string{&a, nil, &b, &empty, &upper, nil, &empty}, id) || !repeats([]*string{&a, nil, &b, &a}, id) {
		t.Error("different IDs repeat, or equal ones do not")
	}
}
