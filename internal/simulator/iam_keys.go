package simulator

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Lifetimes of temporary keys.
const (
	minKeyLifetime = 15 * time.Minute
	maxKeyLifetime = 24 * time.Hour
)

// keyRequest is the body of POST /v3.0/OS-CREDENTIAL/securitytokens.
type keyRequest struct {
	Auth struct {
		Identity struct {
			Methods    []string `json:"methods"`
			AssumeRole struct {
				AgencyName      string `json:"agency_name"`
				DomainName      string `json:"domain_name"`
				DomainID        string `json:"domain_id"`
				DurationSeconds *int   `json:"duration_seconds"`
			} `json:"assume_role"`
			Token struct {
				ID              string `json:"id"`
				DurationSeconds *int   `json:"duration_seconds"`
			} `json:"token"`
		} `json:"identity"`
	} `json:"auth"`
}

// issueKey handles POST /v3.0/OS-CREDENTIAL/securitytokens. A token in the body needs no other
// credentials; to assume an agency does.
func (c *call) issueKey() response {
	var request keyRequest
	err := json.Unmarshal(c.Body, &request)
	identity := request.Auth.Identity
	seconds, byToken := identity.Token.DurationSeconds, slices.Equal(identity.Methods, []string{"token"})
	if !byToken {
		if denied, ok := c.authenticate(); !ok {
			return denied
		}
		seconds = identity.AssumeRole.DurationSeconds
	}
	lifetime := minKeyLifetime
	if seconds != nil {
		lifetime = time.Duration(*seconds) * time.Second
	}
	switch {
	case err != nil:
		return iamInvalidBody(".")
	case lifetime < minKeyLifetime || lifetime > maxKeyLifetime:
		return iamInvalidBody(": duration_seconds must be 900 to 86400.")
	}
	lifetime = cmp.Or(c.data.IAM.KeyLifetime, lifetime)
	if byToken {
		token, ok := c.data.IAM.token(identity.Token.ID)
		if !ok || expired(token.Expires, c.now) {
			return iamError(http.StatusUnauthorized, "The token is invalid or has expired.")
		}
		return c.issue(http.StatusCreated, Key{}, token.DomainID, lifetime)
	}
	role := identity.AssumeRole
	if !slices.Equal(identity.Methods, []string{"assume_role"}) ||
		role.AgencyName == "" || (role.DomainName == "") == (role.DomainID == "") {
		return iamInvalidBody(": assume_role.")
	}
	domain := reference{ID: role.DomainID, Name: role.DomainName}
	agency, ok := find(c.data.IAM.Agencies, func(a Agency) bool {
		return a.Name == role.AgencyName && c.data.IAM.isDomain(domain, a.DomainID)
	})
	switch {
	case !ok:
		return iamError(http.StatusNotFound, "Could not find agency: "+role.AgencyName)
	case agency.TrustedDomainID != "" && agency.TrustedDomainID != c.caller.domainID:
		return c.forbidden()
	}
	return c.issue(http.StatusCreated, Key{}, agency.DomainID, lifetime)
}

// issue issues a temporary key: the given one, or a random one if that is empty.
func (c *call) issue(status int, key Key, domainID string, lifetime time.Duration) response {
	if key.Access == "" {
		key = Key{
			Access:        "SIM" + rand.Text()[:17],
			Secret:        randomText(40),
			SecurityToken: randomText(tokenSize),
		}
	}
	key.DomainID = domainID
	key.Expires = c.now.Add(lifetime)
	// A fixed key may be issued more than once.
	keys := slices.DeleteFunc(c.data.IAM.Keys, func(other Key) bool { return other.Access == key.Access })
	keys = append(keys, key)
	c.data.IAM.Keys = keys
	return object(status, Entry{"credential": Entry{
		"access":        key.Access,
		"secret":        key.Secret,
		"securitytoken": key.SecurityToken,
		"expires_at":    key.Expires.UTC().Format(iamTime),
	}})
}
