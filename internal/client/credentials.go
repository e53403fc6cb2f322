package client

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// Credentials are a way to sign in: [Keys], a [Token], a [Password], [OIDC] or [Metadata].
type Credentials interface {
	// source returns what authorizes the requests of a client.
	source(c *Client) credentialSource
}

// credentialSource provides the credentials of requests.
type credentialSource interface {
	// get returns a valid credential for requests about a project. If the project is given by its
	// name, the credential names its ID, if signing in reveals that.
	get(ctx context.Context, project projectScope) (*credential, error)
	// renew is called with a credential that the API refused. It reports whether get may return
	// another one now.
	renew(ctx context.Context, project projectScope, refused *credential) bool
}

// projectScope names a project by its region, and its ID or its name. Without both, it is any
// project of the caller's own account.
type projectScope struct {
	// region of the project, whose IAM signs in.
	region   string
	id, name string
}

// orDefault returns the project with the region's name, which every account has, if no project is
// given.
func (p projectScope) orDefault() projectScope {
	if p.id == "" && p.name == "" {
		p.name = p.region
	}
	return p
}

// credential authorizes requests: keys that sign them, or a token that is sent with them. The zero
// value is none.
type credential struct {
	accessKey, secretKey, securityToken string
	token                               string
	// projectID is the project that a token is for, "" if that is not known.
	projectID string
	// expiresAt is when a credential that was fetched expires; the zero value if that is not known.
	expiresAt time.Time
	// mayLackProject is set for a token that may have no project; services refuse one without a
	// project with 401 or 403.
	mayLackProject bool
}

// hasExpired reports whether the credential is known to have expired.
func (c *credential) hasExpired(now time.Time) bool {
	return !c.expiresAt.IsZero() && !now.Before(c.expiresAt)
}

// authorize sets the headers that authorize req with this body for a project, and returns what of
// them must not be shown.
func (c *credential) authorize(req *http.Request, body []byte, projectID string) (secret string) {
	if c.token != "" {
		req.Header.Set("X-Auth-Token", c.token)
		return c.token
	}
	if projectID != "" {
		req.Header.Set("X-Project-Id", projectID)
	}
	if c.securityToken != "" {
		req.Header.Set("X-Security-Token", c.securityToken)
	}
	return sign(req, body, c.accessKey, c.secretKey, time.Now())
}

// minAccessKeyID is the minimum length of an access key ID that is redacted. Real ones have 20
// characters; the word of a test would redact other text.
const minAccessKeyID = 16

// secrets returns the values to redact.
func (c *credential) secrets() []string {
	if len(c.accessKey) < minAccessKeyID {
		return []string{c.secretKey, c.securityToken, c.token}
	}
	return []string{c.accessKey, c.secretKey, c.securityToken, c.token}
}

// isRefusedBy reports whether a response may mean that the credential is not valid.
func (c *credential) isRefusedBy(resp *response) bool {
	if isThrottling(resp.status, resp.code()) {
		return false
	}
	return resp.status == http.StatusUnauthorized || resp.status == http.StatusForbidden && c.mayLackProject
}

// Keys are an access key and its secret key, with a security token if they are temporary.
type Keys struct {
	AccessKey, SecretKey, SecurityToken string
}

func (k Keys) source(*Client) credentialSource {
	return fixedSource{&credential{accessKey: k.AccessKey, secretKey: k.SecretKey, securityToken: k.SecurityToken}}
}

// fixedSource is a credential that cannot be renewed.
type fixedSource struct{ fixed *credential }

func (s fixedSource) get(context.Context, projectScope) (*credential, error) { return s.fixed, nil }

func (s fixedSource) renew(context.Context, projectScope, *credential) bool { return false }

// fetchedSource fetches credentials and shares each among all its readers.
type fetchedSource struct {
	credentials cachedMap[projectScope, *credential]
	// key returns what the credential for a project is fetched for.
	key func(projectScope) projectScope
}

func (s *fetchedSource) get(ctx context.Context, project projectScope) (*credential, error) {
	return s.credentials.of(s.key(project)).get(ctx)
}

func (s *fetchedSource) renew(_ context.Context, project projectScope, refused *credential) bool {
	s.credentials.of(s.key(project)).invalidate(refused)
	return true
}

// newKeysSource returns a source of temporary keys, which serve all projects. They come from the IAM
// of the client's own region, if it has one.
func newKeysSource(c *Client, fetch func(ctx context.Context, region string) (*credential, lifetime, error)) *fetchedSource {
	s := &fetchedSource{key: func(project projectScope) projectScope { return projectScope{region: c.signInRegion(project)} }}
	s.credentials.fetch = func(ctx context.Context, key projectScope) (*credential, lifetime, error) {
		return fetch(ctx, key.region)
	}
	return s
}

// newTokenSource returns a source of a token for each project. The first call may give the project's
// name, as [Client.Resolve] does to learn its ID, later ones give the ID: all get the same token.
func newTokenSource(fetch func(context.Context, projectScope) (*credential, lifetime, error)) *fetchedSource {
	s := &fetchedSource{key: projectScope.orDefault}
	s.credentials.fetch = func(ctx context.Context, project projectScope) (*credential, lifetime, error) {
		token, life, err := fetch(ctx, project)
		if err == nil && project.id == "" && token.projectID != "" {
			s.credentials.alias(project, projectScope{region: project.region, id: token.projectID})
		}
		return token, life, err
	}
	return s
}

// signInRegion returns the region whose IAM serves what belongs to no project: the client's own, if
// it has one.
func (c *Client) signInRegion(project projectScope) string {
	return cmp.Or(c.config.Region, project.region)
}
