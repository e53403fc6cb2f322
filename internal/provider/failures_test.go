package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// failedRead is a read that fails, and what its diagnostic has to say of the cause.
type failedRead struct {
	// source and set are the data source and its arguments, by default connections of a service;
	// settings are those of the provider.
	source        string
	set, settings object
	// action is what the server does, and change what the cloud is like.
	action simulator.Action
	change func(*simulator.Data)
	// address takes the place of the cloud's.
	address string

	// argument that the diagnostic points at, "" for none.
	argument string
	// cause is a part of the facts, and advice one of what to do.
	cause, advice string
}

// summaries are those of the diagnostics of reads.
var summaries = map[string]string{
	serviceConnectionsSource:  "Unable to list VPC endpoint service connections",
	enhancedConnectionsSource: "Unable to list DLI enhanced datasource connections",
	vpcChannelSource:          "Unable to read VPC channel",
	vpcChannelsSource:         "Unable to list VPC channels",
}

// TestFailures reads through every failure of a request that has advice of its own. Each row is
// named after the true cause.
func TestFailures(t *testing.T) {
	t.Parallel()
	rows := connectionFailures(t)
	maps.Copy(rows, responseFailures())
	maps.Copy(rows, apiFailures())
	var table faultTable
	t.Cleanup(func() { table.log(t) })
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
			table.add(name, row.argument, row.advice)
		})
	}
}

func (f failedRead) check(t *testing.T) {
	t.Helper()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	if f.change != nil {
		c.Update(f.change)
	}
	if f.action != nil {
		c.Inject(simulator.Fault{Action: f.action})
	}
	settings := merge(object{"max_retries": int64(0)}, f.settings)
	if f.address != "" {
		settings["endpoints"] = object{"vpcep": f.address, "dli": f.address, "apig": f.address, "iam": f.address}
	}
	source, set := f.source, f.set
	if source == "" {
		source, set = serviceConnectionsSource, merge(object{"service_id": simulator.ServiceID}, set)
	}
	found := c.configure(t, settings).read(t, source, set)
	if len(found.errors) != 1 {
		t.Fatalf("errors %q", found.errors)
	}
	start := ": " + summaries[source] + ": Requested: "
	if f.argument != "" {
		start = fmt.Sprintf("AttributeName(%q)", f.argument) + start
	}
	if !strings.HasPrefix(found.errors[0], start) {
		t.Errorf("the error does not start with %q: %s", start, found.errors[0])
	}
	_, after, ok := strings.Cut(found.errors[0], f.cause)
	if !ok || f.cause == "" || f.advice == "" || !strings.Contains(after, f.advice) {
		t.Errorf("the error lacks %q and then %q: %s", f.cause, f.advice, found.errors[0])
	}
}

// connectionFailures are those of the way to the server.
func connectionFailures(t *testing.T) map[string]failedRead {
	t.Helper()
	quiet := log.New(io.Discard, "", 0)
	serve := func(start func(*httptest.Server)) *httptest.Server {
		server := httptest.NewUnstartedServer(simulator.New())
		server.Config.ErrorLog = quiet // Of handshakes that fail.
		start(server)
		t.Cleanup(server.Close)
		return server
	}
	plain, secure := serve((*httptest.Server).Start), serve((*httptest.Server).StartTLS)
	withCertificate := func(change func(*x509.Certificate)) (address, file string) {
		cert, file := serverCertificate(t, change)
		server := serve(func(s *httptest.Server) {
			s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			s.StartTLS()
		})
		return server.URL, file
	}
	expired, expiredFile := withCertificate(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })
	elsewhere, elsewhereFile := withCertificate(func(c *x509.Certificate) { c.IPAddresses = nil })
	demanding := serve(func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
		s.StartTLS()
	})
	demandingFile := textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: demanding.Certificate().Raw})))
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host received a request for %s, with %v", r.URL, r.Header)
	}))
	t.Cleanup(other.Close)

	return map[string]failedRead{
		"nothing listens": {address: closedPort, cause: "connection refused", advice: "Nothing accepts connections at this address."},
		// A label this long is no name, so that nobody is asked for it.
		"host does not exist":           {address: "http://" + strings.Repeat("x", 64) + ".invalid", cause: "no such host", advice: "There is no such host."},
		"authority is not trusted":      {address: secure.URL, cause: "certificate", advice: "set cacert_file to its certificate"},
		"cacert_file is another's":      {address: secure.URL, settings: object{"cacert_file": expiredFile}, cause: "certificate", advice: "although cacert_file (or HW_CACERT) is set"},
		"certificate has expired":       {address: expired, settings: object{"cacert_file": expiredFile}, cause: "certificate has expired", advice: "this machine's clock"},
		"certificate is another host's": {address: elsewhere, settings: object{"cacert_file": elsewhereFile}, cause: "x509:", advice: "that the certificate names this host"},
		"HTTP behind https":             {address: strings.Replace(plain.URL, "http:", "https:", 1), cause: "HTTP response to HTTPS client", advice: "serves HTTPS on this port"},
		"HTTPS behind http":             {address: strings.Replace(secure.URL, "https:", "http:", 1), cause: "Client sent an HTTP request to an HTTPS server", advice: "write https:// in endpoints"},
		"client certificate is missing": {address: demanding.URL, settings: object{"cacert_file": demandingFile}, cause: "certificate required", advice: "set cert and key if the server requires a client certificate"},
		"server is silent":              {address: "https://" + silent.Addr().String(), cause: "timeout", advice: "The service did not respond in time."},
		"read timeout": {
			action: simulator.StallHeaders(), set: object{"timeouts": object{"read": "1s"}}, cause: "Cause: ", advice: "The read did not finish within its timeout of 1s.",
		},
		"connection is reset":   {action: simulator.Reset(), cause: "connection reset by peer", advice: "The connection was closed before the response was complete."},
		"body is cut":           {action: simulator.CutBody(), cause: "unexpected EOF", advice: "The connection was closed before the response was complete."},
		"redirect elsewhere":    {action: simulator.Redirect(302, other.URL+"/x"), cause: "redirected to " + other.URL, advice: "Redirects to another scheme, host or port are not followed"},
		"permanent redirect":    {action: simulator.Redirect(308, other.URL+"/x"), cause: "redirected to " + other.URL, advice: "set it in endpoints"},
		"redirect to a sign-in": {action: simulator.Redirect(303, "https://127.0.0.2:9/login"), cause: "redirected to https://127.0.0.2:9", advice: "a sign-in page intercepts the request"},
		"redirect in circles": {action: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Location", r.URL.String())
			w.WriteHeader(http.StatusFound)
		}, cause: "redirected 10 times", advice: "a sign-in page intercepts the request"},
	}
}

// serverCertificate makes a certificate for 127.0.0.1, and a file with it.
func serverCertificate(t *testing.T, change func(*x509.Certificate)) (cert tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"cloud.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(template)
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key},
		textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encoded})))
}

// responseFailures are responses that are not from the API, or not complete.
func responseFailures() map[string]failedRead {
	const notThisAPI = "The response is not from this API. Check that region, cloud and endpoints lead to the service vpcep."
	ok := func(body string) simulator.Action { return simulator.Respond(200, nil, body) }
	return map[string]failedRead{
		"login page":            {action: simulator.HTML(200), cause: "text/html", advice: notThisAPI},
		"empty response":        {action: simulator.Empty(200), cause: "the response is empty", advice: notThisAPI},
		"array":                 {action: ok("[]"), cause: "must be an object, got an array", advice: notThisAPI},
		"not JSON":              {action: ok("OK"), cause: "not valid JSON", advice: notThisAPI},
		"half of the JSON":      {action: ok(`{"connections":[`), cause: "not valid JSON", advice: notThisAPI},
		"another API":           {action: ok(`{"hello":"world"}`), cause: `missing field "connections"`, advice: notThisAPI},
		"field of a wrong type": {action: ok(`{"connections":[{"marker_id":"x"}],"total_count":1}`), cause: "connections[0].marker_id must be an integer, got a string", advice: "The field has another type than documented."},
		"too large":             {action: simulator.HugeBody(33 << 20), cause: "32 MiB", advice: "The response is probably not from this API."},
		"too large a list": {
			source: enhancedConnectionsSource, action: simulator.HugeBody(33 << 20), cause: "32 MiB", advice: "read it in parts with limit and offset",
		},
		"is_success is false": {
			source: enhancedConnectionsSource, action: ok(`{"is_success":false,"message":"The queue is gone."}`),
			cause: "Message: The queue is gone.", advice: "The service reports a failure. Check the arguments",
		},
		"list changes": {
			action: simulator.RewriteObject(func(response map[string]any) { response["total_count"] = 3 }),
			cause:  "The list changed during each of three attempts to read it.", advice: "Run Terraform again when there are fewer changes.",
		},
	}
}

// apiFailures are the API's own errors.
func apiFailures() map[string]failedRead {
	const keys = "In use: access_key from HW_ACCESS_KEY, secret_key from HW_SECRET_KEY."
	unauthorized := func(code, message string) simulator.Action {
		return simulator.Respond(401, nil, fmt.Sprintf(`{"error_code":%q,"error_msg":%q}`, code, message))
	}
	retried := object{"max_retries": int64(1)}
	return map[string]failedRead{
		"wrong secret key": {
			settings: object{"access_key": simulator.AccessKey, "secret_key": "another"}, cause: "Code: APIGW.0301",
			advice: "The credentials were refused. In use: access_key from the provider block, secret_key from the provider block.",
		},
		"credentials of another cloud": {action: unauthorized("APIGW.0301", "ak not exist"), cause: "ak not exist", advice: "that they belong to this cloud"},
		"wrong clock": {
			action: unauthorized("APIGW.0303", "Incorrect app authentication information: signature expired"), cause: "signature expired", advice: "the clock of this machine is off",
		},
		"no such app": {
			action: unauthorized("APIGW.0303", "Incorrect app authentication information: app not found"), cause: "app not found", advice: "The credentials were refused. " + keys,
		},
		"token has expired": {
			settings: object{"token": simulator.Token}, change: func(d *simulator.Data) { d.IAM.Tokens[0].Expires = time.Now().Add(-time.Hour) },
			cause: "Code: APIGW.0307", advice: "The token has expired. In use: token from the provider block. Set a new one",
		},
		"permission is missing": {
			action: simulator.ServiceError(403, "EndPoint.0004", "No."), cause: "Code: EndPoint.0004", advice: "lack a permission in this project: vpcep:connections:list",
		},
		"project is another account's": {
			set: object{"project_id": simulator.AgencyProjectID}, cause: "Status: 403 Forbidden", advice: "it may belong to another account",
		},
		"token is another project's": {
			settings: object{"token": simulator.Token}, set: object{"project_id": simulator.SubProjectID}, cause: "Status: 403 Forbidden", advice: "a token in use to another project",
		},
		"no such service":       {set: object{"service_id": "4189d3c2-8882-4871-a3c2-000000000000"}, argument: "service_id", cause: "Code: EndPoint.0005", advice: "No such endpoint service in this region and project."},
		"name in service_id":    {set: object{"service_id": simulator.ServiceShortName}, argument: "service_id", cause: "Code: EndPoint.0005", advice: "If it is a name, set service_name instead."},
		"service of that name":  {set: object{"service_id": nil, "service_name": "nothing"}, argument: "service_name", cause: `"nothing"`, advice: "Check service_name, region and project_id"},
		"no such gateway":       {source: vpcChannelsSource, set: object{"instance_id": "eddc4d25480b4cd6b512f270a1b8b342"}, argument: "instance_id", cause: "Code: APIG.3030", advice: "No such gateway in this region and project."},
		"no such channel":       {source: vpcChannelSource, set: object{"instance_id": simulator.InstanceID, "vpc_channel_id": "56a7d7358e1b42459c9d730d65b14e58"}, argument: "vpc_channel_id", cause: "Code: APIG.3023", advice: "No such VPC channel in this gateway."},
		"several of that name":  {source: vpcChannelSource, set: object{"instance_id": simulator.InstanceID, "name": "VPC_demo"}, argument: "name", cause: simulator.ServerChannelID, advice: "vpc_channel_id"},
		"no such API":           {set: object{"region": "xx-nowhere-1", "project_id": "x"}, cause: "Code: APIGW.0101", advice: "No such API at this address. Check that region, cloud and endpoints lead to the service vpcep."},
		"offset past the end":   {set: object{"offset": int64(2)}, change: func(d *simulator.Data) { d.VPCEP.RefuseOffsetPastEnd = true }, argument: "offset", cause: "Code: EndPoint.0010", advice: "Reduce or remove it."},
		"wrong argument":        {action: simulator.ServiceError(400, "EndPoint.0001", "Invalid."), cause: "Message: Invalid.", advice: "Check the arguments."},
		"no region of endpoint": {set: object{"region": simulator.SecondRegion}, settings: object{"endpoints": object{"vpcep": "http://127.0.0.1:9"}}, argument: "region", cause: "http://127.0.0.1:9", advice: "Write {region} in place of the region in that URL"},

		"too many requests":          {settings: retried, action: simulator.Throttle(429, ""), cause: "Attempts: 2", advice: "The API is throttling requests."},
		"too many requests, 403":     {settings: retried, action: simulator.Throttle(403, ""), cause: "Attempts: 2", advice: "The API is throttling requests."},
		"pause past the timeout":     {settings: retried, action: simulator.Throttle(429, "600"), cause: "10m0s", advice: "after the end of the read timeout of 5m0s"},
		"service fails":              {settings: retried, action: simulator.ServiceError(500, "EndPoint.0001", "Broken."), cause: "Attempts: 2", advice: "The service failed. Try again later"},
		"gateway without service":    {settings: retried, action: simulator.HTML(502), cause: "Attempts: 2", advice: "The service failed. Try again later"},
		"service is out of order":    {settings: retried, action: simulator.Empty(503), cause: "Attempts: 2", advice: "The service failed. Try again later"},
		"gateway waits for too long": {settings: retried, action: simulator.Empty(504), cause: "Attempts: 2", advice: "The service failed. Try again later"},
		"proxy without credentials":  {action: simulator.HTML(407), cause: "Status: 407", advice: "A proxy requires credentials."},
	}
}

// TestProxyFailures plans through proxies that fail. Go reads their variables once in a process.
func TestProxyFailures(t *testing.T) {
	t.Parallel()
	binary := buildProvider(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := r.Header["Proxy-Authorization"]; ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	for name, tt := range map[string]struct {
		scheme, proxy string
		want          []string
	}{
		"requires credentials":       {"https", proxy.URL, []string{"The proxy " + proxy.Listener.Addr().String() + " requires credentials."}},
		"requires credentials, http": {"http", proxy.URL, []string{"Status: 407", "A proxy requires credentials."}},
		"does not allow it":          {"https", strings.Replace(proxy.URL, "//", "//user:proxy-password@", 1), []string{"does not allow connections to this host"}},
		"cannot be reached":          {"https", closedPort, []string{"The proxy 127.0.0.1:9 cannot be reached."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.environment["HW_PROJECT_ID"], c.environment["HW_MAX_RETRIES"] = simulator.ProjectID, "0"
			w := c.newWorkspace(t, binary, fmt.Sprintf("provider \"hwcloud\" {\n  endpoints = { dli = \"%s://dli.example.invalid\" }\n}\n", tt.scheme)+allEnhancedConnections)
			printed, code := w.terraform(t, []string{"HTTPS_PROXY=" + tt.proxy, "HTTP_PROXY=" + tt.proxy, "NO_PROXY=localhost"}, "plan")
			flat := strings.Join(strings.Fields(strings.ReplaceAll(printed, "\u2502", "")), " ")
			for _, want := range append(tt.want, "Unable to list DLI enhanced datasource connections") {
				if code != 1 || !strings.Contains(flat, want) {
					t.Errorf("the plan ended with %d, and lacks %q: %s", code, want, flat)
				}
			}
			if strings.Contains(flat, "proxy-password") {
				t.Errorf("the proxy's password is in: %s", flat)
			}
		})
	}
}
