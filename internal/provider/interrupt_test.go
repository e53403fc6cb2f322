//go:build unix

package provider

import (
	"bytes"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestInterrupt presses Ctrl-C while the provider's binary waits for a response.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	requests := make(chan struct{}, 10)
	stall := simulator.StallHeaders()
	c.Inject(simulator.Fault{Action: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		requests <- struct{}{}
		stall(w, r, next)
	}})
	w := c.newWorkspace(t, buildProvider(t), c.block()+allEnhancedConnections)

	// Terraform begins in a process group of its own, as in a shell.
	plan, output, ended := w.command(t, nil, "plan", "-input=false"), new(bytes.Buffer), make(chan struct{})
	plan.Stdout, plan.Stderr, plan.SysProcAttr = output, output, &syscall.SysProcAttr{Setpgid: true}
	if err := plan.Start(); err != nil {
		t.Fatal(err)
	}
	send := func(signal syscall.Signal) error { return syscall.Kill(-plan.Process.Pid, signal) }
	go func() {
		defer close(ended)
		_ = plan.Wait() // ProcessState has its exit code.
	}()
	t.Cleanup(func() {
		_ = send(syscall.SIGKILL) // It has ended if all went well.
		<-ended
	})
	select {
	case <-requests:
	case <-ended:
		t.Fatalf("Terraform ended before a request:\n%s", output)
	}

	begun := time.Now()
	if err := send(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-ended
	// The read itself takes a second at most; without the signal it would take five minutes.
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %s to end after Ctrl-C", took)
	}
	if code := plan.ProcessState.ExitCode(); code == 0 || !strings.Contains(output.String(), "nterrupt") {
		t.Errorf("it ended with %d:\n%s", code, output)
	}
	if n := c.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}
