package client

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

const (
	// tokensPath is the path at which IAM issues, trades and describes tokens.
	tokensPath = "/v3/auth/tokens" //nolint:gosec // A path, not a secret.
	// securityTokensPath is the path at which IAM creates temporary keys.
	securityTokensPath = "/v3.0/OS-CREDENTIAL/securitytokens" //nolint:gosec // A path, not a secret.
)

// jsonObject is the body of an IAM request, or a part of it.
type jsonObject map[string]any

// askIAM sends a request to the IAM of a region, with what authenticates in its body, nil for none.
// The response's body is never quoted; only its error code, message and request ID are shown.
func (c *Client) askIAM(ctx context.Context, region string, auth jsonObject, r *request) (*response, error) {
	base, err := c.endpoint(IAM, region)
	if err != nil {
		return nil, err
	}
	if auth != nil {
		if r.body, err = json.Marshal(jsonObject{"auth": auth}); err != nil {
			return nil, err
		}
	}
	r.url, r.hideBody = base+r.call.path, true
	return c.send(ctx, r)
}

// tokenDescription is what IAM reports of a token.
type tokenDescription struct {
	// isKnown is set unless the IAM does not offer the call.
	isKnown   bool
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

// readDescription reads the response to a request for a token or about one, if there is no error.
func readDescription(resp *response, err error) (*tokenDescription, error) {
	if err != nil {
		return nil, err
	}
	got, err := decode[struct {
		Token *tokenDescription `json:"token"`
	}](resp)
	if err != nil {
		return nil, err
	}
	if got.Token == nil {
		return nil, resp.missingField("token")
	}
	got.Token.isKnown = true
	return got.Token, nil
}

// readToken reads the response to a request for a token, if there is no error: what it is for is in
// the body, the token itself in a header.
func readToken(resp *response, err error) (*credential, lifetime, error) {
	described, err := readDescription(resp, err)
	if err != nil {
		return nil, lifetime{}, err
	}
	token, err := subjectToken(resp, nil)
	life := newLifetime(described.ExpiresAt, resp.header, time.Now())
	return &credential{token: token, projectID: described.Project.ID, expiresAt: life.expiresAt}, life, err
}

// subjectToken returns the token that IAM issued with a response.
func subjectToken(resp *response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	token := resp.header.Get("X-Subject-Token")
	if token == "" {
		return "", resp.unexpected(errors.New("missing header X-Subject-Token"))
	}
	return token, nil
}

// tokenScope is the part of a sign-in that names the project: by its ID, or by its name with the
// domain, without which Keystone refuses a name.
func tokenScope(project projectScope, domain jsonObject) jsonObject {
	if project.id != "" {
		return jsonObject{"project": jsonObject{"id": project.id}}
	}
	return jsonObject{"project": jsonObject{"name": project.name, "domain": domain}}
}

// temporaryKeys is the response with temporary keys for agencies and federated users, and of the
// metadata service.
type temporaryKeys struct {
	Credential struct {
		Access        string `json:"access"`
		Secret        string `json:"secret"`
		SecurityToken string `json:"securitytoken"`
		ExpiresAt     string `json:"expires_at"`
	} `json:"credential"`
}

// readKeys reads the response to a request for temporary keys.
func readKeys(resp *response, err error) (*credential, lifetime, error) {
	if err != nil {
		return nil, lifetime{}, err
	}
	got, err := decode[temporaryKeys](resp)
	if err != nil {
		return nil, lifetime{}, err
	}
	keys := got.Credential
	if keys.Access == "" || keys.Secret == "" {
		return nil, lifetime{}, resp.unexpected(errors.New(`missing field "access" or "secret"`))
	}
	life := newLifetime(keys.ExpiresAt, resp.header, time.Now())
	return &credential{
		accessKey: keys.Access, secretKey: keys.Secret, securityToken: keys.SecurityToken, expiresAt: life.expiresAt,
	}, life, nil
}
