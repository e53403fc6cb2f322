package client

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestResolve fills in what a read leaves out. "r" is the client's own region.
func TestResolve(t *testing.T) {
	t.Parallel()
	const ofOwn, ofOther = "/r/iam/v3/projects?name=", "/other/iam/v3/projects?name="
	for name, test := range map[string]struct {
		config   Config
		in, want Scope
		// request is what is looked up, "" for nothing.
		request string
	}{
		"everything is known":       {Config{ProjectID: "p"}, Scope{"other", "q"}, Scope{"other", "q"}, ""},
		"own region and project":    {Config{ProjectID: "p", ProjectName: "n"}, Scope{}, Scope{"r", "p"}, ""},
		"another project":           {Config{ProjectID: "p"}, Scope{ProjectID: "q"}, Scope{"r", "q"}, ""},
		"another region's project":  {Config{ProjectID: "p"}, Scope{Region: "other"}, Scope{"other", "ID of other"}, ofOther + "other"},
		"region's project":          {Config{}, Scope{}, Scope{"r", "ID of r"}, ofOwn + "r"},
		"project by name":           {Config{ProjectName: "r_sub 1"}, Scope{}, Scope{"r", "ID of r_sub 1"}, ofOwn + "r_sub%201"},
		"name is of the own region": {Config{ProjectName: "r_sub"}, Scope{Region: "other"}, Scope{"other", "ID of other"}, ofOther + "other"},
	} {
		var sent requestLog
		test.config.Region = "r"
		c := inMemory(t, test.config, sent.recording(func(req *http.Request) (*http.Response, error) {
			name := req.URL.Query().Get("name")
			return responseOf(req, 200, `{"projects":[{"id":"other","name":"`+name+`_2"},{"id":"ID of `+name+`","name":"`+name+`"}]}`), nil
		}))
		for range 2 {
			if got, err := c.Resolve(t.Context(), VPCEP, test.in); err != nil || got != test.want {
				t.Errorf("%s: %+v, want %+v: %v", name, got, test.want, err)
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
			t.Errorf("%s: requests (-want +got)\n%s", name, diff)
		}
	}
}

// TestResolveErrors needs a region, and an endpoint that serves it. Without a region of its own, a
// client reads from the one that it is given, but not the project that is configured.
func TestResolveErrors(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{Credentials: defaultKeys, ProjectID: "p", Endpoints: map[string]string{DLI: "http://a", IAM: "http://b"}})
	if _, err := c.Resolve(t.Context(), VPCEP, Scope{ProjectID: "q"}); !errors.Is(err, ErrNoRegion) {
		t.Errorf("without a region, the error is %v", err)
	}
	if _, err := c.Resolve(t.Context(), DLI, Scope{"r", "q"}); !is[*EndpointError](err) {
		t.Errorf("for an endpoint of another region, the error is %v", err)
	}
	if got, err := c.Resolve(t.Context(), VPCEP, Scope{"r", "q"}); err != nil || got != (Scope{"r", "q"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.Resolve(t.Context(), VPCEP, Scope{Region: "r"}); !is[*EndpointError](err) {
		t.Errorf("the configured project was used for another region: %+v, %v", got, err)
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
