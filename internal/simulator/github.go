package simulator

import (
	"net/http"
	"slices"
	"time"
)

// gitHubTokenLifetime is the lifetime of an ID token of GitHub Actions.
const gitHubTokenLifetime = 5 * time.Minute

// GitHub issues ID tokens as GitHub Actions does for a job with the permission id-token: write.
type GitHub struct {
	// RequestToken is the bearer token that a request needs.
	RequestToken string
	// IdentityProviderID is the identity provider that accepts the ID tokens.
	IdentityProviderID string
}

// githubIDToken handles GET /idtoken.
func (c *call) githubIDToken() response {
	settings := c.data.GitHub
	if c.Method != http.MethodGet || c.Path != "/idtoken" {
		return response{status: http.StatusNotFound}
	}
	if settings.RequestToken == "" || !equal(c.Header.Get("Authorization"), "Bearer "+settings.RequestToken) {
		return object(http.StatusUnauthorized, Entry{"message": "Unauthorized"})
	}
	token := ProviderToken{
		Value:    randomText(36) + "." + randomText(600) + "." + randomText(342),
		Audience: c.Query.Get("audience"),
		Expires:  c.now.Add(gitHubTokenLifetime),
	}
	providers := c.data.IAM.IdentityProviders
	i := slices.IndexFunc(providers, func(p IdentityProvider) bool { return p.ID == settings.IdentityProviderID })
	if i >= 0 {
		providers[i].IDTokens = append(providers[i].IDTokens, token)
	}
	return object(http.StatusOK, Entry{"count": len(token.Value), "value": token.Value})
}
