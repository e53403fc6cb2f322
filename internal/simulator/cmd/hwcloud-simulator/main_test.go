package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// output is standard output that can be read while it is written.
type output struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// serve runs the simulator until the test ends, or until the returned function is called. It returns
// the base URL, and what the simulator prints.
func serve(t *testing.T, args ...string) (url string, stdout, stderr *output, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, stderr = new(output), new(output)
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, args, nil, stdout, stderr) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if match := regexp.MustCompile(`^Listening on (\S+)\n`).FindStringSubmatch(stdout.String()); match != nil {
			return match[1], stdout, stderr, stop
		}
	}
	t.Fatal("the simulator does not listen")
	return
}

func TestRun(t *testing.T) {
	t.Parallel()
	url, stdout, stderr, stop := serve(t, "-connections", "12", "-v")
	service := url + "/cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services"
	for path, want := range map[string]string{
		"/" + simulator.ServiceID + "/connections":     `"total_count":2`,
		"/" + generatedServiceID + "/connections":      `"total_count":12`,
		"?endpoint_service_name=" + generatedServiceID: `"service_name":"cn-north-4.` + generatedServiceID,
	} {
		if status, body := get(t, service+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	stop()
	for _, want := range []string{
		`provider "hwcloud" {`, `vpcep = "` + url + `/{region}/vpcep"`, `access_key = "` + simulator.AccessKey + `"`,
		"HW_METADATA_ENDPOINT=" + url + "/metadata\n", "ACTIONS_ID_TOKEN_REQUEST_URL=" + url + "/github/idtoken",
		"Agency: " + simulator.AgencyName + ", domain " + simulator.AgencyDomainName,
		"\nProjects: 5\nregion cn-north-4, project cn-north-4 (" + simulator.ProjectID + "), endpoint services: 3, enhanced connections: 1, gateways: 2\n",
		"  endpoint service " + simulator.FullServiceName + " (" + simulator.FullServiceID + "), connections: 6\n",
		"  enhanced connection warehouse (b0100000-0000-4000-8000-000000000001)\n",
		"  gateway " + simulator.SecondInstanceName + " (" + simulator.SecondInstanceID + "), channels: 1\n    channel second_region (f2000000000000000000000000000010)\n",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, stdout)
		}
	}
	if lines := strings.Count(stderr.String(), "\n"); lines != 3 || !strings.Contains(stderr.String(), "GET cn-north-4 vpcep/v1/") {
		t.Errorf("the log is\n%s", stderr)
	}
}

// TestData serves a file, which replaces the built-in data, with a status that is not known.
func TestData(t *testing.T) {
	t.Parallel()
	var channels []string
	for i := range 1000 {
		channels = append(channels, fmt.Sprintf(`{"id":"c%d","name":"channel %d"}`, i, i))
	}
	file := writeFile(t, `{"projects":[{"id":"p1","name":"eu-west-101","endpoint_services":[
		{"id":"s1","service_name":"mine","status":"ready"}],"instances":[{"id":"g1","vpc_channels":[`+strings.Join(channels, ",")+`]}]}]}`)
	url, stdout, stderr, stop := serve(t, "-data", file)
	if status, body := get(t, url+"/eu-west-101/apig/v2/p1/apigw/instances/g1/vpc-channels"); !strings.Contains(body, `"total":1000`) {
		t.Errorf("got %d %s", status, body)
	}
	stop()
	if want := "Warning: " + file + ": line 2, /projects/0/endpoint_services/0/status: ready is not a status"; !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("got %q, want %q", stderr, want)
	}
	_, served, _ := strings.Cut(stdout.String(), "\nProjects: ")
	want := "1\nregion eu-west-101, project eu-west-101 (p1), endpoint services: 1, enhanced connections: 0, gateways: 1\n" +
		"  endpoint service mine (s1), connections: 0\n  gateway  (g1), channels: 1000\n    channel channel 0 (c0)\n"
	if !strings.HasPrefix(served, want) || !strings.HasSuffix(served, "    channel channel 19 (c19)\n") {
		t.Errorf("it serves\n%s", served)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-h"}, nil, io.Discard, &stderr)
	if !errors.Is(err, flag.ErrHelp) || strings.Count(stderr.String(), "Usage:") != 1 || !strings.Contains(stderr.String(), "-data file") {
		t.Errorf("%v\n%s", err, &stderr)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-address 0.0.0.0:0":     "not a loopback address",
		"-address nonsense":      `address "nonsense"`,
		"-data does-not-exist":   "-data: open does-not-exist: no such file or directory",
		"-data testdata":         "-data: read testdata: is a directory",
		"-data main.go":          "-data: main.go: line 1: ",
		"--":                     "no command after --",
		"-connections -1":        "invalid value",
		"-latency 20":            `invalid value "20" for flag -latency: time: missing unit in duration "20"`,
		"-unknown":               "flag provided but not defined: -unknown; hwcloud-simulator -h describes the flags",
		"terraform plan":         `unexpected argument "terraform"; a command to run follows --`,
		"import -data file":      `unexpected argument "import"`,
		"import cloud.json":      `unexpected argument "import"`,
		"-data main.go -- false": "-data: main.go: line 1: ",
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), strings.Fields(args), nil, &stdout, &stderr)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || stdout.Len()+stderr.Len() > 0 {
			t.Errorf("%s: %v\n%s%s", args, err, &stdout, &stderr)
		}
	}
}

func waitForFile(t *testing.T, dir, name string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if content, err := fs.ReadFile(os.DirFS(dir), name); err == nil && len(content) > 0 {
			return
		}
	}
	t.Fatalf("%s was not written", name)
}

// writeFile writes a file into a folder of its own.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cloud.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", simulator.Token)
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}
