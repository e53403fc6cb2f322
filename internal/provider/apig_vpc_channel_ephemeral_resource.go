package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ ephemeral.EphemeralResource              = (*vpcChannelEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*vpcChannelEphemeralResource)(nil)
)

func newVPCChannelEphemeralResource() ephemeral.EphemeralResource {
	return &vpcChannelEphemeralResource{}
}

// vpcChannelEphemeralResource is the ephemeral resource hwcloud_apig_vpc_channel.
type vpcChannelEphemeralResource struct{ ephemeralBase }

// Metadata names the ephemeral resource.
func (r *vpcChannelEphemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_vpc_channel"
}

// Schema declares the arguments, and what a read returns.
func (r *vpcChannelEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralSchema(vpcChannelSchema(vpcChannelDescription +
		" Its values, the password of a Nacos user included, reach neither a plan nor the state."))
}

// Open reads the channel.
func (r *vpcChannelEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model vpcChannelModel
	r.read(ctx, req.Config, &model, &resp.Result.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			_, values, err := model.read(ctx, api, in, keepSecrets)
			return values, err
		})
}
