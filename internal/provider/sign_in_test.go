package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
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

// signIn is a way of signing in.
type signIn struct {
	// arguments of the provider, and variables that its environment has.
	arguments   object
	environment map[string]string
	// change prepares the cloud, where it is set.
	change func(*simulator.Data)
	// project that a lookup reads from then, by default the first.
	project string
}

// waysToSignInTo are all ways of signing in to a cloud. file is one of KooCLI
// with [profiles].
func waysToSignInTo(c *cloud, file string) map[string]signIn {
	keys := object{"access_key": simulator.AccessKey, "secret_key": simulator.SecretKey}
	user := object{"user_name": simulator.UserName, "password": simulator.Password, "domain_name": simulator.DomainName}
	token := object{"token": simulator.Token}
	profile := func(name string) object { return object{"shared_config_file": file, "profile": name} }
	first := object{"agency_name": simulator.AgencyName, "domain_name": simulator.AgencyDomainName}
	agency := object{"assume_role": list{first}}
	chain := object{"assume_role": list{first, object{"agency_name": simulator.ChainedAgencyName, "domain_name": simulator.ChainedDomainName}}}
	ecs := map[string]string{"HW_METADATA_ENDPOINT": c.MetadataURL()}
	withoutToken := func(status int) signIn {
		return signIn{environment: ecs, change: func(d *simulator.Data) { d.Metadata.TokenStatus = status }}
	}
	return map[string]signIn{
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
	}
}

// newCloudFor is a cloud that is to be signed in to in one way.
func newCloudFor(t *testing.T, file, name string) (*cloud, signIn) {
	t.Helper()
	c := newCloud(t)
	way, ok := waysToSignInTo(c, file)[name]
	if !ok {
		t.Fatalf("there is no way %q", name)
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

// hcl is a block's arguments as they stand in a configuration, one a line.
func hcl(arguments object) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if blocks, ok := arguments[name].(list); ok {
			for _, block := range blocks {
				fmt.Fprintf(&b, "  %s {\n%s}\n", name, hcl(block.(object))) //nolint:forcetypeassert // A block is an object.
			}
			continue
		}
		fmt.Fprintf(&b, "  %s = %q\n", name, arguments[name])
	}
	return b.String()
}

const allEnhancedConnections = "data \"hwcloud_dli_enhanced_connections\" \"all\" {}\n"

func TestSignInThroughTerraform(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name := range waysToSignInTo(newCloud(t), file) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.run(t, c.block(hcl(way.arguments))+allEnhancedConnections+`
output "found" {
  value = "${data.hwcloud_dli_enhanced_connections.all.connection_count} in ${data.hwcloud_dli_enhanced_connections.all.project_id}"
}
`, statecheck.ExpectKnownOutputValue("found", knownvalue.StringExact("3 in "+way.project)))
			if n := c.Count(func(r simulator.Request) bool { return r.Service == "dli" && r.Status == http.StatusOK }); n == 0 {
				t.Error("nothing was read")
			}
		})
	}
}

// readAtOnce reads 15 data sources at once, five of each kind, out of two regions.
func (s *session) readAtOnce(t *testing.T) {
	t.Helper()
	var wait sync.WaitGroup
	for i := range 5 {
		region := []string{simulator.Region, simulator.SecondRegion}[i%2]
		for source, arguments := range map[string]object{
			enhancedConnectionsSource: {"region": region},
			serviceConnectionsSource:  {"service_id": simulator.ServiceID},
			vpcChannelSource:          {"instance_id": simulator.SecondInstanceID, "name": "second_region", "region": simulator.SecondRegion},
		} {
			wait.Go(func() {
				if got := s.read(t, source, arguments); got.errors != nil {
					t.Error(got.errors)
				}
			})
		}
	}
	wait.Wait()
}

// TestManyLookupsShareOneSignIn reads 15 data sources of two regions at once.
func TestManyLookupsShareOneSignIn(t *testing.T) {
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
		// A user's token is for one project, and tells which one that is.
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
				d.Latency = 20 * time.Millisecond // All of them ask before the first is answered.
				domain, ok := map[string]string{
					simulator.AgencyProjectID: simulator.AgencyDomainID, simulator.ChainedProjectID: simulator.ChainedDomainID,
				}[way.project]
				if !ok {
					return
				}
				// The agency's account has what the lookups ask for.
				d.IAM.Projects = append(d.IAM.Projects, simulator.Project{
					ID: "second-of-agency", Name: simulator.SecondRegion, Region: simulator.SecondRegion, DomainID: domain,
				})
				d.VPCEP.Services[simulator.ServiceID].ProjectID = way.project
				d.APIG.Instances[simulator.SecondInstanceID].ProjectID = "second-of-agency"
				d.DLI.Projects["second-of-agency"] = simulator.EnhancedConnections(1)
			})
			s := c.configure(t, way.arguments)
			if n := c.Count(nil); n != 0 || s.diagnostics.errors != nil {
				t.Fatalf("%d requests, errors %q", n, s.diagnostics.errors)
			}
			s.readAtOnce(t)
			var got []string
			for _, line := range c.asked(t) {
				if strings.HasPrefix(line, "iam ") || strings.HasPrefix(line, "metadata ") {
					line, _, _ = strings.Cut(line, " by ")
					got = append(got, line)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
				t.Errorf("requests beside the lookups' own (-want +got)\n%s", diff)
			}
			if n := c.Count(func(r simulator.Request) bool { return r.Service != "iam" && r.Service != "metadata" }); n != 20 {
				t.Errorf("%d requests of the lookups, want 20", n)
			}
		})
	}
}

// TestCredentialsThatExpireBetweenPages ends the life of what was issued once
// the first page of a list is asked for.
func TestCredentialsThatExpireBetweenPages(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name, renewals := range map[string]map[string]int{
		"user":              {"/auth/tokens": 2},
		"ECS":               {"/securitykey": 2},
		"agency":            {"/securitytokens": 2},
		"agency for a user": {"/auth/tokens": 2, "/securitytokens": 2},
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
			for _, path := range []string{"/auth/tokens", "/securitykey", "/securitytokens"} {
				if n := c.Count(func(r simulator.Request) bool { return strings.HasSuffix(r.Path, path) && r.Status < 300 }); n > 0 {
					counted[path] = n
				}
			}
			if diff := cmp.Diff(renewals, counted); diff != "" {
				t.Errorf("sign-ins (-want +got)\n%s", diff)
			}
			refused := c.Count(func(r simulator.Request) bool { return r.Service == "vpcep" && r.Status == http.StatusUnauthorized })
			if pages := c.Count(func(r simulator.Request) bool { return r.Service == "vpcep" && r.Status == http.StatusOK }); pages != 3 || refused < 1 || refused > 2 {
				t.Errorf("%d pages were answered and %d refused, want 3, and 1 or 2", pages, refused)
			}
		})
	}
}

// TestRefusedTwice takes a second refusal for the answer.
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
		t.Errorf("%d lookups and %d sign-ins, want 2 of each", n, signIns)
	}
}

// TestRenewedInTime does not wait for a refusal where it knows of the expiry.
func TestRenewedInTime(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"user", "ECS", "agency"} {
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
				t.Errorf("%d sign-ins and %d refusals, want 2 and none", issued, refused)
			}
		})
	}
}

// TestNoIAMWhereTheProjectIsKnown plans and applies with keys and a project.
func TestNoIAMWhereTheProjectIsKnown(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.run(t, c.block(hcl(object{"project_id": simulator.ProjectID}))+allEnhancedConnections)
	if n := c.Count(func(r simulator.Request) bool { return r.Service == "iam" || r.Service == "metadata" }); n != 0 {
		t.Errorf("%d requests to IAM", n)
	}
	if c.Count(nil) == 0 {
		t.Error("nothing was read")
	}
}

// TestConfiguringAsksNobody configures the provider in all ways, and reads nothing.
func TestConfiguringAsksNobody(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name := range waysToSignInTo(newCloud(t), file) {
		c, way := newCloudFor(t, file, name)
		if s := c.configure(t, way.arguments); s.diagnostics.errors != nil {
			t.Errorf("%s: %s", name, s.diagnostics.errors)
		}
		if n := c.Count(nil); n != 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// TestSignInRefused goes wrong in every way in which a sign-in can, through Terraform.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	agency := func(name, domain string) object {
		return object{"assume_role": list{object{"agency_name": name, "domain_name": domain}}}
	}
	for name, test := range map[string]struct {
		way       string
		arguments object
		change    func(*cloud)
		says      []string
	}{
		"wrong password": {"user", object{"password": "a-wrong-password"}, nil, []string{
			`Signing in as user "example-user" of domain "example-domain" failed.`, "Request: POST ", "/v3/auth/tokens", "Status: 401 Unauthorized",
			"Message: The username or password is wrong.", "Request ID: ", "Check user_name, password and domain_name, and that the project exists.",
		}},
		"wrong domain": {"user", object{"domain_name": "nobody's"}, nil, []string{"Status: 401 Unauthorized", "Check user_name, password and domain_name, and that the project exists."}},
		"wrong secret": {"keys", object{"secret_key": "a-wrong-secret"}, nil, []string{
			"Looking up the project of region cn-north-4 failed.", "Status: 401 Unauthorized", "Code: APIGW.0301",
			"Message: Incorrect IAM authentication information: verify aksk signature fail", "Request ID: ", "Check the access key, its secret key",
		}},
		"wrong secret and project": {"keys", object{"secret_key": "a-wrong-secret", "project_id": simulator.ProjectID}, nil, []string{
			"Request: GET ", "/datasource/enhanced-connections", "Code: APIGW.0301", "verify aksk signature fail", "Request ID: ",
		}},
		"wrong key":            {"keys", object{"access_key": "nobody"}, nil, []string{"Code: APIGW.0301", "ak nobody not exist"}},
		"wrong security token": {"temporary keys", object{"security_token": "a-wrong-security-token"}, nil, []string{"Code: APIGW.0301", "the security token does not belong"}},
		"wrong token":          {"token", object{"token": "a-wrong-token"}, nil, []string{"Status: 401 Unauthorized", "Code: APIGW.0301"}},
		"expired token": {"token", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.IAM.Tokens[0].Expires = time.Now().Add(-time.Hour) })
		}, []string{"Code: APIGW.0307", "The token has expired. Set a new one"}},
		"no region": {"keys", nil, func(c *cloud) { delete(c.environment, "HW_REGION_NAME") }, []string{
			"No region is set. Set region here or in the provider's configuration, or HW_REGION_NAME.",
		}},
		"no project": {"keys", object{"project_name": "nothing"}, nil, []string{`No projects are named "nothing"`, "set project_id to the ID of the one that is meant."}},
		"user without project": {"user", object{"project_name": "nothing"}, nil, []string{
			`Signing in as user "example-user" of domain "example-domain" failed.`, "Status: 404 Not Found", "Could not find project: nothing", "Check project_name",
		}},
		"several projects": {"keys", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) {
				d.IAM.Projects = append(d.IAM.Projects, simulator.Project{ID: "another", Name: simulator.Region, DomainID: simulator.DomainID, Region: simulator.Region})
			})
		}, []string{`2 projects are named "cn-north-4": ` + simulator.ProjectID + ", another", "et project_id"}},
		"similar projects": {"keys", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusOK, nil, `{"projects":[{"id":"p1","name":"cn-north-4_lab"}]}`)})
		}, []string{`No projects are named "cn-north-4"; found: cn-north-4_lab (p1)`, "set project_id"}},
		"no such agency": {"keys", agency("nobody", simulator.AgencyDomainName), nil, []string{
			`assuming agency "nobody" of domain "example-agency-domain" failed.`, "Request: POST ", "/v3.0/OS-CREDENTIAL/securitytokens",
			"Status: 404 Not Found", "Could not find agency: nobody", "Request ID: ", "Check the agency_name",
		}},
		"no such domain": {"keys", agency(simulator.AgencyName, "nobody's"), nil, []string{`assuming agency "example-agency" of domain "nobody's" failed.`, "Status: 404"}},
		"agency that trusts others": {"keys", agency(simulator.ChainedAgencyName, simulator.ChainedDomainName), nil, []string{
			"Status: 403 Forbidden", "check that it trusts this account",
		}},
		"nobody answers": {"ECS", nil, func(c *cloud) { c.environment["HW_METADATA_ENDPOINT"] = closedPort }, noCredentials},
		"connection is closed": {"ECS", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.Metadata.Absent = true })
		}, noCredentials},
		"ECS without agency": {"ECS", nil, func(c *cloud) {
			c.Update(func(d *simulator.Data) { d.Metadata.DomainID = "" })
		}, noCredentials},
		"something else answers": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.HTML(http.StatusOK)})
		}, noCredentials},
		"metadata refuses": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.Empty(http.StatusForbidden)})
		}, noCredentials},
		"metadata stalls": {"ECS", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.StallHeaders()})
		}, noCredentials},
		"no file": {"profile", object{"shared_config_file": "/nowhere/config.json"}, nil, []string{
			"Unable to read KooCLI configuration", "Open /nowhere/config.json: no such file or directory.",
		}},
		"half a pair": {"keys", object{"secret_key": ""}, nil, []string{"Incomplete credentials", "secret_key is needed too"}},
		"HTML for a token": {"user", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.HTML(http.StatusOK)})
		}, []string{"Signing in as user", "content type text/html"}},
		"no token": {"user", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil, `{"token":{}}`)})
		}, []string{"X-Subject-Token is missing"}},
		"no keys of the agency": {"agency", nil, func(c *cloud) {
			c.Inject(simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil, `{"credential":{}}`)})
		}, []string{"assuming agency", "the keys are missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, test.way)
			if test.change != nil {
				test.change(c)
			}
			begun := time.Now()
			said := c.refuse(t, c.block(hcl(merge(way.arguments, test.arguments)))+allEnhancedConnections)
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in: %s", want, said)
				}
			}
			if strings.Contains(said, "a-wrong-") {
				t.Errorf("a secret is in: %s", said)
			}
		})
	}
}

// noCredentials are parts of the error that nobody gives credentials.
var noCredentials = []string{
	"No credentials are set", "in one of these ways:", "access_key and secret_key or HW_ACCESS_KEY and HW_SECRET_KEY",
	"HW_SECURITY_TOKEN", "HW_AUTH_TOKEN", "HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME", "HW_SHARED_CONFIG_FILE and HW_PROFILE",
	"an agency of the ECS that Terraform runs on",
}

// TestRefusedSignInIsNotTriedOverAndOver keeps an account from being locked.
func TestRefusedSignInIsNotTriedOverAndOver(t *testing.T) {
	t.Parallel()
	c, way := newCloudFor(t, profiles(t), "user")
	s := c.configure(t, merge(way.arguments, object{"password": "a-wrong-password"}))
	var wait sync.WaitGroup
	for range 15 {
		wait.Go(func() {
			if got := s.read(t, enhancedConnectionsSource, nil); len(got.errors) != 1 {
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
}

// TestMetadataIsAskedOnce reads with no credentials where no ECS gives any.
func TestMetadataIsAskedOnce(t *testing.T) {
	t.Parallel()
	c, way := newCloudFor(t, profiles(t), "ECS")
	c.Inject(simulator.Fault{Service: "metadata", Action: simulator.Respond(http.StatusForbidden, nil, "")})
	s := c.configure(t, way.arguments)
	var wait sync.WaitGroup
	for range 15 {
		wait.Go(func() {
			for range 2 {
				if got := s.read(t, enhancedConnectionsSource, nil); len(got.errors) != 1 || !strings.Contains(got.errors[0], "No credentials are set") {
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
	for _, name := range []string{"keys", "user", "agency", "ECS"} {
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

// TestManyLookupsInOnePlan has Terraform itself read 15 data sources of two
// regions, with the provider in a process of its own.
func TestManyLookupsInOnePlan(t *testing.T) {
	t.Parallel()
	file, binary := profiles(t), buildProvider(t)
	for name, want := range map[string]map[string]int{
		"keys": {"/v3/projects " + simulator.Region: 1, "/v3/projects " + simulator.SecondRegion: 1},
		"user": {"/v3/auth/tokens " + simulator.Region: 1, "/v3/auth/tokens " + simulator.SecondRegion: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			c.Update(func(d *simulator.Data) { d.Latency = 20 * time.Millisecond })
			var config strings.Builder
			config.WriteString(c.block(hcl(way.arguments)))
			for i := range 5 {
				fmt.Fprintf(&config, "data %q \"d%d\" {\n  region = %q\n}\n", enhancedConnectionsSource, i,
					[]string{simulator.Region, simulator.SecondRegion}[i%2])
				fmt.Fprintf(&config, "data %q \"d%d\" {\n  service_id = %q\n}\n", serviceConnectionsSource, i, simulator.ServiceID)
				fmt.Fprintf(&config, "data %q \"d%d\" {\n  region = %q\n%s}\n", vpcChannelSource, i,
					simulator.SecondRegion, byChannelName(simulator.SecondInstanceID, "second_region"))
			}
			w := c.newWorkspace(t, binary, config.String())
			if printed, code := w.terraform(t, nil, "plan", "-parallelism=20"); code != 0 {
				t.Fatal(printed)
			}
			got := map[string]int{}
			for _, r := range c.Requests() {
				if r.Service == "iam" {
					got[r.Path+" "+r.Region]++
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("requests to IAM (-want +got)\n%s", diff)
			}
			if n := c.Count(func(r simulator.Request) bool { return r.Service != "iam" }); n != 20 {
				t.Errorf("%d requests of the lookups, want 20", n)
			}
		})
	}
}
