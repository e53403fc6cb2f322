package simulator

import (
	"net/url"
	"slices"
	"strings"
)

// The services as they stand in an address.
const (
	vpcepService    = "vpcep"
	dliService      = "dli"
	apigService     = "apig"
	iamService      = "iam"
	metadataService = "metadata"
)

// Services are the names of those that Endpoint has an address for.
var Services = []string{vpcepService, dliService, apigService, iamService}

// route is one documented API.
type route struct {
	method  string
	pattern string
	// list is set where the answer is a page of a list.
	list bool
	// anonymous is set where the request itself is the sign-in.
	anonymous bool
	handle    func(*call) answer
}

// service is what stands behind the gateway under one host name.
type service struct {
	routes []route
	// forbidden is the answer to credentials that must not read the project.
	forbidden func(*call) answer
	// invalid is the answer to a request that cannot be understood.
	invalid func(*call, string) answer
}

// services returns what the gateway knows by the service's name. It is a function because the handlers refer to it.
func services() map[string]service {
	return map[string]service{
		vpcepService: vpcep(),
		dliService:   dli(),
		apigService:  apig(),
		iamService:   iam(),
	}
}

// splitAddress takes the base path off: the region, the service, and the rest of the path as sent.
func splitAddress(u *url.URL) (region, name, path string) {
	path = u.EscapedPath()
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 2 || parts[0] != "" {
		return "", "", path
	}
	if parts[1] == metadataService {
		return "", metadataService, strings.TrimPrefix(path, "/"+metadataService)
	}
	if len(parts) < 3 || parts[1] == "" || !slices.Contains(Services, parts[2]) {
		return "", "", path
	}
	return parts[1], parts[2], strings.TrimPrefix(path, "/"+parts[1]+"/"+parts[2])
}

// find returns the route of a method and path, and the path's parameters. Paths are taken as they are: an additional slash makes
// another path.
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
