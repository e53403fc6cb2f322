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
	_ datasource.DataSource              = (*instancesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*instancesDataSource)(nil)
)

func newInstancesDataSource() datasource.DataSource { return &instancesDataSource{} }

// instancesDataSource is hwcloud_apig_instances.
type instancesDataSource struct{ dataSourceBase }

type instancesModel struct {
	commonModel
	Name   types.String `tfsdk:"name"`
	Status types.String `tfsdk:"status"`
}

// instancesResult is what a read returns.
type instancesResult struct{ instances []client.Instance }

var instancesObject = newObject(func(f *fields, r *instancesResult) {
	listField(f, "instances", "Dedicated gateways, in the API's order. The list is empty if none match.", instanceObject, r.instances)
})

var instanceObject = newObject(func(f *fields, i *client.Instance) {
	f.text("id", "ID of the gateway.", i.ID)
	f.text("project_id", "ID of the project that the gateway belongs to.", i.ProjectID)
	f.text("instance_name", "Name of the gateway. Names need not be unique.", i.InstanceName)
	f.text("status", "Status of the gateway, such as `Running`, `Creating`, `Frozen` or `CreateFail`.", i.Status)
	f.number("instance_status", "Number of the status: `6` is `Running`, `37` is `Frozen`.", i.InstanceStatus)
	f.text("type", "Type of the gateway: `apig`.", i.Type)
	f.text("spec", "Edition of the gateway: `BASIC`, `PROFESSIONAL`, `ENTERPRISE` or `PLATINUM`, each also with `_IPV6`. "+
		"Newer editions have more.", i.Spec)
	f.number("create_time", "Time at which the gateway was created, in milliseconds since the Unix epoch.", i.CreateTime)
	f.time("created_at", "Time at which the gateway was created, in RFC 3339 and UTC with milliseconds, from `create_time`.", i.CreateTime)
	f.text("enterprise_project_id", "ID of the enterprise project that the gateway belongs to.", i.EnterpriseProjectID)
	f.text("eip_address", "Elastic IP address of the gateway.", i.EIPAddress)
	f.number("charging_mode", "How the gateway is charged: `0` by use, `1` by the month or the year.", i.ChargingMode)
	f.text("cbc_metadata", "Order of a gateway that is charged by the month or the year.", i.CBCMetadata)
	f.text("loadbalancer_provider", "Load balancer of the gateway: `lvs` or `elb`.", i.LoadBalancerProvider)
	listField(f, "cbc_operation_locks", "Operations that an order has locked.", instanceLockObject, i.CBCOperationLocks)
	f.text("vpc_id", "ID of the VPC that the gateway is in.", i.VPCID)
	f.text("description", "Description of the gateway.", i.Description)
	f.text("instance_version", "Version of the gateway.", i.InstanceVersion)
})

var instanceLockObject = newObject(func(f *fields, l *client.InstanceLock) {
	f.text("lock_scene", "What is locked: `TO_PERIOD_LOCK` the change to monthly or yearly charging, "+
		"`SPEC_CHG_LOCK` the change of the edition.", l.LockScene)
	f.text("lock_source_id", "ID of the order that locks it.", l.LockSourceID)
})

// instanceStatuses are the documented statuses of a gateway.
var instanceStatuses = []string{
	"Creating", "CreateSuccess", "CreateFail", "CreateTimeout", "Initing", "InitingFailed", "InitTimeout",
	"Registering", "RegisterFailed", "RegisterTimeout", "Installing", "InstallFailed", "InstallTimeout",
	"Starting", "Running", "Unhealthy", "Restarting", "RestartFail", "RestartTimeout", "Resizing", "ResizeFailed", "ResizeTimeout",
	"Updating", "UpdateFailed", "UpdateTimeout", "Rollbacking", "RollbackSuccess", "RollbackFailed", "RollbackTimeout",
	"Freezing", "Frozen", "Unregistering", "UnRegisterFailed", "UnregisterTimeout", "Deleting", "DeleteFailed", "DeleteTimeout",
}

// Metadata names the data source.
func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_instances"
}

// Schema declares the arguments, and what a read returns.
func (d *instancesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = readSchema("Lists the dedicated gateways of a project: their names, editions, addresses and whether they run. "+
		completeList, instancesObject.attributes, map[string]schema.Attribute{
		"name": optionalString("Returns only the gateways with exactly this name, letter case included. Names need not be unique.", isNotBlank()),
		"status": optionalString("Returns only the gateways with this status, a word such as `Running`. The documents have "+
			quoted(instanceStatuses)+". Another value is sent as it is, with a warning.", isDocumented(instanceStatuses...)),
	})
}

// Read lists the gateways.
func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model instancesModel
	d.read(ctx, req.Config, &model, &resp.State.Raw, &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (map[string]tftypes.Value, error) {
			instances, err := api.Instances(ctx, in, model.Name.ValueString(), model.Status.ValueString())
			return instancesObject.values(&instancesResult{instances}, keepSecrets), err
		})
}

func (m *instancesModel) operation() operation {
	return operation{service: client.APIG, summary: "Unable to list dedicated gateways", requested: "dedicated gateways"}
}
