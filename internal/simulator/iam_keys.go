package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
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
	invalid := json.Unmarshal(c.Body, &request) != nil
	if slices.Equal(request.Auth.Identity.Methods, []string{methodToken}) {
		return c.exchangeTokenForKey(request)
	}
	if denied, ok := c.authenticate(); !ok {
		return denied
	}
	if invalid {
		return iamInvalidBody(".")
	}
	return c.assumeAgency(request)
}

// exchangeTokenForKey issues a temporary key of a token's user.
func (c *call) exchangeTokenForKey(request keyRequest) response {
	method := request.Auth.Identity.Token
	lifetime, invalid, ok := c.keyLifetime(method.DurationSeconds)
	if !ok {
		return invalid
	}
	token, ok := c.data.IAM.token(method.ID)
	if !ok || expired(token.Expires, c.now) {
		return iamError(http.StatusUnauthorized, "The token is invalid or has expired.")
	}
	return object(http.StatusCreated, Entry{"credential": describeKey(c.addKey(Key{}, token.DomainID, lifetime))})
}

// assumeAgency issues a temporary key of an agency.
func (c *call) assumeAgency(request keyRequest) response {
	role := request.Auth.Identity.AssumeRole
	if !slices.Equal(request.Auth.Identity.Methods, []string{"assume_role"}) ||
		role.AgencyName == "" || (role.DomainName == "") == (role.DomainID == "") {
		return iamInvalidBody(": assume_role.")
	}
	lifetime, invalid, ok := c.keyLifetime(role.DurationSeconds)
	if !ok {
		return invalid
	}
	domain, _ := c.data.IAM.domainByIDOrName(role.DomainID, role.DomainName)
	for _, agency := range c.data.IAM.Agencies {
		if agency.Name != role.AgencyName || agency.DomainID != domain.ID {
			continue
		}
		if agency.TrustedDomainID != "" && agency.TrustedDomainID != c.caller.domainID {
			return iamForbidden()
		}
		return object(http.StatusCreated, Entry{"credential": describeKey(c.addKey(agency.Key, agency.DomainID, lifetime))})
	}
	return iamError(http.StatusNotFound, "Could not find agency: "+role.AgencyName)
}

// keyLifetime returns the lifetime of a key. If the requested one is out of range, it returns the
// API's error and false.
func (c *call) keyLifetime(seconds *int) (lifetime time.Duration, invalid response, ok bool) {
	lifetime = minKeyLifetime
	if seconds != nil {
		lifetime = time.Duration(*seconds) * time.Second
	}
	if lifetime < minKeyLifetime || lifetime > maxKeyLifetime {
		return 0, iamInvalidBody(": duration_seconds must be 900 to 86400."), false
	}
	if c.data.IAM.KeyLifetime > 0 {
		lifetime = c.data.IAM.KeyLifetime
	}
	return lifetime, response{}, true
}

// addKey issues a temporary key: the given one, or a random one if that is empty.
func (c *call) addKey(key Key, domainID string, lifetime time.Duration) Key {
	if key.Access == "" {
		key = Key{
			Access:        "SIM" + strings.ToUpper(randomHex(9))[:17],
			Secret:        randomText(40),
			SecurityToken: randomText(tokenSize),
		}
	}
	key.DomainID = domainID
	key.Expires = c.now.Add(lifetime)
	// A fixed key may be issued more than once.
	for i, existing := range c.data.IAM.Keys {
		if existing.Access == key.Access {
			c.data.IAM.Keys[i] = key
			return key
		}
	}
	c.data.IAM.Keys = append(c.data.IAM.Keys, key)
	return key
}

// describeKey returns a key as the API does.
func describeKey(key Key) Entry {
	return Entry{
		"access":        key.Access,
		"secret":        key.Secret,
		"securitytoken": key.SecurityToken,
		"expires_at":    key.Expires.UTC().Format(iamTime),
	}
}

// randomText returns n random characters that are valid in a header.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}
