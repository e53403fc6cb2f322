package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestCountedListRequests requests no more than it needs. Every page begins with the last entry of
// the one before, and none at or past the end.
func TestCountedListRequests(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries int
		pageCap int64
		window  Window
		want    []pageRequest
	}{
		"none":  {0, 0, Window{}, []pageRequest{{0, 1000}}},
		"1":     {1, 0, Window{}, []pageRequest{{0, 1000}}},
		"1000":  {1000, 0, Window{}, []pageRequest{{0, 1000}}},
		"1001":  {1001, 0, Window{}, []pageRequest{{0, 1000}, {999, 2}}},
		"1999":  {1999, 0, Window{}, []pageRequest{{0, 1000}, {999, 1000}}},
		"2000":  {2000, 0, Window{}, []pageRequest{{0, 1000}, {999, 1000}, {1998, 2}}},
		"10000": {10000, 0, Window{}, pagesOf(10000, 1000)},

		"100, pages of 100":  {100, 100, Window{}, []pageRequest{{0, 1000}}},
		"101, pages of 100":  {101, 100, Window{}, []pageRequest{{0, 1000}, {99, 2}}},
		"3000, pages of 100": {3000, 100, Window{}, append([]pageRequest{{0, 1000}}, pagesOf(3000, 100)[1:]...)},
		"1, pages of 1":      {1, 1, Window{}, []pageRequest{{0, 1000}}},

		"a limit below the page":  {4000, 0, Window{Limit: 3}, []pageRequest{{0, 3}}},
		"a limit above the page":  {4000, 0, Window{Limit: 2500}, []pageRequest{{0, 1000}, {999, 1000}, {1998, 502}}},
		"a limit above all":       {1100, 0, Window{Limit: 2500}, []pageRequest{{0, 1000}, {999, 101}}},
		"an offset":               {4000, 0, Window{Offset: 2500}, []pageRequest{{2500, 1000}, {3499, 501}}},
		"an offset at the last":   {4000, 0, Window{Offset: 3999}, []pageRequest{{3999, 1000}}},
		"both":                    {4000, 0, Window{Offset: 500, Limit: 1200}, []pageRequest{{500, 1000}, {1499, 201}}},
		"both, past the end":      {4000, 0, Window{Offset: 3500, Limit: 1200}, []pageRequest{{3500, 1000}}},
		"a limit and small pages": {4000, 6, Window{Limit: 12}, []pageRequest{{0, 12}, {5, 6}, {10, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := newList(items(tt.entries))
			list.pageCap, list.refusesPastEnd = tt.pageCap, true
			got, err := list.counted(1000).read(t.Context(), tt.window)
			if err != nil || got.total != int64(tt.entries) || !slices.Equal(got.entries, window(list.entries, tt.window)) {
				t.Errorf("%d of %d entries and the error %v", len(got.entries), got.total, err)
			}
			if diff := gocmp.Diff(tt.want, list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
	if n := len(pagesOf(10000, 1000)); n != 11 {
		t.Errorf("%d requests for 10,000 entries", n)
	}
}

// pagesOf returns the requests for all entries of a list in pages of a size.
func pagesOf(entries, size int64) []pageRequest {
	requests := []pageRequest{{0, size}}
	for from := size - 1; from+1 < entries; from += size - 1 {
		requests = append(requests, pageRequest{from, min(size, entries-from)})
	}
	return requests
}

// TestCountedListInFlight reads pages that take a second each: the first alone, then ten at the same
// time.
func TestCountedListInFlight(t *testing.T) {
	t.Parallel()
	for entries, want := range map[int]time.Duration{
		1000: time.Second, 1001: 2 * time.Second, 10000: 2 * time.Second, 10990: 2 * time.Second, 10991: 3 * time.Second,
	} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(entries))
				list.latency = time.Second
				begin := time.Now()
				if got, err := list.counted(1000).read(t.Context(), Window{}); err != nil || len(got.entries) != entries {
					t.Fatalf("%d entries: %v", len(got.entries), err)
				}
				if took := time.Since(begin); took != want {
					t.Errorf("the read took %s, want %s", took, want)
				}
			})
		})
	}
}

// TestCountedListOfPagesOfOneEntry is an error at once: nothing could show a change.
func TestCountedListOfPagesOfOneEntry(t *testing.T) {
	t.Parallel()
	list := newList(items(40))
	list.pageCap = 1
	got, err := list.counted(10).read(t.Context(), Window{})
	if !errors.Is(err, errSingleEntries) || got.entries != nil || len(list.requests) != 1 {
		t.Errorf("%d entries, %d requests and the error %v", len(got.entries), len(list.requests), err)
	}
}

// TestCountedListOfAnotherSize refuses pages with more or fewer entries than the total.
func TestCountedListOfAnotherSize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5, 15} {
		for _, more := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				list := newList(items(n))
				pages(func(offset int64, entries []item) []item {
					if !more {
						return nil
					}
					return append(entries, item{ID: fmt.Sprint("more", offset)})
				})(list)
				if got, err := list.counted(10).read(t.Context(), Window{}); !errors.Is(err, ErrListChanged) {
					t.Errorf("%v and the error %v", got, err)
				}
			})
		}
	}
}

// TestCountedListResponses reads the same two fields by the names that each API gives them.
func TestCountedListResponses(t *testing.T) {
	t.Parallel()
	const missing, negative = `missing field "total_count" or "total"`, `the field "total_count" or "total" is negative`
	for body, want := range map[string]string{
		`{"connections":[{"id":"a"}],"total_count":1}`:             "",
		`{"endpoint_services":[{"id":"a"}],"total_count":1}`:       "",
		`{"instances":[{"id":"a"}],"total":1}`:                     "",
		`{"vpc_channels":[{"id":"a"}],"total":1,"size":1}`:         "",
		`{"connections":[{"id":"a"}]}`:                             missing,
		`{"connections":[{"id":"a"}],"total_count":null}`:          missing,
		`{"total_count":1}`:                                        "a total of 1, and no list",
		`{"total":2,"instances":null}`:                             "a total of 2, and no list",
		`{}`:                                                       missing,
		`{"connections":[],"total_count":-1}`:                      negative,
		`{"connections":[],"total":-9223372036854775808}`:          negative,
		`{"connections":[{"id":"a"}],"total_count":1.5}`:           "the field total_count must be an integer",
		`{"connections":{"id":"a"},"total_count":1}`:               "the field connections must be an array, got an object",
		`{"connections":[{"id":"a","error":[1]}],"total_count":1}`: "the field connections[0].error[0] must be an object, got a number",
	} {
		sent := 0
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			sent++
			return responseOf(req, http.StatusOK, body), nil
		})
		got, total, err := c.ServiceConnections(t.Context(), home, "s", ServiceConnectionsQuery{})
		switch {
		case want == "" && (err != nil || total != 1 || len(got) != 1 || *got[0].ID != "a"):
			t.Errorf("%s: %d of %d entries: %v", body, len(got), total, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || requestError(t, err).Status != http.StatusOK || sent != 1):
			t.Errorf("%s: %d requests and the error %v", body, sent, err)
		}
	}
}

// TestCountedListOfAnEndedRead is never the pages that were read until then.
func TestCountedListOfAnEndedRead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	list := newList(items(30)).counted(10)
	fetch := list.fetch
	list.fetch = func(ctx context.Context, offset, limit int64) (page[item], error) {
		defer cancel() // Right after the first page.
		return fetch(ctx, offset, limit)
	}
	if got, err := list.read(ctx, Window{}); !errors.Is(err, context.Canceled) || got.entries != nil {
		t.Errorf("%d entries and the error %v", len(got.entries), err)
	}
}
