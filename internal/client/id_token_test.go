package client

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// givenIDToken is an ID token that does not change.
func givenIDToken(token string) IDTokenReader {
	return IDTokenReader{Source: "a file", Read: func() (string, error) { return token, nil }}
}

// TestIDTokenFails names the source and sends nothing. It is not remembered: the next ID token is
// used.
func TestIDTokenFails(t *testing.T) {
	t.Parallel()
	var (
		sent    requestLog
		token   string
		failure error
	)
	missing := errors.New("no such file")
	double := &oidcDouble{accepted: "good"}
	c := inMemory(t, Config{Credentials: oidc(IDTokenReader{Source: "/a/path", Read: func() (string, error) { return token, failure }})},
		sent.recording(double.respond))
	for _, tt := range []struct {
		token   string
		failure error
		text    string
	}{
		{"", missing, "cannot read the ID token from /a/path: no such file"},
		{"\ufeff \n", nil, "cannot read the ID token from /a/path: it is empty, or has more than the token itself, such as white space or JSON"},
		{"one\ntwo", nil, "more than the token"},
		{"one\x7ftwo", nil, "more than the token"},
		{`{"value":"two"}`, nil, "more than the token"},
	} {
		token, failure = tt.token, tt.failure
		_, err := readChannel(t.Context(), c)
		if !is[*IDTokenError](err) || !strings.Contains(err.Error(), tt.text) || errors.Is(err, missing) != (tt.failure != nil) {
			t.Errorf("%q: %v", tt.token, err)
		}
		if strings.Contains(err.Error(), "two") || sent.count() != 0 {
			t.Errorf("%d requests: %v", sent.count(), err)
		}
	}
	token, failure = "\ufeffgood\n", nil
	if _, err := readChannel(t.Context(), c); err != nil {
		t.Errorf("once there is an ID token: %v", err)
	}
}

// TestGitHubRefuses an ID token: the error is about GitHub Actions, not about the cloud.
func TestGitHubRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status     int
		body, text string
	}{
		{http.StatusUnauthorized, `{"message":"no"}`, "status 401"},
		{http.StatusOK, `{"value":1.5e`, "not valid JSON"},
		{http.StatusOK, `{"count":1}`, "cannot read the ID token from GitHub Actions: it is empty"},
	} {
		source := GitHubIDToken{RequestURL: "http://github.invalid/?x=y", RequestToken: "request-token"}
		c := inMemory(t, Config{Credentials: oidc(source)}, func(req *http.Request) (*http.Response, error) {
			checkRequest(t, req, "GET /?x=y")
			return responseOf(req, tt.status, tt.body), nil
		})
		_, err := readChannel(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "request-token") {
			t.Errorf("%s: %v", tt.body, err)
		}
		e, ok := errors.AsType[*Error](err)
		if ok == is[*IDTokenError](err) || ok && (e.Service != "" || e.Operation != OpRequestIDToken || e.URL != "http://github.invalid/" ||
			e.Purpose != "requesting an ID token from GitHub Actions") {
			t.Errorf("%s: %#v", tt.body, err)
		}
	}
}
