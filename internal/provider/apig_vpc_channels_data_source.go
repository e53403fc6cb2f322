package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource              = (*vpcChannelsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*vpcChannelsDataSource)(nil)
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

var vpcChannelsObject = newObject(func(f *fields, all *[]client.VPCChannel) {
	listField(f, "vpc_channels", "Channels with their members and health checks, in the order of the API. The list is empty if none match.",
		vpcChannelObject, *all)
})

// Metadata names the data source.
func (d *vpcChannelsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_vpc_channels"
}

// Schema declares the arguments, and what a read returns.
func (d *vpcChannelsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = readSchema("Lists the VPC channels (load balance channels) of a dedicated gateway of API Gateway, each with its members, "+
		"member groups, microservice and health check. "+completeList, vpcChannelsObject.attributes, gatewayArguments(),
		map[string]schema.Attribute{
			"name": optionalString("Returns only the channels with exactly this name, letter case included. "+
				"If there are none, the list is empty.", isNotBlank()),
			"omit_secrets": omitSecretsArgument(),
		})
}

// Read lists the channels.
func (d *vpcChannelsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model vpcChannelsModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			gateway, err := model.resolve(ctx, api, in)
			if err != nil {
				return nil, err
			}
			channels, err := api.VPCChannels(ctx, in, gateway, model.Name.ValueString())
			if err != nil {
				return nil, err
			}
			resp.Diagnostics.Append(warnOfPasswords(model.OmitSecrets, channels)...)
			values := vpcChannelsObject.values(&channels, secrets(model.OmitSecrets.ValueBool()))
			values["instance_id"] = stringValue(gateway)
			return values, nil
		})
}

func (m *vpcChannelsModel) operation() operation {
	requested := nameOrID("VPC channels", m.Name, types.StringNull()) + " of " + m.describe()
	return operation{service: client.APIG, summary: "Unable to list VPC channels", requested: requested}
}
