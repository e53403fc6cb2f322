package client

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

var (
	exchangeIDToken    = apiCall{operation: OpExchangeIDToken, service: IAM, method: http.MethodPost, path: "/v3.0/OS-AUTH/id-token/tokens"}
	createFederatedKey = apiCall{operation: OpCreateFederatedKey, service: IAM, method: http.MethodPost, path: securityTokensPath}
)

// OIDC signs in with an OpenID Connect ID token and trades the result for temporary keys.
type OIDC struct {
	// ProviderID is the ID of the identity provider at IAM.
	ProviderID string
	// IDToken is read again at every sign-in: an [IDTokenReader] or a [GitHubIDToken].
	IDToken IDTokenSource
	// Duration of the temporary keys: 15 minutes to 24 hours, 0 for the API's default.
	Duration time.Duration
}

func (o OIDC) source(c *Client) credentialSource {
	return newKeysSource(c, (&oidcSignIn{client: c, config: o}).fetch)
}

// oidcSignIn fetches the temporary keys of a federated user.
type oidcSignIn struct {
	client *Client
	config OIDC

	// refused is the last refusal of an ID token, which is not sent again.
	refused atomic.Pointer[refusedIDTokenError]
}

// refusedIDTokenError means that IAM refused this ID token; a new one may be accepted.
type refusedIDTokenError struct {
	error
	token string
}

func (e *refusedIDTokenError) Unwrap() error { return e.error }

// fetch reads the ID token, signs in and trades the unscoped token for keys.
func (s *oidcSignIn) fetch(ctx context.Context, region string) (*credential, lifetime, error) {
	idToken, err := s.config.IDToken.read(ctx, s.client)
	if err != nil {
		return nil, lifetime{}, err
	}
	if refused := s.refused.Load(); refused != nil && refused.token == idToken {
		return nil, lifetime{}, refused
	}
	unscoped, err := s.exchange(ctx, region, idToken)
	// A file's next ID token may be accepted, so that only this one is remembered. GitHub issues a new one
	// for each call, but it would be refused for the same reason. A 404 means that there is no such
	// identity provider, whatever the ID token.
	if _, replaceable := s.config.IDToken.(IDTokenReader); replaceable && isRefusal(err) && !hasStatus(err, http.StatusNotFound) {
		refused := &refusedIDTokenError{err, idToken}
		s.refused.Store(refused)
		err = refused
	}
	if err != nil {
		return nil, lifetime{}, err
	}
	return s.createKeys(ctx, region, unscoped)
}

// exchange signs in with an ID token and returns an unscoped token.
//
// POST /v3.0/OS-AUTH/id-token/tokens, Identity and Access Management API reference, "Obtaining a
// Token with an OpenID Connect ID Token"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_13_0605.html).
func (s *oidcSignIn) exchange(ctx context.Context, region, idToken string) (string, error) {
	return subjectToken(s.client.askIAM(ctx, region, jsonObject{"id_token": jsonObject{"id": idToken}}, &request{
		call:    exchangeIDToken,
		purpose: fmt.Sprintf("signing in with an ID token at identity provider %q", s.config.ProviderID),
		header:  http.Header{"X-Idp-Id": {s.config.ProviderID}},
		secrets: []string{idToken},
	}))
}

// createKeys trades an unscoped token for temporary keys.
//
// POST /v3.0/OS-CREDENTIAL/securitytokens with the method token, Identity and Access Management API
// reference, "Obtaining Temporary Access Keys and Security Tokens of a Federated User"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0002.html).
func (s *oidcSignIn) createKeys(ctx context.Context, region, unscoped string) (*credential, lifetime, error) {
	token := jsonObject{"id": unscoped}
	if s.config.Duration > 0 {
		token["duration_seconds"] = int64(s.config.Duration / time.Second)
	}
	identity := jsonObject{"methods": []string{"token"}, "token": token}
	return readKeys(s.client.askIAM(ctx, region, jsonObject{"identity": identity}, &request{
		call:    createFederatedKey,
		purpose: fmt.Sprintf("creating temporary keys for identity provider %q", s.config.ProviderID),
		secrets: []string{unscoped},
	}))
}
