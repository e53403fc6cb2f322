package simulator

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"time"
)

// maxClockSkew is how far X-Sdk-Date may be off.
const maxClockSkew = 15 * time.Minute

// call is a request that has passed the gateway, with all that its handler needs.
type call struct {
	Request
	requestID string
	params    map[string]string
	caller    caller
	data      *Data
	now       time.Time
}

// caller is whom the credentials of a request belong to.
type caller struct {
	domainID string
	// scoped is set for tokens and for signed requests that name a project; they reach projectID alone.
	scoped    bool
	projectID string
}

// answer lets a request through the gateway to its service, or turns it away.
func (s *Server) answer(r *http.Request, request Request, requestID string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Request: request, requestID: requestID, data: &s.data, now: s.data.now()}
	if request.Service == metadataService {
		return c.metadata()
	}
	service := services()[request.Service]
	route, params, ok := find(service.routes, request.Method, request.Path)
	if !ok || !s.data.IAM.hasRegion(request.Region) {
		return gatewayError(http.StatusNotFound, "APIGW.0101",
			"The API does not exist or has not been published in the environment", requestID)
	}
	c.params = params
	if !route.anonymous {
		refused, ok := c.authenticate(r)
		if !ok {
			return refused
		}
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return service.invalid(c, "query")
	}
	if projectID, ok := params["project_id"]; ok && !c.mayRead(projectID) {
		return service.forbidden(c)
	}
	if route.list && s.onList != nil {
		s.onList(&s.data, request)
	}
	return route.handle(c)
}

// authenticate sets the caller, or returns the gateway's refusal.
func (c *call) authenticate(r *http.Request) (answer, bool) {
	if token := c.Header.Get("X-Auth-Token"); token != "" {
		return c.checkToken(token)
	}
	return c.checkSignature(r)
}

func (c *call) checkToken(value string) (answer, bool) {
	for _, token := range c.data.IAM.Tokens {
		if !equal(token.Value, value) {
			continue
		}
		if expired(token.Expires, c.now) {
			return c.unauthorized("APIGW.0307", "The token must be updated: the token expires"), false
		}
		c.caller = caller{domainID: token.DomainID, scoped: true, projectID: token.ProjectID}
		return answer{}, true
	}
	return c.unauthorized("APIGW.0301", "decrypt token fail"), false
}

func (c *call) checkSignature(r *http.Request) (answer, bool) {
	const wrong = "verify aksk signature fail"
	refuse := func(reason string) (answer, bool) {
		return c.unauthorized("APIGW.0301", reason), false
	}
	authorization, err := parseAuthorization(c.Header.Get("Authorization"))
	if err != nil {
		return refuse("neither a token nor a signature: " + err.Error())
	}
	date := c.Header.Get(dateHeader)
	signedAt, err := time.Parse(dateLayout, date)
	if err != nil || !authorization.signs(dateHeader) {
		return refuse(dateHeader + " is missing, malformed or not signed")
	}
	for _, name := range []string{"X-Security-Token", "X-Project-Id"} {
		if c.Header.Get(name) != "" && !authorization.signs(name) {
			return refuse(name + " is not signed")
		}
	}
	key, ok := c.key(authorization.access)
	if !ok {
		return refuse("ak " + authorization.access + " not exist")
	}
	hash, err := payloadHash(c.Header, c.Body)
	if err != nil {
		return refuse(wrong)
	}
	canonical, err := canonicalRequest(r, authorization.signed, hash)
	if err != nil || !equal(signature(key.Secret, date, canonical), authorization.signature) {
		return refuse(wrong)
	}
	if c.now.Sub(signedAt).Abs() > maxClockSkew {
		return c.unauthorized("APIGW.0303", "the time of the request is off by more than 15 minutes"), false
	}
	if !equal(key.SecurityToken, c.Header.Get("X-Security-Token")) {
		return refuse("the security token does not belong to the access key")
	}
	if expired(key.Expires, c.now) {
		return refuse("the temporary access key has expired")
	}
	projectID := c.Header.Get("X-Project-Id")
	c.caller = caller{domainID: key.DomainID, scoped: projectID != "", projectID: projectID}
	return answer{}, true
}

func (c *call) key(access string) (Key, bool) {
	for _, key := range c.data.IAM.Keys {
		if key.Access == access {
			return key, true
		}
	}
	return Key{}, false
}

func (c *call) unauthorized(code, reason string) answer {
	return gatewayError(http.StatusUnauthorized, code, "Incorrect IAM authentication information: "+reason, c.requestID)
}

// mayRead tells whether the project is one of the caller's, in the region asked.
func (c *call) mayRead(projectID string) bool {
	project, ok := c.data.IAM.project(projectID)
	return ok && project.Region == c.Region && project.DomainID == c.caller.domainID &&
		(!c.caller.scoped || c.caller.projectID == projectID)
}

func expired(end, now time.Time) bool {
	return !end.IsZero() && !now.Before(end)
}

func equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
