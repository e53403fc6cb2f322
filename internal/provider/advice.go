package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// rule is what a failed request means to a Terraform user. Conditions that are not set match every
// failure.
type rule struct {
	// operations that the request is for.
	operations []client.Operation
	// reason of the failure; the zero value is a response with an error status. anyReason makes the
	// rule match every reason.
	reason    client.Reason
	anyReason bool
	// status of the API's response, or of the proxy's if the reason is a proxy.
	status int
	// code is the API's error code; one that ends in "*" matches the codes that begin with it.
	code string
	// message is a part of the API's message, in lower case.
	message string
	// argument that the failure is about. It must be set by the user.
	argument string
	// when is a further condition.
	when func(failure) bool

	// advice may contain {service}, {endpoints}, {permission}, {credentials} and {proxy}.
	advice string
}

// iamOperations are those that sign in or look up the project.
var iamOperations = []client.Operation{
	client.OpCreateToken, client.OpShowToken, client.OpScopeToken, client.OpExchangeIDToken, client.OpCreateFederatedKey,
	client.OpAssumeAgency, client.OpListProjects, client.OpListAuthProjects,
}

const (
	checkAddress = "Check that region, cloud and {endpoints} lead to the service {service}."
	checkSupport = "give the request ID to the service's support."

	issueTracker = "https://github.com/hwcloud/terraform-provider-hwcloud/issues"

	checkRequestURL = "Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address that GitHub Actions sets in a job with the permission id-token: write."
)

// rules are tried in order; the first that matches applies.
var rules = []rule{
	// The arguments of each operation.
	{
		operations: []client.Operation{client.OpListServiceConnections}, code: "EndPoint.0010", argument: "offset",
		advice: "offset must be less than the number of connections. Reduce or remove it.",
	},
	{
		operations: []client.Operation{client.OpListServiceConnections}, code: "EndPoint.0005", argument: "service_id",
		advice: "No such endpoint service in this region and project. Check service_id, region and project_id.",
	},
	{
		operations: []client.Operation{client.OpListServiceConnections}, code: "EndPoint.0005", argument: "service_name",
		advice: "The endpoint service was found by service_name but deleted before its connections could be read. Run Terraform again.",
	},
	{
		operations: []client.Operation{client.OpListServiceConnections}, status: http.StatusNotFound, code: "EndPoint.*", argument: "service_id",
		advice: "No such endpoint service in this region and project. Check service_id, region and project_id.",
	},
	{
		operations: []client.Operation{client.OpListServiceConnections}, status: http.StatusNotFound, code: "EndPoint.*", argument: "service_name",
		advice: "The endpoint service was found by service_name but deleted before its connections could be read. Run Terraform again.",
	},
	{
		operations: []client.Operation{client.OpListEnhancedConnections}, status: http.StatusBadRequest, message: "offset", argument: "offset",
		code: "DLI.*", advice: "Reduce or remove offset.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel}, code: "APIG.3023", argument: "vpc_channel_id",
		advice: "No such VPC channel in this gateway. Check vpc_channel_id, and that the gateway is the one that it belongs to.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel}, code: "APIG.3023", argument: "name",
		advice: "The VPC channel was found by name but deleted before it could be read. Run Terraform again.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel, client.OpListVPCChannels}, status: http.StatusNotFound, code: "APIG.*", argument: "instance_id",
		advice: "No such gateway in this region and project. Check instance_id, region and project_id.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel, client.OpListVPCChannels}, status: http.StatusNotFound, code: "APIG.*", argument: "instance_name",
		advice: "The gateway was found by instance_name but deleted before its VPC channels could be read. Run Terraform again.",
	},
	{
		operations: []client.Operation{client.OpListServiceConnections}, status: http.StatusBadRequest, code: "EndPoint.*",
		argument: "service_id", when: refusesID("service_id"), advice: "The API refused service_id.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel, client.OpListVPCChannels}, status: http.StatusBadRequest, code: "APIG.*",
		argument: "instance_id", when: refusesID("instance_id"), advice: "The API refused instance_id.",
	},
	{
		operations: []client.Operation{client.OpShowVPCChannel}, status: http.StatusBadRequest, code: "APIG.*",
		argument: "vpc_channel_id", when: refusesID("vpc_channel_id"), advice: "The API refused vpc_channel_id.",
	},

	// GitHub Actions, which is no service of the cloud.
	{
		operations: []client.Operation{client.OpRequestIDToken},
		when:       func(f failure) bool { return isTemporary(requestOf(f.err).Status) },
		advice:     "GitHub Actions could not provide an ID token. Run the job again later.",
	},
	{
		operations: []client.Operation{client.OpRequestIDToken},
		advice: "GitHub Actions refused to provide an ID token. Give the job the permission id-token: write, and check audience. " +
			"ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are valid only in the job that they were set for.",
	},
	{
		operations: []client.Operation{client.OpRequestIDToken}, anyReason: true,
		when:   hasReason(client.ReasonUnexpectedResponse, client.ReasonWrongFieldType, client.ReasonReportedFailure, client.ReasonResponseTooLarge, client.ReasonRedirect),
		advice: "The response is not from GitHub Actions. " + checkRequestURL,
	},
	{
		operations: []client.Operation{client.OpRequestIDToken}, reason: client.ReasonCertificate,
		advice: "The certificate of GitHub Actions is not valid. If a proxy in between has a certificate authority of its own, set cacert_file to its certificate. " +
			"Otherwise, " + strings.ToLower(checkRequestURL[:1]) + checkRequestURL[1:],
	},
	{
		operations: []client.Operation{client.OpRequestIDToken}, anyReason: true,
		when:   func(f failure) bool { return requestOf(f.err).Reason != client.ReasonProxy },
		advice: "GitHub Actions cannot be reached. Check the network of the runner, proxies and firewalls included. " + checkRequestURL,
	},

	// The gateway in front of every service.
	{code: "APIGW.0101", advice: "No such API at this address. " + checkAddress},
	{code: "APIGW.0303", when: blamesClock, advice: "The signature has expired: the clock of this machine is off by more than 15 minutes. Correct it."},
	{
		code:   "APIGW.0307",
		advice: "The token has expired.{credentials} Set a new one, or sign in with an access key or a password instead: a password's token is refreshed.",
	},
	{code: "APIGW.0308", advice: throttled},
	{status: http.StatusTooManyRequests, advice: throttled},

	// Requests without a usable response.
	{reason: client.ReasonReportedFailure, advice: "The service reports a failure. Check the arguments; if they are right, " + checkSupport},
	{
		status: http.StatusBadRequest, when: maySpeakHTTPS,
		advice: "The response is not from this API. If the server expects HTTPS, write https:// in {endpoints}. " + checkAddress,
	},
	{
		reason: client.ReasonWrongFieldType,
		advice: "The field has another type than documented. " + checkAddress + " If they do, report this error at " + issueTracker + ".",
	},
	{reason: client.ReasonUnexpectedResponse, advice: "The response is not from this API. " + checkAddress},
	{
		reason: client.ReasonResponseTooLarge, operations: []client.Operation{client.OpListEnhancedConnections},
		advice: "If the list really is this long, read it in parts with limit and offset. Otherwise the response is not from this API: " +
			"check that region, cloud and {endpoints} lead to the service {service}.",
	},
	{reason: client.ReasonResponseTooLarge, advice: "The response is probably not from this API. " + checkAddress},
	{
		reason: client.ReasonRedirect,
		advice: "Redirects to another scheme, host or port are not followed, because they would pass on the credentials; " +
			"nor are redirects in a circle, without an address, or of a sign-in with a status other than 307 and 308. " +
			"If the address is right, set it in {endpoints}. Otherwise check whether a proxy or a sign-in page intercepts the request.",
	},
	{
		reason: client.ReasonConnectionRefused,
		advice: "Nothing accepts connections at this address. Check its host and port in {endpoints}, region and cloud, " +
			"and that no firewall refuses the connection.",
	},
	{
		reason: client.ReasonUnknownHost,
		advice: "There is no such host. Check the spelling of region and cloud, or of the host in {endpoints}, " +
			"and that this machine's DNS resolves names of the cloud.",
	},
	{
		reason: client.ReasonCertificate, when: func(f failure) bool { return f.data.caCertificates },
		advice: "The server's certificate is not valid, although cacert_file (or HW_CACERT) is set. " +
			"Check that the file contains the certificate of the authority that issued the server's, that the certificate names this host, and this machine's clock.",
	},
	{
		reason: client.ReasonCertificate,
		advice: "The server's certificate is not valid. If the cloud, or a proxy in between, has a certificate authority of its own, set cacert_file to its certificate. " +
			"Otherwise check that the address is right, that the certificate names this host, and this machine's clock.",
	},
	{
		reason: client.ReasonTLS, when: refusesClientCertificate,
		advice: "The server refused the TLS connection, probably because of the client certificate in cert (or HW_CERT). " +
			"Check that it has not expired, that the server trusts the authority that issued it, and that it is meant for this server.",
	},
	{
		reason: client.ReasonTLS,
		advice: "The TLS handshake failed. Check that the address in {endpoints} serves HTTPS on this port, " +
			"and set cert and key if the server requires a client certificate.",
	},
	{
		reason: client.ReasonProxy, status: http.StatusProxyAuthRequired,
		advice: "{proxy} requires credentials. Put them into its URL in HTTPS_PROXY.",
	},
	{
		reason: client.ReasonProxy, when: func(f failure) bool { return proxyOf(f.err).Status >= http.StatusInternalServerError },
		advice: "{proxy} could not connect to this host. Check that the address is right and that the proxy can reach it, " +
			"or exclude the host from proxying in NO_PROXY.",
	},
	{
		reason: client.ReasonProxy, when: func(f failure) bool { return proxyOf(f.err).Status != 0 },
		advice: "{proxy} does not allow connections to this host. Allow the host at the proxy, or exclude it from proxying in NO_PROXY.",
	},
	{
		reason: client.ReasonProxy,
		advice: "{proxy} cannot be reached. Check its URL in HTTPS_PROXY or HTTP_PROXY, or exclude this host from proxying in NO_PROXY.",
	},
	{
		reason: client.ReasonTimeout,
		advice: "The service did not respond in time. Check that the address is right and that no firewall drops the packets; " +
			"if the address responds otherwise, try again later.",
	},
	{
		reason: client.ReasonConnectionClosed,
		advice: "The connection was closed before the response was complete. Try again; if this persists, check the network, " +
			"and proxies and firewalls in between.",
	},
	{reason: client.ReasonNotSent, when: isPaused, advice: throttled},
	{reason: client.ReasonNotSent, advice: "The request could not be sent. " + checkAddress},
	{status: http.StatusProxyAuthRequired, advice: "A proxy requires credentials. Put them into its URL in HTTPS_PROXY or HTTP_PROXY."},

	// Signing in, and looking up the project.
	{
		operations: []client.Operation{client.OpCreateToken}, status: http.StatusUnauthorized,
		advice: "The sign-in was refused.{credentials} Check the user, the password and the domain, and that the user has a role in the project. " +
			"IAM locks a user for some time after several failed sign-ins.",
	},
	{
		operations: []client.Operation{client.OpCreateToken}, status: http.StatusForbidden,
		advice: "The user may not sign in.{credentials} Check that the user is neither locked nor disabled, and has a role in the project.",
	},
	{
		operations: []client.Operation{client.OpCreateToken}, status: http.StatusNotFound,
		advice: "No such project. Check project_name or project_id; by default it is the project with the region's name.",
	},
	{
		operations: []client.Operation{client.OpShowToken}, status: http.StatusUnauthorized,
		advice: "The token is not valid or has expired.{credentials} Set a new one.",
	},
	{
		operations: []client.Operation{client.OpScopeToken}, status: http.StatusUnauthorized,
		advice: "The token was refused.{credentials} Check that it has not expired, and that its user has a role in the project.",
	},
	{
		operations: []client.Operation{client.OpScopeToken}, status: http.StatusForbidden,
		advice: "The token cannot be used for this project.{credentials} Check that its user has a role in the project, or set a token of the project.",
	},
	{
		operations: []client.Operation{client.OpScopeToken}, status: http.StatusNotFound,
		advice: "No such project. Check project_name or project_id; by default it is the project with the region's name.",
	},
	{
		operations: []client.Operation{client.OpExchangeIDToken}, status: http.StatusNotFound,
		advice: "No such identity provider. Check idp_id, and that auth_url or endpoints lead to the IAM of the account that has it.",
	},
	{
		operations: []client.Operation{client.OpExchangeIDToken},
		when:       func(f failure) bool { return requestOf(f.err).Status < http.StatusInternalServerError },
		advice: "The ID token was refused.{credentials} Check that it has not expired, that its issuer and audience are those of the identity provider idp_id, " +
			"and that the provider's conversion rules map it to a user group.",
	},
	{
		operations: []client.Operation{client.OpCreateFederatedKey}, status: http.StatusForbidden,
		advice: "The federated user may not obtain temporary keys.{credentials} Check the conversion rules of the identity provider idp_id and the permissions of the user group.",
	},
	{
		operations: []client.Operation{client.OpAssumeAgency}, status: http.StatusForbidden,
		advice: "The agency cannot be assumed.{credentials} Check that it delegates to this account, and that the user has the permission Agent Operator.",
	},
	{
		operations: []client.Operation{client.OpAssumeAgency}, status: http.StatusNotFound,
		advice: "No such agency. Check agency_name, and the domain_name or domain_id of the account that owns it.",
	},
	{
		operations: []client.Operation{client.OpListProjects, client.OpListAuthProjects}, status: http.StatusForbidden,
		advice: "The project cannot be looked up with these credentials.{credentials} Set project_id, so that no project has to be looked up.",
	},
	{
		operations: iamOperations, status: http.StatusBadRequest,
		advice: "Check the provider's arguments for the credentials and the project.{credentials}",
	},
	{
		operations: iamOperations, status: http.StatusForbidden,
		advice: "IAM does not permit this.{credentials} Check the permissions of the credentials.",
	},

	// Every operation.
	{status: http.StatusBadRequest, advice: "Check the arguments."},
	{
		status: http.StatusUnauthorized, when: usesProfile,
		advice: "The credentials were refused.{credentials} Check that they are complete and current, and that they belong to this cloud. " +
			"Keys in a KooCLI profile must not be encrypted.",
	},
	{
		status: http.StatusUnauthorized,
		advice: "The credentials were refused.{credentials} Check that they are complete and current, and that they belong to this cloud.",
	},
	{
		status: http.StatusForbidden, when: func(f failure) bool { return permissions[requestOf(f.err).Operation] != "" },
		advice: "The credentials lack a permission in this project: {permission}.{credentials} Check also the project: " +
			"it may belong to another account or region, or a token in use to another project.",
	},
	{
		status: http.StatusForbidden,
		advice: "The credentials lack a permission in this project.{credentials} Check also the project: " +
			"it may belong to another account or region, or a token in use to another project.",
	},
	{status: http.StatusNotFound, advice: "It does not exist in this region and project. Check the arguments, region and project_id."},
	{status: http.StatusMethodNotAllowed, advice: checkAddress},
	{status: http.StatusNotAcceptable, advice: checkAddress},
	{status: http.StatusRequestTimeout, advice: "Try again."},
	{status: http.StatusConflict, advice: "Try again."},
	{
		when:   func(f failure) bool { return requestOf(f.err).Status >= http.StatusInternalServerError },
		advice: "The service failed. Try again later; if this persists, " + checkSupport,
	},
}

const throttled = "The API is throttling requests. Try again later, with a lower -parallelism of Terraform or a higher max_retries."

// permissions that operations require: the action in policies, and in identity policies.
var permissions = map[client.Operation]string{
	client.OpListServiceConnections:  "vpcep:connections:list (in identity policies vpcep:endpointServices:listConnections)",
	client.OpListEndpointServices:    "vpcep:endpointServices:list",
	client.OpListEnhancedConnections: "the policy DLI ReadOnlyAccess (in identity policies dli:edsconnection:list)",
	client.OpShowVPCChannel:          "apig:instance:get and apig:vpcChannels:get (in identity policies apig:loadBalanceChannel:get)",
	client.OpListVPCChannels:         "apig:vpcChannels:list (in identity policies apig:loadBalanceChannel:list)",
	client.OpListInstances:           "apig:instances:list (in identity policies apig:instance:list)",
}

// advice decides which argument the failure is about, "" for none, and what to do.
func (f failure) advice() (argument, text string) {
	const moreTime = " To allow more time, set read in a timeouts block."
	switch {
	case errors.Is(f.ctxErr, context.DeadlineExceeded):
		return "", fmt.Sprintf("The read did not finish within its timeout of %s.", f.timeout) + moreTime
	case f.ctxErr != nil:
		return "", "The read was canceled."
	}
	argument, text = f.adviceOnError()
	if _, ok := errors.AsType[*client.DeadlineError](f.err); ok {
		text += fmt.Sprintf(" The next attempt would be after the end of the read timeout of %s.", f.timeout) + moreTime
	}
	return argument, text
}

func (f failure) adviceOnError() (argument, text string) {
	if errors.Is(f.err, client.ErrListChanged) {
		return "", "Entries were added or removed during every attempt, or the responses of the service contradict each other, " +
			"such as a total and its pages. Run Terraform again when there are fewer changes. If the list does not change, " +
			"report this to the service's support."
	}
	if errors.Is(f.err, client.ErrNoRegion) {
		return "region", "Set region here or in the provider block, or set HW_REGION_NAME."
	}
	if wrong, ok := errors.AsType[*client.EndpointError](f.err); ok {
		if wrong.OwnRegion == "" {
			return "region", fmt.Sprintf("It is not known which region this URL serves, because the provider has no region. "+
				"Set region in the provider block, or HW_REGION_NAME, to the region that it serves. "+
				"If the URL contains the region, write {region} in place of it instead, in endpoints or %s.", "HW_ENDPOINT_"+strings.ToUpper(wrong.Service))
		}
		return "region", fmt.Sprintf("Write {region} in place of the region in that URL, in endpoints or %[2]s, or remove %[1]s from endpoints.",
			wrong.Service, "HW_ENDPOINT_"+strings.ToUpper(wrong.Service))
	}
	if wrong, ok := errors.AsType[*client.NameMatchError](f.err); ok {
		return f.adviceOnName(wrong)
	}
	if _, ok := errors.AsType[*client.NoCredentialsError](f.err); ok {
		return "", waysToSignIn
	}
	failed, ok := errors.AsType[*client.Error](f.err)
	if !ok {
		if _, ok := errors.AsType[*client.IDTokenError](f.err); ok {
			return "", f.data.idTokenAdvice
		}
		return "", ""
	}
	for _, r := range rules {
		if r.matches(f, failed) {
			return r.argument, f.expand(r.advice, failed)
		}
	}
	return "", ""
}

// matches reports whether the rule applies to a failure.
func (r rule) matches(f failure, failed *client.Error) bool {
	status := failed.Status
	if failed.Reason == client.ReasonProxy {
		status = proxyOf(f.err).Status
	}
	if r.argument != "" {
		if _, set := f.arguments[r.argument]; !set {
			return false
		}
	}
	return (r.anyReason || r.reason == failed.Reason) &&
		(r.operations == nil || slices.Contains(r.operations, failed.Operation)) &&
		(r.status == 0 || r.status == status) &&
		(r.code == "" || r.code == failed.Code || strings.HasSuffix(r.code, "*") && strings.HasPrefix(failed.Code, strings.TrimSuffix(r.code, "*"))) &&
		strings.Contains(strings.ToLower(failed.Message), r.message) &&
		(r.when == nil || r.when(f))
}

// expand replaces the placeholders in an advice.
func (f failure) expand(advice string, failed *client.Error) string {
	service := failed.Service
	if service == "" {
		service = f.service
	}
	credentials := ""
	if f.data.credentials != "" {
		credentials = " In use: " + f.data.credentials + "."
	}
	proxy := "The proxy"
	if host := proxyOf(f.err).Host; host != "" {
		proxy += " " + host
	}
	endpoints := "endpoints"
	if service == client.IAM {
		endpoints = "auth_url (or iam in endpoints)"
	}
	return strings.NewReplacer("{service}", service, "{endpoints}", endpoints, "{permission}", permissions[failed.Operation],
		"{credentials}", credentials, "{proxy}", proxy).Replace(advice)
}

func usesProfile(f failure) bool { return f.data.usesProfile }

func hasReason(reasons ...client.Reason) func(failure) bool {
	return func(f failure) bool { return slices.Contains(reasons, requestOf(f.err).Reason) }
}

// isTemporary reports whether a response may be another one later.
func isTemporary(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}

// expiredSignature matches what the gateway writes about a signature that is too old or too new.
var expiredSignature = regexp.MustCompile(`(?i)signature\b.*\bexpired\b|\bexpired\b.*\bsignature|15 minutes`)

func blamesClock(f failure) bool { return expiredSignature.MatchString(requestOf(f.err).Message) }

// refusesClientCertificate reports whether the server ended a TLS handshake with a client
// certificate.
func refusesClientCertificate(f failure) bool {
	operation, isNetwork := errors.AsType[*net.OpError](f.err)
	_, isAlert := errors.AsType[tls.AlertError](f.err)
	return f.data.clientCertificate && (isAlert || isNetwork && operation.Op == "remote error")
}

// maySpeakHTTPS reports whether a plain request was refused with something else than an API error,
// as servers for HTTPS do.
func maySpeakHTTPS(f failure) bool {
	failed := requestOf(f.err)
	return strings.HasPrefix(failed.URL, "http://") && failed.Code == "" && failed.Message == ""
}

// isPaused reports whether the request waited for the end of a pause, which the API asked another
// request for, and not for the network.
func isPaused(f failure) bool {
	_, waits := errors.AsType[*client.DeadlineError](f.err)
	_, network := errors.AsType[*net.OpError](f.err)
	return waits && !network
}

// requestOf is the failed request of an error, a zero value if it has none.
func requestOf(err error) *client.Error {
	if failed, ok := errors.AsType[*client.Error](err); ok {
		return failed
	}
	return new(client.Error)
}

// proxyOf is the proxy that failed, a zero value if none did.
func proxyOf(err error) *client.ProxyError {
	if proxy, ok := errors.AsType[*client.ProxyError](err); ok {
		return proxy
	}
	return new(client.ProxyError)
}

// waysToSignIn lists every way to provide credentials.
const waysToSignIn = "Provide credentials in one of these ways:\n" +
	"- an access key: access_key and secret_key, or HW_ACCESS_KEY and HW_SECRET_KEY (with security_token or HW_SECURITY_TOKEN if it is temporary);\n" +
	"- a token: token or HW_AUTH_TOKEN;\n" +
	"- a user: user_name or user_id, password, and domain_name or domain_id, or HW_USER_NAME or HW_USER_ID, HW_USER_PASSWORD, and HW_DOMAIN_NAME or HW_DOMAIN_ID;\n" +
	"- an OpenID Connect ID token: a block assume_role_with_oidc, or HW_ASSUME_ROLE_IDP_ID and HW_ASSUME_ROLE_ID_TOKEN or HW_ASSUME_ROLE_ID_TOKEN_FILE;\n" +
	"- a KooCLI profile: shared_config_file and profile, or HW_SHARED_CONFIG_FILE and HW_PROFILE;\n" +
	"- an agency of the ECS that Terraform runs on."
