package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// tokensPath is where IAM gives a token for a user's password.
const tokensPath = "/v3/auth/tokens" //nolint:gosec // A path, no secret.

// Password signs a user in, for each project that is read from.
type Password struct {
	UserName, Password, DomainName string
}

func (Password) source(*Client) source { return nil }

// projectScope names the project that a token is good for, by its ID or its name.
type projectScope struct {
	// region whose IAM gives the token.
	region string
	// id and name: the one that is not empty.
	id, name string
}

// signedIn is a user's token and the project that it is good for.
type signedIn struct {
	credential *credential
	projectID  string
}

// signInSource authorizes with the token of a user for one project.
type signInSource struct{ shared shared[*signedIn] }

func (s *signInSource) get(ctx context.Context) (*credential, error) {
	in, err := s.shared.get(ctx)
	if err != nil {
		return nil, err
	}
	return in.credential, nil
}

func (s *signInSource) drop(used *credential) bool {
	s.shared.mu.Lock()
	in := s.shared.value
	s.shared.mu.Unlock()
	if in != nil && in.credential == used {
		s.shared.drop(in)
	}
	return true
}

// signIn is the sign-in for a project, one for all its readers. A sign-in that
// names the project serves for the project's ID too, once that is known.
func (c *Client) signIn(scope projectScope) *signInSource {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.signIns[scope]; ok {
		return s
	}
	s := &signInSource{}
	s.shared.fetch = func(ctx context.Context) (*signedIn, time.Time, error) {
		in, renewAt, err := c.fetchToken(ctx, scope)
		if err == nil && scope.id == "" {
			c.mu.Lock()
			c.signIns[projectScope{region: scope.region, id: in.projectID}] = s
			c.mu.Unlock()
		}
		return in, renewAt, err
	}
	c.signIns[scope] = s
	return s
}

// fetchToken signs a user in.
//
// POST /v3/auth/tokens, Identity and Access Management API reference,
// "Obtaining a User Token Through Password Authentication".
func (c *Client) fetchToken(ctx context.Context, scope projectScope) (*signedIn, time.Time, error) {
	user, ok := c.config.Credentials.(Password)
	if !ok {
		return nil, time.Time{}, errors.New("only a user's password signs in")
	}
	type object = map[string]any
	project := object{"name": scope.name}
	if scope.id != "" {
		project = object{"id": scope.id}
	}
	body, err := json.Marshal(object{"auth": object{
		"identity": object{
			"methods": []string{"password"},
			"password": object{"user": object{
				"name": user.UserName, "password": user.Password, "domain": object{"name": user.DomainName},
			}},
		},
		"scope": object{"project": project},
	}})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("signing in: %w", err)
	}
	secrets := []string{user.Password}
	if quoted, err := json.Marshal(user.Password); err == nil {
		secrets = append(secrets, string(quoted[1:len(quoted)-1])) // As it stands in the body.
	}
	answered, err := c.askIAM(ctx, &request{method: http.MethodPost, body: body, secrets: secrets}, scope.region, tokensPath)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("signing in as user %q of domain %q: %w", user.UserName, user.DomainName, err)
	}
	type token struct {
		Token struct {
			ExpiresAt string `json:"expires_at"`
			Project   struct {
				ID string `json:"id"`
			} `json:"project"`
		} `json:"token"`
	}
	told, err := decode[token](answered)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("signing in as user %q of domain %q: %w", user.UserName, user.DomainName, err)
	}
	subject := answered.header.Get("X-Subject-Token")
	if subject == "" {
		return nil, time.Time{}, answered.unexpected(errors.New("the header X-Subject-Token is missing"))
	}
	in := &signedIn{credential: &credential{token: subject}, projectID: told.Token.Project.ID}
	return in, renewalTime(told.Token.ExpiresAt, time.Now()), nil
}

// askIAM sends a request to the IAM of a region.
func (c *Client) askIAM(ctx context.Context, r *request, region, path string) (*answer, error) {
	base, err := c.endpoint(IAM, region)
	if err != nil {
		return nil, err
	}
	r.url, r.secretive = base+path, true
	return c.send(ctx, r)
}

// homeSource authorizes as the user whose password signs in, before an agency
// is assumed. The token is for the project that is named like the home
// region, which every account has; project_id and project_name are those of the
// account of the agency.
type homeSource struct{ client *Client }

func (s homeSource) in() *signInSource {
	region := s.client.homeRegion()
	return s.client.signIn(projectScope{region: region, name: region})
}

func (s homeSource) get(ctx context.Context) (*credential, error) { return s.in().get(ctx) }

func (s homeSource) drop(used *credential) bool { return s.in().drop(used) }
