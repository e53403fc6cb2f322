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

	// Ctrl-C is for all processes of a shell's job.
	plan, output := w.command(t, nil, "plan", "-input=false"), new(bytes.Buffer)
	plan.Stdout, plan.Stderr, plan.SysProcAttr = output, output, &syscall.SysProcAttr{Setpgid: true}
	if err := plan.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-plan.Process.Pid, syscall.SIGKILL) }) // They have ended if all went well.
	ended := make(chan error, 1)
	go func() { ended <- plan.Wait() }()
	select {
	case <-requests:
	case err := <-ended:
		t.Fatalf("Terraform ended before a request: %v\n%s", err, output)
	}
	begun := time.Now()
	if err := syscall.Kill(-plan.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || !strings.Contains(output.String(), "nterrupt") {
		t.Errorf("it ended with %v:\n%s", err, output)
	}
	if took := time.Since(begun); took > time.Minute { // Without the signal, the read would take five.
		t.Errorf("it took %s to end after Ctrl-C", took)
	}
	if n := c.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}
