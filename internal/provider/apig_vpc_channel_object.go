package provider

import (
	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// vpcChannelObject declares a VPC channel, for everything that reads channels.
var vpcChannelObject = newObject(func(f *fields, c *client.VPCChannel) {
	f.text("name", "Name of the channel.", c.Name)
	f.number("port", "Port of the backend servers that the channel forwards requests to, from `1` to `65535`.", c.Port)
	f.number("balance_strategy", "Algorithm that distributes requests: `1` weighted round robin, `2` weighted least connections, `3` "+
		"source IP hash, `4` URI hash.", c.BalanceStrategy)
	f.text("member_type", "How members are identified: `ip` by IP address, `ecs` by Elastic Cloud Server.", c.MemberType)
	f.number("type", "Type of the channel as a number: `2` server channel, `3` microservice channel. A channel of type `3` whose "+
		"`microservice_info` is null or empty is a server channel. The API plans to remove this number in favor of `vpc_channel_type`: "+
		"use it only if `vpc_channel_type` is null or empty.", c.Type)
	f.text("vpc_channel_type", "Type of the channel: `builtin` (server channel), `microservice` (microservice channel) or `reference` "+
		"(channel that refers to others). If it is null or empty, `type` has the type.", c.VPCChannelType)
	f.text("dict_code", "Dictionary code of the channel. According to the API document, the API does not support it yet.", c.DictCode)
	f.text("create_time", "Time at which the channel was created, in RFC 3339, such as `2020-07-23T07:11:57.244829604Z`.", c.CreateTime)
	f.text("id", "ID of the channel.", c.ID)
	f.number("status", "Status of the channel: `1` normal, `2` abnormal.", c.Status)
	listField(f, "member_groups", "Groups of backend servers. The list is empty if there are none.", memberGroupObject, c.MemberGroups)
	objectField(f, "microservice_info", "Source of the members of a microservice channel. It is null if the API leaves it out; for other "+
		"channels the API may return it with empty strings.", microserviceInfoObject, c.MicroserviceInfo)
	listField(f, "members", "Backend servers. The list is empty if there are none.", memberObject, c.Members)
	objectField(f, "vpc_health_config", "Health check of the members. It is null if the API leaves it out.", healthConfigObject,
		c.VPCHealthConfig)
})

var memberGroupObject = newObject(func(f *fields, g *client.VPCChannelMemberGroup) {
	f.text("member_group_name", "Name of the group.", g.MemberGroupName)
	f.text("member_group_remark", "Description of the group.", g.MemberGroupRemark)
	f.number("member_group_weight", "Weight of the group, from `0` to `100`. If it is set, it determines the weights of the group's "+
		"members.", g.MemberGroupWeight)
	f.text("dict_code", "Dictionary code of the group. According to the API document, the API does not support it yet.", g.DictCode)
	f.text("microservice_version", "Version of the microservice, in a microservice channel.", g.MicroserviceVersion)
	f.number("microservice_port", "Port of the group in a microservice channel, from `0` to `65535`. With `0` the members keep their own "+
		"ports.", g.MicroservicePort)
	listField(f, "microservice_labels", "Labels that select the members of the group, in a microservice channel. The list is empty if "+
		"there are none.", microserviceLabelObject, g.MicroserviceLabels)
	f.text("reference_vpc_channel_id", "ID of the channel that the group refers to, if `vpc_channel_type` is `reference`.",
		g.ReferenceVPCChannelID)
	f.text("member_group_id", "ID of the group.", g.MemberGroupID)
	f.text("create_time", "Time at which the group was created, in RFC 3339.", g.CreateTime)
	f.text("update_time", "Time at which the group was last changed, in RFC 3339.", g.UpdateTime)
})

var microserviceLabelObject = newObject(func(f *fields, l *client.MicroserviceLabel) {
	f.text("label_name", "Name of the label.", l.LabelName)
	f.text("label_value", "Value of the label.", l.LabelValue)
})

var microserviceInfoObject = newObject(func(f *fields, i *client.MicroserviceInfo) {
	f.text("id", "ID of the microservice.", i.ID)
	f.text("instance_id", "ID of the dedicated gateway.", i.InstanceID)
	f.text("service_type", "Type of the registry: `CSE` (Cloud Service Engine), `CCE` (workload of a Cloud Container Engine cluster), "+
		"`CCE_SERVICE` (Service of such a cluster) or `NACOS` (Nacos engine). It determines which of the following objects has values.",
		i.ServiceType)
	objectField(f, "cse_info", "Microservice of a Cloud Service Engine. It is null if the API leaves it out.", cseInfoObject, i.CSEInfo)
	objectField(f, "cce_info", "Workload of a Cloud Container Engine cluster. It is null if the API leaves it out.", cceInfoObject, i.CCEInfo)
	objectField(f, "cce_service_info", "Service of a Cloud Container Engine cluster. It is null if the API leaves it out.",
		cceServiceInfoObject, i.CCEServiceInfo)
	objectField(f, "nacos_info", "Microservice of a Nacos engine. It is null if the API leaves it out.", nacosInfoObject, i.NacosInfo)
	f.text("update_time", "Time at which the microservice was last changed, in RFC 3339, or an empty string.", i.UpdateTime)
	f.text("create_time", "Time at which the microservice was created, in RFC 3339, or an empty string.", i.CreateTime)
})

var cseInfoObject = newObject(func(f *fields, i *client.CSEInfo) {
	f.text("engine_id", "ID of the engine.", i.EngineID)
	f.text("service_id", "ID of the microservice in the engine.", i.ServiceID)
	f.text("engine_name", "Name of the engine.", i.EngineName)
	f.text("service_name", "Name of the microservice.", i.ServiceName)
	f.text("register_address", "Address of the engine's registry.", i.RegisterAddress)
	f.text("cse_app_id", "ID of the application of the microservice.", i.CSEAppID)
	f.text("version", "Version of the microservice. The API has deprecated it in favor of `microservice_version` of the member groups.",
		i.Version)
})

var cceInfoObject = newObject(func(f *fields, i *client.CCEInfo) {
	f.text("cluster_id", "ID of the cluster.", i.ClusterID)
	f.text("namespace", "Namespace of the workload.", i.Namespace)
	f.text("workload_type", "Type of the workload: `deployment`, `statefulset` or `daemonset`.", i.WorkloadType)
	f.text("app_name", "Name of the application.", i.AppName)
	f.text("label_key", "Key of the label that selects the workload.", i.LabelKey)
	f.text("label_value", "Value of the label that selects the workload.", i.LabelValue)
	f.text("cluster_name", "Name of the cluster.", i.ClusterName)
})

var cceServiceInfoObject = newObject(func(f *fields, i *client.CCEServiceInfo) {
	f.text("cluster_id", "ID of the cluster.", i.ClusterID)
	f.text("namespace", "Namespace of the Service.", i.Namespace)
	f.text("service_name", "Name of the Service.", i.ServiceName)
	f.text("cluster_name", "Name of the cluster.", i.ClusterName)
})

var nacosInfoObject = newObject(func(f *fields, i *client.NacosInfo) {
	f.text("namespace", "ID of the Nacos namespace. An empty string is the default namespace, `public`.", i.Namespace)
	f.text("cluster_name", "Name of the Nacos cluster. The API's default is `DEFAULT`.", i.ClusterName)
	f.text("group_name", "Name of the Nacos group. The API's default is `DEFAULT_GROUP`.", i.GroupName)
	f.text("service_name", "Name of the microservice.", i.ServiceName)
	listField(f, "server_config", "Nacos servers. The list is empty if there are none.", nacosServerObject, i.ServerConfig)
	objectField(f, "user_info", "User that the gateway signs in to Nacos as. It is null if the API leaves it out.", nacosUserObject,
		i.UserInfo)
})

var nacosServerObject = newObject(func(f *fields, s *client.NacosServer) {
	f.text("ip_address", "IP address of the server.", s.IPAddress)
	f.number("port", "Port of the server, from `1` to `65535`.", s.Port)
	f.number("grpc_port", "gRPC port of the server, from `1` to `65535`. The API's default is `port` plus 1000.", s.GRPCPort)
})

var nacosUserObject = newObject(func(f *fields, u *client.NacosUser) {
	f.text("user_name", "Name of the user.", u.UserName)
	f.secret("password", "Password of the user.", u.Password)
})

var memberObject = newObject(func(f *fields, m *client.VPCChannelMember) {
	f.text("host", "IP address of the server. It can be an empty string if `member_type` is `ecs`: `ecs_id` then identifies the server.",
		m.Host)
	f.number("weight", "Weight of the server, from `0` to `10000`. A server with a higher weight receives more requests.", m.Weight)
	f.boolean("is_backup", "Whether the server is a backup, which receives requests only if all other servers are unavailable. "+
		"It needs a newer edition of the gateway.", m.IsBackup)
	f.text("member_group_name", "Name of the server's group. An empty string if it is in none.", m.MemberGroupName)
	f.number("status", "Status of the server: `1` available, `2` unavailable.", m.Status)
	f.number("port", "Port of the server, from `0` to `65535`. If it is null, the channel's `port` applies. "+
		"The API does not document what `0` means.", m.Port)
	f.text("ecs_id", "ID of the Elastic Cloud Server, or the server's IP address if `member_type` is `ip`.", m.ECSID)
	f.text("ecs_name", "Name of the Elastic Cloud Server, or the server's IP address if `member_type` is `ip`.", m.ECSName)
	f.text("id", "ID of the server in the channel.", m.ID)
	f.text("vpc_channel_id", "ID of the channel.", m.VPCChannelID)
	f.text("create_time", "Time at which the server was added to the channel, in RFC 3339.", m.CreateTime)
	f.text("member_group_id", "ID of the server's group. An empty string if it is in none.", m.MemberGroupID)
	f.text("health_status", "Result of the health check: `healthy`, `unhealthy`, or `unknown` if there is no check. It can be null.",
		m.HealthStatus)
})

var healthConfigObject = newObject(func(f *fields, h *client.VPCHealthConfig) {
	f.text("protocol", "Protocol of the check: `TCP`, `HTTP` or `HTTPS`. The API returns it in upper or lower case.", h.Protocol)
	f.text("path", "Path that a check over HTTP or HTTPS requests.", h.Path)
	f.text("method", "HTTP method of the check, such as `GET`.", h.Method)
	f.number("port", "Port to check. If it is null or `0`, the channel's `port` is checked.", h.Port)
	f.number("threshold_normal", "Number of consecutive successful checks, from `1` to `10`, after which a server is healthy.",
		h.ThresholdNormal)
	f.number("threshold_abnormal", "Number of consecutive failed checks, from `1` to `10`, after which a server is unhealthy.",
		h.ThresholdAbnormal)
	f.number("time_interval", "Time between two checks in seconds, from `1` to `300`. It is more than `timeout`.", h.TimeInterval)
	f.text("http_code", "HTTP status codes of a successful check, from 100 to 599: numbers and ranges separated by commas, such as "+
		"`200,202,210-299`.", h.HTTPCode)
	f.boolean("enable_client_ssl", "Whether the gateway and the server authenticate each other with certificates. The gateway uses the "+
		"certificate in its `backend_client_certificate` setting.", h.EnableClientSSL)
	f.number("status", "Result of the check: `1` available, `2` unavailable.", h.Status)
	f.number("timeout", "Maximum duration of a check in seconds, from `1` to `30`. It is less than `time_interval`.", h.Timeout)
	f.text("vpc_channel_id", "ID of the channel.", h.VPCChannelID)
	f.text("id", "ID of the health check.", h.ID)
	f.text("create_time", "Time at which the health check was created, in RFC 3339.", h.CreateTime)
})
