package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// exitError is the exit code of a command that failed.
type exitError int

func (e exitError) Error() string {
	return fmt.Sprintf("the command failed with exit code %d", int(e))
}

// runCommand runs a command against the server and returns its exit code as an error. It passes on
// SIGTERM. SIGINT, which main catches, comes from a terminal, which sends it to the command too:
// Terraform takes a second one as an order to stop at once.
func runCommand(ctx context.Context, server *simulator.Server, command []string, stdin io.Reader, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	defer stop()
	child := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // The user names the command.
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	child.Env = environment(server)
	child.Stdin, child.Stdout, child.Stderr = stdin, stdout, stderr
	err := child.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no program %q: write the command without quotes; for shell syntax, -- sh -c '…'; "+
			"otherwise install it or correct its path", command[0])
	case child.ProcessState == nil:
		return err
	}
	code := child.ProcessState.ExitCode()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal()) // As shells do.
	}
	if code == 0 {
		return nil
	}
	return exitError(code)
}

// environment returns the environment of a command that uses the server and nothing else.
func environment(server *simulator.Server) []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "HW_") || strings.HasPrefix(variable, "OS_") ||
			strings.HasPrefix(variable, "ACTIONS_ID_TOKEN_REQUEST_") || strings.HasPrefix(variable, "TFC_WORKLOAD_IDENTITY_TOKEN")
	})
	env = append(env,
		"HW_REGION_NAME="+defaultRegion(server),
		"HW_ACCESS_KEY="+simulator.AccessKey,
		"HW_SECRET_KEY="+simulator.SecretKey,
		"HW_METADATA_ENDPOINT="+server.MetadataURL(),
	)
	for _, service := range simulator.Services {
		env = append(env, "HW_ENDPOINT_"+strings.ToUpper(service)+"="+server.Endpoint(service))
	}
	return env
}
