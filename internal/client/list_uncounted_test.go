package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"
)

// What servers make of a limit of 0.
const (
	returnsAll     = math.MaxInt64
	refusesZero    = -1
	takesLiterally = 0
)

func TestUncountedListRequests(t *testing.T) {
	t.Parallel()
	const defaults = 100
	tests := map[string]struct {
		all     int64
		entries int
		want    []pageRequest
	}{
		"none": {returnsAll, 0, []pageRequest{{0, 0}, {0, 100}}},
		"1":    {returnsAll, 1, []pageRequest{{0, 0}}},
		"99":   {returnsAll, 99, []pageRequest{{0, 0}}},
		"100":  {returnsAll, 100, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"101":  {returnsAll, 101, []pageRequest{{0, 0}, {100, 100}}},
		"3000": {returnsAll, 3000, []pageRequest{{0, 0}, {2999, 100}}},

		"none, limit 0 is the default": {defaults, 0, []pageRequest{{0, 0}, {0, 100}}},
		"99, limit 0 is the default":   {defaults, 99, []pageRequest{{0, 0}}},
		"100, limit 0 is the default":  {defaults, 100, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"101, limit 0 is the default":  {defaults, 101, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {101, 100}, {100, 100}}},
		"250, limit 0 is the default":  {defaults, 250, []pageRequest{{0, 0}, {99, 100}, {198, 100}, {249, 100}, {250, 100}, {249, 100}}},

		"none, limit 0 refused": {refusesZero, 0, []pageRequest{{0, 0}, {0, 100}}},
		"1, limit 0 refused":    {refusesZero, 1, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {0, 100}}},
		"2, limit 0 refused":    {refusesZero, 2, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {2, 100}, {1, 100}}},
		"99, limit 0 refused":   {refusesZero, 99, []pageRequest{{0, 0}, {0, 100}, {98, 100}, {99, 100}, {98, 100}}},
		"100, limit 0 refused":  {refusesZero, 100, []pageRequest{{0, 0}, {0, 100}, {99, 100}, {100, 100}, {99, 100}}},
		"101, limit 0 refused":  {refusesZero, 101, []pageRequest{{0, 0}, {0, 100}, {99, 100}, {100, 100}, {101, 100}, {100, 100}}},

		"none, limit 0 taken literally": {takesLiterally, 0, []pageRequest{{0, 0}, {0, 100}}},
		"99, limit 0 taken literally":   {takesLiterally, 99, []pageRequest{{0, 0}, {0, 100}, {98, 100}, {99, 100}, {98, 100}}},
		"150, limit 0 taken literally":  {takesLiterally, 150, []pageRequest{{0, 0}, {0, 100}, {99, 100}, {149, 100}, {150, 100}, {149, 100}}},

		"1500, limit 0 capped":          {1000, 1500, nil},
		"3000, limit 0 is the default":  {defaults, 3000, nil},
		"3000, limit 0 refused":         {refusesZero, 3000, nil},
		"3000, limit 0 taken literally": {takesLiterally, 3000, nil},
	}
	for name, tt := range tests {
		for _, refusesPastEnd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, refuses past the end %t", name, refusesPastEnd), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				list.all, list.refusesPastEnd = tt.all, refusesPastEnd
				got, err := list.uncounted(100).read(t.Context(), Window{})
				if err != nil || !slices.Equal(got, list.entries) {
					t.Fatalf("%d of %d entries and the error %v", len(got), tt.entries, err)
				}
				if tt.want == nil {
					if n := len(list.requests); n > tt.entries/99+5 {
						t.Errorf("%d requests", n)
					}
					return
				}
				if diff := gocmp.Diff(tt.want, list.requests); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestUncountedListCountIsAHint reads on if the count reports that there is more, and asks once
// more if the count does not report that the list is complete.
func TestUncountedListCountIsAHint(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		entries int
		all     int64
		window  Window
		count   int64
		want    []pageRequest
	}{
		"no count":                  {40, returnsAll, Window{}, 0, []pageRequest{{0, 0}}},
		"that of the entries":       {40, returnsAll, Window{}, 40, []pageRequest{{0, 0}}},
		"less":                      {40, returnsAll, Window{}, 7, []pageRequest{{0, 0}}},
		"negative":                  {40, returnsAll, Window{}, -1, []pageRequest{{0, 0}}},
		"more, and there is more":   {60, 40, Window{}, 60, []pageRequest{{0, 0}, {39, 100}, {59, 100}}},
		"one more":                  {41, 40, Window{}, 41, []pageRequest{{0, 0}, {39, 100}, {40, 100}}},
		"the total, with an offset": {60, returnsAll, Window{Offset: 20}, 60, []pageRequest{{20, 0}}},
		"more, with an offset":      {80, 40, Window{Offset: 20}, 80, []pageRequest{{20, 0}, {59, 100}, {79, 100}}},
		"more than the limit":       {60, returnsAll, Window{Limit: 40}, 60, []pageRequest{{0, 40}}},

		"no count of a page":              {100, returnsAll, Window{}, 0, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"that of a page":                  {100, returnsAll, Window{}, 100, []pageRequest{{0, 0}, {99, 100}}},
		"more, but there is no more":      {40, returnsAll, Window{}, 60, []pageRequest{{0, 0}, {39, 100}, {40, 100}, {39, 100}}},
		"more than a page":                {100, returnsAll, Window{}, 101, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"more than one":                   {1, refusesZero, Window{}, 40, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {0, 100}}},
		"less than a page":                {100, returnsAll, Window{}, 99, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"no count below the limit":        {20, returnsAll, Window{Limit: 25}, 0, []pageRequest{{0, 25}, {19, 6}, {20, 5}, {19, 6}}},
		"below the limit":                 {20, returnsAll, Window{Limit: 25}, 20, []pageRequest{{0, 25}, {19, 6}}},
		"below the limit, with an offset": {30, returnsAll, Window{Offset: 10, Limit: 25}, 30, []pageRequest{{10, 25}, {29, 6}}},
		"one":                             {1, refusesZero, Window{}, 1, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {0, 100}}},
	}
	for name, tt := range tests {
		for _, refusesPastEnd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, refuses past the end %t", name, refusesPastEnd), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				list.all, list.count, list.refusesPastEnd = tt.all, func(int64) int64 { return tt.count }, refusesPastEnd
				got, err := list.uncounted(100).read(t.Context(), tt.window)
				if err != nil || !slices.Equal(got, window(list.entries, tt.window)) {
					t.Errorf("%d of %d entries and the error %v", len(got), tt.entries, err)
				}
				if diff := gocmp.Diff(tt.want, list.requests); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestUncountedListOfAPageWithOnlyTheOverlap gets ten entries per page, but only one at the offset
// 9: the page that shows nothing new is not the last.
func TestUncountedListOfAPageWithOnlyTheOverlap(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{10, refusesZero, takesLiterally} {
		for _, w := range []Window{{}, {Limit: 25}, {Limit: 11}} {
			for name, count := range map[string]func(int64) int64{
				"that of the page": nil,
				"none":             func(int64) int64 { return 0 },
				"the total":        func(total int64) int64 { return total },
			} {
				t.Run(fmt.Sprintf("limit 0 is %d, %+v, the count is %s", all, w, name), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						list := newList(items(40))
						list.all, list.count, list.pageCap = all, count, 10
						list.page = func(_ int, requested pageRequest, entries []item) []item {
							if requested.Offset == 9 {
								return entries[:1]
							}
							return entries
						}
						if got, err := list.uncounted(10).read(t.Context(), w); !errors.Is(err, ErrListChanged) || got != nil {
							t.Errorf("%d of 40 entries and the error %v", len(got), err)
						}
						for _, requested := range list.requests {
							if w.Limit > 0 && requested.Limit > w.Limit-requested.Offset {
								t.Errorf("%v goes past the window", requested)
							}
						}
					})
				})
			}
		}
	}
}

func TestUncountedListWindow(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{returnsAll, 10, refusesZero, takesLiterally} {
		for _, pageCap := range []int64{0, 10, 6, 2} {
			for _, limit := range []int64{0, 1, 2, 5, 9, 10, 11, 12, 25, 39, 40, 41, 1000, math.MaxInt64} {
				for _, offset := range []int64{0, 1, 5, 29, 30, 31, 39, 40, 41, math.MaxInt64 / 2} {
					t.Run(fmt.Sprintf("offset %d, limit %d, limit 0 is %d, page cap %d", offset, limit, all, pageCap), func(t *testing.T) {
						t.Parallel()
						w := Window{Offset: offset, Limit: limit}
						list := newList(items(40))
						list.all, list.pageCap = all, pageCap
						got, err := list.uncounted(10).read(t.Context(), w)
						if err != nil || !slices.Equal(got, window(list.entries, w)) {
							t.Errorf("%v and the error %v", got, err)
						}
						for _, requested := range list.requests {
							if limit > 0 && requested.Limit > limit-(requested.Offset-offset) {
								t.Errorf("%v goes past the window", requested)
							}
						}
					})
				}
			}
		}
	}
}

// TestUncountedListOffsetPastTheEnd returns what the API returns: its error, or no entries.
func TestUncountedListOffsetPastTheEnd(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{returnsAll, refusesZero, takesLiterally} {
		for _, w := range []Window{{Offset: 40}, {Offset: 41, Limit: 5}} {
			list := newList(items(40))
			list.all, list.refusesPastEnd = all, true
			if got, err := list.uncounted(10).read(t.Context(), w); !errors.Is(err, errRefusedOffset) || errors.Is(err, ErrListChanged) {
				t.Errorf("limit 0 is %d, %+v: %v and the error %v", all, w, got, err)
			}
		}
	}
}

// TestUncountedListThatRefusesZero reads pages if the API may have refused a limit of 0, and returns
// its error otherwise, or if that repeats.
func TestUncountedListThatRefusesZero(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   *Error
		pages bool
	}{
		"400":                 {&Error{Status: http.StatusBadRequest, Code: "DLI.0001"}, true},
		"422":                 {&Error{Status: http.StatusUnprocessableEntity, Code: "DLI.0001"}, true},
		"reported failure":    {&Error{Status: http.StatusOK, Reason: ReasonReportedFailure, Err: ErrReportedFailure}, true},
		"404":                 {&Error{Status: http.StatusNotFound, Code: "DLI.0002"}, false},
		"403":                 {&Error{Status: http.StatusForbidden, Code: "DLI.0003"}, false},
		"throttling, 400":     {&Error{Status: http.StatusBadRequest, Code: throttledCode}, false},
		"throttling, 422":     {&Error{Status: http.StatusUnprocessableEntity, Code: throttledCode}, false},
		"not from this API":   {&Error{Status: http.StatusOK, Reason: ReasonUnexpectedResponse}, false},
		"an internal failure": {&Error{Status: http.StatusInternalServerError}, false},
	} {
		for _, w := range []Window{{}, {Offset: 3}, {Limit: 30}} {
			for _, repeats := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %+v, repeats %t", name, w, repeats), func(t *testing.T) {
					t.Parallel()
					list := newList(items(25))
					l := list.uncounted(10)
					fetch := l.fetch
					l.fetch = func(ctx context.Context, offset, limit int64) ([]item, int64, error) {
						got, count, err := fetch(ctx, offset, limit)
						if len(list.requests) == 1 || repeats {
							return nil, 0, test.err
						}
						return got, count, err
					}
					got, err := l.read(t.Context(), w)
					if w.Limit == 0 && test.pages && !repeats {
						if err != nil || !slices.Equal(got, window(list.entries, w)) || list.requests[1] != (pageRequest{w.Offset, 10}) {
							t.Errorf("%d entries, requests %v and the error %v", len(got), list.requests, err)
						}
						return
					}
					requests := 1
					if w.Limit == 0 && test.pages {
						requests = 2
					}
					if !errors.Is(err, test.err) || got != nil || len(list.requests) != requests {
						t.Errorf("%d entries, requests %v and the error %v", len(got), list.requests, err)
					}
				})
			}
		}
	}
}

// TestUncountedListOfAServerThatCapsPages gets six entries per page, whatever the limit.
func TestUncountedListOfAServerThatCapsPages(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{returnsAll, refusesZero, takesLiterally} {
		for _, entries := range []int{0, 1, 5, 6, 7, 11, 12, 40, 41} {
			t.Run(fmt.Sprintf("%d entries, limit 0 is %d", entries, all), func(t *testing.T) {
				t.Parallel()
				list := newList(items(entries))
				list.all, list.pageCap = all, 6
				got, err := list.uncounted(10).read(t.Context(), Window{})
				if err != nil || !slices.Equal(got, list.entries) {
					t.Errorf("%d of %d entries and the error %v", len(got), entries, err)
				}
			})
		}
	}
	t.Run("25 of 40", func(t *testing.T) {
		t.Parallel()
		list := newList(items(40))
		list.pageCap = 6
		got, err := list.uncounted(100).read(t.Context(), Window{Limit: 25})
		if err != nil || !slices.Equal(got, list.entries[:25]) {
			t.Errorf("%d of 25 entries and the error %v", len(got), err)
		}
		want := []pageRequest{{0, 25}, {5, 20}, {10, 15}, {15, 10}, {20, 5}}
		if diff := gocmp.Diff(want, list.requests); diff != "" {
			t.Errorf("requests (-want +got)\n%s", diff)
		}
	})
	t.Run("1 of 25", func(t *testing.T) {
		t.Parallel()
		list := newList(items(1))
		got, err := list.uncounted(100).read(t.Context(), Window{Limit: 25})
		if err != nil || !slices.Equal(got, list.entries) {
			t.Errorf("%d entries and the error %v", len(got), err)
		}
		want := []pageRequest{{0, 25}, {1, 24}, {0, 25}}
		if diff := gocmp.Diff(want, list.requests); diff != "" {
			t.Errorf("requests (-want +got)\n%s", diff)
		}
	})
}

// TestUncountedListOfAServerWithOneEntryPerPage is an error unless there is only one entry, or the
// server returns all at once.
func TestUncountedListOfAServerWithOneEntryPerPage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		all     int64
		entries int
		window  Window
		want    int
	}{
		{refusesZero, 40, Window{}, -1}, {takesLiterally, 40, Window{}, -1}, {refusesZero, 2, Window{}, -1},
		{10, 40, Window{}, -1}, {10, 11, Window{}, -1}, {10, 40, Window{Offset: 5}, -1}, {10, 10, Window{}, 10},
		{returnsAll, 40, Window{Limit: 25}, -1}, {returnsAll, 40, Window{Limit: 2}, -1}, {returnsAll, 40, Window{Offset: 38, Limit: 2}, -1},
		{returnsAll, 40, Window{}, 40}, {returnsAll, 40, Window{Limit: 1}, 1}, {returnsAll, 40, Window{Offset: 39, Limit: 2}, 1},
		{refusesZero, 0, Window{}, 0}, {refusesZero, 1, Window{}, 1}, {takesLiterally, 1, Window{}, 1}, {returnsAll, 1, Window{Limit: 25}, 1},
	} {
		for _, refusesPastEnd := range []bool{false, true} {
			list := newList(items(tt.entries))
			list.all, list.pageCap, list.refusesPastEnd = tt.all, 1, refusesPastEnd
			got, err := list.uncounted(10).read(t.Context(), tt.window)
			switch {
			case tt.want < 0 && (!errors.Is(err, errSingleEntries) || got != nil):
				t.Errorf("%+v: %d entries and the error %v", tt, len(got), err)
			case tt.want >= 0 && (err != nil || len(got) != tt.want):
				t.Errorf("%+v: %d entries and the error %v", tt, len(got), err)
			}
		}
	}
}

// TestUncountedListThatKeepsGrowing gives up a list that has more entries at its end at every
// request.
func TestUncountedListThatKeepsGrowing(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{returnsAll, 10, refusesZero} {
		for _, more := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("by %d, limit 0 is %d", more, all), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(15))
					list.all = all
					list.before = func(int) {
						for range more {
							list.insert(len(list.entries))
						}
					}
					got, err := list.uncounted(10).read(t.Context(), Window{})
					if !errors.Is(err, ErrListChanged) {
						t.Errorf("%d entries and the error %v", len(got), err)
					}
					if n := len(list.requests); n > listAttempts*30 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}

// TestUncountedListOfAServerWithoutOffsets gets the same entries at every offset. They are complete
// if the server returns all at once.
func TestUncountedListOfAServerWithoutOffsets(t *testing.T) {
	t.Parallel()
	for _, all := range []int64{returnsAll, refusesZero, takesLiterally} {
		for _, entries := range []int{0, 1, 2, 9, 10, 11, 15, 100} {
			t.Run(fmt.Sprintf("%d entries, limit 0 is %d", entries, all), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(entries))
					list.all, list.ignoresOffset = all, true
					got, err := list.uncounted(10).read(t.Context(), Window{})
					if all == returnsAll || entries == 0 {
						if err != nil || !slices.Equal(got, list.entries) || len(list.requests) > 4 {
							t.Errorf("%d of %d entries, %d requests and the error %v", len(got), entries, len(list.requests), err)
						}
						return
					}
					if !errors.Is(err, ErrListChanged) && !errors.Is(err, errSingleEntries) || got != nil || len(list.requests) > 2+listAttempts*3 {
						t.Errorf("%d of %d entries, %d requests and the error %v", len(got), entries, len(list.requests), err)
					}
				})
			})
		}
	}
}

// TestUncountedListOfPassingArrivals has a list look like that of a server without offsets for a
// moment.
func TestUncountedListOfPassingArrivals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := newList(items(25))
		list.all = 10
		list.before = func(number int) {
			switch number {
			case 2: // The page that begins with the last entry of the first one.
				for range 9 {
					list.insert(0)
				}
			case 3: // The page after the last entry.
				for range 9 {
					list.remove(0)
				}
			}
		}
		got, err := list.uncounted(10).read(t.Context(), Window{})
		if err != nil || len(got) != 25 {
			t.Errorf("%d entries and the error %v", len(got), err)
		}
	})
}

func TestUncountedListThatChanges(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		for _, all := range []int64{returnsAll, 10, refusesZero, takesLiterally} {
			for _, pageCap := range []int64{0, 6} {
				for at := 1; at <= 10; at++ {
					t.Run(fmt.Sprintf("%s before request %d, limit 0 is %d, page cap %d", name, at, all, pageCap), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							for _, refuses := range []bool{false, true} {
								list := newList(items(40))
								list.all, list.pageCap, list.refusesPastEnd = all, pageCap, refuses
								list.once(at, change)
								got, err := list.uncounted(10).read(t.Context(), Window{})
								if err != nil {
									t.Fatalf("a change that happens once: %v", err)
								}
								list.checkExisted(t, got)
							}
						})
					})
				}
			}
		}
	}
}

func TestUncountedListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"inserted at the head", "inserted in the middle", "removed at the head", "removed in the middle"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(400))
				list.all = 10
				list.before = func(int) { changes[name](list) }
				got, err := list.uncounted(10).read(t.Context(), Window{})
				if !errors.Is(err, ErrListChanged) {
					t.Errorf("%d entries and the error %v", len(got), err)
				}
			})
		})
	}
	t.Run("snapshots", func(t *testing.T) {
		t.Parallel()
		list := newList(items(400))
		list.before = func(int) { changes["inserted at the head"](list) }
		got, err := list.uncounted(1000).read(t.Context(), Window{})
		if err != nil || len(list.requests) != 1 {
			t.Fatalf("%d requests and the error %v", len(list.requests), err)
		}
		list.checkExisted(t, got)
	})
}

func TestUncountedListOfAnInconsistentServer(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*changingList){
		"a repeat within the page": func(l *changingList) {
			l.page = func(_ int, _ pageRequest, entries []item) []item {
				return append(entries, entries[:min(1, len(entries))]...)
			}
		},
		"pages that begin right and go on from the start": func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				if requested.Offset > 0 && len(entries) > 1 {
					entries = append(entries[:1:1], items(9)...)
				}
				return entries
			}
		},
		"a page that begins elsewhere": func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				return entries[min(int(requested.Offset), 1, len(entries)):]
			}
		},
		"a refusal of every offset": func(l *changingList) {
			l.refuses = func(requested pageRequest) bool { return requested.Offset > 0 }
		},
		"an empty page in between": func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				if requested.Offset%10 == 9 {
					return nil
				}
				return entries
			}
		},
		"a short page in between": func(l *changingList) {
			l.page = func(_ int, requested pageRequest, entries []item) []item {
				if requested.Offset == 9 {
					return entries[:5]
				}
				return entries
			}
		},
	}
	for name, set := range tests {
		for _, all := range []int64{10, refusesZero} {
			t.Run(fmt.Sprintf("%s, limit 0 is %d", name, all), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					list := newList(items(40))
					list.all = all
					set(list)
					if got, err := list.uncounted(10).read(t.Context(), Window{}); !errors.Is(err, ErrListChanged) || got != nil {
						t.Errorf("%v and the error %v", got, err)
					}
					if n := len(list.requests); n > listAttempts*8 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
	for _, w := range []Window{{}, {Limit: 5}} {
		t.Run(fmt.Sprintf("a repeat in a complete list, %+v", w), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(slices.Concat(items(4), items(1)))
				if got, err := list.uncounted(10).read(t.Context(), w); !errors.Is(err, ErrListChanged) || got != nil {
					t.Errorf("%v and the error %v", got, err)
				}
			})
		})
	}
}

// TestUncountedListWithoutIDs accepts entries without an ID in a complete list, and refuses them if
// only their IDs could show that the pages fit together.
func TestUncountedListWithoutIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if got, err := newList(make([]item, 25)).uncounted(30).read(t.Context(), Window{}); err != nil || len(got) != 25 {
			t.Errorf("%d entries and the error %v", len(got), err)
		}
		paged := newList(make([]item, 25))
		paged.all = 10
		if got, err := paged.uncounted(10).read(t.Context(), Window{}); !errors.Is(err, ErrListChanged) || len(paged.requests) > 12 {
			t.Errorf("%d entries that cannot be told apart, %d requests and the error %v", len(got), len(paged.requests), err)
		}
	})
}
