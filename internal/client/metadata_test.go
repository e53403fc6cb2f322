package client

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// metadataClient takes its keys from the simulated metadata.
func metadataClient(t *testing.T, server *simulator.Server) *Client {
	t.Helper()
	c, err := New(Config{
		Region: simulator.Region, ProjectID: simulator.ProjectID, Credentials: Metadata{Endpoint: server.MetadataURL() + "/"},
		Endpoints: map[string]string{DLI: server.Endpoint("dli")}, UserAgent: "test", MaxRetries: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*simulator.Metadata)
		want   []int
	}{
		"token":           {func(m *simulator.Metadata) { m.TokenRequired = true }, []int{200, 200}},
		"not found":       {func(m *simulator.Metadata) { m.TokenStatus = http.StatusNotFound }, []int{404, 200}},
		"not allowed":     {func(m *simulator.Metadata) { m.TokenStatus = http.StatusMethodNotAllowed }, []int{405, 200}},
		"not available":   {func(m *simulator.Metadata) { m.TokenStatus = http.StatusServiceUnavailable }, []int{503, 200}},
		"forbidden":       {func(m *simulator.Metadata) { m.TokenStatus = http.StatusForbidden }, []int{403}},
		"no agency":       {func(m *simulator.Metadata) { m.DomainID = "" }, []int{200, 404}},
		"nobody answers":  {func(m *simulator.Metadata) { m.Absent = true }, []int{0}},
		"token is needed": {func(m *simulator.Metadata) { m.TokenStatus, m.TokenRequired = http.StatusNotFound, true }, []int{404, 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			server.Update(func(d *simulator.Data) { test.change(&d.Metadata) })
			c := metadataClient(t, server)
			_, err := c.EnhancedConnections(t.Context(), Scope{simulator.Region, simulator.ProjectID}, EnhancedConnectionsQuery{})
			var statuses []int
			for _, r := range server.Requests() {
				if r.Service == "metadata" {
					statuses = append(statuses, r.Status)
				}
				if r.Method == http.MethodPut && r.Header.Get("X-Metadata-Token-Ttl-Seconds") == "" {
					t.Error("the token was asked for without its life")
				}
			}
			// Nothing is tried again.
			if diff := cmp.Diff(test.want, statuses); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var none *NoCredentialsError
			if whole := test.want[len(test.want)-1] == http.StatusOK; whole && err != nil || !whole && !errors.As(err, &none) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestMetadataIsGivenUp waits two seconds in all, not for each request.
func TestMetadataIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"headers":      {Action: simulator.StallHeaders()},
		"body":         {Action: simulator.StallBody()},
		"after a wait": {Action: simulator.Delay(1500 * time.Millisecond)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			fault.Service = "metadata"
			server.Inject(fault)
			begun := time.Now()
			_, err := metadataClient(t, server).EnhancedConnections(t.Context(), Scope{simulator.Region, simulator.ProjectID}, EnhancedConnectionsQuery{})
			var none *NoCredentialsError
			if took := time.Since(begun); !errors.As(err, &none) || took < 1900*time.Millisecond || took > 5*time.Second {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
}

// proxyVariable has TestMetadataTakesNoProxy be the process behind the proxy
// that it names: the standard library reads the proxy's variables once.
const proxyVariable = "HWCLOUD_TEST_PROXY"

// TestMetadataTakesNoProxy keeps the keys of a machine from a proxy, to which
// other requests go. Both are for an address that is nobody's.
func TestMetadataTakesNoProxy(t *testing.T) {
	t.Parallel()
	const nobody = "http://192.0.2.1"
	if os.Getenv(proxyVariable) == "" {
		server := simulator.Start(t)
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMetadataTakesNoProxy$") //nolint:gosec // It is this test itself.
		command.Env = append(os.Environ(), proxyVariable+"=set", "HTTP_PROXY="+server.URL, "http_proxy="+server.URL, "NO_PROXY=", "no_proxy=")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		requests := server.Requests()
		if len(requests) != 1 || !strings.HasSuffix(requests[0].Path, enhancedConnectionsPath[len("/v2.0/{project_id}"):]) {
			t.Errorf("the proxy had %d requests, want the one lookup: %v", len(requests), requests)
		}
		return
	}
	for _, credentials := range []Credentials{Metadata{Endpoint: nobody}, Token("t")} {
		c, err := New(Config{Region: "r", Credentials: credentials, Endpoints: map[string]string{DLI: nobody}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.EnhancedConnections(t.Context(), Scope{"r", "p"}, EnhancedConnectionsQuery{})
		var none *NoCredentialsError
		if _, asks := credentials.(Metadata); err == nil || asks != errors.As(err, &none) {
			t.Errorf("%T: %v", credentials, err)
		}
	}
}
