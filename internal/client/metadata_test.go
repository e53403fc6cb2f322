package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// metadataServer starts a metadata service at /base and a service, and returns a client of both. The
// metadata service responds with keys, but first to a request for a token with tokenStatus, and to
// the first one for keys with keys, if that is not nil. It calls got for every request.
func metadataServer(t *testing.T, tokenStatus int, keys http.HandlerFunc, got func(request string)) *Client {
	t.Helper()
	var mu sync.Mutex
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		path, ok := strings.CutPrefix(r.URL.Path, "/base")
		if !ok {
			_, _ = io.WriteString(w, channelBody)
			return
		}
		mu.Lock()
		respond := keys
		if r.Method == http.MethodGet {
			keys = nil
		}
		got(strings.TrimSpace(r.Method + " " + path + " " + r.Header.Get("X-Metadata-Token-Ttl-Seconds") + r.Header.Get("X-Metadata-Token")))
		mu.Unlock()
		switch {
		case r.Method == http.MethodPut:
			w.WriteHeader(tokenStatus)
			_, _ = io.WriteString(w, "metadata-token\n")
		case respond != nil:
			respond(w, r)
		default:
			_, _ = io.WriteString(w, `{"credential":{"access":"a","secret":"s","securitytoken":"t","expires_at":"2100-01-01T00:00:00Z"}}`)
		}
	})
	return clientOf(t, server, Config{Credentials: Metadata{Endpoint: server.URL + "/base/"}, MaxRetries: 3})
}

// TestMetadata takes keys with a token or without one, and retries nothing. Only a refusal is
// remembered.
func TestMetadata(t *testing.T) {
	t.Parallel()
	if got := (Metadata{}).address(); got != "http://169.254.169.254" {
		t.Errorf("the usual address is %q", got)
	}
	const (
		putToken = "PUT /meta-data/latest/api/token 21600"
		getKeys  = "GET /openstack/latest/securitykey"
		withT    = getKeys + " metadata-token"
	)
	respond := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	once, twice := []string{putToken, withT}, []string{putToken, withT, putToken, withT}
	for name, tt := range map[string]struct {
		tokenStatus int
		keys        http.HandlerFunc
		want        []string
		// ok is the outcome of the first read, later that of the second.
		ok, later bool
	}{
		"token":           {200, nil, once, true, true},
		"not found":       {404, nil, []string{putToken, getKeys}, true, true},
		"not allowed":     {405, nil, []string{putToken, getKeys}, true, true},
		"not available":   {503, nil, []string{putToken, getKeys}, true, true},
		"forbidden":       {403, nil, []string{putToken}, false, false},
		"token is needed": {404, respond(401, ""), []string{putToken, getKeys}, false, false},
		"no agency":       {200, respond(404, ""), once, false, false},
		"500":             {200, respond(500, ""), twice, false, true},
		"429":             {200, respond(429, ""), twice, false, true},
		"no keys":         {200, respond(200, `{"credential":{}}`), twice, false, true},
		"a page":          {200, respond(200, "<html>"), twice, false, true},
		"timeout":         {200, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, twice, false, true},
		"no response":     {200, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, twice, false, true},
		"cut": {200, func(w http.ResponseWriter, _ *http.Request) {
			respondRaw(t, w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
		}, twice, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			c := metadataServer(t, tt.tokenStatus, tt.keys, func(request string) { got = append(got, request) })
			for _, ok := range []bool{tt.ok, tt.later} {
				if _, err := readChannel(t.Context(), c); ok && err != nil || !ok && !is[*NoCredentialsError](err) {
					t.Errorf("%v, want success: %t", err, ok)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestMetadataTimeout is for both requests, not for each.
func TestMetadataTimeout(t *testing.T) {
	t.Parallel()
	c := metadataServer(t, http.StatusOK, nil, func(string) { time.Sleep(1500 * time.Millisecond) })
	if _, err := readChannel(t.Context(), c); !is[*NoCredentialsError](err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

// proxyVariable is set in the process that TestMetadataTakesNoProxy starts with another
// environment: the standard library reads the variables of proxies once.
const proxyVariable = "HWCLOUD_TEST_PROXY"

// TestMetadataTakesNoProxy keeps the keys of a machine from the proxy of the environment, to which
// other requests go. The address of both is not in use anywhere.
func TestMetadataTakesNoProxy(t *testing.T) {
	t.Parallel()
	const unused = "http://192.0.2.1"
	if os.Getenv(proxyVariable) == "" {
		server := simulator.Start(t)
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMetadataTakesNoProxy$") //nolint:gosec // It is this test.
		command.Env = append(os.Environ(), proxyVariable+"=set", "HTTP_PROXY="+server.URL, "http_proxy="+server.URL, "NO_PROXY=", "no_proxy=")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		requests := server.Requests()
		if len(requests) != 1 || !strings.HasSuffix(requests[0].Path, "/datasource/enhanced-connections") {
			t.Errorf("the proxy got %d requests, want one read: %v", len(requests), requests)
		}
		return
	}
	for _, credentials := range []Credentials{Metadata{Endpoint: unused}, Token("t")} {
		c := newClient(t, Config{Region: "r", Credentials: credentials, Endpoints: map[string]string{DLI: unused}})
		_, err := c.EnhancedConnections(t.Context(), Scope{"r", "p"}, EnhancedConnectionsQuery{})
		if _, signsIn := credentials.(Metadata); err == nil || signsIn != is[*NoCredentialsError](err) {
			t.Errorf("%T: %v", credentials, err)
		}
	}
}

// TestMetadataUserInfo is in no error, also if the address is not valid.
func TestMetadataUserInfo(t *testing.T) {
	t.Parallel()
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for _, host := range []string{strings.TrimPrefix(server.URL, "http://"), "[::1"} {
		c := clientOf(t, server, Config{Credentials: Metadata{Endpoint: "http://somebody:hunter2@" + host}})
		_, err := readChannel(t.Context(), c)
		if !is[*NoCredentialsError](err) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "somebody") {
			t.Errorf("the error is %v", err)
		}
	}
}
