package simulator

import (
	"encoding/json"
	"net/http"
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
	provider, ok := find(c.data.IAM.IdentityProviders, func(p IdentityProvider) bool { return p.ID == providerID })
	if !ok {
		return iamError(http.StatusNotFound, "Could not find identity provider: "+providerID)
	}
	token, ok := find(provider.IDTokens, func(t ProviderToken) bool { return equal(t.Value, request.Auth.IDToken.ID) })
	if !ok || expired(token.Expires, c.now) || provider.Audience != "" && provider.Audience != token.Audience {
		return iamError(http.StatusUnauthorized, "The ID token is invalid or has expired.")
	}
	return c.newToken(IssuedToken{
		DomainID:  provider.DomainID,
		Federated: true,
		method:    "mapped",
		user:      User{ID: provider.ID, Name: "federated-user"},
	}, request.Auth.Scope)
}
