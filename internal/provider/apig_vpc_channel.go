package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// vpcChannelModel names a channel by its gateway and its ID or name.
type vpcChannelModel struct {
	commonModel
	gatewayModel
	VPCChannelID types.String `tfsdk:"vpc_channel_id"`
	Name         types.String `tfsdk:"name"`
}

// vpcChannelAttributes declares the arguments of vpcChannelModel and what a read returns. The name
// is both.
func vpcChannelAttributes() []attribute {
	attributes := append(gatewayAttributes(),
		defaultedString("vpc_channel_id", "ID of the channel. Set exactly one of `vpc_channel_id` and `name`. After the read it holds the channel's ID.",
			isPathSegment()),
		defaultedString("name", "Name of the channel. Set exactly one of `vpc_channel_id` and `name`. "+
			"The name must match exactly, letter case included; it is an error if no channel or several have it. "+
			"After the read it holds the channel's name.", isNotBlank()),
	)
	for _, a := range vpcChannelObject.attributes {
		if a.name != "name" {
			attributes = append(attributes, a)
		}
	}
	return attributes
}

// vpcChannelIdentifiers are the arguments of which one must be set.
var vpcChannelIdentifiers = []path.Expression{path.MatchRoot("vpc_channel_id"), path.MatchRoot("name")}

// vpcChannelDescription describes what is read.
const vpcChannelDescription = "Reads one VPC channel (load balance channel) of a dedicated gateway of API Gateway, by its ID or its name: " +
	"the backend servers that the gateway forwards requests to, how it distributes requests, and its health check. " +
	"A channel that does not exist is an error. " + missingValues + " An empty string is returned as the API sends it."

// byName reports whether the channel is found by its name.
func (m *vpcChannelModel) byName() bool { return !m.Name.IsNull() }

func (m *vpcChannelModel) operation() operation {
	channel := fmt.Sprintf("VPC channel %q", m.VPCChannelID.ValueString())
	if m.byName() {
		channel = fmt.Sprintf("VPC channel named %q", m.Name.ValueString())
	}
	return operation{service: client.APIG, summary: "Unable to read VPC channel", requested: channel + " of " + m.describe()}
}

// fetch reads the channel.
func (m *vpcChannelModel) fetch(ctx context.Context, api *client.Client, in client.Scope) (*client.VPCChannel, error) {
	gateway, err := m.resolve(ctx, api, in)
	if err != nil {
		return nil, err
	}
	if m.byName() {
		return api.VPCChannelByName(ctx, in, gateway, m.Name.ValueString())
	}
	return api.VPCChannel(ctx, in, gateway, m.VPCChannelID.ValueString())
}

// result sets the ID to the channel's, and returns the channel's values. The name remains what the
// user set if the API returns none.
func (m *vpcChannelModel) result(channel *client.VPCChannel, secrets secrets) map[string]tftypes.Value {
	if m.byName() {
		m.VPCChannelID = types.StringPointerValue(channel.ID)
	}
	values := vpcChannelObject.values(channel, secrets)
	if channel.Name == nil {
		delete(values, "name")
	}
	return values
}
