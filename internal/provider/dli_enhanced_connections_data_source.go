package provider

import (
	"context"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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

var enhancedConnectionsObject = newObject(func(f *fields, all *[]client.EnhancedConnection) {
	listField(f, "connections", "Connections, in the order of the API, which sorts them by time of creation. The list is empty if none match.",
		enhancedConnectionObject, *all)
	count := int64(len(*all))
	f.number("connection_count", "Number of `connections`.", &count)
})

var enhancedConnectionObject = newObject(func(f *fields, c *client.EnhancedConnection) {
	f.text("id", "ID of the connection.", c.ID)
	f.text("name", "Name of the connection.", c.Name)
	f.text("status", "Status of the connection: `ACTIVE` (activated) or `DELETED` (deleted). "+compareInUpperCase, c.Status)
	listField(f, "available_queue_info", "Queues that use the connection, one entry for each. The list is empty if there are none.",
		enhancedConnectionPeerObject, c.AvailableQueueInfo)
	listField(f, "elastic_resource_pools", "Elastic resource pools that use the connection, one entry for each. "+
		"The list is empty if there are none.", enhancedConnectionPeerObject, c.ElasticResourcePools)
	f.text("dest_vpc_id", "ID of the connected VPC.", c.DestVPCID)
	f.text("dest_network_id", "Network ID of the connected subnet, not its IPv4 subnet ID.", c.DestNetworkID)
	f.boolean("is_privis", "`true` if the project has not been granted permissions for the connection, `false` if it has. The API calls "+
		"this field `isPrivis`.", c.IsPrivis)
	f.boolean("ipv6_enable", "Whether the connection supports IPv6.", c.IPv6Enable)
	f.number("create_time", "Time at which the connection was created, in milliseconds since the Unix epoch.", c.CreateTime)
	f.time("created_at", "The time in `create_time` in RFC 3339 and UTC, with milliseconds, such as `2019-08-27T06:40:11.125Z`.", c.CreateTime)
	listField(f, "hosts", "Host names that the connection resolves to IP addresses. The list is empty if there are none.",
		enhancedConnectionHostObject, c.Hosts)
	listField(f, "routes", "Routes of the connection. The list is empty if there are none.", enhancedConnectionRouteObject, c.Routes)
})

// enhancedConnectionPeerObject declares a queue or an elastic resource pool.
var enhancedConnectionPeerObject = newObject(func(f *fields, p *client.EnhancedConnectionPeer) {
	f.text("peer_id", "ID of the connection of this queue or pool.", p.PeerID)
	f.text("status", "Status of the connection of this queue or pool: `CREATING` (being set up), `ACTIVE` (set up and working), "+
		"or `FAILED` (could not be set up). "+compareInUpperCase, p.Status)
	f.text("name", "Name of the queue or pool.", p.Name)
	f.text("err_msg", "Reason why the connection could not be set up, if `status` is `FAILED`.", p.ErrMsg)
	f.number("update_time", "Time at which this entry was last changed, in milliseconds since the Unix epoch. "+
		"It is `0` if there was no change yet.", p.UpdateTime)
	f.time("updated_at", "The time in `update_time` in RFC 3339 and UTC, with milliseconds.", p.UpdateTime)
})

// compareInUpperCase is part of the description of a status.
const compareInUpperCase = "Some clouds write `Active`: compare it with `upper()`."

var enhancedConnectionHostObject = newObject(func(f *fields, h *client.EnhancedConnectionHost) {
	f.text("name", "Host name.", h.Name)
	f.text("ip", "IPv4 address of the host.", h.IP)
})

var enhancedConnectionRouteObject = newObject(func(f *fields, r *client.EnhancedConnectionRoute) {
	f.text("name", "Name of the route.", r.Name)
	f.text("cidr", "Destination of the route in CIDR notation.", r.CIDR)
	f.number("create_time", "Time at which the route was created, in milliseconds since the Unix epoch.", r.CreateTime)
	f.time("created_at", "The time in `create_time` in RFC 3339 and UTC, with milliseconds.", r.CreateTime)
})

// Metadata names the data source.
func (d *enhancedConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_dli_enhanced_connections"
}

// Schema declares the arguments, and what a read returns.
func (d *enhancedConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = readSchema("Lists the enhanced datasource connections of Data Lake Insight in a project: "+
		"the VPCs and subnets that queues and elastic resource pools can reach, and the status of each connection. "+completeList,
		enhancedConnectionsObject.attributes, map[string]schema.Attribute{
			"name": optionalString("Returns only the connections that the API finds by this name. "+
				"The API decides whether a part of a name is enough.", isNotBlank()),
			"status": optionalString("Returns only the connections with this status: `ACTIVE` (activated) or `DELETED` (deleted), "+
				"in upper or lower case. Another value is sent as it is, with a warning.",
				isDocumentedInAnyCase("The status of a queue or pool is in `available_queue_info` and `elastic_resource_pools`.",
					"ACTIVE", "DELETED")),
			"tags": schema.MapAttribute{
				MarkdownDescription: "Returns only the connections with all of these tags. " +
					"A key must not be blank and must not contain `=` or `,`; a value must not be null and must not contain `,`.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Map{
					mapvalidator.KeysAre(isNotBlank(), isWithout("=", ",")),
					mapvalidator.ValueStringsAre(isWithout(",")),
				},
			},
			"limit": optionalNumber("Maximum number of connections to return, `0` or more; `0` returns all. "+
				"It limits the complete result, not a page of it. Defaults to all connections.",
				isWholeNumber(0, math.MaxInt64, "To return every connection, leave it out.")),
			"offset": optionalNumber("Number of connections to skip from the start of the result, `0` or more. Defaults to `0`.",
				isWholeNumber(0, math.MaxInt64, "To skip none, leave it out.")),
		})
}

// Read lists the connections.
func (d *enhancedConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model enhancedConnectionsModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			connections, err := api.EnhancedConnections(ctx, in, model.query())
			return enhancedConnectionsObject.values(&connections, keepSecrets), err
		})
}

func (m *enhancedConnectionsModel) operation() operation {
	requested := nameOrID("enhanced datasource connections", m.Name, types.StringNull())
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
