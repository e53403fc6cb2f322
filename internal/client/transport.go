package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// maxInFlight is how many requests of the process are under way at once: as
// many as data sources that Terraform reads at once.
const maxInFlight = 10

const (
	connectTimeout      = 10 * time.Second
	keepAlive           = 30 * time.Second
	idleConnectionLimit = 90 * time.Second
)

// newTransport is the pool of connections of a client. Proxies are those of the
// environment.
func newTransport(config Config) (*http.Transport, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: config.Insecure, //nolint:gosec // The user asks for it, and is warned.
	}
	if len(config.CACertificates) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("reading the system's certificates: %w", err)
		}
		if !roots.AppendCertsFromPEM(config.CACertificates) {
			return nil, errors.New("no certificate in PEM is in it")
		}
		settings.RootCAs = roots
	}
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: keepAlive}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     settings,
		TLSHandshakeTimeout: connectTimeout,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: maxInFlight,
		IdleConnTimeout:     idleConnectionLimit,
	}, nil
}
