package client

import (
	"context"
	"net/http"
	"regexp"
	"time"
)

// Credentials are a way to sign in: [Keys], a [Token], a [Password], [OIDC] or [Metadata].
type Credentials interface {
	// source returns what authorizes the requests of a client.
	source(c *Client) credentialSource
}

// credentialSource provides the credentials of requests.
type credentialSource interface {
	// get returns a valid credential for requests about a project.
	get(ctx context.Context, scope projectScope) (*credential, error)
	// invalidate is called with a credential that the API refused. It reports whether get may
	// return another one now.
	invalidate(ctx context.Context, scope projectScope, refused *credential) bool
	// projectID returns the ID of a project if signing in to it reveals that, "" otherwise.
	projectID(ctx context.Context, scope projectScope) (string, error)
}

// projectScope names a project by its region and its ID or its name.
type projectScope struct {
	// region of the project, whose IAM signs in.
	region string
	// id or name, whichever is known.
	id, name string
}

// credential authorizes requests: keys that sign them, or a token that is sent with them.
type credential struct {
	accessKey, secretKey, securityToken string
	token                               string
	// expiresAt is when a credential that was fetched expires; the zero value if that is not known.
	expiresAt time.Time
	// mayLackProject is set for a token that may have no project; services refuse one without a
	// project with 401 or 403.
	mayLackProject bool
}

// hasExpired reports whether the credential is known to have expired. A nil credential never does.
func (c *credential) hasExpired(now time.Time) bool {
	return c != nil && !c.expiresAt.IsZero() && !now.Before(c.expiresAt)
}

// authorize sets the headers that authorize req with this body. A nil credential sets none.
func (c *credential) authorize(req *http.Request, body []byte, projectID string) {
	switch {
	case c == nil:
	case c.token != "":
		req.Header.Set("X-Auth-Token", c.token)
	default:
		if projectID != "" {
			req.Header.Set("X-Project-Id", projectID)
		}
		if c.securityToken != "" {
			req.Header.Set("X-Security-Token", c.securityToken)
		}
		sign(req, body, c.accessKey, c.secretKey, time.Now())
	}
}

// minAccessKeyID is the minimum length of an access key ID that is redacted. Real ones have 20
// characters; the word of a test would redact other text.
const minAccessKeyID = 16

// secrets returns the values to redact.
func (c *credential) secrets() []string {
	if c == nil {
		return nil
	}
	secrets := []string{c.secretKey, c.securityToken, c.token}
	if len(c.accessKey) >= minAccessKeyID {
		secrets = append(secrets, c.accessKey)
	}
	return secrets
}

// isRefusedBy reports whether a response may mean that the credential is not valid. A nil
// credential is never refused.
func (c *credential) isRefusedBy(resp *response) bool {
	switch {
	case c == nil || isThrottling(resp.status, resp.code()):
		return false
	case resp.status == http.StatusForbidden:
		return c.mayLackProject
	}
	return resp.status == http.StatusUnauthorized
}

var signaturePart = regexp.MustCompile(`Signature=(.*)$`)

// signatureOf returns the signature in the headers of a request, nil if there is none.
func signatureOf(header http.Header) []string {
	if found := signaturePart.FindStringSubmatch(header.Get("Authorization")); found != nil {
		return found[1:]
	}
	return nil
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

func (s fixedSource) invalidate(context.Context, projectScope, *credential) bool { return false }

func (s fixedSource) projectID(context.Context, projectScope) (string, error) { return "", nil }

// renewableSource is one credential for all projects, which is fetched and refreshed.
type renewableSource struct{ cached[*credential] }

func (s *renewableSource) get(ctx context.Context, _ projectScope) (*credential, error) {
	return s.cached.get(ctx)
}

func (s *renewableSource) invalidate(_ context.Context, _ projectScope, refused *credential) bool {
	s.cached.invalidate(refused)
	return true
}

func (s *renewableSource) projectID(context.Context, projectScope) (string, error) { return "", nil }
