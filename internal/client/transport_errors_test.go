package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestReasons distinguishes the failures of a request.
func TestReasons(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tests := map[string]struct {
		err  error
		want Reason
	}{
		"refused":                    {dial(syscall.ECONNREFUSED), ReasonConnectionRefused},
		"refused, on Windows":        {dial(syscall.Errno(10061)), ReasonConnectionRefused},
		"unreachable, on Windows":    {dial(syscall.Errno(10065)), ReasonNotSent},
		"reset":                      {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, ReasonConnectionClosed},
		"cut short":                  {io.ErrUnexpectedEOF, ReasonConnectionClosed},
		"unknown host":               {&net.OpError{Op: "dial", Err: &net.DNSError{Name: "h", IsNotFound: true}}, ReasonUnknownHost},
		"no route to the host":       {dial(syscall.EHOSTUNREACH), ReasonNotSent},
		"no route to the network":    {dial(syscall.ENETUNREACH), ReasonNotSent},
		"invalid port":               {&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port", Addr: "99999"}}, ReasonNotSent},
		"dialing takes long":         {dial(syscall.ETIMEDOUT), ReasonTimeout},
		"deadline":                   {context.DeadlineExceeded, ReasonTimeout},
		"attempt takes long":         {errAttemptTimeout, ReasonTimeout},
		"unverified certificate":     {&tls.CertificateVerificationError{Err: errors.New("expired")}, ReasonCertificate},
		"alert":                      {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, ReasonTLS},
		"no TLS":                     {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, ReasonTLS},
		"unreadable certificate":     {errors.New("tls: failed to parse certificate from server: x509: negative serial number"), ReasonTLS},
		"not HTTP":                   {errors.New(`malformed HTTP status code "x"`), ReasonUnexpectedResponse},
		"proxy":                      {&ProxyError{Status: 407}, ReasonProxy},
		"too large":                  {errResponseTooLarge, ReasonResponseTooLarge},
		"redirect":                   {errRedirect, ReasonRedirect},
		"invalid URL":                {errInvalidURL, ReasonNotSent},
		"throttled by another's 429": {&DeadlineError{Wait: time.Second, Err: errThrottled}, ReasonNotSent},
		"deadline after a response":  {&DeadlineError{Wait: time.Second}, ReasonAPIError},
		"deadline after a reset":     {&DeadlineError{Wait: time.Second, Err: syscall.ECONNRESET}, ReasonConnectionClosed},
	}
	for name, tt := range tests {
		for _, err := range []error{tt.err, fmt.Errorf("wrapped: %w", tt.err)} {
			if got := reasonOf(err); got != tt.want {
				t.Errorf("%s: reason %d, want %d", name, got, tt.want)
			}
		}
	}
}

// TestNotReached has a port at which nothing listens, one that cannot exist, and no valid URL. No
// retry can reach the latter two.
func TestNotReached(t *testing.T) {
	t.Parallel()
	for address, tt := range map[string]struct {
		retries, attempts int
		want              Reason
	}{
		"http://127.0.0.1:1":     {0, 1, ReasonConnectionRefused},
		"http://127.0.0.1:99999": {5, 1, ReasonNotSent},
		"http://[::1":            {5, 0, ReasonNotSent},
	} {
		_, err := readChannel(t.Context(), newClientOf(t, address, Config{MaxRetries: tt.retries}))
		if e := requestError(t, err); e.Reason != tt.want || e.Attempts != tt.attempts {
			t.Errorf("%s: %d attempts, reason %d: %v", address, e.Attempts, e.Reason, err)
		}
	}
}

// TestResetConnection has a connection that the server resets.
func TestResetConnection(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	server.Inject(simulator.Fault{Times: 1, Action: simulator.Reset()})
	_, err := readChannel(t.Context(), c)
	if e := requestError(t, err); e.Reason != ReasonConnectionClosed || e.Status != 0 {
		t.Errorf("reason %d: %v", e.Reason, err)
	}
	mustRead(t, c, 1)
}

// TestHandshakeTimeout has a server that accepts connections and never responds.
func TestHandshakeTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClientOf(t, "https://api.invalid", Config{MaxRetries: 0})
		c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			conn, server := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, server) }()
			return conn, nil
		}
		begin := time.Now()
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); e.Reason != ReasonTimeout || time.Since(begin) != connectTimeout {
			t.Errorf("reason %d after %s: %v", e.Reason, time.Since(begin), err)
		}
	})
}
