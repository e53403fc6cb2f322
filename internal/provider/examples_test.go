package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const repository = "../.."

// doesWhatItsPageSays holds, by its folder, an example to more than that it runs.
var doesWhatItsPageSays = map[string]func(*testing.T, *workspace){
	"data-sources/hwcloud_vpcep_service_connections": func(t *testing.T, w *workspace) {
		state := w.mustRun(t, "state", "list")
		want := `terraform_data.acceptance["c1000000-0000-4000-8000-000000000002"]`
		if !strings.Contains(state, want) || strings.Count(state, "terraform_data.acceptance") != 1 {
			t.Errorf("accepted is not only %s:\n%s", want, state)
		}
	},
	"data-sources/hwcloud_dli_enhanced_connections": func(t *testing.T, w *workspace) {
		if plan := w.mustRun(t, "plan"); !strings.Contains(plan, "warehouse: queue queue_nightly") {
			t.Errorf("no warning of the queue that is not connected:\n%s", plan)
		}
	},
	"data-sources/hwcloud_apig_vpc_channel": func(t *testing.T, w *workspace) {
		state := w.mustRun(t, "state", "list")
		for _, address := range []string{"192.168.0.5", "192.168.1.124"} {
			if !strings.Contains(state, fmt.Sprintf("terraform_data.from_gateway[%q]", address)) {
				t.Errorf("no rule for %s:\n%s", address, state)
			}
		}
		w.server.Update(func(d *simulator.Data) {
			channels := d.APIG.Instances[simulator.InstanceID].Channels
			for i := range channels {
				channels[i].Entry = channels[i].With("members", []any{})
			}
		})
		if plan, code := w.run(t, "plan"); code != 1 || !strings.Contains(plan, "No member of VPC channel VPC_demo is healthy.") {
			t.Errorf("a channel that nobody serves did not stop the plan, which ended with %d:\n%s", code, plan)
		}
	},
	"two-regions": func(t *testing.T, w *workspace) {
		output := w.mustRun(t, "output")
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
	terraform := terraformPath(t)
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, executable("terraform-provider-hwcloud")), repository) //nolint:gosec // The test makes up the folder.
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, output)
	}

	checks := maps.Clone(doesWhatItsPageSays)
	for _, folder := range exampleFolders(t) {
		check := checks[folder]
		delete(checks, folder)
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, terraform, bin, folder)
			w.mustRun(t, "validate")
			if w.has("tests") {
				w.mustRun(t, "test")
				return
			}
			w.mustRun(t, "plan")
			w.mustRun(t, "apply", "-auto-approve")
			if plan, code := w.run(t, "plan", "-detailed-exitcode"); code != 0 {
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
	terraform := terraformPath(t)
	folder := filepath.Join(repository, "examples", "demo")
	before := filesIn(t, folder)

	command := exec.CommandContext(t.Context(), "./run")
	command.Dir = folder
	command.Env = environment("TF_ACC_TERRAFORM_PATH=" + terraform)
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

// terraformPath is the Terraform or OpenTofu that the tests run.
func terraformPath(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set. It names the Terraform or OpenTofu to test with; " +
			"`make test` finds one, or builds OpenTofu, and sets it.")
	}
	return path
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
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

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// workspace is a copy of an example with a simulated cloud of its own.
type workspace struct {
	server    *simulator.Server
	terraform string
	folder    string
	env       []string
}

func newWorkspace(t *testing.T, terraform, bin, example string) *workspace {
	t.Helper()
	w := &workspace{server: simulator.Start(t), terraform: terraform, folder: t.TempDir()}
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join(repository, "examples", example))); err != nil {
		t.Fatal(err)
	}
	// An override file changes the example's own provider block, or takes the place of one.
	w.write(t, "simulator_override.tf", fmt.Sprintf("provider \"hwcloud\" {\n  endpoints = {\n    vpcep = %q\n    dli = %q\n    apig = %q\n    iam = %q\n  }\n}\n",
		w.server.Endpoint("vpcep"), w.server.Endpoint("dli"), w.server.Endpoint("apig"), w.server.Endpoint("iam")))
	w.write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/hwcloud/hwcloud\" = %[1]q\n    \"registry.opentofu.org/hwcloud/hwcloud\" = %[1]q\n  }\n}\n", bin))
	w.env = environment(
		"TF_CLI_CONFIG_FILE="+filepath.Join(w.folder, "cli.tfrc"),
		"CHECKPOINT_DISABLE=1",
		"HW_REGION_NAME="+simulator.Region,
		"HW_ACCESS_KEY="+simulator.AccessKey,
		"HW_SECRET_KEY="+simulator.SecretKey,
		// Nothing listens there, so that nobody is asked for credentials.
		"HW_METADATA_ENDPOINT=http://127.0.0.1:9",
		"TF_CLI_ARGS_validate=-no-color", "TF_CLI_ARGS_plan=-no-color", "TF_CLI_ARGS_apply=-no-color", "TF_CLI_ARGS_test=-no-color",
	)
	return w
}

// environment is that of the test without settings for Terraform and the cloud, and with others.
func environment(others ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "HW_") || strings.HasPrefix(variable, "OS_") || strings.HasPrefix(variable, "TF_")
	})
	return append(own, others...)
}

func (w *workspace) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *workspace) has(name string) bool {
	_, err := os.Stat(filepath.Join(w.folder, name))
	return err == nil
}

// run runs a command of Terraform and returns all that it printed, and how it ended.
func (w *workspace) run(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), w.terraform, args...) //nolint:gosec // Who runs the test names Terraform.
	command.Dir = w.folder
	command.Env = w.env
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %s: %v", w.terraform, strings.Join(args, " "), err)
	}
	return string(printed), command.ProcessState.ExitCode()
}

// mustRun runs a command of Terraform that has to go well.
func (w *workspace) mustRun(t *testing.T, args ...string) string {
	t.Helper()
	output, code := w.run(t, args...)
	if code != 0 {
		t.Fatalf("%s %s ended with %d:\n%s", filepath.Base(w.terraform), strings.Join(args, " "), code, output)
	}
	return output
}
