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
	made     int

	// before is called with the lock held before each request; the first has number 1.
	before func(number int)
	// pageCap is the maximum number of entries of a page, 0 for as many as requested.
	pageCap int64
	// total replaces the total that pages report, unless it is nil.
	total func(number int, total int64) int64
	// count is the count that responses to requests without a limit report, unless it is nil.
	count func(total int64) int64
	// page replaces the entries of a page, unless it is nil.
	page func(number int, requested pageRequest, entries []item) []item
	// refuses reports which requests get a 400, unless it is nil.
	refuses func(pageRequest) bool
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
	l.made++
	l.change(slices.Insert(slices.Clone(l.entries), at, item{ID: "new" + strconv.Itoa(l.made)}))
}

// remove removes the entry at an index, with the lock held.
func (l *changingList) remove(at int) {
	l.change(slices.Delete(slices.Clone(l.entries), at, at+1))
}

// once makes a change before the request of this number.
func (l *changingList) once(number int, change func(*changingList)) {
	l.before = func(n int) {
		if n == number {
			change(l)
		}
	}
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
	}
	if l.ignoresOffset {
		offset = 0
	}
	if l.refusesPastEnd && offset > 0 && offset >= total || l.refuses != nil && l.refuses(requested) {
		return page[item]{}, errRefusedOffset
	}
	from := min(offset, total)
	entries := slices.Clone(l.entries[from : from+min(limit, total-from)])
	if l.total != nil {
		total = l.total(number, total)
	}
	if l.page != nil {
		entries = l.page(number, requested, entries)
	}
	return page[item]{entries: entries, total: total}, nil
}

// counted reads the list as one whose pages report the total.
func (l *changingList) counted(size int64, everyShiftRepeats bool) countedList[item] {
	return countedList[item]{size: size, everyShiftRepeats: everyShiftRepeats, id: itemID, fetch: l.fetch}
}

// uncounted reads the list as one without a reliable total. Its count is that of the entries,
// unless the list has another.
func (l *changingList) uncounted(size int64) uncountedList[item] {
	return uncountedList[item]{size: size, id: itemID, fetch: func(ctx context.Context, offset, limit int64) ([]item, int64, error) {
		got, err := l.fetch(ctx, offset, limit)
		count := int64(len(got.entries))
		if l.count != nil {
			count = l.count(got.total)
		}
		return got.entries, count, err
	}}
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

// TestListAttempts reads a list that never fits together: three times, with pauses.
func TestListAttempts(t *testing.T) {
	t.Parallel()
	reads := map[string]func(context.Context, *changingList) error{
		"counted": func(ctx context.Context, l *changingList) error {
			_, _, err := l.counted(10, false).read(ctx, Window{})
			return err
		},
		"uncounted": func(ctx context.Context, l *changingList) error {
			l.all = 10
			_, err := l.uncounted(10).read(ctx, Window{})
			return err
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(40))
				list.page = func(_ int, _ pageRequest, entries []item) []item { return append(entries, entries[0]) }
				var times []time.Duration
				begin := time.Now()
				list.before = func(int) { times = append(times, time.Since(begin)) }
				if err := read(t.Context(), list); !errors.Is(err, ErrListChanged) {
					t.Errorf("the error is %v", err)
				}
				want := []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond}
				if diff := gocmp.Diff(want, times); diff != "" {
					t.Errorf("attempts (-want +got)\n%s", diff)
				}
			})
		})
		t.Run(name+", canceled", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(40))
				list.page = func(_ int, _ pageRequest, entries []item) []item { return append(entries, entries[0]) }
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				begin := time.Now()
				err := read(ctx, list)
				if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrListChanged) || time.Since(begin) != 300*time.Millisecond {
					t.Errorf("the error is %v after %s", err, time.Since(begin))
				}
			})
		})
	}
}

// TestListChangedErrorWrapsTheAPIError keeps what the API returned in the last attempt.
func TestListChangedErrorWrapsTheAPIError(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *changingList) error{
		"counted": func(ctx context.Context, l *changingList) error {
			_, _, err := l.counted(10, true).read(ctx, Window{})
			return err
		},
		"uncounted": func(ctx context.Context, l *changingList) error {
			l.all = 10
			_, err := l.uncounted(10).read(ctx, Window{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(40))
				list.refuses = func(r pageRequest) bool { return r.Offset > 0 }
				err := read(t.Context(), list)
				if !errors.Is(err, ErrListChanged) || !errors.Is(err, errRefusedOffset) || err.Error() != ErrListChanged.Error()+": "+errRefusedOffset.Error() {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

// TestListErrors returns the API's own error, whichever page has it, and sends no further request.
func TestListErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]*Error{
		"refusal": {Status: http.StatusForbidden, Code: "EndPoint.0004"},
		// The gateway also throttles with 400, which is not the end of the list.
		"throttling": {Status: http.StatusBadRequest, Code: throttledCode},
	} {
		for at := 1; at <= 4; at++ {
			t.Run(fmt.Sprintf("%s of request %d", name, at), func(t *testing.T) {
				t.Parallel()
				failing := func(list *changingList) func(context.Context, int64, int64) (page[item], error) {
					return func(ctx context.Context, offset, limit int64) (page[item], error) {
						got, err := list.fetch(ctx, offset, limit)
						list.mu.Lock()
						defer list.mu.Unlock()
						if len(list.requests) >= at {
							return page[item]{}, want
						}
						return got, err
					}
				}
				list := newList(items(40))
				counted := list.counted(10, true)
				counted.fetch = failing(list)
				if got, _, err := counted.read(t.Context(), Window{}); !errors.Is(err, want) || errors.Is(err, ErrListChanged) || got != nil {
					t.Errorf("%v and the error %v", got, err)
				}
				paged := newList(items(18)) // The fourth request is past the end.
				paged.all = 10
				uncounted, fetch := paged.uncounted(10), failing(paged)
				uncounted.fetch = func(ctx context.Context, offset, limit int64) ([]item, int64, error) {
					got, err := fetch(ctx, offset, limit)
					return got.entries, 0, err
				}
				if got, err := uncounted.read(t.Context(), Window{}); !errors.Is(err, want) || errors.Is(err, ErrListChanged) || got != nil || len(paged.requests) != at {
					t.Errorf("%v, %d requests and the error %v", got, len(paged.requests), err)
				}
			})
		}
	}
}

func TestIsBadRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"400":            {&Error{Status: 400, Code: "EndPoint.0010"}, true},
		"wrapped":        {fmt.Errorf("%w: %w", errInconsistent, errRefusedOffset), true},
		"throttling":     {&Error{Status: 400, Code: throttledCode}, false},
		"404":            {&Error{Status: 404}, false},
		"no response":    {&Error{}, false},
		"not a response": {errInconsistent, false},
		"none":           {nil, false},
	} {
		if got := isBadRequest(test.err); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestSeen tells entries apart by their IDs alone.
func TestSeen(t *testing.T) {
	t.Parallel()
	type entry struct{ id *string }
	text := func(s string) entry { return entry{&s} }
	for name, test := range map[string]struct {
		pages [][]entry
		want  bool
	}{
		"different":           {[][]entry{{text("a"), text("b")}, {text("c")}}, true},
		"repeat in a page":    {[][]entry{{text("a"), text("a")}}, false},
		"repeat on another":   {[][]entry{{text("a"), text("b")}, {text("c"), text("a")}}, false},
		"differing in case":   {[][]entry{{text("a"), text("A")}}, true},
		"without IDs":         {[][]entry{{{nil}, {nil}}, {{nil}}}, true},
		"empty IDs":           {[][]entry{{text(""), text("")}}, true},
		"nothing on one page": {[][]entry{{text("a")}, {}, {text("b")}}, true},
	} {
		s, got := newSeen(func(e *entry) *string { return e.id }), true
		for _, entries := range test.pages {
			got = s.add(entries) && got
		}
		if got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestHasPrefix(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entries, prefix []item
		want            bool
	}{
		"all":         {items(3), items(3), true},
		"some":        {items(3), items(1), true},
		"more":        {items(3), items(4), false},
		"none":        {items(3), nil, false},
		"of none":     {nil, nil, false},
		"elsewhere":   {items(3), items(3)[1:], false},
		"updated":     {items(3), []item{{ID: "e0", Updates: 1}}, false},
		"without IDs": {make([]item, 3), make([]item, 2), false},
	} {
		if got := hasPrefix(test.entries, test.prefix, itemID); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
