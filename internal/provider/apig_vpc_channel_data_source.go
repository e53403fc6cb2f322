package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource              = (*vpcChannelDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*vpcChannelDataSource)(nil)
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
	resp.Schema = vpcChannelSchema(vpcChannelDescription)
	resp.Schema.Attributes["omit_secrets"] = omitSecretsArgument()
}

// Read reads the channel.
func (d *vpcChannelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model vpcChannelDataSourceModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			channel, values, err := model.read(ctx, api, in, secrets(model.OmitSecrets.ValueBool()))
			if err == nil {
				resp.Diagnostics.Append(warnOfPasswords(model.OmitSecrets, []client.VPCChannel{*channel})...)
			}
			return values, err
		})
}
