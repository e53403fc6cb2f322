package provider

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestInterrupt presses Ctrl-C while the provider's binary waits.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Log("Windows sends no such signal; there is nothing to test.")
		return
	}
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
			plan := w.start(t, "plan", "-input=false", "-no-color")
			// The wait has begun when the request is there; a little later it is answered too.
			plan.until(t, func() bool { return c.Count(nil) > 0 })
			time.Sleep(500 * time.Millisecond)

			begun := time.Now()
			if err := plan.command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
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

// TestReadTimeout ends a lookup whose body stalls, and says so.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.Inject(simulator.Fault{Service: "vpcep", Action: simulator.StallBody()})
	w := c.newWorkspace(t, buildProvider(t), c.block()+lookupOf(simulator.ServiceID, "timeouts = { read = \"3s\" }"))
	output, code := w.terraform(t, nil, "plan", "-input=false", "-no-color")
	// Terraform breaks lines where they are long and draws a bar before them.
	said := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
	if want := "The lookup did not end within its read timeout of 3s."; code == 0 || !strings.Contains(said, want) {
		t.Errorf("it ended with %d and lacks %q:\n%s", code, want, output)
	}
	for _, r := range c.allEnded(t) {
		if took := r.End.Sub(r.Start); took < 2*time.Second {
			t.Errorf("the request was given up after %s", took)
		}
	}
}

// lookupOf is a lookup of the connections of a service.
func lookupOf(service, others string) string {
	return fmt.Sprintf("data \"hwcloud_vpcep_service_connections\" \"test\" {\n  service_id = %q\n  %s\n}\n", service, others)
}

// running is a command of Terraform that has not ended.
type running struct {
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan struct{}
}

// start begins a command of Terraform.
func (w *workspace) start(t *testing.T, arguments ...string) *running {
	t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set. It names the Terraform or OpenTofu to test with; " +
			"`make test` finds one, or builds OpenTofu, and sets it.")
	}
	command := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // It is the Terraform to test with.
	r := &running{command: command, output: new(bytes.Buffer), ended: make(chan struct{})}
	r.command.Dir, r.command.Env = w.folder, slices.Clone(w.environment)
	r.command.Stdout, r.command.Stderr = r.output, r.output
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.ended)
		_ = r.command.Wait() // Its exit code tells how it ended.
	}()
	t.Cleanup(func() {
		_ = r.command.Process.Kill() // It has ended where all went well.
		<-r.ended
	})
	return r
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
