package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// federatedTokenRequest is the body of POST /v3.0/OS-AUTH/id-token/tokens.
type federatedTokenRequest struct {
	Auth struct {
		IDToken struct {
			ID string `json:"id"`
		} `json:"id_token"`
		Scope scope `json:"scope"`
	} `json:"auth"`
}

// issueFederatedToken handles POST /v3.0/OS-AUTH/id-token/tokens: it issues a token for an ID token
// of the identity provider that X-Idp-Id names.
func (c *call) issueFederatedToken() response {
	var request federatedTokenRequest
	providerID := c.Header.Get("X-Idp-Id")
	if err := json.Unmarshal(c.Body, &request); err != nil || providerID == "" || request.Auth.IDToken.ID == "" {
		return flatError(http.StatusBadRequest, "IAM.0011", "Request parameter is invalid.")
	}
	providers := c.data.IAM.IdentityProviders
	i := slices.IndexFunc(providers, func(p IdentityProvider) bool { return p.ID == providerID })
	if i < 0 {
		return iamError(http.StatusNotFound, "Could not find identity provider: "+providerID)
	}
	provider := providers[i]
	for _, token := range provider.IDTokens {
		if !equal(token.Value, request.Auth.IDToken.ID) {
			continue
		}
		if expired(token.Expires, c.now) || provider.Audience != "" && provider.Audience != token.Audience {
			break
		}
		return c.newToken(IssuedToken{
			DomainID:  provider.DomainID,
			Federated: true,
			method:    methodMapped,
			user:      User{ID: provider.ID, Name: "federated-user"},
		}, request.Auth.Scope)
	}
	return iamError(http.StatusUnauthorized, "The ID token is invalid or has expired.")
}
