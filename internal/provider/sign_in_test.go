package provider

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

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
	file, idTokenFile, idToken := profiles(t), textFile(t, simulator.IDToken+"\n"), object{"id_token": simulator.IDToken}
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
	federated := append([]string{exchangeIDToken + north}, agency...)
	and := func(requests []string, others ...string) []string { return slices.Concat(requests, others) }
	const inAgency, inChain = simulator.AgencyProjectID, simulator.ChainedProjectID
	return map[string]signIn{
		"keys":           {arguments: keys, want: projects},
		"temporary_keys": {arguments: object{"access_key": "ak-st", "secret_key": "sk-st", "security_token": "st-of-ak"}, want: projects},
		"user":           {arguments: user, want: tokens},
		// The first token is for the domain.
		"user_by_id":      {arguments: object{"user_id": simulator.UserID, "password": simulator.Password}, want: and(tokens, createToken+north)},
		"unscoped":        {arguments: unscoped, want: and(tokens, showToken+north)},
		"sso_profile":     {arguments: profile("sso"), want: projects},
		"agency_profile":  {arguments: profile("agency"), project: inAgency, want: agency},
		"metadata":        {want: metadata},
		"metadata_agency": {arguments: assume(nil, first), project: inAgency, want: and(metadata, createKeys+north)},
		"user_agency":     {arguments: assume(user, first), project: inAgency, want: and(agency, createToken+north)},
		"chain":           {arguments: assume(keys, first, second), project: inChain, want: and(agency, createKeys+north)},
		"id_token":        {arguments: oidc(idToken), want: federated},
		"id_token_file":   {arguments: oidc(object{"id_token_file": idTokenFile}), want: federated},
		"id_token_agency": {arguments: oidc(merge(first, idToken)), project: inAgency, want: and(federated, createKeys+north)},
		"github":          {arguments: oidc(object{"audience": "https://cloud.example.com"}), want: and(federated, "GET /idtoken")},
		"hcp_terraform": {
			arguments: oidc(nil), want: federated,
			environment: object{"ACTIONS_ID_TOKEN_REQUEST_URL": "", "TFC_WORKLOAD_IDENTITY_TOKEN": simulator.IDToken},
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
			simulator.Key{Access: "ak-st", Secret: "sk-st", SecurityToken: "st-of-ak", DomainID: simulator.DomainID})
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
						s.wantRead(t, nil, cmp.Or(way.project, simulator.ProjectID))
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
			if diff := gocmp.Diff(slices.Sorted(slices.Values(way.want)), slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("requests to sign in (-want +got)\n%s", diff)
			}
		})
	}
}

// wantRead reads the enhanced connections. want is the project that they are from, or a part of the
// error, with a space in it.
func (s *session) wantRead(t *testing.T, set object, want string) {
	t.Helper()
	state, found := s.state(t, t.Context(), enhancedConnectionsSource, set)
	switch text := strings.Join(found.errors, "\n"); {
	case text == "" && dig(t, state, "project_id") == want:
	case text != "" && strings.Contains(want, " ") && strings.Contains(text, want) && !strings.Contains(text, "a-wrong-"):
	default:
		t.Errorf("errors %q, want %s", found.errors, want)
	}
}

// TestSignInErrors names what failed, without a secret, and does not repeat a refused request.
func TestSignInErrors(t *testing.T) {
	t.Parallel()
	ways := signIns(t)
	idToken := object{"idp_id": simulator.IdentityProviderID, "id_token": "a-wrong-token"}
	nobody := object{"agency_name": "nobody", "domain_name": simulator.AgencyDomainName}
	for _, test := range []struct {
		way       string
		arguments object
		want      string
	}{
		{"user", object{"password": "a-wrong-password"}, "Signing in as user"},
		{"keys", object{"secret_key": "a-wrong-secret"}, "Code: APIGW.0301"},
		{"unscoped", object{"token": "a-wrong-token"}, "token from the provider block"},
		{"keys", object{"project_name": "nothing"}, "The project comes from project_name in the"},
		{"chain", object{"assume_role": list{nobody}}, "Could not find agency: nobody"},
		{"id_token", object{"assume_role_with_oidc": idToken}, "Signing in with an ID token"},
		{"metadata", nil, "No credentials are"},
		{"github", nil, "Requesting an ID token from GitHub Actions"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			c := newSignInCloud(t)
			c.Inject(simulator.Fault{Service: "metadata", Action: simulator.Empty(http.StatusForbidden)})
			c.Inject(simulator.Fault{Service: "github", Action: simulator.Empty(http.StatusForbidden)})
			s := c.configure(t, merge(ways[test.way].arguments, test.arguments))
			s.wantRead(t, nil, test.want)
			s.wantRead(t, nil, test.want)
			if n := c.Count(func(r simulator.Request) bool { return r.Status >= http.StatusBadRequest }); n > 1 {
				t.Errorf("%d refused requests", n)
			}
		})
	}
}
