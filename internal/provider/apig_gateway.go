package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// gatewayModel names a dedicated gateway by its ID or its name.
type gatewayModel struct {
	InstanceID   types.String `tfsdk:"instance_id"`
	InstanceName types.String `tfsdk:"instance_name"`
}

// gatewayArguments declares the arguments of gatewayModel.
func gatewayArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"instance_id": defaultedString("ID of the dedicated gateway. Set exactly one of `instance_id` and `instance_name`. "+
			"After the read it holds the gateway's ID.", isPathSegment("To find a gateway by its name, set instance_name.").or("instance_name"),
			stringvalidator.ExactlyOneOf(path.MatchRoot("instance_id"), path.MatchRoot("instance_name"))),
		"instance_name": optionalString("Name of the dedicated gateway. Set exactly one of `instance_id` and `instance_name`. "+
			"The name must match exactly, letter case included; it is an error if no gateway or several have it.",
			isNotBlank().or("instance_id")),
	}
}

// describe names the gateway.
func (m *gatewayModel) describe() string { return nameOrID("gateway", m.InstanceName, m.InstanceID) }

// resolve returns the ID of the gateway. A name is looked up at every read, because the gateway
// that has it may be replaced during an apply.
func (m *gatewayModel) resolve(ctx context.Context, api *client.Client, in client.Scope) (string, error) {
	if m.InstanceName.IsNull() {
		return m.InstanceID.ValueString(), nil
	}
	return api.InstanceID(ctx, in, m.InstanceName.ValueString())
}
