package simulator

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	s := New()
	statuses := make(chan int, 3)
	s.OnResponse = func(r Request) { statuses <- r.Status }
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	get(t, s, strings.Replace(vpcepPath, ServiceID, "a%2Fb", 1)+"?id=a%20b")
	send(t, s, signInPath, "{}")
	get(t, s, "/elsewhere")
	var got []string
	for _, r := range s.Requests() {
		got = append(got, fmt.Sprintf("%s %s %s %s %s %s %s",
			r.Service, r.Region, r.Method, r.Path, r.Query.Get("id"), r.Body, r.Header.Get("X-Auth-Token")))
		if r.End.Before(r.Start) || r.End.IsZero() {
			t.Errorf("from %s to %s", r.Start, r.End)
		}
	}
	want := []string{
		"vpcep cn-north-4 GET /v1/" + ProjectID + "/vpc-endpoint-services/a%2Fb/connections a b  " + Token,
		"iam cn-north-4 POST /v3/auth/tokens  {} ",
		"  GET /elsewhere   " + Token,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if n := s.Count(func(r Request) bool { return r.Service == "iam" }); n != 1 || s.Count(nil) != 3 {
		t.Errorf("%d requests to iam of %d", n, s.Count(nil))
	}
	s.ResetRequests()
	if sum := <-statuses + <-statuses + <-statuses; s.Count(nil) != 0 || sum != 404+400+404 {
		t.Errorf("%d requests after the reset, the sum of the statuses is %d", s.Count(nil), sum)
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
		wg.Go(func() { _, _ = trySend(t, s, vpcepPath, "", withToken(Token)) })
	}
	wg.Wait()
	if got := s.MaxInFlight(nil); got != together {
		t.Errorf("%d in flight, want %d", got, together)
	}
	if got := s.MaxInFlight(func(r Request) bool { return r.Service == "dli" }); got != 0 {
		t.Errorf("%d of dli in flight", got)
	}
	s.ResetRequests()
	s.Update(func(d *Data) {
		d.VPCEP.Services[ServiceID].Connections = Connections(100) // They do not fit into a buffer.
		d.Latency = 2 * time.Millisecond
	})
	for range 20 {
		get(t, s, vpcepPath+"?limit=100")
	}
	if r := s.Requests()[0]; s.MaxInFlight(nil) != 1 || r.End.Sub(r.Start) < 2*time.Millisecond {
		t.Errorf("%d in flight one after another, the first for %s", s.MaxInFlight(nil), r.End.Sub(r.Start))
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

// TestExamples compares responses with the examples of the documents.
func TestExamples(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for name, path := range map[string]string{
		"vpcep_service_connections":     vpcepPath,
		"dli_enhanced_connections":      dliPath,
		"apig_vpc_channel_server":       channelsPath + "/" + ServerChannelID,
		"apig_vpc_channel_microservice": channelsPath + "/" + MicroserviceChannelID,
	} {
		example, err := fs.ReadFile(os.DirFS("../provider/testdata/examples"), name+".json")
		if err != nil {
			t.Fatal(err)
		}
		wantJSON(t, get(t, s, path), http.StatusOK, string(example))
	}
}

// contractField is a field of the contract.
type contractField struct {
	Fields map[string]contractField `json:"fields"`
}

// missing returns the fields that are empty in all values.
func missing(fields map[string]contractField, values []any, path string) []string {
	var absent []string
	for name, field := range fields {
		var found []any
		for _, value := range values {
			object, _ := value.(map[string]any)
			switch member := object[name].(type) {
			case []any:
				found = append(found, member...)
			case nil:
			default:
				if member != "" {
					found = append(found, member)
				}
			}
		}
		if len(found) == 0 {
			absent = append(absent, path+name)
		}
		absent = append(absent, missing(field.Fields, found, path+name+".")...)
	}
	return absent
}

// TestBuiltInDataFillsTheContract checks that every field of the contract has a value somewhere in
// the built-in data.
func TestBuiltInDataFillsTheContract(t *testing.T) {
	t.Parallel()
	s := Start(t)
	read := func(path string) any { return map[string]any(parseEntry(send(t, s, path, "", withKey).body)) }
	var channels []any
	s.Update(func(d *Data) {
		for _, channel := range d.APIG.Instances[FullInstanceID].Channels {
			channels = append(channels, map[string]any(channel))
		}
	})
	responses := map[string][]any{
		"vpcep_service_connections": {read(strings.Replace(vpcepPath, ServiceID, FullServiceID, 1))},
		"vpcep_services":            {read(servicesPath)},
		"dli_enhanced_connections": {
			read("/cn-south-1/dli/v2.0/" + SecondProjectID + "/datasource/enhanced-connections"),
			map[string]any{"message": "only of a failed request"},
		},
		"apig_vpc_channel":  channels,
		"apig_vpc_channels": {map[string]any{"vpc_channels": channels}},
		"apig_instances":    {read(instancesPath)},
	}
	files, err := filepath.Glob("../provider/testdata/contract/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no contract", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // The file is the test's own.
		if err != nil {
			t.Fatal(err)
		}
		var contract struct {
			Response map[string]contractField `json:"response"`
		}
		if err := json.Unmarshal(raw, &contract); err != nil {
			t.Fatal(err)
		}
		got := responses[strings.TrimSuffix(filepath.Base(file), ".json")]
		if got == nil {
			t.Errorf("%s: responses above has no response", file)
			continue
		}
		for _, field := range missing(contract.Response, got, "") {
			t.Errorf("%s: no value for %s", file, field)
		}
	}
}

// TestBuiltInData checks what the constants and the documentation say of the data.
func TestBuiltInData(t *testing.T) {
	t.Parallel()
	s := Start(t)
	full := strings.Replace(channelsPath, InstanceID, FullInstanceID, 1)
	second := strings.NewReplacer(Region, SecondRegion, ProjectID, SecondProjectID, ServiceID, SecondServiceID, InstanceID, SecondInstanceID)
	sub := strings.NewReplacer(ProjectID, SubProjectID)
	paths := map[string]string{
		servicesPath + "?endpoint_service_name=" + ServiceName:        ServiceID,
		servicesPath + "?endpoint_service_name=" + FullServiceName:    FullServiceID,
		channelsPath + "?precise_search=name&name=orders":             "56a7d7358e1b42459c9d730d65b14e60",
		second.Replace(vpcepPath):                                     "c2000000-0000-4000-8000-000000000001",
		second.Replace(dliPath) + "?tags=team%3Dreports,stage%3Dlive": "b0100000-0000-4000-8000-000000000001",
		second.Replace(channelsPath):                                  "f2000000000000000000000000000010",
		sub.Replace(servicesPath):                                     "50000000-0000-4000-8000-000000000003",
		sub.Replace(instancesPath):                                    "e0000000000000000000000000000003",
	}
	for i, name := range []string{"builtin", "cse", "cce", "cce_service", "nacos", "reference"} {
		paths[full+"?precise_search=name&name=full_"+name] = fmt.Sprintf("f200000000000000000000000000000%d", i+1)
	}
	for path, want := range paths {
		if ids, _ := readList(t, send(t, s, path, "", withKey)); strings.Join(ids, " ") != want {
			t.Errorf("%s: %s, want %s", path, ids, want)
		}
	}
}
