package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource                     = (*serviceConnectionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*serviceConnectionsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*serviceConnectionsDataSource)(nil)
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

var serviceConnectionsObject = newObject(
	listField("connections", "Connections to the service, in the order requested. The list is empty if none match.",
		serviceConnectionObject, func(r *serviceConnectionsResult) []client.ServiceConnection { return r.connections }),
	int64Field("total_count", "Number of connections that match the other arguments, regardless of `limit` and `offset`. "+
		"It may be more than the length of `connections` if `limit` or `offset` is set.",
		func(r *serviceConnectionsResult) *int64 { return &r.total }),
)

var serviceConnectionObject = newObject(
	stringField("id", "ID of the connected VPC endpoint.", func(c *client.ServiceConnection) *string { return c.ID }),
	int64Field("marker_id", "Unique number of the connection.", func(c *client.ServiceConnection) *int64 { return c.MarkerID }),
	stringField("created_at", "Time at which the connection was created, in RFC 3339 and UTC, such as `2018-09-17T11:10:11Z`.",
		func(c *client.ServiceConnection) *string { return c.CreatedAt }),
	stringField("updated_at", "Time at which the connection was last changed, in RFC 3339 and UTC, such as `2018-09-17T11:10:12Z`.",
		func(c *client.ServiceConnection) *string { return c.UpdatedAt }),
	stringField("domain_id", "ID of the account that owns the VPC endpoint.", func(c *client.ServiceConnection) *string { return c.DomainID }),
	listField("error", "Reasons why the connection failed. The API returns them if `status` is `failed`; otherwise the list is empty.",
		serviceConnectionErrorObject, func(c *client.ServiceConnection) []client.ServiceConnectionError { return c.Error }),
	stringField("status", "Status of the connection. "+serviceConnectionStatuses,
		func(c *client.ServiceConnection) *string { return c.Status }),
	stringField("description", "Description of the connection.", func(c *client.ServiceConnection) *string { return c.Description }),
)

var serviceConnectionErrorObject = newObject(
	stringField("error_code", "Error code.", func(e *client.ServiceConnectionError) *string { return e.ErrorCode }),
	stringField("error_message", "Error message.", func(e *client.ServiceConnectionError) *string { return e.ErrorMessage }),
)

// serviceConnectionStatuses explains the statuses of a connection.
const serviceConnectionStatuses = "`pendingAcceptance`: waiting for the owner of the service to accept it; " +
	"`creating`: being set up; `accepted`: accepted and in use; `rejected`: rejected by the owner of the service; " +
	"`failed`: could not be set up; `deleting`: being deleted."

// Metadata names the data source.
func (d *serviceConnectionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vpcep_service_connections"
}

// Schema declares the arguments, and what a read returns.
func (d *serviceConnectionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema("Lists the connections to a VPC endpoint service: the VPC endpoints that request access to the service, "+
		"the accounts that own them, and whether they have been accepted. "+completeList, serviceConnectionsObject.attributes,
		map[string]schema.Attribute{
			"service_id": schema.StringAttribute{
				MarkdownDescription: "ID of the VPC endpoint service. Set exactly one of `service_id` and `service_name`. " +
					"After the read it holds the service's ID.",
				Optional:   true,
				Computed:   true,
				Validators: []validator.String{isPathSegment()},
			},
			"service_name": schema.StringAttribute{
				MarkdownDescription: "Name of the VPC endpoint service. Set exactly one of `service_id` and `service_name`. " +
					"It is either the full name as the API shows it, such as `cn-north-4.orders.4189d3c2-8882-4871-a3c2-d380272eed88`, " +
					"or only the part that the service's owner chose, such as `orders`. " +
					"The name must match exactly, letter case included; it is an error if no service or several have it.",
				Optional:   true,
				Validators: []validator.String{isNotBlank()},
			},
			"endpoint_id": schema.StringAttribute{
				MarkdownDescription: "Returns only the connection of the VPC endpoint with this ID. The API calls this parameter `id`.",
				Optional:            true,
				Validators:          []validator.String{isNotBlank()},
			},
			"marker_id": schema.NumberAttribute{
				MarkdownDescription: "Returns only the connection with this number, the `marker_id` of a connection. It must be `0` or more.",
				Optional:            true,
				Validators:          []validator.Number{isWholeNumberFrom(0)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "Returns only the connections with this status. " + serviceConnectionStatuses,
				Optional:            true,
				Validators: []validator.String{
					stringvalidator.OneOf("pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"),
				},
			},
			"sort_key": schema.StringAttribute{
				MarkdownDescription: "Time to sort by: `create_at` is the time of creation, `update_at` that of the last change. " +
					"Defaults to `create_at`.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf("create_at", "update_at")},
			},
			"sort_dir": schema.StringAttribute{
				MarkdownDescription: "Sort order: `asc` is oldest first, `desc` newest first. Defaults to `desc`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf("asc", "desc")},
			},
			"limit": schema.NumberAttribute{
				MarkdownDescription: "Maximum number of connections to return, `1` or more. It limits the complete result, not a page of it. " +
					"To return all connections, leave it out.",
				Optional:   true,
				Validators: []validator.Number{isWholeNumberFrom(1)},
			},
			"offset": schema.NumberAttribute{
				MarkdownDescription: "Number of connections to skip from the start of the result, `0` or more. Defaults to `0`. " +
					"If it is not less than the number of connections, the API may return an error.",
				Optional:   true,
				Validators: []validator.Number{isWholeNumberFrom(0)},
			},
		})
}

// ConfigValidators require the service by its ID or its name.
func (d *serviceConnectionsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("service_id"), path.MatchRoot("service_name")),
	}
}

// Read lists the connections.
func (d *serviceConnectionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model serviceConnectionsModel
	resp.Diagnostics.Append(readArguments(ctx, req.Config, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var result serviceConnectionsResult
	resp.Diagnostics.Append(d.read(ctx, &model, model.operation(), func(ctx context.Context, api *client.Client, in client.Scope) error {
		service, err := model.resolve(ctx, api, in)
		if err == nil {
			result.connections, result.total, err = api.ServiceConnections(ctx, in, service, model.query())
		}
		return err
	})...)
	if resp.Diagnostics.HasError() {
		return
	}

	resp.State.Raw = withResult(ctx, resp.State.Raw, &model, serviceConnectionsObject.values(&result, keepSecrets))
}

// resolve returns the ID of the service. A name is looked up at every read, because the service
// that has it may be replaced during an apply.
func (m *serviceConnectionsModel) resolve(ctx context.Context, api *client.Client, in client.Scope) (string, error) {
	if !m.ServiceName.IsNull() {
		id, err := api.EndpointServiceID(ctx, in, m.ServiceName.ValueString())
		if err != nil {
			return "", err
		}
		m.ServiceID = types.StringValue(id)
	}
	return m.ServiceID.ValueString(), nil
}

func (m *serviceConnectionsModel) operation() operation {
	requested := fmt.Sprintf("connections of VPC endpoint service %q", m.ServiceID.ValueString())
	if !m.ServiceName.IsNull() {
		requested = fmt.Sprintf("connections of VPC endpoint service named %q", m.ServiceName.ValueString())
	}
	return operation{service: client.VPCEP, summary: "Unable to list VPC endpoint service connections", requested: requested}
}

func (m *serviceConnectionsModel) query() client.ServiceConnectionsQuery {
	return client.ServiceConnectionsQuery{
		EndpointID: m.EndpointID.ValueString(),
		MarkerID:   wholeNumber(m.MarkerID),
		Status:     m.Status.ValueString(),
		SortKey:    m.SortKey.ValueString(),
		SortDir:    m.SortDir.ValueString(),
		Window:     client.Window{Offset: wholeNumberOrZero(m.Offset), Limit: wholeNumberOrZero(m.Limit)},
	}
}
