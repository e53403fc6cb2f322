package client

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// metadataClient returns a client whose keys are those of the simulated metadata service.
func metadataClient(t *testing.T, server *simulator.Server) *Client {
	t.Helper()
	return newClient(t, Config{
		Region: simulator.Region, ProjectID: simulator.ProjectID, Credentials: Metadata{Endpoint: server.MetadataURL() + "/"},
		Endpoints: map[string]string{DLI: server.Endpoint("dli")}, UserAgent: "test", MaxRetries: 3,
	})
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*simulator.Metadata)
		want   []int
	}{
		"token":           {func(m *simulator.Metadata) { m.TokenRequired = true }, []int{200, 200}},
		"not found":       {func(m *simulator.Metadata) { m.TokenStatus = http.StatusNotFound }, []int{404, 200}},
		"not allowed":     {func(m *simulator.Metadata) { m.TokenStatus = http.StatusMethodNotAllowed }, []int{405, 200}},
		"not available":   {func(m *simulator.Metadata) { m.TokenStatus = http.StatusServiceUnavailable }, []int{503, 200}},
		"forbidden":       {func(m *simulator.Metadata) { m.TokenStatus = http.StatusForbidden }, []int{403}},
		"no agency":       {func(m *simulator.Metadata) { m.DomainID = "" }, []int{200, 404}},
		"no response":     {func(m *simulator.Metadata) { m.Absent = true }, []int{0}},
		"token is needed": {func(m *simulator.Metadata) { m.TokenStatus, m.TokenRequired = http.StatusNotFound, true }, []int{404, 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			server.Update(func(d *simulator.Data) { tt.change(&d.Metadata) })
			c := metadataClient(t, server)
			_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
			var statuses []int
			for _, r := range server.Requests() {
				if r.Service == "metadata" {
					statuses = append(statuses, r.Status)
				}
				if r.Service == "metadata" && r.Header.Get("User-Agent") != "test" {
					t.Errorf("the user agent is %q", r.Header.Get("User-Agent"))
				}
				if r.Method == http.MethodPut && r.Header.Get("X-Metadata-Token-Ttl-Seconds") != "21600" {
					t.Errorf("the token was requested for %q seconds", r.Header.Get("X-Metadata-Token-Ttl-Seconds"))
				}
			}
			// Nothing is retried.
			if diff := cmp.Diff(tt.want, statuses); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if ok := tt.want[len(tt.want)-1] == http.StatusOK; ok && err != nil || !ok && !is[*NoCredentialsError](err) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestMetadataTimeout is two seconds in total, not for each request.
func TestMetadataTimeout(t *testing.T) {
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
			begin := time.Now()
			_, err := metadataClient(t, server).EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
			if took := time.Since(begin); !is[*NoCredentialsError](err) || took < 1900*time.Millisecond || took > 5*time.Second {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
}

// proxyVariable is set in the process that TestMetadataTakesNoProxy starts with another
// environment: the standard library reads the variables of proxies once.
const proxyVariable = "HWCLOUD_TEST_PROXY"

// TestMetadataTakesNoProxy keeps the keys of a machine from the proxy of the environment, to which
// other requests go. The address of both is not in use anywhere.
func TestMetadataTakesNoProxy(t *testing.T) {
	t.Parallel()
	const unused = "http://192.0.2.1"
	if os.Getenv(proxyVariable) == "" {
		server := simulator.Start(t)
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMetadataTakesNoProxy$") //nolint:gosec // It is this test.
		command.Env = append(os.Environ(), proxyVariable+"=set", "HTTP_PROXY="+server.URL, "http_proxy="+server.URL, "NO_PROXY=", "no_proxy=")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		requests := server.Requests()
		if len(requests) != 1 || !strings.HasSuffix(requests[0].Path, "/datasource/enhanced-connections") {
			t.Errorf("the proxy got %d requests, want one read: %v", len(requests), requests)
		}
		return
	}
	for _, credentials := range []Credentials{Metadata{Endpoint: unused}, Token("t")} {
		c := newClient(t, Config{Region: "r", Credentials: credentials, Endpoints: map[string]string{DLI: unused}})
		_, err := c.EnhancedConnections(t.Context(), Scope{"r", "p"}, EnhancedConnectionsQuery{})
		if _, signsIn := credentials.(Metadata); err == nil || signsIn != is[*NoCredentialsError](err) {
			t.Errorf("%T: %v", credentials, err)
		}
	}
}

// TestMetadataFailsForAWhile has the service fail once in one of several ways. That is not
// remembered: the next read has the keys. A refusal is remembered.
func TestMetadataFailsForAWhile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		action    simulator.Action
		permanent bool
	}{
		"500":       {simulator.Empty(http.StatusInternalServerError), false},
		"502":       {simulator.HTML(http.StatusBadGateway), false},
		"408":       {simulator.Empty(http.StatusRequestTimeout), false},
		"429":       {simulator.Empty(http.StatusTooManyRequests), false},
		"timeout":   {simulator.StallHeaders(), false},
		"cut":       {simulator.CutBody(), false},
		"reset":     {simulator.Reset(), false},
		"no keys":   {simulator.Respond(http.StatusOK, nil, `{"credential":{}}`), false},
		"a page":    {simulator.HTML(http.StatusOK), false},
		"no agency": {simulator.Empty(http.StatusNotFound), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			server.Inject(simulator.Fault{Service: "metadata", Path: metadataKeysPath, Times: 1, Action: tt.action})
			c := metadataClient(t, server)
			for _, ok := range []bool{false, !tt.permanent} {
				_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
				if ok && err != nil || !ok && !is[*NoCredentialsError](err) {
					t.Errorf("%v, want success: %t", err, ok)
				}
			}
		})
	}
}

// TestMetadataRefresh has the service fail at the time of the first refresh: the keys are still
// valid, so reads go on.
func TestMetadataRefresh(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]simulator.Action{
		"500": simulator.Empty(http.StatusInternalServerError), "404": simulator.Empty(http.StatusNotFound), "timeout": simulator.StallHeaders(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			server.Update(func(d *simulator.Data) { d.Metadata.KeyLifetime = 4 * time.Second })
			c := metadataClient(t, server)
			read := func() error {
				_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
				return err
			}
			if err := read(); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			server.Inject(simulator.Fault{Service: "metadata", Times: 1, Action: action})
			// The refresh is due after four fifths of the lifetime.
			time.Sleep(3300*time.Millisecond - time.Since(begin))
			due := time.Now()
			if err := read(); err != nil {
				t.Error(err)
			}
			waitFor(t, "the refresh", func() bool {
				return server.Count(func(r simulator.Request) bool { return r.Service == "metadata" }) >= 3
			})
			// A read that waited for the refresh would wait for its timeout of 2 s.
			if err := read(); err != nil || time.Since(due) > 1500*time.Millisecond {
				t.Errorf("after %s: %v", time.Since(due), err)
			}
			if name == "timeout" {
				return
			}
			time.Sleep(4100*time.Millisecond - time.Since(begin))
			if err := read(); err != nil {
				t.Errorf("after the expiry: %v", err)
			}
		})
	}
}

// TestMetadataUserInfo is redacted, whatever the service responds.
func TestMetadataUserInfo(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*simulator.Metadata){
		"refused":     func(m *simulator.Metadata) { m.TokenStatus = http.StatusForbidden },
		"no response": func(m *simulator.Metadata) { m.Absent = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Start(t)
			server.Update(func(d *simulator.Data) { change(&d.Metadata) })
			var logged strings.Builder
			c := newClient(t, Config{
				Region: simulator.Region, Credentials: Metadata{Endpoint: strings.Replace(server.MetadataURL(), "://", "://somebody:hunter2@", 1)},
				Log: func(_ context.Context, _ string, fields map[string]any) { fmt.Fprintln(&logged, fields) },
			})
			_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
			if !is[*NoCredentialsError](err) || !strings.Contains(err.Error(), server.MetadataURL()) {
				t.Errorf("the error is %v", err)
			}
			for _, text := range []string{fmt.Sprint(err), logged.String()} {
				if strings.Contains(text, "hunter2") || strings.Contains(text, "somebody") {
					t.Errorf("the user info is in %s", text)
				}
			}
			if !strings.Contains(logged.String(), metadataTokenPath) {
				t.Errorf("the log is %s", &logged)
			}
		})
	}
	c := newClient(t, Config{Region: simulator.Region, Credentials: Metadata{Endpoint: "http://somebody:hunter2@[::1"}})
	if _, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{}); !is[*NoCredentialsError](err) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an invalid address: %v", err)
	}
}

func TestMetadataAddress(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{"": "http://169.254.169.254", "http://h/": "http://h", "http://h/base": "http://h/base"} {
		if got := (Metadata{Endpoint: endpoint}).address(); got != want {
			t.Errorf("%q is %q, want %q", endpoint, got, want)
		}
	}
}

// TestMetadataRedirect does not follow a redirect to another host.
func TestMetadataRedirect(t *testing.T) {
	t.Parallel()
	other := serving(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the other server got %s", r.URL) })
	server := simulator.Start(t)
	server.Inject(simulator.Fault{Service: "metadata", Path: metadataKeysPath, Action: simulator.Redirect(302, other.URL)})
	if _, err := metadataClient(t, server).EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{}); !is[*NoCredentialsError](err) {
		t.Errorf("the error is %v", err)
	}
}
