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

// doesWhatItsPageSays holds, by its folder, an example to more than that it runs.
var doesWhatItsPageSays = map[string]func(*testing.T, *workspace){
	"data-sources/hwcloud_vpcep_service_connections": func(t *testing.T, w *workspace) {
		state := w.mustRun(t, nil, "state", "list")
		want := `terraform_data.acceptance["c1000000-0000-4000-8000-000000000002"]`
		if !strings.Contains(state, want) || strings.Count(state, "terraform_data.acceptance") != 1 {
			t.Errorf("accepted is not only %s:\n%s", want, state)
		}
	},
	"data-sources/hwcloud_dli_enhanced_connections": func(t *testing.T, w *workspace) {
		if plan := w.mustRun(t, nil, "plan"); !strings.Contains(plan, "warehouse: queue queue_nightly") {
			t.Errorf("no warning of the queue that is not connected:\n%s", plan)
		}
	},
	"data-sources/hwcloud_apig_vpc_channel": func(t *testing.T, w *workspace) {
		state := w.mustRun(t, nil, "state", "list")
		for _, address := range []string{"192.168.0.5", "192.168.1.124"} {
			if !strings.Contains(state, fmt.Sprintf("terraform_data.from_gateway[%q]", address)) {
				t.Errorf("no rule for %s:\n%s", address, state)
			}
		}
		w.cloud.Update(func(d *simulator.Data) {
			channels := d.APIG.Instances[simulator.InstanceID].Channels
			for i := range channels {
				channels[i].Entry = channels[i].With("members", []any{})
			}
		})
		if plan, code := w.terraform(t, nil, "plan"); code != 1 || !strings.Contains(plan, "No member of VPC channel VPC_demo is healthy.") {
			t.Errorf("a channel that nobody serves did not stop the plan, which ended with %d:\n%s", code, plan)
		}
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

// TestExamples runs each folder in examples/: it is valid, it can be planned and
// applied, and there is nothing to change afterwards. One with tests is a module,
// whose tests plan and apply it.
func TestExamples(t *testing.T) {
	t.Parallel()
	binary := buildProvider(t)
	checks := maps.Clone(doesWhatItsPageSays)
	for _, folder := range exampleFolders(t) {
		check := checks[folder]
		delete(checks, folder)
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := newCloud(t).newExample(t, binary, folder)
			w.mustRun(t, nil, "validate")
			if w.has("tests") {
				w.mustRun(t, nil, "test")
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
		t.Errorf("there is no examples/%s any more", folder)
	}
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
		"adb7b229-bb11-4072-bcc0-3327cd784263", "2018-09-17T11:10:12Z", // a connection to the endpoint service
		"resource_mode_1", "2019-08-27T06:40:11.125Z", // an enhanced connection
		"VPC_demo", "192.168.1.124", // the channel
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

// exampleFolders are the folders in examples/ with a configuration, by their path from there.
func exampleFolders(t *testing.T) []string {
	t.Helper()
	var folders []string
	for _, file := range filesIn(t, filepath.Join(repository, "examples")) {
		if folder := filepath.ToSlash(filepath.Dir(file)); filepath.Ext(file) == ".tf" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
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
