package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource              = (*endpointServicesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*endpointServicesDataSource)(nil)
)

func newEndpointServicesDataSource() datasource.DataSource { return &endpointServicesDataSource{} }

// endpointServicesDataSource is hwcloud_vpcep_services.
type endpointServicesDataSource struct{ dataSourceBase }

type endpointServicesModel struct {
	commonModel
	Name   types.String `tfsdk:"name"`
	Status types.String `tfsdk:"status"`
}

// endpointServicesResult is what a read returns.
type endpointServicesResult struct{ services []client.EndpointService }

var endpointServicesObject = newObject(func(f *fields, r *endpointServicesResult) {
	listField(f, "services", "VPC endpoint services, in the API's order: the newest first. The list is empty if none match.",
		endpointServiceObject, r.services)
})

var endpointServiceObject = newObject(func(f *fields, s *client.EndpointService) {
	f.text("id", "ID of the service.", s.ID)
	f.text("port_id", "ID of the backend's port: of the load balancer, the network interface of the server, or the virtual IP address.",
		s.PortID)
	f.text("vip_port_id", "ID of the port of the virtual IP address, if the backend is one.", s.VIPPortID)
	f.text("service_name", "Full name of the service, such as `cn-north-4.orders.4189d3c2-8882-4871-a3c2-d380272eed88`.", s.ServiceName)
	f.text("server_type", "Type of the backend: `VM` a server, `VIP` a virtual IP address, `LB` a load balancer. "+
		"On some clouds, it is the type of the service, and `service_type` the type of the backend.", s.ServerType)
	f.text("service_type", "Type of the service: `interface` or `gateway`. On some clouds, it is the type of the backend.", s.ServiceType)
	f.text("vpc_id", "ID of the VPC that the backend is in.", s.VPCID)
	f.text("pool_id", "ID of the cluster that the service belongs to.", s.PoolID)
	f.boolean("approval_enabled", "Whether the owner has to accept each connection.", s.ApprovalEnabled)
	f.text("status", "Status of the service. "+endpointServiceStatuses, s.Status)
	f.text("created_at", "Time at which the service was created, in RFC 3339 and UTC, such as `2018-01-30T07:42:01Z`.", s.CreatedAt)
	f.text("updated_at", "Time at which the service was last changed, in RFC 3339 and UTC.", s.UpdatedAt)
	f.text("project_id", "ID of the project that the service belongs to.", s.ProjectID)
	f.text("domain_id", "ID of the account that the service belongs to, on clouds that return it.", s.DomainID)
	listField(f, "ports", "Ports of the service.", endpointServicePortObject, s.Ports)
	listField(f, "tags", "Tags of the service.", endpointServiceTagObject, s.Tags)
	f.number("connection_count", "Number of connections that are being created or accepted.", s.ConnectionCount)
	f.text("tcp_proxy", "How the backend learns the address of a client: `close` not at all, `toa_open` from a TCP option, "+
		"`proxy_open` from the Proxy Protocol, `open` from both.", s.TCPProxy)
	listField(f, "error", "Reasons why the service failed.", serviceConnectionErrorObject, s.Error)
	f.text("description", "Description of the service.", s.Description)
	f.text("public_border_group", "Group of the border of the public network that the service is in.", s.PublicBorderGroup)
	f.boolean("enable_policy", "Whether endpoints of the service can have a policy.", s.EnablePolicy)
	f.text("ip_version", "IP version of the service: `ipv4` or `ipv6`.", s.IPVersion)
})

var endpointServicePortObject = newObject(func(f *fields, p *client.EndpointServicePort) {
	f.number("client_port", "Port of the endpoints, `1` to `65535`.", p.ClientPort)
	f.number("server_port", "Port of the backend, `1` to `65535`.", p.ServerPort)
	f.text("protocol", "Protocol of the port: `TCP` or `UDP`.", p.Protocol)
})

var endpointServiceTagObject = newObject(func(f *fields, t *client.EndpointServiceTag) {
	f.text("key", "Key of the tag.", t.Key)
	f.text("value", "Value of the tag.", t.Value)
})

// endpointServiceStatuses explains the statuses of a service.
const endpointServiceStatuses = "`creating`: being set up; `available`: in use; `failed`: could not be set up; `deleting`: being deleted."

// Metadata names the data source.
func (d *endpointServicesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vpcep_services"
}

// Schema declares the arguments, and what a read returns.
func (d *endpointServicesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = readSchema("Lists the VPC endpoint services of a project: their names, backends and ports, and whether they are available. "+
		completeList, endpointServicesObject.attributes, map[string]schema.Attribute{
		"name": optionalString("Returns only the services with this name. It is either the full name as the API shows it, such as "+
			"`cn-north-4.orders.4189d3c2-8882-4871-a3c2-d380272eed88`, or only the part that the service's owner chose, such as `orders`. "+
			"It must match exactly, letter case included.", isNotBlank()),
		"status": optionalString("Returns only the services with this status. "+endpointServiceStatuses+
			" Another value is sent as it is, with a warning.", isDocumented("creating", "available", "failed", "deleting")),
	})
}

// Read lists the services.
func (d *endpointServicesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model endpointServicesModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			services, err := api.EndpointServices(ctx, in, model.Name.ValueString(), model.Status.ValueString())
			return endpointServicesObject.values(&endpointServicesResult{services}, keepSecrets), err
		})
}

func (m *endpointServicesModel) operation() operation {
	return operation{service: client.VPCEP, summary: "Unable to list VPC endpoint services", requested: "VPC endpoint services"}
}
