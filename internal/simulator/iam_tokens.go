package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

const (
	defaultTokenLifetime = 24 * time.Hour
	tokenSize            = 2048
)

// scope names what a token is for.
type scope struct {
	Project *reference `json:"project"`
	Domain  *reference `json:"domain"`
}

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
	case slices.Equal(identity.Methods, []string{"password"}):
		return c.signIn(identity.Password.User.reference, identity.Password.User.Password, request.Auth.Scope)
	case slices.Equal(identity.Methods, []string{"token"}) && !c.data.IAM.WithoutTokenAPIs:
		return c.exchangeToken(identity.Token.ID, request.Auth.Scope)
	default:
		return iamInvalidBody(": identity.")
	}
}

// signIn issues a token for a user's password.
func (c *call) signIn(name reference, password string, scope scope) response {
	iam := &c.data.IAM
	if password == "" || name.ID == "" && (name.Name == "" || name.Domain == nil || name.Domain.ID+name.Domain.Name == "") {
		return iamInvalidBody(": identity.")
	}
	user, ok := find(iam.Users, func(u User) bool {
		return name.names(u.ID, u.Name) && (name.ID != "" || iam.isDomain(*name.Domain, u.DomainID))
	})
	if !ok || !equal(user.Password, password) {
		return iamError(http.StatusUnauthorized, "The username or password is wrong"+onlyPrinted)
	}
	return c.newToken(IssuedToken{DomainID: user.DomainID, method: "password", user: user}, scope)
}

// exchangeToken issues a token for a token. It expires with the old one.
func (c *call) exchangeToken(value string, scope scope) response {
	token, ok := c.data.IAM.token(value)
	switch {
	case !ok || expired(token.Expires, c.now):
		return iamError(http.StatusUnauthorized, "The token is invalid or has expired.")
	case token.Federated:
		return c.forbidden()
	}
	return c.newToken(IssuedToken{DomainID: token.DomainID, method: "token", user: token.user, Expires: token.Expires}, scope)
}

// newToken issues a token with a scope. Without one, the token has neither a project nor a domain.
func (c *call) newToken(token IssuedToken, scope scope) response {
	iam := &c.data.IAM
	if name := scope.Project; name != nil {
		if !token.Federated && name.ID == "" && name.Domain == nil {
			return iamError(http.StatusBadRequest, "Expecting to find domain in project. The server could not comply with the request"+
				" since it is either malformed or otherwise incorrect. The client is assumed to be in error.")
		}
		project, ok := find(iam.Projects, func(p Project) bool {
			return p.DomainID == token.DomainID && name.names(p.ID, p.Name) && (name.Domain == nil || iam.isDomain(*name.Domain, p.DomainID))
		})
		if !ok {
			return iamError(http.StatusNotFound, "Could not find project: "+name.ID+name.Name)
		}
		token.ProjectID = project.ID
	} else if scope.Domain != nil && !iam.isDomain(*scope.Domain, token.DomainID) {
		return c.forbidden()
	}
	token.Value = randomText(tokenSize)
	token.issued = c.now
	token.Expires = cmp.Or(token.Expires, c.now.Add(cmp.Or(iam.TokenLifetime, defaultTokenLifetime)))
	iam.Tokens = append(iam.Tokens, token)
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
		return c.forbidden()
	}
	return c.describeToken(http.StatusOK, token)
}

// describeToken returns a token and its description.
func (c *call) describeToken(status int, token IssuedToken) response {
	iam := &c.data.IAM
	domain, _ := iam.domain(reference{ID: token.DomainID})
	owner := Entry{"id": domain.ID, "name": domain.Name}
	user := cmp.Or(token.user, User{ID: UserID, Name: UserName})
	description := Entry{
		"expires_at": cmp.Or(token.Expires, c.now.Add(defaultTokenLifetime)).UTC().Format(iamTime),
		"issued_at":  cmp.Or(token.issued, generatedStart).UTC().Format(iamTime),
		"methods":    []string{cmp.Or(token.method, "password")},
		"user":       Entry{"name": user.Name, "id": user.ID, "domain": owner},
		"catalog":    []string{},
		"roles":      []string{},
	}
	if project, ok := iam.project(token.ProjectID); ok {
		description["project"] = Entry{"id": project.ID, "name": project.Name, "domain": owner}
	}
	res := object(status, Entry{"token": description})
	res.header = http.Header{"X-Subject-Token": {token.Value}}
	return res
}
