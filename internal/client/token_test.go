package client

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// unscopedToken is a token without a project.
const unscopedToken = "simulated-token-without-a-project-0000000000000000001"

// withUnscopedToken starts a simulator that has issued a token without a project, and returns it
// with a client that has this token.
func withUnscopedToken(t *testing.T, projectID string) (*simulator.Server, *Client) {
	t.Helper()
	server, c := simulated(t, Config{Credentials: Token(unscopedToken), ProjectID: projectID})
	server.Update(func(d *simulator.Data) {
		d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{Value: unscopedToken, DomainID: simulator.DomainID})
	})
	return server, c
}

// TestTokenOfAProject is used as it is, and its project is the default.
func TestTokenOfAProject(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
	for range 3 {
		checkRead(t, c, Scope{}, simulator.ProjectID)
	}
	checkIAMRequests(t, server, 1)
	// Another region's project is looked up.
	checkResolve(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID)
	// So is a project with another name than the token's.
	_, c = simulated(t, Config{Credentials: Token(simulator.Token), ProjectName: simulator.SubProjectName})
	checkResolve(t, c, Scope{}, simulator.SubProjectID)
}

// TestTokenIsNotDescribed if the project is known and the token is accepted.
func TestTokenIsNotDescribed(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token), ProjectID: simulator.ProjectID})
	checkRead(t, c, Scope{}, simulator.ProjectID)
	if n := server.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestTokenIsFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		token, wanted, region, own string
		want                       bool
	}{
		{"r1", "r1", "r1", "r2", true},
		{"r1_lab", "r1", "r1", "r2", true},
		{"r12", "r1", "r1", "r2", false},
		{"r2", "r1", "r1", "r3", false},
		{"any", "r1", "r1", "r1", true},
		{"any", "r1", "r1", "", false},
		{"", "r1", "r1", "r1", false},
		{"r1_lab", "r1_lab", "r1", "r1", true},
		{"any", "r1_lab", "r1", "r1", false},
		{"r1_lab_2", "r1_lab", "r1", "r1", false},
	} {
		description := &tokenDescription{}
		description.Project.Name = tt.token
		if got := description.isFor(projectScope{region: tt.region, name: tt.wanted}, tt.own); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
}

// TestTokenWithoutAProject is described once, and traded once for each project.
func TestTokenWithoutAProject(t *testing.T) {
	t.Parallel()
	server, c := withUnscopedToken(t, "")
	var reading sync.WaitGroup
	for region, project := range map[string]string{simulator.Region: simulator.ProjectID, simulator.SecondRegion: simulator.SecondProjectID} {
		for range 8 {
			reading.Go(func() { checkRead(t, c, Scope{Region: region}, project) })
		}
	}
	reading.Wait()
	checkIAMRequests(t, server, 3)
}

// TestTokenWithoutAProjectIsTradedAfterARefusal if the project is known, so that nothing was asked
// before.
func TestTokenWithoutAProjectIsTradedAfterARefusal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		server, c := withUnscopedToken(t, simulator.ProjectID)
		server.Inject(simulator.Fault{
			Match:  func(r simulator.Request) bool { return !toIAM(r) && r.Header.Get("X-Auth-Token") == unscopedToken },
			Action: simulator.ServiceError(status, "APIGW.0301", "no project"),
		})
		for range 3 {
			checkRead(t, c, home, simulator.ProjectID)
		}
		checkIAMRequests(t, server, 2)
		if n := server.Count(func(r simulator.Request) bool { return r.Status == status }); n != 1 {
			t.Errorf("%d refused requests, want 1", n)
		}
		// A traded token that is revoked is replaced.
		server.Update(func(d *simulator.Data) { d.IAM.Tokens = d.IAM.Tokens[:2] })
		checkRead(t, c, home, simulator.ProjectID)
		checkIAMRequests(t, server, 3)
	}
}

// TestTokenWithoutTokenAPIs uses the token as it is if the IAM cannot describe it.
func TestTokenWithoutTokenAPIs(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 404, 405, 501} {
		server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
		server.Inject(simulator.Fault{Service: IAM, Path: tokensPath, Action: simulator.Empty(status)})
		for range 2 {
			checkRead(t, c, Scope{}, simulator.ProjectID)
		}
		// One to describe the token, one for the project.
		checkIAMRequests(t, server, 2)
	}
}

// TestRefusedToken has an expired or unknown token: the API's 401 is the result, and IAM is asked
// about the token once.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token("unknown-token-000001"), MaxRetries: 3})
	for range 3 {
		_, err := readChannel(t.Context(), c)
		e := requestError(t, err)
		if e.Status != http.StatusUnauthorized || e.Operation != OpShowVPCChannel || e.Attempts != 1 || e.TokenProject != "" {
			t.Errorf("the error is %v", err)
		}
	}
	checkIAMRequests(t, server, 1)
	_, err := c.Resolve(t.Context(), APIG, Scope{})
	e := requestError(t, err)
	if e.Status != http.StatusUnauthorized || e.Operation != OpShowToken || strings.Contains(err.Error(), "unknown-token") {
		t.Errorf("the error is %v", err)
	}
}

// TestForbiddenForTheTokensProject says in the error which project a token is for, a given one or
// one of a sign-in, and nothing for keys.
func TestForbiddenForTheTokensProject(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		credentials Credentials
		want        string
	}{
		"token": {Token("t"), "its-project"}, "password": {userByName, "p1"}, "keys": {defaultKeys, ""},
	} {
		double := &iamDouble{tokenProject: "its-project"}
		c := inMemory(t, Config{Credentials: tt.credentials}, func(req *http.Request) (*http.Response, error) {
			if strings.Contains(req.URL.Path, "/iam/") {
				return double.respond(req)
			}
			return responseOf(req, http.StatusForbidden, "{}"), nil
		})
		for range 2 {
			_, err := readChannel(t.Context(), c)
			if e := requestError(t, err); e.Status != http.StatusForbidden || e.TokenProject != tt.want {
				t.Errorf("%s: the token is for %q: %v", name, e.TokenProject, err)
			}
		}
		if n := len(double.requests); n > 1 {
			t.Errorf("%s: %d requests to IAM", name, n)
		}
	}
}

// TestKeystoneRefusesAToken with a 404 if it is traded. That is the error, and is remembered.
func TestKeystoneRefusesAToken(t *testing.T) {
	t.Parallel()
	var sent requestLog
	c := inMemory(t, Config{Credentials: Token("t")}, sent.recording(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodGet {
			return tokenIssued(req, "", ""), nil
		}
		return responseOf(req, http.StatusNotFound, `{"error":{"code":404,"message":"Could not find token","title":"Not Found"}}`), nil
	}))
	for range 3 {
		_, err := c.Resolve(t.Context(), APIG, Scope{})
		e := requestError(t, err)
		if e.Status != http.StatusNotFound || e.Operation != OpScopeToken || e.Purpose != "trading the token for one of a project" {
			t.Errorf("the error is %v", err)
		}
	}
	if sent.count() != 2 {
		t.Errorf("%d requests, want 2", sent.count())
	}
}

// TestDescribingATokenFailsForAWhile is not remembered.
func TestDescribingATokenFailsForAWhile(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
	server.Inject(simulator.Fault{Service: IAM, Times: 1, Action: simulator.Empty(503)})
	if _, err := c.Resolve(t.Context(), APIG, Scope{}); requestError(t, err).Status != 503 {
		t.Error(err)
	}
	checkResolve(t, c, Scope{}, simulator.ProjectID)
}
