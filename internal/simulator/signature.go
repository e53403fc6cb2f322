package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The signature's algorithm, its headers and the layout of its date.
const (
	algorithm         = "SDK-HMAC-SHA256"
	dateHeader        = "X-Sdk-Date"
	contentHashHeader = "X-Sdk-Content-Sha256"
	dateLayout        = "20060102T150405Z"
)

// authorization is a parsed Authorization header.
type authorization struct {
	access    string
	signed    []string
	signature string
}

// parseAuthorization parses "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…".
func parseAuthorization(header string) (authorization, error) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, errors.New("not " + algorithm)
	}
	var a authorization
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Access":
			a.access = value
		case "SignedHeaders":
			a.signed = strings.Split(strings.ToLower(value), ";")
		case "Signature":
			a.signature = value
		}
	}
	if a.access == "" || a.signed == nil || a.signature == "" {
		return authorization{}, errors.New("incomplete " + algorithm)
	}
	slices.Sort(a.signed)
	return a, nil
}

// signs reports whether the header is covered by the signature.
func (a authorization) signs(header string) bool {
	return slices.Contains(a.signed, strings.ToLower(header))
}

// payloadHash returns the body's hash. A header with a different hash is an error.
func payloadHash(header http.Header, body []byte) (string, error) {
	hash := hexSHA256(body)
	if sent := header.Get(contentHashHeader); sent != "" && sent != hash {
		return "", errors.New("the body has a different hash")
	}
	return hash, nil
}

// canonicalRequest returns the text that a signature covers. The names in signed are lower case and
// sorted.
func canonicalRequest(r *http.Request, signed []string, payloadHash string) (string, error) {
	path, err := canonicalPath(r.URL)
	if err != nil {
		return "", err
	}
	query, err := canonicalQuery(r.URL)
	if err != nil {
		return "", err
	}
	var headers strings.Builder
	for _, name := range signed {
		values := slices.Sorted(slices.Values(r.Header.Values(name)))
		if name == "host" {
			values = []string{r.Host}
		}
		if len(values) == 0 {
			return "", fmt.Errorf("the signed header %q was not sent", name)
		}
		for _, value := range values {
			fmt.Fprintf(&headers, "%s:%s\n", name, strings.Trim(value, " \t"))
		}
	}
	return strings.Join([]string{
		r.Method, path, query, headers.String(), strings.Join(signed, ";"), payloadHash,
	}, "\n"), nil
}

// canonicalPath encodes each segment of the path and adds a trailing slash.
func canonicalPath(u *url.URL) (string, error) {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", err
		}
		segments[i] = percentEncode(plain)
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path, nil
}

// canonicalQuery encodes the query sorted by name, then value.
func canonicalQuery(u *url.URL) (string, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, name := range sortedKeys(query) {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(value))
		}
	}
	return strings.Join(pairs, "&"), nil
}

func sortedKeys(query url.Values) []string {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// percentEncode encodes all bytes but A-Za-z0-9-_.~.
func percentEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// signature signs a canonical request. The date is the value of X-Sdk-Date.
func signature(secret, date, canonicalRequest string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(algorithm + "\n" + date + "\n" + hexSHA256([]byte(canonicalRequest))))
	return hex.EncodeToString(mac.Sum(nil))
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
