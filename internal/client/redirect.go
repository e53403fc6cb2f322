package client

import (
	"fmt"
	"net/http"
)

// maxRedirects ends a circle of redirects.
const maxRedirects = 10

// redirectError is a redirect that is not followed.
type redirectError struct{ text string }

func (e *redirectError) Error() string { return e.text }

// checkRedirect lets redirects be followed on the same scheme, host and port only.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return &redirectError{fmt.Sprintf("redirected %d times", maxRedirects)}
	}
	first := via[0].URL
	if req.URL.Scheme != first.Scheme || hostAddress(req.URL) != hostAddress(first) {
		return &redirectError{fmt.Sprintf("redirected to %s://%s; only redirects to the same scheme, host and port are followed",
			req.URL.Scheme, printable(req.URL.Host, 100))}
	}
	if req.Method != via[0].Method {
		return &redirectError{fmt.Sprintf("redirected with a status that makes a %s of the %s; only 307 and 308 repeat the request", req.Method, via[0].Method)}
	}
	return nil
}

// checkLocation refuses a redirect without a URL.
func checkLocation(req *http.Request, resp *response) error {
	switch resp.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		location := resp.header.Get("Location")
		if location == "" {
			return &redirectError{"redirected without an address"}
		}
		if _, err := req.URL.Parse(location); err != nil {
			return &redirectError{"redirected to an address that is not a URL"}
		}
	}
	return nil
}
