package provider

import (
	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// vpcChannelObject declares a VPC channel, for everything that reads channels.
var vpcChannelObject = newObject(
	stringField("name", "Name of the channel.", func(c *client.VPCChannel) *string { return c.Name }),
	int64Field("port", "Port of the backend servers that the channel forwards requests to, from `1` to `65535`.",
		func(c *client.VPCChannel) *int64 { return c.Port }),
	int64Field("balance_strategy", "Algorithm that distributes requests: `1` weighted round robin, `2` weighted least connections, "+
		"`3` source IP hash, `4` URI hash.", func(c *client.VPCChannel) *int64 { return c.BalanceStrategy }),
	stringField("member_type", "How members are identified: `ip` by IP address, `ecs` by Elastic Cloud Server.",
		func(c *client.VPCChannel) *string { return c.MemberType }),
	int64Field("type", "Type of the channel in the API's older numbers: `2` server channel, `3` microservice channel. "+
		"The API plans to remove it in favor of `vpc_channel_type`, and uses it if `vpc_channel_type` is empty.",
		func(c *client.VPCChannel) *int64 { return c.Type }),
	stringField("vpc_channel_type", "Type of the channel: `builtin` (server channel), `microservice` (microservice channel) or "+
		"`reference` (channel that refers to others). If it is null or empty, `type` has the type.",
		func(c *client.VPCChannel) *string { return c.VPCChannelType }),
	stringField("dict_code", "Dictionary code of the channel. The API documents it as not supported.",
		func(c *client.VPCChannel) *string { return c.DictCode }),
	stringField("create_time", "Time at which the channel was created, in RFC 3339, such as `2020-07-23T07:11:57.244829604Z`.",
		func(c *client.VPCChannel) *string { return c.CreateTime }),
	stringField("id", "ID of the channel.", func(c *client.VPCChannel) *string { return c.ID }),
	int64Field("status", "Status of the channel: `1` normal, `2` abnormal.", func(c *client.VPCChannel) *int64 { return c.Status }),
	listField("member_groups", "Groups of backend servers. The list is empty if there are none.", memberGroupObject,
		func(c *client.VPCChannel) []client.VPCChannelMemberGroup { return c.MemberGroups }),
	objectField("microservice_info", "Source of the members of a microservice channel. It is null if the API leaves it out; "+
		"for other channels the API may return it with empty strings.", microserviceInfoObject,
		func(c *client.VPCChannel) *client.MicroserviceInfo { return c.MicroserviceInfo }),
	listField("members", "Backend servers. The list is empty if there are none.", memberObject,
		func(c *client.VPCChannel) []client.VPCChannelMember { return c.Members }),
	objectField("vpc_health_config", "Health check of the members. It is null if the API leaves it out.", healthConfigObject,
		func(c *client.VPCChannel) *client.VPCHealthConfig { return c.VPCHealthConfig }),
)

var memberGroupObject = newObject(
	stringField("member_group_name", "Name of the group.", func(g *client.VPCChannelMemberGroup) *string { return g.MemberGroupName }),
	stringField("member_group_remark", "Description of the group.", func(g *client.VPCChannelMemberGroup) *string { return g.MemberGroupRemark }),
	int64Field("member_group_weight", "Weight of the group, from `0` to `100`. If it is set, it determines the weights of the group's members.",
		func(g *client.VPCChannelMemberGroup) *int64 { return g.MemberGroupWeight }),
	stringField("dict_code", "Dictionary code of the group. The API documents it as not supported.",
		func(g *client.VPCChannelMemberGroup) *string { return g.DictCode }),
	stringField("microservice_version", "Version of the microservice, in a microservice channel.",
		func(g *client.VPCChannelMemberGroup) *string { return g.MicroserviceVersion }),
	int64Field("microservice_port", "Port of the group in a microservice channel, from `0` to `65535`. "+
		"With `0` the members keep their own ports.", func(g *client.VPCChannelMemberGroup) *int64 { return g.MicroservicePort }),
	listField("microservice_labels", "Labels that select the members of the group, in a microservice channel. The list is empty if there are none.",
		microserviceLabelObject, func(g *client.VPCChannelMemberGroup) []client.MicroserviceLabel { return g.MicroserviceLabels }),
	stringField("reference_vpc_channel_id", "ID of the channel that the group refers to, if `vpc_channel_type` is `reference`.",
		func(g *client.VPCChannelMemberGroup) *string { return g.ReferenceVPCChannelID }),
	stringField("member_group_id", "ID of the group.", func(g *client.VPCChannelMemberGroup) *string { return g.MemberGroupID }),
	stringField("create_time", "Time at which the group was created, in RFC 3339.",
		func(g *client.VPCChannelMemberGroup) *string { return g.CreateTime }),
	stringField("update_time", "Time at which the group was last changed, in RFC 3339.",
		func(g *client.VPCChannelMemberGroup) *string { return g.UpdateTime }),
)

var microserviceLabelObject = newObject(
	stringField("label_name", "Name of the label.", func(l *client.MicroserviceLabel) *string { return l.LabelName }),
	stringField("label_value", "Value of the label.", func(l *client.MicroserviceLabel) *string { return l.LabelValue }),
)

var microserviceInfoObject = newObject(
	stringField("id", "ID of the microservice.", func(i *client.MicroserviceInfo) *string { return i.ID }),
	stringField("instance_id", "ID of the dedicated gateway.", func(i *client.MicroserviceInfo) *string { return i.InstanceID }),
	stringField("service_type", "Type of the registry: `CSE` (Cloud Service Engine), `CCE` (workload of a Cloud Container Engine cluster), "+
		"`CCE_SERVICE` (Service of such a cluster) or `NACOS` (Nacos engine). It determines which of the following objects has values.",
		func(i *client.MicroserviceInfo) *string { return i.ServiceType }),
	objectField("cse_info", "Microservice of a Cloud Service Engine. It is null if the API leaves it out.", cseInfoObject,
		func(i *client.MicroserviceInfo) *client.CSEInfo { return i.CSEInfo }),
	objectField("cce_info", "Workload of a Cloud Container Engine cluster. It is null if the API leaves it out.", cceInfoObject,
		func(i *client.MicroserviceInfo) *client.CCEInfo { return i.CCEInfo }),
	objectField("cce_service_info", "Service of a Cloud Container Engine cluster. It is null if the API leaves it out.", cceServiceInfoObject,
		func(i *client.MicroserviceInfo) *client.CCEServiceInfo { return i.CCEServiceInfo }),
	objectField("nacos_info", "Microservice of a Nacos engine. It is null if the API leaves it out.", nacosInfoObject,
		func(i *client.MicroserviceInfo) *client.NacosInfo { return i.NacosInfo }),
	stringField("update_time", "Time at which the microservice was last changed, in RFC 3339, or an empty string.",
		func(i *client.MicroserviceInfo) *string { return i.UpdateTime }),
	stringField("create_time", "Time at which the microservice was created, in RFC 3339, or an empty string.",
		func(i *client.MicroserviceInfo) *string { return i.CreateTime }),
)

var cseInfoObject = newObject(
	stringField("engine_id", "ID of the engine.", func(i *client.CSEInfo) *string { return i.EngineID }),
	stringField("service_id", "ID of the microservice in the engine.", func(i *client.CSEInfo) *string { return i.ServiceID }),
	stringField("engine_name", "Name of the engine.", func(i *client.CSEInfo) *string { return i.EngineName }),
	stringField("service_name", "Name of the microservice.", func(i *client.CSEInfo) *string { return i.ServiceName }),
	stringField("register_address", "Address of the engine's registry.", func(i *client.CSEInfo) *string { return i.RegisterAddress }),
	stringField("cse_app_id", "ID of the application of the microservice.", func(i *client.CSEInfo) *string { return i.CSEAppID }),
	stringField("version", "Version of the microservice. The API has deprecated it in favor of `microservice_version` of the member groups.",
		func(i *client.CSEInfo) *string { return i.Version }),
)

var cceInfoObject = newObject(
	stringField("cluster_id", "ID of the cluster.", func(i *client.CCEInfo) *string { return i.ClusterID }),
	stringField("namespace", "Namespace of the workload.", func(i *client.CCEInfo) *string { return i.Namespace }),
	stringField("workload_type", "Type of the workload: `deployment`, `statefulset` or `daemonset`.",
		func(i *client.CCEInfo) *string { return i.WorkloadType }),
	stringField("app_name", "Name of the application.", func(i *client.CCEInfo) *string { return i.AppName }),
	stringField("label_key", "Key of the label that selects the workload.", func(i *client.CCEInfo) *string { return i.LabelKey }),
	stringField("label_value", "Value of the label that selects the workload.", func(i *client.CCEInfo) *string { return i.LabelValue }),
	stringField("cluster_name", "Name of the cluster.", func(i *client.CCEInfo) *string { return i.ClusterName }),
)

var cceServiceInfoObject = newObject(
	stringField("cluster_id", "ID of the cluster.", func(i *client.CCEServiceInfo) *string { return i.ClusterID }),
	stringField("namespace", "Namespace of the Service.", func(i *client.CCEServiceInfo) *string { return i.Namespace }),
	stringField("service_name", "Name of the Service.", func(i *client.CCEServiceInfo) *string { return i.ServiceName }),
	stringField("cluster_name", "Name of the cluster.", func(i *client.CCEServiceInfo) *string { return i.ClusterName }),
)

var nacosInfoObject = newObject(
	stringField("namespace", "ID of the Nacos namespace. An empty string is the default namespace, `public`.",
		func(i *client.NacosInfo) *string { return i.Namespace }),
	stringField("cluster_name", "Name of the Nacos cluster. The API's default is `DEFAULT`.",
		func(i *client.NacosInfo) *string { return i.ClusterName }),
	stringField("group_name", "Name of the Nacos group. The API's default is `DEFAULT_GROUP`.",
		func(i *client.NacosInfo) *string { return i.GroupName }),
	stringField("service_name", "Name of the microservice.", func(i *client.NacosInfo) *string { return i.ServiceName }),
	listField("server_config", "Nacos servers. The list is empty if there are none.", nacosServerObject,
		func(i *client.NacosInfo) []client.NacosServer { return i.ServerConfig }),
	objectField("user_info", "User that the gateway signs in to Nacos as. It is null if the API leaves it out.", nacosUserObject,
		func(i *client.NacosInfo) *client.NacosUser { return i.UserInfo }),
)

var nacosServerObject = newObject(
	stringField("ip_address", "IP address of the server.", func(s *client.NacosServer) *string { return s.IPAddress }),
	int64Field("port", "Port of the server, from `1` to `65535`.", func(s *client.NacosServer) *int64 { return s.Port }),
	int64Field("grpc_port", "gRPC port of the server, from `1` to `65535`. The API's default is `port` plus 1000.",
		func(s *client.NacosServer) *int64 { return s.GRPCPort }),
)

var nacosUserObject = newObject(
	stringField("user_name", "Name of the user.", func(u *client.NacosUser) *string { return u.UserName }),
	secret(stringField("password", "Password of the user.", func(u *client.NacosUser) *string { return u.Password })),
)

var memberObject = newObject(
	stringField("host", "IP address of the server. It can be an empty string if `member_type` is `ecs`.",
		func(m *client.VPCChannelMember) *string { return m.Host }),
	int64Field("weight", "Weight of the server, from `0` to `10000`. A server with a higher weight receives more requests.",
		func(m *client.VPCChannelMember) *int64 { return m.Weight }),
	boolField("is_backup", "Whether the server is a backup, which receives requests only if all other servers are unavailable.",
		func(m *client.VPCChannelMember) *bool { return m.IsBackup }),
	stringField("member_group_name", "Name of the server's group. An empty string if it is in none.",
		func(m *client.VPCChannelMember) *string { return m.MemberGroupName }),
	int64Field("status", "Status of the server: `1` available, `2` unavailable.", func(m *client.VPCChannelMember) *int64 { return m.Status }),
	int64Field("port", "Port of the server, from `0` to `65535`.", func(m *client.VPCChannelMember) *int64 { return m.Port }),
	stringField("ecs_id", "ID of the Elastic Cloud Server, or the server's IP address if `member_type` is `ip`.",
		func(m *client.VPCChannelMember) *string { return m.ECSID }),
	stringField("ecs_name", "Name of the Elastic Cloud Server, or the server's IP address if `member_type` is `ip`.",
		func(m *client.VPCChannelMember) *string { return m.ECSName }),
	stringField("id", "ID of the server in the channel.", func(m *client.VPCChannelMember) *string { return m.ID }),
	stringField("vpc_channel_id", "ID of the channel.", func(m *client.VPCChannelMember) *string { return m.VPCChannelID }),
	stringField("create_time", "Time at which the server was added to the channel, in RFC 3339.",
		func(m *client.VPCChannelMember) *string { return m.CreateTime }),
	stringField("member_group_id", "ID of the server's group. An empty string if it is in none.",
		func(m *client.VPCChannelMember) *string { return m.MemberGroupID }),
	stringField("health_status", "Result of the health check: `healthy`, `unhealthy`, or `unknown` if there is no check.",
		func(m *client.VPCChannelMember) *string { return m.HealthStatus }),
)

var healthConfigObject = newObject(
	stringField("protocol", "Protocol of the check: `TCP`, `HTTP` or `HTTPS`. The API returns it in upper or lower case.",
		func(h *client.VPCHealthConfig) *string { return h.Protocol }),
	stringField("path", "Path that a check over HTTP or HTTPS requests.", func(h *client.VPCHealthConfig) *string { return h.Path }),
	stringField("method", "HTTP method of the check, such as `GET`.", func(h *client.VPCHealthConfig) *string { return h.Method }),
	int64Field("port", "Port to check. If it is null or `0`, the channel's `port` is checked.",
		func(h *client.VPCHealthConfig) *int64 { return h.Port }),
	int64Field("threshold_normal", "Number of consecutive successful checks, from `1` to `10`, after which a server is healthy.",
		func(h *client.VPCHealthConfig) *int64 { return h.ThresholdNormal }),
	int64Field("threshold_abnormal", "Number of consecutive failed checks, from `1` to `10`, after which a server is unhealthy.",
		func(h *client.VPCHealthConfig) *int64 { return h.ThresholdAbnormal }),
	int64Field("time_interval", "Time between two checks in seconds, from `1` to `300`. It is more than `timeout`.",
		func(h *client.VPCHealthConfig) *int64 { return h.TimeInterval }),
	stringField("http_code", "HTTP status codes of a successful check, from 100 to 599: numbers and ranges separated by commas, "+
		"such as `200,202,210-299`.", func(h *client.VPCHealthConfig) *string { return h.HTTPCode }),
	boolField("enable_client_ssl", "Whether the gateway and the server authenticate each other with certificates. "+
		"The gateway uses the certificate in its `backend_client_certificate` setting.",
		func(h *client.VPCHealthConfig) *bool { return h.EnableClientSSL }),
	int64Field("status", "Result of the check: `1` available, `2` unavailable.", func(h *client.VPCHealthConfig) *int64 { return h.Status }),
	int64Field("timeout", "Maximum duration of a check in seconds, from `1` to `30`. It is less than `time_interval`.",
		func(h *client.VPCHealthConfig) *int64 { return h.Timeout }),
	stringField("vpc_channel_id", "ID of the channel.", func(h *client.VPCHealthConfig) *string { return h.VPCChannelID }),
	stringField("id", "ID of the health check.", func(h *client.VPCHealthConfig) *string { return h.ID }),
	stringField("create_time", "Time at which the health check was created, in RFC 3339.",
		func(h *client.VPCHealthConfig) *string { return h.CreateTime }),
)
