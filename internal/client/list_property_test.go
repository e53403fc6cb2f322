package client

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The seed of the property tests is new each time, and a part of each failure. With it, the same
// list, changes and times come again:
//
//	go test -run Property -property.seed 4711 -property.runs 1 ./internal/client
var (
	propertySeed = flag.Uint64("property.seed", 0, "seed of the property tests; 0 is a new one")
	propertyRuns = flag.Int("property.runs", 3000, "random lists of each property test")
)

// scenario is one random list and how it changes.
type scenario struct {
	seed uint64
	rng  *rand.Rand
	list *changingList
	size int64
	// newestFirst is the requested order: new entries come at the head, otherwise at the end.
	newestFirst bool
	// moves is set if the list is ordered by the last update, so that an updated entry becomes the
	// newest.
	moves  bool
	window Window
	// varies is set if the size of a page varies, down to a single entry.
	varies bool
	// rate is the average number of changes before a request.
	rate float64
	// arrivals is how many more entries may arrive at the newest end in this attempt.
	arrivals int
}

func newScenario(seed uint64) *scenario {
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // A seed makes the test repeatable.
	s := &scenario{seed: seed, rng: rng, size: 2 + rng.Int64N(9), newestFirst: rng.IntN(2) == 0, moves: rng.IntN(2) == 0}
	s.list = newList(items(rng.IntN(6 * int(s.size))))
	s.list.refusesPastEnd = rng.IntN(2) == 0
	if rng.IntN(3) == 0 {
		s.list.pageCap = 1 + rng.Int64N(s.size)
	}
	if rng.IntN(3) == 0 {
		s.window.Offset = rng.Int64N(2 * s.size)
	}
	if rng.IntN(3) == 0 {
		s.window.Limit = 1 + rng.Int64N(3*s.size)
	}
	s.rate = []float64{0, 0.05, 0.3, 1, 3}[rng.IntN(5)]
	return s
}

// latency is how long a response takes: the same for the same request of the same seed, and hardly
// ever as long as another.
func (s *scenario) latency(attempt int, offset int64) time.Duration {
	rng := rand.New(rand.NewPCG(s.seed, uint64(attempt)<<32|uint64(offset)&math.MaxUint32)) //nolint:gosec // As above; neither is negative.
	return time.Duration(1 + rng.Int64N(int64(time.Second)))
}

// pass makes the changes before a request, with the list's lock held.
func (s *scenario) pass() {
	for s.rng.Float64() < s.rate/(1+s.rate) {
		n := len(s.list.entries)
		switch change := s.rng.IntN(3); {
		case change == 0 && s.arrivals > 0:
			s.arrivals--
			s.list.insert(s.newest(n))
		case change == 1 && n > 0:
			s.list.remove(s.rng.IntN(n))
		case change == 2 && n > 0:
			s.update(s.rng.IntN(n))
		}
	}
}

// newest returns the index at which a new entry of a list with n entries comes.
func (s *scenario) newest(n int) int {
	if s.newestFirst {
		return 0
	}
	return n
}

// update updates an entry, which makes it the newest if the list is ordered by updates.
func (s *scenario) update(at int) {
	entries := slices.Clone(s.list.entries)
	entries[at].Updates++
	if s.moves {
		if s.arrivals == 0 {
			return
		}
		s.arrivals--
		updated := entries[at]
		entries = slices.Delete(entries, at, at+1)
		entries = slices.Insert(entries, s.newest(len(entries)), updated)
	}
	s.list.change(entries)
}

// existed reports whether the list has had these entries in its window at one moment. In the order
// of creation, updates do not move entries and no API reports them: only which entries there are
// counts.
func (s *scenario) existed(got []item) bool {
	return slices.ContainsFunc(s.list.history, func(state []item) bool {
		return slices.EqualFunc(got, window(state, s.window), func(a, b item) bool {
			return a.ID == b.ID && (!s.moves || a.Updates == b.Updates)
		})
	})
}

// problem describes an entry that was there throughout and is missing, or one that repeats; "" for
// none.
func (s *scenario) problem(got []item) string {
	times := map[string]int{}
	for _, entry := range got {
		if times[entry.ID]++; times[entry.ID] > 1 {
			return entry.ID + " repeats"
		}
	}
	for _, entry := range s.list.history[0] {
		always := !slices.ContainsFunc(s.list.history, func(state []item) bool {
			return !slices.ContainsFunc(state, func(other item) bool { return other.ID == entry.ID })
		})
		if always && times[entry.ID] == 0 {
			return entry.ID + " was there throughout and is missing"
		}
	}
	return ""
}

// pageSize returns how many entries the server returns on a page, at least.
func (s *scenario) pageSize() int64 {
	switch {
	case s.varies:
		return 1
	case s.list.pageCap > 0:
		return min(s.size, s.list.pageCap)
	}
	return s.size
}

func (s *scenario) String() string {
	return fmt.Sprintf("-property.seed %d -property.runs 1\npages of %d (cap %d, varies %t), newest first %t, by update %t, window %+v, all %d\nrequests %v\nstates %v",
		s.seed, s.size, s.list.pageCap, s.varies, s.newestFirst, s.moves, s.window, s.list.all, s.list.requests, s.list.history)
}

// check fails if an error comes with entries, or if the entries are not what they should be.
func (s *scenario) check(t *testing.T, got []item, err error, mustHaveExisted bool) {
	t.Helper()
	switch {
	case err != nil && got != nil:
		t.Errorf("%v and the error %v\n%s", got, err, s)
	case err != nil && s.rate == 0 && !s.mayRefuse(err):
		t.Errorf("a list that does not change: %v\n%s", err, s)
	case err != nil:
		return
	case mustHaveExisted && !s.existed(got):
		t.Errorf("the list has never been %v\n%s", got, s)
	case s.window == (Window{}):
		if problem := s.problem(got); problem != "" {
			t.Errorf("%s: %v\n%s", problem, got, s)
		}
	}
}

// mayRefuse reports whether a list that does not change may end in this error.
func (s *scenario) mayRefuse(err error) bool {
	return errors.Is(err, errSingleEntries) && s.pageSize() == 1 || errors.Is(err, ErrListChanged) && s.varies ||
		isBadRequest(err) && s.list.refusesPastEnd && s.window.Offset >= int64(len(s.list.entries))
}

// forAll checks a property of random lists, in the fake time of a bubble, and counts how the reads
// end.
func forAll(t *testing.T, property func(t *testing.T, seed uint64) error) {
	t.Helper()
	first := *propertySeed
	if first == 0 {
		first = rand.Uint64N(math.MaxUint32) //nolint:gosec // Any seed will do.
	}
	complete, failed := 0, 0
	synctest.Test(t, func(t *testing.T) {
		for run := range *propertyRuns {
			switch err := property(t, first+uint64(run)); {
			case err == nil:
				complete++
			case errors.Is(err, ErrListChanged), errors.Is(err, errSingleEntries), isBadRequest(err):
				failed++
			default:
				t.Errorf("seed %d: %v", first+uint64(run), err)
			}
			if t.Failed() {
				return
			}
		}
	})
	t.Logf("from seed %d on: %d lists are complete, %d end in an error", first, complete, failed)
	if *propertyRuns > 1000 && (complete == 0 || failed == 0) {
		t.Error("the lists change too little or too much to show anything")
	}
}

// TestCountedListProperty holds for lists like those of VPCEP: the newest entry is the first or the
// last, as requested, and any entry may be removed or updated.
//
// A list with the newest first is read in pages that do not overlap, so that 10,000 entries take 10
// requests. Entries that arrive at the head then show as repeats if less than a page of them
// arrives during an attempt: otherwise, if a page of 1,000 entries arrives and as many are removed
// between two requests, a page could consist of nothing but those, and none of them would repeat.
// Lists with the newest last need no such limit.
func TestCountedListProperty(t *testing.T) {
	t.Parallel()
	forAll(t, func(t *testing.T, seed uint64) error {
		s := newScenario(seed)
		attempt := 0
		l := s.list.counted(s.size, s.newestFirst)
		l.fetch = func(ctx context.Context, offset, limit int64) (page[item], error) {
			if offset == s.window.Offset {
				attempt++
				s.arrivals = math.MaxInt
				if s.newestFirst {
					s.arrivals = int(s.pageSize()) - 1
				}
			}
			if err := sleep(ctx, s.latency(attempt, offset)); err != nil {
				return page[item]{}, err
			}
			return s.list.fetch(ctx, offset, limit)
		}
		s.list.before = func(int) { s.pass() }
		got, total, err := l.read(t.Context(), s.window)
		s.check(t, got, err, true)
		if err == nil && s.window == (Window{}) && total != int64(len(got)) {
			t.Errorf("%d of %d entries\n%s", len(got), total, s)
		}
		return err
	})
}

// TestUncountedListProperty holds for lists like that of DLI, read from servers that return all of
// it in response to a limit of 0, the default page, a part with the total, nothing, or a 400, and
// that cap their pages or not.
//
// DLI reports neither how many entries there are nor in which order they come. With the newest
// last, the result is a list that existed. With the newest first, an entry that is removed and one
// that arrives between two pages can make up for each other, and a third that is removed later
// makes a list that was never exactly like this. For such lists it holds that nothing repeats, and
// that nothing that was there throughout is missing, if less than a page arrives during an attempt:
// a page of arrivals that are removed again has the same entry at the start of two pages, like a
// server that does not know offsets.
//
// One server is left out, because nothing in its responses gives it away: one that returns less than
// its default page, but not nothing, in response to a limit of 0 and no total.
func TestUncountedListProperty(t *testing.T) {
	t.Parallel()
	forAll(t, func(t *testing.T, seed uint64) error {
		s := newScenario(seed)
		s.moves = false
		s.list.all = []int64{returnsAll, s.size, refusesZero, takesLiterally, 1 + s.rng.Int64N(s.size)}[s.rng.IntN(5)]
		if 0 < s.list.all && s.list.all < s.size || s.rng.IntN(2) == 0 {
			s.list.count = func(total int64) int64 { return total }
		}
		if s.varies = s.rng.IntN(4) == 0; s.varies {
			s.list.page = func(_ int, requested pageRequest, entries []item) []item {
				if requested.Limit > 0 && len(entries) > 0 {
					entries = entries[:1+s.rng.IntN(len(entries))]
				}
				return entries
			}
		}
		if s.newestFirst {
			s.window = Window{}
		}
		o := s.list.uncounted(s.size)
		fetch := o.fetch
		o.fetch = func(ctx context.Context, offset, limit int64) ([]item, int64, error) {
			if offset == s.window.Offset {
				s.arrivals = math.MaxInt
				if s.newestFirst {
					s.arrivals = max(0, int(s.pageSize())-2)
				}
			}
			return fetch(ctx, offset, limit)
		}
		s.list.before = func(int) { s.pass() }
		got, err := o.read(t.Context(), s.window)
		s.check(t, got, err, !s.newestFirst)
		return err
	})
}
