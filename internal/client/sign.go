package client

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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

// signedHeaders are signed if a request has them, in this order.
var signedHeaders = []string{"Content-Type", "Host", "X-Project-Id", "X-Sdk-Date", "X-Security-Token"}

// sign sets the headers that authenticate req with this body at this time, and returns the signature.
//
// API Gateway developer guide, "AK/SK Signing and Authentication Algorithm"
// (https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html).
func sign(req *http.Request, body []byte, accessKey, secretKey string, now time.Time) (signature string) {
	date := now.UTC().Format(signatureTime)
	req.Header.Set("X-Sdk-Date", date)

	request, names := canonicalRequest(req, body)
	digest := sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(signatureAlgorithm + "\n" + date + "\n" + hex.EncodeToString(digest[:])))

	signature = hex.EncodeToString(mac.Sum(nil))
	req.Header.Set("Authorization", signatureAlgorithm+" Access="+accessKey+", SignedHeaders="+names+", Signature="+signature)
	return signature
}

// canonicalRequest returns the text whose hash is signed, and the names of the headers in it,
// joined by ";".
func canonicalRequest(req *http.Request, body []byte) (text, names string) {
	var lines strings.Builder
	var signed []string
	for _, name := range signedHeaders {
		values := req.Header[name]
		if name == "Host" {
			values = []string{cmp.Or(req.Host, req.URL.Host)}
		}
		if len(values) > 0 {
			signed = append(signed, strings.ToLower(name))
			lines.WriteString(strings.ToLower(name) + ":" + textproto.TrimString(values[0]) + "\n")
		}
	}
	names = strings.Join(signed, ";")
	digest := sha256.Sum256(body)
	return req.Method + "\n" + canonicalPath(req.URL) + "\n" + canonicalQuery(req.URL) + "\n" +
		lines.String() + "\n" + names + "\n" + hex.EncodeToString(digest[:]), names
}

// canonicalPath returns the path with each segment percent-encoded afresh and a slash at its end.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = percentEncode(plain)
		}
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/"
}

// canonicalQuery returns the query, percent-encoded afresh and sorted by name, then value.
func canonicalQuery(u *url.URL) string {
	query := u.Query()
	for _, values := range query {
		slices.Sort(values)
	}
	return encodeQuery(query)
}

// encodeQuery writes a query sorted by name, with a space as %20: the gateway's signature check does
// not read "+" as a space.
func encodeQuery(query url.Values) string { return strings.ReplaceAll(query.Encode(), "+", "%20") }

// percentEncode encodes every byte except the unreserved characters of RFC 3986.
func percentEncode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
