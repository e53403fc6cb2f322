package client

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// knownSecrets are the secrets that the client has used so far: a response may repeat one of an
// earlier request.
type knownSecrets struct {
	mu      sync.Mutex
	secrets []string
}

// add adds secrets, and returns all that are known.
func (k *knownSecrets) add(secrets ...string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(k.secrets, secret) {
			k.secrets = append(slices.Clone(k.secrets), secret)
		}
	}
	return k.secrets
}

// redact replaces secrets in a text, the longest first: one may be a part of another.
func redact(text string, secrets []string) string {
	longestFirst := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, secret := range longestFirst {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// redactedError is an error whose text contains no secrets.
type redactedError struct {
	error
	secrets []string
}

func (e *redactedError) Error() string { return redact(e.error.Error(), e.secrets) }

func (e *redactedError) Unwrap() error { return e.error }
