package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Token is an IAM token that was issued elsewhere. One that is for a project is used as it is; one
// without a project is traded for one of each project that is read from.
type Token string

func (t Token) source(c *Client) credentialSource {
	s := &tokenSource{client: c, given: &credential{token: string(t), mayLackProject: true}}
	s.described.fetch = s.describe
	s.scoped.fetch = s.trade
	return s
}

// describeTimeout ends the look at a token that a service refused: the refusal is reported without
// it.
const describeTimeout = 10 * time.Second

// tokenSource authorizes with a given token, or with what it is traded for.
type tokenSource struct {
	client *Client
	given  *credential
	// described is what IAM knows of the token.
	described cached[*givenToken]
	// unscoped is set once IAM has reported that the token has no project.
	unscoped atomic.Bool
	scoped   scopedTokens
}

// givenToken is what a token is for. It is empty if IAM does not support the call.
type givenToken struct {
	projectID, projectName, domainID string
}

func (s *tokenSource) get(ctx context.Context, scope projectScope) (*credential, error) {
	if s.unscoped.Load() {
		return s.scoped.get(ctx, scope)
	}
	return s.given, nil
}

// invalidate looks at what the token is for: one without a project is refused by every service, and
// is traded.
func (s *tokenSource) invalidate(ctx context.Context, scope projectScope, refused *credential) bool {
	if refused != s.given {
		s.scoped.invalidate(scope, refused)
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	_, err := s.described.get(ctx)
	return err == nil && s.unscoped.Load()
}

// projectID returns the token's own project if it belongs to the region, or the project that the
// token is traded for.
func (s *tokenSource) projectID(ctx context.Context, scope projectScope) (string, error) {
	token, err := s.described.get(ctx)
	switch {
	case err != nil:
		return "", err
	case s.unscoped.Load():
		return s.scoped.projectID(ctx, scope)
	case token.projectName == scope.name:
		return token.projectID, nil
	case scope.name == scope.region && isProjectOf(token.projectName, scope.region, s.client.config.Region):
		return token.projectID, nil
	}
	return "", nil
}

// isProjectOf reports whether a token's project is used for a region: projects have the region's
// name or begin with it. In the client's own region, the token's project is used whatever its name.
func isProjectOf(name, region, ownRegion string) bool {
	return name != "" && (name == region || strings.HasPrefix(name, region+"_") || region == ownRegion)
}

// describe asks IAM what the token is for. An IAM that does not know the call is no error.
//
// GET /v3/auth/tokens, Identity and Access Management API reference, "Verifying a Token"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0010.html).
func (s *tokenSource) describe(ctx context.Context) (*givenToken, lifetime, error) {
	resp, err := s.client.askIAM(ctx, iamRequest{
		operation: showToken,
		purpose:   "reading what the token is for",
		region:    s.client.homeRegion(),
		header:    http.Header{"X-Subject-Token": {s.given.token}},
		source:    fixedSource{s.given},
	})
	if e, ok := errors.AsType[*Error](err); ok && e.Reason == ReasonAPIError && isUnknownCall(e) && !is[*DeadlineError](err) {
		return &givenToken{}, lifetime{}, nil
	}
	if err != nil {
		return nil, lifetime{}, err
	}
	described, err := decode[tokenResponse](resp)
	if err != nil {
		return nil, lifetime{}, err
	}
	token := &givenToken{
		projectID:   described.Token.value.Project.ID,
		projectName: described.Token.value.Project.Name,
		domainID:    described.Token.value.User.Domain.ID,
	}
	s.unscoped.Store(token.projectID == "")
	return token, lifetime{}, nil
}

// isUnknownCall reports whether an API error means that the IAM does not offer a call, or not to
// this caller.
func isUnknownCall(e *Error) bool {
	if isThrottling(e.Status, e.Code) {
		return false
	}
	switch e.Status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

// trade trades the token for one of a project.
//
// POST /v3/auth/tokens with the method token, OpenStack Identity API v3, "Token authentication with
// scoped authorization" (https://docs.openstack.org/api-ref/identity/v3/).
func (s *tokenSource) trade(ctx context.Context, scope projectScope) (*scopedToken, lifetime, error) {
	given, err := s.described.get(ctx)
	if err != nil {
		return nil, lifetime{}, err
	}
	resp, err := s.client.askIAM(ctx, iamRequest{
		operation: scopeToken,
		purpose:   "trading the token for one of a project",
		region:    scope.region,
		body: jsonObject{"auth": jsonObject{
			"identity": jsonObject{"methods": []string{"token"}, "token": jsonObject{"id": s.given.token}},
			"scope":    tokenScope(scope, jsonObject{"id": given.domainID}),
		}},
		secrets: []string{s.given.token},
	})
	if err != nil {
		return nil, lifetime{}, err
	}
	token, _, life, err := readToken(resp)
	return token, life, err
}
