package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The names of the services in an address.
const (
	vpcepService    = "vpcep"
	dliService      = "dli"
	apigService     = "apig"
	iamService      = "iam"
	metadataService = "metadata"
	githubService   = "github"
)

// Services lists the services that have an [Server.Endpoint].
var Services = []string{vpcepService, dliService, apigService, iamService}

// route is one documented API.
type route struct {
	// pattern is the method, the service and the path, whose parameters are in braces.
	pattern string
	// list marks a route that returns a page of a list.
	list bool
	// anonymous marks a route that needs no credentials, because the request is a sign-in.
	anonymous bool
	handle    func(*call) response
}

// routes is a function because the handlers refer to it.
func routes() []route {
	return []route{
		{pattern: "GET /vpcep/v1/{project_id}/vpc-endpoint-services", list: true, handle: (*call).listEndpointServices},
		{pattern: "GET /vpcep/v1/{project_id}/vpc-endpoint-services/{id}/connections", list: true, handle: (*call).listServiceConnections},
		{pattern: "GET /dli/v2.0/{project_id}/datasource/enhanced-connections", list: true, handle: (*call).listEnhancedConnections},
		{pattern: "GET /apig/v2/{project_id}/apigw/instances", list: true, handle: (*call).listInstances},
		{pattern: "GET /apig/v2/{project_id}/apigw/instances/{instance_id}/vpc-channels", list: true, handle: (*call).listChannels},
		{pattern: "GET /apig/v2/{project_id}/apigw/instances/{instance_id}/vpc-channels/{vpc_channel_id}", handle: (*call).showChannel},
		{pattern: "POST /iam/v3/auth/tokens", anonymous: true, handle: (*call).issueToken},
		{pattern: "GET /iam/v3/auth/tokens", handle: (*call).showToken},
		{pattern: "POST /iam/v3.0/OS-AUTH/id-token/tokens", anonymous: true, handle: (*call).issueFederatedToken},
		{pattern: "GET /iam/v3/projects", handle: (*call).listProjects},
		{pattern: "GET /iam/v3/auth/projects", handle: (*call).listUsableProjects},
		{pattern: "POST /iam/v3.0/OS-CREDENTIAL/securitytokens", anonymous: true, handle: (*call).issueKey},
	}
}

// findRoute returns the route of a request and the path's parameters. Paths are not cleaned: one with an
// additional slash is a different path.
func findRoute(request Request) (route, map[string]string, bool) {
	path := request.Method + " /" + request.Service + request.Path
	for _, candidate := range routes() {
		if params, ok := match(candidate.pattern, path); ok {
			return candidate, params, true
		}
	}
	return route{}, nil, false
}

// match compares a path with a pattern and returns the decoded parameters.
func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := make(map[string]string)
	for i, segment := range want {
		value, err := url.PathUnescape(got[i])
		name, isParam := strings.CutPrefix(segment, "{")
		switch {
		case err != nil, isParam && value == "", !isParam && value != segment:
			return nil, false
		case isParam:
			params[strings.TrimSuffix(name, "}")] = value
		}
	}
	return params, true
}

// splitAddress splits a URL's path into region, service and the service's own path, which stays
// percent-encoded.
func splitAddress(u *url.URL) (region, name, path string) {
	path = u.EscapedPath()
	parts := strings.SplitN(path, "/", 4)
	switch {
	case len(parts) > 1 && (parts[1] == metadataService || parts[1] == githubService):
		return "", parts[1], strings.TrimPrefix(path, "/"+parts[1])
	case len(parts) < 3 || parts[1] == "" || !slices.Contains(Services, parts[2]):
		return "", "", path
	}
	return parts[1], parts[2], strings.TrimPrefix(path, "/"+parts[1]+"/"+parts[2])
}

// refusals are the errors of the services for credentials that must not read the project, and for an
// invalid parameter.
var refusals = map[string]struct{ forbiddenCode, forbidden, invalidCode, invalid string }{
	vpcepService: {
		"EndPoint.0004", "Authentication information is incorrect or you have no permissions.", "EndPoint.0002", "Parameter error: %s",
	},
	dliService: {"DLI.0003", "Permission denied.", "DLI.0001", "The parameter %s is invalid."},
	apigService: {
		"APIG.1005", "No permissions to request this method",
		"APIG.2012", "Invalid parameter value,parameterName:%s. Please refer to the support documentation",
	},
	iamService: {"", "You are not authorized to perform the requested action.", "", "Request parameter %s is invalid."},
}

func (c *call) forbidden() response {
	refusal := refusals[c.Service]
	return c.error(http.StatusForbidden, refusal.forbiddenCode, refusal.forbidden)
}

func (c *call) invalid(name string) response {
	refusal := refusals[c.Service]
	return c.error(http.StatusBadRequest, refusal.invalidCode, fmt.Sprintf(refusal.invalid, name))
}

// error returns an error in the shape of the service.
func (c *call) error(status int, code, message string) response {
	return serviceError(c.Service, status, code, message)
}
