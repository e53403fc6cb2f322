package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	proxy, proxyErr := transport.Proxy(req)
	if proxyErr != nil || proxy == nil {
		return err
	}
	return &ProxyError{Host: proxy.Host, Err: operation.Err}
}

// reasonOf tells what kind of failure an error is. hasResponse is set if there was a response.
func reasonOf(err error, hasResponse bool) Reason {
	if deadline, ok := errors.AsType[*DeadlineError](err); ok {
		if deadline.Err == nil {
			return ReasonAPIError
		}
		err = deadline.Err
	}
	if reason, ok := reasonOfNetwork(err); ok {
		return reason
	}
	switch {
	case errors.Is(err, errResponseTooLarge):
		return ReasonResponseTooLarge
	case is[*redirectError](err):
		return ReasonRedirect
	case is[*unsendableError](err), errors.Is(err, errThrottled), isUnreachable(err), errors.Is(err, context.Canceled):
		return ReasonNotSent
	case hasResponse:
		return ReasonAPIError
	}
	// What is left are the many ways in which a connection ends too early.
	return ReasonConnectionClosed
}

// reasonOfNetwork tells the failures of a connection apart.
func reasonOfNetwork(err error) (Reason, bool) {
	var timeout net.Error
	switch {
	case is[*ProxyError](err):
		return ReasonProxy, true
	case isUnknownHost(err):
		return ReasonUnknownHost, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return ReasonConnectionRefused, true
	case isCertificateError(err):
		return ReasonCertificate, true
	case isTLSError(err):
		return ReasonTLS, true
	case errors.Is(err, errAttemptTimeout), errors.As(err, &timeout) && timeout.Timeout():
		return ReasonTimeout, true
	}
	return 0, false
}

// isUnknownHost reports whether DNS does not know the host, or cannot be asked.
func isUnknownHost(err error) bool {
	unknown, ok := errors.AsType[*net.DNSError](err)
	return ok && !unknown.IsTimeout
}

// isCertificateError reports whether the server's certificate is the problem.
func isCertificateError(err error) bool {
	return is[*tls.CertificateVerificationError](err) || is[x509.HostnameError](err) ||
		is[x509.UnknownAuthorityError](err) || is[x509.CertificateInvalidError](err)
}

// isTLSError reports whether a TLS handshake failed for another reason than the certificate.
func isTLSError(err error) bool {
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "remote error" || is[tls.RecordHeaderError](err) || is[tls.AlertError](err) ||
		errors.Is(err, http.ErrSchemeMismatch)
}

// isUnreachable reports whether there is no way to the address.
func isUnreachable(err error) bool {
	return errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH) || is[*net.AddrError](err)
}
