package simulator

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	s := Start(t)
	var mu sync.Mutex
	var statuses []int
	s.OnResponse(func(r Request) {
		mu.Lock()
		defer mu.Unlock()
		statuses = append(statuses, r.Status)
	})
	get(t, s, vpcepPath+"?limit=1&id=a%20b")
	send(t, s, http.MethodPost, signInPath, "{}")
	get(t, s, "/elsewhere")
	requests := s.Requests()
	if len(requests) != 3 {
		t.Fatalf("%d requests", len(requests))
	}
	first, second, third := requests[0], requests[1], requests[2]
	if first.Service != "vpcep" || first.Region != Region || first.Method != http.MethodGet || first.Status != http.StatusOK ||
		first.Path != strings.TrimPrefix(vpcepPath, "/cn-north-4/vpcep") || first.Query.Get("id") != "a b" ||
		first.Header.Get("X-Auth-Token") != Token || first.End.Before(first.Start) || first.End.IsZero() {
		t.Errorf("got %+v", first)
	}
	if second.Service != "iam" || string(second.Body) != "{}" || second.Status != http.StatusBadRequest {
		t.Errorf("got %+v", second)
	}
	if third.Service != "" || third.Path != "/elsewhere" || third.Status != http.StatusNotFound {
		t.Errorf("got %+v", third)
	}
	if n := s.Count(func(r Request) bool { return r.Service == "iam" }); n != 1 || s.Count(nil) != 3 {
		t.Errorf("%d requests to iam", n)
	}
	s.ResetRequests()
	if n := s.Count(nil); n != 0 {
		t.Errorf("%d requests after the reset", n)
	}
	s.Close()
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(statuses) != "[200 400 404]" {
		t.Errorf("statuses %v", statuses)
	}
}

func TestMaxInFlight(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const together = 5
	var arrived sync.WaitGroup
	arrived.Add(together)
	s.Inject(Fault{Times: together, Action: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		arrived.Done()
		arrived.Wait()
		next.ServeHTTP(w, r)
	}})
	var wg sync.WaitGroup
	for range together {
		wg.Go(func() {
			if _, err := trySend(t, s, http.MethodGet, vpcepPath, "", withToken); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := s.MaxInFlight(nil); got != together {
		t.Errorf("%d in flight, want %d", got, together)
	}
	if got := s.MaxInFlight(func(r Request) bool { return r.Service == "dli" }); got != 0 {
		t.Errorf("%d of dli in flight", got)
	}
	s.ResetRequests()
	for range 20 {
		get(t, s, vpcepPath)
	}
	if got := s.MaxInFlight(nil); got != 1 {
		t.Errorf("%d in flight one after another", got)
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.Latency = 20 * time.Millisecond })
	get(t, s, vpcepPath)
	if r := s.Requests()[0]; r.End.Sub(r.Start) < 20*time.Millisecond {
		t.Errorf("finished after %s", r.End.Sub(r.Start))
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	s := New()
	s.URL = "http://127.0.0.1:1"
	if got := s.Endpoint("dli"); got != "http://127.0.0.1:1/{region}/dli" {
		t.Errorf("endpoint %s", got)
	}
	if got := s.MetadataURL(); got != "http://127.0.0.1:1/metadata" {
		t.Errorf("metadata %s", got)
	}
}

func TestListenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		s := New()
		if err := s.Listen(address); err == nil {
			s.Close()
			t.Errorf("%s is accepted", address)
		}
	}
}

// TestOverTLS checks that the handler works in another server, over HTTP/2 too.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	s := New()
	server := httptest.NewUnstartedServer(s)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s.URL = server.URL
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+vpcepPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	signedBy(AccessKey, SecretKey, time.Now(), "host")(r)
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		t.Errorf("got %s %s", response.Proto, response.Status)
	}
}

// contractField is a field of the contract.
type contractField struct {
	Type   string                   `json:"type"`
	Fields map[string]contractField `json:"fields"`
}

// missing returns the fields that are empty in all values.
func missing(fields map[string]contractField, values []any, path string) []string {
	var absent []string
	for name, field := range fields {
		var found []any
		for _, value := range values {
			object, ok := value.(map[string]any)
			if !ok {
				continue
			}
			switch member := object[name].(type) {
			case nil, string:
				if member != nil && member != "" {
					found = append(found, member)
				}
			case []any:
				found = append(found, member...)
			default:
				found = append(found, member)
			}
		}
		if len(found) == 0 {
			absent = append(absent, path+name)
		}
		absent = append(absent, missing(field.Fields, found, path+name+".")...)
	}
	return absent
}

// TestFullSetFillsTheContract checks that every field of the contract has a value somewhere in the
// larger set.
func TestFullSetFillsTheContract(t *testing.T) {
	t.Parallel()
	s := Start(t)
	read := func(path string) any {
		return decode(t, send(t, s, http.MethodGet, path, "", withKey).body)
	}
	var channels []any
	s.Update(func(d *Data) {
		for _, channel := range d.APIG.Instances[FullInstanceID].Channels {
			channels = append(channels, map[string]any(channel))
		}
	})
	for contract, responses := range map[string][]any{
		"vpcep_service_connections": {read(strings.Replace(vpcepPath, ServiceID, FullServiceID, 1))},
		"dli_enhanced_connections": {
			read("/cn-south-1/dli/v2.0/" + SecondProjectID + "/datasource/enhanced-connections"),
			map[string]any{"message": "only of a failed request"},
		},
		"apig_vpc_channel": channels,
	} {
		raw, err := fs.ReadFile(os.DirFS("../provider/testdata/contract"), contract+".json")
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			Response map[string]contractField `json:"response"`
		}
		if err := json.Unmarshal(raw, &parsed); err != nil {
			t.Fatal(err)
		}
		for _, field := range missing(parsed.Response, responses, "") {
			t.Errorf("%s: no value for %s", contract, field)
		}
	}
}

func TestFullSetHasEachStatusAndKind(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, status := range connectionStatuses {
		if l := readList(t, get(t, s, strings.Replace(vpcepPath, ServiceID, FullServiceID, 1)+"?status="+status)); l.TotalCount != 1 {
			t.Errorf("%d connections are %s", l.TotalCount, status)
		}
	}
	full := strings.Replace(channelsPath, InstanceID, FullInstanceID, 1)
	for _, name := range []string{"builtin", "cse", "cce", "cce_service", "nacos", "reference"} {
		if l := readList(t, get(t, s, full+"?precise_search=name&name=full_"+name)); l.Total != 1 {
			t.Errorf("%d channels are named full_%s", l.Total, name)
		}
	}
}

func TestSecondRegion(t *testing.T) {
	t.Parallel()
	s := Start(t)
	base := "/cn-south-1/"
	for _, path := range []string{
		"vpcep/v1/" + SecondProjectID + "/vpc-endpoint-services/" + SecondServiceID + "/connections",
		"dli/v2.0/" + SecondProjectID + "/datasource/enhanced-connections?tags=team%3Dreports,stage%3Dlive",
		"apig/v2/" + SecondProjectID + "/apigw/instances/" + SecondInstanceID + "/vpc-channels?name=second_region",
	} {
		if l := readList(t, send(t, s, http.MethodGet, base+path, "", withKey)); len(l.ids()) != 1 {
			t.Errorf("%s: %v", path, l.ids())
		}
	}
}

func TestGenerators(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, e := range Connections(2000) {
		seen[e.Text("id")] = true
	}
	for _, e := range EnhancedConnections(2000) {
		seen[e.Text("id")] = true
	}
	for _, e := range Members(2000) {
		seen[e.Text("id")] = true
	}
	if len(seen) != 6000 {
		t.Errorf("%d different IDs", len(seen))
	}
	if got := Members(300)[299].Text("host"); got != "10.0.1.43" {
		t.Errorf("host %s", got)
	}
}
