package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestFindByName lists with the name as a filter, and without it if nothing has the name.
func TestFindByName(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	a, aToo, upper, ab := NamedID{"a", "1"}, NamedID{"a", "2"}, NamedID{"A", "3"}, NamedID{"xAb", "4"}
	other, unnamed, withoutID := NamedID{"b", "5"}, NamedID{"", "6"}, NamedID{"a", ""}
	// lists are what is found with the filter and without; nil fails.
	type lists [2][]NamedID
	nothing, filtered, both := []NamedID{}, []string{"a"}, []string{"a", ""}
	same := func(e *NamedID) NamedID { return *e }
	for name, test := range map[string]struct {
		lists           lists
		requests        []string
		want            string
		matches, others []NamedID
	}{
		"one":                      {lists{{a}}, filtered, "1", nil, nil},
		"one of several":           {lists{{upper, ab, a}}, filtered, "1", nil, nil},
		"several":                  {lists{{a, other, aToo}}, filtered, "", []NamedID{a, aToo}, []NamedID{other}},
		"none":                     {lists{nothing, nothing}, both, "", nil, nil},
		"similar ones first":       {lists{nothing, {other, ab, upper}}, both, "", nil, []NamedID{upper, ab, other}},
		"without a name or an ID":  {lists{{unnamed}, {unnamed, withoutID, other}}, both, "", nil, []NamedID{other}},
		"one without the filter":   {lists{nothing, {other, a}}, both, "1", nil, nil},
		"several without a filter": {lists{nothing, {aToo, a}}, both, "", []NamedID{aToo, a}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests []string
			search := NameMatchError{Operation: OpListInstances, Kind: "things", Name: "a"}
			id, err := findByName(t.Context(), search, func(filter string) countedList[NamedID] {
				requests = append(requests, filter)
				return listOf(test.lists[len(requests)-1], broken)
			}, same)
			if diff := cmp.Diff(test.requests, requests); diff != "" {
				t.Errorf("filters (-want +got)\n%s", diff)
			}
			mismatch, _ := errors.AsType[*NameMatchError](err)
			var want *NameMatchError
			if test.want == "" {
				search.Matches, search.Others = test.matches, test.others
				want = &search
			}
			if diff := cmp.Diff(want, mismatch); diff != "" || id != test.want {
				t.Errorf("%q, %v (-want +got)\n%s", id, err, diff)
			}
		})
	}
	fails := func(string) countedList[NamedID] { return listOf(nil, broken) }
	if id, err := findByName(t.Context(), NameMatchError{Name: "a"}, fails, same); id != "" || !errors.Is(err, broken) {
		t.Errorf("%q, %v", id, err)
	}
}

// listOf returns a list of one page, or one that fails if there are no entries.
func listOf(entries []NamedID, err error) countedList[NamedID] {
	fetch := func(context.Context, int64, int64) (page[NamedID], error) {
		if entries == nil {
			return page[NamedID]{}, err
		}
		return page[NamedID]{entries: entries, total: int64(len(entries))}, nil
	}
	return countedList[NamedID]{size: 10, id: func(e *NamedID) *string { return &e.ID }, fetch: fetch}
}

func TestNameMatchError(t *testing.T) {
	t.Parallel()
	many, listed := make([]NamedID, 3000), []string(nil)
	for i := range many {
		many[i] = NamedID{"n" + strings.Repeat("x", 200), strconv.Itoa(i)}
		listed = append(listed, fmt.Sprintf(`"n%s" (%d)`, strings.Repeat("x", 99), i))
	}
	ten := strings.Join(listed[:10], ", ")
	const none = `none of the things has the name "n"`
	for want, e := range map[string]NameMatchError{
		none:                                                       {},
		none + `; found "m" (1), "o" (2)`:                          {Others: []NamedID{{"m", "1"}, {"o", "2"}}},
		none + `; found "a [31m b" (1 2)`:                          {Others: []NamedID{{"a\x1b[31m\nb", "1\t2"}}},
		none + `; found ` + ten:                                    {Others: many[:10]},
		none + `; found ` + ten + ` and 1 more`:                    {Others: many[:11]},
		`2 things have the name "n": "n" (1), "n" (2)`:             {Matches: []NamedID{{"n", "1"}, {"n", "2"}}, Others: []NamedID{{"m", "3"}}},
		`3000 things have the name "n": ` + ten + ` and 2990 more`: {Matches: many},
	} {
		e.Kind, e.Name = "things", "n"
		if got := e.Error(); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// TestServicesAndGateways lists 1,500 services and 600 gateways, those of one name exactly, and none.
func TestServicesAndGateways(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	server.Update(func(d *simulator.Data) {
		d.VPCEP.Services, d.APIG.Instances = map[string]*simulator.EndpointService{}, map[string]*simulator.Instance{}
		for i := range 1500 {
			id := fmt.Sprintf("%04d", i)
			name := fmt.Sprintf(`{"service_name":"cn-north-4.orders%d.%s","status":"available"}`, i, id)
			d.VPCEP.Services[id] = &simulator.EndpointService{Details: simulator.MustEntry(name)}
		}
		for i := range 600 {
			name := fmt.Sprintf(`{"instance_name":"gateway%d","status":"Running"}`, i)
			d.APIG.Instances[fmt.Sprintf("%04d", i)] = &simulator.Instance{Details: simulator.MustEntry(name)}
		}
	})
	for _, ignored := range []bool{false, true} {
		if ignored { // By servers that find parts of names, or know no such parameter.
			ignoreParameter(server, "endpoint_service_name")
			ignoreParameter(server, "instance_name")
		}
		for name, want := range map[string]int{"": 1500, "orders7": 1, "cn-north-4.orders7.0007": 1, "Orders7": 0, "orders": 0} {
			services, err := c.EndpointServices(t.Context(), home, name, "available")
			ids := map[string]bool{}
			for _, service := range services {
				ids[*service.ID] = true
			}
			if err != nil || len(services) != want || len(ids) != want || want == 1 && !ids["0007"] {
				t.Errorf("%d services named %q, want %d: %v", len(services), name, want, err)
			}
		}
		for name, want := range map[string]int{"": 600, "gateway7": 1, "Gateway7": 0, "gateway": 0} {
			gateways, err := c.Instances(t.Context(), home, name, "Running")
			other := slices.ContainsFunc(gateways, func(g Instance) bool { return name != "" && *g.InstanceName != name })
			if err != nil || len(gateways) != want || other {
				t.Errorf("%d gateways named %q, want %d: %v", len(gateways), name, want, err)
			}
		}
	}
}
