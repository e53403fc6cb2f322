package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

const (
	// listAttempts is the maximum number of attempts to read a list that changes meanwhile.
	listAttempts = 3
	// listPause is the wait after the first attempt; the one after the second is twice as long.
	listPause = 500 * time.Millisecond
)

// errInconsistent means that the parts of a list do not fit together.
var errInconsistent = errors.New("the list changed while it was read")

// Window is a part of a list.
type Window struct {
	// Offset is the number of entries to skip from the start of the list.
	Offset int64
	// Limit is the maximum number of entries to return; 0 is all.
	Limit int64
}

// readConsistently calls attempt until the parts of the list fit together, at most three times. It
// returns [ErrListChanged] if they never do, together with the API error, if there was one.
func readConsistently[T any](ctx context.Context, attempt func(context.Context) (T, error)) (T, error) {
	for number := 1; ; number++ {
		got, err := attempt(ctx)
		if !errors.Is(err, errInconsistent) {
			return got, err
		}
		if number == listAttempts {
			if apiError, ok := errors.AsType[*Error](err); ok {
				return got, fmt.Errorf("%w: %w", ErrListChanged, apiError)
			}
			return got, ErrListChanged
		}
		if err := sleep(ctx, listPause*time.Duration(number)); err != nil {
			return got, err
		}
	}
}

// repeats reports whether an ID repeats. Entries without an ID cannot be told apart.
func repeats[T any](entries []T, id func(*T) *string) bool {
	seen := make(map[string]bool, len(entries))
	for i := range entries {
		if own := id(&entries[i]); own != nil && *own != "" {
			if seen[*own] {
				return true
			}
			seen[*own] = true
		}
	}
	return false
}

// equalEntries reports whether two entries have an ID and are equal in every field: an updated
// entry may have moved.
func equalEntries[T any](a, b T, id func(*T) *string) bool {
	own := id(&a)
	return own != nil && *own != "" && reflect.DeepEqual(a, b)
}
