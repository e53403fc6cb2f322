package client

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestProjectLookup finds the region's project once for all readers.
func TestProjectLookup(t *testing.T) {
	t.Parallel()
	for _, forbidden := range []bool{false, true} {
		server, c := simulated(t, Config{})
		server.Update(func(d *simulator.Data) { d.IAM.ForbidProjectList = forbidden })
		var reading sync.WaitGroup
		for range 10 {
			for region, project := range map[string]string{simulator.Region: simulator.ProjectID, simulator.SecondRegion: simulator.SecondProjectID} {
				reading.Go(func() {
					if in, err := c.Resolve(t.Context(), DLI, Scope{Region: region}); err != nil || in.ProjectID != project || in.Region != region {
						t.Errorf("%v, %v", in, err)
					}
				})
			}
		}
		reading.Wait()
		if n, want := server.Count(nil), map[bool]int{false: 2, true: 4}[forbidden]; n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
	}
}

// TestProjectName is that of the configuration in its region, and the region's elsewhere.
func TestProjectName(t *testing.T) {
	t.Parallel()
	_, c := simulated(t, Config{ProjectName: simulator.SubProjectName})
	for region, project := range map[string]string{
		"": simulator.SubProjectID, simulator.Region: simulator.SubProjectID, simulator.SecondRegion: simulator.SecondProjectID,
	} {
		if in, err := c.Resolve(t.Context(), DLI, Scope{Region: region}); err != nil || in.ProjectID != project {
			t.Errorf("%q: %v, %v", region, in, err)
		}
	}
}

// TestProjectIsKnown makes no request.
func TestProjectIsKnown(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{ProjectID: "configured"})
	for given, want := range map[string]string{"": "configured", "given": "given"} {
		if in, err := c.Resolve(t.Context(), DLI, Scope{ProjectID: given}); err != nil || in.ProjectID != want {
			t.Errorf("%q: %v, %v", given, in, err)
		}
	}
	if n := server.Count(nil); n != 0 {
		t.Errorf("%d requests", n)
	}
	// The configured project belongs to the client's own region only.
	if in, err := c.Resolve(t.Context(), DLI, Scope{Region: simulator.SecondRegion}); err != nil || in.ProjectID != simulator.SecondProjectID {
		t.Errorf("%v, %v", in, err)
	}
}

// TestProjectIsNotFound lists what was found, and is remembered.
func TestProjectIsNotFound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body    string
		matches int
		text    string
	}{
		"none":        {`{"projects":[]}`, 0, `none of the projects has the name "cn-north-4"`},
		"others":      {`{"projects":[{"id":"1","name":"CN-north-4"},{"id":"2","name":null},{"id":"3","name":"cn-north-4_lab"}]}`, 0, `found "CN-north-4" (1), "cn-north-4_lab" (3)`},
		"two of them": {`{"projects":[{"id":"1","name":"cn-north-4"},{"id":"2","name":"cn-north-4"}]}`, 2, `2 projects have the name "cn-north-4"`},
	} {
		for _, forbidden := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var sent requestLog
				c := inMemory(t, Config{}, sent.recording(func(req *http.Request) (*http.Response, error) {
					if forbidden && strings.HasSuffix(req.URL.Path, "/v3/projects") {
						return responseOf(req, http.StatusForbidden, "{}"), nil
					}
					return responseOf(req, http.StatusOK, tt.body), nil
				}))
				want, requests := OpListProjects, 1
				if forbidden {
					want, requests = OpListAuthProjects, 2
				}
				for range 2 {
					_, err := c.Resolve(t.Context(), DLI, Scope{})
					e, ok := errors.AsType[*NameMatchError](err)
					if !ok || e.Operation != want || e.Kind != "projects" || e.Name != simulator.Region || len(e.Matches) != tt.matches || !strings.Contains(err.Error(), tt.text) {
						t.Errorf("%#v", err)
					}
				}
				if sent.count() != requests {
					t.Errorf("%d requests, want %d", sent.count(), requests)
				}
			})
		}
	}
}

// TestProjectLookupFails lists the usable projects after a 403 only, not if the API is throttling.
func TestProjectLookupFails(t *testing.T) {
	t.Parallel()
	for body, requests := range map[string]int{"{}": 2, throttledBody: 1} {
		var sent requestLog
		c := inMemory(t, Config{}, sent.recording(func(req *http.Request) (*http.Response, error) {
			return responseOf(req, http.StatusForbidden, body), nil
		}))
		_, err := c.Resolve(t.Context(), DLI, Scope{})
		want := map[int]Operation{1: OpListProjects, 2: OpListAuthProjects}[requests]
		if e := requestError(t, err); e.Status != http.StatusForbidden || e.Operation != want || sent.count() != requests {
			t.Errorf("%d requests: %v", sent.count(), err)
		}
	}
	for body, want := range map[string]string{
		"{}":                             `missing field "projects"`,
		`{"projects":[{"name":"n"}]}`:    `missing field "projects[0].id"`,
		`{"projects":{"name":"hidden"}}`: "the field projects must be an array, got an object",
	} {
		c := inMemory(t, Config{}, always(body))
		_, err := c.Resolve(t.Context(), DLI, Scope{})
		if e := requestError(t, err); e.Operation != OpListProjects || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, status := range []int{401, 404, 409} {
		var sent requestLog
		c := inMemory(t, Config{}, sent.recording(func(req *http.Request) (*http.Response, error) { return responseOf(req, status, "{}"), nil }))
		if _, err := c.Resolve(t.Context(), DLI, Scope{}); requestError(t, err).Status != status || sent.count() != 1 {
			t.Errorf("%d: %d requests, %v", status, sent.count(), err)
		}
	}
}
