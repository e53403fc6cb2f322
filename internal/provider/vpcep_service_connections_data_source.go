package provider

import (
	"context"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
type serviceConnectionsDataSource struct{ dataSourceBase }

type serviceConnectionsModel struct {
	commonModel
	ServiceID   types.String `tfsdk:"service_id"`
	ServiceName types.String `tfsdk:"service_name"`
	EndpointID  types.String `tfsdk:"endpoint_id"`
	MarkerID    types.Number `tfsdk:"marker_id"`
	Status      types.String `tfsdk:"status"`
	SortKey     types.String `tfsdk:"sort_key"`
	SortDir     types.String `tfsdk:"sort_dir"`
	Limit       types.Number `tfsdk:"limit"`
	Offset      types.Number `tfsdk:"offset"`
}

// serviceConnectionsResult is what a read returns.
type serviceConnectionsResult struct {
	connections []client.ServiceConnection
	total       int64
}

var serviceConnectionsObject = newObject(func(f *fields, r *serviceConnectionsResult) {
	listField(f, "connections", "Connections to the service, in the order requested. The list is empty if none match.",
		serviceConnectionObject, r.connections)
	f.number("total_count", "Number of connections that match the other arguments, regardless of `limit` and `offset`. It may be more than "+
		"the length of `connections` if `limit` or `offset` is set.", &r.total)
})

var serviceConnectionObject = newObject(func(f *fields, c *client.ServiceConnection) {
	f.text("id", "ID of the connected VPC endpoint.", c.ID)
	f.number("marker_id", "Packet ID of the VPC endpoint, a number that no other connection has.", c.MarkerID)
	f.text("created_at", "Time at which the VPC endpoint was created, in RFC 3339 and UTC, such as `2018-09-17T11:10:11Z`.", c.CreatedAt)
	f.text("updated_at", "Time at which the VPC endpoint was last changed, in RFC 3339 and UTC, such as `2018-09-17T11:10:12Z`.", c.UpdatedAt)
	f.text("domain_id", "ID of the account that owns the VPC endpoint.", c.DomainID)
	listField(f, "error", "Reasons why the connection failed. The API returns them if `status` is `failed`; otherwise the list is empty.",
		serviceConnectionErrorObject, c.Error)
	f.text("status", "Status of the connection. "+serviceConnectionStatuses, c.Status)
	f.text("description", "Description of the connection.", c.Description)
})

var serviceConnectionErrorObject = newObject(func(f *fields, e *client.ServiceConnectionError) {
	f.text("error_code", "Error code.", e.ErrorCode)
	f.text("error_message", "Error message.", e.ErrorMessage)
})

// serviceConnectionStatuses explains the statuses of a connection.
const serviceConnectionStatuses = "`pendingAcceptance`: waiting for the owner of the service to accept it; " +
	"`creating`: being set up; `accepted`: accepted and in use; `rejected`: rejected by the owner of the service; " +
	"`failed`: could not be set up; `deleting`: being deleted. Some clouds may have others."

// Metadata names the data source.
func (d *serviceConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vpcep_service_connections"
}

// Schema declares the arguments, and what a read returns.
func (d *serviceConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = readSchema("Lists the connections to a VPC endpoint service: the VPC endpoints that request access to the service, "+
		"the accounts that own them, and whether they have been accepted. "+completeList, serviceConnectionsObject.attributes,
		map[string]schema.Attribute{
			"service_id": defaultedString("ID of the VPC endpoint service. Set exactly one of `service_id` and `service_name`. "+
				"After the read it holds the service's ID.", isPathSegment("To find a service by its name, set service_name.").or("service_name"),
				stringvalidator.ExactlyOneOf(path.MatchRoot("service_id"), path.MatchRoot("service_name"))),
			"service_name": optionalString("Name of the VPC endpoint service. Set exactly one of `service_id` and `service_name`. "+
				"It is either the full name as the API shows it, such as `cn-north-4.orders.4189d3c2-8882-4871-a3c2-d380272eed88`, "+
				"or only the part that the service's owner chose, such as `orders`. "+
				"The name must match exactly, letter case included; it is an error if no service or several have it.",
				isNotBlank().or("service_id")),
			"endpoint_id": optionalString("Returns only the connection of the VPC endpoint with this ID. The API calls this parameter `id`.",
				isNotBlank()),
			"marker_id": optionalNumber("Returns only the connection with this packet ID, the `marker_id` of a connection.",
				isWholeNumber(math.MinInt64, math.MaxInt64, "")),
			"status": optionalString("Returns only the connections with this status. "+serviceConnectionStatuses+
				" Another value is sent as it is, with a warning.", isDocumented(
				"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting")),
			"sort_key": optionalString("Time to sort by: `create_at` is the time of creation, `update_at` that of the last change. "+
				"Some clouds call them `created_at` and `updated_at`; the value is sent as it is. Defaults to the time of creation.",
				isOneOf("create_at", "update_at", "created_at", "updated_at")),
			"sort_dir": optionalString("Sort order: `asc` is oldest first, `desc` newest first. Defaults to `desc`.", isOneOf("asc", "desc")),
			"limit": optionalNumber("Maximum number of connections to return, `1` or more. It limits the complete result, not a page of it. "+
				"To return all connections, leave it out.", isWholeNumber(1, math.MaxInt64, "To return every connection, leave it out.")),
			"offset": optionalNumber("Number of connections to skip from the start of the result, `0` or more. Defaults to `0`. "+
				"From the number of connections on, the list is empty or the lookup fails, depending on the cloud.",
				isWholeNumber(0, math.MaxInt64, "To skip none, leave it out.")),
		})
}

// Read lists the connections.
func (d *serviceConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model serviceConnectionsModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			service, err := model.resolve(ctx, api, in)
			if err != nil {
				return nil, err
			}
			connections, total, err := api.ServiceConnections(ctx, in, service, model.query())
			if err != nil {
				return nil, err
			}
			values := serviceConnectionsObject.values(&serviceConnectionsResult{connections, total}, keepSecrets)
			values["service_id"] = stringValue(service)
			return values, nil
		})
}

// resolve returns the ID of the service. A name is looked up at every read, because the service
// that has it may be replaced during an apply.
func (m *serviceConnectionsModel) resolve(ctx context.Context, api *client.Client, in client.Scope) (string, error) {
	if m.ServiceName.IsNull() {
		return m.ServiceID.ValueString(), nil
	}
	return api.EndpointServiceID(ctx, in, m.ServiceName.ValueString())
}

func (m *serviceConnectionsModel) operation() operation {
	requested := nameOrID("connections of VPC endpoint service", m.ServiceName, m.ServiceID)
	return operation{service: client.VPCEP, summary: "Unable to list VPC endpoint service connections", requested: requested}
}

func (m *serviceConnectionsModel) query() client.ServiceConnectionsQuery {
	var marker *int64
	if !m.MarkerID.IsNull() {
		number := wholeNumberOrZero(m.MarkerID)
		marker = &number
	}
	return client.ServiceConnectionsQuery{
		EndpointID: m.EndpointID.ValueString(),
		MarkerID:   marker,
		Status:     m.Status.ValueString(),
		SortKey:    m.SortKey.ValueString(),
		SortDir:    m.SortDir.ValueString(),
		Window:     client.Window{Offset: wholeNumberOrZero(m.Offset), Limit: wholeNumberOrZero(m.Limit)},
	}
}
