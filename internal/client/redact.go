package client

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// minRedactedStart is the length of the beginning of a secret that is redacted too: whatever repeats
// the secret may cut it. Only a secret of twice this length has one.
const minRedactedStart = 12

// knownSecrets are the secrets that the client has used so far: a response may repeat one of an
// earlier request.
type knownSecrets struct {
	mu    sync.Mutex
	known map[string]bool
	// forms are the secrets as texts may contain them.
	forms []string
}

// add adds secrets, and returns the forms of all that are known.
func (k *knownSecrets) add(secrets ...string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !k.known[secret] {
			if k.known == nil {
				k.known = map[string]bool{}
			}
			k.known[secret] = true
			k.forms = slices.Concat(k.forms, formsOf(secret))
		}
	}
	return k.forms
}

var percentEscape = regexp.MustCompile(`%[0-9A-F]{2}`)

// formsOf returns a secret as it is, and as JSON, URLs, HTML, base64 and Go's errors contain it.
func formsOf(secret string) []string {
	asJSON, _ := json.Marshal(secret) //nolint:errchkjson // A string has JSON.
	escaped := string(asJSON[1 : len(asJSON)-1])
	unescaped := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(escaped)
	quoted := strconv.Quote(secret)
	forms := []string{
		secret, escaped, unescaped, strings.ReplaceAll(unescaped, "/", `\/`), quoted[1 : len(quoted)-1], html.EscapeString(secret),
		base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	for _, inURL := range []string{url.QueryEscape(secret), url.PathEscape(secret), percentEncode(secret)} {
		forms = append(forms, inURL, percentEscape.ReplaceAllStringFunc(inURL, strings.ToLower))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// redact replaces secrets in a text, the longest first: one may be a part of another.
func redact(text string, secrets []string) string {
	var found []string
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, redactedStart(secret)) {
			found = append(found, secret)
		}
	}
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, secret := range found {
		text = redactOne(text, secret)
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// redactOne replaces a secret in a text, and each beginning of it.
func redactOne(text, secret string) string {
	var redacted strings.Builder
	start := redactedStart(secret)
	for {
		before, after, found := strings.Cut(text, start)
		redacted.WriteString(before)
		if !found {
			return redacted.String()
		}
		redacted.WriteString("***")
		rest := secret[len(start):]
		same := 0
		for same < min(len(rest), len(after)) && rest[same] == after[same] {
			same++
		}
		text = after[same:]
	}
}

// redactedStart returns the part of a secret that must not be shown, whatever follows.
func redactedStart(secret string) string {
	if len(secret) < 2*minRedactedStart {
		return secret
	}
	return secret[:minRedactedStart]
}

// redactedError is an error whose text contains no secrets.
type redactedError struct {
	error
	secrets []string
}

func (e *redactedError) Error() string { return redact(e.error.Error(), e.secrets) }

func (e *redactedError) Unwrap() error { return e.error }
