package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestUncountedListRequests requests no more than it needs, from servers that refuse an offset past
// the end or not.
func TestUncountedListRequests(t *testing.T) {
	t.Parallel()
	const byDefault, cut = 100, 40 // What servers return for limit 0 that do not return all.
	for name, tt := range map[string]struct {
		entries int
		all     int64
		window  Window
		count   int64 // Of the response, 0 if it has none.
		want    []pageRequest
	}{
		"none": {0, returnsAll, Window{}, 0, []pageRequest{{0, 0}, {0, 100}}},
		"1":    {1, returnsAll, Window{}, 0, []pageRequest{{0, 0}}},
		"99":   {99, returnsAll, Window{}, 0, []pageRequest{{0, 0}}},
		"100":  {100, returnsAll, Window{}, 0, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"3000": {3000, returnsAll, Window{}, 3000, []pageRequest{{0, 0}, {2999, 100}, {3000, 100}, {2999, 100}}},

		"none, limit 0 is the default": {0, byDefault, Window{}, 0, []pageRequest{{0, 0}, {0, 100}}},
		"99, limit 0 is the default":   {99, byDefault, Window{}, 0, []pageRequest{{0, 0}}},
		"100, limit 0 is the default":  {100, byDefault, Window{}, 0, []pageRequest{{0, 0}, {99, 100}, {100, 100}, {99, 100}}},
		"101, limit 0 is the default":  {101, byDefault, Window{}, 0, []pageRequest{{0, 0}, {99, 100}, {101, 100}, {100, 100}}},
		"250, limit 0 is the default":  {250, byDefault, Window{}, 0, []pageRequest{{0, 0}, {99, 100}, {198, 100}, {250, 100}, {249, 100}}},

		"1, limit 0 refused":   {1, refusesZero, Window{}, 0, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {0, 100}}},
		"2, limit 0 refused":   {2, refusesZero, Window{}, 0, []pageRequest{{0, 0}, {0, 100}, {1, 100}, {2, 100}, {1, 100}}},
		"101, limit 0 refused": {101, refusesZero, Window{}, 0, []pageRequest{{0, 0}, {0, 100}, {99, 100}, {101, 100}, {100, 100}}},

		"a count of the entries":         {40, returnsAll, Window{}, 40, []pageRequest{{0, 0}}},
		"a negative count":               {40, returnsAll, Window{}, -1, []pageRequest{{0, 0}}},
		"a count of the total":           {60, returnsAll, Window{Offset: 20}, 60, []pageRequest{{20, 0}}},
		"a higher count":                 {60, cut, Window{}, 60, []pageRequest{{0, 0}, {39, 100}, {60, 100}, {59, 100}}},
		"a count of one more":            {41, cut, Window{}, 41, []pageRequest{{0, 0}, {39, 100}, {41, 100}, {40, 100}}},
		"a higher count, with an offset": {80, cut, Window{Offset: 20}, 80, []pageRequest{{20, 0}, {59, 100}, {80, 100}, {79, 100}}},
		"a higher count, but no more":    {40, returnsAll, Window{}, 60, []pageRequest{{0, 0}, {39, 100}, {40, 100}, {39, 100}}},
		"a higher count than the limit":  {60, returnsAll, Window{Limit: 40}, 60, []pageRequest{{0, 40}}},
		"fewer than the limit":           {20, returnsAll, Window{Limit: 25}, 20, []pageRequest{{0, 25}, {19, 6}, {20, 5}, {19, 6}}},
		"one less than the limit":        {24, returnsAll, Window{Limit: 25}, 0, []pageRequest{{0, 25}, {23, 2}, {24, 1}, {23, 2}}},
		"fewer, with an offset":          {30, returnsAll, Window{Offset: 10, Limit: 25}, 30, []pageRequest{{10, 25}, {29, 6}, {30, 5}, {29, 6}}},
		"none at the offset":             {20, returnsAll, Window{Offset: 20, Limit: 5}, 0, []pageRequest{{20, 5}, {20, 5}}},
	} {
		for _, refusesPastEnd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, refuses past the end %t", name, refusesPastEnd), func(t *testing.T) {
				t.Parallel()
				list := newList(items(tt.entries))
				list.all, list.count = tt.all, func(int64) int64 { return tt.count }
				list.refusesPastEnd = refusesPastEnd && tt.window.Offset < int64(tt.entries)
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

// TestUncountedListThatRefusesZero reads pages if the API may have refused a limit of 0, and returns
// its error otherwise, or if that repeats.
func TestUncountedListThatRefusesZero(t *testing.T) {
	t.Parallel()
	for want, readsPages := range map[*Error]bool{
		{Status: http.StatusBadRequest, Code: "DLI.0001"}:           true,
		{Status: http.StatusUnprocessableEntity, Code: "DLI.0001"}:  true,
		{Status: http.StatusOK, Reason: ReasonReportedFailure}:      true,
		{Status: http.StatusNotFound, Code: "DLI.0002"}:             false,
		{Status: http.StatusForbidden, Code: "DLI.0003"}:            false,
		{Status: http.StatusBadRequest, Code: "APIGW.0308"}:         false,
		{Status: http.StatusUnprocessableEntity, Code: "APIG.0308"}: false,
		{Status: http.StatusOK, Reason: ReasonUnexpectedResponse}:   false,
		{Status: http.StatusInternalServerError}:                    false,
	} {
		// Behind the end, only a refusal of the offset is the end.
		ends := newList(items(15))
		ends.alter = func(_ int, requested pageRequest, _ *page[item]) error {
			if requested.Offset == 15 {
				return want
			}
			return nil
		}
		got, err := ends.uncounted(10).read(t.Context(), Window{})
		if isEnd := err == nil; isEnd != readsPages || isEnd != slices.Equal(got, ends.entries) || !isEnd && !errors.Is(err, want) {
			t.Errorf("%v behind the end: %d entries and the error %v", want, len(got), err)
		}
		for _, w := range []Window{{}, {Offset: 3}, {Limit: 30}} {
			for _, repeats := range []bool{false, true} {
				list := newList(items(25))
				list.alter = func(number int, _ pageRequest, _ *page[item]) error {
					if number == 1 || repeats {
						return want
					}
					return nil
				}
				got, err := list.uncounted(10).read(t.Context(), w)
				readsPages := readsPages && w.Limit == 0
				switch n := len(list.requests); {
				case !readsPages && n != 1, readsPages && repeats && n != 2, readsPages && list.requests[1] != pageRequest{w.Offset, 10}:
					t.Errorf("%v, %+v, repeats %t: requests %v", want, w, repeats, list.requests)
				case readsPages && !repeats && (err != nil || !slices.Equal(got, window(list.entries, w))),
					(!readsPages || repeats) && (!errors.Is(err, want) || got != nil):
					t.Errorf("%v, %+v, repeats %t: %d entries and the error %v", want, w, repeats, len(got), err)
				}
			}
		}
	}
}
