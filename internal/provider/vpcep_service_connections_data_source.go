package provider

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource              = (*serviceConnectionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*serviceConnectionsDataSource)(nil)
)

func newServiceConnectionsDataSource() datasource.DataSource {
	return &serviceConnectionsDataSource{}
}

// serviceConnectionsDataSource is hwcloud_vpcep_service_connections.
type serviceConnectionsDataSource struct {
	lookup
}

type serviceConnectionsModel struct {
	lookupModel
	ServiceID   types.String `tfsdk:"service_id"`
	EndpointID  types.String `tfsdk:"endpoint_id"`
	MarkerID    types.Int64  `tfsdk:"marker_id"`
	Status      types.String `tfsdk:"status"`
	SortKey     types.String `tfsdk:"sort_key"`
	SortDir     types.String `tfsdk:"sort_dir"`
	Limit       types.Int64  `tfsdk:"limit"`
	Offset      types.Int64  `tfsdk:"offset"`
	Connections types.List   `tfsdk:"connections"`
	TotalCount  types.Int64  `tfsdk:"total_count"`
}

// Metadata names the data source.
func (d *serviceConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vpcep_service_connections"
}

// Schema declares the arguments and what a lookup fills.
func (d *serviceConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the connections to a VPC endpoint service: which VPC endpoints ask to reach the service, " +
			"which accounts own them, and whether they have been accepted. " +
			"All connections come, however many there are, unless an argument narrows the list; " +
			"where the list cannot be read as a whole, the lookup fails. " +
			"A value that the API leaves out is null, a list that it leaves out is empty.",
		Attributes: withLookupArguments(map[string]schema.Attribute{
			"service_id": schema.StringAttribute{
				MarkdownDescription: "ID of the VPC endpoint service whose connections are listed.",
				Required:            true,
				Validators:          []validator.String{isPathSegment()},
			},
			"endpoint_id": schema.StringAttribute{
				MarkdownDescription: "Lists only the connection of the VPC endpoint with this ID. It goes to the API as `id`.",
				Optional:            true,
				Validators:          []validator.String{isNotBlank()},
			},
			"marker_id": schema.Int64Attribute{
				MarkdownDescription: "Lists only the connection with this number, `0` or more: the `marker_id` of a connection.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Lists only the connections in this status. " + serviceConnectionStatuses,
				Optional:            true,
				Validators: []validator.String{
					stringvalidator.OneOf("pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"),
				},
			},
			"sort_key": schema.StringAttribute{
				MarkdownDescription: "Time that the list is sorted by: `create_at`, when the connection was created, " +
					"or `update_at`, when it last changed. The API sorts by `create_at` where this is not set.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf("create_at", "update_at")},
			},
			"sort_dir": schema.StringAttribute{
				MarkdownDescription: "Order of the list: `asc`, the earliest first, or `desc`, the latest first. " +
					"The API sorts `desc` where this is not set.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf("asc", "desc")},
			},
			"limit": schema.Int64Attribute{
				MarkdownDescription: "The most connections to list, `1` or more. It caps the whole result, not a page of it. " +
					"All connections come where it is not set.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"offset": schema.Int64Attribute{
				MarkdownDescription: "How many connections to skip from the start of the result, `0` or more. " +
					"None are skipped where it is not set. " +
					"Where it is not less than the number of connections, the API may answer with an error.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(0)},
			},
			"connections": computedList("Connections to the service, in the order asked for. The list is empty where none match.",
				map[string]schema.Attribute{
					"id":         computedString("ID of the VPC endpoint that is connected."),
					"marker_id":  computedInt64("Number of the connection, which no other connection has."),
					"created_at": computedString("When the connection was created, as an RFC 3339 time in UTC such as `2018-09-17T11:10:11Z`."),
					"updated_at": computedString("When the connection last changed, as an RFC 3339 time in UTC such as `2018-09-17T11:10:12Z`."),
					"domain_id":  computedString("ID of the account that owns the VPC endpoint."),
					"error": computedList("Why the connection failed. The API fills it where `status` is `failed`; else the list is empty.",
						map[string]schema.Attribute{
							"error_code":    computedString("Code of the error."),
							"error_message": computedString("Text of the error."),
						}),
					"status":      computedString("Status of the connection. " + serviceConnectionStatuses),
					"description": computedString("Description of the connection."),
				}),
			"total_count": computedInt64("Number of connections that match the other arguments, whatever `limit` and `offset` are. " +
				"It is more than the length of `connections` where those two cut a part out of the list."),
		}),
	}
}

// serviceConnectionStatuses explains the statuses of a connection.
const serviceConnectionStatuses = "`pendingAcceptance`: the owner of the service has yet to accept it; " +
	"`creating`: it is being set up; `accepted`: it is in use; `rejected`: the owner of the service has refused it; " +
	"`failed`: it could not be set up; `deleting`: it is being removed."

// Read lists the connections.
func (d *serviceConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model serviceConnectionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var connections []client.ServiceConnection
	var total int64
	ok := d.read(ctx, &model.lookupModel, model.subject(), &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
			connections, total, err = api.ServiceConnections(ctx, in, model.ServiceID.ValueString(), model.query())
			return err
		})
	if !ok {
		return
	}

	model = model.withAnswer(schemaTypes(resp.State.Schema), connections, total)
	resp.Diagnostics.Append(setState(ctx, &resp.State, &model, "connections", &model.Connections)...)
}

func (m serviceConnectionsModel) subject() subject {
	return subject{
		service:    client.VPCEP,
		summary:    "Unable to list VPC endpoint service connections",
		asked:      fmt.Sprintf("connections of VPC endpoint service %q", m.ServiceID.ValueString()),
		permission: "read permission on VPC endpoint services (action vpcep:connections:list, in identity policies vpcep:endpointServices:listConnections)",
		argument:   m.argument,
	}
}

// argument tells which argument an error of the API is about.
func (m serviceConnectionsModel) argument(err *client.Error) string {
	switch {
	case !answeredBy("/vpc-endpoint-services/", err):
		return ""
	case err.Code == "EndPoint.0010" && !m.Offset.IsNull():
		return "offset"
	case err.Code == "EndPoint.0005" || err.Status == http.StatusNotFound:
		return "service_id"
	}
	return ""
}

func (m serviceConnectionsModel) query() client.ServiceConnectionsQuery {
	return client.ServiceConnectionsQuery{
		EndpointID: m.EndpointID.ValueString(),
		MarkerID:   m.MarkerID.ValueInt64Pointer(),
		Status:     m.Status.ValueString(),
		SortKey:    m.SortKey.ValueString(),
		SortDir:    m.SortDir.ValueString(),
		Window:     client.Window{Offset: m.Offset.ValueInt64(), Limit: m.Limit.ValueInt64()},
	}
}

// withAnswer is the model with what the API answered. attributes are the types
// of the data source's attributes.
func (m serviceConnectionsModel) withAnswer(attributes attributeTypes, connections []client.ServiceConnection, total int64) serviceConnectionsModel {
	m.Connections = listValue(attributes["connections"], connections, serviceConnectionValues)
	m.TotalCount = types.Int64Value(total)
	return m
}

func serviceConnectionValues(attributes attributeTypes, connection client.ServiceConnection) attributeValues {
	return attributeValues{
		"id":          types.StringPointerValue(connection.ID),
		"marker_id":   types.Int64PointerValue(connection.MarkerID),
		"created_at":  types.StringPointerValue(connection.CreatedAt),
		"updated_at":  types.StringPointerValue(connection.UpdatedAt),
		"domain_id":   types.StringPointerValue(connection.DomainID),
		"error":       listValue(attributes["error"], connection.Error, serviceConnectionErrorValues),
		"status":      types.StringPointerValue(connection.Status),
		"description": types.StringPointerValue(connection.Description),
	}
}

func serviceConnectionErrorValues(_ attributeTypes, reason client.ServiceConnectionError) attributeValues {
	return attributeValues{
		"error_code":    types.StringPointerValue(reason.ErrorCode),
		"error_message": types.StringPointerValue(reason.ErrorMessage),
	}
}
