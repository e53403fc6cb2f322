package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestAuthURL checks which of several IAMs gets the requests.
func TestAuthURL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		argument, endpoint, hw, os bool
		suffix, want               string
	}{
		"argument":                {true, true, true, true, "", "argument"},
		"argument with version":   {true, true, true, true, "/v3", "argument"},
		"argument with slashes":   {true, false, false, false, "/v3/", "argument"},
		"argument, closing slash": {true, false, false, false, "/", "argument"},
		"endpoint":                {false, true, true, true, "", "endpoint"},
		"endpoint with slash":     {false, true, true, true, "/", "endpoint"},
		"HW":                      {false, false, true, true, "/v3", "hw"},
		"OS":                      {false, false, false, true, "/v3", "os"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			iams := map[string]*simulator.Server{}
			for _, name := range []string{"argument", "endpoint", "hw", "os"} {
				iams[name] = simulator.Start(t)
			}
			arguments := object{"endpoints": c.endpoints()}
			delete(arguments["endpoints"].(object), "iam") //nolint:forcetypeassert // It was set so.
			address := func(name string) string { return iams[name].Endpoint("iam") + test.suffix }
			if test.argument {
				arguments["auth_url"] = address("argument")
			}
			if test.endpoint {
				arguments["endpoints"] = merge(c.endpoints(), object{"iam": address("endpoint")})
			}
			if test.hw {
				c.environment["HW_AUTH_URL"] = address("hw")
			}
			if test.os {
				c.environment["OS_AUTH_URL"] = address("os")
			}
			s := c.configure(t, arguments)
			if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil {
				t.Error(got.errors)
			}
			for name, iam := range iams {
				if n, want := iam.Count(nil), map[bool]int{true: 1}[name == test.want]; n != want {
					t.Errorf("the IAM of %s had %d requests, want %d", name, n, want)
				}
			}
		})
	}
}

// TestEndpoints checks which URL the provider requests.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments, environment, dataSource object
		want                               string
	}{
		"default":              {nil, nil, nil, "GET https://dli.cn-north-4.myhuaweicloud.com/v2.0/p/datasource/enhanced-connections"},
		"Europe":               {object{"region": "eu-west-101"}, nil, nil, "GET https://dli.eu-west-101.myhuaweicloud.eu/v2.0/p/"},
		"Europe's data source": {nil, nil, object{"region": "eu-west-1"}, "GET https://dli.eu-west-1.myhuaweicloud.eu/v2.0/p/"},
		"cloud":                {object{"cloud": "cloud.example"}, object{"HW_CLOUD": "other.example"}, nil, "GET https://dli.cn-north-4.cloud.example/v2.0/p/"},
		"cloud in Europe":      {object{"cloud": "cloud.example", "region": "eu-west-101"}, nil, nil, "GET https://dli.eu-west-101.cloud.example/v2.0/p/"},
		"HW cloud":             {nil, object{"HW_CLOUD": "other.example"}, nil, "GET https://dli.cn-north-4.other.example/v2.0/p/"},
		"path":                 {object{"endpoints": object{"dli": "https://x.example:8443/a/b"}}, nil, nil, "GET https://x.example:8443/a/b/v2.0/p/"},
		"path with slash":      {object{"endpoints": object{"dli": "https://x.example/a/"}}, nil, nil, "GET https://x.example/a/v2.0/p/"},
		"region in path":       {object{"endpoints": object{"dli": "https://x.example/{region}"}}, nil, object{"region": "r"}, "GET https://x.example/r/v2.0/p/"},
		"empty endpoint":       {object{"endpoints": object{"dli": ""}}, nil, nil, "GET https://dli.cn-north-4.myhuaweicloud.com/v2.0/p/"},
		"other's endpoint":     {object{"endpoints": object{"apig": "https://x.example"}}, nil, object{"region": "r"}, "GET https://dli.r.myhuaweicloud.com/v2.0/p/"},
		"fixed, same region":   {object{"endpoints": object{"dli": "https://x.example"}}, nil, object{"region": simulator.Region}, "GET https://x.example/v2.0/p/"},
		"fixed, other region": {
			object{"endpoints": object{"dli": "https://x.example"}}, nil, object{"region": "r"},
			`AttributeName("region"): Unable to list DLI enhanced datasource connections: Requested: enhanced datasource connections, in region r, project p. ` +
				`The configured endpoint https://x.example of dli`,
		},
		"no region": {object{}, object{"HW_REGION_NAME": ""}, nil, `AttributeName("region"): Unable to list DLI enhanced datasource connections: ` +
			`Requested: enhanced datasource connections, project p. No region is set.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.setVariables(test.environment)
			s := c.configure(t, merge(object{"endpoints": nil}, test.arguments))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if strings.HasPrefix(test.want, "GET ") {
				cancel() // The error of a canceled read names the URL.
			}
			got := s.readWithin(t, ctx, enhancedConnectionsSource, merge(object{"project_id": "p"}, test.dataSource))
			if text := strings.Join(got.errors, "\n"); len(got.errors) != 1 || !strings.Contains(text, test.want) {
				t.Errorf("the error is %s, want %s", text, test.want)
			}
		})
	}
}
