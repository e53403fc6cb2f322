package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// Password signs a user in, for each project that is read from.
type Password struct {
	// UserName with DomainName or DomainID, or UserID alone.
	UserName, UserID string
	Password         string
	// DomainName or DomainID is the user's account. The name of a project is looked up in it.
	DomainName, DomainID string
}

func (p Password) source(c *Client) credentialSource {
	s := &passwordSource{client: c, user: p}
	s.tokens.fetch = s.signIn
	s.domain.fetch = s.fetchDomain
	return s
}

// passwordSource authorizes with the token of a user for each project.
type passwordSource struct {
	client *Client
	user   Password
	tokens scopedTokens
	// domain is the ID of the user's domain. It is fetched if that is not configured and the
	// project is given by name.
	domain cached[*string]

	// turns are for sign-ins whose refusal means that the password is wrong.
	turns signInTurns

	mu sync.Mutex
	// refused is the API error of a password that is wrong; it is not sent again. refusedFor is what
	// it was sent for.
	refused    *Error
	refusedFor projectScope
	// accepted are the projects that the user has signed in to; the zero value is none.
	accepted map[projectScope]bool
}

func (s *passwordSource) get(ctx context.Context, scope projectScope) (*credential, error) {
	return s.tokens.get(ctx, scope)
}

func (s *passwordSource) invalidate(_ context.Context, scope projectScope, refused *credential) bool {
	s.tokens.invalidate(scope, refused)
	return true
}

func (s *passwordSource) projectID(ctx context.Context, scope projectScope) (string, error) {
	return s.tokens.projectID(ctx, scope)
}

// signIn fetches a token for a project.
func (s *passwordSource) signIn(ctx context.Context, scope projectScope) (*scopedToken, lifetime, error) {
	domain := s.user.domain()
	if scope.id == "" && domain == nil {
		id, err := s.domain.get(ctx)
		if err != nil {
			return nil, lifetime{}, err
		}
		domain = jsonObject{"id": *id}
	}
	resp, err := s.send(ctx, scope, tokenScope(scope, domain))
	if err != nil {
		return nil, lifetime{}, err
	}
	token, _, life, err := readToken(resp)
	return token, life, err
}

// fetchDomain signs in without a project, which reveals the user's domain.
func (s *passwordSource) fetchDomain(ctx context.Context) (*string, lifetime, error) {
	resp, err := s.send(ctx, projectScope{region: s.client.homeRegion()}, nil)
	if err != nil {
		return nil, lifetime{}, err
	}
	_, described, _, err := readToken(resp)
	if err != nil {
		return nil, lifetime{}, err
	}
	id := described.Token.value.User.Domain.ID
	if id == "" {
		return nil, lifetime{}, resp.unexpected(errors.New(`missing field "token.user.domain.id"`))
	}
	return &id, lifetime{}, nil
}

// send sends the password, unless it has been refused. scope is what the token is for in
// IAM's terms, nil for no project.
//
// POST /v3/auth/tokens, Identity and Access Management API reference, "Obtaining a User Token
// Through Password Authentication"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html).
func (s *passwordSource) send(ctx context.Context, project projectScope, scope jsonObject) (*response, error) {
	iam, err := s.client.endpoint(IAM, project.region)
	if err != nil {
		return nil, err
	}
	release, err := s.turns.take(ctx, iam, func() bool { return s.needsTurn(project) })
	if err != nil {
		return nil, err
	}
	defer release()
	resp, err := s.sendNow(ctx, project, scope)
	s.keepOutcome(project, err)
	return resp, err
}

// needsTurn reports whether a refusal of this sign-in would mean that the password is wrong, so that
// no other must be sent meanwhile.
func (s *passwordSource) needsTurn(project projectScope) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused == nil && s.provesPassword(project)
}

// provesPassword reports whether a 401 means that the password is wrong, with s locked. IAM also
// refuses a user without a role in the project with 401, but not in a project that the user has
// signed in to before.
func (s *passwordSource) provesPassword(project projectScope) bool {
	return len(s.accepted) == 0 || s.accepted[project]
}

// keepOutcome keeps what a sign-in shows of the password.
func (s *passwordSource) keepOutcome(project projectScope, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, failed := errors.AsType[*Error](err)
	switch {
	case err == nil:
		if s.accepted == nil {
			s.accepted = map[projectScope]bool{}
		}
		s.accepted[project], s.refused = true, nil
	case failed && e.Status == http.StatusUnauthorized && !isThrottling(e.Status, e.Code) && s.provesPassword(project):
		s.refused, s.refusedFor = e, project
	}
}

func (s *passwordSource) sendNow(ctx context.Context, project projectScope, scope jsonObject) (*response, error) {
	auth := jsonObject{"identity": jsonObject{
		"methods":  []string{"password"},
		"password": jsonObject{"user": s.user.body()},
	}}
	if scope != nil {
		auth["scope"] = scope
	}
	return s.client.askIAM(ctx, iamRequest{
		operation: createToken,
		purpose:   s.user.purpose(),
		region:    project.region,
		body:      jsonObject{"auth": auth},
		source:    unlessRefused{s},
		scope:     project,
		secrets:   []string{s.user.Password},
	})
}

// unlessRefused is asked for a credential before every attempt to sign in, which needs none. It
// fails if the password has been refused meanwhile.
type unlessRefused struct{ *passwordSource }

func (s unlessRefused) get(_ context.Context, project projectScope) (*credential, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		return nil, nil //nolint:nilnil // A nil credential authorizes nothing.
	}
	e := *s.refused
	if project != s.refusedFor {
		e.Err = fmt.Errorf("the sign-in for project %q in region %s was refused, and a refused password is not sent again",
			cmp.Or(s.refusedFor.name, s.refusedFor.id), s.refusedFor.region)
	}
	return nil, &e
}

func (p Password) purpose() string {
	if p.UserID != "" {
		return fmt.Sprintf("signing in as user ID %q", p.UserID)
	}
	return fmt.Sprintf("signing in as user %q of domain %q", p.UserName, cmp.Or(p.DomainName, p.DomainID))
}

// body names the user: by ID, or by name and domain.
func (p Password) body() jsonObject {
	if p.UserID != "" {
		return jsonObject{"id": p.UserID, "password": p.Password}
	}
	return jsonObject{"name": p.UserName, "password": p.Password, "domain": p.domain()}
}

// domain names the user's domain, nil if it is not known.
func (p Password) domain() jsonObject {
	switch {
	case p.DomainID != "":
		return jsonObject{"id": p.DomainID}
	case p.DomainName != "":
		return jsonObject{"name": p.DomainName}
	}
	return nil
}
