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

func addUnscopedToken(server *simulator.Server) {
	server.Update(func(d *simulator.Data) {
		d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{Value: unscopedToken, DomainID: simulator.DomainID})
	})
}

// TestTokenOfAProject is used as it is, and its project is the default.
func TestTokenOfAProject(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
	for range 3 {
		in, err := c.Resolve(t.Context(), APIG, Scope{})
		if err != nil || in != home {
			t.Fatalf("%v, %v", in, err)
		}
		if _, err := readChannel(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
	if n := server.Count(toIAM); n != 1 {
		t.Errorf("%d requests to IAM, want 1", n)
	}
	// Another region's project is looked up.
	if in, err := c.Resolve(t.Context(), APIG, Scope{Region: simulator.SecondRegion}); err != nil || in.ProjectID != simulator.SecondProjectID {
		t.Errorf("%v, %v", in, err)
	}
}

// TestTokenIsNotDescribed if the project is known and the token is accepted.
func TestTokenIsNotDescribed(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token), ProjectID: simulator.ProjectID})
	in, err := c.Resolve(t.Context(), APIG, Scope{})
	if err != nil || in != home {
		t.Fatalf("%v, %v", in, err)
	}
	if _, err := readChannel(t.Context(), c); err != nil || server.Count(nil) != 1 {
		t.Errorf("%d requests: %v", server.Count(nil), err)
	}
}

// TestTokenOfAnotherProject does not take the token's project for the configured one.
func TestTokenOfAnotherProject(t *testing.T) {
	t.Parallel()
	_, c := simulated(t, Config{Credentials: Token(simulator.Token), ProjectName: simulator.SubProjectName})
	in, err := c.Resolve(t.Context(), APIG, Scope{})
	if err != nil || in.ProjectID != simulator.SubProjectID {
		t.Errorf("%v, %v", in, err)
	}
}

func TestIsProjectOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, region, own string
		want              bool
	}{
		{"r1", "r1", "r2", true},
		{"r1_lab", "r1", "r2", true},
		{"r12", "r1", "r2", false},
		{"r2", "r1", "r3", false},
		{"any", "r1", "r1", true},
		{"any", "r1", "", false},
		{"", "r1", "r1", false},
	} {
		if got := isProjectOf(tt.name, tt.region, tt.own); got != tt.want {
			t.Errorf("%q in %s of a client of %q: %t", tt.name, tt.region, tt.own, got)
		}
	}
}

// TestTokenWithoutAProject is described once, and traded once for each project.
func TestTokenWithoutAProject(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(unscopedToken)})
	addUnscopedToken(server)
	projects := map[string]string{simulator.Region: simulator.ProjectID, simulator.SecondRegion: simulator.SecondProjectID}
	var reading sync.WaitGroup
	for region, project := range projects {
		for range 8 {
			reading.Go(func() {
				in, err := c.Resolve(t.Context(), DLI, Scope{Region: region})
				if err != nil || in.ProjectID != project {
					t.Errorf("%v, %v", in, err)
					return
				}
				if _, err := c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	reading.Wait()
	if n := server.Count(toIAM); n != 3 {
		t.Errorf("%d requests to IAM for 16 reads in two regions, want 3", n)
	}
}

// TestTokenWithoutAProjectIsTradedAfter401 if the project is known, so that nothing was asked
// before.
func TestTokenWithoutAProjectIsTradedAfter401(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(unscopedToken), ProjectID: simulator.ProjectID})
	addUnscopedToken(server)
	server.Inject(simulator.Fault{
		Match:  func(r simulator.Request) bool { return !toIAM(r) && r.Header.Get("X-Auth-Token") == unscopedToken },
		Action: simulator.ServiceError(http.StatusUnauthorized, "APIGW.0301", "no project"),
	})
	for range 3 {
		if _, err := readChannel(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	refused := server.Count(func(r simulator.Request) bool { return r.Status == http.StatusUnauthorized })
	if n := server.Count(toIAM); n != 2 || refused != 1 {
		t.Errorf("%d requests to IAM and %d refused ones, want 2 and 1", n, refused)
	}
	// A traded token that is revoked is replaced.
	server.Update(func(d *simulator.Data) { d.IAM.Tokens = d.IAM.Tokens[:2] })
	if _, err := readChannel(t.Context(), c); err != nil {
		t.Error(err)
	}
	if n := server.Count(toIAM); n != 3 {
		t.Errorf("%d requests to IAM, want 3", n)
	}
}

// TestTokenWithoutTokenAPIs uses the token as it is if the IAM cannot describe it.
func TestTokenWithoutTokenAPIs(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
	server.Update(func(d *simulator.Data) { d.IAM.WithoutTokenAPIs = true })
	for range 2 {
		in, err := c.Resolve(t.Context(), APIG, Scope{})
		if err != nil || in != home {
			t.Fatalf("%v, %v", in, err)
		}
	}
	if n := server.Count(toIAM); n != 2 {
		t.Errorf("%d requests to IAM, want 2: one to describe the token, one for the project", n)
	}
	for _, status := range []int{403, 404, 405, 501} {
		server, c := simulated(t, Config{Credentials: Token(simulator.Token)})
		server.Inject(simulator.Fault{Service: IAM, Path: tokensPath, Action: simulator.Empty(status)})
		if in, err := c.Resolve(t.Context(), APIG, Scope{}); err != nil || in != home {
			t.Errorf("%d: %v, %v", status, in, err)
		}
	}
}

// TestRefusedToken has an expired or unknown token: the API's 401 is the result, and IAM is asked
// about the token once.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: Token("unknown-token-000001"), MaxRetries: 3})
	for range 3 {
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpShowVPCChannel || e.Attempts != 1 {
			t.Errorf("the error is %v", err)
		}
	}
	if n := server.Count(toIAM); n != 1 {
		t.Errorf("%d requests to IAM, want 1", n)
	}
	_, err := c.Resolve(t.Context(), APIG, Scope{})
	if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpShowToken || strings.Contains(err.Error(), "unknown-token") {
		t.Errorf("the error is %v", err)
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
		if e := requestError(t, err); e.Status != http.StatusNotFound || e.Operation != OpScopeToken || e.Purpose != "trading the token for one of a project" {
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
	for _, ok := range []bool{false, true} {
		if in, err := c.Resolve(t.Context(), APIG, Scope{}); (err == nil) != ok {
			t.Errorf("%v, %v, want success: %t", in, err, ok)
		}
	}
	c = inMemory(t, Config{Credentials: Token("t")}, always("[]"))
	if _, err := c.Resolve(t.Context(), APIG, Scope{}); requestError(t, err).Reason != ReasonUnexpectedResponse {
		t.Errorf("the error is %v", err)
	}
}
