package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// listening is the first line of standard output.
var listening = regexp.MustCompile(`^Listening on (\S+)\n`)

// serve runs the simulator, calls use with its URL, and returns what it has printed.
func serve(t *testing.T, args []string, use func(url string)) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	output, input := io.Pipe()
	var errors bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, args, nil, input, &errors) }()
	buffer := make([]byte, 1<<16) // The simulator writes everything at once.
	n, err := output.Read(buffer)
	match := listening.FindSubmatch(buffer[:n])
	if err != nil || match == nil {
		t.Fatalf("got %q, %v", buffer[:n], err)
	}
	use(string(match[1]))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return string(buffer[:n]), errors.String()
}

// wantPart reads from the simulator, and checks a part of the body.
func wantPart(t *testing.T, url, part string) {
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
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), part) {
		t.Errorf("%s: %d %s %v, want %s", url, response.StatusCode, body, err, part)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var base string
	stdout, stderr := serve(t, []string{"-connections", "12", "-latency", "1ms", "-v"}, func(url string) {
		base = url
		services := url + "/cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services"
		wantPart(t, services+"/"+simulator.ServiceID+"/connections", `"total_count":2`)
		wantPart(t, services+"/"+generatedServiceID+"/connections", `"total_count":12`)
		wantPart(t, services, `"service_name":"cn-north-4.`+generatedServiceID)
	})
	for _, want := range []string{
		`provider "hwcloud" {`, `vpcep = "` + base + `/{region}/vpcep"`, `access_key = "` + simulator.AccessKey + `"`,
		"HW_METADATA_ENDPOINT=" + base + "/metadata\n", "ACTIONS_ID_TOKEN_REQUEST_URL=" + base + "/github/idtoken",
		"Agency: " + simulator.AgencyName + ", domain " + simulator.AgencyDomainName, "\nProjects: 5\nregion cn-north-4, project cn-north-4 (" +
			simulator.ProjectID + "), endpoint services: 3, enhanced connections: 1, gateways: 2\n",
		"  endpoint service " + simulator.FullServiceName + " (" + simulator.FullServiceID + "), connections: 6\n",
		"  enhanced connection warehouse (b0100000-0000-4000-8000-000000000001)\n",
		"  gateway " + simulator.SecondInstanceName + " (" + simulator.SecondInstanceID + "), channels: 1\n    channel second_region (f2",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the output lacks %q:\n%s", want, stdout)
		}
	}
	if strings.Count(stderr, "\n") != 3 || !strings.Contains(stderr, "GET cn-north-4 vpcep/v1/") {
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
	stdout, stderr := serve(t, []string{"-data", file}, func(url string) {
		wantPart(t, url+"/eu-west-101/apig/v2/p1/apigw/instances/g1/vpc-channels", `"total":1000`)
	})
	warning := "Warning: " + file + ": line 2, /projects/0/endpoint_services/0/status: ready is not a status"
	if !strings.HasPrefix(stderr, warning) {
		t.Errorf("got %q, want %q", stderr, warning)
	}
	_, served, _ := strings.Cut(stdout, "\nProjects: ")
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
	busy := strings.TrimPrefix(simulator.Start(t).URL, "http://")
	const anotherAddress = "; set it to 127.0.0.1:PORT with a free port, or leave it out"
	const redirected = "import takes no arguments, but reads standard input: terraform show -json | hwcloud-simulator"
	for args, want := range map[string]string{
		"-address 0.0.0.0:0":        "-address: address \"0.0.0.0:0\" is not a loopback address" + anotherAddress,
		"-address 18085":            "missing port in address" + anotherAddress,
		"-address " + busy:          "address already in use" + anotherAddress,
		"-data does-not-exist":      "-data: open does-not-exist: no such file or directory",
		"-data main.go":             "-data: main.go: line 1: ",
		"--":                        "no command after --",
		"-data testdata/state.json": `state.json: line 1, /: must be an object with the list "projects"; for the output of terraform show`,
		"-- does-not-exist":         `there is no program "does-not-exist": write the command without quotes; for shell syntax, -- sh -c '…'`,
		"-- ./does-not-exist":       `there is no program "./does-not-exist": `,
		"-connections many":         `invalid value "many" for flag -connections: parse error; for example, -connections 1000 -latency 20ms`,
		"-latency 20":               `invalid value "20" for flag -latency: time: missing unit in duration "20"; for example, `,
		"-unknown":                  "flag provided but not defined: -unknown; hwcloud-simulator -h describes the flags",
		"terraform plan":            `unexpected argument "terraform"; a command to run follows --`,
		"import plan.json":          redirected,
		"import -h":                 redirected,
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), strings.Fields(args), nil, &stdout, &stderr)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || stdout.Len()+stderr.Len() > 0 {
			t.Errorf("%s: %v\n%s%s", args, err, &stdout, &stderr)
		}
	}
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
