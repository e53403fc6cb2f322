package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource                     = (*vpcChannelDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*vpcChannelDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*vpcChannelDataSource)(nil)
)

func newVPCChannelDataSource() datasource.DataSource {
	return &vpcChannelDataSource{}
}

// vpcChannelDataSource is the data source hwcloud_apig_vpc_channel.
type vpcChannelDataSource struct{ dataSourceBase }

type vpcChannelDataSourceModel struct {
	vpcChannelModel
	OmitSecrets types.Bool `tfsdk:"omit_secrets"`
}

// Metadata names the data source.
func (d *vpcChannelDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_vpc_channel"
}

// Schema declares the arguments, and what a read returns.
func (d *vpcChannelDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema(vpcChannelDescription, vpcChannelAttributes(), map[string]schema.Attribute{
		"omit_secrets": omitSecretsAttribute(),
	})
}

// ConfigValidators require the gateway and the channel, each by its ID or its name.
func (d *vpcChannelDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(gatewayIdentifiers...),
		datasourcevalidator.ExactlyOneOf(vpcChannelIdentifiers...),
	}
}

// Read reads the channel.
func (d *vpcChannelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model vpcChannelDataSourceModel
	resp.Diagnostics.Append(readArguments(ctx, req.Config, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var channel *client.VPCChannel
	resp.Diagnostics.Append(d.read(ctx, &model, model.operation(), func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
		channel, err = model.fetch(ctx, api, in)
		return err
	})...)
	if resp.Diagnostics.HasError() {
		return
	}

	result := model.result(channel, secrets(model.OmitSecrets.ValueBool()))
	resp.State.Raw = withResult(ctx, resp.State.Raw, &model, result)
}
