package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// commonModel holds the arguments that every data source and every ephemeral resource takes. The
// model of each embeds it.
type commonModel struct {
	Region    types.String   `tfsdk:"region"`
	ProjectID types.String   `tfsdk:"project_id"`
	Timeouts  *timeoutsModel `tfsdk:"timeouts"`
}

func (m *commonModel) common() *commonModel { return m }

// commonAttributes declares the attributes of commonModel.
func commonAttributes() []attribute {
	return []attribute{
		defaultedString("region", "Region to read from, such as `cn-north-4`. Defaults to the provider's. "+
			"After the read it holds the region used.", isHostNamePart()),
		defaultedString("project_id", "ID of the project to read from. Defaults to the project that the provider is configured with if the region is the "+
			"provider's own, otherwise to the project with the region's name. After the read it holds the project used.", isPathSegment()),
	}
}

// dataSourceSchema is the schema of a data source: the attributes of every data source, those that
// are shared with others, and its own. It panics if two have the same name.
func dataSourceSchema(description string, shared []attribute, own map[string]datasourceschema.Attribute) datasourceschema.Schema {
	shared = slices.Concat(commonAttributes(), shared)
	checkNames(shared, slices.Collect(maps.Keys(own))...)
	attributes := dataSourceAttributes(shared)
	maps.Copy(attributes, own)
	return datasourceschema.Schema{
		MarkdownDescription: description,
		Attributes:          attributes,
		Blocks:              map[string]datasourceschema.Block{"timeouts": dataSourceTimeouts()},
	}
}

// dataSourceBase is embedded by every data source.
type dataSourceBase struct{ reader }

// Configure takes over the provider data.
func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	b.configure(req.ProviderData, &resp.Diagnostics)
}

// ephemeralSchema is the schema of an ephemeral resource. It panics if two attributes have the same
// name.
func ephemeralSchema(description string, attributes []attribute) ephemeralschema.Schema {
	attributes = slices.Concat(commonAttributes(), attributes)
	checkNames(attributes)
	return ephemeralschema.Schema{
		MarkdownDescription: description,
		Attributes:          ephemeralAttributes(attributes),
		Blocks:              map[string]ephemeralschema.Block{"timeouts": ephemeralTimeouts()},
	}
}

// ephemeralBase is embedded by every ephemeral resource.
type ephemeralBase struct{ reader }

// Configure takes over the provider data.
func (b *ephemeralBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	b.configure(req.ProviderData, &resp.Diagnostics)
}

// reader reads from the APIs with the provider data.
type reader struct{ data *providerData }

// configure takes over the provider data. There is none while a configuration is validated.
func (r *reader) configure(provided any, diags *diag.Diagnostics) {
	if provided == nil {
		return
	}
	data, ok := provided.(*providerData)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Expected %T, got %T. This is a bug in the provider; please report it.", data, provided))
		return
	}
	r.data = data
}

// read makes a call within the read timeout, in the region and the project that the model names.
// Afterwards the model holds those used. A failed call is described in the words of op.
func (r *reader) read(ctx context.Context, model readModel, op operation,
	call func(context.Context, *client.Client, client.Scope) error,
) diag.Diagnostics {
	common := model.common()
	timeout, diags := common.Timeouts.read()
	diags.Append(r.data.unusable()...)
	if diags.HasError() {
		return diags
	}
	failed := failure{operation: op, timeout: timeout, arguments: setArguments(model), declared: modelFields(model), data: r.data}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	scope, err := r.data.client.Resolve(ctx, op.service, client.Scope{
		Region:    common.Region.ValueString(),
		ProjectID: common.ProjectID.ValueString(),
	})
	if err == nil {
		common.Region, common.ProjectID = types.StringValue(scope.Region), types.StringValue(scope.ProjectID)
		err = call(ctx, r.data.client, scope)
	}
	if err != nil {
		failed.scope, failed.ctxErr, failed.err = scope, ctx.Err(), err
		diags.Append(failed.diagnostic())
	}
	return diags
}

// completeList describes the result of every list.
const completeList = "Returns every entry unless an argument narrows the list. " +
	"If the complete list cannot be read, the read fails. " + missingValues

// missingValues describes values that the API leaves out.
const missingValues = "A value that the API leaves out is null, and a list that it leaves out is empty."
