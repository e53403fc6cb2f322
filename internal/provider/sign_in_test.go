package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// signInMethod is a way to sign in.
type signInMethod struct {
	// arguments of the provider, and variables that its environment has.
	arguments   object
	environment map[string]string
	// change prepares the cloud, if it is set.
	change func(*simulator.Data)
	// serve serves the cloud at another address, if it is set, and returns the arguments that this
	// takes.
	serve func(*testing.T, *cloud) object
	// project that is read from then, by default the first.
	project string
}

// unscopedToken is a token of the default user without a project.
const unscopedToken = "simulated-token-without-a-project-000000000000000001"

// waysToSignInTo returns all ways to sign in to a cloud. file is one of KooCLI with [profiles].
func waysToSignInTo(t *testing.T, c *cloud, file string) map[string]signInMethod {
	t.Helper()
	keys := object{"access_key": simulator.AccessKey, "secret_key": simulator.SecretKey}
	user := object{"user_name": simulator.UserName, "password": simulator.Password, "domain_name": simulator.DomainName}
	token := object{"token": simulator.Token}
	profile := func(name string) object { return object{"shared_config_file": file, "profile": name} }
	first := object{"agency_name": simulator.AgencyName, "domain_name": simulator.AgencyDomainName}
	agency := object{"assume_role": list{first}}
	chain := object{"assume_role": list{first, object{"agency_name": simulator.ChainedAgencyName, "domain_name": simulator.ChainedDomainName}}}
	ecs := map[string]string{"HW_METADATA_ENDPOINT": c.MetadataURL()}
	idTokenFile := textFile(t, simulator.IDToken+"\n")
	oidc := func(arguments object) object {
		return object{"assume_role_with_oidc": merge(object{"idp_id": simulator.IdentityProviderID}, arguments)}
	}
	oidcVariables := map[string]string{"HW_ASSUME_ROLE_IDP_ID": simulator.IdentityProviderID, "HW_ASSUME_ROLE_ID_TOKEN": simulator.IDToken}
	agencyVariables := map[string]string{"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_NAME": simulator.AgencyDomainName}
	withoutToken := func(status int) signInMethod {
		return signInMethod{environment: ecs, change: func(d *simulator.Data) { d.Metadata.TokenStatus = status }}
	}
	return map[string]signInMethod{
		"keys": {arguments: keys},
		"keys of the environment": {environment: map[string]string{
			"HW_ACCESS_KEY": simulator.AccessKey, "OS_SECRET_KEY": simulator.SecretKey,
		}},
		"temporary keys": {arguments: object{"access_key": "temporary-sso", "secret_key": "secret-sso", "security_token": "security-sso"}},
		"token":          {arguments: token},
		"user":           {arguments: user},
		"profile":        {arguments: profile("without place")},
		"SSO profile":    {arguments: profile("sso")},
		"agency profile": {arguments: profile("agency"), project: simulator.AgencyProjectID},
		"current profile": {
			arguments: object{"shared_config_file": file, "region": simulator.SecondRegion}, project: simulator.SecondProjectID,
		},
		"ECS":                {environment: ecs, change: func(d *simulator.Data) { d.Metadata.TokenRequired = true }},
		"ECS without token":  withoutToken(http.StatusNotFound),
		"ECS without method": withoutToken(http.StatusMethodNotAllowed),
		"ECS out of order":   withoutToken(http.StatusServiceUnavailable),
		"agency":             {arguments: merge(keys, agency), project: simulator.AgencyProjectID},
		"agency of the environment": {
			arguments: keys, project: simulator.AgencyProjectID,
			environment: map[string]string{
				"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_ID": simulator.AgencyDomainID,
				"HW_ASSUME_ROLE_DURATION": "900",
			},
		},
		"chain of agencies":      {arguments: merge(keys, chain), project: simulator.ChainedProjectID},
		"agency for a user":      {arguments: merge(user, agency), project: simulator.AgencyProjectID},
		"agency for a token":     {arguments: merge(token, agency), project: simulator.AgencyProjectID},
		"agency for an ECS":      {arguments: agency, environment: ecs, project: simulator.AgencyProjectID},
		"chain for a user":       {arguments: merge(user, chain), project: simulator.ChainedProjectID},
		"project by its name":    {arguments: merge(keys, object{"project_name": simulator.SubProjectName}), project: simulator.SubProjectID},
		"user's project by name": {arguments: merge(user, object{"project_name": simulator.SubProjectName}), project: simulator.SubProjectID},
		"user's project":         {arguments: merge(user, object{"project_id": simulator.SubProjectID}), project: simulator.SubProjectID},
		"user's other region":    {arguments: merge(user, object{"region": simulator.SecondRegion}), project: simulator.SecondProjectID},
		"agency's project":       {arguments: merge(user, agency, object{"project_id": simulator.AgencyProjectID}), project: simulator.AgencyProjectID},

		"user by ID": {arguments: object{"user_id": simulator.UserID, "password": simulator.Password, "domain_id": simulator.DomainID}},
		"user by ID without domain": {environment: map[string]string{
			"OS_USER_ID": simulator.UserID, "OS_PASSWORD": simulator.Password,
		}},
		"user with a client certificate": {arguments: user, serve: requireClientCertificate},
		"unscoped token":                 {arguments: object{"token": unscopedToken}, change: addUnscopedToken},
		"unscoped token, known project": {
			arguments: object{"token": unscopedToken, "project_id": simulator.ProjectID}, change: addUnscopedToken,
		},
		"agency for an unscoped token": {
			arguments: merge(object{"token": unscopedToken}, agency), change: addUnscopedToken, project: simulator.AgencyProjectID,
		},

		"ID token":                    {arguments: oidc(object{"id_token": simulator.IDToken})},
		"ID token file":               {arguments: oidc(object{"id_token_file": idTokenFile})},
		"ID token of the environment": {environment: oidcVariables},
		"ID token file of the environment": {environment: map[string]string{
			"HW_ASSUME_ROLE_IDP_ID": simulator.IdentityProviderID, "HW_ASSUME_ROLE_ID_TOKEN_FILE": idTokenFile,
		}},
		"GitHub Actions": {
			arguments: oidc(object{"audience": "https://cloud.example.com"}),
			environment: map[string]string{
				"ACTIONS_ID_TOKEN_REQUEST_URL": c.GitHubURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": simulator.GitHubRequestToken,
			},
			change: func(d *simulator.Data) {
				d.IAM.IdentityProviders[0].IDTokens, d.IAM.IdentityProviders[0].Audience = nil, "https://cloud.example.com"
			},
		},
		"HCP Terraform": {arguments: oidc(nil), environment: map[string]string{"TFC_WORKLOAD_IDENTITY_TOKEN": simulator.IDToken}},
		"agency for an ID token": {
			arguments: oidc(merge(first, object{"id_token_file": idTokenFile, "duration": int64(900)})), project: simulator.AgencyProjectID,
		},
		"agency of the environment for an ID token": {
			arguments: oidc(object{"id_token_file": idTokenFile}), environment: agencyVariables, project: simulator.AgencyProjectID,
		},
		"chain for an ID token": {
			arguments: merge(oidc(merge(first, object{"id_token": simulator.IDToken})), object{"assume_role": chain["assume_role"].(list)[1:]}), //nolint:forcetypeassert // It is above.
			project:   simulator.ChainedProjectID,
		},
	}
}

func addUnscopedToken(d *simulator.Data) {
	d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{Value: unscopedToken, DomainID: simulator.DomainID})
}

// requireClientCertificate serves a cloud to clients that have a certificate.
func requireClientCertificate(t *testing.T, c *cloud) object {
	t.Helper()
	cert, key := clientCertificateFiles(t)
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(readFileOf(t, cert)) {
		t.Fatal("there is no certificate")
	}
	server := httptest.NewUnstartedServer(c.Server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Of handshakes without a certificate.
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	c.URL = server.URL
	authority := textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return object{"cacert_file": authority, "cert": cert, "key": key}
}

// newCloudFor is a cloud for one way to sign in.
func newCloudFor(t *testing.T, file, name string) (*cloud, signInMethod) {
	t.Helper()
	c := newCloud(t)
	way, ok := waysToSignInTo(t, c, file)[name]
	if !ok {
		t.Fatalf("there is no way %q", name)
	}
	if way.serve != nil {
		way.arguments = merge(way.arguments, way.serve(t, c))
	}
	if way.project == "" {
		way.project = simulator.ProjectID
	}
	c.environment = map[string]string{"HW_REGION_NAME": simulator.Region, "HW_METADATA_ENDPOINT": closedPort}
	maps.Copy(c.environment, way.environment)
	c.Update(func(d *simulator.Data) {
		d.IAM.Keys = append(d.IAM.Keys,
			simulator.Key{Access: "key-profile", Secret: "secret-profile", DomainID: simulator.DomainID},
			simulator.Key{Access: "temporary-sso", Secret: "secret-sso", SecurityToken: "security-sso", DomainID: simulator.DomainID})
		d.DLI.Projects[way.project] = simulator.EnhancedConnections(3)
		if way.change != nil {
			way.change(d)
		}
	})
	return c, way
}

// hcl writes the arguments of a block in a configuration, one a line.
func hcl(arguments object) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		switch value := arguments[name].(type) {
		case list:
			for _, block := range value {
				fmt.Fprintf(&b, "  %s {\n%s}\n", name, hcl(block.(object))) //nolint:forcetypeassert // A block is an object.
			}
		case object:
			fmt.Fprintf(&b, "  %s {\n%s}\n", name, hcl(value))
		case string:
			fmt.Fprintf(&b, "  %s = %q\n", name, value)
		default:
			fmt.Fprintf(&b, "  %s = %v\n", name, value)
		}
	}
	return b.String()
}

// isSignIn reports whether a request provides credentials or a project, not what is read.
func isSignIn(r simulator.Request) bool {
	return slices.Contains([]string{"iam", "metadata", "github"}, r.Service)
}

const allEnhancedConnections = "data \"hwcloud_dli_enhanced_connections\" \"all\" {}\n"

func TestSignInThroughTerraform(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name := range waysToSignInTo(t, newCloud(t), file) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.run(t, c.block(hcl(way.arguments))+allEnhancedConnections+`
output "found" {
  value = "${data.hwcloud_dli_enhanced_connections.all.connection_count} in ${data.hwcloud_dli_enhanced_connections.all.project_id}"
}
`, statecheck.ExpectKnownOutputValue("found", knownvalue.StringExact("3 in "+way.project)))
			if n := c.Count(func(r simulator.Request) bool { return r.Service == "dli" && r.Status == http.StatusOK }); n == 0 {
				t.Error("no list was read")
			}
		})
	}
}

// manyReads are 15 reads of all data sources, each of the first region or of the second in turn.
// otherRegion is the second, or the first again.
func manyReads(t *testing.T, otherRegion string) []faultRead {
	t.Helper()
	sources := slices.Sorted(maps.Keys(dataSources))
	var reads []faultRead
	for i := range 15 {
		source, region := sources[i%len(sources)], simulator.Region
		facts := factsOf(t, source)
		arguments := facts.InRegion
		if i/len(sources)%2 == 1 && otherRegion != region {
			region, arguments = otherRegion, facts.InSecondRegion
		}
		reads = append(reads, faultRead{exampleRead{Arguments: merge(arguments, object{"region": region})}, source})
	}
	return reads
}

// readAtOnce reads 15 data sources in two regions at once.
func (s *session) readAtOnce(t *testing.T) {
	t.Helper()
	var wait sync.WaitGroup
	for _, read := range manyReads(t, simulator.SecondRegion) {
		wait.Go(func() {
			if got := s.read(t, read.source, read.Arguments); got.errors != nil {
				t.Error(got.errors)
			}
		})
	}
	wait.Wait()
}

// TestManyReadsShareOneSignIn reads 15 data sources in two regions at once.
func TestManyReadsShareOneSignIn(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	projects := []string{"iam " + simulator.SecondRegion + " project " + simulator.SecondRegion, "iam " + simulator.Region + " project " + simulator.Region}
	const metadata = "metadata /meta-data/latest/api/token|metadata /openstack/latest/securitykey"
	const agency = "iam cn-north-4 agency agency_name=example-agency domain_name=example-agency-domain"
	const chained = "iam cn-north-4 agency agency_name=example-chained-agency domain_name=example-chained-domain"
	for name, want := range map[string][]string{
		"keys":    projects,
		"profile": projects,
		"ECS":     append(strings.Split(metadata, "|"), projects...),
		// A user's token is for one project, whose ID comes with it.
		"user": {
			"iam " + simulator.Region + " user " + simulator.UserName + " for " + simulator.Region,
			"iam " + simulator.SecondRegion + " user " + simulator.UserName + " for " + simulator.SecondRegion,
		},
		"agency":            append([]string{agency}, projects...),
		"chain of agencies": append([]string{agency, chained}, projects...),
		"agency for a user": append([]string{"iam " + simulator.Region + " user " + simulator.UserName + " for " + simulator.Region, agency}, projects...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.Update(func(d *simulator.Data) {
				d.Latency = 20 * time.Millisecond // All of them send a request before the first response.
			})
			c.moveObjectsTo(way.project)
			s := c.configure(t, way.arguments)
			if n := c.Count(nil); n != 0 || s.diagnostics.errors != nil {
				t.Fatalf("%d requests, errors %q", n, s.diagnostics.errors)
			}
			s.readAtOnce(t)
			var got []string
			for _, line := range c.requestLines(t) {
				if strings.HasPrefix(line, "iam ") || strings.HasPrefix(line, "metadata ") {
					line, _, _ = strings.Cut(line, " by ")
					got = append(got, line)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
				t.Errorf("requests to sign in (-want +got)\n%s", diff)
			}
			if n := c.Count(func(r simulator.Request) bool { return !isSignIn(r) && r.Status != http.StatusOK }); n != 0 {
				t.Errorf("%d requests of the data sources failed", n)
			}
		})
	}
}

// TestCredentialsThatExpireBetweenPages lets all issued credentials expire when the first page of a
// list is requested.
func TestCredentialsThatExpireBetweenPages(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name, renewals := range map[string]map[string]int{
		"user":              {"/auth/tokens": 2},
		"ECS":               {"/securitykey": 2},
		"agency":            {"/securitytokens": 2},
		"agency for a user": {"/auth/tokens": 2, "/securitytokens": 2},
		"ID token file":     {"/id-token/tokens": 2, "/securitytokens": 2},
		"GitHub Actions":    {"/idtoken": 2, "/id-token/tokens": 2, "/securitytokens": 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.Update(func(d *simulator.Data) {
				d.VPCEP.Services[simulator.ServiceID].Connections = simulator.Connections(2500)
				d.VPCEP.Services[simulator.ServiceID].ProjectID = way.project
			})
			expired := false
			c.OnList(func(d *simulator.Data, _ simulator.Request) {
				if expired {
					return
				}
				expired = true
				past := time.Now().Add(-time.Minute)
				for i := range d.IAM.Tokens {
					d.IAM.Tokens[i].Expires = past
				}
				for i, key := range d.IAM.Keys {
					if key.SecurityToken != "" {
						d.IAM.Keys[i].Expires = past
					}
				}
			})
			s := c.configure(t, way.arguments)
			if got := s.read(t, serviceConnectionsSource, object{"service_id": simulator.ServiceID}); got.errors != nil {
				t.Error(got.errors)
			}
			counted := map[string]int{}
			for _, path := range []string{"/auth/tokens", "/securitykey", "/securitytokens", "/id-token/tokens", "/idtoken"} {
				if n := c.Count(func(r simulator.Request) bool { return strings.HasSuffix(r.Path, path) && r.Status < 300 }); n > 0 {
					counted[path] = n
				}
			}
			if diff := cmp.Diff(renewals, counted); diff != "" {
				t.Errorf("sign-ins (-want +got)\n%s", diff)
			}
			refused := c.Count(func(r simulator.Request) bool { return r.Service == "vpcep" && r.Status == http.StatusUnauthorized })
			if pages := c.Count(func(r simulator.Request) bool { return r.Service == "vpcep" && r.Status == http.StatusOK }); pages != 3 || refused < 1 || refused > 2 {
				t.Errorf("%d pages and %d refused requests, want 3, and 1 or 2", pages, refused)
			}
		})
	}
}

// TestRefusedTwice returns the second 401 on a fresh credential as the result.
func TestRefusedTwice(t *testing.T) {
	t.Parallel()
	c, way := newCloudFor(t, profiles(t), "user")
	c.Inject(simulator.Fault{Service: "dli", Action: simulator.Respond(http.StatusUnauthorized, nil,
		`{"error_code":"APIGW.0307","error_msg":"The token must be updated","request_id":"the-id"}`)})
	got := c.configure(t, way.arguments).read(t, enhancedConnectionsSource, nil)
	if text := strings.Join(got.errors, "\n"); !strings.Contains(text, "Code: APIGW.0307 Message: The token must be updated Request ID: ") {
		t.Errorf("the error is %s", text)
	}
	if n, signIns := c.Count(func(r simulator.Request) bool { return r.Service == "dli" }),
		c.Count(func(r simulator.Request) bool { return strings.HasSuffix(r.Path, "/auth/tokens") }); n != 2 || signIns != 2 {
		t.Errorf("%d reads and %d sign-ins, want 2 of each", n, signIns)
	}
}

// TestRefreshedInTime refreshes credentials before they are refused.
func TestRefreshedInTime(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"user", "ECS", "agency", "ID token file", "GitHub Actions", "agency for an ID token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, profiles(t), name)
			const life = 5 * time.Second
			c.Update(func(d *simulator.Data) {
				d.IAM.TokenLifetime, d.IAM.KeyLifetime, d.Metadata.KeyLifetime = life, life, life
			})
			s := c.configure(t, way.arguments)
			for read := range 2 {
				if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil {
					t.Error(got.errors)
				}
				if read == 0 {
					time.Sleep(life)
				}
			}
			issued := c.Count(func(r simulator.Request) bool {
				return strings.HasSuffix(r.Path, "/auth/tokens") || strings.HasSuffix(r.Path, "/securitytokens") || strings.HasSuffix(r.Path, "/securitykey")
			})
			if refused := c.Count(func(r simulator.Request) bool { return r.Status == http.StatusUnauthorized }); issued < 2 || refused != 0 {
				t.Errorf("%d sign-ins and %d refused requests, want 2 and none", issued, refused)
			}
		})
	}
}

// TestNoIAMRequestForKnownProject plans and applies with keys and a project ID.
func TestNoIAMRequestForKnownProject(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.run(t, c.block(hcl(object{"project_id": simulator.ProjectID}))+allEnhancedConnections)
	if n := c.Count(isSignIn); n != 0 {
		t.Errorf("%d requests to IAM", n)
	}
	if c.Count(nil) == 0 {
		t.Error("no list was read")
	}
}

// TestConfiguringMakesNoRequest configures the provider in all ways, and reads nothing.
func TestConfiguringMakesNoRequest(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name := range waysToSignInTo(t, newCloud(t), file) {
		c, way := newCloudFor(t, file, name)
		if s := c.configure(t, way.arguments); s.diagnostics.errors != nil {
			t.Errorf("%s: %s", name, s.diagnostics.errors)
		}
		if n := c.Count(nil); n != 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// TestSignInErrors fails in every way in which a sign-in can, through Terraform.
func TestSignInErrors(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	agency := func(name, domain string) object {
		return object{"assume_role": list{object{"agency_name": name, "domain_name": domain}}}
	}
	oidc := func(arguments object) object {
		return object{"assume_role_with_oidc": merge(object{"idp_id": simulator.IdentityProviderID}, arguments)}
	}
	for name, test := range map[string]struct {
		way       string
		arguments object
		change    func(*cloud)
		want      []string
	}{
		"wrong password": {"user", object{"password": "a-wrong-password"}, nil, []string{
			`Signing in as user "example-user" of domain "example-domain" failed.`, "Request: POST ", "/v3/auth/tokens", "Status: 401 Unauthorized",
			"Message: The username or password is wrong.", "Request ID: ", "role in the project",
		}},
		"wrong domain": {"user", object{"domain_name": "nobody's"}, nil, []string{"Status: 401 Unauthorized", "role in the project"}},
		"wrong secret": {"keys", object{"secret_key": "a-wrong-secret"}, nil, []string{
			"Looking up the project of region cn-north-4 failed.", "Status: 401 Unauthorized", "Code: APIGW.0301",
			"Message: Incorrect IAM authentication information: verify aksk signature fail", "Request ID: ", "In use: access_key",
		}},
		"wrong secret and project": {"keys", object{"secret_key": "a-wrong-secret", "project_id": simulator.ProjectID}, nil, []string{
			"Request: GET ", "/datasource/enhanced-connections", "Code: APIGW.0301", "verify aksk signature fail", "Request ID: ",
		}},
		"wrong key":            {"keys", object{"access_key": "nobody"}, nil, []string{"Code: APIGW.0301", "ak nobody not exist"}},
		"wrong security token": {"temporary keys", object{"security_token": "a-wrong-security-token"}, nil, []string{"Code: APIGW.0301", "the security token does not belong"}},
		"wrong token":          {"token", object{"token": "a-wrong-token"}, nil, []string{"Status: 401 Unauthorized", "Code: APIGW.0301"}},
		"expired token": {"token", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.IAM.Tokens[0].Expires = time.Now().Add(-time.Hour) })
		}, []string{"Code: APIGW.0307", "The token has expired."}},
		"no region": {"keys", nil, func(c *cloud) { delete(c.environment, "HW_REGION_NAME") }, []string{
			"No region is set.", "HW_REGION_NAME",
		}},
		"no project": {"keys", object{"project_name": "nothing"}, nil, []string{`"nothing"`, "Set project_id"}},
		"user without project": {"user", object{"project_name": "nothing"}, nil, []string{
			`Signing in as user "example-user" of domain "example-domain" failed.`, "Status: 404 Not Found", "Could not find project: nothing", "Check project_name",
		}},
		"several projects": {"keys", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) {
				d.IAM.Projects = append(d.IAM.Projects, simulator.Project{ID: "another", Name: simulator.Region, DomainID: simulator.DomainID, Region: simulator.Region})
			})
		}, []string{`"cn-north-4"`, simulator.ProjectID, "another", "Set project_id"}},
		"similar projects": {"keys", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusOK, nil, `{"projects":[{"id":"p1","name":"cn-north-4_lab"}]}`)})
		}, []string{`"cn-north-4"`, "cn-north-4_lab", "p1", "Set project_id"}},
		"no such agency": {"keys", agency("nobody", simulator.AgencyDomainName), nil, []string{
			`Assuming agency "nobody" of domain "example-agency-domain" failed.`, "Request: POST ", "/v3.0/OS-CREDENTIAL/securitytokens",
			"Status: 404 Not Found", "Could not find agency: nobody", "Request ID: ", "Check agency_name",
		}},
		"no such domain": {"keys", agency(simulator.AgencyName, "nobody's"), nil, []string{`Assuming agency "example-agency" of domain "nobody's" failed.`, "Status: 404"}},
		"agency that trusts others": {"keys", agency(simulator.ChainedAgencyName, simulator.ChainedDomainName), nil, []string{
			"Status: 403 Forbidden", "delegates to this account",
		}},
		"no response": {"ECS", nil, func(c *cloud) { c.environment["HW_METADATA_ENDPOINT"] = closedPort }, noCredentials},
		"connection is closed": {"ECS", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.Metadata.Absent = true })
		}, noCredentials},
		"ECS without agency": {"ECS", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.Metadata.DomainID = "" })
		}, noCredentials},
		"another server": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.HTML(http.StatusOK)})
		}, noCredentials},
		"metadata service forbids": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.Empty(http.StatusForbidden)})
		}, noCredentials},
		"metadata service stalls": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.StallHeaders()})
		}, noCredentials},
		"no file": {"profile", object{"shared_config_file": "/nowhere/config.json"}, nil, []string{
			"Unable to read KooCLI configuration", "Cannot open /nowhere/config.json: no such file or directory.",
		}},
		"half a pair": {"keys", object{"secret_key": ""}, nil, []string{"Incomplete credentials", "Signing in with an access key also needs secret_key."}},
		"HTML for a token": {"user", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.HTML(http.StatusOK)})
		}, []string{"Signing in as user", "text/html"}},
		"no token": {"user", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil, `{"token":{}}`)})
		}, []string{"X-Subject-Token"}},
		"no keys of the agency": {"agency", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil, `{"credential":{}}`)})
		}, []string{"Assuming agency", "missing"}},
		"refused ID token": {"ID token", oidc(object{"id_token": "a-wrong-id-token"}), nil, []string{
			`Signing in with an ID token at identity provider "example-idp" failed.`, "Request: POST ", "/v3.0/OS-AUTH/id-token/tokens",
			"Status: 401 Unauthorized", "The ID token was refused. In use: OpenID Connect, id_token from the provider block.", "issuer and audience",
		}},
		"expired ID token": {"ID token file", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.IAM.IdentityProviders[0].IDTokens[0].Expires = time.Now().Add(-time.Minute) })
		}, []string{"Status: 401 Unauthorized", "The ID token was refused. In use: OpenID Connect, id_token_file from the provider block.", "it has not expired"}},
		"wrong audience": {"GitHub Actions", oidc(object{"audience": "https://another.example.com"}), nil, []string{
			"The ID token was refused. In use: OpenID Connect, ID token from GitHub Actions.", "audience",
		}},
		"no ID token of GitHub": {"GitHub Actions", nil, func(c *cloud) {
			c.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "a-wrong-request-token"
		}, []string{"Requesting an ID token from GitHub Actions failed.", "Request: GET ", "/github/idtoken", "Status: 401", "id-token: write"}},
		"missing ID token file": {"ID token file", oidc(object{"id_token_file": "/nowhere/id-token"}), nil, []string{ //nolint:gosec // It is a path.
			"Unable to read ID token", "Cannot open /nowhere/id-token: no such file or directory.",
		}},
		"empty ID token file": {"ID token file", oidc(object{"id_token_file": textFile(t, " \n")}), nil, []string{
			"Unable to read ID token", "is empty. Set id_token_file to the path of a file with an ID token.",
		}},
		"no identity provider": {"ID token", oidc(object{"idp_id": "nobody", "id_token": simulator.IDToken}), nil, []string{
			"Status: 404 Not Found", "Could not find identity provider: nobody", "Check idp_id",
		}},
		"no agency for the ID token": {"agency for an ID token", oidc(object{
			"id_token": simulator.IDToken, "agency_name": "nobody", "domain_name": simulator.AgencyDomainName,
		}), nil, []string{`Assuming agency "nobody" of domain "example-agency-domain" failed.`, "Status: 404 Not Found", "Check agency_name"}},
		"no keys for the ID token": {"ID token", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Path: "/securitytokens", Action: simulator.ServiceError(http.StatusForbidden, "", "You are not authorized.")})
		}, []string{`Creating temporary keys for identity provider "example-idp" failed.`, "Status: 403", "conversion rules"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, test.way)
			if test.change != nil {
				test.change(c)
			}
			printed := c.refuse(t, c.block(hcl(merge(way.arguments, test.arguments)))+allEnhancedConnections)
			refused := map[string]int{}
			for _, request := range c.Requests() {
				if request.Status >= http.StatusBadRequest {
					refused[request.Method+" "+request.Path]++
				}
			}
			for request, times := range refused {
				if times > 1 {
					t.Errorf("%s was sent %d times", request, times)
				}
			}
			for _, want := range test.want {
				if !strings.Contains(printed, want) {
					t.Errorf("%q is not in: %s", want, printed)
				}
			}
			if strings.Contains(printed, "a-wrong-") {
				t.Errorf("a secret is in: %s", printed)
			}
		})
	}
}

// noCredentials are parts of the error if there are no credentials.
var noCredentials = []string{
	"No credentials are", "in one of these ways:", "access_key and secret_key, or HW_ACCESS_KEY and HW_SECRET_KEY",
	"HW_SECURITY_TOKEN", "HW_AUTH_TOKEN", "HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME", "HW_ASSUME_ROLE_IDP_ID", "HW_SHARED_CONFIG_FILE and HW_PROFILE",
	"an agency of the ECS that Terraform runs on",
}

// TestRefusedSignInIsNotRepeated keeps a user from being locked, and a refused ID token from being
// sent again.
func TestRefusedSignInIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]object{
		"user":       {"password": "a-wrong-password"},
		"user by ID": {"password": "a-wrong-password"},
		"ID token":   {"assume_role_with_oidc": object{"idp_id": simulator.IdentityProviderID, "id_token": "a-wrong-id-token"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, profiles(t), name)
			s := c.configure(t, merge(way.arguments, wrong))
			var wait sync.WaitGroup
			for i := range 15 {
				wait.Go(func() {
					region := []string{simulator.Region, simulator.SecondRegion}[i%2]
					if got := s.read(t, enhancedConnectionsSource, object{"region": region}); len(got.errors) != 1 {
						t.Errorf("errors %q", got.errors)
					}
				})
			}
			wait.Wait()
			if got := s.read(t, enhancedConnectionsSource, nil); len(got.errors) != 1 {
				t.Errorf("errors %q", got.errors)
			}
			if n := c.Count(nil); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// TestIDTokenFileIsReadAgain replaces the file with the ID token during a run, after which IAM no
// longer accepts the first one.
func TestIDTokenFileIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]string{"without agency": "ID token file", "with agency": "agency for an ID token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, profiles(t), way)
			const life, next = 5 * time.Second, "simulated.id-token.of-the-next-hour"
			c.Update(func(d *simulator.Data) { d.IAM.KeyLifetime = life })
			c.moveObjectsTo(way.project)
			s := c.configure(t, way.arguments)
			s.readAtOnce(t)
			block := way.arguments["assume_role_with_oidc"].(object)                                        //nolint:forcetypeassert // It is one.
			if err := os.WriteFile(block["id_token_file"].(string), []byte(next+"\n"), 0o600); err != nil { //nolint:forcetypeassert // It is one.
				t.Fatal(err)
			}
			c.Update(func(d *simulator.Data) {
				d.IAM.IdentityProviders[0].IDTokens = []simulator.ProviderToken{{Value: next}}
			})
			time.Sleep(life)
			s.readAtOnce(t)
			var sent []string
			for _, r := range c.Requests() {
				if r.Path == "/v3.0/OS-AUTH/id-token/tokens" {
					sent = append(sent, string(r.Body))
				}
			}
			want := []string{`{"auth":{"id_token":{"id":"` + simulator.IDToken + `"}}}`, `{"auth":{"id_token":{"id":"` + next + `"}}}`}
			if diff := cmp.Diff(want, sent); diff != "" {
				t.Errorf("sign-ins (-want +got)\n%s", diff)
			}
		})
	}
}

// TestMetadataRequestedOnce reads without credentials if the ECS provides none.
func TestMetadataRequestedOnce(t *testing.T) {
	t.Parallel()
	c, way := newCloudFor(t, profiles(t), "ECS")
	c.Inject(simulator.Fault{Service: "metadata", Action: simulator.Respond(http.StatusForbidden, nil, "")})
	s := c.configure(t, way.arguments)
	var wait sync.WaitGroup
	for range 15 {
		wait.Go(func() {
			for range 2 {
				if got := s.read(t, enhancedConnectionsSource, nil); len(got.errors) != 1 || !strings.Contains(got.errors[0], "No credentials are") {
					t.Errorf("errors %q", got.errors)
				}
			}
		})
	}
	wait.Wait()
	if n := c.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// TestCanceledSignIn ends a read whose sign-in stalls.
func TestCanceledSignIn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"keys", "user", "agency", "ECS", "ID token", "GitHub Actions", "unscoped token", "user by ID without domain"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, profiles(t), name)
			c.Inject(simulator.Fault{Action: simulator.StallHeaders()})
			s := c.configure(t, way.arguments)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			got := s.readWithin(t, ctx, enhancedConnectionsSource, nil)
			if !errors.Is(ctx.Err(), context.Canceled) || len(got.errors) != 1 {
				t.Errorf("errors %q", got.errors)
			}
			for _, r := range c.allEnded(t) {
				if took := r.End.Sub(r.Start); took > time.Second {
					t.Errorf("%s went on for %s", r.Path, took)
				}
			}
		})
	}
}

// signInRequests are the requests to IAM and to the metadata service for 15 data sources in two
// regions, by way to sign in. Each is made once.
func signInRequests() map[string][]string {
	const (
		north, south = " " + simulator.Region, " " + simulator.SecondRegion
		project      = "GET /v3/projects"
		user         = "POST /v3/auth/tokens"
		keys         = "POST /v3.0/OS-CREDENTIAL/securitytokens"
		exchange     = "POST /v3.0/OS-AUTH/id-token/tokens"
		describe     = "GET /v3/auth/tokens"
	)
	projects := []string{project + north, project + south}
	users := []string{user + north, user + south}
	ecs := slices.Concat([]string{"PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"}, projects)
	oneAgency := slices.Concat([]string{keys + north}, projects)
	twoAgencies := slices.Concat([]string{keys + north}, oneAgency)
	oidc := slices.Concat([]string{exchange + north, keys + north}, projects)
	oidcAgency := slices.Concat([]string{keys + north}, oidc)
	return map[string][]string{
		"keys": projects, "keys of the environment": projects, "temporary keys": projects, "profile": projects, "SSO profile": projects,
		"project by its name": projects,
		"current profile":     {project + north},  // The profile has the project of its region.
		"token":               {describe + north}, // In one region: a token is for one project.
		"user":                users, "user's project": users, "user's project by name": users, "user's other region": users,
		"ECS": ecs, "ECS without token": ecs, "ECS without method": ecs, "ECS out of order": ecs,
		"agency": oneAgency, "agency of the environment": oneAgency, "agency for a token": oneAgency, "agency profile": oneAgency,
		"agency for an ECS": slices.Concat(ecs, []string{keys + north}),
		"agency for a user": slices.Concat([]string{user + north}, oneAgency),
		"agency's project":  {user + north, keys + north, project + south},
		"chain of agencies": twoAgencies,
		"chain for a user":  slices.Concat([]string{user + north}, twoAgencies),

		"user by ID": users, "user with a client certificate": users,
		"user by ID without domain":     slices.Concat([]string{user + north}, users), // The first is for the domain's ID.
		"unscoped token":                slices.Concat([]string{describe + north}, users),
		"unscoped token, known project": slices.Concat([]string{describe + north}, users), // After a service has refused the token.
		"agency for an unscoped token":  oneAgency,

		"ID token": oidc, "ID token file": oidc, "ID token of the environment": oidc, "ID token file of the environment": oidc, "HCP Terraform": oidc,
		"GitHub Actions":         slices.Concat([]string{"GET /idtoken"}, oidc),
		"agency for an ID token": oidcAgency, "agency of the environment for an ID token": oidcAgency,
		"chain for an ID token": slices.Concat([]string{keys + north}, oidcAgency),
	}
}

// TestManyReadsInOnePlan has Terraform read 15 data sources in two regions, with the provider in a
// process of its own, and counts the requests to IAM and to the metadata service.
func TestManyReadsInOnePlan(t *testing.T) {
	t.Parallel()
	file, binary := profiles(t), buildProvider(t)
	for name := range waysToSignInTo(t, newCloud(t), file) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.Update(func(d *simulator.Data) { d.Latency = 20 * time.Millisecond })
			c.moveObjectsTo(way.project)
			var config strings.Builder
			config.WriteString(c.block(hcl(way.arguments)))
			other := simulator.SecondRegion
			if name == "token" {
				other = simulator.Region
			}
			for i, read := range manyReads(t, other) {
				fmt.Fprintf(&config, "data %q \"d%d\" {\n%s}\n", read.source, i, hcl(read.Arguments))
			}
			w := c.newWorkspace(t, binary, config.String())
			if printed, code := w.terraform(t, nil, "plan", "-parallelism=20"); code != 0 {
				t.Fatal(printed)
			}
			var got []string
			for _, r := range c.Requests() {
				if isSignIn(r) {
					got = append(got, strings.TrimSpace(r.Method+" "+r.Path+" "+r.Region))
				}
			}
			slices.Sort(got)
			want, ok := signInRequests()[name]
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" || !ok {
				t.Errorf("requests to sign in (-want +got)\n%s", diff)
			}
			refused := c.Count(func(r simulator.Request) bool { return r.Status != http.StatusOK && r.Status != http.StatusCreated })
			if none := name != "unscoped token, known project" && !strings.HasPrefix(name, "ECS "); none && refused != 0 {
				t.Errorf("%d requests were refused", refused)
			}
		})
	}
}

// moveObjectsTo moves what the data sources read to a project and its account.
func (c *cloud) moveObjectsTo(project string) {
	c.Update(func(d *simulator.Data) {
		to := map[string]string{"": project, simulator.ProjectID: project, simulator.SecondProjectID: simulator.SecondProjectID}
		domain, ok := map[string]string{
			simulator.AgencyProjectID: simulator.AgencyDomainID, simulator.ChainedProjectID: simulator.ChainedDomainID,
		}[project]
		switch {
		case ok:
			const second = "second-of-agency"
			to[simulator.SecondProjectID] = second
			d.IAM.Projects = append(d.IAM.Projects, simulator.Project{
				ID: second, Name: simulator.SecondRegion, Region: simulator.SecondRegion, DomainID: domain,
			})
			d.DLI.Projects[second] = simulator.EnhancedConnections(1)
		case project == simulator.SecondProjectID:
			return
		}
		for _, service := range d.VPCEP.Services {
			service.ProjectID = to[service.ProjectID]
		}
		for _, instance := range d.APIG.Instances {
			instance.ProjectID = to[instance.ProjectID]
		}
	})
}
