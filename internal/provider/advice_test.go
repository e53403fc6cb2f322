package provider

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// advised is a failure, and what its diagnostic has to be.
type advised struct {
	err error
	// set are the arguments of the data source; provider is the provider data.
	set      map[string]string
	provider providerData
	// lacks is an argument that the data source does not have.
	lacks string
	// ctx is the error of the read's context.
	ctx error

	argument string
	advice   []string
	// never are parts that the diagnostic must not have.
	never []string
}

func apiError(operation client.Operation, status int, code string) *client.Error {
	return &client.Error{
		Service: "apig", Operation: operation, Method: http.MethodGet, URL: "https://apig.example.com/v2/p/x", Status: status, Code: code, Attempts: 1,
	}
}

func apiErrorOf(service string, operation client.Operation, status int) *client.Error {
	err := apiError(operation, status, "")
	err.Service = service
	return err
}

// notReceived is a request without a response.
func notReceived(reason client.Reason, err error) *client.Error {
	return &client.Error{
		Service: "dli", Operation: client.OpListEnhancedConnections, Reason: reason, Method: http.MethodGet,
		URL: "https://dli.example.com/x", Attempts: 6, Err: err,
	}
}

// TestAdvice holds the argument and the advice of each rule to failures that it is for, and to
// failures that resemble them.
func TestAdvice(t *testing.T) {
	t.Parallel()
	const (
		uuid = "4189d3c2-8882-4871-a3c2-d380272eed88"
		hex  = "56a7d7358e1b42459c9d730d65b14e59"
	)
	withMessage := func(err *client.Error, message string) *client.Error {
		err.Message = message
		return err
	}
	noSuchName := func(operation client.Operation, name string, found ...client.NamedID) *client.NameMatchError {
		wrong := &client.NameMatchError{Operation: operation, Kind: "things", Name: name}
		for _, entry := range found {
			if entry.Name == name {
				wrong.Matches = append(wrong.Matches, entry)
			} else {
				wrong.Others = append(wrong.Others, entry)
			}
		}
		return wrong
	}
	byServiceID, byServiceName := map[string]string{"service_id": uuid}, map[string]string{"service_name": "orders"}
	withOffset := map[string]string{"service_id": uuid, "offset": ""}
	byID := map[string]string{"instance_id": hex, "vpc_channel_id": hex}
	byName := map[string]string{"instance_name": "gateway", "name": "shop"}
	profile := providerData{credentials: "access_key from the profile ops", usesProfile: true}
	keys := providerData{credentials: "access_key from HW_ACCESS_KEY, then agency \"profile\""}
	user := providerData{credentials: "user_name from HW_USER_NAME"} //nolint:gosec // It is a variable's name.

	noIDTokenError := &client.IDTokenError{Source: "the configuration", Err: errors.New("it is empty")}
	gitHub := func(reason client.Reason, status int) *client.Error {
		return &client.Error{
			Operation: client.OpRequestIDToken, Reason: reason, Status: status, Method: http.MethodGet, URL: "https://github.example/", Attempts: 1,
		}
	}
	notGitHub := []string{"apig", "region", "endpoints"}
	certificate := providerData{clientCertificate: true}
	badCertificate := &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}

	for name, tt := range map[string]advised{
		"a malformed service ID": {
			err: withMessage(apiError(client.OpListServiceConnections, 400, "EndPoint.0002"), "Parameter error."), set: map[string]string{"service_id": "orders"},
			argument: "service_id", advice: []string{`The API refused service_id. "orders" does not look like an ID. If it is a name, set service_name instead.`},
		},
		"a malformed gateway ID": {
			err:      withMessage(apiError(client.OpShowVPCChannel, 400, "APIG.2012"), "Invalid parameter value,parameterName:id. Please refer to the support documentation"),
			set:      map[string]string{"instance_id": "gateway", "vpc_channel_id": "shop"},
			argument: "instance_id", advice: []string{`"gateway" does not look like an ID. If it is a name, set instance_name instead.`},
		},
		"a malformed channel ID": {
			err: apiError(client.OpShowVPCChannel, 400, "APIG.2001"), set: map[string]string{"instance_id": hex, "vpc_channel_id": "shop"},
			argument: "vpc_channel_id", advice: []string{`"shop" does not look like an ID.`},
		},
		"another malformed parameter": {
			err: withMessage(apiError(client.OpListVPCChannels, 400, "APIG.2012"), "Invalid parameter value,parameterName:name."),
			set: map[string]string{"instance_id": "gateway", "name": "x"}, advice: []string{"Check the arguments."}, never: []string{"look like"},
		},
		"a parameter refused with good IDs": {err: apiError(client.OpShowVPCChannel, 400, "APIG.2012"), set: byID, advice: []string{"Check the arguments."}},
		"a name that looks like an ID, without an argument for the ID": {
			err: apiError(client.OpShowVPCChannel, 404, "APIG.3023"), set: map[string]string{"instance_id": hex, "name": hex}, lacks: "vpc_channel_id",
			argument: "name", never: []string{"vpc_channel_id"},
		},
		"GitHub refuses":       {err: gitHub(client.ReasonAPIError, 403), advice: []string{"id-token: write", "ACTIONS_ID_TOKEN_REQUEST_URL"}, never: notGitHub},
		"GitHub fails":         {err: gitHub(client.ReasonAPIError, 503), advice: []string{"Run the job again later."}, never: notGitHub},
		"GitHub throttles":     {err: gitHub(client.ReasonAPIError, 429), advice: []string{"Run the job again later."}, never: append(notGitHub, "-parallelism")},
		"GitHub does not know": {err: gitHub(client.ReasonAPIError, 405), advice: []string{"id-token: write"}, never: notGitHub},
		"a page for GitHub": {
			err:    gitHub(client.ReasonUnexpectedResponse, 200),
			advice: []string{"not from GitHub Actions", "ACTIONS_ID_TOKEN_REQUEST_URL", "id-token: write"}, never: notGitHub,
		},
		"a redirect of GitHub":  {err: gitHub(client.ReasonRedirect, 302), advice: []string{"ACTIONS_ID_TOKEN_REQUEST_URL", "id-token: write"}, never: notGitHub},
		"GitHub's certificate":  {err: gitHub(client.ReasonCertificate, 0), advice: []string{"cacert_file", "ACTIONS_ID_TOKEN_REQUEST_URL"}, never: notGitHub},
		"GitHub is unknown":     {err: gitHub(client.ReasonUnknownHost, 0), advice: []string{"cannot be reached", "ACTIONS_ID_TOKEN_REQUEST_URL"}, never: notGitHub},
		"GitHub is not reached": {err: gitHub(client.ReasonTimeout, 0), advice: []string{"cannot be reached", "id-token: write"}, never: notGitHub},
		"a proxy before GitHub": {err: gitHub(client.ReasonProxy, 0), advice: []string{"HTTPS_PROXY"}, never: notGitHub},
		"a refused client certificate": {
			err: notReceived(client.ReasonTLS, badCertificate), provider: certificate, advice: []string{"client certificate in cert (or HW_CERT)"},
			never: []string{"set cert"},
		},
		"a client certificate that is required": {err: notReceived(client.ReasonTLS, badCertificate), advice: []string{"set cert and key"}},
		"no TLS with a client certificate":      {err: notReceived(client.ReasonTLS, nil), provider: certificate, advice: []string{"serves HTTPS"}},
		"an endpoint without a region": {
			err: &client.EndpointError{Service: "vpcep", Endpoint: "https://a", Region: "b"}, set: map[string]string{"region": "b"},
			argument: "region", advice: []string{"Set region in the provider block, or HW_REGION_NAME", "If the URL contains the region, write {region}"},
			never: []string{"remove"},
		},
		"no such host of IAM": {
			err:    &client.Error{Service: "iam", Operation: client.OpListProjects, Reason: client.ReasonUnknownHost},
			advice: []string{"the host in auth_url (or iam in endpoints)"},
		},
		"no such API of IAM": {
			err:    apiErrorOf("iam", client.OpListProjects, 405),
			advice: []string{"Check that region, cloud and auth_url (or iam in endpoints) lead to the service iam."},
		},
		"a signature from another time": {
			err:    withMessage(apiError(client.OpShowVPCChannel, 401, "APIGW.0303"), "the time of the request is off by more than 15 minutes"),
			advice: []string{"clock of this machine"},
		},
		"an unexpired app": {
			err:    withMessage(apiError(client.OpShowVPCChannel, 401, "APIGW.0303"), "Incorrect app authentication information: no unexpired signature key"),
			advice: []string{"The credentials were refused."}, never: []string{"clock"},
		},
		"no such service": {
			err: apiError(client.OpListServiceConnections, 404, "EndPoint.0005"), set: byServiceID,
			argument: "service_id", advice: []string{"Check service_id, region and project_id."}, never: []string{"service_name"},
		},
		"no such service, another status": {
			err: apiError(client.OpListServiceConnections, 400, "EndPoint.0005"), set: byServiceID, argument: "service_id",
		},
		"another 404 of the service": {
			err: apiError(client.OpListServiceConnections, 404, "EndPoint.1234"), set: byServiceID, argument: "service_id",
		},
		"no such service, by what looks like a name": {
			err: apiError(client.OpListServiceConnections, 404, "EndPoint.0005"), set: map[string]string{"service_id": "cn-north-4.orders." + uuid},
			argument: "service_id", advice: []string{"does not look like an ID. If it is a name, set service_name instead."},
		},
		"the service found by name was deleted": {
			err: apiError(client.OpListServiceConnections, 404, "EndPoint.0005"), set: byServiceName,
			argument: "service_name", advice: []string{"deleted before its connections could be read"}, never: []string{"service_id"},
		},
		"another 404 for a service found by name": {
			err: apiError(client.OpListServiceConnections, 404, "EndPoint.1234"), set: byServiceName, argument: "service_name",
		},
		"an offset past the end": {
			err: apiError(client.OpListServiceConnections, 400, "EndPoint.0010"), set: withOffset, argument: "offset", advice: []string{"Reduce or remove it."},
		},
		"an offset that is not set": {
			err: apiError(client.OpListServiceConnections, 400, "EndPoint.0010"), set: byServiceID, advice: []string{"Check the arguments."},
		},
		"another error with an offset": {
			err: apiError(client.OpListServiceConnections, 403, "EndPoint.0002"), set: withOffset, advice: []string{"vpcep:connections:list"},
		},
		"a refused offset": {
			err:      withMessage(apiError(client.OpListEnhancedConnections, 400, "DLI.0001"), "Offset is out of range"),
			set:      map[string]string{"offset": ""},
			argument: "offset",
		},
		"a refused offset that is not set": {
			err: withMessage(apiError(client.OpListEnhancedConnections, 400, "DLI.0001"), "Offset is out of range"),
		},
		"something else refused than the offset": {
			err: withMessage(apiError(client.OpListEnhancedConnections, 400, "DLI.0002"), "The object does not exist"), set: map[string]string{"offset": ""},
		},
		"the gateway's word on an offset": {
			err: withMessage(apiError(client.OpListEnhancedConnections, 400, "APIGW.0106"), "offset"), set: map[string]string{"offset": ""},
		},
		"no such channel": {
			err: apiError(client.OpShowVPCChannel, 404, "APIG.3023"), set: byID, argument: "vpc_channel_id", advice: []string{"Check vpc_channel_id"},
		},
		"no such channel, by what looks like a name": {
			err: apiError(client.OpShowVPCChannel, 404, "APIG.3023"), set: map[string]string{"instance_id": hex, "vpc_channel_id": "shop"},
			argument: "vpc_channel_id", advice: []string{`"shop" does not look like an ID. If it is a name, set name instead.`},
		},
		"the channel found by name was deleted": {
			err: apiError(client.OpShowVPCChannel, 404, "APIG.3023"), set: byName, argument: "name", advice: []string{"deleted before it could be read"},
		},
		"a pause past the timeout": {
			err:    notReceived(client.ReasonNotSent, &client.DeadlineError{Wait: time.Hour, Err: errors.New("throttling")}),
			advice: []string{"-parallelism", "after the end of the read timeout of 3m0s"},
		},
		"no network before the timeout": {
			err:    notReceived(client.ReasonNotSent, &client.DeadlineError{Wait: time.Hour, Err: &net.OpError{Op: "dial", Err: errors.New("no route")}}),
			advice: []string{"could not be sent", "after the end of the read timeout of 3m0s"}, never: []string{"-parallelism"},
		},
		"no such gateway": {
			err: apiError(client.OpShowVPCChannel, 404, "APIG.3030"), set: byID, argument: "instance_id", advice: []string{"Check instance_id, region and project_id."},
		},
		"no such gateway, listing its channels": {
			err: apiError(client.OpListVPCChannels, 404, "APIG.3030"), set: map[string]string{"instance_id": "gateway"},
			argument: "instance_id", advice: []string{`"gateway" does not look like an ID. If it is a name, set instance_name instead.`},
		},
		"the gateway found by name was deleted": {
			err: apiError(client.OpListVPCChannels, 404, "APIG.3030"), set: byName, argument: "instance_name", advice: []string{"deleted before"},
			never: []string{"instance_id"},
		},
		"a 404 without a code": {
			err: apiError(client.OpShowVPCChannel, 404, ""), set: byID, advice: []string{"It does not exist in this region and project."},
		},
		"no such API": {
			err: apiError(client.OpShowVPCChannel, 404, "APIGW.0101"), set: byID,
			advice: []string{"No such API at this address. Check that region, cloud and endpoints lead to the service apig."},
		},
		"a 404 of IAM": {err: apiError(client.OpListProjects, 404, "IAM.0004"), set: byID},
		"forbidden": {
			err: apiError(client.OpShowVPCChannel, 403, "APIG.1005"), set: byID, provider: keys,
			advice: []string{
				"apig:vpcChannels:get", "apig:loadBalanceChannel:get", "access_key from HW_ACCESS_KEY",
				"may belong to another account or region, or a token in use to another project",
			},
		},
		"forbidden to list services": {
			err: apiError(client.OpListEndpointServices, 403, "EndPoint.0002"), set: byServiceName, advice: []string{"vpcep:endpointServices:list."},
		},
		"forbidden to list gateways": {
			err: apiError(client.OpListInstances, 403, "APIG.1005"), set: byName,
			advice: []string{"apig:instances:list (in identity policies apig:instance:list)"},
		},
		"unauthorized": {
			err: apiError(client.OpShowVPCChannel, 401, "APIGW.0301"), provider: keys,
			advice: []string{"The credentials were refused.", "In use: access_key from HW_ACCESS_KEY, then agency"}, never: []string{"KooCLI", "clock"},
		},
		"unauthorized with a profile": {
			err: apiError(client.OpShowVPCChannel, 401, "APIGW.0301"), provider: profile, advice: []string{"In use: access_key from the profile ops.", "KooCLI"},
		},
		"an expired signature": {
			err:    withMessage(apiError(client.OpShowVPCChannel, 401, "APIGW.0303"), "Incorrect app authentication information: signature expired"),
			advice: []string{"clock of this machine is off by more than 15 minutes"},
		},
		"a wrong signature": {
			err:    withMessage(apiError(client.OpShowVPCChannel, 401, "APIGW.0303"), "Incorrect app authentication information: app not found"),
			advice: []string{"The credentials were refused."}, never: []string{"clock"},
		},
		"an expired token":       {err: apiError(client.OpShowVPCChannel, 401, "APIGW.0307"), advice: []string{"The token has expired."}},
		"throttled":              {err: apiError(client.OpShowVPCChannel, 429, ""), advice: []string{"throttling", "-parallelism", "max_retries"}},
		"throttled with a 403":   {err: apiError(client.OpShowVPCChannel, 403, "APIGW.0308"), advice: []string{"throttling"}},
		"a failing service":      {err: apiError(client.OpShowVPCChannel, 502, ""), set: byID, advice: []string{"Try again later; if this persists, give the request ID"}},
		"a method not allowed":   {err: apiError(client.OpShowVPCChannel, 405, ""), advice: []string{"lead to the service apig"}},
		"a reported failure":     {err: notReceived(client.ReasonReportedFailure, nil), advice: []string{"The service reports a failure."}},
		"an unexpected response": {err: notReceived(client.ReasonUnexpectedResponse, nil), advice: []string{"not from this API", "the service dli"}},
		"a wrong type":           {err: notReceived(client.ReasonWrongFieldType, nil), advice: []string{"another type than documented", "the service dli", "/issues"}},
		"a large list":           {err: notReceived(client.ReasonResponseTooLarge, nil), advice: []string{"limit and offset"}},
		"a redirect":             {err: notReceived(client.ReasonRedirect, nil), advice: []string{"Redirects to another scheme, host or port are not followed"}},
		"refused connection":     {err: notReceived(client.ReasonConnectionRefused, errors.New("x")), advice: []string{"Nothing accepts connections", "Attempts: 6", "Cause: x"}},
		"unknown host":           {err: notReceived(client.ReasonUnknownHost, nil), advice: []string{"There is no such host.", "DNS"}},
		"untrusted certificate": {
			err: notReceived(client.ReasonCertificate, nil), advice: []string{"set cacert_file to its certificate"},
		},
		"untrusted certificate with cacert_file": {
			err: notReceived(client.ReasonCertificate, nil), provider: providerData{caCertificates: true},
			advice: []string{"although cacert_file"}, never: []string{"set cacert_file"},
		},
		"TLS":                         {err: notReceived(client.ReasonTLS, nil), advice: []string{"serves HTTPS", "client certificate"}},
		"a proxy that cannot connect": {err: notReceived(client.ReasonProxy, &client.ProxyError{Host: "proxy:3128"}), advice: []string{"The proxy proxy:3128 cannot be reached."}},
		"a proxy's errorTest":         {err: notReceived(client.ReasonProxy, &client.ProxyError{Host: "proxy:3128", Status: 403}), advice: []string{"does not allow connections to this host", "NO_PROXY"}},
		"a proxy that has no route":   {err: notReceived(client.ReasonProxy, &client.ProxyError{Host: "proxy:3128", Status: 502}), advice: []string{"The proxy proxy:3128 could not connect to this host."}, never: []string{"allow"}},
		"a proxy without credentials": {err: notReceived(client.ReasonProxy, &client.ProxyError{Host: "proxy:3128", Status: 407}), advice: []string{"requires credentials", "HTTPS_PROXY"}},
		"a 407":                       {err: apiError(client.OpShowVPCChannel, 407, ""), advice: []string{"A proxy requires credentials."}},
		"timeout":                     {err: notReceived(client.ReasonTimeout, nil), advice: []string{"did not respond in time", "firewall"}},
		"reset":                       {err: notReceived(client.ReasonConnectionClosed, nil), advice: []string{"The connection was closed before the response was complete."}},
		"not sent":                    {err: notReceived(client.ReasonNotSent, nil), advice: []string{"could not be sent"}},

		"a refused sign-in": {
			err: apiError(client.OpCreateToken, 401, "1"), provider: user,
			advice: []string{"The sign-in was refused.", "user_name from HW_USER_NAME", "has a role in the project"},
		},
		"a locked user":                 {err: apiError(client.OpCreateToken, 403, ""), advice: []string{"neither locked nor disabled"}},
		"a sign-in without project":     {err: apiError(client.OpCreateToken, 404, ""), advice: []string{"project_name"}},
		"a bad sign-in":                 {err: apiError(client.OpCreateToken, 400, ""), advice: []string{"Check the provider's arguments"}},
		"a token that Keystone refuses": {err: apiError(client.OpShowToken, 401, "401"), advice: []string{"The token is not valid or has expired."}},
		"a token without a role":        {err: apiError(client.OpScopeToken, 401, ""), advice: []string{"role in the project"}},
		"a token of another account":    {err: apiError(client.OpScopeToken, 403, ""), advice: []string{"role in the project"}},
		"a token and no project":        {err: apiError(client.OpScopeToken, 404, ""), advice: []string{"No such project."}},
		"no identity provider":          {err: apiError(client.OpExchangeIDToken, 404, ""), advice: []string{"Check idp_id"}},
		"a refused ID token":            {err: apiError(client.OpExchangeIDToken, 401, ""), advice: []string{"The ID token was refused.", "audience"}},
		"an IAM that fails":             {err: apiError(client.OpExchangeIDToken, 503, ""), advice: []string{"The service failed."}},
		"no federated keys":             {err: apiError(client.OpCreateFederatedKey, 403, ""), advice: []string{"conversion rules"}},
		"a forbidden agency":            {err: apiError(client.OpAssumeAgency, 403, ""), advice: []string{"delegates to this account", "Agent Operator"}},
		"no such agency":                {err: apiError(client.OpAssumeAgency, 404, ""), advice: []string{"Check agency_name"}},
		"forbidden projects":            {err: apiError(client.OpListProjects, 403, ""), advice: []string{"Set project_id"}},
		"forbidden own projects":        {err: apiError(client.OpListAuthProjects, 403, ""), advice: []string{"Set project_id"}},
		"a token that IAM forbids":      {err: apiError(client.OpShowToken, 403, ""), advice: []string{"IAM does not permit this."}},

		"no service of that name": {
			err: noSuchName(client.OpListEndpointServices, "orders"), set: byServiceName,
			argument: "service_name", advice: []string{"Check service_name, region and project_id, or set service_id instead."}, never: []string{"letter case"},
		},
		"no service of that name, which looks like an ID": {
			err: noSuchName(client.OpListEndpointServices, uuid), set: map[string]string{"service_name": uuid},
			argument: "service_name", advice: []string{"looks like an ID. If it is one, set service_id instead."},
		},
		"a gateway in another letter case": {
			err: noSuchName(client.OpListInstances, "gateway", client.NamedID{Name: "Gateway", ID: hex}), set: byName,
			argument: "instance_name", advice: []string{"differs only in letter case"},
		},
		"no channel of that name": {
			err: noSuchName(client.OpListVPCChannels, "shop"), set: byName,
			argument: "name", advice: []string{"Check name, instance_name, region and project_id, or set vpc_channel_id instead."},
		},
		"no channel of that name in a gateway by ID": {
			err: noSuchName(client.OpListVPCChannels, "shop"), set: map[string]string{"instance_id": hex, "name": "shop"},
			argument: "name", advice: []string{"Check name, instance_id, region and project_id, or set vpc_channel_id instead."},
		},
		"several channels of a name": {
			err: noSuchName(client.OpListVPCChannels, "shop", client.NamedID{Name: "shop", ID: "1"}, client.NamedID{Name: "shop", ID: "2"}), set: byName,
			argument: "name", advice: []string{"Set vpc_channel_id instead, to the ID of the one you mean."},
		},
		"no project of the region's name": {
			err: noSuchName(client.OpListProjects, "cn-north-4"), set: byName, advice: []string{"Set project_id, or project_name in the provider block"},
		},
		"no region": {err: client.ErrNoRegion, argument: "region", advice: []string{"HW_REGION_NAME"}},
		"an endpoint of another region": {
			err: &client.EndpointError{Service: "vpcep", Endpoint: "https://a", Region: "b", OwnRegion: "c"}, set: map[string]string{"region": "b"},
			argument: "region", advice: []string{"{region}", "remove vpcep from endpoints"},
		},
		"a changing list":    {err: client.ErrListChanged, advice: []string{"Entries were added or removed during every attempt, or the responses of the service contradict each other"}},
		"no ID token":        {err: noIDTokenError, provider: providerData{idTokenAdvice: "Set it."}, advice: []string{"Set it."}},
		"no credentials":     {err: &client.NoCredentialsError{Err: errors.New("nobody")}, advice: []string{"HW_ACCESS_KEY", "HW_AUTH_TOKEN", "HW_USER_PASSWORD", "assume_role_with_oidc", "HW_PROFILE", "ECS"}},
		"the read's timeout": {err: context.DeadlineExceeded, ctx: context.DeadlineExceeded, advice: []string{"did not finish within its timeout of 3m0s", "timeouts block"}},
		"a wait past it": {
			err: &client.DeadlineError{Wait: time.Hour}, advice: []string{"after the end of the read timeout of 3m0s", "timeouts block"},
		},
		"a response that asks for such a wait": {
			err:    &client.Error{Status: 503, Err: &client.DeadlineError{Wait: time.Hour, RetryAfter: true}},
			advice: []string{"Status: 503 Service Unavailable", "after the end of the read timeout of 3m0s"},
		},
		"canceled": {err: context.Canceled, ctx: context.Canceled, advice: []string{"The read was canceled."}, never: []string{"timeouts"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := failure{
				operation: operation{service: "apig", summary: "Unable to read thing", requested: "thing"},
				err:       tt.err, ctxErr: tt.ctx, timeout: 3 * time.Minute, arguments: tt.set, declared: map[string]any{}, data: &tt.provider,
			}
			for _, pair := range namesAndIDs {
				failed.declared[pair.id], failed.declared[pair.name] = true, true
			}
			delete(failed.declared, tt.lacks)
			argument, detail := describedAt(t, failed.diagnostic())
			if argument != tt.argument {
				t.Errorf("the argument is %q, want %q", argument, tt.argument)
			}
			for _, part := range tt.advice {
				if !strings.Contains(detail, part) {
					t.Errorf("the detail lacks %q:\n%s", part, detail)
				}
			}
			for _, part := range tt.never {
				if strings.Contains(detail, part) {
					t.Errorf("the detail has %q:\n%s", part, detail)
				}
			}
			for _, placeholder := range []string{"{service}", "{permission}", "{credentials}", "{proxy}", "{endpoints}"} {
				if strings.Contains(detail, placeholder) {
					t.Errorf("the detail has the placeholder %s:\n%s", placeholder, detail)
				}
			}
		})
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

// TestPermissions requires the permission of every operation of the client, except those that sign
// in or look up the project.
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
		operation := client.Operation(strings.TrimPrefix(declared.Names[0].Name, "Op"))
		if !slices.Contains(iamOperations, operation) && operation != client.OpRequestIDToken {
			checked++
			if permissions[operation] == "" {
				t.Errorf("permissions in advice.go lacks that of %s", operation)
			}
		}
		return true
	})
	if checked != len(permissions) {
		t.Errorf("%d operations of data sources, and %d permissions", checked, len(permissions))
	}
}
