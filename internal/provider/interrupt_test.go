//go:build unix

package provider

import (
	"os"
	"strings"
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
