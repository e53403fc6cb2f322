//go:build keystone

package provider

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
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

// keystone is a cloud whose IAM is a real Keystone. Its services are simulated, and accept the
// tokens that Keystone issues, each for its own project and until it expires or is revoked.
type keystone struct {
	*cloud
	// url is the address of a proxy in front of Keystone, without /v3.
	url string

	mu       sync.Mutex
	requests []string
}

// keystoneVariable is the value of one of the variables that tools/keystone/run sets, without their
// prefix.
func keystoneVariable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("HWCLOUD_KEYSTONE_" + name)
	if value == "" {
		t.Fatalf("HWCLOUD_KEYSTONE_%s is not set. `make test-keystone` starts Keystone and sets it.", name)
	}
	return value
}

// newKeystone is a cloud with the Keystone whose address is in a variable.
func newKeystone(t *testing.T, address string) *keystone {
	t.Helper()
	k := &keystone{cloud: newCloud(t)}
	k.environment = map[string]string{"HW_REGION_NAME": simulator.Region, "HW_METADATA_ENDPOINT": closedPort}
	project, other := keystoneVariable(t, "PROJECT_ID"), keystoneVariable(t, "OTHER_PROJECT_ID")
	k.Update(func(d *simulator.Data) {
		d.IAM.Projects = append(d.IAM.Projects,
			simulator.Project{ID: project, Name: simulator.Region, Region: simulator.Region, DomainID: simulator.DomainID},
			simulator.Project{ID: other, Name: simulator.SecondRegion, Region: simulator.SecondRegion, DomainID: simulator.DomainID})
		d.DLI.Projects[project], d.DLI.Projects[other] = simulator.EnhancedConnections(3), simulator.EnhancedConnections(4)
		d.VPCEP.Services[simulator.ServiceID].ProjectID = project
		d.APIG.Instances[simulator.FullInstanceID].ProjectID = project
	})

	target, err := url.Parse(keystoneVariable(t, address))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error { return k.record(t, r) },
	})
	t.Cleanup(proxy.Close)
	k.url = proxy.URL
	return k
}

// record notes a request to Keystone, and has the services accept an issued token and refuse a
// revoked one.
func (k *keystone) record(t *testing.T, r *http.Response) error {
	k.mu.Lock()
	k.requests = append(k.requests, fmt.Sprintf("%s %s %d", r.Request.Method, r.Request.URL.Path, r.StatusCode))
	k.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case r.Request.Method == http.MethodPost && r.StatusCode == http.StatusCreated:
		issued := decode[struct {
			Token struct {
				Expires time.Time `json:"expires_at"`
				Project struct {
					ID string `json:"id"`
				} `json:"project"`
			} `json:"token"`
		}](t, body).Token
		k.Update(func(d *simulator.Data) {
			d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{
				Value: r.Header.Get("X-Subject-Token"), DomainID: simulator.DomainID, ProjectID: issued.Project.ID, Expires: issued.Expires,
			})
		})
	case r.Request.Method == http.MethodDelete && r.StatusCode == http.StatusNoContent:
		revoked := r.Request.Header.Get("X-Subject-Token")
		k.Update(func(d *simulator.Data) {
			d.IAM.Tokens = slices.DeleteFunc(d.IAM.Tokens, func(token simulator.IssuedToken) bool { return token.Value == revoked })
		})
	}
	return nil
}

// requested are the requests to Keystone since the last call, sorted.
func (k *keystone) requested() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	requests := slices.Sorted(slices.Values(k.requests))
	k.requests = nil
	return requests
}

// wantRequests compares the requests to Keystone since the last time.
func (k *keystone) wantRequests(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), k.requested()); diff != "" {
		t.Errorf("requests to Keystone (-want +got)\n%s", diff)
	}
}

// user are the arguments that sign a user of the account in.
func (k *keystone) user(t *testing.T, user string) object {
	t.Helper()
	return object{
		"auth_url": k.url, "user_name": keystoneVariable(t, user+"_NAME"), "password": keystoneVariable(t, user+"_PASSWORD"),
		"domain_name": keystoneVariable(t, "DOMAIN_NAME"),
	}
}

// issue has Keystone issue a token to the user with a role in both projects, with a scope in JSON
// or none.
func (k *keystone) issue(t *testing.T, scope string) string {
	t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}}%s}}`,
		keystoneVariable(t, "READER_ID"), keystoneVariable(t, "READER_PASSWORD"), scope)
	status, header := k.send(t, http.MethodPost, "", body)
	if status != http.StatusCreated {
		t.Fatalf("Keystone issues no token: %d", status)
	}
	k.requested()
	return header.Get("X-Subject-Token")
}

// revoke has Keystone revoke a token.
func (k *keystone) revoke(t *testing.T, token string) {
	t.Helper()
	if status, _ := k.send(t, http.MethodDelete, token, ""); status != http.StatusNoContent {
		t.Fatalf("Keystone does not revoke the token: %d", status)
	}
	k.requested()
}

// send sends a request about a token, and returns the response without its body.
func (k *keystone) send(t *testing.T, method, token, body string) (status int, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, k.url+"/v3/auth/tokens", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("X-Auth-Token", token)
		req.Header.Set("X-Subject-Token", token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header
}

// wantError reads the enhanced connections, and checks the parts of the error.
func (s *session) wantError(t *testing.T, set object, parts ...string) {
	t.Helper()
	found := s.read(t, enhancedConnectionsSource, set)
	if len(found.errors) != 1 {
		t.Fatalf("errors %q", found.errors)
	}
	for _, part := range parts {
		if !strings.Contains(found.errors[0], part) {
			t.Errorf("the error lacks %q: %s", part, found.errors[0])
		}
	}
}

const signedIn = "POST /v3/auth/tokens 201"

// TestKeystoneUsers signs in by name and by ID, with the project by name and by ID.
func TestKeystoneUsers(t *testing.T) {
	t.Parallel()
	domainID, userID := keystoneVariable(t, "DOMAIN_ID"), keystoneVariable(t, "READER_ID")
	project, other := keystoneVariable(t, "PROJECT_ID"), keystoneVariable(t, "OTHER_PROJECT_ID")
	for name, tt := range map[string]struct {
		// set changes the arguments of the user by name.
		set object
		// project that is read from, the region's by default, and number of sign-ins, 1 by default.
		project string
		signIns int
	}{
		"by name":                  {nil, "", 1},
		"name, domain by ID":       {object{"domain_name": nil, "domain_id": domainID}, "", 1},
		"by ID":                    {object{"user_name": nil, "user_id": userID}, "", 1},
		"by ID, domain by ID":      {object{"user_name": nil, "user_id": userID, "domain_name": nil, "domain_id": domainID}, "", 1},
		"by ID without domain":     {object{"user_name": nil, "user_id": userID, "domain_name": nil}, "", 2},
		"by ID, project by ID":     {object{"user_name": nil, "user_id": userID, "domain_name": nil, "project_id": project}, "", 1},
		"by name, project by ID":   {object{"project_id": project}, "", 1},
		"by name, project by name": {object{"project_name": simulator.Region}, "", 1},
		"in the other region":      {object{"region": simulator.SecondRegion}, other, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, "URL")
			s := k.configure(t, merge(k.user(t, "READER"), tt.set))
			if tt.project == "" {
				tt.project = project
			}
			s.wantRead(t, nil, tt.project)
			k.wantRequests(t, slices.Repeat([]string{signedIn}, tt.signIns)...)
		})
	}
}

// TestKeystoneEnvironment signs in with what an OpenStack RC file exports.
func TestKeystoneEnvironment(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "URL")
	k.environment = map[string]string{
		"OS_AUTH_URL": k.url + "/v3", "OS_REGION_NAME": simulator.Region, "OS_PROJECT_NAME": simulator.Region,
		"OS_USERNAME": keystoneVariable(t, "READER_NAME"), "OS_PASSWORD": keystoneVariable(t, "READER_PASSWORD"),
		"OS_USER_DOMAIN_NAME": keystoneVariable(t, "DOMAIN_NAME"), "HW_METADATA_ENDPOINT": closedPort,
	}
	endpoints := k.endpoints()
	delete(endpoints, "iam")
	k.configure(t, object{"endpoints": endpoints}).wantRead(t, nil, keystoneVariable(t, "PROJECT_ID"))
	k.wantRequests(t, signedIn)
}

// TestKeystoneSignsInOnce reads ten data sources in one region, with one sign-in.
func TestKeystoneSignsInOnce(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "URL")
	var config strings.Builder
	config.WriteString(k.block(hcl(k.user(t, "READER"))))
	for i := range 4 {
		fmt.Fprintf(&config, "data %q \"d%d\" {}\n", enhancedConnectionsSource, i)
		fmt.Fprintf(&config, "data %q \"d%d\" {\n  service_id = %q\n}\n", serviceConnectionsSource, i, simulator.ServiceID)
	}
	for i := range 2 {
		fmt.Fprintf(&config, "data %q \"d%d\" {\n%s}\n", vpcChannelSource, i, byChannelName(simulator.FullInstanceID, "full_nacos"))
	}
	w := k.newWorkspace(t, buildProvider(t), config.String())
	w.mustRun(t, nil, "plan", "-parallelism=20")
	k.wantRequests(t, signedIn)
}

// TestKeystoneThroughTerraform plans, applies, and plans again.
func TestKeystoneThroughTerraform(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "URL")
	k.run(t, k.block(hcl(k.user(t, "READER")))+allEnhancedConnections+
		"output \"project\" {\n  value = data.hwcloud_dli_enhanced_connections.all.project_id\n}\n",
		statecheck.ExpectKnownOutputValue("project", knownvalue.StringExact(keystoneVariable(t, "PROJECT_ID"))))
}

// TestKeystoneRefusesPasswordOnce reads twelve data sources with a wrong password, which is sent
// once.
func TestKeystoneRefusesPasswordOnce(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "URL")
	s := k.configure(t, merge(k.user(t, "READER"), object{"password": "a-wrong-password"}))
	var wait sync.WaitGroup
	for range 12 {
		wait.Go(func() {
			s.wantError(t, nil, "Signing in as user", "Status: 401 Unauthorized", "Request ID: req-", "Check the user, the password and the domain")
		})
	}
	wait.Wait()
	k.wantRequests(t, "POST /v3/auth/tokens 401")
}

// TestKeystoneRefusesUsers names the causes of a refused sign-in that is not about the password.
func TestKeystoneRefusesUsers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		user string
		set  object
		want []string
	}{
		"no role":            {"NO_ROLE", nil, []string{"Status: 401 Unauthorized", "has a role in the project"}},
		"no role, by ID":     {"NO_ROLE", object{"project_id": keystoneVariable(t, "PROJECT_ID")}, []string{"Status: 401 Unauthorized", "has a role in the project"}},
		"unknown project":    {"READER", object{"project_name": "nothing"}, []string{"Status: 401 Unauthorized", "the project"}},
		"unknown project ID": {"READER", object{"project_id": "nothing"}, []string{"Status: 401 Unauthorized", "the project"}},
		"unknown domain":     {"READER", object{"domain_name": "nothing"}, []string{"Status: 401 Unauthorized", "the domain"}},
		"project without role": {
			"LISTER", object{"region": simulator.SecondRegion}, []string{"Status: 401 Unauthorized", "has a role in the project"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, "URL")
			k.configure(t, merge(k.user(t, tt.user), tt.set)).wantError(t, nil, append(tt.want, "Signing in as user", "Request ID: req-")...)
			k.wantRequests(t, "POST /v3/auth/tokens 401")
		})
	}
}

// TestKeystoneRevokesToken reads on with a new token after the services refuse the revoked one.
func TestKeystoneRevokesToken(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "URL")
	project := keystoneVariable(t, "PROJECT_ID")
	s := k.configure(t, k.user(t, "READER"))
	s.wantRead(t, nil, project)
	k.wantRequests(t, signedIn)
	var tokens []simulator.IssuedToken
	k.Update(func(d *simulator.Data) { tokens = slices.Clone(d.IAM.Tokens) })
	k.revoke(t, tokens[len(tokens)-1].Value)
	s.wantRead(t, nil, project)
	k.wantRequests(t, signedIn)

	// A given token has no successor.
	token := k.issue(t, fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, project))
	s = k.configure(t, object{"auth_url": k.url, "token": token})
	s.wantRead(t, nil, project)
	k.wantRequests(t, "GET /v3/auth/tokens 200")
	k.revoke(t, token)
	s.wantError(t, nil, "Status: 401 Unauthorized", "The credentials were refused. In use: token from the provider block.")
	k.configure(t, object{"auth_url": k.url, "token": token}).
		wantError(t, nil, "Reading what the token is for failed.", "The token is not valid or has expired. In use: token from the provider block.")
}

// TestKeystoneTokenExpires signs in again before the services refuse a token.
func TestKeystoneTokenExpires(t *testing.T) {
	t.Parallel()
	const life = 10 * time.Second
	k := newKeystone(t, "SHORT_URL")
	project := keystoneVariable(t, "PROJECT_ID")
	token := k.issue(t, fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, project))
	s := k.configure(t, k.user(t, "READER"))
	s.wantRead(t, nil, project)
	time.Sleep(life + time.Second)
	s.wantRead(t, nil, project)
	k.wantRequests(t, signedIn, signedIn)
	if n := k.Count(func(r simulator.Request) bool { return r.Status == http.StatusUnauthorized }); n != 0 {
		t.Errorf("%d requests were refused", n)
	}

	k.configure(t, object{"auth_url": k.url, "token": token}).
		wantError(t, nil, "Reading what the token is for failed.", "The token is not valid or has expired.")
}

// TestKeystoneTokens reads with tokens that were issued elsewhere.
func TestKeystoneTokens(t *testing.T) {
	t.Parallel()
	project, other := keystoneVariable(t, "PROJECT_ID"), keystoneVariable(t, "OTHER_PROJECT_ID")
	const described = "GET /v3/auth/tokens 200"
	t.Run("unscoped", func(t *testing.T) {
		t.Parallel()
		k := newKeystone(t, "URL")
		s := k.configure(t, object{"auth_url": k.url, "token": k.issue(t, "")})
		s.wantRead(t, nil, project)
		s.wantRead(t, object{"region": simulator.SecondRegion}, other)
		s.wantRead(t, nil, project)
		k.wantRequests(t, described, signedIn, signedIn)
	})
	t.Run("unscoped, with a project", func(t *testing.T) {
		t.Parallel()
		k := newKeystone(t, "URL")
		s := k.configure(t, object{"auth_url": k.url, "token": k.issue(t, ""), "project_id": project})
		s.wantRead(t, nil, project)
		k.wantRequests(t, described, signedIn)
	})
	t.Run("unscoped, unknown project", func(t *testing.T) {
		t.Parallel()
		k := newKeystone(t, "URL")
		k.configure(t, object{"auth_url": k.url, "token": k.issue(t, ""), "project_name": "nothing"}).
			wantError(t, nil, "Trading the token for one of a project failed.", "role in the project")
	})
	t.Run("of a project", func(t *testing.T) {
		t.Parallel()
		k := newKeystone(t, "URL")
		token := k.issue(t, fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, other))
		k.configure(t, object{"auth_url": k.url, "token": token, "region": simulator.SecondRegion}).wantRead(t, nil, other)
		k.wantRequests(t, described)
	})
}

// TestKeystoneProjects looks up the project of another region than a token's. A user who may not
// list projects lists those with a role.
func TestKeystoneProjects(t *testing.T) {
	t.Parallel()
	other := keystoneVariable(t, "OTHER_PROJECT_ID")
	for user, requests := range map[string][]string{
		"READER": {"GET /v3/projects 403", "GET /v3/auth/projects 200"},
		"LISTER": {"GET /v3/projects 200"},
	} {
		t.Run(user, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, "URL")
			signIn := k.configure(t, k.user(t, user))
			signIn.wantRead(t, nil, keystoneVariable(t, "PROJECT_ID"))
			k.requested()
			var token string
			k.Update(func(d *simulator.Data) { token = d.IAM.Tokens[len(d.IAM.Tokens)-1].Value })
			k.configure(t, object{"auth_url": k.url, "token": token}).
				wantError(t, object{"region": simulator.SecondRegion}, "project "+other, "Status: 403 Forbidden", "a token in use to another project")
			k.wantRequests(t, append(requests, "GET /v3/auth/tokens 200")...)
		})
	}
}
