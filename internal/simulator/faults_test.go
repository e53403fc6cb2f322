package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestFaultsThatRespond(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		action Action
		status int
		header string
		want   string
		body   string
	}{
		{"respond", Respond(502, map[string]string{"X-Test": "1"}, "bad"), 502, "X-Test", "1", "bad"},
		{"service error", ServiceError(503, "EndPoint.0001", "later"), 503, "Content-Type", "application/json",
			`{"error":{"code":"EndPoint.0001","message":"later"}}`},
		{"html", HTML(200), 200, "Content-Type", "text/html; charset=utf-8", "<!DOCTYPE html>"},
		{"empty", Empty(200), 200, "Content-Length", "0", ""},
		{"throttle", Throttle(429, "2"), 429, "Retry-After", "2", "APIGW.0308"},
		{"throttle without a time", Throttle(400, ""), 400, "Retry-After", "", "APIGW.0308"},
		{"redirect", Redirect(302, "http://192.0.2.1/"), 302, "Location", "http://192.0.2.1/", ""},
		{"huge", HugeBody(1 << 20), 200, "Content-Type", "application/json", "xxxxxxxx"},
		{"rewrite", Rewrite(func(b []byte) []byte { return append(b, "\n"...) }), 200, "", "", "}\n"},
		{"rewrite object", RewriteObject(func(o map[string]any) { o["total_count"] = 7 }), 200, "", "", `"total_count":7`},
		{"exact numbers", RewriteObject(func(map[string]any) {}), 200, "", "", "16777510"},
		{"rewrite query", RewriteQuery(func(q url.Values) { q.Set("marker_id", "1") }), 200, "", "", `"total_count":0`},
		{"delay", Delay(time.Millisecond), 200, "", "", "16777510"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := Start(t)
			s.Inject(Fault{Service: "vpcep", Action: test.action})
			got := send(t, s, vpcepPath, "", withKey)
			wantPart(t, got, test.status, test.body)
			if value := got.header.Get(test.header); test.header != "" && value != test.want {
				t.Errorf("%s: %q, want %q", test.header, value, test.want)
			}
			if got.header.Get(requestIDHeader) == "" || s.Requests()[0].Query.Has("marker_id") {
				t.Error("no request ID, or another query in the record")
			}
			wantPart(t, get(t, s, dliPath), http.StatusOK, "withvpc")
		})
	}
}

func TestFaultsThatBreakTheConnection(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Inject(Fault{Times: 1, Action: CutBody()})
	got, err := trySend(t, s, vpcepPath, "", withToken(Token))
	if !errors.Is(err, io.ErrUnexpectedEOF) || got.status != http.StatusOK || len(got.body) == 0 {
		t.Errorf("cut: %d bytes, %v", len(got.body), err)
	}
	s.Inject(Fault{Times: 1, Action: Reset()})
	if _, err := trySend(t, s, vpcepPath, "", withToken(Token)); err == nil {
		t.Error("reset: no error")
	}
	wantPart(t, get(t, s, vpcepPath), http.StatusOK, "connections")
}

// TestStalledRequestsEnd when the client disconnects, and when the server is closed.
func TestStalledRequestsEnd(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]Action{
		"headers": StallHeaders(), "body": StallBody(), "delay": Delay(time.Hour), "huge": HugeBody(1 << 50),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Start(t)
			s.Inject(Fault{Action: action})
			var headers atomic.Bool
			begin := func(ctx context.Context) <-chan error {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+vpcepPath, nil)
				if err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() {
					response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
					if err == nil {
						headers.Store(true)
						_, err = io.Copy(io.Discard, response.Body)
						_ = response.Body.Close()
					}
					done <- err
				}()
				return done
			}
			ctx, cancel := context.WithCancel(t.Context())
			first := begin(ctx)
			waitUntil(t, "no request, or no headers of its response arrived", func() bool {
				return s.Count(nil) == 1 && (headers.Load() || name == "headers" || name == "delay")
			})
			cancel()
			if <-first == nil {
				t.Error("the first request got a response")
			}
			waitUntil(t, "the handler did not end", func() bool { return !s.Requests()[0].End.IsZero() })
			second := begin(t.Context())
			waitUntil(t, "no second request arrived", func() bool { return s.Count(nil) == 2 })
			s.Close()
			if <-second == nil || s.Requests()[1].End.IsZero() {
				t.Error("the second request got a response, or its handler outlived Close")
			}
		})
	}
}

// waitUntil polls a condition and fails the test if it does not hold within 10 seconds.
func waitUntil(t *testing.T, failure string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(failure)
		}
	}
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Inject(Fault{Service: "vpcep", Method: "GET", Path: "/connections", After: 1, Times: 2, Action: Empty(500)})
	s.Inject(Fault{Match: func(r Request) bool { return r.Query.Get("offset") == "1" }, Action: Empty(418)})
	for _, want := range []int{200, 500, 500, 200, 200} {
		wantPart(t, get(t, s, vpcepPath), want, "")
	}
	wantPart(t, get(t, s, vpcepPath+"?offset=1"), http.StatusTeapot, "")
	wantPart(t, get(t, s, dliPath), http.StatusOK, "")
}

// TestFaultsCompose checks that a fault that calls next reaches the next fault, and that one that
// responds itself does not count for the next.
func TestFaultsCompose(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Inject(Fault{Times: 1, Action: Empty(503)})
	s.Inject(Fault{Action: RewriteObject(func(o map[string]any) { o["total_count"] = 9 })})
	s.Inject(Fault{Times: 1, Action: Throttle(429, "1")})
	for i, want := range []int{503, 429, 200} {
		got := get(t, s, vpcepPath)
		wantPart(t, got, want, "")
		if i > 0 && !strings.Contains(string(got.body), `"total_count":9`) {
			t.Errorf("request %d: %s", i, got.body)
		}
	}
}
