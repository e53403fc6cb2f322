package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

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
	file := writeFile(t, `{"projects":[{"id":"p1","name":"eu-west-101"}]}`)
	command := simulatorCommand(t, []string{"-data", file, "--", "sh", "-c", "cat; env"},
		"HW_ACCESS_KEY=real", "HW_PROJECT_ID=real", "HW_ASSUME_ROLE_AGENCY_NAME=real", "HW_AUTH_TOKEN=real", "HW_SHARED_CONFIG_FILE=real",
		"OS_PASSWORD=real", "OS_AUTH_URL=real", "ACTIONS_ID_TOKEN_REQUEST_URL=real", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=real",
		"TFC_WORKLOAD_IDENTITY_TOKEN=real", "TF_VAR_kept=yes",
	)
	var stderr bytes.Buffer
	command.Stdin, command.Stderr = strings.NewReader("input\n"), &stderr
	out, err := command.Output()
	if err != nil || stderr.Len() > 0 || !strings.HasPrefix(string(out), "input\n") || strings.Contains(string(out), "=real") {
		t.Fatalf("%v: %s\n%s", err, &stderr, out)
	}
	for _, want := range []string{
		"HW_ACCESS_KEY=" + simulator.AccessKey + "\n", "HW_SECRET_KEY=" + simulator.SecretKey + "\n", "HW_REGION_NAME=eu-west-101\n",
		"TF_VAR_kept=yes\n", "HW_METADATA_ENDPOINT=http://127.0.0.1:", "HW_ENDPOINT_VPCEP=http://127.0.0.1:",
		"HW_ENDPOINT_DLI=http://127.0.0.1:", "HW_ENDPOINT_APIG=http://127.0.0.1:", "HW_ENDPOINT_IAM=http://127.0.0.1:", "/{region}/iam\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

func TestCommandExitCode(t *testing.T) {
	t.Parallel()
	for script, code := range map[string]int{"true": 0, "exit 7": 7, "kill -KILL $$": 137} {
		err := simulatorCommand(t, []string{"--", "sh", "-c", script}).Run()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if (err != nil) != (code != 0) || ok && exit.ExitCode() != code {
			t.Errorf("%s: %v, want exit code %d", script, err, code)
		}
	}
}

// TestCommandSignals sends signals to the simulator alone, which passes on SIGTERM and no interrupt.
func TestCommandSignals(t *testing.T) {
	t.Parallel()
	// It ends by itself if the test does not get to end it.
	const script = `trap 'echo interrupt' INT; trap 'echo terminated; exit 3' TERM; echo ready
		n=0; while [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done`
	command := simulatorCommand(t, []string{"--", "sh", "-c", script})
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
		lines = append(lines, scanner.Text())
		if scanner.Text() != "ready" {
			continue
		}
		for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			if err := command.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
		}
	}
	exit, ok := errors.AsType[*exec.ExitError](command.Wait())
	if !ok || exit.ExitCode() != 3 || strings.Join(lines, " ") != "ready terminated" {
		t.Errorf("got %v, %q", exit, lines)
	}
}
