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
	project, other := keystoneVariable(t, "PROJECT_ID"), keystoneVariable(t, "OTHER_PROJECT_ID")
	k.Update(func(d *simulator.Data) {
		d.IAM.Projects = append(d.IAM.Projects,
			simulator.Project{ID: project, Name: simulator.Region, Region: simulator.Region, DomainID: simulator.DomainID},
			simulator.Project{ID: other, Name: simulator.SecondRegion, Region: simulator.SecondRegion, DomainID: simulator.DomainID})
		d.DLI.Projects[project], d.DLI.Projects[other] = simulator.EnhancedConnections(3), simulator.EnhancedConnections(4)
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
	k.environment = map[string]string{
		"OS_REGION_NAME": simulator.Region, "OS_AUTH_URL": k.url + "/v3", "HW_METADATA_ENDPOINT": closedPort,
	}
	return k
}

// record notes a request to Keystone, and has the services accept an issued token.
func (k *keystone) record(t *testing.T, r *http.Response) error {
	k.mu.Lock()
	k.requests = append(k.requests, fmt.Sprintf("%s %s %d", r.Request.Method, r.Request.URL.Path, r.StatusCode))
	k.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Request.Method == http.MethodPost && r.StatusCode == http.StatusCreated {
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
func user(t *testing.T, user string) object {
	t.Helper()
	return object{
		"user_name": keystoneVariable(t, user+"_NAME"), "password": keystoneVariable(t, user+"_PASSWORD"),
		"domain_name": keystoneVariable(t, "DOMAIN_NAME"),
	}
}

// signIn configures a provider that signs in at Keystone.
func (k *keystone) signIn(t *testing.T, arguments object) *session {
	t.Helper()
	endpoints := k.endpoints()
	delete(endpoints, "iam")
	return k.configure(t, merge(object{"endpoints": endpoints}, arguments))
}

// issue has Keystone issue a token to the user with a role in both projects, with a scope in JSON
// or none.
func (k *keystone) issue(t *testing.T, scope string) string {
	t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}}%s}}`,
		keystoneVariable(t, "READER_ID"), keystoneVariable(t, "READER_PASSWORD"), scope)
	return k.send(t, http.MethodPost, "", body).Get("X-Subject-Token")
}

// revoke has Keystone revoke a token, which the services refuse then.
func (k *keystone) revoke(t *testing.T, token string) {
	t.Helper()
	k.send(t, http.MethodDelete, token, "")
	k.Update(func(d *simulator.Data) {
		d.IAM.Tokens = slices.DeleteFunc(d.IAM.Tokens, func(issued simulator.IssuedToken) bool { return issued.Value == token })
	})
}

// send sends a request about a token, and returns the header of the response.
func (k *keystone) send(t *testing.T, method, token, body string) http.Header {
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
	if err := resp.Body.Close(); err != nil || resp.StatusCode >= http.StatusBadRequest {
		t.Fatal(resp.Status, err)
	}
	k.requested()
	return resp.Header
}

const (
	signedIn, refused = "POST /v3/auth/tokens 201", "POST /v3/auth/tokens 401"
	showedToken       = "GET /v3/auth/tokens 200"
)

// TestKeystone signs in as users, by name and by ID, with what an OpenStack RC file exports, and with
// tokens that were issued elsewhere. A refused password is sent once.
func TestKeystone(t *testing.T) {
	t.Parallel()
	reader, project, other := user(t, "READER"), keystoneVariable(t, "PROJECT_ID"), keystoneVariable(t, "OTHER_PROJECT_ID")
	byID := object{"user_id": keystoneVariable(t, "READER_ID"), "password": reader["password"]}
	domainID := object{"domain_id": keystoneVariable(t, "DOMAIN_ID")}
	rc := object{
		"OS_PROJECT_NAME": simulator.Region, "OS_USERNAME": reader["user_name"], "OS_PASSWORD": reader["password"],
		"OS_USER_DOMAIN_NAME": reader["domain_name"],
	}
	south, noProject, inProject := object{"region": simulator.SecondRegion}, object{"project_name": "nothing"}, object{"project_id": project}
	scopedTo := func(id string) string { return fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, id) }
	for name, tt := range map[string]struct {
		arguments, environment object
		// scope of a token in JSON, " " for a token without a scope, "" for no token.
		scope string
		// want is the project that is read from, or a part of the error.
		want     string
		requests []string
	}{
		"by name":                {reader, nil, "", project, []string{signedIn}},
		"by ID":                  {merge(byID, domainID), nil, "", project, []string{signedIn}},
		"by ID without domain":   {byID, nil, "", project, []string{signedIn, signedIn}},
		"by ID, project by ID":   {merge(byID, inProject), nil, "", project, []string{signedIn}},
		"project by name":        {merge(reader, object{"project_name": simulator.Region}), nil, "", project, []string{signedIn}},
		"RC file":                {nil, rc, "", project, []string{signedIn}},
		"wrong password":         {merge(reader, object{"password": "wrong"}), nil, "", "Status: 401", []string{refused}},
		"no role":                {user(t, "NO_ROLE"), nil, "", "Signing in as user", []string{refused}},
		"unknown project":        {merge(reader, noProject), nil, "", "Status: 401", []string{refused}},
		"unknown domain":         {merge(reader, object{"domain_name": "nothing"}), nil, "", "Status: 401", []string{refused}},
		"no role in the project": {merge(user(t, "LISTER"), south), nil, "", "Status: 401", []string{refused}},
		"unscoped token":         {nil, nil, " ", project, []string{showedToken, signedIn}},
		"unscoped, other region": {south, nil, " ", other, []string{showedToken, signedIn}},
		"token of the project":   {south, nil, scopedTo(other), other, []string{showedToken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, "URL")
			k.setVariables(tt.environment)
			if tt.scope != "" {
				tt.arguments = merge(tt.arguments, object{"token": k.issue(t, tt.scope)})
			}
			k.signIn(t, tt.arguments).wantRead(t, nil, tt.want)
			k.wantRequests(t, tt.requests...)
		})
	}
	t.Run("token of another region's project", func(t *testing.T) {
		t.Parallel()
		k := newKeystone(t, "URL")
		k.signIn(t, object{"token": k.issue(t, scopedTo(project))}).wantRead(t, south, "Status: 403 Forbidden")
		k.wantRequests(t, showedToken, "GET /v3/projects 403", "GET /v3/auth/projects 200")
	})
}

// TestKeystoneRenewsToken reads on with a new token after the services refuse a revoked one, and
// before they refuse an expired one. A given token has no successor.
func TestKeystoneRenewsToken(t *testing.T) {
	t.Parallel()
	project := keystoneVariable(t, "PROJECT_ID")
	const life = 10 * time.Second
	for _, address := range []string{"URL", "SHORT_URL"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, address)
			given := k.issue(t, fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, project))
			s := k.signIn(t, user(t, "READER"))
			s.wantRead(t, nil, project)
			if issued := ""; address == "URL" {
				k.Update(func(d *simulator.Data) { issued = d.IAM.Tokens[len(d.IAM.Tokens)-1].Value })
				k.revoke(t, issued)
				k.revoke(t, given)
			} else {
				time.Sleep(life + time.Second)
			}
			k.requested()
			s.wantRead(t, nil, project)
			k.wantRequests(t, signedIn)
			k.signIn(t, object{"token": given}).wantRead(t, nil, "Reading what the token is for failed.")
		})
	}
}
