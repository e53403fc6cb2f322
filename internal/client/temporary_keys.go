package client

import (
	"errors"
	"net/http"
	"time"
)

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

// errNoKeys means that a response contains no temporary keys.
var errNoKeys = errors.New(`missing field "access" or "secret"`)

// credential returns the keys and their lifetime. header is that of the response.
func (k *temporaryKeys) credential(header http.Header) (*credential, lifetime, error) {
	if k.Credential.Access == "" || k.Credential.Secret == "" {
		return nil, lifetime{}, errNoKeys
	}
	life := newLifetime(k.Credential.ExpiresAt, header, time.Now())
	keys := &credential{
		accessKey:     k.Credential.Access,
		secretKey:     k.Credential.Secret,
		securityToken: k.Credential.SecurityToken,
		expiresAt:     life.expiresAt,
	}
	return keys, life, nil
}

// readKeys reads the response to a request for temporary keys.
func readKeys(resp *response) (*credential, lifetime, error) {
	keys, err := decode[temporaryKeys](resp)
	if err != nil {
		return nil, lifetime{}, err
	}
	credential, life, err := keys.credential(resp.header)
	if err != nil {
		return nil, lifetime{}, resp.unexpected(err)
	}
	return credential, life, nil
}
