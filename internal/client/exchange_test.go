package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// askedOf makes a client that asks a server for everything.
func askedOf(t *testing.T, server *httptest.Server, config Config) *Client {
	t.Helper()
	config.Region = simulator.Region
	config.Credentials = Keys{AccessKey: simulator.AccessKey, SecretKey: simulator.SecretKey}
	config.Endpoints = map[string]string{}
	for _, service := range Services {
		config.Endpoints[service] = server.URL + "/{region}/" + service
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.transport.CloseIdleConnections)
	return c
}

// serving starts a server on loopback.
func serving(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

// quiet does not log the handshakes that a test means to fail.
func quiet(server *httptest.Server) *httptest.Server {
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{
			"User-Agent":      "terraform-provider-hwcloud/1.2.3 Terraform/1.11.4",
			"Content-Type":    "application/json",
			"Accept-Encoding": "gzip",
			"X-Project-Id":    simulator.ProjectID,
			"X-Auth-Token":    "",
			"Cookie":          "",
			"Referer":         "",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		_, _ = io.WriteString(w, channelBody)
	})
	c := askedOf(t, server, Config{UserAgent: "terraform-provider-hwcloud/1.2.3 Terraform/1.11.4"})
	if _, err := channelOf(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// TestRedirectElsewhere sends nothing to where it is refused to go.
func TestRedirectElsewhere(t *testing.T) {
	t.Parallel()
	other := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other server was asked for %s with %v", r.URL, r.Header)
	})
	otherPort := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{other.URL, otherPort, "//" + strings.TrimPrefix(other.URL, "http://"), "https://127.0.0.1:1"} {
			server := serving(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-ID", "r1")
				http.Redirect(w, r, target+"/elsewhere?secret=1", status)
			})
			_, err := channelOf(t.Context(), askedOf(t, server, Config{MaxRetries: 3}))
			e := refusedRead(t, err)
			if !is[*redirectError](err) || e.Status != status || e.RequestID != "r1" || strings.Contains(err.Error(), "secret=1") {
				t.Errorf("%d to %s: %v", status, target, err)
			}
		}
	}

	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))
	t.Cleanup(secure.Close)
	// The same host and port by another scheme is elsewhere, too.
	for _, start := range []func(http.Handler) *httptest.Server{httptest.NewServer, httptest.NewTLSServer} {
		changes := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme := "https"
			if r.TLS != nil {
				scheme = "http"
			}
			w.Header().Set("Location", scheme+"://"+r.Host+r.URL.Path)
			w.WriteHeader(http.StatusFound)
		}))
		t.Cleanup(quiet(changes).Close)
		if _, err := channelOf(t.Context(), askedOf(t, changes, Config{Insecure: true})); !is[*redirectError](err) {
			t.Errorf("from %s to the other scheme: %v", changes.URL, err)
		}
	}
	_, err := channelOf(t.Context(), askedOf(t, secure, Config{Insecure: true}))
	if !is[*redirectError](err) {
		t.Errorf("from https to http: %v", err)
	}
	if err == nil || !strings.Contains(err.Error(), "refused a redirect to "+other.URL+": only the same scheme and host are followed") {
		t.Errorf("the error does not say where to: %v", err)
	}
}

// TestRedirectHere follows a redirect on the same host, and signs the request
// for the new address.
func TestRedirectHere(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 307, 308} {
		server, c := simulated(t, Config{})
		moved := "/" + simulator.Region + "/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.FullInstanceID + "/vpc-channels/f2000000000000000000000000000001"
		server.Inject(simulator.Fault{Path: simulator.ServerChannelID, Action: simulator.Redirect(status, moved)})
		channel, err := channelOf(t.Context(), c)
		if err != nil || *channel.ID != "f2000000000000000000000000000001" {
			t.Errorf("%d: %+v, %v", status, channel, err)
		}
		if n := server.Count(func(r simulator.Request) bool { return r.Status == http.StatusUnauthorized }); n > 0 || server.Count(nil) != 2 {
			t.Errorf("%d: %d of %d requests were refused", status, n, server.Count(nil))
		}
	}
}

func TestRedirectInCircles(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Location", r.URL.String())
		w.WriteHeader(http.StatusFound)
	})
	_, err := channelOf(t.Context(), askedOf(t, server, Config{MaxRetries: 3}))
	if !errors.Is(err, errRedirects) || requests.Load() > maxRedirects {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
}

// bigChannel is a channel of this many bytes.
func bigChannel(size int) []byte {
	body := []byte(`{"id":"a","name":"`)
	return append(append(body, bytes.Repeat([]byte("x"), size-len(body)-2)...), `"}`...)
}

// TestLargestAnswer takes 32 MiB, and reads no more than a little of what is larger.
func TestLargestAnswer(t *testing.T) {
	t.Parallel()
	const large = maxAnswer + 1
	tests := map[string]struct {
		handle  http.HandlerFunc
		refused bool
	}{
		"the largest": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bigChannel(maxAnswer)) }, false},
		"one byte more": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bigChannel(large))
		}, true},
		"one byte more, announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "33554433")
			_, _ = w.Write(bigChannel(large))
		}, true},
		"without an end": {func(w http.ResponseWriter, _ *http.Request) {
			chunk := bytes.Repeat([]byte(" "), 1<<16)
			for n := 0; ; n += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
				if n > 2*maxAnswer {
					t.Error("it is read on and on")
					return
				}
			}
		}, true},
		"one byte more, packed small": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			_, _ = packed.Write(bigChannel(large))
			_ = packed.Close()
		}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channel, err := channelOf(t.Context(), askedOf(t, serving(t, tt.handle), Config{MaxRetries: 2}))
			switch {
			case tt.refused && (!errors.Is(err, errAnswerTooLarge) || refusedRead(t, err).Status != http.StatusOK || !strings.Contains(err.Error(), "the answer is larger than 32 MiB")):
				t.Errorf("the error is %v", err)
			case !tt.refused && (err != nil || len(*channel.Name) < maxAnswer-100):
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestPackedAnswer(t *testing.T) {
	t.Parallel()
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, channelBody)
		_ = packed.Close()
	})
	if channel, err := channelOf(t.Context(), askedOf(t, server, Config{})); err != nil || *channel.ID != "a" {
		t.Errorf("%+v, %v", channel, err)
	}
}

// TestCutAnswers is tried again, and never taken for a whole one.
func TestCutAnswers(t *testing.T) {
	t.Parallel()
	// Each half is valid JSON by itself.
	const whole = channelBody + "                    "
	tests := map[string]func(http.ResponseWriter){
		"announced longer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, whole)
		},
		"in chunks": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, whole)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"packed": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			_, _ = io.WriteString(packed, whole)
			_ = packed.Flush() // Without its end.
		},
	}
	for name, cut := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			for retries, good := range map[int]bool{0: false, 1: true} {
				requests.Store(0)
				server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
					if requests.Add(1) == 1 {
						cut(w)
						return
					}
					_, _ = io.WriteString(w, channelBody)
				})
				channel, err := channelOf(t.Context(), askedOf(t, server, Config{MaxRetries: retries}))
				if good != (err == nil) || good != (channel != nil) || !good && !strings.Contains(err.Error(), "EOF") {
					t.Errorf("with %d retries: %+v, %v", retries, channel, err)
				}
			}
		})
	}
}

// TestStalledAnswers ends with the read, whatever part of the answer stalls.
func TestStalledAnswers(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]simulator.Action{"headers": simulator.StallHeaders(), "body": simulator.StallBody()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{MaxRetries: 3})
			server.Inject(simulator.Fault{Action: action})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begun := time.Now()
			_, err := channelOf(ctx, c)
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took < time.Second || took > 10*time.Second {
				t.Errorf("after %s: %v", took, err)
			}
			if e := refusedRead(t, err); e.Status != 0 {
				t.Errorf("the error has the status %d of an answer that did not come whole", e.Status)
			}
		})
	}
}

// TestCertificates is about a server that nobody vouches for: it gets no request,
// is not tried again, and is trusted where the user says so.
func TestCertificates(t *testing.T) {
	t.Parallel()
	var connections, requests atomic.Int64
	server := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = io.WriteString(w, channelBody)
	})))
	server.Config.ConnState = countNew(&connections)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	_, err := channelOf(t.Context(), askedOf(t, server, Config{MaxRetries: 3}))
	if e := refusedRead(t, err); e.Status != 0 || !strings.Contains(err.Error(), "certificate signed by unknown authority") || requests.Load() != 0 {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections to a server with the wrong certificate, want 1", n)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, config := range map[string]Config{"insecure": {Insecure: true}, "the certificate": {CACertificates: certificate}} {
		if _, err := channelOf(t.Context(), askedOf(t, server, config)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The certificate is one for 127.0.0.1 and example.com.
	elsewhere := &httptest.Server{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}
	connections.Store(0)
	_, err = channelOf(t.Context(), askedOf(t, elsewhere, Config{CACertificates: certificate, MaxRetries: 3}))
	if err == nil || !strings.Contains(err.Error(), "localhost") || connections.Load() > 2 {
		t.Errorf("another host name: %d connections, %v", connections.Load(), err)
	}
	if _, err := New(Config{Credentials: Token("t"), CACertificates: []byte("no PEM")}); err == nil {
		t.Error("certificates that are none are taken")
	}
}

// TestNoTLS is a server that speaks plain http where https is asked for.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	server.Config.ConnState = countNew(&connections)
	server.Start()
	t.Cleanup(server.Close)
	_, err := channelOf(t.Context(), askedOf(t, &httptest.Server{URL: strings.Replace(server.URL, "http:", "https:", 1)}, Config{MaxRetries: 3}))
	if err == nil || !strings.Contains(err.Error(), "HTTP response to HTTPS client") || connections.Load() != 1 {
		t.Errorf("%d connections: %v", connections.Load(), err)
	}
}

// countNew counts the connections that a server gets.
func countNew(connections *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
}

// TestOneConnectionIsKept uses the same connection for one request after another.
func TestOneConnectionIsKept(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, channelBody) }))
	server.Config.ConnState = countNew(&connections)
	server.Start()
	t.Cleanup(server.Close)
	c := askedOf(t, server, Config{})
	for range 5 {
		if _, err := channelOf(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}
