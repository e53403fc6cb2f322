package provider

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestExamples runs each folder in examples/: it can be planned and applied, there is nothing to
// change afterwards, and no password is left behind.
func TestExamples(t *testing.T) {
	t.Parallel()
	runExamples(t, false)
}

// TestEphemeralExamples runs those that need ephemeral resources: Terraform 1.10 or OpenTofu 1.11.
func TestEphemeralExamples(t *testing.T) {
	t.Parallel()
	runExamples(t, true)
}

func runExamples(t *testing.T, ephemeral bool) {
	t.Helper()
	binary := buildProvider(t)
	for _, folder := range exampleFolders(t) {
		if strings.HasPrefix(folder, "ephemeral-resources/") != ephemeral {
			continue
		}
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := newCloud(t).newExample(t, binary, folder)
			w.mustRun(t, nil, "plan", "-out=saved")
			w.mustRun(t, nil, "apply", "-auto-approve", "saved")
			if plan, code := w.terraform(t, nil, "plan", "-detailed-exitcode"); code != 0 {
				t.Errorf("the second plan ended with %d, want 0 for no changes:\n%s", code, plan)
			}
			w.write(t, "saved.json", w.mustRun(t, nil, "show", "-json", "saved"))
			for name, text := range w.texts(t) {
				if strings.Contains(text, "simulated-nacos-password") {
					t.Errorf("%s has a password", name)
				}
			}
		})
	}
}

// exampleFolders are the folders in examples/ with a configuration that is planned, by their path
// from there. A module is tested, and configurations of other providers are not run.
func exampleFolders(t *testing.T) []string {
	t.Helper()
	var folders []string
	for _, file := range filesIn(t, filepath.Join(repository, "examples")) {
		first, _, _ := strings.Cut(file, "/")
		if path.Ext(file) == ".tf" && !slices.Contains([]string{"authentication", "module", "vendor"}, first) {
			folders = append(folders, path.Dir(file))
		}
	}
	return slices.Compact(folders)
}

// newExample makes a workspace with a copy of an example.
func (c *cloud) newExample(t *testing.T, binary, example string) *workspace {
	t.Helper()
	w := c.emptyWorkspace(t, binary)
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join(repository, "examples", example))); err != nil {
		t.Fatal(err)
	}
	for service, address := range c.endpoints() {
		w.environment = append(w.environment, fmt.Sprintf("HW_ENDPOINT_%s=%s", strings.ToUpper(service), address))
	}
	return w
}

// TestExampleGuards changes examples, mostly by a wrong name, and checks what a plan says then.
func TestExampleGuards(t *testing.T) {
	t.Parallel()
	const services, connections = "data-sources/hwcloud_vpcep_service_connections", "data-sources/hwcloud_dli_enhanced_connections"
	const channel, channels = "data-sources/hwcloud_apig_vpc_channel", "data-sources/hwcloud_apig_vpc_channels"
	const orders = "\"example-gateway\"\n  name          = \"orders\""
	binary := buildProvider(t)
	for _, tt := range []struct{ folder, old, changed, want string }{
		{services, "{", "{", `terraform_data.acceptance["c1000000-0000-4000-8000-000000000002"] will be created`},
		{services, `= "ledger"`, `= "leger"`, `None of the VPC endpoint services has the name "leger"`},
		{services, `"d2000000000000000000000000000002"`, `"d2"`, "No connection comes from d2."},
		{services, `= "accepted"`, "= \"accepted\"\nendpoint_id = \"none\"", "No connection to the endpoint service ledger is accepted."},
		{connections, "{", "{", "Not connected: warehouse: queue queue_nightly: The route could not be created."},
		{connections, `= "archive"`, `= "archiv"`, "No active connection is named archiv."},
		{connections, `= "warehouse"`, `= "werehouse"`, "No active connection is named werehouse."},
		{connections, `= "archive"`, `= "warehouse"`, "Connection warehouse has failed for queue_nightly, pool_small."},
		{channel, "{", "{", `terraform_data.to_backend["192.168.2.11"] will be created`},
		{channel, `= "orders"`, `= "ordres"`, `None of the VPC channels has the name "ordres"`},
		{channel, orders, "\"full-gateway\"\nname = \"full_reference\"", "No member of VPC channel full_reference is healthy: it has none."},
		{channel, orders, `"full-gateway"` + "\n" + `name = "full_reference"`, "VPC channel full_reference has no members."},
		{channel, orders, "\"full-gateway\"\nname = \"full_builtin\"", "No address is known of example-ecs-1, example-ecs-2, example-ecs-3."},
		{channel, `== "healthy"])`, `== "gone"])`, "192.168.2.11 is healthy, 192.168.2.12 is healthy."},
		{channels, "{", "{", `terraform_data.from_gateway["192.0.2.41:8443"] will be created`},
		{channels, "{", "{", `full_reference = [ + "192.0.2.41"`},
		{channels, `= "canary"`, `= "full_cse"`, `canary_route["f2000000000000000000000000000002"] will be created`},
		{channels, "\n  omit_secrets = true\n\n", "\n  name = \"absent\"\n\n", "Gateway e0000000000000000000000000000001 has no VPC channels."},
		{"data-sources/hwcloud_vpcep_services", "{", "{", `50000000-0000-4000-8000-000000000001" = [ + "`},
		{"data-sources/hwcloud_vpcep_services", `= "ledger"`, `= "leger"`, "The project has no endpoint service leger."},
		{"data-sources/hwcloud_vpcep_services", `"available"`, `"gone"`, "-8000-000000000001 is available."},
		{"data-sources/hwcloud_apig_instances", "{", "{", `terraform_data.from_gateways["192.168.2.11:8443"] will be created`},
		{"data-sources/hwcloud_apig_instances", "all\" {\n", "all\" {\nname = \"none\"\n", "The project has no dedicated gateways."},
		{"data-sources/hwcloud_apig_instances", `"Running"`, `"Frozen"`, "full-gateway is Running"},
		{"plan-time", "== 1", "== 2", "VPC channel orders is abnormal."},
		{"plan-time", `= "orders"`, `= "ordres"`, `None of the VPC channels has the name "ordres"`},
		{"two-regions", "{", "{", `+ cn-south-1 = [ + "warehouse"`},
	} {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			w := newCloud(t).newExample(t, binary, tt.folder)
			found := 0
			for _, name := range filesIn(t, filepath.Join(repository, "examples", tt.folder)) {
				text := readPage(t, path.Join("examples", tt.folder, name))
				found += strings.Count(text, tt.old)
				w.write(t, name, strings.ReplaceAll(text, tt.old, tt.changed))
			}
			plan, _ := w.terraform(t, nil, "plan")
			if !strings.Contains(strings.Join(strings.Fields(plan), " "), tt.want) || found == 0 {
				t.Errorf("with %s in place of %s, %d times, the plan lacks %q:\n%s", tt.changed, tt.old, found, tt.want, plan)
			}
		})
	}
}

// TestExampleGuardsWithoutNames checks what a plan says if the API leaves names and statuses out, and
// that an IPv6 address becomes a rule for itself alone.
func TestExampleGuardsWithoutNames(t *testing.T) {
	t.Parallel()
	binary := buildProvider(t)
	for folder, want := range map[string]string{
		"hwcloud_dli_enhanced_connections": "Not connected: b0100000-0000-4000-8000-000000000001: queue unnamed: no reason given",
		"hwcloud_apig_instances":           "e0000000000000000000000000000001 is unknown",
		"hwcloud_apig_vpc_channels":        `+ remote_ip_prefix = "2001:db8::1/128"`,
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := newCloud(t).newExample(t, binary, path.Join("data-sources", folder))
			w.cloud.Update(func(d *simulator.Data) {
				warehouse := d.DLI.Projects[simulator.SecondProjectID][0]
				delete(warehouse, "name")
				warehouse["available_queue_info"] = []any{map[string]any{"status": "FAILED"}}
				for _, gateway := range d.APIG.Instances {
					delete(gateway.Details, "instance_name")
					delete(gateway.Details, "status")
					for _, channel := range gateway.Channels {
						channel["members"] = []any{map[string]any{"host": "2001:db8::1", "health_status": "healthy"}}
					}
				}
			})
			plan, _ := w.terraform(t, nil, "plan")
			if !strings.Contains(strings.Join(strings.Fields(plan), " "), want) {
				t.Errorf("the plan lacks %q:\n%s", want, plan)
			}
		})
	}
}

// TestExampleProviderBlocks validates the files in examples/authentication, each a provider block.
func TestExampleProviderBlocks(t *testing.T) {
	t.Parallel()
	w := newCloud(t).newWorkspace(t, buildProvider(t), "")
	for _, file := range filesIn(t, filepath.Join(repository, "examples", "authentication")) {
		w.write(t, "block.tf", readPage(t, path.Join("examples/authentication", file)))
		w.mustRun(t, nil, "validate")
	}
}

// newInstalled makes a workspace with a copy of an example and the programs on PATH, in whose home
// folder the provider is installed as `make install` does it.
func newInstalled(t *testing.T, example string) *workspace {
	t.Helper()
	w, home := newCloud(t).newExample(t, "", example), t.TempDir()
	links := map[string]string{home + "/bin/terraform": w.path, home + "/bin/tofu": w.path}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		for _, platform := range []string{runtime.GOOS + "_" + runtime.GOARCH, "darwin_arm64", "linux_amd64"} {
			links[filepath.Join(home, ".terraform.d/plugins", host, "hwcloud/hwcloud/0.1.0", platform)] = buildProvider(t)
		}
	}
	for link, target := range links {
		if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o700), os.Symlink(target, link)); err != nil {
			t.Fatal(err)
		}
	}
	search := strings.Join([]string{home + "/bin", buildSimulator(t), os.Getenv("PATH")}, string(filepath.ListSeparator))
	w.environment = append(w.environment, "HOME="+home, "PATH="+search, "TF_CLI_CONFIG_FILE="+os.DevNull,
		"TF_VAR_service_name=ledger", `TF_VAR_trusted_accounts=["d2000000000000000000000000000002"]`) // For plans of the module.
	return w
}

// bash runs a script and returns what it prints.
func (w *workspace) bash(t *testing.T, script string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script) //nolint:gosec // The text is the repository's.
	command.Dir, command.Env = w.folder, w.environment
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, script, output)
	}
	return string(output)
}

// TestExampleCommands runs the scripts and the steps in examples/, each in a copy of its folder.
func TestExampleCommands(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"ci/lock.sh":              "Obtained hwcloud/hwcloud checksums for darwin_arm64",
		"module/ci.yml":           "3 passed, 0 failed",
		"module/import.sh":        "3 passed, 0 failed",
		"module/mocks.sh":         "1 passed, 0 failed",
		"module/own-data.sh":      "1 passed, 0 failed",
		"module/test.sh":          "3 passed, 0 failed",
		"provider/environment.sh": "HW_REGION_NAME",
		"provider/log.sh":         "duration_ms",
		"provider/plan.sh":        "22094d8f-c310-4621-913d-4c4d655d8495",
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := newInstalled(t, path.Dir(file))
			script := strings.NewReplacer("HW_ACCESS_KEY=...", "HW_ACCESS_KEY="+simulator.AccessKey,
				"HW_SECRET_KEY=...", "HW_SECRET_KEY="+simulator.SecretKey,
				"- uses:", "#", "- run: ", "",
				"go install -C provider ./internal/simulator/cmd/hwcloud-simulator", "").Replace(readPage(t, path.Join("examples", file)))
			if file == "module/mocks.sh" && !w.hasEphemeralResources(t) {
				return // Modules can be replaced since Terraform 1.7 and OpenTofu 1.8.
			}
			if output := w.bash(t, "terraform init >init.log\n"+script); !strings.Contains(output, want) {
				t.Errorf("does not print %q:\n%s", want, output)
			}
		})
	}
}

// TestExampleWorkflow runs the steps of examples/ci/plan.yml, then those of id-token.yml and a second
// plan, with GitHub's endpoint simulated. The provider is installed already.
func TestExampleWorkflow(t *testing.T) {
	t.Parallel()
	w := newInstalled(t, "ci")
	w.cloud.Update(func(d *simulator.Data) {
		provider := &d.IAM.IdentityProviders[0]
		provider.ID, provider.Audience, provider.IDTokens = "github", "huaweicloud", nil
	})
	w.environment = append(w.environment, "HW_ACCESS_KEY=", "HW_SECRET_KEY=", "HW_REGION_NAME=", "GITHUB_ENV="+filepath.Join(w.folder, "env"),
		"ACTIONS_ID_TOKEN_REQUEST_URL="+w.cloud.GitHubURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN="+simulator.GitHubRequestToken)

	decoder := newCloud(t).newExample(t, "", "ci")
	decoder.write(t, "main.tf", `locals {
  files = { for name in fileset(path.module, "*.yml") : name => yamldecode(file(name)) }
  job   = local.files["plan.yml"].jobs.plan
}
output "script" {
  value = join("\n", concat(
    [for name, value in local.job.env : "export ${name}='${value}'"],
    [for step in concat(local.job.steps, local.files["id-token.yml"]) : step.run if can(step.run)],
  ))
}
`)
	decoder.mustRun(t, nil, "apply", "-auto-approve")
	script := strings.NewReplacer("${{ vars.HW_PROJECT_ID }}", simulator.ProjectID, "make -C provider install", "").Replace(
		decoder.mustRun(t, nil, "output", "-raw", "script"))
	output := w.bash(t, script+"\nset -a; . ./env; terraform plan\n")
	for want, times := range map[string]int{`"aud":"huaweicloud"`: 1, `"sub":"repo:`: 1, "22094d8f-c310-4621-913d-4c4d655d8495": 2} {
		if got := strings.Count(output, want); got != times {
			t.Errorf("%s is printed %d times, want %d:\n%s", want, got, times, output)
		}
	}
}

// TestExampleDemo runs what `make demo` runs.
func TestExampleDemo(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(repository, "examples", "demo")
	before := filesIn(t, folder)
	command := exec.CommandContext(t.Context(), "./run")
	command.Dir, command.Env = folder, withoutSettings("TF_ACC_TERRAFORM_PATH="+terraformPath(t))
	output, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("No changes")) {
		t.Errorf("%v\n%s", err, output)
	}
	if diff := cmp.Diff(before, filesIn(t, folder)); diff != "" {
		t.Errorf("the demo left something behind (-before +after)\n%s", diff)
	}
}
