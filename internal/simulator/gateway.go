package simulator

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxClockSkew is the maximum difference between X-Sdk-Date and the server's clock.
const maxClockSkew = 15 * time.Minute

// onlyPrinted follows the refusal of unknown credentials, which may be a user's own.
const onlyPrinted = "; the simulator accepts only the credentials that it printed: " +
	"hwcloud-simulator -- COMMAND sets them, if the configuration sets none"

// call is a request with everything that its handler needs.
type call struct {
	Request
	original  *http.Request
	requestID string
	params    map[string]string
	caller    caller
	data      *Data
	now       time.Time
}

// caller is the owner of a request's credentials.
type caller struct {
	domainID string
	// scoped limits the caller to projectID. It is set for tokens and for signed requests that name
	// a project.
	scoped    bool
	projectID string
}

// handle authenticates a request and passes it to its service.
func (s *Server) handle(r *http.Request, request Request, requestID string) response {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Request: request, original: r, requestID: requestID, data: &s.data, now: time.Now()}
	switch request.Service {
	case metadataService:
		return c.metadata()
	case githubService:
		return c.githubIDToken()
	}
	route, params, ok := findRoute(request)
	if !ok {
		return c.noSuchAPI()
	}
	if regions := s.data.IAM.regions(); !slices.Contains(regions, request.Region) {
		return gatewayError(http.StatusNotFound, "APIGW.0101",
			"The simulator has no region "+request.Region+"; it has "+strings.Join(regions, ", "), requestID)
	}
	c.params = params
	if !route.anonymous {
		if denied, ok := c.authenticate(); !ok {
			return denied
		}
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return c.invalid("query")
	}
	if projectID, ok := params["project_id"]; ok && !c.mayRead(projectID) {
		return c.forbidden()
	}
	if route.list && s.onList != nil {
		s.onList(&s.data, request)
	}
	return route.handle(c)
}

// authenticate sets the caller. If the credentials are invalid, it returns the gateway's error and
// false.
func (c *call) authenticate() (response, bool) {
	if token := c.Header.Get("X-Auth-Token"); token != "" {
		return c.checkToken(token)
	}
	return c.checkSignature()
}

func (c *call) checkToken(value string) (response, bool) {
	token, ok := c.data.IAM.token(value)
	switch {
	case !ok:
		return c.unauthorized("APIGW.0301", "decrypt token fail"+onlyPrinted), false
	case expired(token.Expires, c.now):
		return c.unauthorized("APIGW.0307", "The token must be updated: the token expires"), false
	case token.Federated && token.ProjectID == "":
		return c.forbidden(), false
	}
	c.caller = caller{domainID: token.DomainID, scoped: true, projectID: token.ProjectID}
	return response{}, true
}

// checkSignature checks the headers that are listed as signed and no others: X-Project-Id and
// X-Security-Token take effect unsigned too.
func (c *call) checkSignature() (response, bool) {
	deny := func(reason string) (response, bool) {
		return c.unauthorized("APIGW.0301", reason), false
	}
	authorization, err := parseAuthorization(c.Header.Get("Authorization"))
	if err != nil {
		return deny("neither a token nor a signature: " + err.Error())
	}
	date := c.Header.Get(dateHeader)
	signedAt, err := time.Parse(dateLayout, date)
	if err != nil || !slices.Contains(authorization.signed, strings.ToLower(dateHeader)) {
		return deny(dateHeader + " is missing, malformed or not signed")
	}
	key, ok := find(c.data.IAM.Keys, func(k Key) bool { return k.Access == authorization.access })
	if !ok {
		return deny("ak " + authorization.access + " not exist" + onlyPrinted)
	}
	hash := hexSHA256(c.Body)
	sentHash := c.Header.Get(contentHashHeader)
	canonical, err := canonicalRequest(c.original, authorization.signed, hash)
	switch {
	case err != nil, sentHash != "" && sentHash != hash, !equal(signature(key.Secret, date, canonical), authorization.signature):
		return deny("verify aksk signature fail")
	case c.now.Sub(signedAt).Abs() > maxClockSkew:
		return c.unauthorized("APIGW.0303", "the time of the request is off by more than 15 minutes"), false
	case !equal(key.SecurityToken, c.Header.Get("X-Security-Token")):
		return deny("the security token does not belong to the access key")
	case expired(key.Expires, c.now):
		return deny("the temporary access key has expired")
	}
	projectID := c.Header.Get("X-Project-Id")
	c.caller = caller{domainID: key.DomainID, scoped: projectID != "", projectID: projectID}
	return response{}, true
}

func (c *call) noSuchAPI() response {
	return gatewayError(http.StatusNotFound, "APIGW.0101",
		"The API does not exist or has not been published in the environment", c.requestID)
}

func (c *call) unauthorized(code, reason string) response {
	return gatewayError(http.StatusUnauthorized, code, "Incorrect IAM authentication information: "+reason, c.requestID)
}

// mayRead reports whether the caller may read the project, which must be in the request's region.
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

// number returns a query parameter that is an integer, or missing if the request lacks it. ok is
// false if it is no integer.
func (c *call) number(name string, missing int) (n int, ok bool) {
	values, sent := c.Query[name]
	if !sent {
		return missing, true
	}
	n, err := strconv.Atoi(values[0])
	return n, err == nil
}
