package client

import (
	"context"
	"net/http"
)

const vpcChannelsPath = "/v2/{project_id}/apigw/instances/{instance_id}/vpc-channels"

var showVPCChannel = apiCall{
	operation: OpShowVPCChannel, service: APIG, method: http.MethodGet, path: vpcChannelsPath + "/{vpc_channel_id}",
}

// VPCChannel is a VPC channel (load balance channel) of a dedicated gateway, as "Querying VPC
// Channel Details" in the API Gateway API reference describes it. Fields that are missing in the
// response are nil.
type VPCChannel struct {
	Name             *string                 `json:"name"`
	Port             *int64                  `json:"port"`
	BalanceStrategy  *int64                  `json:"balance_strategy"`
	MemberType       *string                 `json:"member_type"`
	Type             *int64                  `json:"type"`
	VPCChannelType   *string                 `json:"vpc_channel_type"`
	DictCode         *string                 `json:"dict_code"`
	CreateTime       *string                 `json:"create_time"`
	ID               *string                 `json:"id"`
	Status           *int64                  `json:"status"`
	MemberGroups     []VPCChannelMemberGroup `json:"member_groups"`
	MicroserviceInfo *MicroserviceInfo       `json:"microservice_info"`
	Members          []VPCChannelMember      `json:"members"`
	VPCHealthConfig  *VPCHealthConfig        `json:"vpc_health_config"`
}

// VPCChannelMemberGroup is a group of backend servers.
type VPCChannelMemberGroup struct {
	MemberGroupName       *string             `json:"member_group_name"`
	MemberGroupRemark     *string             `json:"member_group_remark"`
	MemberGroupWeight     *int64              `json:"member_group_weight"`
	DictCode              *string             `json:"dict_code"`
	MicroserviceVersion   *string             `json:"microservice_version"`
	MicroservicePort      *int64              `json:"microservice_port"`
	MicroserviceLabels    []MicroserviceLabel `json:"microservice_labels"`
	ReferenceVPCChannelID *string             `json:"reference_vpc_channel_id"`
	MemberGroupID         *string             `json:"member_group_id"`
	CreateTime            *string             `json:"create_time"`
	UpdateTime            *string             `json:"update_time"`
}

// MicroserviceLabel is a label of a member group.
type MicroserviceLabel struct {
	LabelName  *string `json:"label_name"`
	LabelValue *string `json:"label_value"`
}

// MicroserviceInfo is where the members of a microservice channel come from.
type MicroserviceInfo struct {
	ID             *string         `json:"id"`
	InstanceID     *string         `json:"instance_id"`
	ServiceType    *string         `json:"service_type"`
	CSEInfo        *CSEInfo        `json:"cse_info"`
	CCEInfo        *CCEInfo        `json:"cce_info"`
	CCEServiceInfo *CCEServiceInfo `json:"cce_service_info"`
	NacosInfo      *NacosInfo      `json:"nacos_info"`
	UpdateTime     *string         `json:"update_time"`
	CreateTime     *string         `json:"create_time"`
}

// CSEInfo names a service of a Cloud Service Engine.
type CSEInfo struct {
	EngineID        *string `json:"engine_id"`
	ServiceID       *string `json:"service_id"`
	EngineName      *string `json:"engine_name"`
	ServiceName     *string `json:"service_name"`
	RegisterAddress *string `json:"register_address"`
	CSEAppID        *string `json:"cse_app_id"`
	Version         *string `json:"version"`
}

// CCEInfo names a workload of a Cloud Container Engine cluster.
type CCEInfo struct {
	ClusterID    *string `json:"cluster_id"`
	Namespace    *string `json:"namespace"`
	WorkloadType *string `json:"workload_type"`
	AppName      *string `json:"app_name"`
	LabelKey     *string `json:"label_key"`
	LabelValue   *string `json:"label_value"`
	ClusterName  *string `json:"cluster_name"`
}

// CCEServiceInfo names a Service of a Cloud Container Engine cluster.
type CCEServiceInfo struct {
	ClusterID   *string `json:"cluster_id"`
	Namespace   *string `json:"namespace"`
	ServiceName *string `json:"service_name"`
	ClusterName *string `json:"cluster_name"`
}

// NacosInfo names a service of a Nacos engine.
type NacosInfo struct {
	Namespace    *string       `json:"namespace"`
	ClusterName  *string       `json:"cluster_name"`
	GroupName    *string       `json:"group_name"`
	ServiceName  *string       `json:"service_name"`
	ServerConfig []NacosServer `json:"server_config"`
	UserInfo     *NacosUser    `json:"user_info"`
}

// NacosServer is the address of a Nacos server.
type NacosServer struct {
	IPAddress *string `json:"ip_address"`
	Port      *int64  `json:"port"`
	GRPCPort  *int64  `json:"grpc_port"`
}

// NacosUser signs in to a Nacos engine.
type NacosUser struct {
	UserName *string `json:"user_name"`
	Password *string `json:"password"`
}

// VPCChannelMember is a backend server of a channel.
type VPCChannelMember struct {
	Host            *string `json:"host"`
	Weight          *int64  `json:"weight"`
	IsBackup        *bool   `json:"is_backup"`
	MemberGroupName *string `json:"member_group_name"`
	Status          *int64  `json:"status"`
	Port            *int64  `json:"port"`
	ECSID           *string `json:"ecs_id"`
	ECSName         *string `json:"ecs_name"`
	ID              *string `json:"id"`
	VPCChannelID    *string `json:"vpc_channel_id"`
	CreateTime      *string `json:"create_time"`
	MemberGroupID   *string `json:"member_group_id"`
	HealthStatus    *string `json:"health_status"`
}

// VPCHealthConfig is the health check of a channel's members. TimeInterval and Timeout are in
// seconds.
type VPCHealthConfig struct {
	Protocol          *string `json:"protocol"`
	Path              *string `json:"path"`
	Method            *string `json:"method"`
	Port              *int64  `json:"port"`
	ThresholdNormal   *int64  `json:"threshold_normal"`
	ThresholdAbnormal *int64  `json:"threshold_abnormal"`
	TimeInterval      *int64  `json:"time_interval"`
	HTTPCode          *string `json:"http_code"`
	EnableClientSSL   *bool   `json:"enable_client_ssl"`
	Status            *int64  `json:"status"`
	Timeout           *int64  `json:"timeout"`
	VPCChannelID      *string `json:"vpc_channel_id"`
	ID                *string `json:"id"`
	CreateTime        *string `json:"create_time"`
}

// VPCChannel reads the channel id of the dedicated gateway instanceID.
//
// GET /v2/{project_id}/apigw/instances/{instance_id}/vpc-channels/{vpc_channel_id}, API Gateway API
// reference, "Querying VPC Channel Details"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ShowDetailsOfVpcChannelV2.html).
func (c *Client) VPCChannel(ctx context.Context, in Scope, instanceID, id string) (*VPCChannel, error) {
	channel, resp, err := get[VPCChannel](ctx, c, showVPCChannel, in,
		map[string]string{"instance_id": instanceID, "vpc_channel_id": id}, nil)
	if err == nil && channel.ID == nil {
		err = resp.missingField("id")
	}
	return channel, err
}
