package provider

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestFaults makes the example reads of every data source in a cloud with faults. A temporary one
// changes nothing; another ends in one error with its cause, and in no values.
func TestFaults(t *testing.T) {
	t.Parallel()
	fails := map[string]struct {
		action simulator.Action
		causes []string
	}{
		"login page":   {simulator.HTML(200), []string{"Status: 200 OK", "text/html", "not from this API"}},
		"refusal":      {simulator.ServiceError(401, "APIGW.0301", "wrong"), []string{"Code: APIGW.0301", "access_key from HW_ACCESS_KEY"}},
		"stalled body": {simulator.StallBody(), []string{"The read did not finish within its timeout of 2s"}},
	}
	for source := range dataSources {
		for _, example := range factsOf(t, source).Reads {
			read := func(t *testing.T, action simulator.Action) (c *cloud, state any, found diagnostics) {
				t.Helper()
				c = newCloud(t)
				c.environment["HW_PROJECT_ID"] = simulator.ProjectID
				if action != nil {
					c.Inject(simulator.Fault{Action: action})
				}
				arguments := merge(example.Arguments)
				if action != nil && strings.HasSuffix(t.Name(), "stalled_body") {
					arguments["timeouts"] = object{"read": "2s"}
				}
				state, found = c.configure(t, nil).state(t, t.Context(), source, arguments)
				return c, state, found
			}
			t.Run(example.Name+"/temporary", func(t *testing.T) {
				t.Parallel()
				_, want, _ := read(t, nil)
				_, state, found := read(t, temporary())
				if diff := cmp.Diff(want, state); diff != "" || found.errors != nil {
					t.Errorf("other values than without faults (-want +got)\n%s\n%q", diff, found.errors)
				}
			})
			for name, fault := range fails {
				t.Run(example.Name+"/"+name, func(t *testing.T) {
					t.Parallel()
					c, state, found := read(t, fault.action)
					if len(found.errors) != 1 || c.Count(nil) != 1 {
						t.Fatalf("%d requests, want 1; errors %q", c.Count(nil), found.errors)
					}
					for _, cause := range fault.causes {
						if !strings.Contains(found.errors[0], cause) {
							t.Errorf("the error lacks %q: %s", cause, found.errors[0])
						}
					}
					// The framework keeps the arguments; what is looked up has to be missing.
					for attribute, value := range state.(object) { //nolint:forcetypeassert // A state is an object.
						if _, argument := example.Arguments[attribute]; !argument && attribute != "timeouts" && value != nil {
							t.Errorf("there is a value of %s in addition to the error: %.500v", attribute, value)
						}
					}
				})
			}
		}
	}
}

// temporary lets every second request pass. It fails, cuts short or resets the others.
func temporary() simulator.Action {
	var requests atomic.Int64
	actions := []simulator.Action{simulator.HTML(503), simulator.CutBody(), simulator.Reset()}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n := int(requests.Add(1)); n%2 == 1 {
			actions[n/2%len(actions)](w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}
}
