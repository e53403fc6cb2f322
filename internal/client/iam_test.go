package client

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// userByName is the simulator's user.
var userByName = Password{UserName: simulator.UserName, Password: simulator.Password, DomainName: simulator.DomainName}

// tokenIssued returns IAM's response with a token for a project, or for none. It lives an hour.
func tokenIssued(req *http.Request, token, projectID string) *http.Response {
	project := ""
	if projectID != "" {
		project = fmt.Sprintf(`"project":{"id":%q,"name":%q},`, projectID, simulator.Region)
	}
	body := fmt.Sprintf(`{"token":{"expires_at":%q,%s"user":{"domain":{"id":%q}}}}`,
		time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano), project, simulator.DomainID)
	return responseOf(req, http.StatusCreated, body, "X-Subject-Token", token)
}

// keysIssued returns IAM's response with temporary keys.
func keysIssued(req *http.Request, name string, expires time.Time) *http.Response {
	return responseOf(req, http.StatusCreated, fmt.Sprintf(
		`{"credential":{"access":"AK%[1]s","secret":"secret-of-%[1]s","securitytoken":"token-of-%[1]s","expires_at":%[2]q}}`,
		name, expires.UTC().Format("2006-01-02T15:04:05.000000Z")))
}

// iamDouble responds to requests as IAM, GitHub Actions and a service do, and keeps those to the
// first two.
type iamDouble struct {
	// tokenProject is the project of a given token, "" for none.
	tokenProject string
	// forbidProjects refuses GET /v3/projects.
	forbidProjects bool
	// refused are tokens that services other than IAM refuse.
	refused []string

	mu       sync.Mutex
	requests []string
}

// authorizingHeaders are the headers that authorize a request.
var authorizingHeaders = []string{"X-Auth-Token", "X-Subject-Token", "X-Idp-Id", "X-Security-Token"}

func (d *iamDouble) respond(req *http.Request) (*http.Response, error) {
	path, isIAM := strings.CutPrefix(req.URL.RequestURI(), "/"+simulator.Region+"/iam")
	if !isIAM && req.URL.Path != "/github" {
		if slices.Contains(d.refused, req.Header.Get("X-Auth-Token")) {
			return responseOf(req, http.StatusUnauthorized, "{}"), nil
		}
		return responseOf(req, http.StatusOK, channelBody), nil
	}
	line := req.Method + " " + path
	var lineSb65 strings.Builder
	for _, name := range authorizingHeaders {
		if value := req.Header.Get(name); value != "" {
			lineSb65.WriteString(" " + name + "=" + value)
		}
	}
	line += lineSb65.String()
	switch authorization := req.Header.Get("Authorization"); {
	case strings.HasPrefix(authorization, "Bearer "):
		line += " " + authorization
	case authorization != "":
		access, _, _ := strings.Cut(strings.TrimPrefix(authorization, signatureAlgorithm+" "), ",")
		line += " " + access
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	if len(body) > 0 {
		line += " " + string(body)
	}
	d.mu.Lock()
	d.requests = append(d.requests, line)
	d.mu.Unlock()
	return d.respondIAM(req, string(body)), nil
}

func (d *iamDouble) respondIAM(req *http.Request, body string) *http.Response {
	const projects = `{"projects":[{"id":"p1","name":"` + simulator.Region + `"},{"id":"p2","name":"other"}]}`
	switch path := req.URL.Path; {
	case path == "/github":
		return responseOf(req, http.StatusOK, `{"value":"github-id-token"}`)
	case strings.HasSuffix(path, "/v3/auth/tokens") && req.Method == http.MethodGet:
		return tokenIssued(req, "", d.tokenProject)
	case strings.HasSuffix(path, "/v3/auth/tokens") && strings.Contains(body, "scope"):
		return tokenIssued(req, "issued-token", "p1")
	case strings.HasSuffix(path, "/v3/auth/tokens"):
		return tokenIssued(req, "issued-unscoped-token", "")
	case strings.HasSuffix(path, "/v3.0/OS-AUTH/id-token/tokens"):
		return tokenIssued(req, "federated-token", "")
	case strings.HasSuffix(path, "/v3.0/OS-CREDENTIAL/securitytokens"):
		return keysIssued(req, "1", time.Now().Add(time.Hour))
	case strings.HasSuffix(path, "/v3/projects") && d.forbidProjects:
		return responseOf(req, http.StatusForbidden, `{"error":{"code":403,"message":"identity:list_projects"}}`)
	case strings.HasSuffix(path, "/v3/projects"), strings.HasSuffix(path, "/v3/auth/projects"):
		return responseOf(req, http.StatusOK, projects)
	}
	return responseOf(req, http.StatusNotFound, "{}")
}

// The documents of IAM's requests.
const (
	passwordDocument = "Identity and Access Management API reference, Obtaining a User Token Through Password Authentication, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html"
	showTokenDocument = "Identity and Access Management API reference, Verifying a Token, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0010.html"
	scopeTokenDocument = "OpenStack Identity API v3, Token authentication with scoped authorization, " +
		"https://docs.openstack.org/api-ref/identity/v3/"
	agencyDocument = "Identity and Access Management API reference, Obtaining a Temporary Access Key and Security Token Through an Agency, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html"
	idTokenDocument = "Identity and Access Management API reference, Obtaining a Token with an OpenID Connect ID Token, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_13_0605.html"
	federatedKeyDocument = "Identity and Access Management API reference, Obtaining Temporary Access Keys and Security Tokens of a Federated User, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0002.html"
	projectsDocument = "Identity and Access Management API reference, Querying Project Information, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html"
	authProjectsDocument = "Identity and Access Management API reference, Querying the List of Projects Accessible to Users, " +
		"https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0003.html"
	gitHubDocument = "GitHub Docs, OpenID Connect reference, https://docs.github.com/en/actions/reference/security/oidc"
)

// TestIAMRequests compares every request to IAM with what its document describes.
func TestIAMRequests(t *testing.T) {
	t.Parallel()
	type documented struct{ request, document string }
	const (
		tokens = "POST /v3/auth/tokens " //nolint:gosec // A path, not a secret.
		keys   = "POST /v3.0/OS-CREDENTIAL/securitytokens "
		user   = `{"auth":{"identity":{"methods":["password"],"password":{"user":`
	)
	gitHub := GitHubIDToken{RequestURL: "http://api.invalid/github?api-version=2.0", RequestToken: "bearer", Audience: "an audience/&"}
	tests := map[string]struct {
		config Config
		// projectID is read from; "" for the region's project.
		projectID string
		double    *iamDouble
		want      []documented
	}{
		"user name, domain name, project name": {
			config: Config{Credentials: Password{UserName: "u", Password: "p", DomainName: "d"}},
			want: []documented{{tokens + user + `{"domain":{"name":"d"},"name":"u","password":"p"}}},` +
				`"scope":{"project":{"domain":{"name":"d"},"name":"cn-north-4"}}}}`, passwordDocument}},
		},
		"user name, domain ID, configured project name": {
			config: Config{Credentials: Password{UserName: "u", Password: "p", DomainName: "d", DomainID: "i"}, ProjectName: "cn-north-4_lab"},
			want: []documented{{tokens + user + `{"domain":{"id":"i"},"name":"u","password":"p"}}},` +
				`"scope":{"project":{"domain":{"id":"i"},"name":"cn-north-4_lab"}}}}`, passwordDocument}},
		},
		"user name, project ID": {
			config: Config{Credentials: Password{UserName: "u", Password: "p", DomainName: "d"}}, projectID: "p1",
			want: []documented{{tokens + user + `{"domain":{"name":"d"},"name":"u","password":"p"}}},` +
				`"scope":{"project":{"id":"p1"}}}}`, passwordDocument}},
		},
		"user ID, project ID": {
			config: Config{Credentials: Password{UserID: "u", Password: `"p\`}}, projectID: "p1",
			want: []documented{{tokens + user + `{"id":"u","password":"\"p\\"}}},"scope":{"project":{"id":"p1"}}}}`, passwordDocument}},
		},
		"user ID, domain name, project name": {
			config: Config{Credentials: Password{UserID: "u", Password: "p", DomainName: "d"}},
			want: []documented{{tokens + user + `{"id":"u","password":"p"}}},` +
				`"scope":{"project":{"domain":{"name":"d"},"name":"cn-north-4"}}}}`, passwordDocument}},
		},
		"user ID alone, project name": {
			config: Config{Credentials: Password{UserID: "u", Password: "p"}},
			want: []documented{
				{tokens + user + `{"id":"u","password":"p"}}}}}`, passwordDocument},
				{tokens + user + `{"id":"u","password":"p"}}},` +
					`"scope":{"project":{"domain":{"id":"` + simulator.DomainID + `"},"name":"cn-north-4"}}}}`, passwordDocument},
			},
		},
		"token of the project": {
			config: Config{Credentials: Token("t")}, double: &iamDouble{tokenProject: "p1"},
			want: []documented{{"GET /v3/auth/tokens X-Auth-Token=t X-Subject-Token=t", showTokenDocument}},
		},
		"token without a project": {
			config: Config{Credentials: Token("t")},
			want: []documented{
				{"GET /v3/auth/tokens X-Auth-Token=t X-Subject-Token=t", showTokenDocument},
				{tokens + `{"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},` +
					`"scope":{"project":{"domain":{"id":"` + simulator.DomainID + `"},"name":"cn-north-4"}}}}`, scopeTokenDocument},
			},
		},
		"token without a project, project ID": {
			config: Config{Credentials: Token("t")}, projectID: "p1", double: &iamDouble{refused: []string{"t"}},
			want: []documented{
				{"GET /v3/auth/tokens X-Auth-Token=t X-Subject-Token=t", showTokenDocument},
				{tokens + `{"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},"scope":{"project":{"id":"p1"}}}}`, scopeTokenDocument},
			},
		},
		"keys, project name": {
			config: Config{Credentials: Keys{AccessKey: "AK", SecretKey: "SK", SecurityToken: "st"}},
			want:   []documented{{"GET /v3/projects?name=cn-north-4 X-Security-Token=st Access=AK", projectsDocument}},
		},
		"keys that may not list projects": {
			config: Config{Credentials: Keys{AccessKey: "AK", SecretKey: "SK"}}, double: &iamDouble{forbidProjects: true},
			want: []documented{
				{"GET /v3/projects?name=cn-north-4 Access=AK", projectsDocument},
				{"GET /v3/auth/projects Access=AK", authProjectsDocument},
			},
		},
		"agency by domain name": {
			config: Config{
				Credentials: Keys{AccessKey: "AK", SecretKey: "SK"}, ProjectID: "p1",
				Agencies: []Agency{{Name: "a", DomainName: "d", Duration: time.Hour}},
			},
			want: []documented{{keys + `Access=AK {"auth":{"identity":{"assume_role":{"agency_name":"a","domain_name":"d","duration_seconds":3600},` +
				`"methods":["assume_role"]}}}`, agencyDocument}},
		},
		"agency by domain ID, of a user, then another": {
			config: Config{
				Credentials: Password{UserName: "u", Password: "p", DomainName: "d"}, ProjectID: "p1",
				Agencies: []Agency{{Name: "a", DomainID: "i", DomainName: "d"}, {Name: "b", DomainName: "e"}},
			},
			want: []documented{
				{tokens + user + `{"domain":{"name":"d"},"name":"u","password":"p"}}},` +
					`"scope":{"project":{"domain":{"name":"d"},"name":"cn-north-4"}}}}`, passwordDocument},
				{keys + `X-Auth-Token=issued-token {"auth":{"identity":{"assume_role":{"agency_name":"a","domain_id":"i"},` +
					`"methods":["assume_role"]}}}`, agencyDocument},
				{keys + `X-Security-Token=token-of-1 Access=AK1 {"auth":{"identity":{"assume_role":{"agency_name":"b","domain_name":"e"},` +
					`"methods":["assume_role"]}}}`, agencyDocument},
			},
		},
		"ID token": {
			config: Config{Credentials: OIDC{ProviderID: "idp", IDToken: IDToken(" it\n"), Duration: 15 * time.Minute}, ProjectID: "p1"},
			want: []documented{
				{`POST /v3.0/OS-AUTH/id-token/tokens X-Idp-Id=idp {"auth":{"id_token":{"id":"it"}}}`, idTokenDocument},
				{keys + `{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":900,"id":"federated-token"}}}}`, federatedKeyDocument},
			},
		},
		"ID token of GitHub Actions, then an agency": {
			config: Config{
				Credentials: OIDC{ProviderID: "idp", IDToken: gitHub}, ProjectID: "p1", Agencies: []Agency{{Name: "a", DomainName: "d"}},
			},
			want: []documented{
				{"GET /github?api-version=2.0&audience=an+audience%2F%26 Bearer bearer", gitHubDocument},
				{`POST /v3.0/OS-AUTH/id-token/tokens X-Idp-Id=idp {"auth":{"id_token":{"id":"github-id-token"}}}`, idTokenDocument},
				{keys + `{"auth":{"identity":{"methods":["token"],"token":{"id":"federated-token"}}}}`, federatedKeyDocument},
				{keys + `X-Security-Token=token-of-1 Access=AK1 {"auth":{"identity":{"assume_role":{"agency_name":"a","domain_name":"d"},` +
					`"methods":["assume_role"]}}}`, agencyDocument},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			double := tt.double
			if double == nil {
				double = &iamDouble{}
			}
			c := inMemory(t, tt.config, double.respond)
			in, err := c.Resolve(t.Context(), APIG, Scope{Region: simulator.Region, ProjectID: tt.projectID})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := c.VPCChannel(t.Context(), in, "i", "c"); err != nil {
					t.Fatal(err)
				}
			}
			got := double.requests
			for i, want := range tt.want {
				switch {
				case i >= len(got):
					t.Errorf("request %d is missing (%s)\nwant %s", i+1, want.document, want.request)
				case got[i] != want.request:
					t.Errorf("request %d (%s) (-want +got)\n%s", i+1, want.document, cmp.Diff(want.request, got[i]))
				}
			}
			if len(got) > len(tt.want) {
				t.Errorf("more requests: %q", got[len(tt.want):])
			}
		})
	}
}

// TestIAMErrors name the purpose and the service, and have Keystone's request ID.
func TestIAMErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config    Config
		operation Operation
		purpose   string
	}{
		"user name": {
			Config{Credentials: Password{UserName: "u", Password: "p", DomainName: "d"}},
			OpCreateToken, `signing in as user "u" of domain "d"`,
		},
		"user name, domain ID": {
			Config{Credentials: Password{UserName: "u", Password: "p", DomainID: "i"}},
			OpCreateToken, `signing in as user "u" of domain "i"`,
		},
		"user ID":  {Config{Credentials: Password{UserID: "u", Password: "p"}}, OpCreateToken, `signing in as user ID "u"`},
		"token":    {Config{Credentials: Token("t")}, OpShowToken, "reading what the token is for"},
		"projects": {Config{}, OpListProjects, "looking up the project of region cn-north-4"},
		"agency": {
			Config{Agencies: []Agency{{Name: "a", DomainName: "d"}}}, OpAssumeAgency, `assuming agency "a" of domain "d"`,
		},
		"agency, domain ID": {
			Config{Agencies: []Agency{{Name: "a", DomainID: "i"}}}, OpAssumeAgency, `assuming agency "a" of domain ID "i"`,
		},
		"ID token": {
			Config{Credentials: OIDC{ProviderID: "idp", IDToken: IDToken("it")}},
			OpExchangeIDToken, `signing in with an ID token at identity provider "idp"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t, tt.config, func(req *http.Request) (*http.Response, error) {
				return responseOf(req, http.StatusBadRequest, `{"error":{"code":400,"message":"m","title":"Bad Request"}}`,
					"X-Openstack-Request-Id", "req-1"), nil
			})
			_, err := c.Resolve(t.Context(), APIG, Scope{})
			e := requestError(t, err)
			if e.Service != IAM || e.Operation != tt.operation || e.Purpose != tt.purpose || e.RequestID != "req-1" || e.Status != 400 || e.Message != "m" || e.Attempts != 1 {
				t.Errorf("%+v", e)
			}
		})
	}
}
