package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	const (
		lookup = "/iam/v3/projects?name="
		found  = "found-"
	)
	own := Config{Region: "own", ProjectID: "p"}
	for name, test := range map[string]struct {
		config Config
		in     Scope
		want   Scope
		// request is what is looked up, "" for nothing.
		request string
	}{
		"everything is known":          {own, Scope{"other", "q"}, Scope{"other", "q"}, ""},
		"own region and project":       {own, Scope{}, Scope{"own", "p"}, ""},
		"own region by name":           {own, Scope{Region: "own"}, Scope{"own", "p"}, ""},
		"another project":              {own, Scope{ProjectID: "q"}, Scope{"own", "q"}, ""},
		"another region's project":     {own, Scope{Region: "other"}, Scope{"other", found + "other"}, "/other" + lookup + "other"},
		"region's project":             {Config{Region: "own"}, Scope{}, Scope{"own", found + "own"}, "/own" + lookup + "own"},
		"project by name":              {Config{Region: "own", ProjectName: "own_sub 1"}, Scope{}, Scope{"own", found + "own_sub 1"}, "/own" + lookup + "own_sub%201"},
		"ID and name":                  {Config{Region: "own", ProjectID: "p", ProjectName: "own_sub"}, Scope{}, Scope{"own", "p"}, ""},
		"name is of the own region":    {Config{Region: "own", ProjectName: "own_sub"}, Scope{Region: "other"}, Scope{"other", found + "other"}, "/other" + lookup + "other"},
		"no own region":                {Config{}, Scope{Region: "other"}, Scope{"other", found + "other"}, "/other" + lookup + "other"},
		"no own region, project known": {Config{ProjectID: "p"}, Scope{Region: "other", ProjectID: "q"}, Scope{"other", "q"}, ""},
		"project of no region":         {Config{ProjectID: "p", ProjectName: "n"}, Scope{Region: "other"}, Scope{"other", found + "other"}, "/other" + lookup + "other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent requestLog
			test.config.Credentials, test.config.Endpoints = defaultKeys, map[string]string{}
			for _, service := range Services {
				test.config.Endpoints[service] = "http://api.invalid/{region}/" + service
			}
			c := newClient(t, test.config)
			c.transport.RegisterProtocol("http", sent.recording(func(req *http.Request) (*http.Response, error) {
				name := req.URL.Query().Get("name")
				return responseOf(req, http.StatusOK, `{"projects":[{"id":"other","name":"`+name+`_2"},{"id":"`+found+name+`","name":"`+name+`"}]}`), nil
			}))
			for range 2 {
				if got, err := c.Resolve(t.Context(), VPCEP, test.in); err != nil || got != test.want {
					t.Errorf("%+v, want %+v: %v", got, test.want, err)
				}
			}
			var requests, want []string
			for _, req := range sent.requests {
				requests = append(requests, req.URL.RequestURI())
			}
			if test.request != "" {
				want = []string{test.request}
			}
			if diff := cmp.Diff(want, requests); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

func TestResolveErrors(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{Credentials: defaultKeys, ProjectID: "p", Endpoints: map[string]string{DLI: "http://127.0.0.1:9"}})
	if _, err := c.Resolve(t.Context(), VPCEP, Scope{ProjectID: "q"}); !errors.Is(err, ErrNoRegion) {
		t.Errorf("without a region, the error is %v", err)
	}
	if _, err := c.Resolve(t.Context(), DLI, Scope{Region: "r", ProjectID: "q"}); !is[*EndpointError](err) {
		t.Errorf("for an endpoint of another region, the error is %v", err)
	}
	if got, err := c.Resolve(t.Context(), VPCEP, Scope{Region: "r", ProjectID: "q"}); err != nil || got != (Scope{"r", "q"}) {
		t.Errorf("%+v, %v", got, err)
	}
	failing := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
		return responseOf(req, http.StatusNotFound, `{"error":{"code":404,"message":"no"}}`), nil
	})
	_, err := failing.Resolve(t.Context(), VPCEP, Scope{})
	if e := requestError(t, err); e.Service != IAM || e.Operation != OpListProjects || e.Status != http.StatusNotFound {
		t.Errorf("if the lookup fails, the error is %v", err)
	}
}

// TestAddress has the words of the path, the project and the query percent-encoded.
func TestAddress(t *testing.T) {
	t.Parallel()
	call := apiCall{service: DLI, method: http.MethodGet, path: "/v1/{project_id}/things/{thing_id}/{other_id}"}
	for want, test := range map[string]struct {
		project, thing, other string
		query                 url.Values
	}{
		"/base/v1/p/things/a/b":                                          {"p", "a", "b", nil},
		"/base/v1/p%2Fq/things/a%20b/%C3%BC%2B":                          {"p/q", "a b", "ü+", url.Values{}},
		"/base/v1/%7Bthing_id%7D/things/%7Bproject_id%7D/%7Bother_id%7D": {"{thing_id}", "{project_id}", "{other_id}", nil},
		"/base/v1/p/things/a/b?a=&z=1%202%2B3%264":                       {"p", "a", "b", url.Values{"z": {"1 2+3&4"}, "a": {""}}},
		"/base/v1/p/things/a/b?limit=0":                                  {"p", "a", "b", withPage(nil, 0, 0)},
		"/base/v1/p/things/a/b?limit=5&name=n&offset=7":                  {"p", "a", "b", withPage(queryOf("name", "n", "status", ""), 7, 5)},
	} {
		var sent requestLog
		c := inMemory(t, Config{Endpoints: map[string]string{DLI: "http://api.invalid/base/"}}, sent.recording(always(`{}`)))
		segments := map[string]string{"thing_id": test.thing, "other_id": test.other}
		if _, _, err := get[struct{}](t.Context(), c, call, Scope{simulator.Region, test.project}, segments, test.query); err != nil {
			t.Error(err)
		}
		if got := sent.requests[0].URL.RequestURI(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNewErrors refuses CA certificates that are none, and sends nothing.
func TestNewErrors(t *testing.T) {
	t.Parallel()
	if c, err := New(Config{Credentials: defaultKeys, CACertificates: []byte("no PEM")}); err == nil || c != nil {
		t.Errorf("%v, %v", c, err)
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	var logged []map[string]any
	c := inMemory(t, Config{Log: func(_ context.Context, message string, fields map[string]any) {
		if message != "HTTP request" {
			t.Errorf("the message is %q", message)
		}
		delete(fields, "duration_ms")
		logged = append(logged, fields)
	}}, func(req *http.Request) (*http.Response, error) {
		return responseOf(req, http.StatusOK, `{"connections":[],"total_count":0}`, "X-Request-Id", "r1"), nil
	})
	if _, _, err := c.ServiceConnections(t.Context(), home, "s", ServiceConnectionsQuery{EndpointID: "secret"}); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"method": "GET", "host": "api.invalid", "path": "/cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/s/connections",
		"attempt": 1, "status": 200, "request_id": "r1",
	}}
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
