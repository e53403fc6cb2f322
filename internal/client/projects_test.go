package client

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// checkResolve checks which project a scope resolves to.
func checkResolve(t *testing.T, c *Client, in Scope, project string) {
	t.Helper()
	if got, err := c.Resolve(t.Context(), DLI, in); err != nil || got.ProjectID != project || in.Region != "" && got.Region != in.Region {
		t.Errorf("%v resolves to %v, want project %q: %v", in, got, project, err)
	}
}

// TestProjectLookup finds the region's project once for all readers.
func TestProjectLookup(t *testing.T) {
	t.Parallel()
	for _, forbidden := range []bool{false, true} {
		server, c := simulated(t, Config{})
		server.Update(func(d *simulator.Data) { d.IAM.ForbidProjectList = forbidden })
		var reading sync.WaitGroup
		for range 10 {
			reading.Go(func() { checkResolve(t, c, Scope{Region: simulator.Region}, simulator.ProjectID) })
			reading.Go(func() { checkResolve(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID) })
		}
		reading.Wait()
		checkIAMRequests(t, server, map[bool]int{false: 2, true: 4}[forbidden])
	}
}

// TestProjectOfTheConfiguration belongs to the client's own region only. Nothing is requested if its
// ID is known.
func TestProjectOfTheConfiguration(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{ProjectID: "configured", ProjectName: simulator.SubProjectName})
	checkResolve(t, c, Scope{}, "configured")
	checkResolve(t, c, Scope{ProjectID: "given"}, "given")
	checkIAMRequests(t, server, 0)
	checkResolve(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID)

	_, c = simulated(t, Config{ProjectName: simulator.SubProjectName})
	checkResolve(t, c, Scope{}, simulator.SubProjectID)
	checkResolve(t, c, Scope{Region: simulator.Region}, simulator.SubProjectID)
	checkResolve(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID)
}

// TestProjectIsNotFound lists what was found, and is remembered.
func TestProjectIsNotFound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body    string
		matches int
		text    string
	}{
		"none": {`{"projects":[]}`, 0, `none of the projects has the name "cn-north-4"`},
		"others": {`{"projects":[{"id":"1","name":"CN-north-4"},{"id":"2","name":null},{"id":"3","name":"cn-north-4_lab"}]}`, 0,
			`found "CN-north-4" (1), "cn-north-4_lab" (3)`},
		"two of them": {`{"projects":[{"id":"1","name":"cn-north-4"},{"id":"2","name":"cn-north-4"}]}`, 2,
			`2 projects have the name "cn-north-4"`},
	} {
		for want, requests := range map[Operation]int{OpListProjects: 1, OpListAuthProjects: 2} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var sent requestLog
				c := inMemory(t, Config{}, sent.recording(func(req *http.Request) (*http.Response, error) {
					if requests == 2 && strings.HasSuffix(req.URL.Path, "/v3/projects") {
						return responseOf(req, http.StatusForbidden, "{}"), nil
					}
					return responseOf(req, http.StatusOK, tt.body), nil
				}))
				for range 2 {
					_, err := c.Resolve(t.Context(), DLI, Scope{})
					e, ok := errors.AsType[*NameMatchError](err)
					if !ok || e.Operation != OpListProjects || e.Kind != "projects" || e.Name != simulator.Region {
						t.Fatalf("%#v", err)
					}
					if len(e.Matches) != tt.matches || !strings.Contains(err.Error(), tt.text) {
						t.Errorf("%s: %v", want, err)
					}
				}
				if sent.count() != requests {
					t.Errorf("%d requests, want %d", sent.count(), requests)
				}
			})
		}
	}
}

// TestProjectLookupFails lists the usable projects after a 403 only, not if the API is throttling or
// refuses the sign-in.
func TestProjectLookupFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		credentials Credentials
		status      int
		body        string
		operation   Operation
		requests    int
		text        string
	}{
		{nil, 403, "{}", OpListAuthProjects, 2, "looking up the project of region cn-north-4"},
		{nil, 403, throttledBody, OpListProjects, 1, "APIGW.0308"},
		{userByName, 403, "{}", OpCreateToken, 1, ""},
		{nil, 401, "{}", OpListProjects, 1, ""},
		{nil, 404, "{}", OpListProjects, 1, ""},
		{nil, 409, "{}", OpListProjects, 1, ""},
		{nil, 200, "{}", OpListProjects, 1, `missing field "projects"`},
		{nil, 200, `{"projects":{"name":"hidden"}}`, OpListProjects, 1, "the field projects must be an array, got an object"},
	} {
		var sent requestLog
		c := inMemory(t, Config{Credentials: tt.credentials}, sent.recording(func(req *http.Request) (*http.Response, error) {
			return responseOf(req, tt.status, tt.body), nil
		}))
		_, err := c.Resolve(t.Context(), DLI, Scope{})
		e := requestError(t, err)
		if e.Status != tt.status || e.Operation != tt.operation || sent.count() != tt.requests || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%+v: %d requests, %v", tt, sent.count(), err)
		}
	}
}
