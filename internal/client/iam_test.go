package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// toIAM matches the requests to IAM.
func toIAM(r simulator.Request) bool { return r.Service == IAM }

func checkIAMRequests(t *testing.T, server *simulator.Server, want int) {
	t.Helper()
	if n := server.Count(toIAM); n != want {
		t.Errorf("%d requests to IAM, want %d", n, want)
	}
}

// checkRead reads from the project that a scope resolves to.
func checkRead(t *testing.T, c *Client, in Scope, project string) {
	t.Helper()
	in, err := c.Resolve(t.Context(), DLI, in)
	if err == nil {
		_, err = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{})
	}
	if err != nil || in.ProjectID != project {
		t.Errorf("read from project %q, want %q: %v", in.ProjectID, project, err)
	}
}

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
	// refused is a token that services other than IAM refuse.
	refused string

	requests []string
}

func (d *iamDouble) respond(req *http.Request) (*http.Response, error) {
	path, isIAM := strings.CutPrefix(req.URL.RequestURI(), "/"+simulator.Region+"/iam")
	if !isIAM && req.URL.Path != "/github" {
		if token := req.Header.Get("X-Auth-Token"); token != "" && token == d.refused {
			return responseOf(req, http.StatusUnauthorized, "{}"), nil
		}
		return responseOf(req, http.StatusOK, channelBody), nil
	}
	parts := []string{req.Method, path}
	for _, name := range []string{"X-Auth-Token", "X-Subject-Token", "X-Idp-Id", "X-Security-Token"} {
		if value := req.Header.Get(name); value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	authorization, _, _ := strings.Cut(strings.TrimPrefix(req.Header.Get("Authorization"), signatureAlgorithm+" "), ",")
	body, err := io.ReadAll(req.Body)
	parts = slices.DeleteFunc(append(parts, authorization, string(body)), func(part string) bool { return part == "" })
	d.requests = append(d.requests, strings.Join(parts, " "))
	return d.respondIAM(req, string(body)), err
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

// TestIAMRequests compares every request to IAM with what its document describes; the doc comments of
// the functions that send them name the documents.
func TestIAMRequests(t *testing.T) {
	t.Parallel()
	const (
		describeToken = "GET /v3/auth/tokens X-Auth-Token=t X-Subject-Token=t"
		byName        = `{"domain":{"name":"d"},"name":"u","password":"p"}`
		ofDomain      = `{"domain":{"name":"d"},"name":"cn-north-4"}`
		ofOwnDomain   = `{"domain":{"id":"` + simulator.DomainID + `"},"name":"cn-north-4"}`
	)
	tokenFor := func(identity, project string) string {
		return `POST /v3/auth/tokens {"auth":{"identity":{"methods":` + identity + `},"scope":{"project":` + project + `}}}`
	}
	password := func(user string) string { return `["password"],"password":{"user":` + user + `}` }
	keysFor := func(credential, identity string) string {
		return "POST /v3.0/OS-CREDENTIAL/securitytokens" + credential + ` {"auth":{"identity":{` + identity + `}}}`
	}
	assume := func(credential, role string) string {
		return keysFor(" "+credential, `"assume_role":{"agency_name":`+role+`},"methods":["assume_role"]`)
	}
	exchange := func(token string) string {
		return `POST /v3.0/OS-AUTH/id-token/tokens X-Idp-Id=idp {"auth":{"id_token":{"id":"` + token + `"}}}`
	}
	user := Password{UserName: "u", Password: "p", DomainName: "d"}
	fixedKeys := Keys{AccessKey: "AK", SecretKey: "SK"}
	gitHub := GitHubIDToken{RequestURL: "http://api.invalid/github?api-version=2.0", RequestToken: "bearer", Audience: "an audience/&"}
	for name, tt := range map[string]struct {
		config Config
		// projectID is read from; "" for the region's project.
		projectID string
		double    iamDouble
		want      []string
	}{
		"user name, domain name, project name": {
			config: Config{Credentials: user}, want: []string{tokenFor(password(byName), ofDomain)},
		},
		"user name, domain ID, configured project name": {
			config: Config{Credentials: Password{UserName: "u", Password: "p", DomainName: "d", DomainID: "i"}, ProjectName: "cn-north-4_lab"},
			want: []string{
				tokenFor(password(`{"domain":{"id":"i"},"name":"u","password":"p"}`), `{"domain":{"id":"i"},"name":"cn-north-4_lab"}`),
			},
		},
		"user name, project ID": {
			config: Config{Credentials: user}, projectID: "p1", want: []string{tokenFor(password(byName), `{"id":"p1"}`)},
		},
		"user ID, project ID": {
			config: Config{Credentials: Password{UserID: "u", Password: `"p\`}}, projectID: "p1",
			want: []string{tokenFor(password(`{"id":"u","password":"\"p\\"}`), `{"id":"p1"}`)},
		},
		"user ID, domain name, project name": {
			config: Config{Credentials: Password{UserID: "u", Password: "p", DomainName: "d"}},
			want:   []string{tokenFor(password(`{"id":"u","password":"p"}`), ofDomain)},
		},
		"user ID alone, project name": {
			config: Config{Credentials: Password{UserID: "u", Password: "p"}},
			want: []string{
				`POST /v3/auth/tokens {"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u","password":"p"}}}}}`,
				tokenFor(password(`{"id":"u","password":"p"}`), ofOwnDomain),
			},
		},
		"token of the project": {
			config: Config{Credentials: Token("t")}, double: iamDouble{tokenProject: "p1"}, want: []string{describeToken},
		},
		"token without a project": {
			config: Config{Credentials: Token("t")}, want: []string{describeToken, tokenFor(`["token"],"token":{"id":"t"}`, ofOwnDomain)},
		},
		"token without a project, project ID": {
			config: Config{Credentials: Token("t")}, projectID: "p1", double: iamDouble{refused: "t"},
			want: []string{describeToken, tokenFor(`["token"],"token":{"id":"t"}`, `{"id":"p1"}`)},
		},
		"keys, project name": {
			config: Config{Credentials: Keys{AccessKey: "AK", SecretKey: "SK", SecurityToken: "st"}},
			want:   []string{"GET /v3/projects?name=cn-north-4 X-Security-Token=st Access=AK"},
		},
		"keys that may not list projects": {
			config: Config{Credentials: fixedKeys}, double: iamDouble{forbidProjects: true},
			want: []string{"GET /v3/projects?name=cn-north-4 Access=AK", "GET /v3/auth/projects Access=AK"},
		},
		"agency by domain name": {
			config: Config{Credentials: fixedKeys, Agencies: []Agency{{Name: "a", DomainName: "d", Duration: time.Hour}}}, projectID: "p1",
			want: []string{assume("Access=AK", `"a","domain_name":"d","duration_seconds":3600`)},
		},
		"agency by domain ID, of a user, then another": {
			config:    Config{Credentials: user, Agencies: []Agency{{Name: "a", DomainID: "i", DomainName: "d"}, {Name: "b", DomainName: "e"}}},
			projectID: "p1",
			want: []string{
				tokenFor(password(byName), ofDomain),
				assume("X-Auth-Token=issued-token", `"a","domain_id":"i"`),
				assume("X-Security-Token=token-of-1 Access=AK1", `"b","domain_name":"e"`),
			},
		},
		"ID token": {
			config:    Config{Credentials: OIDC{ProviderID: "idp", IDToken: givenIDToken(" it\n"), Duration: 15 * time.Minute}},
			projectID: "p1",
			want: []string{
				exchange("it"), keysFor("", `"methods":["token"],"token":{"duration_seconds":900,"id":"federated-token"}`),
			},
		},
		"ID token of GitHub Actions, then an agency": {
			config:    Config{Credentials: OIDC{ProviderID: "idp", IDToken: gitHub}, Agencies: []Agency{{Name: "a", DomainName: "d"}}},
			projectID: "p1",
			want: []string{
				"GET /github?api-version=2.0&audience=an+audience%2F%26 Bearer bearer", exchange("github-id-token"),
				keysFor("", `"methods":["token"],"token":{"id":"federated-token"}`),
				assume("X-Security-Token=token-of-1 Access=AK1", `"a","domain_name":"d"`),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t, tt.config, tt.double.respond)
			for range 2 {
				in, err := c.Resolve(t.Context(), APIG, Scope{Region: simulator.Region, ProjectID: tt.projectID})
				if err == nil {
					_, err = c.VPCChannel(t.Context(), in, "i", "c")
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, tt.double.requests); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestIAMErrors name the purpose and the service, and have Keystone's request ID.
func TestIAMErrors(t *testing.T) {
	t.Parallel()
	byName := Password{UserName: "u", Password: "p", DomainName: "d"}
	for _, tt := range []struct {
		config    Config
		operation Operation
		purpose   string
	}{
		{Config{Credentials: byName}, OpCreateToken, `signing in as user "u" of domain "d"`},
		{Config{Credentials: Password{UserName: "u", DomainID: "i"}}, OpCreateToken, `signing in as user "u" of domain "i"`},
		{Config{Credentials: Password{UserID: "u", Password: "p"}}, OpCreateToken, `signing in as user ID "u"`},
		{Config{Credentials: Token("t")}, OpShowToken, "reading what the token is for"},
		{Config{}, OpListProjects, "looking up the project of region cn-north-4"},
		{Config{Agencies: []Agency{{Name: "a", DomainName: "d"}}}, OpAssumeAgency, `assuming agency "a" of domain "d"`},
		{Config{Agencies: []Agency{{Name: "a", DomainID: "i"}}}, OpAssumeAgency, `assuming agency "a" of domain "i"`},
		{
			Config{Credentials: OIDC{ProviderID: "idp", IDToken: givenIDToken("it")}},
			OpExchangeIDToken, `signing in with an ID token at identity provider "idp"`,
		},
	} {
		c := inMemory(t, tt.config, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, http.StatusBadRequest, `{"error":{"code":400,"message":"m","title":"Bad Request"}}`,
				"X-Openstack-Request-Id", "req-1"), nil
		})
		_, err := c.Resolve(t.Context(), APIG, Scope{})
		got := *requestError(t, err)
		got.Method, got.URL = "", ""
		want := Error{
			Service: IAM, Operation: tt.operation, Purpose: tt.purpose, Status: 400, Code: "400", Message: "m", RequestID: "req-1", Attempts: 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestUnexpectedIAMResponses lack what was requested.
func TestUnexpectedIAMResponses(t *testing.T) {
	t.Parallel()
	byID, federated := Password{UserID: "u", Password: "p"}, oidc(givenIDToken("it"))
	for _, tt := range []struct {
		credentials Credentials
		operation   Operation
		// token is X-Subject-Token, body and keys are bodies: keys that of temporary keys.
		token, body, keys, text string
	}{
		{userByName, OpCreateToken, "", `{"token":{}}`, "", "missing header X-Subject-Token"},
		{userByName, OpCreateToken, "t", `{}`, "", `missing field "token"`},
		{userByName, OpCreateToken, "t", `[]`, "", "the response must be an object, got an a"},
		{byID, OpCreateToken, "t", `{"token":{}}`, "", `missing field "token.user.domain.id"`},
		{Token("t"), OpShowToken, "", `[]`, "", "the response must be an object, got an a"},
		{federated, OpExchangeIDToken, "", "{}", "", "missing header X-Subject-Token"},
		{federated, OpCreateFederatedKey, "t", "{}", `{"credential":{"access":"a"}}`, `missing field`},
		{federated, OpCreateFederatedKey, "t", "{}", `{"credential":{"secret":"s"}}`, `missing field`},
	} {
		c := inMemory(t, Config{Credentials: tt.credentials}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, securityTokensPath) {
				return responseOf(req, http.StatusCreated, tt.keys), nil
			}
			return responseOf(req, http.StatusCreated, tt.body, "X-Subject-Token", tt.token), nil
		})
		_, err := c.Resolve(t.Context(), APIG, Scope{})
		e := requestError(t, err)
		if e.Reason != ReasonUnexpectedResponse || e.Operation != tt.operation || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// TestUnavailableIAM is asked until each reader's deadline, and not before the end of a wait that it
// asks for. A reader whose deadline comes first gets IAM's error. One sign-in serves all, also if it
// is for what several others need.
func TestUnavailableIAM(t *testing.T) {
	t.Parallel()
	second, minute := time.Second, time.Minute
	for name, tt := range map[string]struct {
		credentials Credentials
		status      int
		retryAfter  string
		maxRetries  int
		// until is how long IAM is unavailable, then how many requests it has got, 0 for any number.
		until    time.Duration
		requests int
		readers  []timedRead
	}{
		"throttled for 4 minutes": {userByName, 429, "10", 1, 4 * minute, 0, []timedRead{
			{0, 30 * second, 30 * second, false, ""}, {0, 5 * minute, 270 * second, true, ""},
		}},
		"throttled for an hour": {userByName, 429, "10", 1, time.Hour, 0, []timedRead{
			{0, 5 * minute, 5 * minute, false, ""}, {0, 10 * minute, 10 * minute, false, ""},
		}},
		"throttled, no retries": {userByName, 429, "10", 0, time.Hour, 1, []timedRead{{0, 5 * minute, 0, false, ""}}},
		"asks to wait an hour": {userByName, 503, "3600", 5, time.Hour, 1, []timedRead{
			{0, minute, 0, false, ""}, {0, 10 * minute, 0, false, ""}, {second, minute, second, false, ""},
		}},
		"asks to wait for longer than a sign-in may take": {userByName, 503, "240", 5, 4 * minute, 2, []timedRead{
			{0, 2 * minute, 0, false, ""}, {0, 5 * minute, 4 * minute, true, ""}, {second, minute, second, false, ""},
			{minute, 4 * minute, 4 * minute, true, ""},
		}},
		"asks to wait a minute": {userByName, 503, "60", 5, minute, 2, []timedRead{
			{0, 30 * second, 30 * second, false, ""}, {10 * second, 5 * second, 15 * second, false, ""},
			{0, 2 * minute, minute, true, ""}, {50 * second, 30 * second, minute, true, ""},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var signIns requestLog
				begin := time.Now()
				c := inMemory(t, Config{MaxRetries: tt.maxRetries, Credentials: tt.credentials}, func(req *http.Request) (*http.Response, error) {
					signIns.add(req)
					if time.Since(begin) < tt.until {
						return responseOf(req, tt.status, "", "Retry-After", tt.retryAfter), nil
					}
					return tokenIssued(req, "t", home.ProjectID), nil
				})
				var reading sync.WaitGroup
				for _, r := range tt.readers {
					reading.Go(func() {
						err := r.resolve(t, c, begin)
						if r.ok {
							return
						}
						e := requestError(t, err)
						if e.Status != tt.status || e.Operation != OpCreateToken || e.Throttled > 0 != (tt.status == 429) ||
							is[*DeadlineError](err) != (tt.maxRetries > 0) {
							t.Errorf("%+v: %#v", r, err)
						}
					})
				}
				reading.Wait()
				if tt.requests > 0 && signIns.count() != tt.requests {
					t.Errorf("%d sign-ins, want %d", signIns.count(), tt.requests)
				}
			})
		})
	}
}

// timedRead is a read of the project of a region, "" for the client's own.
type timedRead struct {
	// begins is when the read begins, timeout is how long it may take, and ends is when it ends, or up
	// to 30 seconds earlier.
	begins, timeout, ends time.Duration
	ok                    bool
	region                string
}

func (r timedRead) resolve(t *testing.T, c *Client, begin time.Time) error {
	t.Helper()
	time.Sleep(r.begins)
	ctx, cancel := context.WithTimeout(t.Context(), r.timeout)
	defer cancel()
	_, err := c.Resolve(ctx, APIG, Scope{Region: r.region})
	if took := time.Since(begin); (err == nil) != r.ok || took > r.ends || took < r.ends-30*time.Second {
		t.Errorf("%+v: after %s: %v", r, took, err)
	}
	return err
}
