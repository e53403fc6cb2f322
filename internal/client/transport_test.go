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
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// startTLS starts a server of TLS that responds with a channel. configure may change it before, and
// see, if not nil, gets the requests.
func startTLS(t *testing.T, configure func(*httptest.Server), see func(*http.Request)) *httptest.Server {
	t.Helper()
	server := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if see != nil {
			see(r)
		}
		_, _ = io.WriteString(w, channelBody)
	})))
	configure(server)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// TestCertificates is about a server whose certificate is not trusted: it gets no request, is
// not retried, and is trusted if the configuration says so, in addition to the system's.
func TestCertificates(t *testing.T) {
	t.Parallel()
	var connections, requests atomic.Int64
	server := startTLS(t, func(server *httptest.Server) {
		server.Config.ConnState = countNew(&connections)
		server.EnableHTTP2 = true
	}, func(*http.Request) { requests.Add(1) })

	_, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: 3}))
	if e := requestError(t, err); e.Status != 0 || e.Reason != ReasonCertificate || e.Attempts != 1 ||
		!strings.Contains(err.Error(), "certificate signed by unknown authority") {
		t.Errorf("%d attempts: %v", e.Attempts, err)
	}
	if connections.Load() != 1 || requests.Load() != 0 {
		t.Errorf("%d requests in %d connections to a server with the wrong certificate", requests.Load(), connections.Load())
	}
	mustRead(t, clientOf(t, server, Config{Insecure: true}), 1)
	config := Config{CACertificates: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})}
	c := clientOf(t, server, config)
	mustRead(t, c, 1)
	roots, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(server.Certificate())
	if !c.transport.TLSClientConfig.RootCAs.Equal(roots) {
		t.Error("the trusted certificates are not the system's and the given one")
	}
	// The certificate is for 127.0.0.1 and example.com.
	elsewhere := &httptest.Server{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}
	_, err = readChannel(t.Context(), clientOf(t, elsewhere, config))
	if requestError(t, err).Reason != ReasonCertificate || !strings.Contains(err.Error(), "localhost") {
		t.Errorf("another host name: %v", err)
	}
	config.CACertificates, config.Credentials = []byte("no PEM"), defaultKeys
	if c, err := New(config); c != nil || err == nil || err.Error() != "no PEM certificate in the CA certificates" {
		t.Errorf("a file without certificates: %v", err)
	}
}

// TestClientCertificate presents the configured certificate to a server that asks for one.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	var presented, connections atomic.Int64
	server := startTLS(t, func(server *httptest.Server) {
		server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
		server.Config.ConnState = countNew(&connections)
	}, func(r *http.Request) { presented.Store(int64(len(r.TLS.PeerCertificates))) })
	mustRead(t, clientOf(t, server, Config{Insecure: true, ClientCertificate: &server.TLS.Certificates[0]}), 1)
	if presented.Load() != 1 {
		t.Errorf("%d certificates", presented.Load())
	}
	_, err := readChannel(t.Context(), clientOf(t, server, Config{Insecure: true, MaxRetries: 3}))
	if e := requestError(t, err); e.Reason != ReasonTLS || e.Attempts != 1 || connections.Load() > 2 {
		t.Errorf("without a certificate: %d connections, reason %d: %v", connections.Load(), e.Reason, err)
	}
}

// TestOldTLS refuses TLS 1.1.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	server := startTLS(t, func(server *httptest.Server) {
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // The client must refuse it.
	}, nil)
	c := clientOf(t, server, Config{Insecure: true, MaxRetries: 3})
	_, err := readChannel(t.Context(), c)
	if e := requestError(t, err); e.Reason != ReasonTLS || e.Attempts != 1 || c.transport.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Errorf("reason %d: %v", e.Reason, err)
	}
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	net.Listener
	accepted chan net.Conn
	closing  sync.Once
	// silent is set once the first connection passes nothing on.
	silent      atomic.Bool
	connections atomic.Int64
}

func (p *pipes) listen(server *httptest.Server) {
	p.Listener, p.accepted = server.Listener, make(chan net.Conn)
	server.Listener = p
}

func (p *pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p.accepted; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p *pipes) Close() error {
	p.closing.Do(func() { close(p.accepted) })
	return p.Listener.Close()
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	conn, server := net.Pipe()
	p.accepted <- server
	if p.connections.Add(1) == 1 {
		conn = blackHole{conn, p}
	}
	return conn, nil
}

// blackHole is a connection that stays open and passes nothing on once it is silent, as behind a
// firewall that has forgotten it.
type blackHole struct {
	net.Conn
	pipes *pipes
}

func (b blackHole) Write(data []byte) (int, error) {
	if b.pipes.silent.Load() {
		return len(data), nil
	}
	return b.Conn.Write(data)
}

// TestConnectionIsKept uses the same connection for one request after another, and as many as
// there are requests in flight.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	for _, readers := range []int{1, maxInFlight} {
		synctest.Test(t, func(t *testing.T) {
			var network pipes
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(time.Second)
				_, _ = io.WriteString(w, channelBody)
			}))
			network.listen(server)
			server.Start()
			t.Cleanup(server.Close)
			c := clientOf(t, server, Config{Credentials: Token("t")}) // A new key would have four requests in flight.
			c.transport.DialContext = network.dial
			for range 5 {
				mustRead(t, c, readers)
				synctest.Wait() // The transport takes a connection back a moment after its response.
			}
			if n := network.connections.Load(); n != int64(readers) {
				t.Errorf("%d connections for %d readers", n, readers)
			}
		})
	}
}

// TestDeadHTTP2Connection has a connection that passes nothing on after its first response. That is
// noticed within 25 s, and it is not used again.
func TestDeadHTTP2Connection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var network pipes
		server := startTLS(t, func(server *httptest.Server) {
			server.EnableHTTP2 = true
			network.listen(server)
		}, func(r *http.Request) {
			if r.ProtoMajor != 2 {
				t.Errorf("the protocol is %s", r.Proto)
			}
		})
		c := clientOf(t, server, Config{Insecure: true, MaxRetries: 1})
		c.transport.DialContext = network.dial
		mustRead(t, c, 1)
		network.silent.Store(true)
		begin := time.Now()
		mustRead(t, c, 5)
		if n, took := network.connections.Load(), time.Since(begin); n != 2 || took < 25*time.Second || took > 26*time.Second {
			t.Errorf("it was noticed after %s, %d connections", took, n)
		}
	})
}

// TestProxyFails ends a read with an error that names the proxy, without its credentials.
func TestProxyFails(t *testing.T) {
	t.Parallel()
	const withoutTLS = -1 // The proxy is addressed with https://, but does not speak TLS.
	for _, status := range []int{0, withoutTLS, 403, 407, 502} {
		proxy := mustParse(t, "http://127.0.0.1:1")
		if status != 0 {
			proxy = mustParse(t, serving(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodConnect {
					t.Errorf("the proxy got a %s", r.Method)
				}
				w.WriteHeader(status)
			}).URL)
		}
		isPlain := status == withoutTLS
		if isPlain {
			proxy.Scheme, status = "https", 0
		}
		proxy.User = url.UserPassword("proxy-user", "proxy-password")
		c := newClientOf(t, "https://api.invalid", Config{})
		c.transport.Proxy = http.ProxyURL(proxy)
		_, err := readChannel(t.Context(), c)
		failed, ok := errors.AsType[*ProxyError](err)
		if !ok || failed.Host != proxy.Host || failed.Status != status || (failed.Err == nil) != (status != 0) ||
			is[tls.RecordHeaderError](err) != isPlain {
			t.Fatalf("%d: %#v", status, err)
		}
		if e := requestError(t, err); e.Reason != ReasonProxy || e.Status != 0 || e.Attempts != 1 || !strings.Contains(err.Error(), proxy.Host) ||
			strings.Contains(err.Error(), "proxy-") {
			t.Errorf("%d: reason %d: %v", status, e.Reason, err)
		}
	}
}

// TestProxyConnects sends requests through a proxy that connects.
func TestProxyConnects(t *testing.T) {
	t.Parallel()
	server := startTLS(t, func(*httptest.Server) {}, nil)
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
