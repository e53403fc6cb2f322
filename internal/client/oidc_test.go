package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// oidc returns a sign-in at the simulator's identity provider.
func oidc(token IDTokenSource) OIDC {
	return OIDC{ProviderID: simulator.IdentityProviderID, IDToken: token}
}

// TestOIDC signs in once for 15 reads in two regions, with and without an agency.
func TestOIDC(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token func(*testing.T, *simulator.Server) IDTokenSource
		extra int
	}{
		"given": {func(*testing.T, *simulator.Server) IDTokenSource { return IDToken(simulator.IDToken) }, 0},
		"file": {func(t *testing.T, _ *simulator.Server) IDTokenSource {
			return IDTokenFile(idTokenFile(t, simulator.IDToken))
		}, 0},
		"GitHub Actions": {func(_ *testing.T, s *simulator.Server) IDTokenSource {
			return GitHubIDToken{RequestURL: s.GitHubURL(), RequestToken: simulator.GitHubRequestToken}
		}, 1},
	} {
		for _, agencies := range [][]Agency{nil, {{Name: simulator.AgencyName, DomainName: simulator.AgencyDomainName}}} {
			t.Run(fmt.Sprint(name, len(agencies)), func(t *testing.T) {
				t.Parallel()
				server := simulator.Start(t)
				endpoints := map[string]string{}
				for _, service := range Services {
					endpoints[service] = server.Endpoint(service)
				}
				c := newClientOf(t, "", Config{Credentials: oidc(tt.token(t, server)), Agencies: agencies, Endpoints: endpoints})
				projects := map[string]string{simulator.Region: simulator.ProjectID, simulator.SecondRegion: simulator.SecondProjectID}
				if agencies != nil {
					projects = map[string]string{simulator.Region: simulator.AgencyProjectID}
				}
				var reading sync.WaitGroup
				for i := range 15 {
					for region, project := range projects {
						reading.Go(func() {
							in := Scope{region, project}
							if i%2 == 0 {
								in.ProjectID = ""
							}
							in, err := c.Resolve(t.Context(), DLI, in)
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
				// The sign-in and its keys, the agency's, and one lookup for each project.
				want := 2 + len(agencies) + len(projects)
				if n := server.Count(toIAM); n != want {
					t.Errorf("%d requests to IAM, want %d", n, want)
				}
				if n := server.Count(func(r simulator.Request) bool { return strings.HasSuffix(r.Path, "/idtoken") }); n != tt.extra {
					t.Errorf("%d requests to GitHub Actions, want %d", n, tt.extra)
				}
			})
		}
	}
}

// oidcDouble is an IAM that accepts one ID token and issues keys, of which services accept the
// last.
type oidcDouble struct {
	mu       sync.Mutex
	accepted string
	life     time.Duration
	issued   int
	signIns  []string
	// down has IAM respond with 503.
	down bool
}

func (d *oidcDouble) respond(req *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	switch path := req.URL.Path; {
	case strings.Contains(path, "/iam/") && d.down:
		return responseOf(req, http.StatusServiceUnavailable, ""), nil
	case strings.HasSuffix(path, exchangeIDToken.path):
		d.signIns = append(d.signIns, string(body))
		if !strings.Contains(string(body), `"`+d.accepted+`"`) {
			return responseOf(req, http.StatusUnauthorized, `{"error_code":"IAM.0011","error_msg":"refused"}`), nil
		}
		return tokenIssued(req, "federated", ""), nil
	case strings.HasSuffix(path, createFederatedKey.path):
		d.issued++
		return keysIssued(req, strconv.Itoa(d.issued), time.Now().Add(d.life)), nil
	case !strings.Contains(req.Header.Get("Authorization"), fmt.Sprintf("Access=AK%d,", d.issued)):
		return responseOf(req, http.StatusUnauthorized, "{}"), nil
	}
	return responseOf(req, http.StatusOK, channelBody), nil
}

// TestOIDCReadsTheFileAgain at every sign-in: it is replaced during the run.
func TestOIDCReadsTheFileAgain(t *testing.T) {
	t.Parallel()
	path := idTokenFile(t, "first")
	synctest.Test(t, func(t *testing.T) {
		double := &oidcDouble{accepted: "first", life: 15 * time.Minute}
		c := inMemory(t, Config{Credentials: oidc(IDTokenFile(path))}, double.respond)
		for minute := range 30 {
			if minute == 5 {
				if err := os.WriteFile(path, []byte("second"), 0o600); err != nil {
					t.Fatal(err)
				}
				double.accepted = "second"
			}
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Errorf("after %d minutes: %v", minute, err)
			}
			time.Sleep(time.Minute)
		}
		// At 0, 12 and 24 minutes.
		if len(double.signIns) != 3 || !strings.Contains(double.signIns[0], "first") || !strings.Contains(double.signIns[1], "second") {
			t.Errorf("the sign-ins are %q", double.signIns)
		}
	})
}

// TestRefusedIDToken is sent once, whatever the number of readers; another one is tried.
func TestRefusedIDToken(t *testing.T) {
	t.Parallel()
	path := idTokenFile(t, "refused")
	synctest.Test(t, func(t *testing.T) {
		double := &oidcDouble{accepted: "good", life: 15 * time.Minute}
		c := inMemory(t, Config{Credentials: oidc(IDTokenFile(path)), MaxRetries: 5}, double.respond)
		for range 3 {
			var reading sync.WaitGroup
			for range 10 {
				reading.Go(func() {
					_, err := readChannel(t.Context(), c)
					if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpExchangeIDToken || strings.Contains(err.Error(), "refused\n") {
						t.Errorf("the error is %v", err)
					}
				})
			}
			reading.Wait()
		}
		if len(double.signIns) != 1 {
			t.Errorf("%d sign-ins, want 1", len(double.signIns))
		}
		if err := os.WriteFile(path, []byte("good"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readChannel(t.Context(), c); err != nil || len(double.signIns) != 2 {
			t.Errorf("%d sign-ins with another ID token: %v", len(double.signIns), err)
		}
	})
}

// TestRefusedGitHubIDToken is sent once, although GitHub Actions would issue another one.
func TestRefusedGitHubIDToken(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	c.credentials = oidc(GitHubIDToken{RequestURL: server.GitHubURL(), RequestToken: simulator.GitHubRequestToken}).source(c)
	server.Inject(simulator.Fault{Service: "iam", Path: exchangeIDToken.path, Action: simulator.ServiceError(http.StatusUnauthorized, "401", "refused")})
	for range 3 {
		if _, err := readChannel(t.Context(), c); requestError(t, err).Operation != OpExchangeIDToken {
			t.Errorf("the error is %v", err)
		}
	}
	if n := server.Count(toIAM); n != 1 {
		t.Errorf("%d requests to IAM, want 1", n)
	}
}

// TestExpiredIDToken harms no read while the keys are valid, and the next ID token is used once it
// is there.
func TestExpiredIDToken(t *testing.T) {
	t.Parallel()
	path := idTokenFile(t, "first")
	synctest.Test(t, func(t *testing.T) {
		double := &oidcDouble{accepted: "first", life: 15 * time.Minute}
		c := inMemory(t, Config{Credentials: oidc(IDTokenFile(path))}, double.respond)
		for minute := range 30 {
			switch minute {
			case 1:
				double.accepted = "second"
			case 14:
				if err := os.WriteFile(path, []byte("second"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Errorf("after %d minutes: %v", minute, err)
			}
			time.Sleep(time.Minute)
		}
		refused := 0
		for _, signIn := range double.signIns[1:] {
			if strings.Contains(signIn, "first") {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("the expired ID token was sent %d times, want once: %q", refused, double.signIns)
		}
	})
}

// TestIDTokensAreRedacted in errors or the log, whatever IAM responds.
func TestIDTokensAreRedacted(t *testing.T) {
	t.Parallel()
	const idToken, unscoped = "id-token-000000000001", "unscoped-token-00000001"
	for _, failing := range []string{exchangeIDToken.path, createFederatedKey.path} {
		var logged strings.Builder
		c := inMemory(t, Config{
			Credentials: oidc(IDToken(idToken)), Log: func(_ context.Context, _ string, fields map[string]any) { fmt.Fprintln(&logged, fields) },
		}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, failing) {
				return responseOf(req, http.StatusForbidden, `{"error_code":"c","error_msg":"`+idToken+" "+unscoped+`"}`, "X-Request-Id", idToken), nil
			}
			return tokenIssued(req, unscoped, ""), nil
		})
		_, err := readChannel(t.Context(), c)
		hidden := []string{idToken}
		if failing == createFederatedKey.path {
			hidden = append(hidden, unscoped)
		}
		for _, secret := range hidden {
			if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(logged.String(), secret) {
				t.Errorf("%s: %v\n%s", failing, err, &logged)
			}
		}
	}
}

// TestFederatedSignInWithoutToken is an unexpected response.
func TestFederatedSignInWithoutToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		token, keys string
		operation   Operation
	}{
		{"", "", OpExchangeIDToken},
		{"t", `{"credential":{"access":"a"}}`, OpCreateFederatedKey},
		{"t", `{"credential":{"secret":"s"}}`, OpCreateFederatedKey},
		{"t", `{}`, OpCreateFederatedKey},
		{"t", `[]`, OpCreateFederatedKey},
	} {
		c := inMemory(t, Config{Credentials: oidc(IDToken("it"))}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, createFederatedKey.path) {
				return responseOf(req, 201, tt.keys), nil
			}
			return responseOf(req, 201, "{}", "X-Subject-Token", tt.token), nil
		})
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); e.Reason != ReasonUnexpectedResponse || e.Operation != tt.operation {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
