package simulator

import (
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
	method  string
	pattern string
	// list marks a route that returns a page of a list.
	list bool
	// anonymous marks a route that needs no credentials, because the request is a sign-in.
	anonymous bool
	handle    func(*call) response
}

// service is one API behind the gateway.
type service struct {
	routes []route
	// forbidden returns the error for credentials that must not read the project.
	forbidden func(*call) response
	// invalid returns the error for an invalid parameter.
	invalid func(*call, string) response
}

// services returns the services by name. It is a function because the handlers refer to it.
func services() map[string]service {
	return map[string]service{
		vpcepService: vpcep(),
		dliService:   dli(),
		apigService:  apig(),
		iamService:   iam(),
	}
}

// splitAddress splits a URL's path into region, service and the service's own path, which stays
// percent-encoded.
func splitAddress(u *url.URL) (region, name, path string) {
	path = u.EscapedPath()
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 2 || parts[0] != "" {
		return "", "", path
	}
	if parts[1] == metadataService || parts[1] == githubService {
		return "", parts[1], strings.TrimPrefix(path, "/"+parts[1])
	}
	if len(parts) < 3 || parts[1] == "" || !slices.Contains(Services, parts[2]) {
		return "", "", path
	}
	return parts[1], parts[2], strings.TrimPrefix(path, "/"+parts[1]+"/"+parts[2])
}

// find returns the route of a method and path, and the path's parameters. Paths are not cleaned:
// one with an additional slash is a different path.
func find(routes []route, method, path string) (route, map[string]string, bool) {
	for _, candidate := range routes {
		if candidate.method != method {
			continue
		}
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
		if err != nil {
			return nil, false
		}
		name, isParam := strings.CutPrefix(segment, "{")
		switch {
		case isParam && value == "":
			return nil, false
		case isParam:
			params[strings.TrimSuffix(name, "}")] = value
		case value != segment:
			return nil, false
		}
	}
	return params, true
}
