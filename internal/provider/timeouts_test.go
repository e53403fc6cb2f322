package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestReadTimeoutValues(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		block *timeoutsModel
		want  time.Duration
	}{
		"no block":    {nil, 5 * time.Minute},
		"no value":    {&timeoutsModel{}, 5 * time.Minute},
		"a value":     {&timeoutsModel{types.StringValue("2m30s")}, 150 * time.Second},
		"zero":        {&timeoutsModel{types.StringValue("0s")}, 0},
		"negative":    {&timeoutsModel{types.StringValue("-1s")}, 0},
		"no duration": {&timeoutsModel{types.StringValue("soon")}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, diags := tt.block.read()
			if got != tt.want || diags.HasError() != (tt.want == 0) {
				t.Errorf("got %s and %v, want %s", got, diags, tt.want)
			}
			if diags.HasError() {
				if argument, _ := describedAt(t, diags[0]); argument != "timeouts.read" {
					t.Errorf("the error points at %q", argument)
				}
			}
		})
	}
}

// TestTimeoutsThroughTerraform refuses what the block cannot take, at its own line.
func TestTimeoutsThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(block string, contains ...string) errorTest {
		return errorTest{serviceConnectionsSource, "service_id = \"x\"\n" + block, contains, ""}
	}
	c.expectErrors(t, c.block(), map[string]errorTest{
		"misspelled": bad("timeouts {\n  raed = \"5s\"\n}", `"raed"`, "Unsupported argument"),
		"attribute":  bad("timeouts = { read = \"5s\" }", `"timeouts"`, "define a block"),
		"zero":       bad("timeouts {\n  read = \"0s\"\n}", `read = "0s"`, "must be a duration of more than zero"),
		"twice":      bad("timeouts {}\ntimeouts {}", "timeouts"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestReadTimeout ends a read whose response stalls, and the error names the timeout.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.Inject(simulator.Fault{Service: "vpcep", Action: simulator.StallBody()})
	w := c.newWorkspace(t, buildProvider(t), c.block()+lookupOf(simulator.ServiceID, "timeouts { read = \"3s\" }"))
	output, code := w.terraform(t, nil, "plan", "-input=false")
	// Terraform breaks long lines and draws a bar before them.
	text := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
	if want := "timeout of 3s"; code == 0 || !strings.Contains(text, want) {
		t.Errorf("it ended with %d and lacks %q:\n%s", code, want, output)
	}
	for _, r := range c.allEnded(t) {
		if took := r.End.Sub(r.Start); took < 2*time.Second {
			t.Errorf("the request was given up after %s", took)
		}
	}
}

// lookupOf is a data source for the connections of a service.
func lookupOf(service, others string) string {
	return fmt.Sprintf("data \"hwcloud_vpcep_service_connections\" \"test\" {\n  service_id = %q\n  %s\n}\n", service, others)
}
