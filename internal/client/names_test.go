package client

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFindByName lists with the name as a filter, and without it if nothing has the name.
func TestFindByName(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	a, aToo, upper, ab, other, unnamed := NamedID{"a", "1"}, NamedID{"a", "2"}, NamedID{"A", "3"}, NamedID{"xAb", "4"}, NamedID{"b", "5"}, NamedID{"", "6"}
	type list struct {
		found []NamedID
		err   error
	}
	for name, test := range map[string]struct {
		filtered, all list
		want          string
		matches       []NamedID
		others        []NamedID
		requests      []string
		err           error
	}{
		"one":                      {filtered: list{found: []NamedID{a}}, want: "1", requests: []string{"a"}},
		"one of several":           {filtered: list{found: []NamedID{upper, ab, a}}, want: "1", requests: []string{"a"}},
		"several":                  {filtered: list{found: []NamedID{a, other, aToo}}, matches: []NamedID{a, aToo}, others: []NamedID{other}, requests: []string{"a"}},
		"none":                     {requests: []string{"a", ""}},
		"similar ones first":       {all: list{found: []NamedID{other, ab, upper}}, others: []NamedID{upper, ab, other}, requests: []string{"a", ""}},
		"without a name":           {all: list{found: []NamedID{unnamed, other}}, others: []NamedID{other}, requests: []string{"a", ""}},
		"only without a name":      {filtered: list{found: []NamedID{unnamed}}, all: list{found: []NamedID{unnamed}}, requests: []string{"a", ""}},
		"one without the filter":   {all: list{found: []NamedID{other, a}}, want: "1", requests: []string{"a", ""}},
		"filtered list fails":      {filtered: list{err: broken}, err: broken, requests: []string{"a"}},
		"list of all fails":        {filtered: list{found: []NamedID{upper}}, all: list{err: broken}, others: []NamedID{upper}, requests: []string{"a", ""}},
		"several without a filter": {all: list{found: []NamedID{aToo, a}}, matches: []NamedID{aToo, a}, requests: []string{"a", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests []string
			search := NameMatchError{Operation: OpListInstances, Kind: "things", Name: "a"}
			id, err := findByName(t.Context(), search, func(_ context.Context, filter string) ([]NamedID, error) {
				requests = append(requests, filter)
				if filter == "" {
					return test.all.found, test.all.err
				}
				return test.filtered.found, test.filtered.err
			})
			if diff := cmp.Diff(test.requests, requests); diff != "" {
				t.Errorf("filters (-want +got)\n%s", diff)
			}
			mismatch, isMismatch := errors.AsType[*NameMatchError](err)
			switch {
			case test.want != "":
				if id != test.want || err != nil {
					t.Errorf("%q, %v", id, err)
				}
			case test.err != nil:
				if id != "" || !errors.Is(err, test.err) {
					t.Errorf("%q, %v", id, err)
				}
			case !isMismatch || id != "":
				t.Errorf("%q, %v", id, err)
			default:
				search.Matches, search.Others = test.matches, test.others
				if diff := cmp.Diff(&search, mismatch); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

func TestNameMatchError(t *testing.T) {
	t.Parallel()
	many := func(n int) []NamedID {
		var found []NamedID
		for i := range n {
			found = append(found, NamedID{"n" + strings.Repeat("x", 200), strings.Repeat("i", i+1)})
		}
		return found
	}
	long := `"n` + strings.Repeat("x", 99) + `" (`
	listed := func(n int) string {
		var parts []string
		for i := range n {
			parts = append(parts, long+strings.Repeat("i", i+1)+")")
		}
		return strings.Join(parts, ", ")
	}
	for want, e := range map[string]NameMatchError{
		`none of the things has the name "n"`:                                      {},
		`none of the things has the name "n"; found "m" (1), "o" (2)`:              {Others: []NamedID{{"m", "1"}, {"o", "2"}}},
		`2 things have the name "n": "n" (1), "n" (2)`:                             {Matches: []NamedID{{"n", "1"}, {"n", "2"}}, Others: []NamedID{{"m", "3"}}},
		`none of the things has the name "n"; found "a [31m b" (1 2)`:              {Others: []NamedID{{"a\x1b[31m\nb", "1\t2"}}},
		`none of the things has the name "n"; found ` + listed(10):                 {Others: many(10)},
		`none of the things has the name "n"; found ` + listed(10) + ` and 1 more`: {Others: many(11)},
		`3000 things have the name "n": ` + listed(10) + ` and 2990 more`:          {Matches: many(3000)},
	} {
		e.Kind, e.Name = "things", "n"
		if got := e.Error(); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func TestNameMatchErrorDiffersInCase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		others []NamedID
		want   bool
	}{
		"none": {nil, false}, "case": {[]NamedID{{"x", "1"}, {"NAME", "2"}}, true}, "part": {[]NamedID{{"NAME2", "1"}}, false},
	} {
		e := &NameMatchError{Name: "name", Others: test.others}
		if got := e.DiffersInCase(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
