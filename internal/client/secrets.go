package client

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// secrets are those that the client has used so far. An answer may repeat one
// that an earlier request bore.
type secrets struct {
	mu    sync.Mutex
	known []string
}

// with adds secrets to those that are known, and returns all of them.
func (s *secrets) with(more ...string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range more {
		if secret != "" && !slices.Contains(s.known, secret) {
			s.known = append(slices.Clone(s.known), secret)
		}
	}
	return s.known
}

// hide takes secrets out of a text, the longest first: one may be a part of another.
func hide(text string, secrets []string) string {
	longestFirst := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, secret := range longestFirst {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// hiddenError is an error whose text bears no secrets.
type hiddenError struct {
	error
	secrets []string
}

func (e *hiddenError) Error() string { return hide(e.error.Error(), e.secrets) }

func (e *hiddenError) Unwrap() error { return e.error }
