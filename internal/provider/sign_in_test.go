package provider

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// signIn is a way to sign in.
type signIn struct {
	// arguments of the provider, and variables in its environment.
	arguments, environment object
	// project that is read from in the first region, the account's by default.
	project string
	// want are the requests that reads in two regions need to sign in and to find the projects.
	want []string
}

// Requests to sign in, in the first region and in the second.
const (
	north, south           = " " + simulator.Region, " " + simulator.SecondRegion
	listProjects           = "GET /v3/projects"
	createToken, showToken = "POST /v3/auth/tokens", "GET /v3/auth/tokens"
	createKeys             = "POST /v3.0/OS-CREDENTIAL/securitytokens"
	exchangeIDToken        = "POST /v3.0/OS-AUTH/id-token/tokens"
)

// unscopedToken is a token of the default user without a project.
const unscopedToken = "simulated-token-without-a-project-000000000000000001"

// signIns are the ways to sign in to a cloud of newSignInCloud, by the names that their provider
// blocks have.
func signIns(t *testing.T) map[string]signIn {
	t.Helper()
	file, idTokenFile := profiles(t), textFile(t, simulator.IDToken+"\n")
	keys := object{"access_key": simulator.AccessKey, "secret_key": simulator.SecretKey}
	user := object{"user_name": simulator.UserName, "password": simulator.Password, "domain_name": simulator.DomainName}
	unscoped := object{"token": unscopedToken}
	profile := func(name string) object { return object{"shared_config_file": file, "profile": name} }
	first := object{"agency_name": simulator.AgencyName, "domain_name": simulator.AgencyDomainName}
	second := object{"agency_name": simulator.ChainedAgencyName, "domain_name": simulator.ChainedDomainName}
	assume := func(credentials object, agencies ...any) object {
		return merge(credentials, object{"assume_role": agencies})
	}
	oidc := func(arguments object) object {
		return object{"assume_role_with_oidc": merge(object{"idp_id": simulator.IdentityProviderID}, arguments)}
	}

	projects := []string{listProjects + north, listProjects + south}
	tokens := []string{createToken + north, createToken + south}
	metadata := append([]string{"PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"}, projects...)
	agency := append([]string{createKeys + north}, projects...)
	chain := append([]string{createKeys + north}, agency...)
	federated := append([]string{exchangeIDToken + north}, agency...)
	and := func(requests []string, others ...string) []string { return slices.Concat(requests, others) }
	return map[string]signIn{
		"keys":           {arguments: keys, want: projects},
		"hw_keys":        {environment: object{"HW_ACCESS_KEY": simulator.AccessKey, "OS_SECRET_KEY": simulator.SecretKey}, want: projects},
		"temporary_keys": {arguments: object{"access_key": "ak-temporary", "secret_key": "sk-temporary", "security_token": "st-temporary"}, want: projects},
		"sub_project":    {arguments: merge(keys, object{"project_name": simulator.SubProjectName}), project: simulator.SubProjectID, want: projects},
		"user":           {arguments: user, want: tokens},
		"user_by_id": {
			arguments: object{"user_id": simulator.UserID, "password": simulator.Password}, // The first token is for the domain.
			want:      and(tokens, createToken+north),
		},
		"user_project":   {arguments: merge(user, object{"project_id": simulator.SubProjectID}), project: simulator.SubProjectID, want: tokens},
		"unscoped":       {arguments: unscoped, want: and(tokens, showToken+north)},
		"profile":        {arguments: profile("without place"), want: projects},
		"sso_profile":    {arguments: profile("sso"), want: projects},
		"agency_profile": {arguments: profile("agency"), project: simulator.AgencyProjectID, want: agency},
		"metadata":       {want: metadata},
		"agency":         {arguments: assume(keys, first), project: simulator.AgencyProjectID, want: agency},
		"hw_agency": {
			arguments: keys, project: simulator.AgencyProjectID, want: agency,
			environment: object{"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_ID": simulator.AgencyDomainID},
		},
		"user_agency":     {arguments: assume(user, first), project: simulator.AgencyProjectID, want: and(agency, createToken+north)},
		"token_agency":    {arguments: assume(unscoped, first), project: simulator.AgencyProjectID, want: agency},
		"metadata_agency": {arguments: assume(nil, first), project: simulator.AgencyProjectID, want: and(metadata, createKeys+north)},
		"chain":           {arguments: assume(keys, first, second), project: simulator.ChainedProjectID, want: chain},
		"id_token":        {arguments: oidc(object{"id_token": simulator.IDToken}), want: federated},
		"id_token_file":   {arguments: oidc(object{"id_token_file": idTokenFile}), want: federated},
		"hw_id_token": {
			environment: object{"HW_ASSUME_ROLE_IDP_ID": simulator.IdentityProviderID, "HW_ASSUME_ROLE_ID_TOKEN": simulator.IDToken},
			want:        federated,
		},
		"github": {arguments: oidc(object{"audience": "https://cloud.example.com"}), want: and(federated, "GET /idtoken")},
		"hcp_terraform": {
			arguments: oidc(nil), want: federated,
			environment: object{"ACTIONS_ID_TOKEN_REQUEST_URL": "", "TFC_WORKLOAD_IDENTITY_TOKEN": simulator.IDToken},
		},
		"id_token_agency": {
			arguments: oidc(merge(first, object{"id_token_file": idTokenFile})), project: simulator.AgencyProjectID, want: and(federated, createKeys+north),
		},
	}
}

// newSignInCloud is a cloud to sign in to in every way, with enhanced connections in each project.
// Its environment has no credentials, but where the ECS and GitHub Actions provide some.
func newSignInCloud(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	c.environment = map[string]string{
		"HW_REGION_NAME": simulator.Region, "HW_METADATA_ENDPOINT": c.MetadataURL(),
		"ACTIONS_ID_TOKEN_REQUEST_URL": c.GitHubURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": simulator.GitHubRequestToken,
	}
	c.Update(func(d *simulator.Data) {
		d.Latency = 20 * time.Millisecond // Reads at once all send a request before the first response.
		d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{Value: unscopedToken, DomainID: simulator.DomainID})
		d.IAM.Keys = append(d.IAM.Keys,
			simulator.Key{Access: "key-profile", Secret: "secret-profile", DomainID: simulator.DomainID},
			simulator.Key{Access: "temporary-sso", Secret: "secret-sso", SecurityToken: "security-sso", DomainID: simulator.DomainID},
			simulator.Key{Access: "ak-temporary", Secret: "sk-temporary", SecurityToken: "st-temporary", DomainID: simulator.DomainID})
		d.Metadata.TokenRequired = true
		for _, domain := range []string{simulator.AgencyDomainID, simulator.ChainedDomainID} {
			d.IAM.Projects = append(d.IAM.Projects,
				simulator.Project{ID: "south-of-" + domain, Name: simulator.SecondRegion, Region: simulator.SecondRegion, DomainID: domain})
		}
		for _, project := range d.IAM.Projects {
			d.DLI.Projects[project.ID] = simulator.EnhancedConnections(3)
		}
	})
	return c
}

// isSignIn reports whether a request provides credentials or a project, not what is read.
func isSignIn(r simulator.Request) bool {
	return slices.Contains([]string{"iam", "metadata", "github"}, r.Service)
}

// TestSignIn signs in in each way: configuring makes no request, and reads at once, in two regions,
// make each request to sign in once.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for name, way := range signIns(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newSignInCloud(t)
			c.setVariables(way.environment)
			s := c.configure(t, way.arguments)
			if n := c.Count(nil); n != 0 || s.diagnostics.errors != nil {
				t.Fatalf("configuring made %d requests; errors %q", n, s.diagnostics.errors)
			}
			var wait sync.WaitGroup
			for i := range 10 {
				wait.Go(func() {
					if i%2 == 0 {
						s.wantRead(t, nil, way.projectID())
					} else if got := s.read(t, enhancedConnectionsSource, object{"region": simulator.SecondRegion}); got.errors != nil {
						t.Error(got.errors)
					}
				})
			}
			wait.Wait()
			var got []string
			for _, r := range c.Requests() {
				if isSignIn(r) {
					got = append(got, strings.TrimSpace(r.Method+" "+r.Path+" "+r.Region))
				} else if r.Status != http.StatusOK {
					t.Errorf("%s: %d", r.Path, r.Status)
				}
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(way.want)), slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("requests to sign in (-want +got)\n%s", diff)
			}
		})
	}
}

func (s signIn) projectID() string {
	if s.project == "" {
		return simulator.ProjectID
	}
	return s.project
}

// wantRead reads the enhanced connections, and checks which project they are from.
func (s *session) wantRead(t *testing.T, set object, project string) {
	t.Helper()
	state, found := s.state(t, t.Context(), enhancedConnectionsSource, set)
	if found.errors != nil {
		t.Errorf("errors %q", found.errors)
	} else if got := dig(t, state, "project_id"); got != project {
		t.Errorf("the project is %v, want %s", got, project)
	}
}

// TestSignInErrors says what failed, and why. A refused request is not repeated.
func TestSignInErrors(t *testing.T) {
	t.Parallel()
	ways := signIns(t)
	for name, test := range map[string]struct {
		way       string
		arguments object
		fault     simulator.Fault
		want      []string
	}{
		"password": {"user", object{"password": "a-wrong-password"}, simulator.Fault{}, []string{
			"Signing in as user", "Request: POST ", "/v3/auth/tokens", "Status: 401 Unauthorized", "Request ID: ", "password from the provider block",
		}},
		"secret key": {"keys", object{"secret_key": "a-wrong-secret"}, simulator.Fault{}, []string{
			"Looking up the project of region", "Code: APIGW.0301", "verify aksk signature fail", "In use: access_key from the provider block",
		}},
		"token":   {"unscoped", object{"token": "a-wrong-token"}, simulator.Fault{}, []string{"Status: 401", "token from the provider block"}},
		"project": {"keys", object{"project_name": "nothing"}, simulator.Fault{}, []string{`"nothing"`, "Set project_id"}},
		"agency": {"agency", object{"assume_role": list{object{"agency_name": "nobody", "domain_name": simulator.AgencyDomainName}}}, simulator.Fault{}, []string{
			"Assuming agency", "Status: 404 Not Found", "Could not find agency: nobody",
		}},
		"metadata": {"metadata", nil, simulator.Fault{Service: "metadata", Action: simulator.Empty(http.StatusForbidden)}, []string{
			"No credentials are", "access_key", "HW_ACCESS_KEY", "HW_AUTH_TOKEN", "HW_USER_PASSWORD", "assume_role_with_oidc", "HW_PROFILE", "ECS",
		}},
		"ID token": {"id_token", object{"assume_role_with_oidc": object{"idp_id": simulator.IdentityProviderID, "id_token": "a-wrong-token"}}, simulator.Fault{},
			[]string{"Status: 401", "OpenID Connect, assume_role_with_oidc.id_token from the provider block"}},
		"GitHub": {"github", nil, simulator.Fault{Service: "github", Action: simulator.Empty(http.StatusForbidden)}, []string{
			"Requesting an ID token from GitHub Actions", "Status: 403", "id-token: write",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newSignInCloud(t)
			if test.fault.Action != nil {
				c.Inject(test.fault)
			}
			s := c.configure(t, merge(ways[test.way].arguments, test.arguments))
			found := s.read(t, enhancedConnectionsSource, nil)
			if len(found.errors) != 1 {
				t.Fatalf("errors %q", found.errors)
			}
			for _, want := range test.want {
				if !strings.Contains(found.errors[0], want) {
					t.Errorf("%q is not in: %s", want, found.errors[0])
				}
			}
			if strings.Contains(found.errors[0], "a-wrong-") {
				t.Errorf("a secret is in: %s", found.errors[0])
			}
			if n := c.Count(func(r simulator.Request) bool { return r.Status >= http.StatusBadRequest }); n > 1 {
				t.Errorf("%d refused requests", n)
			}
		})
	}
}
