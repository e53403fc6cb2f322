package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// scopedToken is a token and the project that it is for, "" if the response does not name it.
type scopedToken struct {
	credential *credential
	projectID  string
}

// scopedTokens is one token for each project, fetched when it is needed and shared by all its
// readers.
type scopedTokens struct {
	fetch func(context.Context, projectScope) (*scopedToken, lifetime, error)

	mu     sync.Mutex
	tokens map[projectScope]*cached[*scopedToken]
}

// of returns the token of a project. A token that was fetched by the project's name also serves the
// project's ID, once that is known.
func (t *scopedTokens) of(scope projectScope) *cached[*scopedToken] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token, ok := t.tokens[scope]; ok {
		return token
	}
	token := &cached[*scopedToken]{}
	token.fetch = func(ctx context.Context) (*scopedToken, lifetime, error) {
		fetched, life, err := t.fetch(ctx, scope)
		if err == nil && scope.id == "" && fetched.projectID != "" {
			t.mu.Lock()
			t.tokens[projectScope{region: scope.region, id: fetched.projectID}] = token
			t.mu.Unlock()
		}
		return fetched, life, err
	}
	if t.tokens == nil {
		t.tokens = map[projectScope]*cached[*scopedToken]{}
	}
	t.tokens[scope] = token
	return token
}

func (t *scopedTokens) get(ctx context.Context, scope projectScope) (*credential, error) {
	token, err := t.of(scope).get(ctx)
	if err != nil {
		return nil, err
	}
	return token.credential, nil
}

func (t *scopedTokens) invalidate(scope projectScope, refused *credential) {
	token := t.of(scope)
	if latest := token.latestValue(); latest != nil && latest.credential == refused {
		token.invalidate(latest)
	}
}

func (t *scopedTokens) projectID(ctx context.Context, scope projectScope) (string, error) {
	token, err := t.of(scope).get(ctx)
	if err != nil {
		return "", err
	}
	return token.projectID, nil
}

// tokenResponse is what IAM returns with a token, or about one.
type tokenResponse struct {
	Token required[tokenDescription] `json:"token"`
}

// tokenDescription is what a token is for.
type tokenDescription struct {
	ExpiresAt string `json:"expires_at"`
	Project   struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"project"`
	User struct {
		Domain struct {
			ID string `json:"id"`
		} `json:"domain"`
	} `json:"user"`
}

// readToken reads the response to a request for a token.
func readToken(resp *response) (*scopedToken, *tokenResponse, lifetime, error) {
	described, err := decode[tokenResponse](resp)
	if err != nil {
		return nil, nil, lifetime{}, err
	}
	token, err := subjectToken(resp)
	if err != nil {
		return nil, nil, lifetime{}, err
	}
	life := newLifetime(described.Token.value.ExpiresAt, resp.header, time.Now())
	fetched := &scopedToken{credential: &credential{token: token, expiresAt: life.expiresAt}, projectID: described.Token.value.Project.ID}
	return fetched, described, life, nil
}

// subjectToken returns the token that IAM issued with a response.
func subjectToken(resp *response) (string, error) {
	token := resp.header.Get("X-Subject-Token")
	if token == "" {
		return "", resp.unexpected(errors.New("missing header X-Subject-Token"))
	}
	return token, nil
}

// tokensPath is the path at which IAM issues, trades and describes tokens.
const tokensPath = "/v3/auth/tokens" //nolint:gosec // A path, not a secret.

var (
	createToken = operation{OpCreateToken, IAM, http.MethodPost, tokensPath}
	scopeToken  = operation{OpScopeToken, IAM, http.MethodPost, tokensPath}
	showToken   = operation{OpShowToken, IAM, http.MethodGet, tokensPath}
)

// tokenScope is the part of a sign-in that names the project: by its ID, or by its name with the
// domain, without which Keystone refuses a name.
func tokenScope(scope projectScope, domain jsonObject) jsonObject {
	if scope.id != "" {
		return jsonObject{"project": jsonObject{"id": scope.id}}
	}
	return jsonObject{"project": jsonObject{"name": scope.name, "domain": domain}}
}
