package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	connectTimeout      = 10 * time.Second
	idleConnectionLimit = 90 * time.Second

	// A connection that stays silent for pingAfter gets a ping and is closed pingTimeout later if
	// that is not acknowledged: a dead connection is noticed within 25 seconds.
	pingAfter   = 15 * time.Second
	pingTimeout = 10 * time.Second
)

// newTransport returns the connection pool of a client. Proxies are those of the environment.
func newTransport(config Config) (*http.Transport, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: config.Insecure, //nolint:gosec // The user asks for it, and is warned.
	}
	if config.ClientCertificate != nil {
		settings.Certificates = []tls.Certificate{*config.ClientCertificate}
	}
	if len(config.CACertificates) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("reading the system's certificates: %w", err)
		}
		if !roots.AppendCertsFromPEM(config.CACertificates) {
			return nil, errors.New("no PEM certificate in the CA certificates")
		}
		settings.RootCAs = roots
	}
	// The system notices a dead connection as soon as pings do, also one of HTTP/1.1.
	alive := net.KeepAliveConfig{Enable: true, Idle: pingAfter, Interval: pingTimeout / 2, Count: 2}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxyResponse,
		DialContext:            (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: alive}).DialContext,
		TLSClientConfig:        settings,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		MaxIdleConnsPerHost:    maxInFlight,
		IdleConnTimeout:        idleConnectionLimit,
	}, nil
}

// checkProxyResponse turns a proxy's refusal to connect into a [ProxyError].
func checkProxyResponse(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &ProxyError{Host: proxy.Host, Status: resp.StatusCode}
	}
	return nil
}
