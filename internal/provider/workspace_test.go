package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// repository is its root, from here.
const repository = "../.."

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

// buildProvider builds the provider's binary into a folder of its own.
func buildProvider(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	name := "terraform-provider-hwcloud"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, name), repository) //nolint:gosec // The folder is the test's own.
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, output)
	}
	return folder
}

// withoutSettings is the environment of the test without settings for Terraform
// and the cloud, and with other variables.
func withoutSettings(others ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "HW_") || strings.HasPrefix(variable, "OS_") || strings.HasPrefix(variable, "TF_")
	})
	return append(own, others...)
}

// workspace is a folder in which Terraform runs with the provider's binary, in
// processes of their own.
type workspace struct {
	cloud *cloud
	// path is that of Terraform.
	path        string
	folder      string
	environment []string
}

// newWorkspace makes a workspace with a configuration.
func (c *cloud) newWorkspace(t *testing.T, binary, config string) *workspace {
	t.Helper()
	w := c.emptyWorkspace(t, binary)
	w.write(t, "main.tf", "terraform {\n  required_providers {\n    hwcloud = { source = \"hwcloud/hwcloud\" }\n  }\n}\n"+config)
	return w
}

// emptyWorkspace makes a workspace for the provider in the folder binary. It has
// the environment of the cloud and no other settings for Terraform or the cloud.
func (c *cloud) emptyWorkspace(t *testing.T, binary string) *workspace {
	t.Helper()
	w := &workspace{cloud: c, path: terraformPath(t), folder: t.TempDir()}
	w.write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/hwcloud/hwcloud\" = %[1]q\n"+
		"    \"registry.opentofu.org/hwcloud/hwcloud\" = %[1]q\n  }\n}\n", binary))
	w.environment = withoutSettings("TF_CLI_CONFIG_FILE="+filepath.Join(w.folder, "cli.tfrc"), "CHECKPOINT_DISABLE=1",
		"TF_CLI_ARGS_validate=-no-color", "TF_CLI_ARGS_plan=-no-color", "TF_CLI_ARGS_apply=-no-color", "TF_CLI_ARGS_test=-no-color")
	for name, value := range c.environment {
		w.environment = append(w.environment, name+"="+value)
	}
	return w
}

// write writes a file into the workspace.
func (w *workspace) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// has tells whether a file or folder is in the workspace.
func (w *workspace) has(name string) bool {
	_, err := os.Stat(filepath.Join(w.folder, name))
	return err == nil
}

// texts are what Terraform left behind, by name: all files but the configuration
// of newWorkspace.
func (w *workspace) texts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range filesIn(t, w.folder) {
		if name == "main.tf" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(w.folder, name)) //nolint:gosec // The folder is the test's own.
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(content)
	}
	return texts
}

// filesIn are the files in a folder and those below it, by their path from there.
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

// command is a command of Terraform that has not begun, with variables beside
// those of the workspace.
func (w *workspace) command(t *testing.T, environment []string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), w.path, arguments...) //nolint:gosec // It is the Terraform to test with.
	command.Dir, command.Env = w.folder, slices.Concat(w.environment, environment)
	return command
}

// terraform runs a command and returns all that it printed, and how it ended.
func (w *workspace) terraform(t *testing.T, environment []string, arguments ...string) (output string, code int) {
	t.Helper()
	command := w.command(t, environment, arguments...)
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", command, err)
	}
	return string(printed), command.ProcessState.ExitCode()
}

// mustRun runs a command that has to go well.
func (w *workspace) mustRun(t *testing.T, environment []string, arguments ...string) (output string) {
	t.Helper()
	output, code := w.terraform(t, environment, arguments...)
	if code != 0 {
		t.Fatalf("%s %s ended with %d:\n%s", filepath.Base(w.path), strings.Join(arguments, " "), code, output)
	}
	return output
}
