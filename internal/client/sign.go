package client

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	signatureAlgorithm = "SDK-HMAC-SHA256"
	// signatureTime is the layout of X-Sdk-Date.
	signatureTime = "20060102T150405Z"
)

// signedHeaders are signed if a request has them, in addition to its host.
var signedHeaders = []string{"Content-Type", "X-Project-Id", "X-Sdk-Date", "X-Security-Token"}

// sign sets the headers that authenticate req with this body at this time. A request that has been
// signed before is signed afresh.
//
// API Gateway developer guide, "AK/SK Signing and Authentication Algorithm"
// (https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html).
func sign(req *http.Request, body []byte, accessKey, secretKey string, now time.Time) {
	date := now.UTC().Format(signatureTime)
	req.Header.Set("X-Sdk-Date", date)

	request, names := canonicalRequest(req, body)
	digest := sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(signatureAlgorithm + "\n" + date + "\n" + hex.EncodeToString(digest[:])))

	req.Header.Set("Authorization", signatureAlgorithm+" Access="+accessKey+
		", SignedHeaders="+names+", Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// canonicalRequest returns the text whose hash is signed, and the names of the headers in it,
// joined by ";".
func canonicalRequest(req *http.Request, body []byte) (text, names string) {
	type header struct{ name, value string }
	headers := []header{{"host", cmp.Or(req.Host, req.URL.Host)}}
	for _, name := range signedHeaders {
		if values := req.Header[textproto.CanonicalMIMEHeaderKey(name)]; len(values) > 0 {
			headers = append(headers, header{strings.ToLower(name), textproto.TrimString(values[0])})
		}
	}
	slices.SortFunc(headers, func(a, b header) int { return cmp.Compare(a.name, b.name) })

	var lines, signed strings.Builder
	for i, h := range headers {
		if i > 0 {
			signed.WriteByte(';')
		}
		signed.WriteString(h.name)
		lines.WriteString(h.name + ":" + h.value + "\n")
	}
	digest := sha256.Sum256(body)
	return req.Method + "\n" + canonicalPath(req.URL) + "\n" + canonicalQuery(req.URL) + "\n" +
		lines.String() + "\n" + signed.String() + "\n" + hex.EncodeToString(digest[:]), signed.String()
}

// canonicalPath returns the path with each segment percent-encoded afresh and a slash at its end.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = percentEncode(plain)
		}
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

// canonicalQuery returns the query, percent-encoded afresh and sorted by name, then value.
func canonicalQuery(u *url.URL) string {
	var pairs []string
	query := u.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(value))
		}
	}
	return strings.Join(pairs, "&")
}

// percentEncode encodes every byte except the unreserved characters of RFC 3986.
func percentEncode(s string) string {
	const hexadecimal = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexadecimal[c>>4])
			b.WriteByte(hexadecimal[c&15])
		}
	}
	return b.String()
}
