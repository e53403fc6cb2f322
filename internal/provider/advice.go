package provider

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// rule is what a failed request means to a Terraform user. A condition that is not set matches
// every failure, except for the reason: its zero value is a response with an error status.
type rule struct {
	reason client.Reason
	status int
	// when is a further condition.
	when func(failure) bool
	// about returns the argument that the failure is about; the rule applies only if there is one.
	about func(failure) string

	// advice may contain the placeholders that [failure.expand] replaces.
	advice string
}

const (
	askSupport = "give the request ID to the service's support."
	setRegion  = "Set region here or in the provider block, or set HW_REGION_NAME."
	moreTime   = "to allow more time, set read in a timeouts block."
	lookUpLess = "look up less at once, with fewer data sources or a lower -parallelism of Terraform."
	throttled  = "The API is throttling requests. Raise max_retries if it is 0, and " + lookUpLess
	notThisAPI = "The response is not from this API, but from another web server, a proxy or a login page. {address}"
)

// rules are tried in order; the first that matches applies.
var rules = []rule{
	// The API's own words, whatever the code.
	{
		when:   says(`signature\b.*\bexpired\b|\bexpired\b.*\bsignature|15 minutes`),
		advice: "The signature has expired: the clock of this machine is off by more than 15 minutes. Correct it.",
	},
	{when: says(`failed to reach the limit`), advice: "The access key is locked. Check the secret key, then wait five minutes."},
	{
		when: says(`\b(user|account)\b.*\block`),
		advice: "The user is locked after refused sign-ins. Check the user, the password and the domain, " +
			"then wait until the lock ends, by default after 15 minutes.",
	},
	{
		when: says(`\bak\b.*\bnot exist`),
		advice: "There is no such access key: it is mistyped or swapped with secret_key, was deleted, or belongs to another cloud. " +
			"Check access_key, and that region and cloud are those of the key.{sent}",
	},
	{
		when: refusesToken,
		advice: "The token is not valid here: it has expired, is incomplete, or belongs to another cloud or account. " +
			"Set a new one, or sign in with an access key or as a user instead.{sent}",
	},
	{when: func(f failure) bool { return f.request.Throttled > 0 }, advice: throttled},

	// Something in between, or another server.
	{reason: client.ReasonProxy, advice: "{proxy}"},
	{status: http.StatusProxyAuthRequired, advice: "{proxy}"},
	{when: isOfAnotherServer, advice: notThisAPI},
	{reason: client.ReasonUnexpectedResponse, advice: notThisAPI},
	{reason: client.ReasonRedirect, advice: "None of the APIs redirects. " + notThisAPI},
	{when: isUnknownAPI, advice: "There is no such API at this address: it does not lead to the service {service}. {address}"},
	{
		when:   func(f failure) bool { return f.request.Operation == client.OpRequestIDToken && f.request.Status < 500 },
		advice: "GitHub Actions refused to provide an ID token. Give the job the permission id-token: write, and check audience. {address}",
	},
	{
		reason: client.ReasonWrongFieldType,
		advice: "The field has another type than documented. {address} If it is right, report this error at " +
			"https://github.com/hwcloud/terraform-provider-hwcloud/issues.",
	},
	{reason: client.ReasonResponseTooLarge, advice: "Read the list in parts with limit and offset, or it is not from this API. {address}"},
	{reason: client.ReasonConnectionRefused, advice: "Nothing accepts connections at this address, or a firewall refuses them. {address}"},
	{
		reason: client.ReasonUnknownHost,
		advice: "There is no such host, or this machine's DNS does not know it: if only a proxy does, set HTTPS_PROXY to its URL " +
			"(ALL_PROXY is not read), and take the host out of NO_PROXY. {address}",
	},
	{reason: client.ReasonCertificate, advice: "{certificate} {address}"},
	{
		reason: client.ReasonTLS,
		advice: "The TLS handshake failed: if the server is plain HTTP, begin its address with http://; if the port is a proxy's, " +
			"correct it; if the server requires a client certificate, set cert and key to a valid one. {address}",
	},
	{reason: client.ReasonTimeout, advice: "The server did not respond in time, or a firewall drops the packets. {address}"},
	{reason: client.ReasonConnectionClosed, advice: "The connection was closed: run Terraform again, or check proxies in between. {address}"},
	{reason: client.ReasonNotSent, advice: "The request could not be sent. {address}"},

	// The arguments.
	{about: missingByID, advice: "No such {thing} in this {place}. Check these and {argument}; if it is a name, set {name} instead."},
	{about: missingByName, advice: "The {thing} was found by {argument}, but deleted before it could be read. Run Terraform again."},
	{about: refusedArgument, advice: "The API refused {argument}. {correct}"},
	{reason: client.ReasonReportedFailure, advice: "The service reports a failure. Check the arguments; if they are right, " + askSupport},

	// Credentials, the project and permissions.
	{when: refusesSignIn, advice: "IAM refused this. Check {signIn}.{sent}"},
	{
		when: isOfOtherProject,
		advice: "The token is for the project {tokenProject}, not for the one requested. " +
			"Set a token of the requested project, or leave out project_id and region to read the token's own.{project}",
	},
	{
		status: http.StatusUnauthorized,
		advice: "The credentials were refused. Check that they are complete, current, no base64 text of a secret, and of this cloud.{sent}",
	},
	{
		status: http.StatusForbidden, when: func(f failure) bool { return f.scope.ProjectID != "" && !idForm.MatchString(f.scope.ProjectID) },
		advice: "The project ID does not have the form of one, 32 hexadecimal digits: if it is the project's name, " +
			"{setName}. " +
			"Otherwise the credentials lack a permission: {permission}.{project}",
	},
	{
		status: http.StatusForbidden,
		advice: "The credentials lack a permission in this project: {permission}. If they have it, check that the project is one " +
			"of their account and of this region, and that a token in use is for this project.{project}",
	},
	{status: http.StatusNotFound, advice: "It does not exist in this region and project. Check the arguments, region and project_id."},
	{status: http.StatusBadRequest, advice: "Check the arguments."},
	{advice: "The service failed. Try again later; if this persists, " + askSupport},
}

// permissions that operations require: the action in policies, and in identity policies.
var permissions = map[client.Operation]string{
	client.OpListServiceConnections:  "vpcep:connections:list (in identity policies vpcep:endpointServices:listConnections)",
	client.OpListEndpointServices:    "vpcep:endpointServices:list",
	client.OpListEnhancedConnections: "the policy DLI ReadOnlyAccess (in identity policies dli:edsconnection:list)",
	client.OpShowVPCChannel:          "apig:instance:get and apig:vpcChannels:get (in identity policies apig:loadBalanceChannel:get)",
	client.OpListVPCChannels:         "apig:vpcChannels:list (in identity policies apig:loadBalanceChannel:list)",
	client.OpListInstances:           "apig:instances:list (in identity policies apig:instance:list)",
}

// iamChecks say what to check if IAM refuses a call.
var iamChecks = map[client.Operation]string{
	client.OpCreateToken: "the user (an IAM user, no HUAWEI ID), the password and the domain, project_name or project_id, " +
		"and that the user is not disabled and has a role in the project",
	client.OpShowToken:  "that the token is complete and has not expired",
	client.OpScopeToken: "that the token has not expired, that the project exists, and that the token's user has a role in it",
	client.OpExchangeIDToken: "idp_id and the ID token: that it has not expired, " +
		"that its issuer and audience are those of the identity provider, and that the provider's conversion rules map it to a user group",
	client.OpCreateFederatedKey: "the conversion rules of the identity provider idp_id, and the permissions of the user group",
	client.OpAssumeAgency: "agency_name, the domain_name or domain_id of the account that owns the agency, " +
		"that it delegates to this account, and that the user has the permission Agent Operator",
	client.OpListProjects:     "the permission to list projects, or set project_id",
	client.OpListAuthProjects: "the permission to list projects, or set project_id",
}

// advice decides which argument the failure is about, "" for none, and what to do: at most three
// sentences.
func (f failure) advice() (argument, text string) {
	ended := errors.Is(f.ctxErr, context.DeadlineExceeded)
	_, tooLate := errors.AsType[*client.DeadlineError](f.err)
	switch {
	case f.ctxErr != nil && !ended:
		return "", "The read was canceled."
	case (ended || tooLate) && f.request.Throttled > 0:
		return "", fmt.Sprintf("The API throttles requests, so that the read did not finish within its timeout of %s. "+
			"Set a longer read in a timeouts block, or %s", f.timeout, lookUpLess)
	case ended:
		text = fmt.Sprintf("The read did not finish within its timeout of %s: %s", f.timeout, moreTime)
		if f.request.Reason == client.ReasonTimeout {
			text += " If the server never responds, a firewall may drop the packets. " + f.address()
		}
		return "", text
	}
	argument, text = f.adviceOnError()
	if tooLate {
		text += fmt.Sprintf(" The next attempt would be after the end of the read timeout of %s: %s", f.timeout, moreTime)
	}
	return argument, text
}

func (f failure) adviceOnError() (argument, text string) {
	if f.data.emptyBlock {
		text = " The provider block in use has no arguments: to use another one, which has an alias, set provider = hwcloud.ALIAS here."
	}
	if wrong, ok := errors.AsType[*client.NameMatchError](f.err); ok {
		return f.adviceOnName(wrong)
	}
	if wrong, ok := errors.AsType[*client.EndpointError](f.err); ok {
		return "region", fmt.Sprintf("The address in %s serves one region, that of the provider block. Write {region} in place of the region in "+
			"the address, or remove it. If it serves the region requested here, set region in the provider block, or HW_REGION_NAME, to that.",
			f.data.addresses[wrong.Service])
	}
	_, noIDToken := errors.AsType[*client.IDTokenError](f.err)
	_, noCredentials := errors.AsType[*client.NoCredentialsError](f.err)
	switch {
	case errors.Is(f.err, client.ErrListChanged):
		return "", "Entries were added or removed during every attempt, or the responses of the service contradict each other. " +
			"Run Terraform again when there are fewer changes. If the list does not change, report this to the service's support."
	case errors.Is(f.err, client.ErrNoRegion) && f.data.noCredentials:
		return "region", setRegion + text + " No credentials are set either: provide them" + waysToSignIn
	case errors.Is(f.err, client.ErrNoRegion):
		return "region", setRegion + text
	case noCredentials:
		return "", strings.TrimSpace(text + " Provide credentials" + waysToSignIn)
	case noIDToken:
		return "", f.data.idTokenAdvice
	case f.request.Method == "":
		return "", ""
	}
	for _, r := range rules {
		if argument, ok := r.match(f); ok {
			if strings.Contains(r.advice, "{project}") {
				argument = f.setArgument("project_id")
			}
			return argument, f.expand(r.advice, argument)
		}
	}
	return "", ""
}

// match reports whether the rule applies to a failure, and which argument that is about.
func (r rule) match(f failure) (argument string, ok bool) {
	if r.reason != f.request.Reason || r.status != 0 && r.status != f.request.Status || r.when != nil && !r.when(f) {
		return "", false
	}
	if r.about != nil {
		argument = r.about(f)
	}
	return argument, r.about == nil || argument != ""
}

// expand replaces the placeholders in an advice.
func (f failure) expand(advice, argument string) string {
	operation, about, correct := f.request.Operation, thingOf(argument), "Correct or remove it."
	if values := f.documented[argument]; values != nil {
		others := slices.DeleteFunc(slices.Clone(values), func(value string) bool { return value == f.arguments[argument] })
		correct = "The documented values are " + quoted(others) + ": set one of them, or remove it."
	}
	if argument != "" && argument == about.id {
		correct = "It does not look like an ID: if it is a name, set " + about.name + " instead."
	}
	return strings.NewReplacer(
		"{argument}", argument, "{thing}", about.kind, "{place}", about.place, "{name}", about.name, "{correct}", correct,
		"{address}", f.address(), "{sent}", f.sent(), "{project}", f.project(), "{service}", f.request.Service,
		"{proxy}", f.proxy(), "{certificate}", f.certificate(), "{tokenProject}", f.request.TokenProject,
		"{setName}", f.setName(), "{permission}", permissions[operation], "{signIn}", iamChecks[operation],
	).Replace(advice)
}

// address says where the address of the request comes from, and what else may be wrong with it.
func (f failure) address() string {
	service, origin := f.request.Service, f.data.addresses[f.request.Service]
	isOver := f.request.Reason == client.ReasonConnectionRefused && strings.HasPrefix(f.request.URL, "http://127.0.0.1:")
	switch {
	case service == "":
		return "The address comes from ACTIONS_ID_TOKEN_REQUEST_URL, which GitHub Actions sets in a job with the permission id-token: write."
	case isOver && strings.HasPrefix(origin, "HW_ENDPOINT_"):
		return "The address comes from " + origin + ": if it is left over from hwcloud-simulator, " +
			"unset HW_METADATA_ENDPOINT and every HW_ENDPOINT_…, and use credentials of your own; otherwise correct or remove it."
	case origin != "" && f.mayExpectHTTPS():
		return "The address comes from " + origin + ": if the server expects HTTPS, begin it with https://; " +
			"if it is wrong, correct or remove that."
	case origin != "":
		return "The address comes from " + origin + ": if it is wrong, correct or remove that."
	}
	region := cmp.Or(origins(f.data.setting("region")), "region")
	if f.setArgument("region") != "" {
		region = "the region here"
	}
	cloud := cmp.Or(origins(f.data.setting("cloud")), "the default cloud")
	made := "The address is made of " + region + " and " + cloud + ": "
	if strings.Contains(f.scope.Region, "_") {
		return made + "if the region is the name of a project, set region to the part before the `_`, and project_id or, " +
			"in the provider block, project_name to the project."
	}
	return made + "if it is wrong, correct them, or set " + service + " in endpoints."
}

// mayExpectHTTPS reports whether a server failed as one does that is addressed with http:// and expects
// https://.
func (f failure) mayExpectHTTPS() bool {
	isNotHTTP := f.request.Reason == client.ReasonUnexpectedResponse && f.request.Status == 0
	return strings.HasPrefix(f.request.URL, "http://") &&
		(isNotHTTP || f.request.Reason == client.ReasonConnectionClosed || f.request.Status == http.StatusBadRequest && f.request.Code == "")
}

// proxy says what is wrong with the proxy.
func (f failure) proxy() string {
	const variables = "The proxy of HTTPS_PROXY or HTTP_PROXY "
	_, isPlain := errors.AsType[tls.RecordHeaderError](f.err)
	failed, _ := errors.AsType[*client.ProxyError](f.err)
	switch {
	case isPlain:
		return variables + "does not speak TLS: begin its URL with http:// in place of https://, also for HTTPS targets."
	case failed != nil && failed.Err != nil:
		return variables + "cannot be reached: correct its URL, which for most proxies begins with http://, also for HTTPS, " +
			"or exclude this host in NO_PROXY. " + f.address()
	}
	return variables + "does not connect to this host: if it requires credentials (407), put them into its URL, percent-encoded; " +
		"otherwise correct the URL, allow the host at the proxy, or exclude it in NO_PROXY. " + f.address()
}

// certificate says what is wrong with the server's certificate.
func (f failure) certificate() string {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](f.err)
	invalid, _ := errors.AsType[x509.CertificateInvalidError](f.err)
	file := f.data.setting("cacert_file")
	var names []string
	if other, ok := errors.AsType[x509.HostnameError](f.err); ok {
		names = append(names, other.Certificate.DNSNames...)
		for _, ip := range other.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
	}
	switch {
	case names != nil:
		return "The server's certificate is for " + quoted(names[:min(len(names), 10)]) + ": use one of these names in the address."
	case unknown && file.isSet():
		return "None of the certificates in the file of " + origins(file) + " has issued the server's: add that of its authority."
	case unknown:
		return "The server's certificate is not trusted: if the cloud, or a proxy in between, has a certificate authority of its own, " +
			"set cacert_file to its certificate."
	case invalid.Reason == x509.Expired:
		return "The server's certificate has expired or is not valid yet: check this machine's clock; " +
			"if that is right, the server's operator has to renew it."
	}
	return "The server's certificate is not valid: its operator has to replace it."
}

// ownProject returns project_id or project_name of the provider, a zero value if the read does not
// use it, because it is in another region, or has a project_id of its own.
func (f failure) ownProject(name string) setting {
	if f.setArgument("project_id") != "" || f.scope.Region != f.data.setting("region").value {
		return setting{}
	}
	return f.data.setting(name)
}

// project says where the project comes from, after a space.
func (f failure) project() string {
	origin := cmp.Or(f.setArgument("project_id"), f.ownProject("project_id").place(), f.ownProject("project_name").place())
	switch {
	case origin != "":
		return " The project comes from " + origin + ": if it is wrong, correct or remove that."
	case f.data.setting("token").isSet() && f.request.TokenProject == f.scope.ProjectID:
		return " The project is the token's own."
	}
	return " By default it is the project with the region's name: for another, set project_id, or project_name in the provider block."
}

// setName says how to set a project by its name.
func (f failure) setName() string {
	if f.setArgument("project_id") != "" {
		return "set its ID here, or project_name in another provider block, with an alias"
	}
	return "set project_name in the provider block in place of project_id, or HW_PROJECT_NAME in place of HW_PROJECT_ID"
}

// sent says what may be wrong with the credentials or the project of a sign-in, after a space.
func (f failure) sent() string {
	key, secret, securityToken := f.data.setting("access_key"), f.data.setting("secret_key"), f.data.setting("security_token")
	unread := ""
	if f.data.unreadSecurityToken {
		unread = " HW_SECURITY_TOKEN was not read, because access_key is not from the environment: " +
			"if the key is temporary, set security_token, too."
	}
	switch {
	case f.request.Operation == client.OpListProjects && f.request.Status == http.StatusUnauthorized &&
		f.data.addresses[client.IAM] != "" && client.GatewayCode(f.request.Code) == "":
		return " " + f.address() // A Keystone's, left over from another cloud.
	case f.data.unused != "" && f.request.Status == http.StatusUnauthorized:
		return " The token is used because it is set: to use " + f.data.unused + " in its place, " + f.data.setting("token").without() + "."
	case f.request.Operation == client.OpCreateToken, f.request.Operation == client.OpScopeToken:
		return f.project()
	case f.request.Status != http.StatusUnauthorized || !key.isSet():
	case key.family() != secret.family():
		return fmt.Sprintf("%s Check that %s and %s belong to the same key.", unread, origins(key), origins(secret))
	case securityToken.isSet():
		return " If the key is a permanent one, " + securityToken.without() + "."
	default:
		return cmp.Or(unread, " If the key is temporary, set security_token, too (HW_SECURITY_TOKEN if access_key is from the environment).")
	}
	return ""
}

// says returns the condition that the API's message matches a pattern.
func says(pattern string) func(failure) bool {
	form := regexp.MustCompile("(?i)" + pattern)
	return func(f failure) bool { return form.MatchString(f.request.Message) }
}

var saysInvalidToken = says(`decrypt token|token resolution|token must be updated`)

// refusesToken reports whether the gateway refuses the token itself.
func refusesToken(f failure) bool {
	return saysInvalidToken(f) || client.GatewayCode(f.request.Code) == "0307"
}

// isOfAnotherServer reports whether a response is a page, or an answer to plain HTTP by a server that
// expects HTTPS.
func isOfAnotherServer(f failure) bool {
	return f.request.Page && f.request.Status < 500 || f.mayExpectHTTPS()
}

// isUnknownAPI reports whether there is no such API at the address: a service responds to what does
// not exist with a code of its own.
func isUnknownAPI(f failure) bool {
	unknown := f.request.Status == http.StatusNotFound || f.request.Status == http.StatusMethodNotAllowed
	return unknown && f.request.Service != "" && !isOwnCode(f.request)
}

// refusesSignIn reports whether IAM refuses one of its calls. A 401 of the gateway is about the
// credentials that authorize the call.
func refusesSignIn(f failure) bool {
	return iamChecks[f.request.Operation] != "" && f.request.Status < http.StatusInternalServerError &&
		(f.request.Status != http.StatusUnauthorized || client.GatewayCode(f.request.Code) == "")
}

// isOfOtherProject reports whether a token for another project was refused.
func isOfOtherProject(f failure) bool {
	refused := f.request.Status == http.StatusUnauthorized || f.request.Status == http.StatusForbidden
	return refused && f.request.TokenProject != "" && f.request.TokenProject != f.scope.ProjectID
}

// waysToSignIn lists every way to provide credentials.
const waysToSignIn = " in one of these ways:\n" +
	"- an access key: access_key and secret_key, or HW_ACCESS_KEY and HW_SECRET_KEY (if temporary, security_token or HW_SECURITY_TOKEN);\n" +
	"- a token: token or HW_AUTH_TOKEN;\n" +
	"- a user: user_name or user_id, password, and domain_name or domain_id, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME;\n" +
	"- an OpenID Connect ID token: a block assume_role_with_oidc, or HW_ASSUME_ROLE_IDP_ID and HW_ASSUME_ROLE_ID_TOKEN or _ID_TOKEN_FILE;\n" +
	"- a KooCLI profile: shared_config_file and profile, or HW_SHARED_CONFIG_FILE and HW_PROFILE;\n" +
	"- an agency of the ECS that Terraform runs on, with HW_METADATA_ENDPOINT unset."
