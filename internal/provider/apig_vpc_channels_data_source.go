package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource                     = (*vpcChannelsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*vpcChannelsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*vpcChannelsDataSource)(nil)
)

func newVPCChannelsDataSource() datasource.DataSource {
	return &vpcChannelsDataSource{}
}

// vpcChannelsDataSource is hwcloud_apig_vpc_channels.
type vpcChannelsDataSource struct{ dataSourceBase }

type vpcChannelsModel struct {
	commonModel
	gatewayModel
	Name        types.String `tfsdk:"name"`
	OmitSecrets types.Bool   `tfsdk:"omit_secrets"`
}

// vpcChannelsResult is what a read returns.
type vpcChannelsResult struct{ channels []client.VPCChannel }

var vpcChannelsObject = newObject(
	listField("vpc_channels", "Channels with their members and health checks, in the order of the API. The list is empty if none match.",
		vpcChannelObject, func(r *vpcChannelsResult) []client.VPCChannel { return r.channels }),
)

// Metadata names the data source.
func (d *vpcChannelsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_vpc_channels"
}

// Schema declares the arguments, and what a read returns.
func (d *vpcChannelsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema("Lists the VPC channels (load balance channels) of a dedicated gateway of API Gateway, each with its members, "+
		"member groups, microservice and health check. "+completeList, append(gatewayAttributes(), vpcChannelsObject.attributes...),
		map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Returns only the channels with exactly this name, letter case included. If there are none, the list is empty.",
				Optional:            true,
				Validators:          []validator.String{isNotBlank()},
			},
			"omit_secrets": omitSecretsAttribute(),
		})
}

// omitSecretsAttribute declares the argument omit_secrets.
func omitSecretsAttribute() schema.Attribute {
	return schema.BoolAttribute{
		MarkdownDescription: "If `true`, sensitive values, such as the password of a Nacos user, are null and never reach the state. " +
			"Defaults to `false`: the state holds them.",
		Optional: true,
	}
}

// ConfigValidators require the gateway by its ID or its name.
func (d *vpcChannelsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(gatewayIdentifiers...)}
}

// Read lists the channels.
func (d *vpcChannelsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model vpcChannelsModel
	resp.Diagnostics.Append(readArguments(ctx, req.Config, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var result vpcChannelsResult
	resp.Diagnostics.Append(d.read(ctx, &model, model.operation(), func(ctx context.Context, api *client.Client, in client.Scope) error {
		gateway, err := model.resolve(ctx, api, in)
		if err == nil {
			result.channels, err = api.VPCChannels(ctx, in, gateway, model.Name.ValueString())
		}
		return err
	})...)
	if resp.Diagnostics.HasError() {
		return
	}

	values := vpcChannelsObject.values(&result, secrets(model.OmitSecrets.ValueBool()))
	resp.State.Raw = withResult(ctx, resp.State.Raw, &model, values)
}

func (m *vpcChannelsModel) operation() operation {
	channels := "VPC channels"
	if !m.Name.IsNull() {
		channels += fmt.Sprintf(" named %q", m.Name.ValueString())
	}
	return operation{service: client.APIG, summary: "Unable to list VPC channels", requested: channels + " of " + m.describe()}
}
