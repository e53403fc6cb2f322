package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

const (
	defaultTokenLifetime = 24 * time.Hour
	tokenSize            = 2048
)

// The ways to get a token.
const (
	methodPassword = "password"
	methodToken    = "token"
	methodMapped   = "mapped"
)

// tokenRequest is the body of POST /v3/auth/tokens.
type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					reference
					Password string `json:"password"`
				} `json:"user"`
			} `json:"password"`
			Token reference `json:"token"`
		} `json:"identity"`
		Scope scope `json:"scope"`
	} `json:"auth"`
}

// issueToken handles POST /v3/auth/tokens.
func (c *call) issueToken() response {
	var request tokenRequest
	if err := json.Unmarshal(c.Body, &request); err != nil {
		return iamInvalidBody(".")
	}
	identity := request.Auth.Identity
	switch {
	case slices.Equal(identity.Methods, []string{methodPassword}):
		return c.signIn(identity.Password.User.reference, identity.Password.User.Password, request.Auth.Scope)
	case slices.Equal(identity.Methods, []string{methodToken}) && !c.data.IAM.WithoutTokenAPIs:
		return c.exchangeToken(identity.Token.ID, request.Auth.Scope)
	default:
		return iamInvalidBody(": identity.")
	}
}

// signIn issues a token for a user's password.
func (c *call) signIn(name reference, password string, scope scope) response {
	if password == "" || name.ID == "" && (name.Name == "" || name.Domain == nil || name.Domain.ID+name.Domain.Name == "") {
		return iamInvalidBody(": identity.")
	}
	user, ok := c.data.IAM.user(name)
	if !ok || !equal(user.Password, password) {
		return iamError(http.StatusUnauthorized, "The username or password is wrong.")
	}
	return c.newToken(IssuedToken{DomainID: user.DomainID, method: methodPassword, user: user}, scope)
}

// exchangeToken issues a token for a token. It expires with the old one.
func (c *call) exchangeToken(value string, scope scope) response {
	token, ok := c.data.IAM.token(value)
	switch {
	case !ok || expired(token.Expires, c.now):
		return iamError(http.StatusUnauthorized, "The token is invalid or has expired.")
	case token.Federated:
		return iamForbidden()
	}
	return c.newToken(IssuedToken{DomainID: token.DomainID, method: methodToken, user: token.user, Expires: token.Expires}, scope)
}

// newToken issues a token with a scope. Without one, the token has neither a project nor a domain.
func (c *call) newToken(token IssuedToken, scope scope) response {
	switch iam := &c.data.IAM; {
	case scope.Project != nil:
		if !token.Federated && scope.Project.ID == "" && scope.Project.Domain == nil {
			return iamError(http.StatusBadRequest, "Expecting to find domain in project. The server could not comply with the request"+
				" since it is either malformed or otherwise incorrect. The client is assumed to be in error.")
		}
		project, ok := iam.projectInScope(token.DomainID, *scope.Project)
		if !ok {
			return iamError(http.StatusNotFound, "Could not find project: "+scope.Project.ID+scope.Project.Name)
		}
		token.ProjectID = project.ID
	case scope.Domain != nil:
		domain, ok := iam.domainByIDOrName(scope.Domain.ID, scope.Domain.Name)
		if !ok || domain.ID != token.DomainID {
			return iamForbidden()
		}
		token.domain = true
	}
	token.Value = randomText(tokenSize)
	token.issued = c.now
	if token.Expires.IsZero() {
		token.Expires = c.now.Add(c.data.IAM.tokenLifetime())
	}
	c.data.IAM.Tokens = append(c.data.IAM.Tokens, token)
	return c.describeToken(http.StatusCreated, token)
}

// showToken handles GET /v3/auth/tokens. The caller is authorized by a token of the same domain.
func (c *call) showToken() response {
	if c.data.IAM.WithoutTokenAPIs {
		return c.noSuchAPI()
	}
	if c.Header.Get("X-Auth-Token") == "" {
		return c.unauthorized("APIGW.0301", "decrypt token fail")
	}
	token, ok := c.data.IAM.token(c.Header.Get("X-Subject-Token"))
	switch {
	case !ok || expired(token.Expires, c.now):
		return iamError(http.StatusNotFound, "The token could not be found.")
	case token.DomainID != c.caller.domainID:
		return iamForbidden()
	}
	return c.describeToken(http.StatusOK, token)
}

// describeToken returns a token and its description.
func (c *call) describeToken(status int, token IssuedToken) response {
	iam := &c.data.IAM
	domain, _ := iam.domainByIDOrName(token.DomainID, "")
	owner := Entry{"id": domain.ID, "name": domain.Name}
	if token.method == "" {
		token.method, token.user, token.issued = methodPassword, User{ID: UserID, Name: UserName}, generatedStart
	}
	if token.Expires.IsZero() {
		token.Expires = c.now.Add(iam.tokenLifetime())
	}
	user := Entry{"name": token.user.Name, "id": token.user.ID, "domain": owner}
	if token.Federated {
		user["OS-FEDERATION"] = Entry{
			"groups": []any{}, "identity_provider": Entry{"id": token.user.ID}, "protocol": Entry{"id": "oidc"},
		}
	} else {
		user["password_expires_at"] = ""
	}
	description := Entry{
		"expires_at": token.Expires.UTC().Format(iamTime),
		"issued_at":  token.issued.UTC().Format(iamTime),
		"methods":    []string{token.method},
		"user":       user,
		"catalog":    []string{},
		"roles":      []string{},
	}
	if project, ok := iam.project(token.ProjectID); ok {
		description["project"] = Entry{"id": project.ID, "name": project.Name, "domain": owner}
	} else if token.domain {
		description["domain"] = owner
	}
	res := object(status, Entry{"token": description})
	res.header = http.Header{"X-Subject-Token": {token.Value}}
	return res
}

// user returns a user by ID, or by name and domain.
func (i *IAM) user(name reference) (User, bool) {
	var domainID string
	if name.ID == "" {
		domain, ok := i.domainByIDOrName(name.Domain.ID, name.Domain.Name)
		if !ok {
			return User{}, false
		}
		domainID = domain.ID
	}
	for _, user := range i.Users {
		if name.ID != "" && user.ID == name.ID || name.ID == "" && user.Name == name.Name && user.DomainID == domainID {
			return user, true
		}
	}
	return User{}, false
}

// projectInScope returns the project of a domain that a scope names.
func (i *IAM) projectInScope(domainID string, name reference) (Project, bool) {
	if name.Domain != nil {
		domain, ok := i.domainByIDOrName(name.Domain.ID, name.Domain.Name)
		if !ok || domain.ID != domainID {
			return Project{}, false
		}
	}
	for _, project := range i.Projects {
		if project.DomainID == domainID &&
			(name.ID != "" && project.ID == name.ID || name.ID == "" && name.Name != "" && project.Name == name.Name) {
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
