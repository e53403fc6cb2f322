package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Lifetimes of what IAM issues.
const (
	defaultTokenLifetime = 24 * time.Hour
	minKeyLifetime       = 15 * time.Minute
	maxKeyLifetime       = 24 * time.Hour
	defaultTokenSize     = 2048
)

// iamTime is how IAM writes times, in UTC and with microseconds.
const iamTime = "2006-01-02T15:04:05.000000Z"

func iam() service {
	return service{
		routes: []route{
			{method: http.MethodPost, pattern: "/v3/auth/tokens", anonymous: true, handle: (*call).issueToken},
			{method: http.MethodGet, pattern: "/v3/projects", handle: (*call).listProjects},
			{method: http.MethodPost, pattern: "/v3.0/OS-CREDENTIAL/securitytokens", handle: (*call).issueKey},
		},
		forbidden: func(*call) answer {
			return iamError(http.StatusForbidden, "You are not authorized to perform the requested action.")
		},
		invalid: func(_ *call, name string) answer {
			return iamError(http.StatusBadRequest, "Request parameter "+name+" is invalid.")
		},
	}
}

type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					Name     string `json:"name"`
					Password string `json:"password"`
					Domain   struct {
						Name string `json:"name"`
					} `json:"domain"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope struct {
			Project *struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"project"`
			Domain *struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"domain"`
		} `json:"scope"`
	} `json:"auth"`
}

// issueToken is POST /v3/auth/tokens with the method password.
func (c *call) issueToken() answer {
	var request tokenRequest
	if err := json.Unmarshal(c.Body, &request); err != nil {
		return iamError(http.StatusBadRequest, "The request body is invalid.")
	}
	asked := request.Auth.Identity.Password.User
	if m := request.Auth.Identity.Methods; len(m) != 1 || m[0] != "password" ||
		asked.Name == "" || asked.Password == "" || asked.Domain.Name == "" {
		return iamError(http.StatusBadRequest, "The request body is invalid: identity.")
	}
	domain, ok := c.data.IAM.domain(func(d Domain) bool { return d.Name == asked.Domain.Name })
	if !ok || !c.data.IAM.hasUser(User{Name: asked.Name, Password: asked.Password, DomainID: domain.ID}) {
		return iamError(http.StatusUnauthorized, "The username or password is wrong.")
	}

	issued := IssuedToken{Value: c.newToken(), DomainID: domain.ID, Expires: c.now.Add(c.data.IAM.tokenLifetime())}
	domainJSON := jsonObject("id", domain.ID, "name", domain.Name)
	members := []any{
		"expires_at", issued.Expires.UTC().Format(iamTime),
		"issued_at", c.now.UTC().Format(iamTime),
		"methods", []string{"password"},
		"user", jsonObject("name", asked.Name, "id", hexSHA256([]byte(asked.Name))[:32], "password_expires_at", "", "domain", domainJSON),
		"catalog", []string{},
		"roles", []string{},
	}
	scope := request.Auth.Scope
	switch {
	case scope.Project != nil:
		project, ok := c.data.IAM.scope(domain.ID, scope.Project.ID, scope.Project.Name)
		if !ok {
			return iamError(http.StatusNotFound, "Could not find project: "+scope.Project.ID+scope.Project.Name)
		}
		issued.ProjectID = project.ID
		members = append(members, "project", jsonObject("id", project.ID, "name", project.Name, "domain", domainJSON))
	case scope.Domain != nil && scope.Domain.ID != domain.ID && scope.Domain.Name != domain.Name:
		return iamError(http.StatusForbidden, "You are not authorized to perform the requested action.")
	default:
		members = append(members, "domain", domainJSON)
	}
	c.data.IAM.Tokens = append(c.data.IAM.Tokens, issued)
	a := object(http.StatusCreated, "token", jsonObject(members...))
	a.header = http.Header{"X-Subject-Token": {issued.Value}}
	return a
}

func (i *IAM) hasUser(asked User) bool {
	for _, user := range i.Users {
		if user.Name == asked.Name && user.DomainID == asked.DomainID && equal(user.Password, asked.Password) {
			return true
		}
	}
	return false
}

// scope finds the project of a domain by ID or by name.
func (i *IAM) scope(domainID, id, name string) (Project, bool) {
	for _, project := range i.Projects {
		if project.DomainID == domainID && (id != "" && project.ID == id || id == "" && name != "" && project.Name == name) {
			return project, true
		}
	}
	return Project{}, false
}

func (i *IAM) tokenLifetime() time.Duration {
	if i.TokenLifetime > 0 {
		return i.TokenLifetime
	}
	return defaultTokenLifetime
}

func (c *call) newToken() string {
	size := c.data.IAM.TokenSize
	if size <= 0 {
		size = defaultTokenSize
	}
	return randomText(size)
}

// randomText returns n characters that may stand in a header.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}

// listProjects is GET /v3/projects: the projects of the caller's domain, with an exact name where one is asked.
func (c *call) listProjects() answer {
	name, byName := c.Query["name"]
	self := "https://iam." + c.Region + ".example.com/v3/projects"
	projects := []json.RawMessage{}
	for _, project := range c.data.IAM.Projects {
		if project.DomainID != c.caller.domainID || byName && project.Name != name[0] {
			continue
		}
		projects = append(projects, jsonObject(
			"domain_id", project.DomainID,
			"is_domain", false,
			"parent_id", project.ParentID,
			"name", project.Name,
			"description", "",
			"links", jsonObject("self", self+"/"+project.ID),
			"id", project.ID,
			"enabled", true,
		))
	}
	return object(http.StatusOK,
		"links", jsonObject("self", self, "previous", nil, "next", nil),
		"projects", projects)
}

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
		} `json:"identity"`
	} `json:"auth"`
}

// issueKey is POST /v3.0/OS-CREDENTIAL/securitytokens with the method assume_role.
func (c *call) issueKey() answer {
	var request keyRequest
	if err := json.Unmarshal(c.Body, &request); err != nil {
		return iamError(http.StatusBadRequest, "The request body is invalid.")
	}
	role := request.Auth.Identity.AssumeRole
	if m := request.Auth.Identity.Methods; len(m) != 1 || m[0] != "assume_role" ||
		role.AgencyName == "" || (role.DomainName == "") == (role.DomainID == "") {
		return iamError(http.StatusBadRequest, "The request body is invalid: assume_role.")
	}
	lifetime := minKeyLifetime
	if role.DurationSeconds != nil {
		lifetime = time.Duration(*role.DurationSeconds) * time.Second
	}
	if lifetime < minKeyLifetime || lifetime > maxKeyLifetime {
		return iamError(http.StatusBadRequest, "The request body is invalid: duration_seconds must be 900 to 86400.")
	}
	domain, _ := c.data.IAM.domain(func(d Domain) bool { return d.ID == role.DomainID || d.Name == role.DomainName })
	for _, agency := range c.data.IAM.Agencies {
		if agency.Name != role.AgencyName || agency.DomainID != domain.ID {
			continue
		}
		if agency.TrustedDomainID != "" && agency.TrustedDomainID != c.caller.domainID {
			return iamError(http.StatusForbidden, "You are not authorized to perform the requested action.")
		}
		if c.data.IAM.KeyLifetime > 0 {
			lifetime = c.data.IAM.KeyLifetime
		}
		key := c.addKey(agency.Key, agency.DomainID, lifetime)
		return object(http.StatusCreated, "credential", credentialJSON(key))
	}
	return iamError(http.StatusNotFound, "Could not find agency: "+role.AgencyName)
}

// addKey makes a temporary key good at the gateway: the one given, or a random one where that is empty.
func (c *call) addKey(key Key, domainID string, lifetime time.Duration) Key {
	if key.Access == "" {
		key = Key{
			Access:        "SIM" + strings.ToUpper(randomHex(9))[:17],
			Secret:        randomText(40),
			SecurityToken: c.newToken(),
		}
	}
	key.DomainID = domainID
	key.Expires = c.now.Add(lifetime)
	// A fixed key that is handed out again replaces itself.
	for i, known := range c.data.IAM.Keys {
		if known.Access == key.Access {
			c.data.IAM.Keys[i] = key
			return key
		}
	}
	c.data.IAM.Keys = append(c.data.IAM.Keys, key)
	return key
}

func credentialJSON(key Key) json.RawMessage {
	return jsonObject(
		"access", key.Access,
		"secret", key.Secret,
		"securitytoken", key.SecurityToken,
		"expires_at", key.Expires.UTC().Format(iamTime),
	)
}
