package provider

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

// vpcChannelSchema declares the arguments of vpcChannelModel and what a read returns. The name is
// both.
func vpcChannelSchema(description string) schema.Schema {
	return readSchema(description, vpcChannelObject.attributes, gatewayArguments(), map[string]schema.Attribute{
		"vpc_channel_id": defaultedString("ID of the channel. Set exactly one of `vpc_channel_id` and `name`. "+
			"After the read it holds the channel's ID.", isPathSegment("To find a channel by its name, set name.").or("name"),
			stringvalidator.ExactlyOneOf(path.MatchRoot("vpc_channel_id"), path.MatchRoot("name"))),
		"name": defaultedString("Name of the channel. Set exactly one of `vpc_channel_id` and `name`. "+
			"The name must match exactly, letter case included; it is an error if no channel or several have it. "+
			"After the read it holds the channel's name.", isNotBlank().or("vpc_channel_id")),
	})
}

// vpcChannelDescription describes what is read.
const vpcChannelDescription = "Reads one VPC channel (load balance channel) of a dedicated gateway of API Gateway, " +
	"by its ID or its name: the backend servers that the gateway forwards requests to, how it distributes requests, and its health check. " +
	"A channel that does not exist is an error. " + missingValues + " An empty string is returned as the API sends it."

func (m *vpcChannelModel) operation() operation {
	requested := nameOrID("VPC channel", m.Name, m.VPCChannelID) + " of " + m.describe()
	return operation{service: client.APIG, summary: "Unable to read VPC channel", requested: requested}
}

// read reads the channel, and returns it with the values that it has in the state. The name remains
// what the user set if the API returns none.
func (m *vpcChannelModel) read(
	ctx context.Context, api *client.Client, in client.Scope, secrets secrets,
) (*client.VPCChannel, map[string]tftypes.Value, error) {
	gateway, err := m.resolve(ctx, api, in)
	if err != nil {
		return nil, nil, err
	}
	show, idOrName := api.VPCChannel, m.VPCChannelID
	if !m.Name.IsNull() {
		show, idOrName = api.VPCChannelByName, m.Name
	}
	channel, err := show(ctx, in, gateway, idOrName.ValueString())
	if err != nil {
		return nil, nil, err
	}
	values := vpcChannelObject.values(channel, secrets)
	values["instance_id"] = stringValue(gateway)
	if !m.Name.IsNull() {
		values["vpc_channel_id"] = values["id"]
	}
	if channel.Name == nil {
		delete(values, "name")
	}
	return channel, values, nil
}

// omitSecretsArgument declares the argument omit_secrets.
func omitSecretsArgument() schema.Attribute {
	return schema.BoolAttribute{
		MarkdownDescription: "If `true`, sensitive values, such as the password of a Nacos user, are null and never reach the state. " +
			"If `false`, the state holds them. Defaults to `false`, with a warning if a password is stored.",
		Optional: true,
	}
}

// warnOfPasswords warns that the state holds the passwords of channels, unless the user has decided
// whether it may.
func warnOfPasswords(omit types.Bool, channels []client.VPCChannel) diag.Diagnostics {
	const listed = 5
	var names []string
	for _, c := range channels {
		info := c.MicroserviceInfo
		if info == nil || info.NacosInfo == nil || info.NacosInfo.UserInfo == nil {
			continue
		}
		if password := info.NacosInfo.UserInfo.Password; password != nil && *password != "" {
			names = append(names, fmt.Sprintf("%.64q", *cmp.Or(c.Name, c.ID)))
		}
	}
	if len(names) == 0 || !omit.IsNull() {
		return nil
	}
	if more := len(names) - listed; more > 0 {
		names = append(names[:listed], fmt.Sprintf("and %d more", more))
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("omit_secrets"), "Password in the state",
		"The state will hold, in plain text, the password of a Nacos user for each of these VPC channels: "+strings.Join(names, ", ")+".\n\n"+
			"If you do not need it, set omit_secrets = true. If you do, read it with the ephemeral resource hwcloud_apig_vpc_channel, "+
			"which stores nothing. To keep it in the state without this warning, set omit_secrets = false.")}
}
