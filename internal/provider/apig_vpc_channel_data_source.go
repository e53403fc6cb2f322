package provider

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ datasource.DataSource                     = (*vpcChannelDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*vpcChannelDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*vpcChannelDataSource)(nil)
)

func newVPCChannelDataSource() datasource.DataSource {
	return &vpcChannelDataSource{}
}

// vpcChannelDataSource is hwcloud_apig_vpc_channel.
type vpcChannelDataSource struct {
	lookup
}

type vpcChannelModel struct {
	lookupModel
	InstanceID       types.String `tfsdk:"instance_id"`
	VPCChannelID     types.String `tfsdk:"vpc_channel_id"`
	Name             types.String `tfsdk:"name"`
	Port             types.Int64  `tfsdk:"port"`
	BalanceStrategy  types.Int64  `tfsdk:"balance_strategy"`
	MemberType       types.String `tfsdk:"member_type"`
	Type             types.Int64  `tfsdk:"type"`
	VPCChannelType   types.String `tfsdk:"vpc_channel_type"`
	DictCode         types.String `tfsdk:"dict_code"`
	CreateTime       types.String `tfsdk:"create_time"`
	ID               types.String `tfsdk:"id"`
	Status           types.Int64  `tfsdk:"status"`
	MemberGroups     types.List   `tfsdk:"member_groups"`
	MicroserviceInfo types.Object `tfsdk:"microservice_info"`
	Members          types.List   `tfsdk:"members"`
	VPCHealthConfig  types.Object `tfsdk:"vpc_health_config"`
}

// Metadata names the data source.
func (d *vpcChannelDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_apig_vpc_channel"
}

// Schema declares the arguments and what a lookup fills.
func (d *vpcChannelDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one VPC channel (load balance channel) of a dedicated gateway of API Gateway, by its ID or by its name: " +
			"the backend servers that the gateway forwards requests to, how it shares the load among them, and how it checks their health. " +
			"A channel that does not exist is an error. " +
			"A value that the API leaves out is null, a list that it leaves out is empty, and an empty string is what the API sent.",
		Attributes: withLookupArguments(map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				MarkdownDescription: "ID of the dedicated gateway that the channel belongs to.",
				Required:            true,
				Validators:          []validator.String{isPathSegment()},
			},
			"vpc_channel_id": schema.StringAttribute{
				MarkdownDescription: "ID of the channel to read. Exactly one of `vpc_channel_id` and `name` is given; " +
					"where it is `name`, this is set to the ID of the channel found.",
				Optional:   true,
				Computed:   true,
				Validators: []validator.String{isPathSegment()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the channel to read. Exactly one of `vpc_channel_id` and `name` is given; " +
					"where it is `vpc_channel_id`, this is set to the channel's name. " +
					"The whole name has to match, upper and lower case too; no channel of that name, or several, is an error.",
				Optional:   true,
				Computed:   true,
				Validators: []validator.String{isNotBlank()},
			},
			"port": computedInt64("Port of the backend servers that the channel sends requests to, from `1` to `65535`."),
			"balance_strategy": computedInt64("How the channel shares requests among its servers: `1`, in turn, by weight; " +
				"`2`, to the server with the fewest connections, by weight; `3`, by a hash of the address that a request comes from; " +
				"`4`, by a hash of its URI."),
			"member_type": computedString("How servers are named: `ip`, by IP address, or `ecs`, by Elastic Cloud Server."),
			"type": computedInt64("Kind of the channel in the API's older numbers: `2`, of servers, or `3`, of a microservice. " +
				"The API means to drop it in favor of `vpc_channel_type`, and uses `type` where `vpc_channel_type` is empty."),
			"vpc_channel_type": computedString("Kind of the channel: `builtin`, of servers; `microservice`, of a microservice; " +
				"`reference`, of other channels. Where it is null or empty, `type` tells the kind."),
			"dict_code":         computedString("Dictionary code of the channel. The API documents it as not supported yet."),
			"create_time":       computedString("When the channel was created, as an RFC 3339 time such as `2020-07-23T07:11:57.244829604Z`."),
			"id":                computedString("ID of the channel."),
			"status":            computedInt64("Status of the channel: `1`, normal, or `2`, abnormal."),
			"member_groups":     memberGroupsAttribute(),
			"microservice_info": microserviceInfoAttribute(),
			"members":           membersAttribute(),
			"vpc_health_config": healthConfigAttribute(),
		}),
	}
}

func memberGroupsAttribute() schema.Attribute {
	return computedList("Groups of backend servers. The list is empty where there are none.", map[string]schema.Attribute{
		"member_group_name":   computedString("Name of the group."),
		"member_group_remark": computedString("Description of the group."),
		"member_group_weight": computedInt64("Weight of the group, from `0` to `100`. " +
			"Where it is set, the servers in the group take their weights from it."),
		"dict_code":            computedString("Dictionary code of the group. The API documents it as not supported yet."),
		"microservice_version": computedString("Version of the microservice that the group stands for, in a microservice channel."),
		"microservice_port": computedInt64("Port of the group in a microservice channel, from `0` to `65535`. " +
			"`0` means that the addresses in the group keep the port they have."),
		"microservice_labels": computedList("Labels that choose the servers of the group, in a microservice channel. The list is empty where there are none.",
			map[string]schema.Attribute{
				"label_name":  computedString("Name of the label."),
				"label_value": computedString("Value of the label."),
			}),
		"reference_vpc_channel_id": computedString("ID of the channel that the group refers to, in a channel whose `vpc_channel_type` is `reference`."),
		"member_group_id":          computedString("ID of the group."),
		"create_time":              computedString("When the group was created, as an RFC 3339 time."),
		"update_time":              computedString("When the group last changed, as an RFC 3339 time."),
	})
}

func microserviceInfoAttribute() schema.Attribute {
	return computedObject("Where the servers of a microservice channel come from. It is null where the API leaves it out; "+
		"for other channels the API may send it with empty strings.", map[string]schema.Attribute{
		"id":          computedString("ID of the microservice."),
		"instance_id": computedString("ID of the gateway."),
		"service_type": computedString("Registry that knows the microservice: `CSE`, a Cloud Service Engine; " +
			"`CCE`, a workload of a Cloud Container Engine cluster; `CCE_SERVICE`, a Service of such a cluster; `NACOS`, a Nacos engine. " +
			"It tells which of the objects below is filled."),
		"cse_info": computedObject("Microservice of a Cloud Service Engine. It is null where the API leaves it out.", map[string]schema.Attribute{
			"engine_id":        computedString("ID of the engine."),
			"service_id":       computedString("ID of the microservice in the engine."),
			"engine_name":      computedString("Name of the engine."),
			"service_name":     computedString("Name of the microservice."),
			"register_address": computedString("Address of the engine's registry."),
			"cse_app_id":       computedString("Application that the microservice belongs to."),
			"version":          computedString("Version of the microservice. The API has given it up for `microservice_version` of the member groups."),
		}),
		"cce_info": computedObject("Workload of a Cloud Container Engine cluster. It is null where the API leaves it out.", map[string]schema.Attribute{
			"cluster_id":    computedString("ID of the cluster."),
			"namespace":     computedString("Namespace of the workload."),
			"workload_type": computedString("Kind of the workload: `deployment`, `statefulset` or `daemonset`."),
			"app_name":      computedString("Name of the application."),
			"label_key":     computedString("Key of the label that chooses the workload."),
			"label_value":   computedString("Value of the label that chooses the workload."),
			"cluster_name":  computedString("Name of the cluster."),
		}),
		"cce_service_info": computedObject("Service of a Cloud Container Engine cluster. It is null where the API leaves it out.", map[string]schema.Attribute{
			"cluster_id":   computedString("ID of the cluster."),
			"namespace":    computedString("Namespace of the Service."),
			"service_name": computedString("Name of the Service."),
			"cluster_name": computedString("Name of the cluster."),
		}),
		"nacos_info":  nacosInfoAttribute(),
		"update_time": computedString("When the microservice last changed, as an RFC 3339 time. An empty string where the API knows none."),
		"create_time": computedString("When the microservice was created, as an RFC 3339 time. An empty string where the API knows none."),
	})
}

func nacosInfoAttribute() schema.Attribute {
	password := computedString("Password that the gateway signs in to Nacos with. It is kept in the state, like every value of a data source.")
	password.Sensitive = true
	return computedObject("Microservice of a Nacos engine. It is null where the API leaves it out.", map[string]schema.Attribute{
		"namespace":    computedString("ID of the Nacos namespace. An empty string is the default one, `public`."),
		"cluster_name": computedString("Name of the Nacos cluster, `DEFAULT` where nobody chose another."),
		"group_name":   computedString("Name of the group, `DEFAULT_GROUP` where nobody chose another."),
		"service_name": computedString("Name of the microservice."),
		"server_config": computedList("Nacos servers. The list is empty where the API names none.", map[string]schema.Attribute{
			"ip_address": computedString("IP address of the server."),
			"port":       computedInt64("Port of the server, from `1` to `65535`."),
			"grpc_port":  computedInt64("Port of the server for gRPC, from `1` to `65535`. It is `port` plus 1000 where nobody chose another."),
		}),
		"user_info": computedObject("User that the gateway signs in to Nacos as. It is null where the API leaves it out.", map[string]schema.Attribute{
			"user_name": computedString("Name of the user."),
			"password":  password,
		}),
	})
}

func membersAttribute() schema.Attribute {
	return computedList("Backend servers. The list is empty where there are none.", map[string]schema.Attribute{
		"host":              computedString("Address of the server."),
		"weight":            computedInt64("Weight of the server, from `0` to `10000`: the higher it is, the more requests it gets."),
		"is_backup":         computedBool("Whether the server stands by and gets requests only where all others have failed."),
		"member_group_name": computedString("Name of the group that the server is in. An empty string where it is in none."),
		"status":            computedInt64("Status of the server: `1`, available, or `2`, unavailable."),
		"port":              computedInt64("Port of the server, from `0` to `65535`."),
		"ecs_id":            computedString("ID of the Elastic Cloud Server; its address where `member_type` is `ip`."),
		"ecs_name":          computedString("Name of the Elastic Cloud Server; its address where `member_type` is `ip`."),
		"id":                computedString("ID of the server in the channel."),
		"vpc_channel_id":    computedString("ID of the channel."),
		"create_time":       computedString("When the server was added to the channel, as an RFC 3339 time."),
		"member_group_id":   computedString("ID of the group that the server is in. An empty string where it is in none."),
		"health_status": computedString("What the health check says of the server: `healthy`, `unhealthy`, " +
			"or `unknown` where none is made."),
	})
}

func healthConfigAttribute() schema.Attribute {
	return computedObject("How the channel checks the health of its servers. It is null where the API leaves it out.", map[string]schema.Attribute{
		"protocol": computedString("Protocol of the check: `TCP`, `HTTP` or `HTTPS`. The API sends it in upper or in lower case."),
		"path":     computedString("Path that a check over HTTP or HTTPS asks for."),
		"method":   computedString("HTTP method of the check, such as `GET`."),
		"port":     computedInt64("Port that is checked. Where it is null or `0`, the channel's `port` is."),
		"threshold_normal": computedInt64("How many checks in a row, from `1` to `10`, have to succeed " +
			"for a server to count as healthy."),
		"threshold_abnormal": computedInt64("How many checks in a row, from `1` to `10`, have to fail " +
			"for a server to count as unhealthy."),
		"time_interval": computedInt64("Time between two checks in seconds, from `1` to `300`, and more than `timeout`."),
		"http_code": computedString("HTTP status codes that count as success, from 100 to 599: numbers and ranges joined by commas, " +
			"such as `200,202,210-299`."),
		"enable_client_ssl": computedBool("Whether gateway and server both show a certificate to each other. " +
			"The gateway's is the one in its `backend_client_certificate` setting."),
		"status":         computedInt64("Result of the check: `1`, available, or `2`, unavailable."),
		"timeout":        computedInt64("Time after which a check without an answer has failed, in seconds, from `1` to `30`, and less than `time_interval`."),
		"vpc_channel_id": computedString("ID of the channel."),
		"id":             computedString("ID of the health check."),
		"create_time":    computedString("When the health check was created, as an RFC 3339 time."),
	})
}

// ConfigValidators ask for an ID or a name.
func (d *vpcChannelDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("vpc_channel_id"), path.MatchRoot("name")),
	}
}

// Read reads the channel.
func (d *vpcChannelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model vpcChannelModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}

	var channel *client.VPCChannel
	ok := d.read(ctx, &model.lookupModel, model.subject(), &resp.Diagnostics,
		func(ctx context.Context, api *client.Client, in client.Scope) (err error) {
			if model.byName() {
				channel, err = api.VPCChannelByName(ctx, in, model.InstanceID.ValueString(), model.Name.ValueString())
			} else {
				channel, err = api.VPCChannel(ctx, in, model.InstanceID.ValueString(), model.VPCChannelID.ValueString())
			}
			return err
		})
	if !ok {
		return
	}

	model = model.withAnswer(schemaTypes(resp.State.Schema), *channel)
	resp.Diagnostics.Append(setState(ctx, &resp.State, &model, "members", &model.Members)...)
}

// byName tells whether the channel is looked up by its name.
func (m vpcChannelModel) byName() bool { return m.VPCChannelID.IsNull() }

func (m vpcChannelModel) subject() subject {
	asked := fmt.Sprintf("VPC channel %q of gateway %q", m.VPCChannelID.ValueString(), m.InstanceID.ValueString())
	actions := "actions apig:instance:get and apig:vpcChannels:get, in identity policies apig:loadBalanceChannel:get"
	if m.byName() {
		asked = fmt.Sprintf("VPC channel named %q of gateway %q", m.Name.ValueString(), m.InstanceID.ValueString())
		actions += ", and those that end in list"
	}
	return subject{
		service:    client.APIG,
		summary:    "Unable to read VPC channel",
		asked:      asked,
		permission: "read permission on API Gateway VPC channels (" + actions + ")",
		argument:   m.argument,
	}
}

// argument tells which argument an error of the API is about.
func (m vpcChannelModel) argument(err *client.Error) string {
	switch {
	case !answeredBy("/vpc-channels", err):
		return ""
	case err.Code == "APIG.3023" && m.byName():
		return "name"
	case err.Code == "APIG.3023":
		return "vpc_channel_id"
	case err.Status == http.StatusNotFound:
		return "instance_id"
	}
	return ""
}

// withAnswer is the model with what the API answered. attributes are the types
// of the data source's attributes.
func (m vpcChannelModel) withAnswer(attributes attributeTypes, channel client.VPCChannel) vpcChannelModel {
	if m.byName() {
		m.VPCChannelID = types.StringPointerValue(channel.ID)
	}
	if channel.Name != nil {
		m.Name = types.StringPointerValue(channel.Name)
	}
	m.Port = types.Int64PointerValue(channel.Port)
	m.BalanceStrategy = types.Int64PointerValue(channel.BalanceStrategy)
	m.MemberType = types.StringPointerValue(channel.MemberType)
	m.Type = types.Int64PointerValue(channel.Type)
	m.VPCChannelType = types.StringPointerValue(channel.VPCChannelType)
	m.DictCode = types.StringPointerValue(channel.DictCode)
	m.CreateTime = types.StringPointerValue(channel.CreateTime)
	m.ID = types.StringPointerValue(channel.ID)
	m.Status = types.Int64PointerValue(channel.Status)
	m.MemberGroups = listValue(attributes["member_groups"], channel.MemberGroups, memberGroupValues)
	m.MicroserviceInfo = objectValue(attributes["microservice_info"], channel.MicroserviceInfo, microserviceInfoValues)
	m.Members = listValue(attributes["members"], channel.Members, memberValues)
	m.VPCHealthConfig = objectValue(attributes["vpc_health_config"], channel.VPCHealthConfig, healthConfigValues)
	return m
}

func memberGroupValues(attributes attributeTypes, group client.VPCChannelMemberGroup) attributeValues {
	return attributeValues{
		"member_group_name":        types.StringPointerValue(group.MemberGroupName),
		"member_group_remark":      types.StringPointerValue(group.MemberGroupRemark),
		"member_group_weight":      types.Int64PointerValue(group.MemberGroupWeight),
		"dict_code":                types.StringPointerValue(group.DictCode),
		"microservice_version":     types.StringPointerValue(group.MicroserviceVersion),
		"microservice_port":        types.Int64PointerValue(group.MicroservicePort),
		"microservice_labels":      listValue(attributes["microservice_labels"], group.MicroserviceLabels, microserviceLabelValues),
		"reference_vpc_channel_id": types.StringPointerValue(group.ReferenceVPCChannelID),
		"member_group_id":          types.StringPointerValue(group.MemberGroupID),
		"create_time":              types.StringPointerValue(group.CreateTime),
		"update_time":              types.StringPointerValue(group.UpdateTime),
	}
}

func microserviceLabelValues(_ attributeTypes, label client.MicroserviceLabel) attributeValues {
	return attributeValues{
		"label_name":  types.StringPointerValue(label.LabelName),
		"label_value": types.StringPointerValue(label.LabelValue),
	}
}

func microserviceInfoValues(attributes attributeTypes, info client.MicroserviceInfo) attributeValues {
	return attributeValues{
		"id":               types.StringPointerValue(info.ID),
		"instance_id":      types.StringPointerValue(info.InstanceID),
		"service_type":     types.StringPointerValue(info.ServiceType),
		"cse_info":         objectValue(attributes["cse_info"], info.CSEInfo, cseInfoValues),
		"cce_info":         objectValue(attributes["cce_info"], info.CCEInfo, cceInfoValues),
		"cce_service_info": objectValue(attributes["cce_service_info"], info.CCEServiceInfo, cceServiceInfoValues),
		"nacos_info":       objectValue(attributes["nacos_info"], info.NacosInfo, nacosInfoValues),
		"update_time":      types.StringPointerValue(info.UpdateTime),
		"create_time":      types.StringPointerValue(info.CreateTime),
	}
}

func cseInfoValues(_ attributeTypes, info client.CSEInfo) attributeValues {
	return attributeValues{
		"engine_id":        types.StringPointerValue(info.EngineID),
		"service_id":       types.StringPointerValue(info.ServiceID),
		"engine_name":      types.StringPointerValue(info.EngineName),
		"service_name":     types.StringPointerValue(info.ServiceName),
		"register_address": types.StringPointerValue(info.RegisterAddress),
		"cse_app_id":       types.StringPointerValue(info.CSEAppID),
		"version":          types.StringPointerValue(info.Version),
	}
}

func cceInfoValues(_ attributeTypes, info client.CCEInfo) attributeValues {
	return attributeValues{
		"cluster_id":    types.StringPointerValue(info.ClusterID),
		"namespace":     types.StringPointerValue(info.Namespace),
		"workload_type": types.StringPointerValue(info.WorkloadType),
		"app_name":      types.StringPointerValue(info.AppName),
		"label_key":     types.StringPointerValue(info.LabelKey),
		"label_value":   types.StringPointerValue(info.LabelValue),
		"cluster_name":  types.StringPointerValue(info.ClusterName),
	}
}

func cceServiceInfoValues(_ attributeTypes, info client.CCEServiceInfo) attributeValues {
	return attributeValues{
		"cluster_id":   types.StringPointerValue(info.ClusterID),
		"namespace":    types.StringPointerValue(info.Namespace),
		"service_name": types.StringPointerValue(info.ServiceName),
		"cluster_name": types.StringPointerValue(info.ClusterName),
	}
}

func nacosInfoValues(attributes attributeTypes, info client.NacosInfo) attributeValues {
	return attributeValues{
		"namespace":     types.StringPointerValue(info.Namespace),
		"cluster_name":  types.StringPointerValue(info.ClusterName),
		"group_name":    types.StringPointerValue(info.GroupName),
		"service_name":  types.StringPointerValue(info.ServiceName),
		"server_config": listValue(attributes["server_config"], info.ServerConfig, nacosServerValues),
		"user_info":     objectValue(attributes["user_info"], info.UserInfo, nacosUserValues),
	}
}

func nacosServerValues(_ attributeTypes, server client.NacosServer) attributeValues {
	return attributeValues{
		"ip_address": types.StringPointerValue(server.IPAddress),
		"port":       types.Int64PointerValue(server.Port),
		"grpc_port":  types.Int64PointerValue(server.GRPCPort),
	}
}

func nacosUserValues(_ attributeTypes, user client.NacosUser) attributeValues {
	return attributeValues{
		"user_name": types.StringPointerValue(user.UserName),
		"password":  types.StringPointerValue(user.Password),
	}
}

func memberValues(_ attributeTypes, member client.VPCChannelMember) attributeValues {
	return attributeValues{
		"host":              types.StringPointerValue(member.Host),
		"weight":            types.Int64PointerValue(member.Weight),
		"is_backup":         types.BoolPointerValue(member.IsBackup),
		"member_group_name": types.StringPointerValue(member.MemberGroupName),
		"status":            types.Int64PointerValue(member.Status),
		"port":              types.Int64PointerValue(member.Port),
		"ecs_id":            types.StringPointerValue(member.ECSID),
		"ecs_name":          types.StringPointerValue(member.ECSName),
		"id":                types.StringPointerValue(member.ID),
		"vpc_channel_id":    types.StringPointerValue(member.VPCChannelID),
		"create_time":       types.StringPointerValue(member.CreateTime),
		"member_group_id":   types.StringPointerValue(member.MemberGroupID),
		"health_status":     types.StringPointerValue(member.HealthStatus),
	}
}

func healthConfigValues(_ attributeTypes, config client.VPCHealthConfig) attributeValues {
	return attributeValues{
		"protocol":           types.StringPointerValue(config.Protocol),
		"path":               types.StringPointerValue(config.Path),
		"method":             types.StringPointerValue(config.Method),
		"port":               types.Int64PointerValue(config.Port),
		"threshold_normal":   types.Int64PointerValue(config.ThresholdNormal),
		"threshold_abnormal": types.Int64PointerValue(config.ThresholdAbnormal),
		"time_interval":      types.Int64PointerValue(config.TimeInterval),
		"http_code":          types.StringPointerValue(config.HTTPCode),
		"enable_client_ssl":  types.BoolPointerValue(config.EnableClientSSL),
		"status":             types.Int64PointerValue(config.Status),
		"timeout":            types.Int64PointerValue(config.Timeout),
		"vpc_channel_id":     types.StringPointerValue(config.VPCChannelID),
		"id":                 types.StringPointerValue(config.ID),
		"create_time":        types.StringPointerValue(config.CreateTime),
	}
}
