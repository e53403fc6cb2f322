package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// stateValues are the values of all data sources in the output of `terraform show -json`, by
// address.
func stateValues(t *testing.T, state string) map[string]object {
	t.Helper()
	decoded := decode[struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string `json:"address"`
					Values  object `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}](t, []byte(state))
	values := map[string]object{}
	for _, r := range decoded.Values.RootModule.Resources {
		values[r.Address] = r.Values
	}
	return values
}

// TestImportRoundTrip looks everything up in one cloud, imports its state into a file, and looks the
// same up in a simulator that serves the file.
func TestImportRoundTrip(t *testing.T) {
	t.Parallel()
	const (
		project, second = "b0000000000000000000000000000001", "b0000000000000000000000000000002"
		service         = "90000000-0000-4000-8000-000000000001"
		gateway         = "f9000000000000000000000000000001"
		nacos           = "f2000000000000000000000000000005" // The channel of the gateway that is copied.
	)
	binary, programs := buildProvider(t), buildSimulator(t)
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		for id, region := range map[string]string{project: simulator.Region, second: simulator.SecondRegion} {
			d.IAM.Projects = append(d.IAM.Projects, simulator.Project{ID: id, Name: region + "_shop", Region: region, DomainID: simulator.DomainID})
		}
		d.VPCEP.Services[service] = &simulator.EndpointService{
			ProjectID: project, Connections: append(simulator.Connections(20), d.VPCEP.Services[simulator.FullServiceID].Connections...),
			Details: d.VPCEP.Services[simulator.FullServiceID].Details.With("service_name", simulator.Region+".shop."+service),
		}
		d.DLI.Projects[project], d.DLI.Projects[second] = simulator.EnhancedConnections(120), d.DLI.Projects[simulator.SecondProjectID]
		d.APIG.Instances[gateway] = &simulator.Instance{
			ProjectID: project, Channels: d.APIG.Instances[simulator.FullInstanceID].Channels,
			Details: d.APIG.Instances[simulator.FullInstanceID].Details.With("instance_name", "shop-gateway"),
		}
	})
	for _, name := range simulator.Services {
		c.environment["HW_ENDPOINT_"+strings.ToUpper(name)] = c.Endpoint(name)
	}
	c.environment["HW_PROJECT_ID"] = project

	var text strings.Builder
	text.WriteString("provider \"hwcloud\" {\n  region = \"" + simulator.Region + "\"\n}\n")
	addresses := 0
	byID, byName := object{"instance_id": gateway}, object{"instance_name": "shop-gateway"}
	for source, lookups := range map[string][]object{
		serviceConnectionsSource: {
			{"service_id": service}, {"service_name": "shop", "status": "accepted"},
			{"service_id": service, "limit": 3, "offset": 2, "sort_dir": "asc"},
		},
		enhancedConnectionsSource: {nil, {"limit": 3}, {"region": simulator.SecondRegion, "project_id": second}},
		vpcChannelSource: {
			merge(byID, object{"vpc_channel_id": nacos}), merge(byName, object{"name": "full_cse"}),
			merge(byID, object{"name": "full_nacos", "omit_secrets": true}),
		},
		"hwcloud_vpcep_services": {nil}, "hwcloud_apig_instances": {nil},
		vpcChannelsSource: {byID, merge(byName, object{"name": "full_builtin"}), merge(byName, object{"omit_secrets": true})},
	} {
		for i, set := range lookups {
			text.WriteString(dataBlock(fmt.Sprintf("%s.d%d", source, i), merge(object{"project_id": project}, set)))
			addresses++
		}
	}
	for source := range dataSources {
		if !strings.Contains(text.String(), `"`+source+`"`) {
			t.Errorf("there is no lookup of %s", source)
		}
	}

	first := c.newWorkspace(t, binary, text.String())
	first.mustRun(t, nil, "apply", "-auto-approve")
	state := first.mustRun(t, nil, "show", "-json")
	want := stateValues(t, strings.ReplaceAll(state, "simulated-nacos-password", "simulated-sensitive-value"))
	if len(want) != addresses || !strings.Contains(state, "simulated-nacos-password") {
		t.Fatalf("%d data sources in the first state, want %d with the password", len(want), addresses)
	}

	program := filepath.Join(programs, "hwcloud-simulator")
	importing := first.command(t, nil)
	importing.Path, importing.Args, importing.Stdin = program, []string{program, "import"}, strings.NewReader(state)
	data, err := importing.Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cloud.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}

	other := newCloud(t).newWorkspace(t, binary, text.String())
	serving := other.command(t, nil)
	serving.Path, serving.Args = program, []string{program, "-data", file, "--", other.path, "apply", "-auto-approve"}
	if output, err := serving.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if diff := cmp.Diff(want, stateValues(t, other.mustRun(t, nil, "show", "-json"))); diff != "" {
		t.Errorf("(-first +second)\n%.4000s", diff)
	}
}

// TestModuleTestsStayOnTheMachine tests the example module with the simulator and the environment
// of an account. A proxy sees the requests to other machines, of which there are none.
func TestModuleTestsStayOnTheMachine(t *testing.T) {
	t.Parallel()
	binary, programs := buildProvider(t), buildSimulator(t)
	var left atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		left.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(proxy.Close)
	account := []string{
		"HW_ACCESS_KEY=key-of-an-account", "HW_SECRET_KEY=secret-of-an-account", "HW_PROJECT_ID=b0000000000000000000000000000009",
		"HW_REGION_NAME=eu-west-101", "HW_ASSUME_ROLE_AGENCY_NAME=agency-of-an-account", "HW_ASSUME_ROLE_DOMAIN_NAME=domain-of-an-account",
		"HW_MAX_RETRIES=0", "HTTPS_PROXY=" + proxy.URL, "HTTP_PROXY=" + proxy.URL, "https_proxy=" + proxy.URL, "http_proxy=" + proxy.URL,
		"NO_PROXY=", "no_proxy=",
	}
	w := newCloud(t).emptyWorkspace(t, binary)
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join(repository, "examples", "module"))); err != nil {
		t.Fatal(err)
	}
	w.mustRun(t, nil, "get")
	program := filepath.Join(programs, "hwcloud-simulator")
	testing := w.command(t, account)
	testing.Path, testing.Args = program, []string{program, "--", w.path, "test"}
	if output, err := testing.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	if n := left.Load(); n != 0 {
		t.Errorf("%d requests left the machine", n)
	}
	// Without the simulator they would.
	if output, code := w.terraform(t, account, "test"); code == 0 || left.Load() == 0 {
		t.Errorf("the tests against the account ended with %d after %d requests\n%s", code, left.Load(), output)
	}
}
