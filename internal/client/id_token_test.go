package client

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// idTokenFile writes an ID token to a file and returns its path.
func idTokenFile(t *testing.T, token string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestIDTokenFails names the source and sends nothing, and is not remembered.
func TestIDTokenFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	for name, tt := range map[string]struct {
		source IDTokenSource
		text   string
	}{
		"missing file": {IDTokenFile(path), "cannot read the ID token from " + path + ": no such file or directory"},
		"empty file":   {IDTokenFile(idTokenFile(t, " ")), "the token is empty"},
		"not a token":  {IDTokenFile(idTokenFile(t, "one\ntwo")), "the token contains white space or control characters"},
		"empty":        {IDToken(""), "cannot read the ID token from the configuration: the token is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent requestLog
			c := inMemory(t, Config{Credentials: oidc(tt.source)}, sent.recording(always("{}")))
			_, err := readChannel(t.Context(), c)
			if !is[*IDTokenError](err) || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "two") || sent.count() != 0 {
				t.Errorf("%d requests: %v", sent.count(), err)
			}
		})
	}
	double := &oidcDouble{accepted: "good", life: time.Hour}
	later := filepath.Join(t.TempDir(), "later")
	c := inMemory(t, Config{Credentials: oidc(IDTokenFile(later))}, double.respond)
	if _, err := readChannel(t.Context(), c); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	if err := os.WriteFile(later, []byte("\ufeffgood"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readChannel(t.Context(), c); err != nil {
		t.Errorf("once the file exists: %v", err)
	}
}

// TestGitHubRefuses an ID token: the error is about GitHub Actions, not about the cloud.
func TestGitHubRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		requestToken string
		respond      simulator.Action
		check        func(*Error) bool
	}{
		"unauthorized": {"wrong-request-token", nil, func(e *Error) bool { return e.Status == http.StatusUnauthorized }},
		"no value":     {simulator.GitHubRequestToken, simulator.Respond(200, nil, `{"count":1}`), func(e *Error) bool { return strings.Contains(e.Error(), `missing field "value"`) }},
	} {
		server := simulator.Start(t)
		if tt.respond != nil {
			server.Inject(simulator.Fault{Path: "idtoken", Action: tt.respond})
		}
		c := newClient(t, Config{Region: simulator.Region, Credentials: oidc(GitHubIDToken{RequestURL: server.GitHubURL(), RequestToken: tt.requestToken})})
		_, err := readChannel(t.Context(), c)
		e := requestError(t, err)
		if !tt.check(e) || e.Service != "" || e.Operation != OpRequestIDToken || e.Purpose != "requesting an ID token from GitHub Actions" ||
			strings.Contains(err.Error(), tt.requestToken) || strings.Contains(e.URL, "?") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := inMemory(t, Config{Credentials: oidc(GitHubIDToken{RequestURL: "http://github.invalid/", RequestToken: "r"})}, func(req *http.Request) (*http.Response, error) {
		return responseOf(req, 200, `{"value":" "}`), nil
	})
	if _, err := readChannel(t.Context(), c); !is[*IDTokenError](err) {
		t.Errorf("an empty ID token: %v", err)
	}
}

// TestGitHubAudience is a parameter of its own.
func TestGitHubAudience(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ address, audience, want string }{
		{"http://h/x", "", ""},
		{"http://h/x", "a b", "audience=a+b"},
		{"http://h/x?v=1", "", "v=1"},
		{"http://h/x?v=1", "a&b", "v=1&audience=a%26b"},
	} {
		var query atomic.Value
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			query.Store(req.URL.RawQuery)
			if got := req.Header.Get("Authorization"); got != "Bearer bearer" {
				t.Errorf("Authorization is %q", got)
			}
			return responseOf(req, 200, `{"value":"it"}`), nil
		})
		got, err := GitHubIDToken{RequestURL: tt.address, RequestToken: "bearer", Audience: tt.audience}.read(t.Context(), c)
		if err != nil || got != "it" || query.Load() != tt.want {
			t.Errorf("%s with audience %q: query %q, %v", tt.address, tt.audience, query.Load(), err)
		}
	}
}
