package provider

import (
	"fmt"
	"time"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// defaultReadTimeout ends a read for which no timeout is set.
const defaultReadTimeout = 5 * time.Minute

// timeoutsModel is the block timeouts.
type timeoutsModel struct {
	Read types.String `tfsdk:"read"`
}

const (
	timeoutsDescription    = "Time limits."
	readTimeoutDescription = "Maximum duration of the read, retries included: a number and a unit (`s`, `m` or `h`), " +
		"such as `30s` or `2m30s`, of more than zero. Defaults to `5m`."
)

// dataSourceTimeouts declares the block timeouts of a data source. It is a block, because a block
// refuses misspelled names, and an object attribute ignores them.
func dataSourceTimeouts() datasource.Block {
	return datasource.SingleNestedBlock{
		MarkdownDescription: timeoutsDescription,
		Attributes: map[string]datasource.Attribute{
			"read": datasource.StringAttribute{
				MarkdownDescription: readTimeoutDescription, Optional: true, Validators: []validator.String{isTimeout()},
			},
		},
	}
}

// ephemeralTimeouts declares the block timeouts of an ephemeral resource.
func ephemeralTimeouts() ephemeral.Block {
	return ephemeral.SingleNestedBlock{
		MarkdownDescription: timeoutsDescription,
		Attributes: map[string]ephemeral.Attribute{
			"read": ephemeral.StringAttribute{
				MarkdownDescription: readTimeoutDescription, Optional: true, Validators: []validator.String{isTimeout()},
			},
		},
	}
}

// read is the duration of a read at most.
func (m *timeoutsModel) read() (time.Duration, diag.Diagnostics) {
	if m == nil || m.Read.IsNull() {
		return defaultReadTimeout, nil
	}
	// A value that is unknown when the configuration is validated is first seen here.
	timeout, err := time.ParseDuration(m.Read.ValueString())
	if err != nil || timeout <= 0 {
		return 0, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("timeouts").AtName("read"), "Invalid timeout",
			fmt.Sprintf("timeouts.read must %s, got: %q.", timeoutRule, m.Read.ValueString()))}
	}
	return timeout, nil
}
