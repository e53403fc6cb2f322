package simulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"
)

// GitHub issues ID tokens as GitHub Actions does for a job with the permission id-token: write. All
// identity providers accept them.
type GitHub struct {
	// RequestToken is the bearer token that a request needs.
	RequestToken string
}

// githubIDToken handles GET /idtoken.
func (c *call) githubIDToken() response {
	if c.Method != http.MethodGet || c.Path != "/idtoken" {
		return response{status: http.StatusNotFound}
	}
	if c.data.GitHub.RequestToken == "" || !equal(c.Header.Get("Authorization"), "Bearer "+c.data.GitHub.RequestToken) {
		return object(http.StatusUnauthorized, Entry{"message": "Unauthorized"})
	}
	claims := fmt.Sprintf(`{"iss":"https://token.actions.githubusercontent.com","aud":%q,"sub":%q,"jti":%q}`, c.Query.Get("audience"),
		"repo:example@1001/infra@2002:ref:refs/heads/main", randomText(36))
	token := ProviderToken{
		Value:    randomText(36) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + "." + randomText(342),
		Audience: c.Query.Get("audience"),
		Expires:  c.now.Add(5 * time.Minute),
	}
	providers := c.data.IAM.IdentityProviders
	for i := range providers {
		providers[i].IDTokens = append(providers[i].IDTokens, token)
	}
	return object(http.StatusOK, Entry{"count": len(token.Value), "value": token.Value})
}
