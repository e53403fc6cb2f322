package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource              = (*enhancedConnectionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*enhancedConnectionsDataSource)(nil)
)

func newEnhancedConnectionsDataSource() datasource.DataSource {
	return &enhancedConnectionsDataSource{}
}

// enhancedConnectionsDataSource is hwcloud_dli_enhanced_connections.
type enhancedConnectionsDataSource struct{ dataSourceBase }

type enhancedConnectionsModel struct {
	commonModel
	Name   types.String            `tfsdk:"name"`
	Status types.String            `tfsdk:"status"`
	Tags   map[string]types.String `tfsdk:"tags"`
	Limit  types.Number            `tfsdk:"limit"`
	Offset types.Number            `tfsdk:"offset"`
}

// enhancedConnectionsResult is what a read returns.
type enhancedConnectionsResult struct {
	connections []client.EnhancedConnection
}

var enhancedConnectionsObject = newObject(
	listField("connections", "Connections, in the order of the API, which sorts them by time of creation. The list is empty if none match.",
		enhancedConnectionObject, func(r *enhancedConnectionsResult) []client.EnhancedConnection { return r.connections }),
	int64Field("connection_count", "Number of `connections`.", func(r *enhancedConnectionsResult) *int64 {
		count := int64(len(r.connections))
		return &count
	}),
)

var enhancedConnectionObject = newObject(
	stringField("id", "ID of the connection.", func(c *client.EnhancedConnection) *string { return c.ID }),
	stringField("name", "Name of the connection.", func(c *client.EnhancedConnection) *string { return c.Name }),
	stringField("status", "Status of the connection: `ACTIVE` (activated) or `DELETED` (deleted).",
		func(c *client.EnhancedConnection) *string { return c.Status }),
	listField("available_queue_info", "Queues that use the connection, one entry for each. The list is empty if there are none.",
		enhancedConnectionPeerObject("queue"), func(c *client.EnhancedConnection) []client.EnhancedConnectionPeer { return c.AvailableQueueInfo }),
	listField("elastic_resource_pools", "Elastic resource pools that use the connection, one entry for each. The list is empty if there are none.",
		enhancedConnectionPeerObject("elastic resource pool"),
		func(c *client.EnhancedConnection) []client.EnhancedConnectionPeer { return c.ElasticResourcePools }),
	stringField("dest_vpc_id", "ID of the connected VPC.", func(c *client.EnhancedConnection) *string { return c.DestVPCID }),
	stringField("dest_network_id", "ID of the connected subnet.", func(c *client.EnhancedConnection) *string { return c.DestNetworkID }),
	boolField("is_privis", "`true` if the project has not been granted permissions for the connection, `false` if it has. "+
		"The API calls this field `isPrivis`.", func(c *client.EnhancedConnection) *bool { return c.IsPrivis }),
	boolField("ipv6_enable", "Whether the connection supports IPv6.", func(c *client.EnhancedConnection) *bool { return c.IPv6Enable }),
	int64Field("create_time", "Time at which the connection was created, in milliseconds since the Unix epoch.",
		func(c *client.EnhancedConnection) *int64 { return c.CreateTime }),
	timeField("created_at", "The time in `create_time` in RFC 3339 and UTC, with milliseconds, such as `2019-08-27T06:40:11.125Z`.",
		func(c *client.EnhancedConnection) *int64 { return c.CreateTime }),
	listField("hosts", "Host names that the connection resolves to IP addresses. The list is empty if there are none.",
		enhancedConnectionHostObject, func(c *client.EnhancedConnection) []client.EnhancedConnectionHost { return c.Hosts }),
	listField("routes", "Routes of the connection. The list is empty if there are none.",
		enhancedConnectionRouteObject, func(c *client.EnhancedConnection) []client.EnhancedConnectionRoute { return c.Routes }),
)

// enhancedConnectionPeerObject declares a queue or an elastic resource pool.
func enhancedConnectionPeerObject(kind string) *apiObject[client.EnhancedConnectionPeer] {
	return newObject(
		stringField("peer_id", "ID of the connection of this "+kind+".", func(p *client.EnhancedConnectionPeer) *string { return p.PeerID }),
		stringField("status", "Status of the connection of this "+kind+": `CREATING` (being set up), `ACTIVE` (set up and working), "+
			"or `FAILED` (could not be set up).", func(p *client.EnhancedConnectionPeer) *string { return p.Status }),
		stringField("name", "Name of the "+kind+".", func(p *client.EnhancedConnectionPeer) *string { return p.Name }),
		stringField("err_msg", "Reason why the connection could not be set up, if `status` is `FAILED`.",
			func(p *client.EnhancedConnectionPeer) *string { return p.ErrMsg }),
		int64Field("update_time", "Time at which this entry was last changed, in milliseconds since the Unix epoch.",
			func(p *client.EnhancedConnectionPeer) *int64 { return p.UpdateTime }),
		timeField("updated_at", "The time in `update_time` in RFC 3339 and UTC, with milliseconds.",
			func(p *client.EnhancedConnectionPeer) *int64 { return p.UpdateTime }),
	)
}

var enhancedConnectionHostObject = newObject(
	stringField("name", "Host name.", func(h *client.EnhancedConnectionHost) *string { return h.Name }),
	stringField("ip", "IPv4 address of the host.", func(h *client.EnhancedConnectionHost) *string { return h.IP }),
)

var enhancedConnectionRouteObject = newObject(
	stringField("name", "Name of the route.", func(r *client.EnhancedConnectionRoute) *string { return r.Name }),
	stringField("cidr", "Destination of the route in CIDR notation.", func(r *client.EnhancedConnectionRoute) *string { return r.CIDR }),
	int64Field("create_time", "Time at which the route was created, in milliseconds since the Unix epoch.",
		func(r *client.EnhancedConnectionRoute) *int64 { return r.CreateTime }),
	timeField("created_at", "The time in `create_time` in RFC 3339 and UTC, with milliseconds.",
		func(r *client.EnhancedConnectionRoute) *int64 { return r.CreateTime }),
)

// Metadata names the data source.
func (d *enhancedConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_dli_enhanced_connections"
}

// Schema declares the arguments, and what a read returns.
func (d *enhancedConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema("Lists the enhanced datasource connections of Data Lake Insight in a project: "+
		"the VPCs and subnets that queues and elastic resource pools can reach, and the status of each connection. "+completeList,
		enhancedConnectionsObject.attributes, map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Returns only the connections that the API finds by this name. The API decides whether a part of a name is enough.",
				Optional:            true,
				Validators:          []validator.String{isNotBlank()},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Returns only the connections with this status: `ACTIVE` (activated) or `DELETED` (deleted), in upper or lower case.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive("ACTIVE", "DELETED")},
			},
			"tags": schema.MapAttribute{
				MarkdownDescription: "Returns only the connections with all of these tags. " +
					"A key must not be blank and must not contain `=` or `,`; a value must not contain `,`.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Map{
					mapvalidator.NoNullValues(),
					mapvalidator.KeysAre(isNotBlank(), isWithout("=,")),
					mapvalidator.ValueStringsAre(isWithout(",")),
				},
			},
			"limit": schema.NumberAttribute{
				MarkdownDescription: "Maximum number of connections to return, `0` or more; `0` returns all. " +
					"It limits the complete result, not a page of it. Defaults to all connections.",
				Optional:   true,
				Validators: []validator.Number{isWholeNumberFrom(0)},
			},
			"offset": schema.NumberAttribute{
				MarkdownDescription: "Number of connections to skip from the start of the result, `0` or more. Defaults to `0`.",
				Optional:            true,
				Validators:          []validator.Number{isWholeNumberFrom(0)},
			},
		})
}

// Read lists the connections.
func (d *enhancedConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model enhancedConnectionsModel
	resp.Diagnostics.Append(readArguments(ctx, req.Config, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var result enhancedConnectionsResult
	resp.Diagnostics.Append(d.read(ctx, &model, model.operation(), func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
		result.connections, err = api.EnhancedConnections(ctx, in, model.query())
		return err
	})...)
	if resp.Diagnostics.HasError() {
		return
	}

	resp.State.Raw = withResult(ctx, resp.State.Raw, &model, enhancedConnectionsObject.values(&result, keepSecrets))
}

func (m *enhancedConnectionsModel) operation() operation {
	requested := "enhanced datasource connections"
	if !m.Name.IsNull() {
		requested += fmt.Sprintf(" named %q", m.Name.ValueString())
	}
	return operation{service: client.DLI, summary: "Unable to list DLI enhanced datasource connections", requested: requested}
}

func (m *enhancedConnectionsModel) query() client.EnhancedConnectionsQuery {
	tags := make(map[string]string, len(m.Tags))
	for key, value := range m.Tags {
		tags[key] = value.ValueString()
	}
	return client.EnhancedConnectionsQuery{
		Name:   m.Name.ValueString(),
		Status: m.Status.ValueString(),
		Tags:   tags,
		Window: client.Window{Offset: wholeNumberOrZero(m.Offset), Limit: wholeNumberOrZero(m.Limit)},
	}
}
