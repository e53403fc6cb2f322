package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Operation names the API call that an error is about.
type Operation string

// The API calls of the client.
const (
	OpListServiceConnections  Operation = "ListServiceConnections"
	OpListEndpointServices    Operation = "ListEndpointServices"
	OpListEnhancedConnections Operation = "ListEnhancedConnections"
	OpShowVPCChannel          Operation = "ShowVPCChannel"
	OpListVPCChannels         Operation = "ListVPCChannels"
	OpListInstances           Operation = "ListInstances"

	OpCreateToken        Operation = "CreateToken"        // a password's sign-in
	OpShowToken          Operation = "ShowToken"          // what a given token is for
	OpScopeToken         Operation = "ScopeToken"         // an unscoped token traded for a project's
	OpRequestIDToken     Operation = "RequestIDToken"     // an ID token of GitHub Actions
	OpExchangeIDToken    Operation = "ExchangeIDToken"    // an OpenID Connect sign-in
	OpCreateFederatedKey Operation = "CreateFederatedKey" // temporary keys for an OpenID Connect sign-in
	OpAssumeAgency       Operation = "AssumeAgency"       // temporary keys of an agency
	OpListProjects       Operation = "ListProjects"
	OpListAuthProjects   Operation = "ListAuthProjects" // needs no permission to list projects
)

// Reason tells the kinds of failed requests apart.
type Reason int

// The reasons of an [Error].
const (
	// ReasonAPIError is a response with an error status.
	ReasonAPIError Reason = iota
	// ReasonReportedFailure is a 2xx response whose body reports a failure.
	ReasonReportedFailure
	// ReasonUnexpectedResponse is a 2xx response without the expected JSON, or one that is not HTTP.
	ReasonUnexpectedResponse
	// ReasonWrongFieldType is a 2xx response in which a field has another type than documented.
	ReasonWrongFieldType
	// ReasonResponseTooLarge is a response over 32 MiB.
	ReasonResponseTooLarge
	// ReasonRedirect is a redirect. None is followed.
	ReasonRedirect
	// ReasonConnectionRefused means that nothing listens at the address.
	ReasonConnectionRefused
	// ReasonUnknownHost is a host name that DNS does not know, or DNS that cannot be asked.
	ReasonUnknownHost
	// ReasonCertificate is a server certificate that is not trusted, expired, or for another host.
	ReasonCertificate
	// ReasonTLS is any other failed TLS handshake.
	ReasonTLS
	// ReasonProxy is a proxy that cannot be reached or refuses the connection; see [ProxyError].
	ReasonProxy
	// ReasonTimeout is a connection or a response that did not complete in time.
	ReasonTimeout
	// ReasonConnectionClosed is a connection that was reset or closed before the response was
	// complete.
	ReasonConnectionClosed
	// ReasonNotSent is any other failure to send the request, such as a network without a way to the
	// host, or a URL that is not valid.
	ReasonNotSent
)

// Error is a failed request: an API error, an unexpected response, or no response.
type Error struct {
	// Service is one of [Services]; "" for GitHub Actions and the ECS metadata service.
	Service string
	// Operation that the request is for.
	Operation Operation
	// Purpose says what a request of a sign-in or for a project is for, such as `signing in as user
	// "x"`; "" for others.
	Purpose string
	// Reason tells the kinds of failures apart.
	Reason Reason
	// Attempts is 1 plus the number of retries; 0 if the request was never sent.
	Attempts int
	// Method and URL of the request; the URL has no query and no user info.
	Method, URL string
	// Status is the HTTP status, 0 if there is no complete response.
	Status int
	// Code, Message and RequestID are the API's own, "" if it sent none.
	Code, Message, RequestID string
	// Page reports whether the response is an HTML page: of a login portal, a proxy, or another web
	// server.
	Page bool
	// Throttled is the number of throttled responses to the request, or to others that it waited for,
	// if it failed because of throttling.
	Throttled int
	// TokenProject is the ID of the project that the request's token is for, "" if IAM has not said,
	// or if the request has no token.
	TokenProject string
	// Err is the cause, nil for an API error that the other fields describe.
	Err error
}

func (e *Error) Error() string {
	text := e.Method + " " + e.URL
	if e.Purpose != "" {
		text = e.Purpose + ": " + text
	}
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status))))
	}
	parts = append(parts, e.Code, e.Message)
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	text += ": " + strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ", ")
	if e.RequestID != "" {
		text += fmt.Sprintf(" (request ID %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// ErrRefusedBefore is the cause of an [Error] about a request that was not sent: the access key or
// the password in it was refused before, with the error's status, code and message.
var ErrRefusedBefore = errors.New("refused before, and not sent again")

// GatewayCode returns the number of an error code of the gateway in front of the services, such as
// "0301" for "APIGW.0301", which older editions and other clouds call "APIG.0301". It is "" for the
// code of a service: those of API Gateway's own API, such as "APIG.3023", do not begin with a 0.
func GatewayCode(code string) string {
	number := strings.TrimPrefix(strings.TrimPrefix(code, "APIGW."), "APIG.")
	if number == code || len(number) != 4 || number[0] != '0' {
		return ""
	}
	return number
}

// hasStatus reports whether an error is an API error with one of these statuses, and not one of
// throttling.
func hasStatus(err error, statuses ...int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Reason == ReasonAPIError && slices.Contains(statuses, e.Status) && !isThrottling(e.Status, e.Code)
}

// ProxyError is a proxy that cannot be reached, or that refuses to connect to the API.
type ProxyError struct {
	// Host of the proxy and its port, without credentials.
	Host string
	// Status of the proxy's response to CONNECT, 0 if there was none.
	Status int
	// Err is why the proxy cannot be reached, nil if it responded.
	Err error
}

func (e *ProxyError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("cannot connect to the proxy %s: %s", e.Host, e.Err)
	}
	return strings.TrimSpace(fmt.Sprintf("the proxy %s refused to connect to the API: %d %s", e.Host, e.Status, http.StatusText(e.Status)))
}

func (e *ProxyError) Unwrap() error { return e.Err }

// EndpointError means that an endpoint without {region} was used for another region than the
// client's own.
type EndpointError struct {
	Service, Endpoint string
	// Region was asked for; OwnRegion is the client's, "" if it has none.
	Region, OwnRegion string
}

func (e *EndpointError) Error() string {
	return fmt.Sprintf("the configured endpoint %s of %s serves region %q, not %q", e.Endpoint, e.Service, e.OwnRegion, e.Region)
}

// ErrNoRegion means that neither the client nor the caller names a region.
var ErrNoRegion = errors.New("no region is set")

// ErrListChanged means that a list changed during every attempt to read it.
var ErrListChanged = errors.New("the list changed during each of three attempts to read it")

// DeadlineError is a wait that would last past the deadline of the read.
type DeadlineError struct {
	// Wait until the request could be sent.
	Wait time.Duration
	// RetryAfter reports whether the API asked for the wait.
	RetryAfter bool
	// Err is the failure of the last attempt, nil if it had a response.
	Err error
}

func (e *DeadlineError) Error() string {
	wait := e.Wait.Round(time.Millisecond)
	text := fmt.Sprintf("the next attempt is due in %s, after the read's deadline", wait)
	if e.RetryAfter {
		text = fmt.Sprintf("the API asks to wait %s (Retry-After), which is past the read's deadline", wait)
	}
	if e.Err != nil {
		text = e.Err.Error() + "; " + text
	}
	return text
}

func (e *DeadlineError) Unwrap() error { return e.Err }

// NamedID is an entry of a list that was searched by name.
type NamedID struct{ Name, ID string }

// NameMatchError is a search by name that found no entry or several.
type NameMatchError struct {
	// Operation that listed what was searched.
	Operation Operation
	// Kind of what was searched, in the plural, such as "VPC channels".
	Kind string
	// Name that was searched for.
	Name string
	// Matches have that name.
	Matches []NamedID
	// Others were found under another name.
	Others []NamedID
}

// maxListedNames is the maximum number of entries in the text of a [NameMatchError].
const maxListedNames = 10

func (e *NameMatchError) Error() string {
	if len(e.Matches) > 1 {
		return fmt.Sprintf("%d %s have the name %q: %s", len(e.Matches), e.Kind, e.Name, listNames(e.Matches))
	}
	text := fmt.Sprintf("none of the %s has the name %q", e.Kind, e.Name)
	if len(e.Others) > 0 {
		text += "; found " + listNames(e.Others)
	}
	return text
}

// DiffersInCase reports whether an entry matches if letter case is ignored.
func (e *NameMatchError) DiffersInCase() bool {
	return slices.ContainsFunc(e.Others, func(other NamedID) bool { return strings.EqualFold(other.Name, e.Name) })
}

// listNames joins the first names, and counts the rest.
func listNames(found []NamedID) string {
	var listed []string
	for i, entry := range found {
		if i == maxListedNames {
			return strings.Join(listed, ", ") + fmt.Sprintf(" and %d more", len(found)-i)
		}
		listed = append(listed, fmt.Sprintf("%q (%s)", printable(entry.Name, 100), printable(entry.ID, 100)))
	}
	return strings.Join(listed, ", ")
}

// is reports whether an error or one that it wraps has the type E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
