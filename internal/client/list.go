package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"
)

const (
	// listAttempts is the maximum number of attempts to read a list that changes meanwhile.
	listAttempts = 3
	// listPause is the wait after the first attempt; the one after the second is twice as long.
	listPause = 500 * time.Millisecond
)

var (
	// errInconsistent means that the parts of a list do not fit together.
	errInconsistent = errors.New("the list changed while it was read")
	// errSingleEntries means that pages of one entry leave nothing to compare.
	errSingleEntries = errors.New("the API returns one entry per page, so that nothing shows whether the list is complete")
)

// Window is a part of a list.
type Window struct {
	// Offset is the number of entries to skip from the start of the list.
	Offset int64
	// Limit is the maximum number of entries to return; 0 is all.
	Limit int64
}

// readConsistently calls attempt until the parts of the list fit together, at most three times. It
// returns [ErrListChanged] if they never do, together with the API error, if there was one.
func readConsistently(ctx context.Context, attempt func(context.Context) error) error {
	for number := 1; ; number++ {
		err := attempt(ctx)
		if !errors.Is(err, errInconsistent) {
			return err
		}
		if number == listAttempts {
			if apiError, ok := errors.AsType[*Error](err); ok {
				return fmt.Errorf("%w: %w", ErrListChanged, apiError)
			}
			return ErrListChanged
		}
		if err := sleep(ctx, listPause*time.Duration(number)); err != nil {
			return err
		}
	}
}

// isBadRequest reports whether the API refused the parameters, as it does with an offset past the
// end.
func isBadRequest(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusBadRequest && !isThrottling(e.Status, e.Code)
}

// seen are the IDs of the entries that an attempt has read so far. Entries without an ID cannot be
// told apart.
type seen[T any] struct {
	id func(*T) *string

	mu  sync.Mutex
	ids map[string]struct{}
}

func newSeen[T any](id func(*T) *string) *seen[T] {
	return &seen[T]{id: id, ids: map[string]struct{}{}}
}

// add reports whether all entries are new.
func (s *seen[T]) add(entries []T) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range entries {
		if id := s.id(&entries[i]); id != nil && *id != "" {
			if _, repeated := s.ids[*id]; repeated {
				return false
			}
			s.ids[*id] = struct{}{}
		}
	}
	return true
}

// equalEntries reports whether two entries have an ID and are equal in every field: an updated
// entry may have moved.
func equalEntries[T any](a, b T, id func(*T) *string) bool {
	own := id(&a)
	return own != nil && *own != "" && reflect.DeepEqual(a, b)
}

// hasPrefix reports whether prefix is not empty and entries begin with it.
func hasPrefix[T any](entries, prefix []T, id func(*T) *string) bool {
	return len(prefix) > 0 && len(prefix) <= len(entries) &&
		slices.EqualFunc(prefix, entries[:len(prefix)], func(a, b T) bool { return equalEntries(a, b, id) })
}
