package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// Exit codes of a command that cannot be started, and the first of those that a signal ended.
// Shells use the same.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128
)

// exitError is the exit code of a command that failed.
type exitError int

func (e exitError) Error() string {
	return fmt.Sprintf("the command failed with exit code %d", int(e))
}

// runCommand runs a command against the server and returns its exit code as an error.
func runCommand(server *simulator.Server, command []string, stdin io.Reader, stdout, stderr io.Writer) error {
	child := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // The user names the command. It ends by itself or by a signal.
	child.Env = environment(os.Environ(), server)
	child.Stdin, child.Stdout, child.Stderr = stdin, stdout, stderr

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		_, _ = fmt.Fprintln(stderr, "hwcloud-simulator:", err)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return exitError(exitNotFound)
		}
		return exitError(exitNotExecutable)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for {
		select {
		case received := <-signals:
			// The terminal has sent its interrupt to the command too, and Terraform takes a second
			// one as an order to stop at once.
			if received == os.Interrupt && inForeground() {
				continue
			}
			_ = child.Process.Signal(received)
		case err := <-ended:
			return exitCode(err)
		}
	}
}

// exitCode converts the error of a command that has ended.
func exitCode(err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitError(exitSignal + int(status.Signal()))
	}
	return exitError(exit.ExitCode())
}

// environment returns the environment of a command that uses the server and nothing else.
func environment(inherited []string, server *simulator.Server) []string {
	env := slices.DeleteFunc(slices.Clone(inherited), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasPrefix(name, "HW_") || strings.HasPrefix(name, "OS_") ||
			strings.HasPrefix(name, "ACTIONS_ID_TOKEN_REQUEST_") || strings.HasPrefix(name, "TFC_WORKLOAD_IDENTITY_TOKEN")
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
	return withoutProxy(env, server.URL)
}

// withoutProxy adds the server's host to NO_PROXY and no_proxy.
func withoutProxy(env []string, serverURL string) []string {
	u, err := url.Parse(serverURL)
	if err != nil {
		return env
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		hosts := u.Hostname()
		for _, variable := range env {
			if value, ok := strings.CutPrefix(variable, name+"="); ok && value != "" {
				hosts = value + "," + u.Hostname()
			}
		}
		env = append(env, name+"="+hosts)
	}
	return env
}
