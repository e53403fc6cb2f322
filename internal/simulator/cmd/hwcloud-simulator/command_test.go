package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// asCommand is the variable that makes the test binary the command itself.
const asCommand = "HWCLOUD_SIMULATOR_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// simulatorCommand returns hwcloud-simulator with arguments, in an environment with variables.
func simulatorCommand(t *testing.T, arguments []string, variables ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], arguments...) //nolint:gosec // The test runs itself.
	command.Env = append(os.Environ(), append(variables, asCommand+"=1")...)
	return command
}

func TestCommandEnvironment(t *testing.T) {
	t.Parallel()
	command := simulatorCommand(t, []string{"--", "env"},
		"HW_ACCESS_KEY=real", "HW_PROJECT_ID=real", "HW_ASSUME_ROLE_AGENCY_NAME=real", "HW_AUTH_TOKEN=real", "HW_SHARED_CONFIG_FILE=real",
		"OS_PASSWORD=real", "OS_AUTH_URL=real", "ACTIONS_ID_TOKEN_REQUEST_URL=real", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=real",
		"TFC_WORKLOAD_IDENTITY_TOKEN=real", "TF_VAR_kept=yes",
	)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, &stderr)
	}
	if strings.Contains(string(out), "real") {
		t.Errorf("a variable is left:\n%s", out)
	}
	env := strings.Split(strings.TrimSpace(string(out)), "\n")
	names := []string{
		"HW_ACCESS_KEY=" + simulator.AccessKey, "HW_SECRET_KEY=" + simulator.SecretKey, "HW_REGION_NAME=" + simulator.Region,
		"TF_VAR_kept=yes",
	}
	for _, want := range names {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	for _, prefix := range []string{
		"HW_METADATA_ENDPOINT=http://127.0.0.1:", "HW_ENDPOINT_VPCEP=http://127.0.0.1:", "HW_ENDPOINT_DLI=http://127.0.0.1:",
		"HW_ENDPOINT_APIG=http://127.0.0.1:", "HW_ENDPOINT_IAM=http://127.0.0.1:",
	} {
		i := slices.IndexFunc(env, func(variable string) bool { return strings.HasPrefix(variable, prefix) })
		if i < 0 || strings.HasPrefix(prefix, "HW_ENDPOINT_") && !strings.Contains(env[i], "/{region}/") {
			t.Errorf("no %s in\n%s", prefix, out)
		}
	}
}

func TestCommandExitCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		command []string
		code    int
	}{
		{[]string{"true"}, 0},
		{[]string{"sh", "-c", "exit 7"}, 7},
		{[]string{"sh", "-c", "kill -KILL $$"}, 137},
	} {
		t.Run(strings.Join(test.command, " "), func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"--"}, test.command...), nil, io.Discard, io.Discard)
			code, ok := errors.AsType[exitError](err)
			if int(code) != test.code || !ok && err != nil {
				t.Errorf("got %v, want exit code %d", err, test.code)
			}
		})
	}
	err := simulatorCommand(t, []string{"--", "sh", "-c", "exit 7"}).Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 7 {
		t.Errorf("the process: %v", err)
	}
}

// TestCommandSignals sends signals to the simulator alone, which passes on SIGTERM and no interrupt.
func TestCommandSignals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// It ends by itself if the test does not get to end it.
	script := `trap 'echo interrupt' INT; trap 'echo terminated; exit 3' TERM; echo ready >` + filepath.Join(dir, "ready") +
		`; n=0; while [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done`
	command := simulatorCommand(t, []string{"--", "sh", "-c", script})
	var stdout bytes.Buffer
	command.Stdout = &stdout
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	waitForFile(t, dir, "ready")
	for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if err := command.Process.Signal(sent); err != nil {
			t.Fatal(err)
		}
	}
	err := command.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 3 || stdout.String() != "terminated\n" {
		t.Errorf("got %v, %q", err, stdout.String())
	}
}

func TestCommandReadsTheServer(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `{"projects":[{"id":"p1","name":"eu-west-101"}]}`)
	var stdout bytes.Buffer
	err := run(t.Context(), []string{"-data", file, "--", "sh", "-c", "cat; echo $HW_REGION_NAME"}, strings.NewReader("input "), &stdout, io.Discard)
	if err != nil || stdout.String() != "input eu-west-101\n" {
		t.Errorf("got %q, %v", stdout.String(), err)
	}
}
