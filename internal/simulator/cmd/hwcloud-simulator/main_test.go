package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data", "vpcep")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "mine.json"), []byte(`{"connections":[{"id":"only"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	urlFile := filepath.Join(dir, "url")
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{
			"-data", filepath.Join(dir, "data"), "-url-file", urlFile, "-connections", "12", "-fault", "vpcep:503:1", "-v",
		}, nil, &stdout, &stderr)
	}()
	url := waitForFile(t, dir, "url")
	service := url + "/cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/"
	for _, want := range []struct {
		path, text string
		status     int
	}{
		{"mine/connections", "Simulated.503", http.StatusServiceUnavailable},
		{"mine/connections", `"id":"only"`, http.StatusOK},
		{generatedServiceID + "/connections", `"total_count":12`, http.StatusOK},
	} {
		status, body := get(t, service+want.path)
		if status != want.status || !strings.Contains(body, want.text) {
			t.Errorf("%s: %d %s", want.path, status, body)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Listening on " + url + "\n", `provider "hwcloud" {`, `vpcep = "` + url + `/{region}/vpcep"`,
		`access_key = "` + simulator.AccessKey + `"`, "HW_METADATA_ENDPOINT=" + url + "/metadata\n",
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + url + "/github/idtoken", "Agency: " + simulator.AgencyName + ", domain " + simulator.AgencyDomainName,
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &stdout)
		}
	}
	if lines := strings.Count(stderr.String(), "\n"); lines != 3 || !strings.Contains(stderr.String(), "GET cn-north-4 vpcep/v1/") {
		t.Errorf("the log is\n%s", &stderr)
	}
}

func TestDataFolderIsNamed(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]string{
		"does-not-exist": "-data: stat does-not-exist: no such file or directory", "main.go": "-data: main.go is not a folder",
	} {
		if err := run(t.Context(), []string{"-data", dir}, nil, io.Discard, io.Discard); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// listLines returns the lines that the arguments print, without repeated spaces.
func listLines(t *testing.T, args ...string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), args, nil, &stdout, &stderr); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %v %s", args, err, &stderr)
	}
	var lines []string
	for line := range strings.Lines(stdout.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

func TestList(t *testing.T) {
	t.Parallel()
	lines := listLines(t, "list")
	for _, want := range []string{
		"account example-domain " + simulator.DomainID,
		"access key " + simulator.AccessKey + " secret key " + simulator.SecretKey,
		"user " + simulator.UserID + " " + simulator.UserName + ", password " + simulator.Password,
		"token " + simulator.Token + " of project " + simulator.ProjectID,
		"identity provider " + simulator.IdentityProviderID + " ID token " + simulator.IDToken,
		"agency " + simulator.AgencyName + " for account " + simulator.DomainName,
		"region cn-north-4, project cn-north-4 " + simulator.ProjectID,
		"endpoint service " + simulator.FullServiceID + " " + simulator.FullServiceName + ", connections: 6",
		"enhanced connection b0100000-0000-4000-8000-000000000001 warehouse",
		"gateway " + simulator.SecondInstanceID + " " + simulator.SecondInstanceName,
		"channel " + simulator.ServerChannelID + " VPC_demo",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	project := slices.Index(lines, "region cn-north-4, project cn-north-4 "+simulator.AgencyProjectID)
	if account := slices.Index(lines, "account "+simulator.AgencyDomainName+" "+simulator.AgencyDomainID); account < 0 || project != account+2 {
		t.Errorf("the agency's project is not below its account:\n%s", strings.Join(lines, "\n"))
	}
}

func TestListFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"vpcep/mine.json": `{"connections":[{}]}`})
	for _, args := range [][]string{
		{"list", "-data", dir, "-connections", "3"}, {"-data", dir, "-connections", "3", "list"}, {"-data", dir, "list", "-connections", "3"},
	} {
		lines := listLines(t, args...)
		for _, want := range []string{
			"endpoint service mine cn-north-4.mine, connections: 1",
			"endpoint service " + generatedServiceID + " cn-north-4." + generatedServiceID + ", connections: 3",
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("%v: no line %q in\n%s", args, want, strings.Join(lines, "\n"))
			}
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-h"}, {"list", "-help"}, {"import", "-h"}} {
		var stderr bytes.Buffer
		err := run(t.Context(), args, nil, io.Discard, &stderr)
		if !errors.Is(err, flag.ErrHelp) || strings.Count(stderr.String(), "Usage:") != 1 ||
			!strings.Contains(stderr.String(), "hwcloud-simulator import -data DIR") || !strings.Contains(stderr.String(), "-url-file file") {
			t.Errorf("%v: %v\n%s", args, err, &stderr)
		}
	}
}

// TestFlagErrorIsShort checks that a wrong flag does not print the usage.
func TestFlagErrorIsShort(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-unknown"}, {"list", "-unknown"}, {"-fault", "vpcep:nonsense"}} {
		var stderr bytes.Buffer
		err := run(t.Context(), args, nil, io.Discard, &stderr)
		if err == nil || strings.Contains(err.Error(), "\n") || stderr.Len() > 0 {
			t.Errorf("%v: %v\n%s", args, err, &stderr)
		}
	}
}

func waitForFile(t *testing.T, dir, name string) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if content, err := fs.ReadFile(os.DirFS(dir), name); err == nil && len(content) > 0 {
			return strings.TrimSpace(string(content))
		}
	}
	t.Fatal("the URL was not written")
	return ""
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

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-address", "0.0.0.0:0"},
		{"-address", "nonsense"},
		{"-data", "does-not-exist"},
		{"-data", "main.go"},
		{"--"},
		{"list", "argument"},
		{"list", "-data", "does-not-exist"},
		{"import"},
		{"import", "-data", "unused", "argument"},
		{"-fault", "vpcep"},
		{"-fault", "ecs:503"},
		{"-fault", "vpcep:nonsense"},
		{"-fault", "vpcep:200"},
		{"-fault", "vpcep:503:0"},
		{"-fault", "vpcep:delay=soon"},
		{"-fault", "vpcep:delay=-1s"},
		{"-fault", "vpcep:throttle"},
		{"-fault", "vpcep:throttle=-1"},
		{"-fault", "vpcep:throttle=soon"},
		{"-fault", "vpcep:reset=1"},
		{"list", "-fault", "vpcep:reset"},
		{"list", "--", "true"},
		{"import", "-data", "unused", "-connections", "1"},
		{"list", "import"},
		{"-connections", "-1"},
		{"-unknown"},
		{"argument"},
		{"-url-file", filepath.Join("does-not-exist", "url")},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			if err := run(t.Context(), args, nil, io.Discard, io.Discard); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestFaultFlag(t *testing.T) {
	t.Parallel()
	var faults faultFlag
	for _, text := range []string{
		"*:html", "vpcep:empty:3", "dli:cut", "apig:stall", "iam:stall-body", "metadata:reset", "dli:delay=2s", "dli:throttle=3:2", "apig:504", "*:429", "github:500",
	} {
		if err := faults.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if faults[0].Service != "" || faults[1].Service != "vpcep" || faults[1].Times != 3 || faults[7].Times != 2 {
		t.Errorf("got %+v", faults)
	}
}
