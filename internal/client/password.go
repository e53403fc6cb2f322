package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

var createToken = apiCall{operation: OpCreateToken, service: IAM, method: http.MethodPost, path: tokensPath}

// Password signs a user in, for each project that is read from.
type Password struct {
	// UserName with DomainName or DomainID, or UserID alone.
	UserName, UserID string
	Password         string
	// DomainName or DomainID is the user's account. The name of a project is looked up in it.
	DomainName, DomainID string
}

func (p Password) source(c *Client) credentialSource {
	s := &passwordSignIn{client: c, user: p, trials: map[string]*trial{}}
	s.domains.fetch = s.fetchDomain
	return newTokenSource(s.fetchToken)
}

// passwordSignIn fetches the tokens of a user.
type passwordSignIn struct {
	client *Client
	user   Password
	// domains is the ID of the user's domain, by the region whose IAM is asked. It is fetched if no
	// domain is configured and the project is given by name.
	domains cachedMap[string, string]

	mu sync.Mutex
	// trials are what each IAM has shown of the password, by its address.
	trials map[string]*trial
}

// fetchToken signs in to a project.
func (s *passwordSignIn) fetchToken(ctx context.Context, project projectScope) (*credential, lifetime, error) {
	domain := s.user.domain()
	if project.id == "" && domain == nil {
		id, err := s.domains.of(s.client.signInRegion(project)).get(ctx)
		if err != nil {
			return nil, lifetime{}, err
		}
		domain = jsonObject{"id": id}
	}
	return readToken(s.signIn(ctx, project, tokenScope(project, domain)))
}

// fetchDomain signs in without a project, which reveals the user's domain.
func (s *passwordSignIn) fetchDomain(ctx context.Context, region string) (string, lifetime, error) {
	resp, err := s.signIn(ctx, projectScope{region: region}, nil)
	described, err := readDescription(resp, err)
	switch {
	case err != nil:
		return "", lifetime{}, err
	case described.User.Domain.ID == "":
		return "", lifetime{}, resp.missingField("token.user.domain.id")
	}
	return described.User.Domain.ID, lifetime{}, nil
}

// signIn sends the password to the IAM of the project's region, unless that has refused it. scope is
// what the token is for in IAM's terms, nil for no project.
//
// POST /v3/auth/tokens, Identity and Access Management API reference, "Obtaining a User Token
// Through Password Authentication"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html).
func (s *passwordSignIn) signIn(ctx context.Context, project projectScope, scope jsonObject) (*response, error) {
	base, err := s.client.endpoint(IAM, project.region)
	if err != nil {
		return nil, err
	}
	auth := jsonObject{"identity": jsonObject{"methods": []string{"password"}, "password": jsonObject{"user": s.user.body()}}}
	if scope != nil {
		auth["scope"] = scope
	}
	noteFailure(ctx, &Error{
		Service: IAM, Operation: OpCreateToken, Purpose: s.user.purpose(), Method: http.MethodPost, URL: base + tokensPath,
		Reason: ReasonTimeout, Err: errors.New("another sign-in at this IAM has not ended"),
	})
	trial := s.trialAt(base)
	end, err := trial.begin(ctx, project)
	if err != nil {
		return nil, err
	}
	defer end()
	resp, err := s.client.askIAM(ctx, project.region, auth, &request{
		call: createToken, purpose: s.user.purpose(), secrets: []string{s.user.Password},
	})
	trial.keep(project, err)
	return resp, err
}

// trialAt returns what the IAM at an address has shown of the password. Sign-ins that may show that it is
// wrong are sent one after another.
func (s *passwordSignIn) trialAt(address string) *trial {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trials[address] == nil {
		s.trials[address] = newTrial(1, true)
	}
	return s.trials[address]
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
