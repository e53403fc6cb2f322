package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
)

// namingProxy turns a failed connection to a proxy of the transport into a [ProxyError].
func namingProxy(transport *http.Transport, req *http.Request, err error) error {
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "proxyconnect" {
		proxy, _ := transport.Proxy(req) // It succeeds, as when the transport connected.
		return &ProxyError{Host: proxy.Host, Err: operation.Err}
	}
	return err
}

// The errors of a host that refuses connections, and of one that cannot be reached. Package syscall
// has numbers of its own for them on Windows, which returns others: WSAECONNREFUSED, WSAENETUNREACH
// and WSAEHOSTUNREACH.
var (
	connectionRefused = []syscall.Errno{syscall.ECONNREFUSED, 10061}
	unreachable       = []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH, 10051, 10065}
)

// reasonOf tells what kind of failure an error is. One without a kind of its own is an early end of
// the connection, which takes many forms.
func reasonOf(err error) Reason {
	// A wait past the deadline has the reason of the attempt before it. If that has no error, the API has
	// responded.
	if deadline, ok := errors.AsType[*DeadlineError](err); ok {
		if deadline.Err == nil {
			return ReasonAPIError
		}
		err = deadline.Err
	}
	unknown, isDNS := errors.AsType[*net.DNSError](err)
	timeout, mayBeTimeout := errors.AsType[net.Error](err)
	number, _ := errors.AsType[syscall.Errno](err)
	switch {
	case is[*ProxyError](err):
		return ReasonProxy
	case isDNS && !unknown.IsTimeout: // DNS does not know the host, or cannot be asked.
		return ReasonUnknownHost
	case slices.Contains(connectionRefused, number):
		return ReasonConnectionRefused
	case is[*tls.CertificateVerificationError](err):
		return ReasonCertificate
	case isTLSError(err):
		return ReasonTLS
	case isNotHTTP(err):
		return ReasonUnexpectedResponse
	case errors.Is(err, errAttemptTimeout), mayBeTimeout && timeout.Timeout():
		return ReasonTimeout
	case errors.Is(err, errResponseTooLarge):
		return ReasonResponseTooLarge
	case errors.Is(err, errRedirect):
		return ReasonRedirect
	case errors.Is(err, errInvalidURL), errors.Is(err, errThrottled), errors.Is(err, context.Canceled), is[*net.AddrError](err),
		slices.Contains(unreachable, number):
		return ReasonNotSent
	}
	return ReasonConnectionClosed
}

// isTLSError reports whether a TLS handshake failed, at the server or here. Most of these errors have no
// type of their own.
func isTLSError(err error) bool { return strings.Contains(err.Error(), "tls: ") }

// isNotHTTP reports whether the server responds in another protocol, such as TLS. The error has no
// type of its own.
func isNotHTTP(err error) bool { return strings.Contains(err.Error(), "malformed HTTP ") }
