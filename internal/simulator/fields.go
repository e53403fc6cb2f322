package simulator

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// checkFields reports the first unknown field, and the first value of the wrong type, of an object
// whose documented fields are those of T.
func checkFields[T any](raw []byte) error {
	return decodeStrictly(raw, new(T))
}

// decodeStrictly decodes an object that must have no other fields than those of value.
func decodeStrictly(raw []byte, value any) error {
	err := json.Unmarshal(raw, value, json.RejectUnknownMembers(true))
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err
	}
	field := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
	if errors.Is(err, json.ErrUnknownName) {
		return fmt.Errorf("unknown field %q", field)
	}
	if field == "" {
		return errors.New("must be a JSON object")
	}
	return fmt.Errorf("field %q has the wrong type", field)
}

// vpcepFile is a data file of an endpoint service: a response of the API, and the service's
// details.
type vpcepFile struct {
	Service     *jsontext.Value  `json:"service"`
	Connections []jsontext.Value `json:"connections"`
	TotalCount  *int64           `json:"total_count"`
}

type vpcepConnectionFields struct {
	ID          string `json:"id"`
	MarkerID    int64  `json:"marker_id"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
	DomainID    string `json:"domain_id"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Error       []struct {
		ErrorCode    string `json:"error_code"`
		ErrorMessage string `json:"error_message"`
	} `json:"error"`
}

type vpcepServiceFields struct {
	ID                string `json:"id"`
	PortID            string `json:"port_id"`
	VPCID             string `json:"vpc_id"`
	PoolID            string `json:"pool_id"`
	Status            string `json:"status"`
	ApprovalEnabled   bool   `json:"approval_enabled"`
	ServiceName       string `json:"service_name"`
	ServiceType       string `json:"service_type"`
	ServerType        string `json:"server_type"`
	ProjectID         string `json:"project_id"`
	CreatedAt         string `json:"created_at"`
	UpdatedAt         string `json:"updated_at"`
	ConnectionCount   int64  `json:"connection_count"`
	TCPProxy          string `json:"tcp_proxy"`
	Description       string `json:"description"`
	PublicBorderGroup string `json:"public_border_group"`
	EnablePolicy      bool   `json:"enable_policy"`
	IPVersion         string `json:"ip_version"`
	Ports             []struct {
		ClientPort int64  `json:"client_port"`
		ServerPort int64  `json:"server_port"`
		Protocol   string `json:"protocol"`
	} `json:"ports"`
	Tags []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"tags"`
	Error []struct {
		ErrorCode    string `json:"error_code"`
		ErrorMessage string `json:"error_message"`
	} `json:"error"`
}

// dliFile is a data file of a project's enhanced connections: a response of the API.
type dliFile struct {
	IsSuccess   *bool            `json:"is_success"`
	Message     string           `json:"message"`
	Count       *int64           `json:"count"`
	Connections []jsontext.Value `json:"connections"`
}

type dliConnectionFields struct {
	ID                   string           `json:"id"`
	Name                 string           `json:"name"`
	Status               string           `json:"status"`
	AvailableQueueInfo   []dliQueueFields `json:"available_queue_info"`
	ElasticResourcePools []dliQueueFields `json:"elastic_resource_pools"`
	DestVPCID            string           `json:"dest_vpc_id"`
	DestNetworkID        string           `json:"dest_network_id"`
	IsPrivis             bool             `json:"isPrivis"`
	IPv6Enable           bool             `json:"ipv6_enable"`
	CreateTime           int64            `json:"create_time"`
	Hosts                []struct {
		Name string `json:"name"`
		IP   string `json:"ip"`
	} `json:"hosts"`
	Routes []struct {
		Name       string `json:"name"`
		CIDR       string `json:"cidr"`
		CreateTime int64  `json:"create_time"`
	} `json:"routes"`
}

type dliQueueFields struct {
	PeerID     string `json:"peer_id"`
	Status     string `json:"status"`
	Name       string `json:"name"`
	ErrMsg     string `json:"err_msg"`
	UpdateTime int64  `json:"update_time"`
}

type instanceFields struct {
	ID                   string   `json:"id"`
	ProjectID            string   `json:"project_id"`
	InstanceName         string   `json:"instance_name"`
	InstanceStatus       int64    `json:"instance_status"`
	Status               string   `json:"status"`
	Type                 string   `json:"type"`
	Spec                 string   `json:"spec"`
	CreateTime           int64    `json:"create_time"`
	EnterpriseProjectID  string   `json:"enterprise_project_id"`
	EIPAddress           string   `json:"eip_address"`
	LoadbalancerProvider string   `json:"loadbalancer_provider"`
	CBCOperationLocks    []string `json:"cbc_operation_locks"`
	VPCID                string   `json:"vpc_id"`
	Description          string   `json:"description"`
}

type channelFields struct {
	ID               string                 `json:"id"`
	Name             string                 `json:"name"`
	Port             int64                  `json:"port"`
	BalanceStrategy  int64                  `json:"balance_strategy"`
	MemberType       string                 `json:"member_type"`
	Type             int64                  `json:"type"`
	VPCChannelType   string                 `json:"vpc_channel_type"`
	DictCode         string                 `json:"dict_code"`
	CreateTime       string                 `json:"create_time"`
	Status           int64                  `json:"status"`
	MemberGroups     []memberGroupFields    `json:"member_groups"`
	Members          []memberFields         `json:"members"`
	VPCHealthConfig  healthConfigFields     `json:"vpc_health_config"`
	MicroserviceInfo microserviceInfoFields `json:"microservice_info"`
}

type memberGroupFields struct {
	MemberGroupID         string `json:"member_group_id"`
	MemberGroupName       string `json:"member_group_name"`
	MemberGroupRemark     string `json:"member_group_remark"`
	MemberGroupWeight     int64  `json:"member_group_weight"`
	DictCode              string `json:"dict_code"`
	MicroserviceVersion   string `json:"microservice_version"`
	MicroservicePort      int64  `json:"microservice_port"`
	ReferenceVPCChannelID string `json:"reference_vpc_channel_id"`
	CreateTime            string `json:"create_time"`
	UpdateTime            string `json:"update_time"`
	MicroserviceLabels    []struct {
		LabelName  string `json:"label_name"`
		LabelValue string `json:"label_value"`
	} `json:"microservice_labels"`
}

type memberFields struct {
	ID              string `json:"id"`
	Host            string `json:"host"`
	Weight          int64  `json:"weight"`
	IsBackup        bool   `json:"is_backup"`
	MemberGroupName string `json:"member_group_name"`
	MemberGroupID   string `json:"member_group_id"`
	Status          int64  `json:"status"`
	Port            int64  `json:"port"`
	ECSID           string `json:"ecs_id"`
	ECSName         string `json:"ecs_name"`
	VPCChannelID    string `json:"vpc_channel_id"`
	CreateTime      string `json:"create_time"`
	HealthStatus    string `json:"health_status"`
}

type healthConfigFields struct {
	ID                string `json:"id"`
	Protocol          string `json:"protocol"`
	Path              string `json:"path"`
	Method            string `json:"method"`
	Port              int64  `json:"port"`
	ThresholdNormal   int64  `json:"threshold_normal"`
	ThresholdAbnormal int64  `json:"threshold_abnormal"`
	TimeInterval      int64  `json:"time_interval"`
	HTTPCode          string `json:"http_code"`
	EnableClientSSL   bool   `json:"enable_client_ssl"`
	Status            int64  `json:"status"`
	Timeout           int64  `json:"timeout"`
	VPCChannelID      string `json:"vpc_channel_id"`
	CreateTime        string `json:"create_time"`
}

type microserviceInfoFields struct {
	ID          string `json:"id"`
	InstanceID  string `json:"instance_id"`
	ServiceType string `json:"service_type"`
	CreateTime  string `json:"create_time"`
	UpdateTime  string `json:"update_time"`
	CSEInfo     struct {
		EngineID        string `json:"engine_id"`
		ServiceID       string `json:"service_id"`
		EngineName      string `json:"engine_name"`
		ServiceName     string `json:"service_name"`
		RegisterAddress string `json:"register_address"`
		CSEAppID        string `json:"cse_app_id"`
		Version         string `json:"version"`
	} `json:"cse_info"`
	CCEInfo struct {
		ClusterID    string `json:"cluster_id"`
		Namespace    string `json:"namespace"`
		WorkloadType string `json:"workload_type"`
		AppName      string `json:"app_name"`
		LabelKey     string `json:"label_key"`
		LabelValue   string `json:"label_value"`
		ClusterName  string `json:"cluster_name"`
	} `json:"cce_info"`
	CCEServiceInfo struct {
		ClusterID   string `json:"cluster_id"`
		Namespace   string `json:"namespace"`
		ServiceName string `json:"service_name"`
		ClusterName string `json:"cluster_name"`
	} `json:"cce_service_info"`
	NacosInfo struct {
		Namespace    string `json:"namespace"`
		ClusterName  string `json:"cluster_name"`
		GroupName    string `json:"group_name"`
		ServiceName  string `json:"service_name"`
		ServerConfig []struct {
			IPAddress string `json:"ip_address"`
			Port      int64  `json:"port"`
			GRPCPort  int64  `json:"grpc_port"`
		} `json:"server_config"`
		UserInfo struct {
			UserName string `json:"user_name"`
			Password string `json:"password"`
		} `json:"user_info"`
	} `json:"nacos_info"`
}

// projectsFile is the data file of the account's projects.
type projectsFile struct {
	Projects []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Region string `json:"region"`
	} `json:"projects"`
}
