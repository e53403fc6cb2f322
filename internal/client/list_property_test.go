package client

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
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
	seed  uint64
	rng   *rand.Rand
	began time.Time
	list  *changingList
	size  int64
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
	// arrives is set if entries may arrive at the newest end.
	arrives bool
}

func newScenario(seed uint64) *scenario {
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // A seed makes the test repeatable.
	s := &scenario{seed: seed, rng: rng, began: time.Now(), size: 2 + rng.Int64N(9), arrives: true}
	s.newestFirst, s.moves = rng.IntN(2) == 0, rng.IntN(2) == 0
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
	s.list.before = func(int) { s.pass() }
	return s
}

// latency is how long a response takes: the same for the same request at the same time of the same
// seed, and hardly ever as long as another.
func (s *scenario) latency(offset int64) time.Duration {
	rng := rand.New(rand.NewPCG(s.seed^uint64(offset), uint64(time.Since(s.began)))) //nolint:gosec // As above; neither is negative.
	return time.Duration(1 + rng.Int64N(int64(time.Second)))
}

// pass makes the changes before a request, with the list's lock held.
func (s *scenario) pass() {
	for s.rng.Float64() < s.rate/(1+s.rate) {
		n := len(s.list.entries)
		switch change := s.rng.IntN(3); {
		case change == 0 && s.arrives:
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

// missing returns an entry that was there throughout and is missing, "" for none.
func (s *scenario) missing(got []item) string {
	has := func(entries []item, id string) bool {
		return slices.ContainsFunc(entries, func(entry item) bool { return entry.ID == id })
	}
	for _, entry := range s.list.history[0] {
		isGone := slices.ContainsFunc(s.list.history, func(state []item) bool { return !has(state, entry.ID) })
		if !isGone && !has(got, entry.ID) {
			return entry.ID
		}
	}
	return ""
}

// isOdd reports whether the server returns pages of one entry, or of any size.
func (s *scenario) isOdd() bool { return s.varies || s.list.pageCap == 1 }

func (s *scenario) String() string {
	return fmt.Sprintf("-property.seed %d -property.runs 1\npages of %d (cap %d, varies %t), newest first %t, by update %t\n"+
		"window %+v, all %d\nrequests %v\nstates %v",
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
	case repeats(got, itemID), s.window == (Window{}) && s.missing(got) != "":
		t.Errorf("an entry repeats, or %q was there throughout and is missing: %v\n%s", s.missing(got), got, s)
	}
}

// mayRefuse reports whether a list that does not change may end in this error.
func (s *scenario) mayRefuse(err error) bool {
	return s.isOdd() && (errors.Is(err, errSingleEntries) || errors.Is(err, ErrListChanged)) ||
		hasStatus(err, http.StatusBadRequest) && s.list.refusesPastEnd && s.window.Offset >= int64(len(s.list.entries))
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
			case errors.Is(err, ErrListChanged), errors.Is(err, errSingleEntries), hasStatus(err, http.StatusBadRequest):
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
func TestCountedListProperty(t *testing.T) {
	t.Parallel()
	forAll(t, func(t *testing.T, seed uint64) error {
		s := newScenario(seed)
		l := s.list.counted(s.size)
		l.fetch = func(ctx context.Context, offset, limit int64) (page[item], error) {
			if err := sleep(ctx, s.latency(offset)); err != nil {
				return page[item]{}, err
			}
			return s.list.fetch(ctx, offset, limit)
		}
		got, err := l.read(t.Context(), s.window)
		s.check(t, got.entries, err, true)
		if err == nil && s.window == (Window{}) && got.total != int64(len(got.entries)) {
			t.Errorf("%d of %d entries\n%s", len(got.entries), got.total, s)
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
// makes a list that was never exactly like this: for such lists it holds that nothing repeats, and
// that nothing that was there throughout is missing. If a server's pages are of one entry or vary,
// this holds unless entries arrive.
//
// One server is left out, because nothing in its responses gives it away: one that returns less than
// its default page, but not nothing, in response to a limit of 0 and no total.
func TestUncountedListProperty(t *testing.T) {
	t.Parallel()
	forAll(t, func(t *testing.T, seed uint64) error {
		s := newScenario(seed)
		s.moves = false
		s.list.all = []int64{returnsAll, s.size, refusesZero, takesLiterally, 1 + s.rng.Int64N(s.size)}[s.rng.IntN(5)]
		if 0 < s.list.all && s.list.all <= s.size {
			s.list.pageCap = 0 // A server's default page is not larger than its largest one.
		}
		if 0 < s.list.all && s.list.all < s.size || s.rng.IntN(2) == 0 {
			s.list.count = func(total int64) int64 { return total }
		}
		if s.varies = s.rng.IntN(4) == 0; s.varies {
			s.list.alter = func(_ int, requested pageRequest, got *page[item]) error {
				if requested.Limit > 0 && len(got.entries) > 0 {
					got.entries = got.entries[:1+s.rng.IntN(len(got.entries))]
				}
				return nil
			}
		}
		if s.newestFirst {
			s.window = Window{}
		}
		s.arrives = !s.newestFirst || !s.isOdd()
		got, err := s.list.uncounted(int(s.size)).read(t.Context(), s.window)
		s.check(t, got, err, !s.newestFirst)
		return err
	})
}
