package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
)

// namingProxy turns a failed connection to a proxy of the transport into a [ProxyError].
func namingProxy(transport *http.Transport, req *http.Request, err error) error {
	operation, ok := errors.AsType[*net.OpError](err)
	if !ok || operation.Op != "proxyconnect" {
		return err
	}
	if proxy, proxyErr := transport.Proxy(req); proxyErr == nil && proxy != nil {
		err = &ProxyError{Host: proxy.Host, Err: operation.Err}
	}
	return err
}

// reasonOf tells what kind of failure an error is. hasResponse is set if there was a response.
func reasonOf(err error, hasResponse bool) Reason {
	if deadline, ok := errors.AsType[*DeadlineError](err); ok {
		if deadline.Err == nil {
			return ReasonAPIError
		}
		err = deadline.Err
	}
	unknown, isDNS := errors.AsType[*net.DNSError](err)
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case is[*ProxyError](err):
		return ReasonProxy
	case isDNS && !unknown.IsTimeout: // DNS does not know the host, or cannot be asked.
		return ReasonUnknownHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return ReasonConnectionRefused
	case is[*tls.CertificateVerificationError](err):
		return ReasonCertificate
	case isTLSError(err):
		return ReasonTLS
	case errors.Is(err, errAttemptTimeout), ok && timeout.Timeout():
		return ReasonTimeout
	case errors.Is(err, errResponseTooLarge):
		return ReasonResponseTooLarge
	case errors.Is(err, errRedirect):
		return ReasonRedirect
	case errors.Is(err, errInvalidURL), errors.Is(err, errThrottled), errors.Is(err, context.Canceled), is[*net.AddrError](err),
		errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return ReasonNotSent
	case hasResponse:
		return ReasonAPIError
	}
	// What is left are the many ways in which a connection ends too early.
	return ReasonConnectionClosed
}

// isTLSError reports whether a TLS handshake failed for another reason than the certificate.
func isTLSError(err error) bool {
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "remote error" || is[tls.RecordHeaderError](err) || is[tls.AlertError](err) ||
		errors.Is(err, http.ErrSchemeMismatch)
}
