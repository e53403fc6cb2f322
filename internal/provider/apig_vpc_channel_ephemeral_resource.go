package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/ephemeralvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ ephemeral.EphemeralResource                     = (*vpcChannelEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure        = (*vpcChannelEphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigValidators = (*vpcChannelEphemeralResource)(nil)
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
	resp.Schema = ephemeralSchema(vpcChannelDescription+" Its values, the password of a Nacos user included, reach neither a plan nor the state.",
		vpcChannelAttributes())
}

// ConfigValidators require the gateway and the channel, each by its ID or its name.
func (r *vpcChannelEphemeralResource) ConfigValidators(context.Context) []ephemeral.ConfigValidator {
	return []ephemeral.ConfigValidator{
		ephemeralvalidator.ExactlyOneOf(gatewayIdentifiers...),
		ephemeralvalidator.ExactlyOneOf(vpcChannelIdentifiers...),
	}
}

// Open reads the channel.
func (r *vpcChannelEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model vpcChannelModel
	resp.Diagnostics.Append(readArguments(ctx, req.Config, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var channel *client.VPCChannel
	resp.Diagnostics.Append(r.read(ctx, &model, model.operation(), func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
		channel, err = model.fetch(ctx, api, in)
		return err
	})...)
	if resp.Diagnostics.HasError() {
		return
	}

	resp.Result.Raw = withResult(ctx, resp.Result.Raw, &model, model.result(channel, keepSecrets))
}
