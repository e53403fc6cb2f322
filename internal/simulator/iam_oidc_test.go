package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

const oidcPath = "/cn-north-4/iam/v3.0/OS-AUTH/id-token/tokens"

func oidcBody(token, scope string) string {
	return `{"auth":{"id_token":{"id":"` + token + `"}` + scope + `}}`
}

func tokenKeyBody(token string) string {
	return `{"auth":{"identity":{"methods":["token"],"token":{"id":"` + token + `","duration_seconds":3600}}}}`
}

func TestIAMFederation(t *testing.T) {
	t.Parallel()
	s := Start(t)
	provider := withHeader("X-Idp-Id", IdentityProviderID)
	described, value := readToken(t, send(t, s, http.MethodPost, oidcPath, oidcBody(IDToken, ""), provider), http.StatusCreated)
	if described.Token.Project.ID != "" || strings.Join(described.Token.Methods, " ") != "mapped" {
		t.Errorf("got %+v", described)
	}
	unscoped := withHeader("X-Auth-Token", value)
	wantCode(t, send(t, s, http.MethodGet, dliPath, "", unscoped), http.StatusForbidden, "DLI.0003")
	if got := send(t, s, http.MethodGet, projectsPath, "", unscoped); got.status != http.StatusForbidden {
		t.Errorf("an unscoped federated token: %d %s", got.status, got.body)
	}
	traded := authBody("token", `{"id":"`+value+`"}`, `{"project":{"id":"`+ProjectID+`"}}`)
	readToken(t, send(t, s, http.MethodPost, signInPath, traded), http.StatusForbidden)
	_, withKeys := readCredential(t, send(t, s, http.MethodPost, keysPath, tokenKeyBody(value)), http.StatusCreated)
	if got := send(t, s, http.MethodGet, dliPath, "", withKeys); got.status != http.StatusOK {
		t.Errorf("the federated user's keys: %d %s", got.status, got.body)
	}
	scoped := oidcBody(IDToken, `,"scope":{"project":{"id":"`+ProjectID+`"}}`)
	_, value = readToken(t, send(t, s, http.MethodPost, oidcPath, scoped, provider), http.StatusCreated)
	if got := send(t, s, http.MethodGet, dliPath, "", withHeader("X-Auth-Token", value)); got.status != http.StatusOK {
		t.Errorf("a scoped token: %d %s", got.status, got.body)
	}
}

func TestIAMFederationErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) {
		d.IAM.IdentityProviders[0].IDTokens = append(d.IAM.IdentityProviders[0].IDTokens, ProviderToken{Value: "expired", Expires: time.Now()})
		d.IAM.IdentityProviders = append(d.IAM.IdentityProviders, IdentityProvider{ID: "strict", DomainID: DomainID, Audience: "a", IDTokens: []ProviderToken{
			{Value: "for a", Audience: "a"}, {Value: "for b", Audience: "b"},
		}})
	})
	for _, test := range []struct {
		name, provider, body string
		status               int
	}{
		{"no provider", "", oidcBody(IDToken, ""), 400},
		{"no token", IdentityProviderID, oidcBody("", ""), 400},
		{"not JSON", IdentityProviderID, "{", 400},
		{"unknown provider", "unknown", oidcBody(IDToken, ""), 404},
		{"unknown token", IdentityProviderID, oidcBody("unknown", ""), 401},
		{"expired token", IdentityProviderID, oidcBody("expired", ""), 401},
		{"audience", "strict", oidcBody("for a", ""), 201},
		{"another audience", "strict", oidcBody("for b", ""), 401},
		{"another domain", IdentityProviderID, oidcBody(IDToken, `,"scope":{"domain":{"id":"`+AgencyDomainID+`"}}`), 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodPost, oidcPath, test.body, withHeader("X-Idp-Id", test.provider))
			if got.status != test.status || got.status == http.StatusBadRequest && !strings.Contains(string(got.body), `"IAM.0011"`) {
				t.Errorf("got %d %s, want %d", got.status, got.body, test.status)
			}
		})
	}
	if got := send(t, s, http.MethodPost, keysPath, tokenKeyBody("unknown")); got.status != http.StatusUnauthorized {
		t.Errorf("keys for an unknown token: %d %s", got.status, got.body)
	}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.IAM.IdentityProviders[0].Audience = "a b" })
	path := strings.TrimPrefix(s.GitHubURL(), s.URL)
	request := func(audience string) reply {
		got := send(t, s, http.MethodGet, path+"&audience="+audience, "", withHeader("Authorization", "Bearer "+GitHubRequestToken))
		var body struct {
			Value string `json:"value"`
		}
		if err := json.Unmarshal(got.body, &body); err != nil || got.status != http.StatusOK {
			t.Fatalf("got %d %s: %v", got.status, got.body, err)
		}
		return send(t, s, http.MethodPost, oidcPath, oidcBody(body.Value, ""), withHeader("X-Idp-Id", IdentityProviderID))
	}
	if got := request("a%20b"); got.status != http.StatusCreated {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := request("other"); got.status != http.StatusUnauthorized {
		t.Errorf("another audience: %d %s", got.status, got.body)
	}
	if got := send(t, s, http.MethodGet, path, "", withHeader("Authorization", "Bearer wrong")); got.status != http.StatusUnauthorized {
		t.Errorf("wrong bearer: %d %s", got.status, got.body)
	}
	if got := send(t, s, http.MethodGet, "/github/elsewhere", ""); got.status != http.StatusNotFound {
		t.Errorf("another path: %d %s", got.status, got.body)
	}
	if n := s.Count(func(r Request) bool { return r.Service == "github" }); n != 4 {
		t.Errorf("%d requests", n)
	}
}
