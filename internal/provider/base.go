package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// readModel is a pointer to the arguments of a data source or an ephemeral resource: a struct with
// tfsdk tags that embeds [commonModel]. What a read returns is declared by an [apiObject].
type readModel interface {
	common() *commonModel
	// operation describes the read.
	operation() operation
}

// commonModel holds the arguments that every data source and every ephemeral resource takes.
type commonModel struct {
	Region    types.String   `tfsdk:"region"`
	ProjectID types.String   `tfsdk:"project_id"`
	Timeouts  *timeoutsModel `tfsdk:"timeouts"`
}

func (m *commonModel) common() *commonModel { return m }

// timeoutsModel is the block timeouts.
type timeoutsModel struct {
	Read types.String `tfsdk:"read"`
}

// defaultReadTimeout ends a read for which no timeout is set.
const defaultReadTimeout = 5 * time.Minute

// readSchema is the schema of a data source: what every data source has, and its own attributes. If
// several have the same name, the last applies.
func readSchema(description string, attributes ...map[string]schema.Attribute) schema.Schema {
	all := map[string]schema.Attribute{
		"region": defaultedString("Region to read from, such as `cn-north-4`. Defaults to the provider's. "+
			"After the read it holds the region used.", isHostNamePart()),
		"project_id": defaultedString("ID of the project to read from. Defaults to the project that the provider is configured with "+
			"if the region is the provider's own, otherwise to the project with the region's name. After the read it holds the project used.",
			isPathSegment("To find a project by its name, set project_name in the provider block.")),
	}
	for _, own := range attributes {
		maps.Copy(all, own)
	}
	// A block refuses misspelled names; an object attribute would ignore them.
	timeouts := schema.SingleNestedBlock{MarkdownDescription: "Time limits.", Attributes: map[string]schema.Attribute{
		"read": optionalString("Maximum duration of the read, retries included: a number and a unit (`s`, `m` or `h`), "+
			"such as `30s` or `2m30s`, of more than zero. Defaults to `5m`.", isTimeout()),
	}}
	return schema.Schema{MarkdownDescription: description, Attributes: all, Blocks: map[string]schema.Block{"timeouts": timeouts}}
}

// ephemeralSchema is a data source's schema for an ephemeral resource: the attributes of both have
// the same methods.
func ephemeralSchema(of schema.Schema) ephemeralschema.Schema {
	attributes, blocks := map[string]ephemeralschema.Attribute{}, map[string]ephemeralschema.Block{}
	for name, attribute := range of.Attributes {
		attributes[name] = attribute
	}
	for name, block := range of.Blocks {
		blocks[name] = block
	}
	return ephemeralschema.Schema{MarkdownDescription: of.MarkdownDescription, Attributes: attributes, Blocks: blocks}
}

// optionalString declares a string that the user may set.
func optionalString(description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: validators}
}

// defaultedString declares a string that the user may set, and that a read sets otherwise.
func defaultedString(description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Optional: true, Computed: true, Validators: validators}
}

// optionalNumber declares a number that the user may set.
func optionalNumber(description string, rule validator.Number) schema.NumberAttribute {
	return schema.NumberAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.Number{rule}}
}

// dataSourceBase is embedded by every data source.
type dataSourceBase struct{ reader }

// Configure takes over the provider data. There is none while a configuration is validated.
func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	b.data, _ = req.ProviderData.(*providerData)
}

// ephemeralBase is embedded by every ephemeral resource.
type ephemeralBase struct{ reader }

// Configure takes over the provider data. There is none while a configuration is validated.
func (b *ephemeralBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	b.data, _ = req.ProviderData.(*providerData)
}

// reader reads from the APIs with the provider data.
type reader struct{ data *providerData }

// read reads the arguments into the model and makes a call within the read timeout, in the region
// and the project that the model names. The state is the configuration with the region and the
// project used, and with the values that the call returns. A failed call leaves it as it is.
func (r *reader) read(ctx context.Context, config tfsdk.Config, model readModel, state *tftypes.Value, diags *diag.Diagnostics,
	call func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error),
) {
	diags.Append(readArguments(ctx, config, model)...)
	diags.Append(r.data.unusable()...)
	if diags.HasError() {
		return
	}
	common, op, timeout := model.common(), model.operation(), defaultReadTimeout
	if common.Timeouts != nil && !common.Timeouts.Read.IsNull() {
		timeout, _ = time.ParseDuration(common.Timeouts.Read.ValueString()) // It has been validated.
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	var result map[string]tftypes.Value
	scope, err := r.data.client.Resolve(ctx, op.service, client.Scope{
		Region: common.Region.ValueString(), ProjectID: common.ProjectID.ValueString(),
	})
	if err == nil {
		result, err = call(ctx, r.data.client, scope)
	}
	if err != nil {
		failed := failure{operation: op, err: err, ctxErr: ctx.Err(), scope: scope, timeout: timeout, data: r.data}
		failed.arguments, failed.documented = argumentsOf(config), documentedValues(config)
		diags.Append(failed.diagnostic())
		return
	}
	values := valuesOf(config)
	maps.Copy(values, result)
	values["region"], values["project_id"] = stringValue(scope.Region), stringValue(scope.ProjectID)
	*state = tftypes.NewValue(config.Raw.Type(), values)
}

// readArguments reads the arguments from the configuration into a model, which has no others.
func readArguments(ctx context.Context, config tfsdk.Config, model readModel) diag.Diagnostics {
	all, set := valuesOf(config), map[string]tftypes.Value{}
	arguments := schema.Schema{Attributes: map[string]schema.Attribute{}, Blocks: map[string]schema.Block{}}
	for name, attribute := range config.Schema.GetAttributes() {
		if attribute.IsOptional() || attribute.IsRequired() {
			arguments.Attributes[name], set[name] = attribute, all[name]
		}
	}
	for name, block := range config.Schema.GetBlocks() {
		arguments.Blocks[name], set[name] = block, all[name]
	}
	return tfsdk.Config{Schema: arguments, Raw: tftypes.NewValue(arguments.Type().TerraformType(ctx), set)}.Get(ctx, model)
}

// argumentsOf returns the arguments that are set, by name: their values if they are strings, else
// "".
func argumentsOf(config tfsdk.Config) map[string]string {
	set := map[string]string{}
	for name, value := range valuesOf(config) {
		if !value.IsNull() {
			var text string
			_ = value.As(&text) // The error is that it is no string.
			set[name] = text
		}
	}
	return set
}

// documentedValues are the values that the documents list for arguments, by name.
func documentedValues(config tfsdk.Config) map[string][]string {
	all := map[string][]string{}
	for name, attribute := range config.Schema.GetAttributes() {
		text, _ := attribute.(schema.StringAttribute) // Other arguments have no such list.
		for _, rule := range text.Validators {
			if rule, ok := rule.(argumentRule); ok {
				all[name] = append(all[name], rule.values...)
			}
		}
	}
	return all
}

// valuesOf is a copy of the values in a configuration, by name.
func valuesOf(config tfsdk.Config) map[string]tftypes.Value {
	var values map[string]tftypes.Value
	_ = config.Raw.As(&values) // A configuration is an object.
	return maps.Clone(values)
}

func stringValue(text string) tftypes.Value { return tftypes.NewValue(tftypes.String, text) }

// completeList describes the result of every list.
const completeList = "Returns every entry unless an argument narrows the list. " +
	"If the complete list cannot be read, the read fails. " + missingValues

// missingValues describes values that the API leaves out.
const missingValues = "A value that the API leaves out is null, and a list that it leaves out is empty."
