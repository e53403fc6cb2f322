package provider

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// advised is a failure, and what its diagnostic has to be.
type advised struct {
	err error
	// set are the arguments of the data source, and data are the provider's.
	set  map[string]string
	data providerData
	// region and project are those of the read, the project by default the simulator's.
	region, project string
	// ctx is the error of the read's context.
	ctx error

	argument string
	// want are the parts that the diagnostic must have, separated by "|", and never is one that it
	// must not have.
	want, never string
}

const (
	listServices, listConnections = client.OpListEndpointServices, client.OpListServiceConnections
	showChannel, listChannels     = client.OpShowVPCChannel, client.OpListVPCChannels
	listGateways, listDLI         = client.OpListInstances, client.OpListEnhancedConnections
)

// apiError is an error response of a service.
func apiError(operation client.Operation, status int, code, message string) *client.Error {
	service := client.IAM
	switch operation {
	case listConnections, listServices:
		service = client.VPCEP
	case listDLI:
		service = client.DLI
	case showChannel, listChannels, listGateways:
		service = client.APIG
	case client.OpRequestIDToken:
		service = ""
	default:
	}
	return &client.Error{
		Service: service, Operation: operation, Method: http.MethodGet, URL: "https://x.example.com/x", Attempts: 1,
		Status: status, Code: code, Message: message,
	}
}

func unauthorized(code, message string) *client.Error {
	return apiError(showChannel, 401, code, message)
}

// failedFor is a request of DLI that failed for another reason than an error of the API.
func failedFor(reason client.Reason, err error) *client.Error {
	failed := apiError(listDLI, 0, "", "")
	failed.Reason, failed.Err = reason, err
	return failed
}

func changed(failed *client.Error, change func(*client.Error)) *client.Error {
	change(failed)
	return failed
}

// usedData are a provider's with settings in use, given by name and origin in turn.
func usedData(pairs ...string) providerData {
	var data providerData
	for pair := range slices.Chunk(pairs, 2) {
		data.used = append(data.used, setting{name: pair[0], variable: pair[1], value: "x"})
	}
	return data
}

var (
	byServiceID   = map[string]string{"service_id": exampleUUID, "offset": ""}
	byServiceName = map[string]string{"service_name": "orders"}
	bothIDs       = map[string]string{"instance_id": exampleHex, "vpc_channel_id": exampleHex}
	bothNames     = map[string]string{"instance_name": "gateway", "name": "shop"}
)

const (
	exampleUUID = "4189d3c2-8882-4871-a3c2-d380272eed88"
	exampleHex  = "56a7d7358e1b42459c9d730d65b14e59"
)

// credentialAdvice is the advice on credentials, projects and permissions.
func credentialAdvice() map[string]advised {
	const wrong, notExist = "verify aksk signature fail", "Get secretKey failed,ak:x,err:ak not exist"
	ofProject := func(id string) *client.Error {
		return changed(apiError(showChannel, 403, "APIG.1005", ""), func(e *client.Error) { e.TokenProject = id })
	}
	keys, unread := usedData("access_key", "HW_ACCESS_KEY", "secret_key", "HW_SECRET_KEY"), usedData("access_key", "")
	keys.credentials, unread.unreadSecurityToken = "access_key from HW_ACCESS_KEY", true
	return map[string]advised{
		"clock": {
			err:  unauthorized("APIGW.0301", "calc aksk signature fail:signature expired, signature time:1,server time:2"),
			data: keys, want: "clock of this machine", never: "temporary",
		},
		"clock of an app": {err: unauthorized("APIGW.0303", "off by more than 15 minutes"), want: "clock of this machine"},
		"unexpired app": {
			err:  unauthorized("APIGW.0303", "no unexpired signature key"),
			want: "credentials were refused.", never: "clock",
		},
		"locked key": {
			err:  unauthorized("APIG.0301", "AK access failed to reach the limit,forbidden"),
			want: "access key is locked. Check the secret key, then wait five minutes.",
		},
		"locked user": {
			err:  apiError(client.OpCreateToken, 401, "IAM.0011", "The user is locked."),
			want: "The user is locked|Check the user, the password and the domain|15 minutes",
		},
		"unknown key": {
			err: unauthorized("APIGW.0301", notExist), data: keys,
			want: "no such access key: it is mistyped or swapped with secret_key|If the key is temporary",
		},
		"token elsewhere": {
			err:  unauthorized("APIGW.0301", "decrypt token fail"),
			want: "The token is not valid here", never: "credentials were",
		},
		"token of APIG": {
			err:  unauthorized("APIG.1002", "Incorrect token or token resolution failed"),
			want: "The token is not valid here",
		},
		"expired token": {err: unauthorized("APIG.0307", ""), want: "The token is not valid here: it has expired|Set a new one"},
		"refused keys": {
			err: unauthorized("APIGW.0301", wrong), data: keys, never: "HW_SECURITY_TOKEN was",
			want: "Credentials: access_key from HW_ACCESS_KEY|The credentials were refused.|If the key is temporary|HW_SECURITY_TOKEN",
		},
		"temporary keys": {err: unauthorized("APIGW.0301", wrong), want: "The credentials were refused.", never: "temporary"},
		"unread token": {
			err: unauthorized("APIGW.0301", wrong), data: unread,
			want: "HW_SECURITY_TOKEN was not read|set security_token, too", never: "If the key is temporary, set",
		},
		"keys and the IAM of another cloud": {
			err: apiError(client.OpListProjects, 401, "", ""), data: providerData{addresses: map[string]string{client.IAM: "OS_AUTH_URL"}},
			want: "The address comes from OS_AUTH_URL",
		},
		"keys and IAM": {
			err: apiError(client.OpListProjects, 401, "APIGW.0301", wrong), data: keys,
			want: "credentials were refused|temporary",
		},
		"another project": {
			err:  ofProject(exampleHex),
			want: "The token is for the project " + exampleHex + "|leave out project_id and region",
		},
		"no permission": {
			err: ofProject(simulator.ProjectID), data: keys,
			want: "Credentials: access_key from|lack a permission in this project: apig:instance:get and|account and of this region",
		},

		"name of a project": {
			err: apiError(showChannel, 403, "APIG.1005", ""), project: "cn-north-4",
			want: "if it is the project's name, set project_name in the provider block|Otherwise the credentials lack a permission: apig:",
		},
		"token's own project": {
			err: ofProject(simulator.ProjectID), data: usedData("token", "HW_AUTH_TOKEN"),
			want: "The project is the token's own.",
		},
		"region's project": {
			err:  ofProject(simulator.ProjectID),
			want: "By default it is the project with the region's name: for another, set project_id",
		},
		"sign-in": {
			err:  apiError(client.OpCreateToken, 401, "1", ""),
			want: "Check the user (an IAM user, no HUAWEI ID), the password and the domain|has a role",
		},
		"sign-in, project": {err: apiError(client.OpCreateToken, 404, "1", ""), want: "project_name or project_id"},
		"token of Keystone": {
			err:  apiError(client.OpShowToken, 401, "401", ""),
			want: "has not expired", never: "credentials were refused",
		},
		"token without role": {err: apiError(client.OpScopeToken, 403, "403", ""), want: "has a role in it"},
		"ID token":           {err: apiError(client.OpExchangeIDToken, 401, "1", ""), want: "Check idp_id|audience|conversion rules"},
		"federated user":     {err: apiError(client.OpCreateFederatedKey, 403, "1", ""), want: "conversion rules"},
		"agency":             {err: apiError(client.OpAssumeAgency, 403, "1", ""), want: "delegates to this account|Agent Operator"},
		"no agency":          {err: apiError(client.OpAssumeAgency, 404, "1", ""), want: "Check agency_name"},
		"projects":           {err: apiError(client.OpListAuthProjects, 403, "1", ""), want: "set project_id"},
		"IAM fails":          {err: apiError(client.OpExchangeIDToken, 503, "1", ""), want: "The service failed."},
		"no credentials": {
			err: &client.NoCredentialsError{Err: errors.New("x")}, never: "alias",
			want: "HW_ACCESS_KEY|HW_AUTH_TOKEN|HW_USER_PASSWORD|assume_role_with_oidc|HW_PROFILE|ECS|HW_METADATA_ENDPOINT",
		},
		"no credentials, empty block": {
			err: &client.NoCredentialsError{Err: errors.New("x")}, data: providerData{emptyBlock: true, noCredentials: true},
			want: "provider = hwcloud.ALIAS|HW_ACCESS_KEY",
		},
		"no ID token": {
			err: &client.IDTokenError{Source: "x", Err: errors.New("it is empty")}, data: providerData{idTokenAdvice: "Set it."},
			want: "Set it.",
		},
		"GitHub refuses": {
			err:  apiError(client.OpRequestIDToken, 403, "", ""),
			want: "permission id-token: write, and check audience.|ACTIONS_ID_TOKEN_REQUEST_URL", never: "region",
		},
		"GitHub fails": {err: apiError(client.OpRequestIDToken, 503, "", ""), want: "Try again later"},
	}
}

// addressAdvice is the advice on requests without a usable response.
func addressAdvice() map[string]advised {
	const madeOf = "|The address is made of region and the default cloud: if it is wrong, correct them, or set dli in endpoints."
	const elsewhere = "no such API at this address: it does not lead to the service dli."
	page := func(status int) *client.Error {
		return changed(apiError(listDLI, status, "", ""), func(e *client.Error) { e.Page = true })
	}
	overHTTP := changed(apiError(listDLI, 400, "", ""), func(e *client.Error) { e.URL, e.Page = "http://x.example.com/x", true })
	from := func(origin string) providerData {
		return providerData{addresses: map[string]string{client.DLI: origin, client.IAM: origin}}
	}
	gitHub := changed(apiError(client.OpRequestIDToken, 0, "", ""), func(e *client.Error) { e.Reason = client.ReasonUnknownHost })
	keys := providerData{credentials: "access_key from HW_ACCESS_KEY"}
	proxy := &client.ProxyError{Host: "proxy:3128", Status: 407}
	lostProxy := &client.ProxyError{Host: "proxy:3128", Err: io.EOF}
	named := &x509.Certificate{DNSNames: []string{"a", "b"}, IPAddresses: []net.IP{net.IPv6loopback}}
	at := func(url string, reason client.Reason) *client.Error {
		return changed(failedFor(reason, errors.New("x")), func(e *client.Error) { e.URL = url })
	}
	return map[string]advised{
		"refused": {
			err:  failedFor(client.ReasonConnectionRefused, errors.New("x")),
			want: "Cause: x|Nothing accepts connections" + madeOf,
		},
		"a project's name for the region": {
			err: failedFor(client.ReasonUnknownHost, nil), region: "cn-north-4_lab", want: "set region to the part before the `_`",
		},
		"unknown host": {
			err: failedFor(client.ReasonUnknownHost, nil), data: from("OS_AUTH_URL"),
			want: "no such host|comes from OS_AUTH_URL: if it is wrong, correct or remove that.",
		},
		"left over from the simulator": {
			err: at("http://127.0.0.1:1234/x", client.ReasonConnectionRefused), data: from("HW_ENDPOINT_DLI and region"),
			want: "Nothing accepts connections at this address|left over from hwcloud-simulator, unset HW_METADATA_ENDPOINT and every HW_ENDPOINT_…",
		},
		"a loopback address of one's own": {
			err: at("http://127.0.0.1:1234/x", client.ReasonConnectionRefused), data: from("endpoints.dli"),
			want: "endpoints.dli", never: "simulator",
		},
		"another server, by variable": {
			err: at("https://x/x", client.ReasonConnectionRefused), data: from("HW_ENDPOINT_DLI"), want: "HW_ENDPOINT_DLI", never: "simulator",
		},
		"certificate": {
			err:  failedFor(client.ReasonCertificate, x509.HostnameError{Host: "h", Certificate: new(x509.Certificate)}),
			want: "The server's certificate is not valid: its operator has to replace it." + madeOf,
		},
		"certificate of another name": {
			err: failedFor(client.ReasonCertificate, x509.HostnameError{Host: "h", Certificate: named}), data: from("HW_ENDPOINT_DLI"),
			want: "certificate is for `a`, `b`, `::1`: use one of these names in the address.|HW_ENDPOINT_DLI", never: "cacert_file",
		},
		"certificate of an unknown authority": {
			err:  failedFor(client.ReasonCertificate, x509.UnknownAuthorityError{}),
			want: "a certificate authority of its own, set cacert_file to its certificate." + madeOf, never: "clock",
		},
		"certificate of another authority": {
			err: failedFor(client.ReasonCertificate, x509.UnknownAuthorityError{}), data: usedData("cacert_file", "HW_CACERT"),
			want: "None of the certificates in the file of cacert_file from HW_CACERT has issued the server's: add that of its authority.",
		},
		"expired certificate": {
			err:  failedFor(client.ReasonCertificate, x509.CertificateInvalidError{Reason: x509.Expired}),
			want: "has expired or is not valid yet: check this machine's clock", never: "cacert_file",
		},
		"TLS": {err: failedFor(client.ReasonTLS, nil), want: "set cert and key" + madeOf},
		"made of an argument": {
			err: failedFor(client.ReasonUnknownHost, nil), set: map[string]string{"region": "r"}, data: usedData("region", "HW_REGION_NAME"),
			want: "made of the region here and the default cloud: if",
		},
		"made of variables": {
			err:  failedFor(client.ReasonUnknownHost, nil),
			data: usedData("region", "the KooCLI profile", "cloud", "HW_CLOUD"),
			want: "made of region from the KooCLI profile and cloud from HW_CLOUD: if",
		},
		"timeout": {err: failedFor(client.ReasonTimeout, nil), want: "did not respond in time, or a firewall" + madeOf},
		"reset": {
			err:  failedFor(client.ReasonConnectionClosed, nil),
			want: "The connection was closed: run Terraform again",
		},
		"reset over HTTP": {
			err: at("http://x/x", client.ReasonConnectionClosed), data: from("HW_ENDPOINT_DLI"),
			want: "The connection was closed|HW_ENDPOINT_DLI: if the server expects HTTPS, begin it with https://",
		},
		"no HTTP": {
			err: at("http://x/x", client.ReasonUnexpectedResponse), data: from("HW_ENDPOINT_DLI"),
			want: "The response is not from this API|if the server expects HTTPS, begin it with https://",
		},
		"no HTTP behind TLS": {
			err: at("https://x/x", client.ReasonUnexpectedResponse), data: from("HW_ENDPOINT_DLI"),
			want: "another web server", never: "begin it with",
		},
		"not sent": {err: failedFor(client.ReasonNotSent, nil), want: "could not be sent" + madeOf},
		"proxy": {
			err:  failedFor(client.ReasonProxy, proxy),
			want: "Cause: the proxy proxy:3128|requires credentials (407), put them into its URL|NO_PROXY",
		},
		"lost proxy": {
			err:  failedFor(client.ReasonProxy, lostProxy),
			want: "cannot be reached: correct its URL, which for most proxies begins with http://, also for HTTPS", never: "407",
		},
		"plain proxy": {
			err:  failedFor(client.ReasonProxy, &client.ProxyError{Host: "proxy:3128", Err: tls.RecordHeaderError{Msg: "x"}}),
			want: "does not speak TLS: begin its URL with http:// in place of https://, also for HTTPS targets.", never: "NO_PROXY",
		},
		"407": {err: page(407), want: "percent-encoded", never: "not from this API"},
		"page, 200": {
			err:  changed(page(200), func(e *client.Error) { e.Reason = client.ReasonUnexpectedResponse }),
			want: "not from this API" + madeOf,
		},
		"page, 404": {
			err: page(404), data: from("endpoints.dli"),
			want: "login page|comes from endpoints.dli: if it is wrong", never: "exist",
		},
		"page, 403": {err: page(403), want: "not from this API" + madeOf, never: "permission"},
		"page, sign-in": {
			err:  changed(apiError(client.OpListProjects, 401, "", ""), func(e *client.Error) { e.Page = true }),
			data: keys, want: "not from this API", never: "Credentials",
		},
		"redirected sign-in": {
			err:  changed(apiError(client.OpListProjects, 302, "", ""), func(e *client.Error) { e.Reason = client.ReasonRedirect }),
			data: keys, want: "redirects", never: "Credentials",
		},
		"sign-in of another API": {err: apiError(client.OpListProjects, 404, "", ""), data: keys, want: "no such API", never: "Credentials"},
		"page, 502":              {err: page(502), want: "The service failed. Try again later", never: "not from this API"},
		"not JSON":               {err: failedFor(client.ReasonUnexpectedResponse, nil), want: "not from this API" + madeOf},
		"plain HTTP":             {err: overHTTP, data: from("HW_ENDPOINT_DLI"), want: "begin it with https://|HW_ENDPOINT_DLI"},
		"redirect":               {err: failedFor(client.ReasonRedirect, nil), want: "None of the APIs redirects.|login page" + madeOf},
		"wrong type":             {err: failedFor(client.ReasonWrongFieldType, nil), want: "another type than documented|/issues"},
		"too large":              {err: failedFor(client.ReasonResponseTooLarge, nil), want: "Read the list in parts with limit and offset"},
		"unknown API":            {err: apiError(listDLI, 404, "APIG.0101", ""), want: elsewhere + madeOf},
		"API not found":          {err: apiError(listDLI, 404, "", "API not found"), want: elsewhere + madeOf},
		"404": {
			err: apiError(showChannel, 404, "NotFound", ""), set: bothIDs,
			want: "no such API at this address: it does not lead to the service apig.", never: "Check",
		},
		"405": {err: apiError(listDLI, 405, "", ""), want: "no such API at this address: it does not lead to the service dli." + madeOf},
		"IAM, 404": {
			err: apiError(client.OpListProjects, 404, "", ""), data: from("OS_AUTH_URL"),
			want: "no such API|comes from OS_AUTH_URL",
		},
		"GitHub's host": {err: gitHub, want: "ACTIONS_ID_TOKEN_REQUEST_URL|id-token: write", never: "region"},
		"no region":     {err: client.ErrNoRegion, argument: "region", want: "HW_REGION_NAME", never: "redentials"},
		"nothing": {
			err: client.ErrNoRegion, data: providerData{emptyBlock: true, noCredentials: true},
			argument: "region", want: "hwcloud.ALIAS|HW_REGION_NAME|No credentials are set either|HW_ACCESS_KEY",
		},
		"another region": {
			err: &client.EndpointError{Service: "dli", Endpoint: "https://secret", Region: "b", OwnRegion: "c"}, data: from("endpoints.dli"),
			argument: "region", want: "endpoints.dli|Write {region}|remove it|set region in the provider block", never: "secret",
		},
	}
}

// argumentAdvice is the advice on arguments, on throttling and on time.
func argumentAdvice() map[string]advised {
	noName := func(operation client.Operation, matches ...client.NamedID) error {
		return &client.NameMatchError{Operation: operation, Kind: "things", Name: "shop", Matches: matches}
	}
	late := func(failed *client.Error, err error) *client.Error {
		return changed(failed, func(e *client.Error) { e.Err = &client.DeadlineError{Wait: time.Hour, Err: err} })
	}
	throttled := func(failed *client.Error) *client.Error {
		return changed(failed, func(e *client.Error) { e.Attempts, e.Throttled = 9, 8 })
	}
	const lessAtOnce = "The API throttles requests|timeout of 3m0s|Set a longer read in a timeouts block, or look up less at once"
	bad := map[string]string{"instance_id": exampleHex, "vpc_channel_id": "shop", "name": ""}
	return map[string]advised{
		"no service": {
			err: apiError(listConnections, 404, "EndPoint.0005", ""), set: byServiceID, argument: "service_id",
			want: "set service_name instead",
		},
		"no service, 400": {err: apiError(listConnections, 400, "EndPoint.0005", ""), set: byServiceID, argument: "service_id"},
		"another 404":     {err: apiError(listConnections, 404, "EndPoint.1234", ""), set: byServiceID, argument: "service_id"},
		"service was there": {
			err: apiError(listConnections, 404, "EndPoint.0005", ""), set: byServiceName, argument: "service_name",
			want: "but deleted",
		},
		"no channel": {
			err: apiError(showChannel, 404, "APIG.3023", ""), set: bothIDs, argument: "vpc_channel_id",
			want: "No such VPC channel in this gateway, region and project. Check these and vpc_channel_id; if it is a name, set name instead.",
		},
		"channel was there": {
			err: apiError(showChannel, 404, "APIG.3023", ""), set: bothNames, argument: "name",
			want: "but deleted before it could be read",
		},
		"no gateway": {
			err: apiError(listChannels, 404, "APIG.3030", ""), set: bothIDs, argument: "instance_id",
			want: "set instance_name instead",
		},
		"no gateway, code": {err: apiError(showChannel, 404, "APIG.9", ""), set: bothIDs, argument: "instance_id"},
		"gateway was there": {
			err: apiError(listChannels, 404, "APIG.3030", ""), set: bothNames, argument: "instance_name",
			want: "but deleted",
		},
		"nothing to find": {err: apiError(listDLI, 404, "DLI.0002", ""), want: "It does not exist in this region and project."},
		"offset past end": {
			err: apiError(listConnections, 400, "EndPoint.0010", ""), set: byServiceID, argument: "offset",
			want: "Correct or remove it.",
		},
		"offset not set": {
			err: apiError(listConnections, 400, "EndPoint.0010", ""), set: byServiceName,
			want: "Check the arguments.",
		},
		"offset of DLI": {
			err: apiError(listDLI, 400, "DLI.0001", "The offset is out of range"), set: byServiceID, argument: "offset",
		},
		"offset, gateway": {err: apiError(listDLI, 400, "APIGW.0106", "offset"), set: byServiceID, want: "Check the arguments."},
		"name of a service": {
			err: apiError(listConnections, 400, "EndPoint.0002", "Parameter error."), set: map[string]string{"service_id": "orders"},
			argument: "service_id",
			want:     "does not look like an ID: if it is a name, set service_name",
		},
		"name of a channel": {
			err: apiError(showChannel, 400, "APIG.2012", "Invalid parameter value,parameterName:id."), set: bad, argument: "vpc_channel_id",
		},
		"another parameter": {
			err: apiError(listChannels, 400, "APIG.2012", "Invalid parameter value,parameterName:name."), set: bad, argument: "name",
			want: "Correct or remove",
		},
		"good IDs": {
			err: apiError(showChannel, 400, "APIG.2012", "Invalid parameter value,parameterName:id."), set: bothIDs,
			want: "Check the arguments.",
		},
		"reported failure": {err: failedFor(client.ReasonReportedFailure, nil), want: "reports a failure"},
		"a service fails": {
			err: apiError(showChannel, 502, "", ""), set: bothIDs,
			want: "Try again later; if this persists, give the request ID",
		},
		"name of none": {
			err: noName(listChannels), set: bothNames, argument: "name",
			want: "exactly, letter case included, and the gateway|set vpc_channel_id instead",
		},
		"name of several": {
			err: noName(listGateways, client.NamedID{Name: "shop"}, client.NamedID{Name: "shop"}), argument: "instance_name",
			want: "Set instance_id instead, to the ID of the one you mean.",
		},
		"no project": {err: noName(client.OpListProjects), want: "for another, set project_id, or project_name in the provider block."},
		"no own project": {
			err: noName(client.OpListProjects), data: usedData("project_name", "", "region", "HW_REGION_NAME"),
			want: "for another, set project_id, or project_name in the provider block.", // The read is not in the provider's region.
		},
		"list changes": {
			err:  client.ErrListChanged,
			want: "Entries were added or removed during every attempt|contradict each other",
		},
		"throttled": {
			err:  throttled(apiError(listDLI, 403, "APIG.0308", "")),
			want: "throttling requests. Raise max_retries if it is 0|-parallelism",
		},
		"throttled too long": {err: late(throttled(apiError(listDLI, 429, "", "")), nil), want: "Attempts: 9, of which 8 were|" + lessAtOnce},
		"paused too long":    {err: late(throttled(failedFor(client.ReasonNotSent, nil)), errors.New("throttling")), want: lessAtOnce},
		"no network": {
			err:  late(failedFor(client.ReasonNotSent, nil), &net.OpError{Err: errors.New("x")}),
			want: "not be sent|read timeout of 3m0s", never: "throttle",
		},
		"late": {
			err:  late(apiError(listDLI, 503, "", ""), nil),
			want: "The service failed.|after the end of the read timeout of 3m0s: to allow more time",
		},
		"ended": {
			err: context.DeadlineExceeded, ctx: context.DeadlineExceeded,
			want: "did not finish within its timeout of 3m0s",
		},
		"throttled, ended": {err: throttled(apiError(listDLI, 429, "", "")), ctx: context.DeadlineExceeded, want: lessAtOnce},
		"canceled":         {err: context.Canceled, ctx: context.Canceled, want: "The read was canceled.", never: "timeouts"},
		"another error":    {err: errors.New("x")},
	}
}

// TestAdvice holds the argument and the advice to failures that each rule is for, and to failures
// that resemble them. Every rule has a row, and no advice has more than three sentences.
func TestAdvice(t *testing.T) {
	t.Parallel()
	all := credentialAdvice()
	maps.Copy(all, addressAdvice())
	maps.Copy(all, argumentAdvice())
	for reason := client.ReasonConnectionRefused; reason <= client.ReasonNotSent; reason++ {
		late := &client.DeadlineError{Wait: time.Hour, Err: &net.OpError{Err: errors.New("x")}}
		all[fmt.Sprintf("reason %d, late", reason)] = advised{err: failedFor(reason, late), want: "after the end of the read timeout of 3m0s"}
	}
	placeholder, sentenceEnd := regexp.MustCompile(`\{[^}]*\}`), regexp.MustCompile(`\. [A-Z]`)
	applied := map[int]bool{}
	for name, tt := range all {
		failed := failure{
			operation: operation{service: "apig", summary: "Unable to read thing", requested: "thing"}, timeout: 3 * time.Minute,
			err: tt.err, ctxErr: tt.ctx, arguments: tt.set, data: &tt.data,
			scope: client.Scope{Region: tt.region, ProjectID: cmp.Or(tt.project, simulator.ProjectID)},
		}
		argument, detail := describedAt(t, failed.diagnostic())
		if argument != tt.argument {
			t.Errorf("%s: the argument is %q, want %q", name, argument, tt.argument)
		}
		for part := range strings.SplitSeq(tt.want, "|") {
			if !strings.Contains(detail, part) {
				t.Errorf("%s: the detail lacks %q:\n%s", name, part, detail)
			}
		}
		if tt.never != "" && strings.Contains(detail, tt.never) {
			t.Errorf("%s: the detail has %q:\n%s", name, tt.never, detail)
		}
		parts := strings.Split(detail, "\n\n")
		if n := len(sentenceEnd.FindAllString(parts[len(parts)-1], -1)) + 1; n > 3 {
			t.Errorf("%s: %d sentences:\n%s", name, n, detail)
		}
		for _, left := range placeholder.FindAllString(detail, -1) {
			if left != "{region}" {
				t.Errorf("%s: the detail has the placeholder %s:\n%s", name, left, detail)
			}
		}
		if request, ok := errors.AsType[*client.Error](tt.err); ok {
			failed.request = *request
			applied[slices.IndexFunc(rules, func(r rule) bool { _, ok := r.match(failed); return ok })] = true
		}
	}
	for i, r := range rules {
		if !applied[i] {
			t.Errorf("no row is for the advice %q", r.advice)
		}
	}
}

// describedAt is the argument that a diagnostic points at, "" for none, and its detail.
func describedAt(t *testing.T, described diag.Diagnostic) (argument, detail string) {
	t.Helper()
	if at, ok := described.(diag.DiagnosticWithPath); ok {
		argument = at.Path().String()
	}
	return argument, described.Detail()
}

// TestCodesOfServices reads error codes of every service through every data source of it: each
// points at the argument that the read has for it, without a rule of the data source's own.
func TestCodesOfServices(t *testing.T) {
	t.Parallel()
	type response struct {
		status int
		code   string
		// about are the arguments that the code may be about.
		about []string
	}
	responses := map[string][]response{
		"vpcep": {{404, "EndPoint.0005", []string{"service_id", "service_name"}}, {400, "EndPoint.0010", []string{"offset"}}},
		"dli":   {{400, "DLI.0001", []string{"limit"}}, {404, "DLI.0002", nil}},
		"apig": {
			{404, "APIG.3023", []string{"vpc_channel_id", "name"}}, {404, "APIG.3030", []string{"instance_id", "instance_name"}},
			{404, "APIG.0101", nil},
		},
	}
	for source := range dataSources {
		facts := factsOf(t, source)
		c := newCloud(t)
		c.environment["HW_PROJECT_ID"] = simulator.ProjectID
		var next response
		c.Inject(simulator.Fault{Action: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			simulator.Respond(next.status, nil, fmt.Sprintf(`{"error_code":%q,"error_msg":"limit"}`, next.code))(w, r, nil)
		}})
		s := c.configure(t, nil)
		for _, read := range append(facts.Reads, exampleRead{Arguments: facts.InRegion}) {
			set := merge(read.Arguments)
			for _, window := range []string{"offset", "limit"} {
				if facts.Arguments[window].From != nil {
					set[window] = int64(1)
				}
			}
			for _, next = range responses[strings.Split(source, "_")[1]] {
				want := "" // A path that is not there is printed as nothing.
				for _, argument := range next.about {
					if _, ok := set[argument]; ok {
						want = fmt.Sprintf("AttributeName(%q)", argument)
					}
				}
				if found := s.read(t, source, set).errors; len(found) != 1 || !strings.HasPrefix(found[0], want+": Unable to ") {
					t.Errorf("%s of %s with %v: the error is not at %s: %q", next.code, source, set, want, found)
				}
			}
		}
	}
}

// TestPermissions requires an advice for every operation of the client: the permission of those of a
// service, and what to check for those of IAM.
func TestPermissions(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../client/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	ast.Inspect(file, func(node ast.Node) bool {
		declared, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(declared.Names[0].Name, "Op") {
			return true
		}
		checked++
		operation := client.Operation(strings.TrimPrefix(declared.Names[0].Name, "Op"))
		if permissions[operation] == "" && iamChecks[operation] == "" && operation != client.OpRequestIDToken {
			t.Errorf("neither permissions nor iamChecks has %s", operation)
		}
		return true
	})
	if checked != len(permissions)+len(iamChecks)+1 {
		t.Errorf("%d operations, %d permissions and %d sign-ins", checked, len(permissions), len(iamChecks))
	}
}
