//go:build unix

package provider

import (
	"bytes"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestInterrupt presses Ctrl-C while the provider's binary waits.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	binary := buildProvider(t)
	for name, action := range map[string]simulator.Action{
		"a hung request":        simulator.StallHeaders(),
		"a stalled body":        simulator.StallBody(),
		"a Retry-After of 60 s": simulator.Throttle(429, "60"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.environment["HW_PROJECT_ID"] = simulator.ProjectID
			c.Inject(simulator.Fault{Service: "vpcep", Action: action})
			w := c.newWorkspace(t, binary, c.block()+lookupOf(simulator.ServiceID, ""))
			plan := w.start(t, "plan", "-input=false")
			// The wait has begun when the request is there; a little later it has its response too.
			plan.until(t, func() bool { return c.Count(nil) > 0 })
			time.Sleep(500 * time.Millisecond)

			begun := time.Now()
			plan.interrupt(t)
			output, code := plan.wait(t)
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("it took %s to end after Ctrl-C:\n%s", took, output)
			} else {
				t.Logf("it took %s to end after Ctrl-C", took.Round(time.Millisecond))
			}
			if code == 0 || !strings.Contains(output, "nterrupt") {
				t.Errorf("it ended with %d:\n%s", code, output)
			}
			if n := c.Count(nil); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// running is a command of Terraform that has not ended.
type running struct {
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan struct{}
}

// start begins a command of Terraform in a process group of its own, as a shell does.
func (w *workspace) start(t *testing.T, arguments ...string) *running {
	t.Helper()
	r := &running{command: w.command(t, nil, arguments...), output: new(bytes.Buffer), ended: make(chan struct{})}
	r.command.Stdout, r.command.Stderr = r.output, r.output
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.ended)
		_ = r.command.Wait() // ProcessState has its exit code.
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL) // It has ended if all went well.
		<-r.ended
	})
	return r
}

// interrupt sends what Ctrl-C sends, to the process group.
func (r *running) interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(-r.command.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// until waits for something to happen while the command runs.
func (r *running) until(t *testing.T, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !happened(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-r.ended:
			t.Fatalf("Terraform ended before:\n%s", r.output)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("it did not happen within a minute")
		}
	}
}

// wait returns all that the command printed, and how it ended.
func (r *running) wait(t *testing.T) (output string, code int) {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(time.Minute):
		t.Fatal("Terraform did not end within a minute")
	}
	return r.output.String(), r.command.ProcessState.ExitCode()
}
