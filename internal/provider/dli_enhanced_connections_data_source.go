package provider

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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
type enhancedConnectionsDataSource struct {
	lookup
}

type enhancedConnectionsModel struct {
	lookupModel
	Name            types.String            `tfsdk:"name"`
	Status          types.String            `tfsdk:"status"`
	Tags            map[string]types.String `tfsdk:"tags"`
	Limit           types.Int64             `tfsdk:"limit"`
	Offset          types.Int64             `tfsdk:"offset"`
	Connections     types.List              `tfsdk:"connections"`
	ConnectionCount types.Int64             `tfsdk:"connection_count"`
}

// Metadata names the data source.
func (d *enhancedConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_dli_enhanced_connections"
}

// Schema declares the arguments and what a lookup fills.
func (d *enhancedConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enhanced datasource connections of Data Lake Insight in a project: " +
			"the VPCs and subnets that queues and elastic resource pools can reach, and in what state each of those connections is. " +
			"All connections come, however many there are, unless an argument narrows the list; " +
			"where the list cannot be read as a whole, the lookup fails. " +
			"A value that the API leaves out is null, a list that it leaves out is empty.",
		Attributes: withLookupArguments(map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Lists only the connections that the API finds by this name. Whether a part of a name finds one is up to the API.",
				Optional:            true,
				Validators:          []validator.String{isNotBlank()},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Lists only the connections in this status, in upper or lower case: " +
					"`ACTIVE` for those that have been activated, `DELETED` for those that have been deleted.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOfCaseInsensitive("ACTIVE", "DELETED")},
			},
			"tags": schema.MapAttribute{
				MarkdownDescription: "Lists only the connections that carry all of these tags. " +
					"A key is not empty and holds neither `=` nor `,`; a value holds no `,`. " +
					"They go to the API as `key=value`, joined by commas.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Map{
					mapvalidator.NoNullValues(),
					mapvalidator.KeysAre(isNotBlank(), isWithout("=,")),
					mapvalidator.ValueStringsAre(isWithout(",")),
				},
			},
			"limit": schema.Int64Attribute{
				MarkdownDescription: "The most connections to list, `0` or more; `0` lists all. It caps the whole result, not a page of it. " +
					"All connections come where it is not set.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(0)},
			},
			"offset": schema.Int64Attribute{
				MarkdownDescription: "How many connections to skip from the start of the result, `0` or more. " +
					"None are skipped where it is not set.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(0)},
			},
			"connections": computedList("Connections, in the order of the API, which sorts them by creation time. The list is empty where none match.",
				map[string]schema.Attribute{
					"id":     computedString("ID of the connection."),
					"name":   computedString("Name of the connection."),
					"status": computedString("Status of the connection: `ACTIVE`, it has been activated, or `DELETED`, it has been deleted."),
					"available_queue_info": computedList("Queues that use the connection, one entry for each. The list is empty where none does.",
						enhancedConnectionPeerAttributes("queue")),
					"elastic_resource_pools": computedList("Elastic resource pools that use the connection, one entry for each. The list is empty where none does.",
						enhancedConnectionPeerAttributes("elastic resource pool")),
					"dest_vpc_id":     computedString("ID of the VPC that the connection leads to."),
					"dest_network_id": computedString("ID of the subnet that the connection leads to."),
					"is_privis": computedBool("`false` where the project has been granted permissions for the connection, " +
						"`true` where it has not. The API calls it `isPrivis`."),
					"ipv6_enable": computedBool("Whether the connection carries IPv6 too."),
					"create_time": computedInt64("When the connection was created, in milliseconds since the Unix epoch."),
					"created_at":  computedString("The time of `create_time` as RFC 3339 in UTC, such as `2019-08-27T06:40:11.125Z`. " + nullTime),
					"hosts": computedList("Names of hosts that the connection resolves to addresses. The list is empty where there are none.",
						map[string]schema.Attribute{
							"name": computedString("Name of the host."),
							"ip":   computedString("IPv4 address of the host."),
						}),
					"routes": computedList("Routes of the connection. The list is empty where there are none.",
						map[string]schema.Attribute{
							"name":        computedString("Name of the route."),
							"cidr":        computedString("Addresses that the route leads to, in CIDR notation."),
							"create_time": computedInt64("When the route was created, in milliseconds since the Unix epoch."),
							"created_at":  computedString("The time of `create_time` as RFC 3339 in UTC, with its milliseconds. " + nullTime),
						}),
				}),
			"connection_count": computedInt64("Number of `connections`."),
		}),
	}
}

// nullTime says where a time in RFC 3339 is null.
const nullTime = "It is null where that is null or lies outside the years 1 to 9999."

// enhancedConnectionPeerAttributes are those of a peer of that kind.
func enhancedConnectionPeerAttributes(kind string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"peer_id": computedString("ID of the connection of this " + kind + "."),
		"status": computedString("Status of the connection of this " + kind + ": `CREATING`, it is being set up; " +
			"`ACTIVE`, it is set up and reaches its destination; `FAILED`, it could not be set up."),
		"name":        computedString("Name of the " + kind + "."),
		"err_msg":     computedString("Why the connection could not be set up, where `status` is `FAILED`."),
		"update_time": computedInt64("When this entry last changed, in milliseconds since the Unix epoch."),
		"updated_at":  computedString("The time of `update_time` as RFC 3339 in UTC, with its milliseconds. " + nullTime),
	}
}

// Read lists the connections.
func (d *enhancedConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model enhancedConnectionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var connections []client.EnhancedConnection
	ok := d.read(ctx, &model.lookupModel, model.subject(), &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
			connections, err = api.EnhancedConnections(ctx, in, model.query())
			return err
		})
	if !ok {
		return
	}

	model = model.withAnswer(schemaTypes(resp.State.Schema), connections)
	resp.Diagnostics.Append(setState(ctx, &resp.State, &model, "connections", &model.Connections)...)
}

func (m enhancedConnectionsModel) subject() subject {
	asked := "enhanced datasource connections"
	if !m.Name.IsNull() {
		asked += fmt.Sprintf(" named %q", m.Name.ValueString())
	}
	return subject{
		service:    client.DLI,
		summary:    "Unable to list DLI enhanced datasource connections",
		asked:      asked,
		permission: "read permission on DLI enhanced datasource connections (policy DLI ReadOnlyAccess, in identity policies action dli:edsconnection:list)",
		argument:   m.argument,
	}
}

// argument tells which argument an error of the API is about.
func (m enhancedConnectionsModel) argument(err *client.Error) string {
	if answeredBy("/datasource/enhanced-connections", err) && err.Status == http.StatusBadRequest &&
		!m.Offset.IsNull() && strings.Contains(strings.ToLower(err.Message), "offset") {
		return "offset"
	}
	return ""
}

func (m enhancedConnectionsModel) query() client.EnhancedConnectionsQuery {
	return client.EnhancedConnectionsQuery{
		Name:   m.Name.ValueString(),
		Status: m.Status.ValueString(),
		Tags:   m.tags(),
		Window: client.Window{Offset: m.Offset.ValueInt64(), Limit: m.Limit.ValueInt64()},
	}
}

func (m enhancedConnectionsModel) tags() map[string]string {
	tags := make(map[string]string, len(m.Tags))
	for key, value := range m.Tags {
		tags[key] = value.ValueString()
	}
	return tags
}

// withAnswer is the model with what the API answered. attributes are the types
// of the data source's attributes.
func (m enhancedConnectionsModel) withAnswer(attributes attributeTypes, connections []client.EnhancedConnection) enhancedConnectionsModel {
	m.Connections = listValue(attributes["connections"], connections, enhancedConnectionValues)
	m.ConnectionCount = types.Int64Value(int64(len(connections)))
	return m
}

func enhancedConnectionValues(attributes attributeTypes, connection client.EnhancedConnection) attributeValues {
	return attributeValues{
		"id":                     types.StringPointerValue(connection.ID),
		"name":                   types.StringPointerValue(connection.Name),
		"status":                 types.StringPointerValue(connection.Status),
		"available_queue_info":   listValue(attributes["available_queue_info"], connection.AvailableQueueInfo, enhancedConnectionPeerValues),
		"elastic_resource_pools": listValue(attributes["elastic_resource_pools"], connection.ElasticResourcePools, enhancedConnectionPeerValues),
		"dest_vpc_id":            types.StringPointerValue(connection.DestVPCID),
		"dest_network_id":        types.StringPointerValue(connection.DestNetworkID),
		"is_privis":              types.BoolPointerValue(connection.IsPrivis),
		"ipv6_enable":            types.BoolPointerValue(connection.IPv6Enable),
		"create_time":            types.Int64PointerValue(connection.CreateTime),
		"created_at":             timeValue(connection.CreateTime),
		"hosts":                  listValue(attributes["hosts"], connection.Hosts, enhancedConnectionHostValues),
		"routes":                 listValue(attributes["routes"], connection.Routes, enhancedConnectionRouteValues),
	}
}

func enhancedConnectionPeerValues(_ attributeTypes, peer client.EnhancedConnectionPeer) attributeValues {
	return attributeValues{
		"peer_id":     types.StringPointerValue(peer.PeerID),
		"status":      types.StringPointerValue(peer.Status),
		"name":        types.StringPointerValue(peer.Name),
		"err_msg":     types.StringPointerValue(peer.ErrMsg),
		"update_time": types.Int64PointerValue(peer.UpdateTime),
		"updated_at":  timeValue(peer.UpdateTime),
	}
}

func enhancedConnectionHostValues(_ attributeTypes, host client.EnhancedConnectionHost) attributeValues {
	return attributeValues{
		"name": types.StringPointerValue(host.Name),
		"ip":   types.StringPointerValue(host.IP),
	}
}

func enhancedConnectionRouteValues(_ attributeTypes, route client.EnhancedConnectionRoute) attributeValues {
	return attributeValues{
		"name":        types.StringPointerValue(route.Name),
		"cidr":        types.StringPointerValue(route.CIDR),
		"create_time": types.Int64PointerValue(route.CreateTime),
		"created_at":  timeValue(route.CreateTime),
	}
}
