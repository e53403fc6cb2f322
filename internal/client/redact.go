package client

import (
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

// minRedactedStart is the length of the beginning of a secret that is redacted even if something else
// follows, because a message may cut the secret. A secret of less than twice this length is redacted
// only if it is complete.
const minRedactedStart = 10

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
	quoted, inHTML := strconv.Quote(secret), html.EscapeString(secret)
	forms := []string{
		secret, escaped, unescaped, strings.ReplaceAll(unescaped, "/", `\/`), quoted[1 : len(quoted)-1],
		inHTML, strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(inHTML), strings.NewReplacer("&#34;", "&quot;").Replace(inHTML),
		base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	for _, inURL := range []string{url.QueryEscape(secret), url.PathEscape(secret), percentEncode(secret)} {
		forms = append(forms, inURL, percentEscape.ReplaceAllStringFunc(inURL, strings.ToLower))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// redact replaces secrets in a text, and what is left of a secret that was cut.
func redact(text string, secrets []string) string {
	var hidden []bool // for each byte of the text
	for _, secret := range secrets {
		start := redactedStart(secret)
		for from := 0; secret != ""; from++ {
			i := strings.Index(text[from:], start)
			if i < 0 {
				break
			}
			if hidden == nil {
				hidden = make([]bool, len(text))
			}
			from += i
			for at := from; at < len(text) && at-from < len(secret) && text[at] == secret[at-from]; at++ {
				hidden[at] = true
			}
		}
	}
	if hidden == nil {
		return text
	}
	var redacted strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			redacted.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			redacted.WriteString("***")
		}
	}
	return strings.ToValidUTF8(redacted.String(), "\ufffd")
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
