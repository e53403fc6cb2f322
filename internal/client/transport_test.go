package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestCertificates is about a server whose certificate is not trusted: it gets no request, is
// not retried, and is trusted if the configuration says so.
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

	_, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: 3}))
	if e := requestError(t, err); e.Status != 0 || e.Reason != ReasonCertificate || e.Attempts != 1 ||
		!strings.Contains(err.Error(), "certificate signed by unknown authority") || requests.Load() != 0 {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections to a server with the wrong certificate, want 1", n)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, config := range map[string]Config{"insecure": {Insecure: true}, "the certificate": {CACertificates: certificate}} {
		if _, err := readChannel(t.Context(), clientOf(t, server, config)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The certificate is for 127.0.0.1 and example.com.
	elsewhere := &httptest.Server{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}
	connections.Store(0)
	_, err = readChannel(t.Context(), clientOf(t, elsewhere, Config{CACertificates: certificate, MaxRetries: 3}))
	if err == nil || !strings.Contains(err.Error(), "localhost") || requestError(t, err).Reason != ReasonCertificate || connections.Load() > 2 {
		t.Errorf("another host name: %d connections, %v", connections.Load(), err)
	}
	if _, err := New(Config{Credentials: Token("t"), CACertificates: []byte("no PEM")}); err == nil ||
		err.Error() != "no PEM certificate in the CA certificates" {
		t.Errorf("a file without certificates: %v", err)
	}
}

// TestCACertificatesAreAdded keeps the system's certificates.
func TestCACertificatesAreAdded(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	c := newClient(t, Config{Credentials: defaultKeys, CACertificates: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})})
	want, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	want.AddCert(server.Certificate())
	if !c.transport.TLSClientConfig.RootCAs.Equal(want) {
		t.Error("the trusted certificates are not the system's and the given one")
	}
	if roots := newClient(t, Config{Credentials: defaultKeys}).transport.TLSClientConfig.RootCAs; roots != nil {
		t.Error("without a file, the trusted certificates are not the system's")
	}
}

// TestClientCertificate presents the configured certificate to a server that asks for one.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	var presented atomic.Int64
	server := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		presented.Store(int64(len(r.TLS.PeerCertificates)))
		_, _ = io.WriteString(w, channelBody)
	})))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)

	if _, err := readChannel(t.Context(), clientOf(t, server, Config{Insecure: true, ClientCertificate: &server.TLS.Certificates[0]})); err != nil || presented.Load() != 1 {
		t.Errorf("%d certificates: %v", presented.Load(), err)
	}
	var connections atomic.Int64
	c := clientOf(t, server, Config{Insecure: true, MaxRetries: 3})
	dial := c.transport.DialContext
	c.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		connections.Add(1)
		return dial(ctx, network, address)
	}
	_, err := readChannel(t.Context(), c)
	if e := requestError(t, err); e.Reason != ReasonTLS || e.Attempts != 1 || connections.Load() != 1 {
		t.Errorf("without a certificate: %d connections, reason %d: %v", connections.Load(), e.Reason, err)
	}
}

// TestOldTLS refuses TLS 1.1.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	server := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // The client must refuse it.
	server.StartTLS()
	t.Cleanup(server.Close)
	_, err := readChannel(t.Context(), clientOf(t, server, Config{Insecure: true, MaxRetries: 3}))
	if e := requestError(t, err); e.Reason != ReasonTLS || e.Attempts != 1 {
		t.Errorf("reason %d: %v", e.Reason, err)
	}
	if version := clientOf(t, server, Config{}).transport.TLSClientConfig.MinVersion; version != tls.VersionTLS12 {
		t.Errorf("the minimum version is %x", version)
	}
}

// TestPlainHTTPServer is a server that speaks plain http behind an https URL.
func TestPlainHTTPServer(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	server.Config.ConnState = countNew(&connections)
	server.Start()
	t.Cleanup(server.Close)
	_, err := readChannel(t.Context(), clientOf(t, &httptest.Server{URL: strings.Replace(server.URL, "http:", "https:", 1)}, Config{MaxRetries: 3}))
	if err == nil || !strings.Contains(err.Error(), "does not look like a TLS handshake") || requestError(t, err).Reason != ReasonTLS || connections.Load() != 1 {
		t.Errorf("%d connections: %v", connections.Load(), err)
	}
}

// TestConnectionIsKept uses the same connection for one request after another, and as many as
// there are requests in flight.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	for _, readers := range []int{1, maxInFlight} {
		var connections atomic.Int64
		var together sync.WaitGroup
		together.Add(readers)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			together.Done()
			together.Wait()
			_, _ = io.WriteString(w, channelBody)
		}))
		server.Config.ConnState = countNew(&connections)
		server.Start()
		t.Cleanup(server.Close)
		c := clientOf(t, server, Config{Credentials: Token("t")}) // A new key would have four requests in flight.
		var kept atomic.Int64
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{PutIdleConn: func(error) { kept.Add(1) }})
		for round := range 5 {
			if round > 0 {
				together.Add(readers)
			}
			var reading sync.WaitGroup
			for range readers {
				reading.Go(func() {
					if _, err := readChannel(ctx, c); err != nil {
						t.Error(err)
					}
				})
			}
			reading.Wait()
			// The transport takes a connection back a moment after its response.
			waitFor(t, "the connections", func() bool { return kept.Load() == int64((round+1)*readers) })
		}
		if n := connections.Load(); n != int64(readers) {
			t.Errorf("%d connections for %d readers", n, readers)
		}
	}
}

// blackHole forwards connections to a server. After one response has passed through, the first
// connection stays open and passes nothing on, as behind a firewall that has forgotten it.
type blackHole struct {
	net.Listener
	connections atomic.Int64
	// silent is set once the first connection passes nothing on.
	silent atomic.Bool
}

func newBlackHole(t *testing.T, target string) *blackHole {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hole := &blackHole{Listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := new(net.Dialer).DialContext(t.Context(), "tcp", target)
			if err != nil {
				_ = conn.Close()
				return
			}
			first := hole.connections.Add(1) == 1
			for _, way := range [][2]net.Conn{{conn, server}, {server, conn}} {
				t.Cleanup(func() { _ = way[0].Close() })
				go hole.forward(way[0], way[1], first)
			}
		}
	}()
	return hole
}

func (h *blackHole) forward(from, to net.Conn, first bool) {
	buffer := make([]byte, 1<<15)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			_ = to.Close()
			return
		}
		if first && h.silent.Load() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestDeadHTTP2Connection has a connection that passes nothing on after its first response. It is
// noticed and not used again. The pings are twenty times as frequent as usual.
func TestDeadHTTP2Connection(t *testing.T) {
	t.Parallel()
	server := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the protocol is %s", r.Proto)
		}
		_, _ = io.WriteString(w, channelBody)
	})))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	hole := newBlackHole(t, server.Listener.Addr().String())

	c := clientOf(t, &httptest.Server{URL: "https://" + hole.Addr().String()}, Config{Insecure: true, MaxRetries: 3})
	pings := c.transport.HTTP2
	if noticed := pings.SendPingTimeout + pings.PingTimeout; noticed <= 0 || noticed > 30*time.Second {
		t.Errorf("a dead connection is noticed after %s", noticed)
	}
	pings.SendPingTimeout /= 20
	pings.PingTimeout /= 20

	if _, err := readChannel(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	hole.silent.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var reading sync.WaitGroup
	for range 5 {
		reading.Go(func() {
			if _, err := readChannel(ctx, c); err != nil {
				t.Error(err)
			}
		})
	}
	reading.Wait()
	if n := hole.connections.Load(); n < 2 {
		t.Errorf("%d connections, want another one", n)
	}
}

// proxyRefusing returns a proxy that responds to CONNECT with a status, and the number of requests
// to it.
func proxyRefusing(t *testing.T, status int) (*url.URL, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	proxy := serving(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy got a %s", r.Method)
		}
		w.WriteHeader(status)
	})
	address := mustParse(t, proxy.URL)
	address.User = url.UserPassword("proxy-user", "proxy-password")
	return address, &requests
}

// TestProxyRefuses ends a read at once with an error that names the proxy, without its
// credentials. Only a 5xx of the proxy is retried.
func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{403: 1, 407: 1, 400: 1, 404: 1, 502: 2, 503: 2} {
		proxy, requests := proxyRefusing(t, status)
		c := newClientOf(t, "https://api.invalid", Config{MaxRetries: 1})
		c.transport.Proxy = http.ProxyURL(proxy)
		_, err := readChannel(t.Context(), c)
		refused, ok := errors.AsType[*ProxyError](err)
		if !ok || refused.Status != status || refused.Host != proxy.Host || refused.Err != nil {
			t.Fatalf("%d: %#v", status, err)
		}
		if e := requestError(t, err); e.Reason != ReasonProxy || e.Status != 0 || e.Attempts != attempts || requests.Load() != int64(attempts) {
			t.Errorf("%d: %d requests, %d attempts, reason %d", status, requests.Load(), e.Attempts, e.Reason)
		}
		if !strings.Contains(err.Error(), "the proxy "+proxy.Host+" refused to connect to the API") || strings.Contains(err.Error(), "proxy-") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestProxyIsUnreachable retries, and names the proxy too.
func TestProxyIsUnreachable(t *testing.T) {
	t.Parallel()
	proxy := mustParse(t, "http://proxy-user:proxy-password@127.0.0.1:1")
	c := newClientOf(t, "https://api.invalid", Config{MaxRetries: 1})
	c.transport.Proxy = http.ProxyURL(proxy)
	_, err := readChannel(t.Context(), c)
	failed, ok := errors.AsType[*ProxyError](err)
	if !ok || failed.Host != "127.0.0.1:1" || failed.Status != 0 || failed.Err == nil {
		t.Fatalf("the error is %#v", err)
	}
	if e := requestError(t, err); e.Reason != ReasonProxy || e.Attempts != 2 ||
		!strings.Contains(err.Error(), "cannot connect to the proxy 127.0.0.1:1: ") || strings.Contains(err.Error(), "proxy-") {
		t.Errorf("%d attempts: %v", e.Attempts, err)
	}
}

// TestProxyConnects sends requests through a proxy that connects.
func TestProxyConnects(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, channelBody) }))
	t.Cleanup(server.Close)
	var connects atomic.Int64
	proxy := serving(t, func(w http.ResponseWriter, r *http.Request) {
		connects.Add(1)
		target, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		conn, read, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(target, read); _ = target.Close() }()
		_, _ = io.Copy(conn, target)
		_ = conn.Close()
	})
	c := clientOf(t, server, Config{Insecure: true})
	c.transport.Proxy = http.ProxyURL(mustParse(t, proxy.URL))
	if _, err := readChannel(t.Context(), c); err != nil || connects.Load() != 1 {
		t.Errorf("%d connections through the proxy: %v", connects.Load(), err)
	}
}
