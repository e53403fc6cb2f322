package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
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

// TestHomeRegion is the client's own, or that of the first read.
func TestHomeRegion(t *testing.T) {
	t.Parallel()
	for own, want := range map[string]string{"own": "own", "": "first"} {
		c := newClient(t, Config{Region: own, Credentials: defaultKeys})
		for _, region := range []string{"first", "second"} {
			if _, err := c.Resolve(t.Context(), VPCEP, Scope{region, "p"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.homeRegion(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		credentials Credentials
		want        map[string]string
	}{
		"keys":           {Keys{AccessKey: "AK", SecretKey: "SK"}, map[string]string{"X-Project-Id": simulator.ProjectID, "X-Security-Token": "", "X-Auth-Token": ""}},
		"temporary keys": {Keys{AccessKey: "AK", SecretKey: "SK", SecurityToken: "ST"}, map[string]string{"X-Project-Id": simulator.ProjectID, "X-Security-Token": "ST"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent requestLog
			c := inMemory(t, Config{Credentials: test.credentials, UserAgent: "agent/1 (test)"}, sent.recording(always(channelBody)))
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			test.want["User-Agent"], test.want["Content-Type"] = "agent/1 (test)", "application/json"
			for name, want := range test.want {
				if got := sent.requests[0].Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if got := sent.requests[0].Header.Get("Authorization"); !strings.HasPrefix(got, "SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-project-id;x-sdk-date") {
				t.Errorf("Authorization is %q", got)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{Region: "r", Credentials: defaultKeys, Endpoints: map[string]string{DLI: "https://h/base/", APIG: "https://fixed"}})
	op := operation{service: DLI, path: "/v1/{project_id}/things/{thing_id}/{other_id}"}
	for name, test := range map[string]struct {
		in       Scope
		segments map[string]string
		query    map[string][]string
		want     string
	}{
		"plain":     {Scope{"r", "p"}, map[string]string{"thing_id": "a", "other_id": "b"}, nil, "https://h/base/v1/p/things/a/b"},
		"encoded":   {Scope{"r", "p/q"}, map[string]string{"thing_id": "a b", "other_id": "ü+"}, nil, "https://h/base/v1/p%2Fq/things/a%20b/%C3%BC%2B"},
		"braces":    {Scope{"r", "{thing_id}"}, map[string]string{"thing_id": "{project_id}", "other_id": "{other_id}"}, nil, "https://h/base/v1/%7Bthing_id%7D/things/%7Bproject_id%7D/%7Bother_id%7D"},
		"query":     {Scope{"r", "p"}, map[string]string{"thing_id": "a", "other_id": "b"}, map[string][]string{"z": {"1 2+3&4"}, "a": {""}}, "https://h/base/v1/p/things/a/b?a=&z=1%202%2B3%264"},
		"no values": {Scope{"r", "p"}, map[string]string{"thing_id": "a", "other_id": "b"}, map[string][]string{}, "https://h/base/v1/p/things/a/b"},
	} {
		if got, err := c.address(op, test.in, test.segments, test.query); got != test.want || err != nil {
			t.Errorf("%s: %s, want %s: %v", name, got, test.want, err)
		}
	}
	if got, err := c.address(operation{service: APIG, path: "/"}, Scope{"other", "p"}, nil, nil); !is[*EndpointError](err) || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPageValues(t *testing.T) {
	t.Parallel()
	for want, test := range map[string]struct{ offset, limit int64 }{"limit=0": {0, 0}, "limit=5": {0, 5}, "limit=5&offset=7": {7, 5}} {
		if got := pageValues(test.offset, test.limit).Encode(); got != want {
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
		return responseOf(req, http.StatusOK, noConnections, "X-Request-Id", "r1"), nil
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
