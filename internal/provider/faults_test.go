package provider

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// faultRead is a read that meets the faults: an example read of a data source.
type faultRead struct {
	exampleRead
	source string
}

// faultReads are the example reads of all data sources, lists longer than a page among them.
func faultReads(t *testing.T) []faultRead {
	t.Helper()
	var reads []faultRead
	for _, source := range slices.Sorted(maps.Keys(dataSources)) {
		examples := factsOf(t, source).Reads
		if len(examples) == 0 {
			t.Errorf("testdata has no example read of %s", source)
		}
		for _, read := range examples {
			reads = append(reads, faultRead{read, source})
		}
	}
	return reads
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

// faultTable collects a line for each fault and read.
type faultTable struct {
	mu    sync.Mutex
	lines []string
}

func (f *faultTable) add(fault, read, outcome string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = append(f.lines, fmt.Sprintf("%-58s %-13s %s", fault, read, outcome))
}

func (f *faultTable) log(t *testing.T) {
	t.Helper()
	slices.Sort(f.lines)
	for _, line := range f.lines {
		t.Log(line)
	}
}

// places are the requests of a read at which a fault occurs.
var places = map[string]int{"first request": 0, "later request": 1}

// TestFaults meets each read with each fault: a temporary one ends in the same values as without
// it, a permanent one in an error with its cause, and none in anything in between.
func TestFaults(t *testing.T) {
	t.Parallel()
	quiet := newFaultCloud(t)
	want := map[string]any{}
	for _, read := range faultReads(t) {
		state, found := quiet.configure(t, nil).state(t, t.Context(), read.source, read.Arguments)
		if found.errors != nil || state == nil {
			t.Fatalf("%s without a fault: %q", read.Name, found.errors)
		}
		want[read.Name] = state
	}
	// The faults are waited for, not worked at: many go on at the same time.
	var (
		table  faultTable
		faults errgroup.Group
	)
	faults.SetLimit(16)
	for place, after := range places {
		for name, f := range temporaryFaults() {
			faults.Go(func() error { f.pass(t, &table, name+", "+place, after, want); return nil })
		}
		for name, f := range permanentFaults() {
			faults.Go(func() error { f.stay(t, &table, name+", "+place, after); return nil })
		}
	}
	if err := faults.Wait(); err != nil {
		t.Fatal(err)
	}
	table.log(t)
}

// fault is something that goes wrong, at once with all reads.
type fault struct {
	action simulator.Action
	// times is the number of requests of each read that it meets, 0 for all.
	times int
	// only names the reads that can meet it; nil is all.
	only []string
	// settings of the provider, and the read timeout, "" for the usual one.
	settings object
	timeout  string
	// contains are parts of the error, by read; "" is for those that are not named.
	contains map[string][]string
	// within is how long the read may take.
	within time.Duration
	// once reports whether the fault ends the read at once.
	once bool
}

func temporaryFaults() map[string]fault {
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
		"response delayed":                 {action: simulator.Delay(time.Second), times: 1},
		"body cut, 503, reset, one by one": {action: inTurn(simulator.CutBody(), simulator.HTML(503), simulator.Reset()), times: 3},
		"a list that changes once":         {action: inTurn(oneFewer), times: 1, only: []string{"vpcep"}},
	}
}

// oneFewer makes a response report that the list has one entry less than it has.
var oneFewer = simulator.RewriteObject(func(response map[string]any) { response["total_count"] = 2499 })

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

// set changes fields of the first entry of a response, or of the response itself.
func set(values map[string]any) simulator.Action {
	return simulator.RewriteObject(func(response map[string]any) {
		entry := response
		if connections, ok := response["connections"].([]any); ok && len(connections) > 0 {
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

// without removes fields from a response.
func without(fields ...string) simulator.Action {
	return simulator.RewriteObject(func(response map[string]any) {
		for _, field := range fields {
			delete(response, field)
		}
	})
}

func everyRead(parts ...string) map[string][]string { return map[string][]string{"": parts} }

func permanentFaults() map[string]fault {
	// Far less than a read may take by default, and enough for a machine that does much else.
	const soon = 2 * time.Minute
	lists := []string{"vpcep", "dli", "apig by name"}
	return map[string]fault{
		"401": {action: simulator.ServiceError(401, "APIGW.0301", "verify aksk signature fail"), once: true, within: soon,
			contains: everyRead("Status: 401 Unauthorized", "Code: APIGW.0301", "verify aksk signature fail", "Request ID: ", "credentials")},
		"403": {action: simulator.ServiceError(403, "NOT.0001", "not allowed"), once: true, within: soon,
			contains: everyRead("Status: 403 Forbidden", "Code: NOT.0001", "Message: not allowed", "permission")},
		"404": {action: simulator.ServiceError(404, "GONE.0001", "no such thing"), once: true, within: soon,
			contains: everyRead("Status: 404 Not Found", "Code: GONE.0001", "in this region and project")},
		"400": {action: simulator.ServiceError(400, "BAD.0001", "no good"), within: soon,
			contains: everyRead("Status: 400 Bad Request")},
		"501": {action: simulator.ServiceError(501, "LATER.0001", "not yet"), once: true, within: soon,
			contains: everyRead("Status: 501 Not Implemented", "Code: LATER.0001", "support")},
		"HTML with 200":    {action: simulator.HTML(200), once: true, within: soon, contains: everyRead("Status: 200 OK", "text/html", "Sign in")},
		"nothing with 200": {action: simulator.Empty(200), once: true, within: soon, contains: everyRead("Status: 200 OK", "empty", "not from this API")},
		"an array with 200": {action: simulator.Respond(200, nil, "[]"), once: true, within: soon,
			contains: everyRead("an object", "an array", "not from this API")},
		"another object with 200": {action: simulator.Respond(200, nil, `{"hello":"world"}`), once: true, within: soon,
			contains: everyRead("field", "not from this API")},
		"wrong types": {
			action: set(map[string]any{"marker_id": "x", "create_time": "x", "port": "x", "total": "x"}),
			only:   []string{"vpcep", "dli", "apig"}, once: true, within: soon,
			contains: map[string][]string{
				"vpcep": {"connections[0].marker_id", "an integer", "a string"},
				"dli":   {"connections[0].create_time", "an integer", "a string"},
				"apig":  {"port", "an integer", "a string"},
			},
		},
		"is_success false": {
			action: simulator.RewriteObject(func(response map[string]any) {
				response["is_success"], response["message"] = false, "the queue is gone"
			}),
			only: []string{"dli"}, within: soon,
			contains: everyRead("Message: the queue is gone", "reports a failure"),
		},
		"no total_count": {action: without("total_count"), only: []string{"vpcep"}, once: true, within: soon, contains: everyRead("field", "total_count")},
		"no connections": {action: without("connections"), only: []string{"vpcep"}, once: true, within: soon, contains: everyRead("field", "connections")},
		"no id":          {action: without("id"), only: []string{"apig"}, once: true, within: soon, contains: everyRead("field", "id")},
		"a total one too high": {
			action: simulator.RewriteObject(func(response map[string]any) { response["total_count"] = 2501 }),
			only:   []string{"vpcep"}, within: soon, contains: everyRead("The list changed during"),
		},
		"the first page again and again": {
			action: simulator.RewriteObject(func(response map[string]any) {
				if connections, ok := response["connections"].([]any); ok {
					for _, connection := range connections {
						if entry, ok := connection.(map[string]any); ok {
							entry["id"] = "always-the-same"
						}
					}
				}
			}),
			only: []string{"vpcep", "dli"}, within: soon, contains: everyRead("The list changed during"),
		},
		"huge body": {action: simulator.HugeBody(40 << 20), once: true, within: soon, contains: everyRead("Status: 200 OK", "32 MiB", "not from this API")},
		"stalled headers": {action: simulator.StallHeaders(), timeout: "3s", within: soon,
			contains: everyRead("timeout of 3s")},
		"stalled body": {action: simulator.StallBody(), timeout: "3s", within: soon,
			contains: everyRead("timeout of 3s")},
		"Retry-After past the deadline": {action: simulator.Throttle(429, "600"), once: true, within: soon,
			contains: everyRead("Status: 429 Too Many Requests", "Code: APIGW.0308", "10m0s", "after the end of the read timeout")},
		"Retry-After past the deadline, 503": {
			action: simulator.Respond(503, map[string]string{"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, ""), once: true, within: soon,
			contains: everyRead("Status: 503 Service Unavailable", "after the end of the read timeout"),
		},
		"503 permanently": {action: simulator.ServiceError(503, "busy", "Service unavailable."), settings: object{"max_retries": int64(1)}, within: soon,
			contains: everyRead("Status: 503 Service Unavailable", "Code: busy", "Request ID: ", "Attempts: 2", "Try again later")},
		"429 permanently": {action: simulator.Throttle(429, "1"), settings: object{"max_retries": int64(1)}, within: soon,
			contains: everyRead("Status: 429 Too Many Requests", "Attempts: 2", "throttling")},
		"reset permanently": {action: simulator.Reset(), settings: object{"max_retries": int64(1)}, within: soon,
			contains: everyRead("connection reset by peer", "Attempts: 2", "closed before the response was complete")},
		"cut permanently": {action: simulator.CutBody(), settings: object{"max_retries": int64(1)}, within: soon,
			contains: everyRead("unexpected EOF", "Attempts: 2")},
		"no retries, 503": {action: simulator.HTML(503), settings: object{"max_retries": int64(0)}, once: true, within: soon,
			contains: everyRead("Status: 503 Service Unavailable", "text/html")},
		"an entry that is none": {
			action: simulator.Rewrite(func(body []byte) []byte { return []byte(strings.Replace(string(body), "[{", "[7,{", 1)) }),
			only:   lists, once: true, within: soon, contains: everyRead("[0]", "an object", "a number"),
		},
	}
}

// each makes all reads that can meet the fault at the same time, each with a provider of its own.
func (f fault) each(t *testing.T, c *cloud, name string, after int, table *faultTable, check func(faultRead, any, diagnostics, time.Duration)) {
	t.Helper()
	var reading sync.WaitGroup
	for _, read := range faultReads(t) {
		if f.only != nil && !slices.Contains(f.only, read.Name) || after >= read.Requests {
			table.add(name, read.Name, "cannot happen")
			continue
		}
		if read.Name == "apig by name" && after > 0 && (f.only != nil && !slices.Contains(f.only, "apig")) {
			table.add(name, read.Name, "cannot happen")
			continue
		}
		c.Inject(simulator.Fault{Path: read.Path, After: after, Times: f.times, Action: f.action})
		s := c.configure(t, f.settings)
		arguments := merge(read.Arguments, object{})
		if f.timeout != "" {
			arguments["timeouts"] = object{"read": f.timeout}
		}
		reading.Go(func() {
			begun := time.Now()
			state, found := s.state(t, t.Context(), read.source, arguments)
			if state, ok := state.(object); ok {
				delete(state, "timeouts")
			}
			check(read, state, found, time.Since(begun))
		})
	}
	reading.Wait()
}

// pass checks that the fault passes and leaves nothing behind.
func (f fault) pass(t *testing.T, table *faultTable, name string, after int, want map[string]any) {
	t.Helper()
	c := newFaultCloud(t)
	f.each(t, c, name, after, table, func(read faultRead, state any, found diagnostics, took time.Duration) {
		expected := want[read.Name]
		if object, ok := expected.(object); ok {
			copied := merge(object)
			delete(copied, "timeouts")
			expected = copied
		}
		if found.errors != nil {
			t.Errorf("%s: %s: %q", name, read.Name, found.errors)
		} else if diff := cmp.Diff(expected, state); diff != "" {
			t.Errorf("%s: %s: other values than without the fault (-want +got)\n%.2000s", name, read.Name, diff)
		}
		table.add(name, read.Name, fmt.Sprintf("passes: the same values, %d requests, %s",
			c.Count(func(r simulator.Request) bool { return strings.Contains(r.Path, read.Path) }), took.Round(100*time.Millisecond)))
	})
}

// stay checks that the fault ends in an error with its cause.
func (f fault) stay(t *testing.T, table *faultTable, name string, after int) {
	t.Helper()
	c := newFaultCloud(t)
	f.each(t, c, name, after, table, func(read faultRead, state any, found diagnostics, took time.Duration) {
		f.refused(t, name, read, state, found, took)
		if n := c.Count(func(r simulator.Request) bool { return strings.Contains(r.Path, read.Path) }); f.once && after == 0 && n != 1 {
			t.Errorf("%s: %s: %d requests, want 1", name, read.Name, n)
		}
		table.add(name, read.Name, fmt.Sprintf("stays, %s: %.110s…", took.Round(100*time.Millisecond), cause(found)))
	})
}

// refused checks one error.
func (f fault) refused(t *testing.T, name string, read faultRead, state any, found diagnostics, took time.Duration) {
	t.Helper()
	if state, ok := state.(object); ok {
		// The framework keeps the arguments; what is looked up has to be missing.
		for attribute, value := range state {
			if _, argument := read.Arguments[attribute]; !argument && value != nil {
				t.Errorf("%s: %s: there is a value of %s in addition to the error: %.500v", name, read.Name, attribute, value)
			}
		}
	}
	if len(found.errors) != 1 {
		t.Errorf("%s: %s: %d errors: %q", name, read.Name, len(found.errors), found.errors)
		return
	}
	parts := f.contains[read.Name]
	if parts == nil {
		parts = f.contains[""]
	}
	for _, part := range parts {
		if !strings.Contains(found.errors[0], part) {
			t.Errorf("%s: %s: the error lacks %q: %s", name, read.Name, part, found.errors[0])
		}
	}
	if took > f.within {
		t.Errorf("%s: %s: it took %s", name, read.Name, took)
	}
}

// cause is the part of an error that describes what happened.
func cause(found diagnostics) string {
	if len(found.errors) == 0 {
		return "NO ERROR"
	}
	text := found.errors[0]
	for _, mark := range []string{"Cause: ", "Status: "} {
		if _, rest, ok := strings.Cut(text, mark); ok {
			return rest
		}
	}
	_, rest, _ := strings.Cut(text, ". ")
	return rest
}

// TestFaultsThroughTerraform runs a few faults through Terraform itself.
func TestFaultsThroughTerraform(t *testing.T) {
	t.Parallel()
	config := func(timeout string) string {
		return fmt.Sprintf("data \"hwcloud_vpcep_service_connections\" \"test\" {\n  service_id = %q\n  timeouts { read = %q }\n}\n",
			simulator.ServiceID, timeout)
	}
	t.Run("one that passes", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t)
		c.Inject(simulator.Fault{Service: "vpcep", Times: 1, Action: simulator.CutBody()})
		c.Inject(simulator.Fault{Service: "vpcep", Times: 1, Action: simulator.HTML(503)})
		want := newCloud(t).configure(t, nil).mustRead(t, serviceConnectionsSource,
			object{"service_id": simulator.ServiceID, "timeouts": object{"read": "1m"}})
		c.run(t, c.block()+config("1m"), exactState{"data.hwcloud_vpcep_service_connections.test", want})
	})
	for name, tt := range map[string]struct {
		action   simulator.Action
		contains string
	}{
		"a stalled body": {simulator.StallBody(), "timeout of 4s"},
		"a login page":   {simulator.HTML(200), "text/html"},
		"a long wait":    {simulator.Throttle(429, "60"), "1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.Inject(simulator.Fault{Service: "vpcep", Action: tt.action})
			if found := c.refuse(t, c.block()+config("4s")); !strings.Contains(found, tt.contains) {
				t.Errorf("the error lacks %q: %s", tt.contains, found)
			}
		})
	}
}
