package client

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestRedirectElsewhere sends nothing to another scheme, host or port.
func TestRedirectElsewhere(t *testing.T) {
	t.Parallel()
	other := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other server got a request for %s with %v", r.URL, r.Header)
	})
	otherName := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{other.URL, otherName, "//" + strings.TrimPrefix(other.URL, "http://"), "https://127.0.0.1:1"} {
			server := serving(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-ID", "r1")
				http.Redirect(w, r, target+"/elsewhere?secret=1", status)
			})
			_, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: 3}))
			e := requestError(t, err)
			if !is[*redirectError](err) || e.Status != status || e.RequestID != "r1" || e.Reason != ReasonRedirect || e.Attempts != 1 ||
				strings.Contains(err.Error(), "secret=1") {
				t.Errorf("%d to %s: %v", status, target, err)
			}
		}
	}
}

// TestRedirectToAnotherScheme stays on the same host and port.
func TestRedirectToAnotherScheme(t *testing.T) {
	t.Parallel()
	for _, start := range []func(http.Handler) *httptest.Server{httptest.NewServer, httptest.NewTLSServer} {
		server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme := "https"
			if r.TLS != nil {
				scheme = "http"
			}
			w.Header().Set("Location", scheme+"://"+r.Host+r.URL.Path)
			w.WriteHeader(http.StatusFound)
		}))
		t.Cleanup(quiet(server).Close)
		if _, err := readChannel(t.Context(), clientOf(t, server, Config{Insecure: true})); !is[*redirectError](err) {
			t.Errorf("from %s to the other scheme: %v", server.URL, err)
		}
	}
}

func TestRedirectErrorNamesTheTarget(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.com/path", http.StatusFound)
	}))
	t.Cleanup(secure.Close)
	_, err := readChannel(t.Context(), clientOf(t, secure, Config{Insecure: true}))
	if err == nil || !strings.Contains(err.Error(), "redirected to http://example.com; only redirects to the same scheme, host and port are followed") {
		t.Errorf("the error is %v", err)
	}
}

// TestRedirectHere follows a redirect on the same host, and signs the request for the new address.
func TestRedirectHere(t *testing.T) {
	t.Parallel()
	const fullChannelID = "f2000000000000000000000000000001"
	for _, status := range []int{301, 302, 307, 308} {
		server, c := simulated(t, Config{})
		moved := "/" + simulator.Region + "/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.FullInstanceID + "/vpc-channels/" + fullChannelID
		server.Inject(simulator.Fault{Path: simulator.ServerChannelID, Action: simulator.Redirect(status, moved)})
		channel, err := readChannel(t.Context(), c)
		if err != nil || *channel.ID != fullChannelID {
			t.Errorf("%d: %+v, %v", status, channel, err)
		}
		if n := server.Count(func(r simulator.Request) bool { return r.Status == http.StatusUnauthorized }); n > 0 || server.Count(nil) != 2 {
			t.Errorf("%d: %d of %d requests were refused", status, n, server.Count(nil))
		}
	}
}

// TestRedirectWithTheDefaultPort treats a port that is written out like one that is not, and host
// names in any case alike.
func TestRedirectWithTheDefaultPort(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to string
		followed bool
	}{
		{"http://api.invalid", "http://api.invalid:80/moved", true},
		{"http://api.invalid:80", "http://api.invalid/moved", true},
		{"http://api.invalid", "http://API.Invalid/moved", true},
		{"http://api.invalid", "/moved", true},
		{"http://api.invalid:8080", "/moved", true},
		{"http://api.invalid", "http://api.invalid:443/moved", false},
		{"http://api.invalid", "http://api.invalid:8080/moved", false},
		{"http://api.invalid:8080", "http://api.invalid/moved", false},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			t.Parallel()
			var sent requestLog
			c := inMemory(t, Config{Endpoints: map[string]string{APIG: tt.from}}, func(req *http.Request) (*http.Response, error) {
				if sent.add(req) == 1 {
					return responseOf(req, http.StatusFound, "", "Location", tt.to), nil
				}
				return responseOf(req, http.StatusOK, channelBody), nil
			})
			_, err := readChannel(t.Context(), c)
			if (err == nil) != tt.followed || is[*redirectError](err) == tt.followed || tt.followed != (sent.count() == 2) {
				t.Errorf("%d requests: %v", sent.count(), err)
			}
		})
	}
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"https://h", "https://h:443", true},
		{"https://h", "https://h:80", false},
		{"http://[::1]", "http://[::1]:80", true},
		{"http://h1", "http://h2", false},
	} {
		if same := hostAddress(mustParse(t, tt.a)) == hostAddress(mustParse(t, tt.b)); same != tt.same {
			t.Errorf("%s and %s: %t", tt.a, tt.b, same)
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestRedirectInCircles(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Location", r.URL.String())
		w.WriteHeader(http.StatusFound)
	})
	_, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: 3}))
	if !is[*redirectError](err) || !strings.Contains(err.Error(), "redirected 10 times") || requests.Load() != maxRedirects {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
}

// TestRedirectNowhere does not retry a redirect whose target is not a URL.
func TestRedirectNowhere(t *testing.T) {
	t.Parallel()
	var sent requestLog
	c := inMemory(t, Config{MaxRetries: 3}, sent.recording(func(req *http.Request) (*http.Response, error) {
		return responseOf(req, http.StatusFound, "", "Location", "http://[%zz"), nil
	}))
	_, err := readChannel(t.Context(), c)
	if e := requestError(t, err); e.Reason != ReasonRedirect || e.Status != http.StatusFound || sent.count() != 1 {
		t.Errorf("%d requests, reason %d: %v", sent.count(), e.Reason, err)
	}
}

// TestRedirectOfASignIn repeats the request or ends it: a GET in its place would be refused as if the
// password were wrong.
func TestRedirectOfASignIn(t *testing.T) {
	t.Parallel()
	for status, followed := range map[int]bool{301: false, 302: false, 303: false, 307: true, 308: true} {
		c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(req.URL.Path, tokensPath):
				return responseOf(req, status, "", "Location", "/moved"), nil
			case req.URL.Path == "/moved" && req.Method == http.MethodPost:
				return tokenIssued(req, "t", ""), nil
			case req.URL.Path == "/moved":
				return responseOf(req, http.StatusUnauthorized, "{}"), nil
			}
			return responseOf(req, http.StatusOK, channelBody), nil
		})
		_, err := readChannel(t.Context(), c)
		if followed && err != nil || !followed && (!is[*redirectError](err) || requestError(t, err).Reason != ReasonRedirect) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestRedirectWithoutAddress is no API error.
func TestRedirectWithoutAddress(t *testing.T) {
	t.Parallel()
	c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
		return responseOf(req, http.StatusFound, "{}"), nil
	})
	if _, err := readChannel(t.Context(), c); !is[*redirectError](err) || requestError(t, err).Status != http.StatusFound {
		t.Error(err)
	}
}
