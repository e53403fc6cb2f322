package client

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// knownSecrets are the secrets that the client has used so far: a response may repeat one of an
// earlier request.
type knownSecrets struct {
	mu    sync.Mutex
	known map[string]bool
	// forms are the secrets as texts may contain them, the longest first.
	forms []string
}

// add adds secrets; "" is none.
func (k *knownSecrets) add(secrets ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, secret := range secrets {
		if secret == "" || k.known[secret] {
			continue
		}
		k.known[secret] = true
		k.forms = slices.Concat(k.forms, formsOf(secret))
		slices.SortStableFunc(k.forms, func(a, b string) int { return len(b) - len(a) })
	}
}

// redact replaces the secrets in a text, and others that are given.
func (k *knownSecrets) redact(text string, others ...string) string {
	k.mu.Lock()
	forms := k.forms
	k.mu.Unlock()
	for _, secret := range slices.Concat(forms, others) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

var percentEscape = regexp.MustCompile(`%[0-9A-F]{2}`)

// formsOf returns a secret as it is, and as JSON and URLs contain it.
func formsOf(secret string) []string {
	asJSON, _ := json.Marshal(secret) //nolint:errchkjson // A string has JSON.
	escaped := string(asJSON[1 : len(asJSON)-1])
	unescaped := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(escaped)
	forms := []string{secret, escaped, unescaped, strings.ReplaceAll(unescaped, "/", `\/`)}
	for _, inURL := range []string{url.QueryEscape(secret), url.PathEscape(secret), percentEncode(secret)} {
		forms = append(forms, inURL, percentEscape.ReplaceAllStringFunc(inURL, strings.ToLower))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// redactedError is an error whose text contains no secrets.
type redactedError struct {
	error
	text string
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Unwrap() error { return e.error }
