package client

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
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

// TestOIDC signs in once for 15 reads in two regions.
func TestOIDC(t *testing.T) {
	t.Parallel()
	for _, isGitHub := range []bool{false, true} {
		server, c := simulated(t, Config{})
		c.credentials = oidc(givenIDToken(simulator.IDToken)).source(c)
		if isGitHub {
			c.credentials = oidc(GitHubIDToken{RequestURL: server.GitHubURL(), RequestToken: simulator.GitHubRequestToken}).source(c)
		}
		var reading sync.WaitGroup
		for range 15 {
			reading.Go(func() { checkRead(t, c, Scope{Region: simulator.Region}, simulator.ProjectID) })
			reading.Go(func() { checkRead(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID) })
			reading.Go(func() { checkRead(t, c, home, simulator.ProjectID) })
		}
		reading.Wait()
		// The sign-in and its keys, and one lookup for each project.
		checkIAMRequests(t, server, 4)
		if n := server.Count(func(r simulator.Request) bool { return strings.HasSuffix(r.Path, "/idtoken") }); n > 1 || n > 0 != isGitHub {
			t.Errorf("%d requests to GitHub Actions", n)
		}
	}
}

// oidcDouble is an IAM that accepts one ID token and issues keys, of which services accept the
// last.
type oidcDouble struct {
	mu       sync.Mutex
	accepted string
	// refusal is the status of a response to another ID token, 0 for 401.
	refusal int
	life    time.Duration
	issued  int
	signIns []string
}

func (d *oidcDouble) respond(req *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	switch path := req.URL.Path; {
	case path == "/":
		return responseOf(req, http.StatusOK, fmt.Sprintf(`{"value":"of-github-%d"}`, len(d.signIns))), nil
	case strings.HasSuffix(path, exchangeIDToken.path):
		token := strings.Split(string(body), `"`)[7]
		d.signIns = append(d.signIns, token)
		if token != d.accepted {
			return responseOf(req, cmp.Or(d.refusal, http.StatusUnauthorized), `{"error_code":"IAM.0011","error_msg":"refused"}`), nil
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

// TestIDTokenIsReadAgain at every sign-in: it is replaced during the run. One that has expired harms
// no read while the keys are valid, and is sent once.
func TestIDTokenIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		// expires and replaced are the minutes in which that happens to the first ID token.
		expires, replaced int
		signIns           string
	}{
		"in time": {5, 5, "first second second"}, // At 0, 12 and 24 minutes.
		"late":    {1, 14, "first first second second"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				double := &oidcDouble{accepted: "first", life: 15 * time.Minute}
				token := "first"
				reader := IDTokenReader{Read: func() (string, error) { return token, nil }}
				c := inMemory(t, Config{Credentials: oidc(reader)}, double.respond)
				for minute := range 30 {
					synctest.Wait() // No refresh reads the variables.
					if minute == tt.expires {
						double.accepted = "second"
					}
					if minute == tt.replaced {
						token = "second"
					}
					if _, err := readChannel(t.Context(), c); err != nil {
						t.Errorf("after %d minutes: %v", minute, err)
					}
					time.Sleep(time.Minute)
				}
				if got := strings.Join(double.signIns, " "); got != tt.signIns {
					t.Errorf("the sign-ins are %s, want %s", got, tt.signIns)
				}
			})
		})
	}
}

// TestRefusedIDToken is sent once, whatever the number of readers. Another one is tried if it was
// replaced, but GitHub Actions is not asked for another one.
func TestRefusedIDToken(t *testing.T) {
	t.Parallel()
	var token string
	reader := IDTokenReader{Read: func() (string, error) { return token, nil }}
	for name, tt := range map[string]struct {
		source  IDTokenSource
		status  int
		signIns int
	}{
		"replaced":                  {reader, 401, 2},
		"GitHub Actions":            {GitHubIDToken{RequestURL: "http://github.invalid/?x=y"}, 401, 1},
		"no such identity provider": {reader, 404, 1},
	} {
		token = "refused"
		double := &oidcDouble{accepted: "good", refusal: tt.status}
		c := inMemory(t, Config{Credentials: oidc(tt.source), MaxRetries: 5}, double.respond)
		for range 3 {
			var reading sync.WaitGroup
			for range 10 {
				reading.Go(func() {
					_, err := readChannel(t.Context(), c)
					if e := requestError(t, err); e.Status != tt.status || e.Operation != OpExchangeIDToken {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			reading.Wait()
		}
		if len(double.signIns) != 1 {
			t.Errorf("%s: %d sign-ins, want 1", name, len(double.signIns))
		}
		token = "good"
		if _, err := readChannel(t.Context(), c); (err == nil) != (tt.signIns == 2) || len(double.signIns) != tt.signIns {
			t.Errorf("%s: %d sign-ins in all, want %d: %v", name, len(double.signIns), tt.signIns, err)
		}
	}
}

// TestIDTokensAreRedacted in errors, whatever IAM responds.
func TestIDTokensAreRedacted(t *testing.T) {
	t.Parallel()
	const idToken, unscoped = "id-token-000000000001", "unscoped-token-00000001"
	for failing, secrets := range map[string]string{exchangeIDToken.path: idToken, createFederatedKey.path: idToken + " " + unscoped} {
		c := inMemory(t, Config{Credentials: oidc(givenIDToken(idToken))}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, failing) {
				return responseOf(req, http.StatusForbidden, `{"error_code":"c","error_msg":"`+secrets+`"}`, "X-Request-Id", idToken), nil
			}
			return tokenIssued(req, unscoped, ""), nil
		})
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); strings.Trim(e.Message+e.RequestID, "* ") != "" || strings.Contains(err.Error(), "-token-0") {
			t.Errorf("%s: %v", failing, err)
		}
	}
}
