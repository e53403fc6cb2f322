package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

var (
	exchangeIDToken    = operation{OpExchangeIDToken, IAM, http.MethodPost, "/v3.0/OS-AUTH/id-token/tokens"}
	createFederatedKey = operation{OpCreateFederatedKey, IAM, http.MethodPost, securityTokensPath}
)

// OIDC signs in with an OpenID Connect ID token and trades the result for temporary keys.
type OIDC struct {
	// ProviderID is the ID of the identity provider at IAM.
	ProviderID string
	// IDToken is read again at every sign-in: an [IDToken], an [IDTokenFile] or a [GitHubIDToken].
	IDToken IDTokenSource
	// Duration of the temporary keys: 15 minutes to 24 hours, 0 for the API's default.
	Duration time.Duration
}

func (o OIDC) source(c *Client) credentialSource {
	signIn := &oidcSignIn{client: c, config: o}
	s := &renewableSource{}
	s.fetch = signIn.fetch
	return s
}

// oidcSignIn fetches the temporary keys of a federated user.
type oidcSignIn struct {
	client *Client
	config OIDC

	mu sync.Mutex
	// refusedToken is an ID token that IAM refused with refusal; it is not sent again.
	refusedToken string
	refusal      error
}

// fetch reads the ID token, signs in and trades the unscoped token for keys.
func (s *oidcSignIn) fetch(ctx context.Context) (*credential, lifetime, error) {
	idToken, err := s.config.IDToken.read(ctx, s.client)
	if err != nil {
		return nil, lifetime{}, err
	}
	s.mu.Lock()
	refusedToken, refusal := s.refusedToken, s.refusal
	s.mu.Unlock()
	if idToken == refusedToken {
		return nil, lifetime{}, refusal
	}
	unscoped, err := s.exchange(ctx, idToken)
	if _, replaceable := s.config.IDToken.(IDTokenFile); replaceable && isRefusal(err) && !isNotFound(err) {
		// The file's next ID token may be accepted, so remember only this one. A 404 means that there
		// is no such identity provider, whatever the ID token.
		err = &refusedIDTokenError{err}
		s.mu.Lock()
		s.refusedToken, s.refusal = idToken, err
		s.mu.Unlock()
	}
	if err != nil {
		return nil, lifetime{}, err
	}
	return s.createKeys(ctx, unscoped)
}

// exchange signs in with an ID token and returns an unscoped token.
//
// POST /v3.0/OS-AUTH/id-token/tokens, Identity and Access Management API reference, "Obtaining a
// Token with an OpenID Connect ID Token"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_13_0605.html).
func (s *oidcSignIn) exchange(ctx context.Context, idToken string) (string, error) {
	resp, err := s.client.askIAM(ctx, iamRequest{
		operation: exchangeIDToken,
		purpose:   fmt.Sprintf("signing in with an ID token at identity provider %q", s.config.ProviderID),
		region:    s.client.homeRegion(),
		header:    http.Header{"X-Idp-Id": {s.config.ProviderID}},
		body:      jsonObject{"auth": jsonObject{"id_token": jsonObject{"id": idToken}}},
		secrets:   []string{idToken},
	})
	if err != nil {
		return "", err
	}
	return subjectToken(resp)
}

// createKeys trades an unscoped token for temporary keys.
//
// POST /v3.0/OS-CREDENTIAL/securitytokens with the method token, Identity and Access Management API
// reference, "Obtaining Temporary Access Keys and Security Tokens of a Federated User"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0002.html).
func (s *oidcSignIn) createKeys(ctx context.Context, unscoped string) (*credential, lifetime, error) {
	token := jsonObject{"id": unscoped}
	if s.config.Duration > 0 {
		token["duration_seconds"] = int64(s.config.Duration / time.Second)
	}
	resp, err := s.client.askIAM(ctx, iamRequest{
		operation: createFederatedKey,
		purpose:   fmt.Sprintf("creating temporary keys for identity provider %q", s.config.ProviderID),
		region:    s.client.homeRegion(),
		body:      jsonObject{"auth": jsonObject{"identity": jsonObject{"methods": []string{"token"}, "token": token}}},
		secrets:   []string{unscoped},
	})
	if err != nil {
		return nil, lifetime{}, err
	}
	return readKeys(resp)
}

// isNotFound reports whether an API error is a 404.
func isNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusNotFound
}

// refusedIDTokenError means that IAM rejected this ID token; a new one may be accepted.
type refusedIDTokenError struct{ error }

func (e *refusedIDTokenError) Unwrap() error { return e.error }
