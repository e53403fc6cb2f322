package client

import (
	"context"
	"net/http"
	"strings"
	"time"
)

var (
	scopeToken = apiCall{operation: OpScopeToken, service: IAM, method: http.MethodPost, path: tokensPath}
	showToken  = apiCall{operation: OpShowToken, service: IAM, method: http.MethodGet, path: tokensPath}
)

// Token is an IAM token that was issued elsewhere. One that is for a project is used as it is; one
// without a project is traded for one of each project that is read from.
type Token string

func (t Token) source(c *Client) credentialSource {
	s := &givenTokenSource{client: c, token: string(t)}
	s.described.fetch = s.describe
	s.traded = newTokenSource(s.trade)
	return s
}

// describeTimeout ends the look at a token that a service refused: the refusal is reported without
// it.
const describeTimeout = 10 * time.Second

// givenTokenSource authorizes with a given token, or with what it is traded for.
type givenTokenSource struct {
	client *Client
	token  string
	// described is what the IAM of a region reports of the token: the client's own region, if it has
	// one.
	described cachedMap[string, *tokenDescription]
	// traded are the tokens of projects that a token without a project is traded for.
	traded *fetchedSource
}

// of returns what the IAM that knows a project reports of the token.
func (s *givenTokenSource) of(project projectScope) *cached[*tokenDescription] {
	return s.described.of(s.client.signInRegion(project))
}

// get returns the token as it is, unless it is known to have no project. What it is for, IAM is
// asked only if it matters: for a project's name here, and in renew.
func (s *givenTokenSource) get(ctx context.Context, project projectScope) (*credential, error) {
	described := s.of(project).last()
	if project.name != "" {
		var err error
		if described, err = s.of(project).get(ctx); err != nil {
			return nil, err
		}
	}
	given := &credential{token: s.token, mayLackProject: described == nil}
	switch {
	case described == nil: // IAM has not been asked.
	case described.hasNoProject():
		return s.traded.get(ctx, project)
	case project.name == "" || described.isFor(project, s.client.config.Region):
		given.projectID = described.Project.ID // For other names, it remains open, and the project is looked up.
	}
	return given, nil
}

// hasNoProject reports whether IAM says that the token has no project.
func (t *tokenDescription) hasNoProject() bool { return t.isKnown && t.Project.ID == "" }

// isFor reports whether the token serves for a project given by its name. If that is the region's, it
// is only the default: a token for cn-north-4_shop serves there too, and in the client's own region
// also one for a project with a name of its own.
func (t *tokenDescription) isFor(project projectScope, ownRegion string) bool {
	isDefault := project.name == project.region
	isOfRegion := strings.HasPrefix(t.Project.Name, project.region+"_") || project.region == ownRegion
	return t.Project.Name != "" && (t.Project.Name == project.name || isDefault && isOfRegion)
}

// renew looks at what the given token is for: one without a project is refused by every service, and
// is traded.
func (s *givenTokenSource) renew(ctx context.Context, project projectScope, refused *credential) bool {
	if refused.token != s.token {
		return s.traded.renew(ctx, project, refused)
	}
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	token, err := s.of(project).get(ctx)
	return err == nil && token.hasNoProject()
}

// describe asks IAM what the token is for. An IAM that does not know the call is no error.
//
// GET /v3/auth/tokens, Identity and Access Management API reference, "Verifying a Token"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0010.html).
func (s *givenTokenSource) describe(ctx context.Context, region string) (*tokenDescription, lifetime, error) {
	resp, err := s.client.askIAM(ctx, region, nil, &request{
		call:    showToken,
		purpose: "reading what the token is for",
		header:  http.Header{"X-Subject-Token": {s.token}},
		source:  fixedSource{&credential{token: s.token}},
	})
	if hasStatus(err, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		return &tokenDescription{}, lifetime{}, nil
	}
	description, err := readDescription(resp, err)
	return description, lifetime{}, err
}

// trade trades the token for one of a project.
//
// POST /v3/auth/tokens with the method token, OpenStack Identity API v3, "Token authentication with
// scoped authorization" (https://docs.openstack.org/api-ref/identity/v3/).
func (s *givenTokenSource) trade(ctx context.Context, project projectScope) (*credential, lifetime, error) {
	given, err := s.of(project).get(ctx)
	if err != nil {
		return nil, lifetime{}, err
	}
	auth := jsonObject{
		"identity": jsonObject{"methods": []string{"token"}, "token": jsonObject{"id": s.token}},
		"scope":    tokenScope(project, jsonObject{"id": given.User.Domain.ID}),
	}
	return readToken(s.client.askIAM(ctx, project.region, auth, &request{
		call: scopeToken, purpose: "trading the token for one of a project", secrets: []string{s.token},
	}))
}
