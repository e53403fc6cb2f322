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

// canonicalRequest returns the text that a signature covers. The names in signed are lower case and
// sorted.
func canonicalRequest(r *http.Request, signed []string, payloadHash string) (string, error) {
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
	query := r.URL.Query()
	for _, values := range query {
		slices.Sort(values)
	}
	return strings.Join([]string{
		r.Method, canonicalPath(r.URL), withoutPlus(query.Encode()), headers.String(), strings.Join(signed, ";"), payloadHash,
	}, "\n"), nil
}

// canonicalPath encodes all bytes of each segment but A-Za-z0-9-_.~ and adds a trailing slash.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		plain, _ := url.PathUnescape(segment) // It is valid.
		segments[i] = withoutPlus(url.QueryEscape(plain))
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/"
}

// withoutPlus encodes spaces as %20 in an encoded query.
func withoutPlus(query string) string {
	return strings.ReplaceAll(query, "+", "%20")
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
