package provider

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// faultLookup is one lookup of the table of faults.
type faultLookup struct {
	name, source string
	arguments    object
	// path is a part of the path of this lookup's requests alone.
	path string
	// requests is how many it makes at the least.
	requests int
}

// faultLookups are one for each data source, and a second for the channel that
// is looked up by its name. The lists are longer than a page.
func faultLookups() []faultLookup {
	return []faultLookup{
		{
			"vpcep", "hwcloud_vpcep_service_connections",
			object{"service_id": simulator.ServiceID}, simulator.ServiceID, 3,
		},
		{
			"dli", "hwcloud_dli_enhanced_connections",
			object{}, "/enhanced-connections", 4,
		},
		{
			"apig", "hwcloud_apig_vpc_channel",
			object{"instance_id": simulator.InstanceID, "vpc_channel_id": simulator.ServerChannelID}, simulator.InstanceID, 1,
		},
		{
			"apig by name", "hwcloud_apig_vpc_channel",
			object{"instance_id": simulator.FullInstanceID, "name": "full_nacos"}, simulator.FullInstanceID, 2,
		},
	}
}

// Made once: making them up takes longer than reading them.
var (
	manyConnections         = sync.OnceValue(func() []simulator.Entry { return simulator.Connections(2500) })
	manyEnhancedConnections = sync.OnceValue(func() []simulator.EnhancedConnection { return simulator.EnhancedConnections(250) })
)

// newFaultCloud is a cloud whose lists take several requests.
func newFaultCloud(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.Update(func(d *simulator.Data) {
		d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: manyConnections()}
		d.DLI.Projects[simulator.ProjectID] = manyEnhancedConnections()
		d.DLI.Edition = simulator.OlderDLIDefaults
	})
	return c
}

// faultTable collects a line for each fault and lookup.
type faultTable struct {
	mu    sync.Mutex
	lines []string
}

func (f *faultTable) add(fault, lookup, outcome string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = append(f.lines, fmt.Sprintf("%-58s %-13s %s", fault, lookup, outcome))
}

func (f *faultTable) log(t *testing.T) {
	t.Helper()
	slices.Sort(f.lines)
	for _, line := range f.lines {
		t.Log(line)
	}
}

// where are the places in a lookup at which a fault strikes: its first request,
// or a later one.
var where = map[string]int{"first request": 0, "later request": 1}

// TestFaults meets each lookup with each fault: one that passes ends in the same
// values as without it, one that stays in an error with its cause, and none in
// anything between.
func TestFaults(t *testing.T) {
	t.Parallel()
	quiet := newFaultCloud(t)
	want := map[string]any{}
	for _, lookup := range faultLookups() {
		state, said := quiet.configure(t, nil).state(t, t.Context(), lookup.source, lookup.arguments)
		if said.errors != nil || state == nil {
			t.Fatalf("%s without a fault: %q", lookup.name, said.errors)
		}
		want[lookup.name] = state
	}
	// The faults are waited for, not worked at: many go on at the same time.
	var (
		table  faultTable
		faults errgroup.Group
	)
	faults.SetLimit(16)
	for place, after := range where {
		for name, f := range passingFaults() {
			faults.Go(func() error { f.pass(t, &table, name+", "+place, after, want); return nil })
		}
		for name, f := range stayingFaults() {
			faults.Go(func() error { f.stay(t, &table, name+", "+place, after); return nil })
		}
	}
	if err := faults.Wait(); err != nil {
		t.Fatal(err)
	}
	table.log(t)
}

// fault is something that goes wrong, at once with all four lookups.
type fault struct {
	action simulator.Action
	// times is how many requests of each lookup it meets, 0 for all.
	times int
	// only names the lookups that can meet it; nil is all.
	only []string
	// settings of the provider, and the read timeout, "" for the usual one.
	settings object
	timeout  string
	// says are parts of the error, by lookup; "" is for those that are not named.
	says map[string][]string
	// within is how long the lookup may take.
	within time.Duration
	// once tells that the fault is met no second time.
	once bool
}

func passingFaults() map[string]fault {
	return map[string]fault{
		"503 twice":                        {action: simulator.ServiceError(503, "busy", "Service unavailable."), times: 2},
		"500":                              {action: simulator.ServiceError(500, "broken", "Internal error."), times: 1},
		"502 with HTML":                    {action: simulator.HTML(502), times: 1},
		"504, empty":                       {action: simulator.Empty(504), times: 1},
		"429 with Retry-After 1":           {action: simulator.Throttle(429, "1"), times: 1},
		"429 without Retry-After":          {action: simulator.Throttle(429, ""), times: 1},
		"APIGW.0308 at 403":                {action: simulator.Throttle(403, ""), times: 1},
		"connection reset":                 {action: simulator.Reset(), times: 1},
		"body cut":                         {action: simulator.CutBody(), times: 1},
		"answer delayed":                   {action: simulator.Delay(time.Second), times: 1},
		"body cut, 503, reset, one by one": {action: inTurn(simulator.CutBody(), simulator.HTML(503), simulator.Reset()), times: 3},
		"a list that changes once":         {action: inTurn(oneFewer), times: 1, only: []string{"vpcep"}},
	}
}

// oneFewer lets an answer say that the list has one entry less than it has.
var oneFewer = simulator.RewriteObject(func(answer map[string]any) { answer["total_count"] = 2499 })

// inTurn takes one action after another, beginning anew with the first.
func inTurn(actions ...simulator.Action) simulator.Action {
	var mu sync.Mutex
	turn := map[string]int{}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		n := turn[r.URL.Path]
		turn[r.URL.Path]++
		mu.Unlock()
		actions[n%len(actions)](w, r, next)
	}
}

// set lets an answer have another value in a field of its first entry, or of itself.
func set(values map[string]any) simulator.Action {
	return simulator.RewriteObject(func(answer map[string]any) {
		entry := answer
		if connections, ok := answer["connections"].([]any); ok && len(connections) > 0 {
			if first, ok := connections[0].(map[string]any); ok {
				entry = first
			}
		}
		for name, value := range values {
			if _, there := entry[name]; there {
				entry[name] = value
			}
		}
	})
}

// without takes fields out of an answer.
func without(fields ...string) simulator.Action {
	return simulator.RewriteObject(func(answer map[string]any) {
		for _, field := range fields {
			delete(answer, field)
		}
	})
}

func all(parts ...string) map[string][]string { return map[string][]string{"": parts} }

func stayingFaults() map[string]fault {
	// Far less than a read may take by default, and enough for a machine that does much else.
	const soon = 2 * time.Minute
	lists := []string{"vpcep", "dli", "apig by name"}
	return map[string]fault{
		"401": {action: simulator.ServiceError(401, "APIGW.0301", "verify aksk signature fail"), once: true, within: soon,
			says: all("Status: 401 Unauthorized", "verify aksk signature fail", "Request ID: ", "The credentials were refused.")},
		"403": {action: simulator.ServiceError(403, "NOT.0001", "not allowed"), once: true, within: soon,
			says: all("Status: 403 Forbidden", "Code: NOT.0001", "Message: not allowed", "It needs ")},
		"404": {action: simulator.ServiceError(404, "GONE.0001", "no such thing"), once: true, within: soon,
			says: all("Status: 404 Not Found", "Code: GONE.0001", "not in this region and project.")},
		"400": {action: simulator.ServiceError(400, "BAD.0001", "no good"), within: soon,
			says: all("Status: 400 Bad Request")},
		"501": {action: simulator.ServiceError(501, "LATER.0001", "not yet"), once: true, within: soon,
			says: all("Status: 501 Not Implemented", "Code: LATER.0001", "give the request ID to its support")},
		"HTML with 200":    {action: simulator.HTML(200), once: true, within: soon, says: all("content type text/html", "Sign in")},
		"nothing with 200": {action: simulator.Empty(200), once: true, within: soon, says: all("the answer is empty")},
		"an array with 200": {action: simulator.Respond(200, nil, "[]"), once: true, within: soon,
			says: all("an object was expected, an array came")},
		"another object with 200": {action: simulator.Respond(200, nil, `{"hello":"world"}`), once: true, within: soon,
			says: all("it has no field ")},
		"wrong types": {
			action: set(map[string]any{"marker_id": "x", "create_time": "x", "port": "x", "total": "x"}),
			only:   []string{"vpcep", "dli", "apig"}, once: true, within: soon,
			says: map[string][]string{
				"vpcep": {"the field connections[0].marker_id should be an integer and is a string"},
				"dli":   {"the field connections[0].create_time should be an integer and is a string"},
				"apig":  {"the field port should be an integer and is a string"},
			},
		},
		"is_success false": {
			action: simulator.RewriteObject(func(answer map[string]any) { answer["is_success"], answer["message"] = false, "the queue is gone" }),
			only:   []string{"dli"}, once: true, within: soon,
			says: all("the answer says that the request failed", "Message: the queue is gone"),
		},
		"no total_count": {action: without("total_count"), only: []string{"vpcep"}, once: true, within: soon, says: all("it has no field total_count")},
		"no connections": {action: without("connections"), only: []string{"vpcep"}, once: true, within: soon, says: all("it has no field connections")},
		"no id":          {action: without("id"), only: []string{"apig"}, once: true, within: soon, says: all("it has no field id")},
		"a total one too high": {
			action: simulator.RewriteObject(func(answer map[string]any) { answer["total_count"] = 2501 }),
			only:   []string{"vpcep"}, within: soon, says: all("The list kept changing while it was read"),
		},
		"the first page again and again": {
			action: simulator.RewriteObject(func(answer map[string]any) {
				if connections, ok := answer["connections"].([]any); ok {
					for _, connection := range connections {
						if entry, ok := connection.(map[string]any); ok {
							entry["id"] = "always-the-same"
						}
					}
				}
			}),
			only: []string{"vpcep", "dli"}, within: soon, says: all("The list kept changing while it was read"),
		},
		"huge body": {action: simulator.HugeBody(40 << 20), once: true, within: soon, says: all("Status: 200 OK", "the answer is larger than 32 MiB", "That is no answer of this API.")},
		"stalled headers": {action: simulator.StallHeaders(), timeout: "3s", within: soon,
			says: all("did not end within its read timeout of 3s")},
		"stalled body": {action: simulator.StallBody(), timeout: "3s", within: soon,
			says: all("did not end within its read timeout of 3s")},
		"Retry-After past the deadline": {action: simulator.Throttle(429, "600"), once: true, within: soon,
			says: all("Status: 429 Too Many Requests", "Code: APIGW.0308", "asks by Retry-After to wait 10m0s")},
		"Retry-After past the deadline, 503": {
			action: simulator.Respond(503, map[string]string{"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, ""), once: true, within: soon,
			says: all("Status: 503 Service Unavailable", "asks by Retry-After to wait"),
		},
		"503 for ever": {action: simulator.ServiceError(503, "busy", "Service unavailable."), settings: object{"max_retries": int64(1)}, within: soon,
			says: all("Status: 503 Service Unavailable", "Code: busy", "Request ID: ", "Try again later")},
		"429 for ever": {action: simulator.Throttle(429, "1"), settings: object{"max_retries": int64(1)}, within: soon,
			says: all("Status: 429 Too Many Requests", "The API is asked too often.")},
		"reset for ever": {action: simulator.Reset(), settings: object{"max_retries": int64(1)}, within: soon,
			says: all("connection reset by peer", "2 attempts", "No whole answer came.")},
		"cut for ever": {action: simulator.CutBody(), settings: object{"max_retries": int64(1)}, within: soon,
			says: all("unexpected EOF", "2 attempts")},
		"no retries, 503": {action: simulator.HTML(503), settings: object{"max_retries": int64(0)}, once: true, within: soon,
			says: all("Status: 503 Service Unavailable", "text/html")},
		"an entry that is none": {
			action: simulator.Rewrite(func(body []byte) []byte { return []byte(strings.Replace(string(body), "[{", "[7,{", 1)) }),
			only:   lists, once: true, within: soon, says: all("[0] should be an object and is a number"),
		},
	}
}

// each runs all lookups that can meet the fault at the same time, each with a
// provider of its own.
func (f fault) each(t *testing.T, c *cloud, name string, after int, table *faultTable, check func(faultLookup, any, diagnostics, time.Duration)) {
	t.Helper()
	var reading sync.WaitGroup
	for _, lookup := range faultLookups() {
		if f.only != nil && !slices.Contains(f.only, lookup.name) || after >= lookup.requests {
			table.add(name, lookup.name, "cannot happen")
			continue
		}
		if lookup.name == "apig by name" && after > 0 && (f.only != nil && !slices.Contains(f.only, "apig")) {
			table.add(name, lookup.name, "cannot happen")
			continue
		}
		c.Inject(simulator.Fault{Path: lookup.path, After: after, Times: f.times, Action: f.action})
		s := c.configure(t, f.settings)
		arguments := merge(lookup.arguments, object{})
		if f.timeout != "" {
			arguments["timeouts"] = object{"read": f.timeout}
		}
		reading.Go(func() {
			begun := time.Now()
			state, said := s.state(t, t.Context(), lookup.source, arguments)
			if state, ok := state.(object); ok {
				delete(state, "timeouts")
			}
			check(lookup, state, said, time.Since(begun))
		})
	}
	reading.Wait()
}

// pass checks that the fault passes and leaves nothing behind.
func (f fault) pass(t *testing.T, table *faultTable, name string, after int, want map[string]any) {
	t.Helper()
	c := newFaultCloud(t)
	f.each(t, c, name, after, table, func(lookup faultLookup, state any, said diagnostics, took time.Duration) {
		expected := want[lookup.name]
		if object, ok := expected.(object); ok {
			copied := merge(object)
			delete(copied, "timeouts")
			expected = copied
		}
		if said.errors != nil {
			t.Errorf("%s: %s: %q", name, lookup.name, said.errors)
		} else if diff := cmp.Diff(expected, state); diff != "" {
			t.Errorf("%s: %s: other values than without the fault (-want +got)\n%.2000s", name, lookup.name, diff)
		}
		table.add(name, lookup.name, fmt.Sprintf("passes: the same values, %d requests, %s",
			c.Count(func(r simulator.Request) bool { return strings.Contains(r.Path, lookup.path) }), took.Round(100*time.Millisecond)))
	})
}

// stay checks that the fault ends in an error that tells what it is.
func (f fault) stay(t *testing.T, table *faultTable, name string, after int) {
	t.Helper()
	c := newFaultCloud(t)
	f.each(t, c, name, after, table, func(lookup faultLookup, state any, said diagnostics, took time.Duration) {
		f.refused(t, name, lookup, state, said, took)
		if n := c.Count(func(r simulator.Request) bool { return strings.Contains(r.Path, lookup.path) }); f.once && after == 0 && n != 1 {
			t.Errorf("%s: %s: %d requests, want 1", name, lookup.name, n)
		}
		table.add(name, lookup.name, fmt.Sprintf("stays, %s: %.110s…", took.Round(100*time.Millisecond), cause(said)))
	})
}

// refused checks one error.
func (f fault) refused(t *testing.T, name string, lookup faultLookup, state any, said diagnostics, took time.Duration) {
	t.Helper()
	if state, ok := state.(object); ok {
		// The framework keeps the arguments; what is looked up has to be missing.
		for attribute, value := range state {
			if _, argument := lookup.arguments[attribute]; !argument && value != nil {
				t.Errorf("%s: %s: there is a value of %s beside the error: %.500v", name, lookup.name, attribute, value)
			}
		}
	}
	if len(said.errors) != 1 {
		t.Errorf("%s: %s: %d errors: %q", name, lookup.name, len(said.errors), said.errors)
		return
	}
	parts := f.says[lookup.name]
	if parts == nil {
		parts = f.says[""]
	}
	for _, part := range parts {
		if !strings.Contains(said.errors[0], part) {
			t.Errorf("%s: %s: the error lacks %q: %s", name, lookup.name, part, said.errors[0])
		}
	}
	if took > f.within {
		t.Errorf("%s: %s: it took %s", name, lookup.name, took)
	}
}

// cause is the part of an error that tells what went wrong.
func cause(said diagnostics) string {
	if len(said.errors) == 0 {
		return "NO ERROR"
	}
	text := said.errors[0]
	for _, mark := range []string{"Cause: ", "Status: "} {
		if _, rest, ok := strings.Cut(text, mark); ok {
			return rest
		}
	}
	_, rest, _ := strings.Cut(text, ". ")
	return rest
}

// TestFaultsOfTheWay are faults of what lies between here and the API.
func TestFaultsOfTheWay(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host was asked for %s, with %v", r.URL, r.Header)
	}))
	t.Cleanup(other.Close)
	secure := httptest.NewUnstartedServer(nil)
	encrypted := simulator.New()
	secure.Config.Handler = encrypted
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	encrypted.URL = secure.URL

	tests := map[string]struct {
		action simulator.Action
		// address takes the place of the simulator's.
		address string
		says    []string
	}{
		"a redirect to another host":           {simulator.Redirect(302, other.URL+"/elsewhere"), "", []string{"refused a redirect to " + other.URL}},
		"a permanent redirect to another host": {simulator.Redirect(308, other.URL+"/elsewhere"), "", []string{"refused a redirect to " + other.URL}},
		"a redirect in circles": {func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Location", r.URL.String())
			w.WriteHeader(http.StatusFound)
		}, "", []string{"it was redirected 10 times"}},
		"a certificate of nobody": {nil, secure.URL, []string{"certificate", "cacert_file"}},
		"nobody there":            {nil, closedPort, []string{"connection refused", "No whole answer came."}},
		"no such host":            {nil, "http://api.invalid", []string{"api.invalid", "No whole answer came."}},
	}
	var table faultTable
	t.Cleanup(func() { table.log(t) })
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := object{"max_retries": int64(0)}
			if tt.address != "" {
				endpoints := object{}
				for _, service := range simulator.Services {
					endpoints[service] = tt.address + "/{region}/" + service
				}
				settings["endpoints"] = endpoints
			}
			f := fault{action: tt.action, settings: settings, within: 2 * time.Minute, says: all(tt.says...)}
			if f.action == nil {
				f.action = simulator.Delay(0)
			}
			f.stay(t, &table, name, 0)
			if n := encrypted.Count(nil); n > 0 {
				t.Errorf("%d requests went to a server with a certificate of nobody", n)
			}
		})
	}
}

// TestFaultsThroughTerraform runs a few faults through Terraform itself.
func TestFaultsThroughTerraform(t *testing.T) {
	t.Parallel()
	config := func(timeout string) string {
		return fmt.Sprintf("data \"hwcloud_vpcep_service_connections\" \"test\" {\n  service_id = %q\n  timeouts = { read = %q }\n}\n",
			simulator.ServiceID, timeout)
	}
	t.Run("one that passes", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t)
		c.Inject(simulator.Fault{Service: "vpcep", Times: 1, Action: simulator.CutBody()})
		c.Inject(simulator.Fault{Service: "vpcep", Times: 1, Action: simulator.HTML(503)})
		c.run(t, c.block()+config("1m"), wholeState{"data.hwcloud_vpcep_service_connections.test", merge(
			serviceConnections(object{"service_id": simulator.ServiceID}, 2, exampleConnections()),
			object{"timeouts": object{"read": "1m"}},
		)})
	})
	for name, tt := range map[string]struct {
		action simulator.Action
		says   string
	}{
		"a stalled body": {simulator.StallBody(), "did not end within its read timeout of 4s"},
		"a login page":   {simulator.HTML(200), "content type text/html"},
		"a long wait":    {simulator.Throttle(429, "60"), "the API asks by Retry-After to wait 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.Inject(simulator.Fault{Service: "vpcep", Action: tt.action})
			if said := c.refuse(t, c.block()+config("4s")); !strings.Contains(said, tt.says) {
				t.Errorf("the error lacks %q: %s", tt.says, said)
			}
		})
	}
}
