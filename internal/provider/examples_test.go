package provider

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// exampleChecks check more of an example than that it can be planned and applied, by its folder.
var exampleChecks = map[string]func(*testing.T, *workspace){
	"data-sources/hwcloud_vpcep_service_connections": func(t *testing.T, w *workspace) {
		state := w.mustRun(t, nil, "state", "list")
		want := `terraform_data.acceptance["c1000000-0000-4000-8000-000000000002"]`
		if !strings.Contains(state, want) || strings.Count(state, "terraform_data.acceptance") != 1 {
			t.Errorf("accepted is not only %s:\n%s", want, state)
		}
		w.cloud.Update(func(d *simulator.Data) {
			connections := d.VPCEP.Services[simulator.FullServiceID].Connections
			for i := range connections {
				connections[i] = connections[i].With("status", "rejected")
			}
		})
		w.mustStop(t, "Nobody is connected to the endpoint service ledger.")
	},
	"data-sources/hwcloud_dli_enhanced_connections": func(t *testing.T, w *workspace) {
		if plan := w.mustRun(t, nil, "plan"); !strings.Contains(plan, "warehouse: queue queue_nightly") {
			t.Errorf("no warning of the queue that is not connected:\n%s", plan)
		}
		w.cloud.Update(func(d *simulator.Data) {
			connections := d.DLI.Projects[simulator.SecondProjectID]
			for i := range connections {
				connections[i] = connections[i].With("elastic_resource_pools", []any{object{"name": "pool", "status": "FAILED"}})
			}
		})
		w.mustStop(t, "A queue or an elastic resource pool of the connection archive has failed.")
		w.cloud.Update(func(d *simulator.Data) {
			connections := d.DLI.Projects[simulator.SecondProjectID]
			for i := range connections {
				connections[i] = connections[i].With("name", "unlike the examples")
			}
		})
		w.mustRun(t, nil, "plan")
	},
	"data-sources/hwcloud_apig_vpc_channel": func(t *testing.T, w *workspace) {
		mustNotHold(t, w, nacosPassword)
		w.cloud.Update(func(d *simulator.Data) {
			channels := d.APIG.Instances[simulator.InstanceID].Channels
			for i := range channels {
				channels[i] = channels[i].With("members", []any{})
			}
		})
		w.mustStop(t, "No member of VPC channel VPC_demo is healthy.")
	},
	"data-sources/hwcloud_apig_vpc_channels": func(t *testing.T, w *workspace) {
		mustNotHold(t, w, nacosPassword)
		state := w.mustRun(t, nil, "state", "list")
		for _, server := range []string{"192.0.2.41:8443", "192.0.2.51:8443", "192.0.2.52:8443", "192.0.2.71:8443"} {
			if !strings.Contains(state, fmt.Sprintf("terraform_data.from_gateway[%q]", server)) {
				t.Errorf("no rule for %s:\n%s", server, state)
			}
		}
		for _, unwanted := range []string{`[":`, "terraform_data.canary_route"} {
			if strings.Contains(state, unwanted) {
				t.Errorf("the state has %s:\n%s", unwanted, state)
			}
		}
		// The first channel that the reference channel refers to has members without addresses, the
		// second has this one.
		if output := w.mustRun(t, nil, "output", "servers_behind_references"); !strings.Contains(output, `"192.0.2.41"`) {
			t.Errorf("the server behind the reference channel is not in the output:\n%s", output)
		}
		w.cloud.Update(func(d *simulator.Data) {
			channels := d.APIG.Instances[simulator.FullInstanceID].Channels
			for i := range channels {
				members := []any{
					object{"id": "without-port", "host": "192.0.2.1"}, object{"id": "null", "host": "192.0.2.2", "port": nil},
					object{"id": "zero", "host": "192.0.2.3", "port": 0}, object{"id": "own", "host": "192.0.2.4", "port": 9000},
					object{"id": "empty", "host": "", "port": 9000}, object{"id": "no-host", "port": 9000},
				}
				channels[i] = channels[i].With("members", members).With("port", 8080+i%2)
			}
			channels[0] = channels[0].With("name", "canary")
		})
		w.mustRun(t, nil, "apply", "-auto-approve")
		state = w.mustRun(t, nil, "state", "list")
		for _, rule := range []string{
			`from_gateway["192.0.2.1:8080"]`, `from_gateway["192.0.2.2:8081"]`, `from_gateway["192.0.2.3:8080"]`,
			`from_gateway["192.0.2.4:9000"]`, `canary_route["f2000000000000000000000000000001"]`,
		} {
			if !strings.Contains(state, "terraform_data."+rule) {
				t.Errorf("the state lacks terraform_data.%s:\n%s", rule, state)
			}
		}
		if strings.Count(state, "from_gateway") != 7 {
			t.Errorf("there are other rules than those of four servers on two ports and one of them on its own:\n%s", state)
		}
	},
	"ephemeral-resources/hwcloud_apig_vpc_channel": func(t *testing.T, w *workspace) {
		mustNotHold(t, w, nacosPassword)
	},
	"two-regions": func(t *testing.T, w *workspace) {
		output := w.mustRun(t, nil, "output")
		for _, want := range []string{simulator.SecondRegion, simulator.SecondProjectID, `"withvpc"`, `"warehouse"`} {
			if !strings.Contains(output, want) {
				t.Errorf("the output lacks %s:\n%s", want, output)
			}
		}
	},
}

// nacosPassword is the one of the channel full_nacos.
const nacosPassword = "simulated-nacos-password"

// mustNotHold checks that a saved plan, the state and its JSON do not hold a secret.
func mustNotHold(t *testing.T, w *workspace, secret string) {
	t.Helper()
	w.mustRun(t, nil, "plan", "-out=saved")
	texts := w.texts(t)
	for _, arguments := range [][]string{{"show", "-json"}, {"show", "-json", "saved"}} {
		texts[strings.Join(arguments, " ")] = w.mustRun(t, nil, arguments...)
	}
	for name, text := range texts {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds %s", name, secret)
		}
	}
}

// mustStop checks that a plan fails with a message.
func (w *workspace) mustStop(t *testing.T, message string) {
	t.Helper()
	plan, code := w.terraform(t, nil, "plan")
	if code != 1 || !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(plan, "│", "")), " "), message) {
		t.Errorf("the plan ended with %d, want 1 and %q:\n%s", code, message, plan)
	}
}

// TestExamples runs each folder in examples/: it is valid, it can be planned and applied, and there
// is nothing to change afterwards. One with tests is a module, whose tests plan and apply it.
func TestExamples(t *testing.T) {
	t.Parallel()
	runExamples(t, func(folder string) bool { return !strings.HasPrefix(folder, ephemeralExamples) })
}

// TestEphemeralExamples runs the folders in examples/ that need ephemeral resources.
func TestEphemeralExamples(t *testing.T) {
	t.Parallel()
	runExamples(t, func(folder string) bool { return strings.HasPrefix(folder, ephemeralExamples) })
}

// ephemeralExamples begins the folders of examples that need Terraform 1.10 or OpenTofu 1.11.
const ephemeralExamples = "ephemeral-resources/"

func runExamples(t *testing.T, selected func(folder string) bool) {
	t.Helper()
	binary := buildProvider(t)
	checks := maps.Clone(exampleChecks)
	for _, folder := range exampleFolders(t) {
		if !selected(folder) {
			continue
		}
		check := checks[folder]
		delete(checks, folder)
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := newCloud(t).newExample(t, binary, folder)
			w.mustRun(t, nil, "get")
			w.mustRun(t, nil, "validate")
			if w.has("tests") {
				w.mustRun(t, nil, "test")
				if w.has("mocks") && canMock(t, w) {
					w.mustRun(t, []string{"HW_ACCESS_KEY=", "HW_SECRET_KEY="}, "test", "-test-directory=mocks")
				}
				return
			}
			w.mustRun(t, nil, "plan")
			w.mustRun(t, nil, "apply", "-auto-approve")
			if plan, code := w.terraform(t, nil, "plan", "-detailed-exitcode"); code != 0 {
				t.Fatalf("the second plan ended with %d, want 0 for no changes:\n%s", code, plan)
			}
			if check != nil {
				check(t, w)
			}
		})
	}
	for folder := range checks {
		if selected(folder) {
			t.Errorf("there is no examples/%s any more", folder)
		}
	}
}

// canMock reports whether tests can replace modules: since Terraform 1.7 and OpenTofu 1.8.
func canMock(t *testing.T, w *workspace) bool {
	t.Helper()
	output := w.mustRun(t, nil, "version")
	var program string
	var minor int
	if _, err := fmt.Sscanf(output, "%s v1.%d.", &program, &minor); err != nil {
		t.Fatalf("no version: %v\n%s", err, output)
	}
	return minor >= 8 || minor == 7 && program == "Terraform"
}

// TestExampleDemo runs what `make demo` runs.
func TestExampleDemo(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(repository, "examples", "demo")
	before := filesIn(t, folder)

	command := exec.CommandContext(t.Context(), "./run")
	command.Dir = folder
	command.Env = withoutSettings("TF_ACC_TERRAFORM_PATH=" + terraformPath(t))
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("examples/demo/run: %v\n%s", err, output)
	}
	for _, want := range []string{
		`"adb7b229-bb11-4072-bcc0-3327cd784263" = "accepted"`, `"withvpc" = "22094d8f-c310-4621-913d-4c4d655d8495"`,
		`"192.168.1.124" = "unhealthy"`, `"56a7d7358e1b42459c9d730d65b14e59" = "VPC_demo, port 22"`,
		"2 added, 0 changed, 0 destroyed", "No changes.",
	} {
		if !bytes.Contains(output, []byte(want)) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Logf("the output is\n%s", output)
	}
	if diff := cmp.Diff(before, filesIn(t, folder)); diff != "" {
		t.Errorf("the demo left something behind (-before +after)\n%s", diff)
	}
}

// exampleFolders are the folders in examples/ with a configuration, by their path from there. A
// folder in one of them is part of that example.
func exampleFolders(t *testing.T) []string {
	t.Helper()
	var folders []string
	for _, file := range filesIn(t, filepath.Join(repository, "examples")) {
		if folder := filepath.ToSlash(filepath.Dir(file)); filepath.Ext(file) == ".tf" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	all := slices.Clone(folders)
	folders = slices.DeleteFunc(folders, func(folder string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(folder, other+"/") })
	})
	if len(folders) == 0 {
		t.Fatal("examples/ has no configuration")
	}
	return folders
}

// newExample makes a workspace with a copy of an example.
func (c *cloud) newExample(t *testing.T, binary, example string) *workspace {
	t.Helper()
	w := c.emptyWorkspace(t, binary)
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join(repository, "examples", example))); err != nil {
		t.Fatal(err)
	}
	// An override file changes the example's own provider block, or takes the place of one.
	w.write(t, "simulator_override.tf", c.block())
	return w
}
