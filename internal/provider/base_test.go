package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestReadBeforeConfigure reports a read without provider data instead of panicking.
func TestReadBeforeConfigure(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		config := configOf(t, constructor, nil)
		resp := datasource.ReadResponse{}
		constructor().Read(t.Context(), datasource.ReadRequest{Config: config}, &resp)
		if errors := resp.Diagnostics.Errors(); len(errors) != 1 || !strings.Contains(errors[0].Summary(), "not configured") {
			t.Errorf("%s: %v", name, errors)
		}
	}
}

// configOf is a configuration of a data source in which only these arguments are set.
func configOf(t *testing.T, constructor func() datasource.DataSource, set object) tfsdk.Config {
	t.Helper()
	declared := schemaOf(t, constructor)
	return tfsdk.Config{Schema: declared, Raw: valueOf(t, declared.Type().TerraformType(t.Context()), set)}
}

func TestArgumentsOf(t *testing.T) {
	t.Parallel()
	config := configOf(t, newServiceConnectionsDataSource, object{"service_id": "x", "region": "", "offset": int64(3)})
	delete(valuesOf(config), "service_id") // A copy.
	if diff := cmp.Diff(map[string]string{"service_id": "x", "region": "", "offset": ""}, argumentsOf(config)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestReadTimeout ends a read whose response stalls at its own timeout.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Inject(simulator.Fault{Service: "vpcep", Action: simulator.StallBody()})
	const timeout = 300 * time.Millisecond
	set := object{"service_id": simulator.ServiceID, "timeouts": object{"read": timeout.String()}}
	begun := time.Now()
	got := c.configure(t, nil).read(t, serviceConnectionsSource, set)
	if len(got.errors) != 1 || !strings.Contains(got.errors[0], "timeout of 300ms") || time.Since(begun) < timeout {
		t.Errorf("after %s: %q", time.Since(begun), got.errors)
	}
}
