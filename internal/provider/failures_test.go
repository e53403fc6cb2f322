package provider

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// failedRead is a read that fails, and what its diagnostic has to say of the cause.
type failedRead struct {
	// source and set are the data source and its arguments, by default connections of a service;
	// settings are those of the provider, and environment are further variables.
	source                     string
	set, settings, environment object
	// action is what the server does, and address takes the place of the cloud's.
	action  simulator.Action
	address string

	// again reports whether it is the second read that has to fail so.
	again bool

	// argument that the diagnostic points at, "" for none.
	argument string
	// want are parts of the error, separated by "|": one of the facts, and one of what to do. A
	// configured value, which must not be in it, contains "hidden".
	want string
}

// TestFailures reads through a failure of each reason, so that the client's facts and the advice
// meet. Each row is named after the true cause.
func TestFailures(t *testing.T) {
	t.Parallel()
	serve := func(start func(*httptest.Server)) string {
		server := httptest.NewUnstartedServer(simulator.New())
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // Of handshakes that fail.
		start(server)
		t.Cleanup(server.Close)
		return server.URL
	}
	cert, _ := clientCertificateFiles(t)
	plain, secure := serve((*httptest.Server).Start), serve((*httptest.Server).StartTLS)
	ok := func(body string) simulator.Action { return simulator.Respond(200, nil, body) }
	const given = "The address comes from endpoints.vpcep: if it is wrong, correct or remove that."
	const fromEndpoint = "The address comes from endpoints.vpcep and region: if it is wrong, correct or remove that."
	const notThisAPI = "The response is not from this API"
	for name, row := range map[string]failedRead{
		"nothing listens": {address: closedPort, want: "connection refused|this address, or a firewall refuses them. " + given},
		// A label this long is no name, so that nobody is asked for it.
		"no such host": {address: "http://" + strings.Repeat("x", 64) + ".invalid", want: "no such host|There is no such host"},
		"untrusted":    {address: secure, want: "certificate|set cacert_file to its certificate"},
		"another authority": {
			address: secure, environment: object{"HW_CACERT": cert},
			want: "unknown authority|None of the certificates in the file of cacert_file from HW_CACERT has issued the server's",
		},
		"another name": {
			address: strings.Replace(secure, "127.0.0.1", "localhost", 1),
			want:    "not localhost|The server's certificate is for `example.com`",
		},
		"SSH": {
			action: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = io.WriteString(conn, "SSH-2.0-x\r\n")
				_ = conn.Close()
			},
			want: "malformed HTTP response|The response is not from this API|if the server expects HTTPS, begin it",
		},
		"HTTP behind https": {
			address: strings.Replace(plain, "http:", "https:", 1),
			want:    "first record|failed: if the server is plain HTTP, begin its address with http://; if the port is a proxy's",
		},
		"HTTPS behind http": {address: strings.Replace(secure, "https:", "http:", 1), want: "HTTPS server|begin it with https://"},
		"stalled":           {action: simulator.StallHeaders(), set: object{"timeouts": object{"read": "1s"}}, want: "within its timeout of 1s"},
		"reset":             {action: simulator.Reset(), want: "connection reset by peer|connection was closed: run|if the server expects HTTPS"},
		"redirect":          {action: simulator.Redirect(302, "https://127.0.0.2:9/x"), want: "https://127.0.0.2:9|None of the APIs redirects."},
		"login page": {
			action: simulator.HTML(200),
			want:   "text/html|" + notThisAPI + ", but from another web server, a proxy or a login page. " + fromEndpoint,
		},
		"empty response": {action: simulator.Empty(200), want: "the response is empty|" + notThisAPI},
		"another API":    {action: ok(`{"hello":"world"}`), want: `missing field "total_count"|` + notThisAPI},
		"wrong type": {
			action: ok(`{"connections":[{"marker_id":[]}],"total_count":1}`),
			want:   "connections[0].marker_id|another type than documented",
		},
		"another server": {action: simulator.HTML(404), want: `an HTML page titled "Sign in"|` + notThisAPI},
		"token of another project": {
			settings: object{"token": simulator.Token}, set: object{"project_id": simulator.SubProjectID}, argument: "project_id",
			want: "Status: 403|The token is for the project " + simulator.ProjectID,
		},
		"refused before": {
			settings: object{"access_key": simulator.AccessKey, "secret_key": "another"}, again: true,
			want: "The request was not sent, because the same credentials were refused before|Code: APIGW.0301|The credentials were refused.",
		},
		"another server's page, refused before": {
			action: simulator.HTML(401), settings: object{"access_key": simulator.AccessKey, "secret_key": "another"}, again: true,
			want: "The request was not sent|" + notThisAPI,
		},
		"too large": {action: simulator.HugeBody(33 << 20), want: "32 MiB|Read the list in parts with limit and offset"},
		"is_success": {
			source: enhancedConnectionsSource, action: ok(`{"is_success":false,"message":"Gone."}`),
			want: "Message: Gone.|reports a failure",
		},
		"sort key of another cloud": {
			set: object{"sort_key": "created_at"}, argument: "sort_key",
			want: "error: sort_key|values are `create_at`, `update_at`, `updated_at`: set one of them, or remove it.",
		},
		"status of a queue": {
			source: enhancedConnectionsSource, set: object{"status": "FAILED"}, argument: "status",
			want: "parameter status is invalid|The API refused status. The documented values are `ACTIVE`, `DELETED`: set one of them",
		},
		"list changes": {
			action: simulator.RewriteObject(func(o map[string]any) { o["total_count"] = 3 }),
			want:   "The list changed during|Run Terraform again",
		},
		"wrong secret key": {
			settings: object{"access_key": simulator.AccessKey, "secret_key": "another"},
			want:     "access_key from the provider block, secret_key from the provider block|If the key is temporary, set security_token, too",
		},
		"leftover token": {
			environment: object{"OS_AUTH_TOKEN": "hidden-token"},
			want: "Credentials: token from OS_AUTH_TOKEN|The token is used because it is set: to use access_key from HW_ACCESS_KEY, " +
				"secret_key from HW_SECRET_KEY in its place, unset OS_AUTH_TOKEN.",
		},
		"leftover token, by project": {
			settings: object{"token": "hidden-token"}, environment: object{"HW_PROJECT_ID": ""},
			want: "Reading what the token is for failed|secret_key from HW_SECRET_KEY in its place, remove token from the provider block.",
		},
		"leftover security token": {
			environment: object{"HW_SECURITY_TOKEN": "hidden-token"},
			want:        "security_token from HW_SECURITY_TOKEN|If the key is a permanent one, unset HW_SECURITY_TOKEN.",
		},
		"secret of another key": {
			environment: object{"HW_SECRET_KEY": "", "OS_SECRET_KEY": "hidden-secret"},
			want:        "Status: 401|Check that access_key from HW_ACCESS_KEY and secret_key from OS_SECRET_KEY belong to the same key.",
		},
		"secret of another key, security token unread": {
			settings:    object{"access_key": simulator.AccessKey},
			environment: object{"HW_SECRET_KEY": "hidden-secret", "HW_SECURITY_TOKEN": "hidden-token"},
			want:        "HW_SECURITY_TOKEN was not read|access_key from the provider block and secret_key from HW_SECRET_KEY belong to the",
		},
		"leftover project": {
			environment: object{"HW_PROJECT_ID": "", "OS_PROJECT_ID": "0123456789abcdef0123456789abcdef"},
			want:        "in region cn-north-4, project from OS_PROJECT_ID.|The project comes from OS_PROJECT_ID: if it is wrong, correct or",
		},
		"wrong project": {
			set: object{"project_id": "0123456789abcdef0123456789abcdef"}, argument: "project_id",
			want: "project 0123456789abcdef0123456789abcdef.|The project comes from project_id: if it is wrong",
		},
		"project of the block": {
			settings: object{"project_id": "0123456789abcdef0123456789abcdef"},
			want:     "project from project_id in the provider block.|The project comes from project_id in the provider block",
		},
		"wrong name of a project": {
			environment: object{"HW_PROJECT_ID": "", "OS_TENANT_NAME": "hidden-project"},
			want: "Requested: connections|None of the projects has the name from OS_TENANT_NAME|" +
				"The project comes from OS_TENANT_NAME: if it is wrong",
		},
		"user of another name": {
			environment: object{
				"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_PROJECT_ID": "", "HW_PROJECT_NAME": "hidden-project",
				"OS_USERNAME": "hidden", "HW_USER_PASSWORD": "hidden-password", "OS_DOMAIN_NAME": "hidden",
			},
			want: "Signing in as user from OS_USERNAME of domain from OS_DOMAIN_NAME failed.|The project comes from HW_PROJECT_NAME: if it is",
		},
		"agency of another name": {
			settings: object{"assume_role": list{object{"agency_name": "nobody", "domain_name": "hidden"}}},
			want: "Assuming agency from assume_role[0].agency_name in the provider block of domain from assume_role[0].domain_name in the " +
				"provider block failed.",
		},
		"identity provider of another name": {
			settings: object{"assume_role_with_oidc": object{"idp_id": "nobody", "id_token": "hidden"}},
			want:     "at identity provider from assume_role_with_oidc.idp_id in the provider block failed.|IAM refused this. Check idp_id",
		},
		"name for project": {
			set: object{"project_id": simulator.Region}, argument: "project_id",
			want: "Status: 403 Forbidden|set its ID here, or project_name in another provider block, with an alias.",
		},
		"no such gateway of channels": {
			source: vpcChannelsSource, set: object{"instance_name": "nothing"}, argument: "instance_name",
			want: `"nothing"|Check instance_name`,
		},
		"no such name": {
			set: object{"service_id": nil, "service_name": "nothing"}, argument: "service_name",
			want: `"nothing"|use hwcloud_vpcep_services: its list is then empty.|Check service_name`,
		},
		"unknown region": {
			set:  object{"region": "xx-nowhere-1", "project_id": "x"},
			want: "Code: APIGW.0101|it does not lead to the service vpcep. " + fromEndpoint,
		},
		"region of endpoint": {
			set: object{"region": simulator.SecondRegion}, address: closedPort, argument: "region",
			want: "Requested: |The address in endpoints.vpcep serves one region",
		},
		"pause past the end": {
			settings: object{"max_retries": int64(1)}, action: simulator.Throttle(429, "600"),
			want: "10m0s|Set a longer read in a timeouts block",
		},
		"proxy": {action: simulator.HTML(407), want: "Status: 407|requires credentials (407), put them into its URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

func (f failedRead) check(t *testing.T) {
	t.Helper()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.setVariables(f.environment)
	if f.action != nil {
		c.Inject(simulator.Fault{Action: f.action})
	}
	settings := merge(object{"max_retries": int64(0)}, f.settings)
	if f.address != "" {
		settings["endpoints"] = object{"vpcep": f.address}
	}
	source, set := f.source, f.set
	if source == "" {
		source, set = serviceConnectionsSource, merge(object{"service_id": simulator.ServiceID}, set)
	}
	s := c.configure(t, settings)
	if f.again {
		s.read(t, source, set)
	}
	found := s.read(t, source, set)
	if len(found.errors) != 1 {
		t.Fatalf("errors %q", found.errors)
	}
	start := ": Unable to "
	if f.argument != "" {
		start = fmt.Sprintf("AttributeName(%q)", f.argument) + start
	}
	if !strings.HasPrefix(found.errors[0], start) {
		t.Errorf("the error does not start with %q: %s", start, found.errors[0])
	}
	for part := range strings.SplitSeq(f.want, "|") {
		if !strings.Contains(found.errors[0], part) {
			t.Errorf("the error lacks %q: %s", part, found.errors[0])
		}
	}
	if strings.Contains(found.errors[0], "hidden") {
		t.Errorf("a configured value is in the error %s", found.errors[0])
	}
}
