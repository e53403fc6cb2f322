package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestReadTimeout ends a lookup whose body stalls, and says so.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.Inject(simulator.Fault{Service: "vpcep", Action: simulator.StallBody()})
	w := c.newWorkspace(t, buildProvider(t), c.block()+lookupOf(simulator.ServiceID, "timeouts = { read = \"3s\" }"))
	output, code := w.terraform(t, nil, "plan", "-input=false")
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
