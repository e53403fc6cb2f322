package client

import (
	"context"
	"net/http"
	"regexp"
	"time"
)

// Credentials are a way to sign in: [Keys], a [Token], a [Password] or [Metadata].
type Credentials interface {
	// source is what authorizes all requests of a client, nil where that takes
	// a sign-in for each project.
	source(c *Client) source
}

// Keys are an access key and its secret, with a security token where they are
// temporary.
type Keys struct {
	AccessKey, SecretKey, SecurityToken string
}

func (k Keys) source(*Client) source {
	return fixedSource{&credential{accessKey: k.AccessKey, secretKey: k.SecretKey, securityToken: k.SecurityToken}}
}

// Token is an IAM token that was made elsewhere.
type Token string

func (t Token) source(*Client) source { return fixedSource{&credential{token: string(t)}} }

// credential authorizes requests: keys that sign them, or a token that goes with them.
type credential struct {
	accessKey, secretKey, securityToken string
	token                               string
}

// authorize sets the headers by which req, with this body, is authorized and,
// where it is about a project, says about which. A nil credential sets none.
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

var signaturePart = regexp.MustCompile(`Signature=(.*)$`)

// secrets of the credential.
func (c *credential) secrets() []string {
	if c == nil {
		return nil
	}
	return []string{c.secretKey, c.securityToken, c.token}
}

// signatureOf is the signature in the headers of a request, nil where it has none.
func signatureOf(header http.Header) []string {
	if found := signaturePart.FindStringSubmatch(header.Get("Authorization")); found != nil {
		return found[1:]
	}
	return nil
}

// source provides the credential of a request.
type source interface {
	// get returns the credential, made or renewed where that is needed.
	get(ctx context.Context) (*credential, error)
	// drop says that the API refused used. It reports whether get may return
	// another one now.
	drop(used *credential) bool
}

// fixedSource is a credential that cannot be renewed.
type fixedSource struct{ fixed *credential }

func (s fixedSource) get(context.Context) (*credential, error) { return s.fixed, nil }

func (s fixedSource) drop(*credential) bool { return false }

// renewedSource is a credential that all readers share and that is renewed
// before it expires, or when it was refused.
type renewedSource struct{ shared[*credential] }

func (s *renewedSource) drop(used *credential) bool {
	s.shared.drop(used)
	return true
}

// temporaryKeys are the keys that assuming an agency or the metadata of an ECS give.
type temporaryKeys struct {
	Credential struct {
		Access        string `json:"access"`
		Secret        string `json:"secret"`
		SecurityToken string `json:"securitytoken"`
		ExpiresAt     string `json:"expires_at"`
	} `json:"credential"`
}

// credential is what the keys authorize with, and when they are to be renewed.
// It is nil where an answer was no keys at all.
func (k *temporaryKeys) credential(now time.Time) (*credential, time.Time) {
	if k.Credential.Access == "" || k.Credential.Secret == "" {
		return nil, time.Time{}
	}
	return &credential{
		accessKey:     k.Credential.Access,
		secretKey:     k.Credential.Secret,
		securityToken: k.Credential.SecurityToken,
	}, renewalTime(k.Credential.ExpiresAt, now)
}
