package client

import (
	"context"
	"net/http"
)

var listInstances = apiCall{operation: OpListInstances, service: APIG, method: http.MethodGet, path: "/v2/{project_id}/apigw/instances"}

// instancesPage is the largest page that the API returns.
const instancesPage = 500

// Instance is a dedicated gateway, as "Querying Dedicated Gateways" in the API Gateway API reference
// describes it. Fields that are missing in the response are nil.
type Instance struct {
	ID           *string `json:"id"`
	ProjectID    *string `json:"project_id"`
	InstanceName *string `json:"instance_name"`
	// Status is a word such as Running, InstanceStatus its number.
	Status         *string `json:"status"`
	InstanceStatus *int64  `json:"instance_status"`
	Type           *string `json:"type"`
	Spec           *string `json:"spec"`
	// CreateTime is in milliseconds since the Unix epoch.
	CreateTime           *int64         `json:"create_time"`
	EnterpriseProjectID  *string        `json:"enterprise_project_id"`
	EIPAddress           *string        `json:"eip_address"`
	ChargingMode         *int64         `json:"charging_mode"`
	CBCMetadata          *string        `json:"cbc_metadata"`
	LoadBalancerProvider *string        `json:"loadbalancer_provider"`
	CBCOperationLocks    []InstanceLock `json:"cbc_operation_locks"`
	VPCID                *string        `json:"vpc_id"`
	Description          *string        `json:"description"`
	InstanceVersion      *string        `json:"instance_version"`
}

// InstanceLock is an operation that billing has locked.
type InstanceLock struct {
	LockScene    *string `json:"lock_scene"`
	LockSourceID *string `json:"lock_source_id"`
}

// Instances lists the dedicated gateways of a project, in the order of the API: those with exactly
// this name and with this status; "" is any. The list is complete; if it keeps changing while it is
// read, the error is [ErrListChanged].
//
// GET /v2/{project_id}/apigw/instances, API Gateway API reference, "Querying Dedicated Gateways"
// (https://support.huaweicloud.com/intl/en-us/api-apig/ListInstancesV2.html).
func (c *Client) Instances(ctx context.Context, in Scope, name, status string) ([]Instance, error) {
	list := func(filter string) countedList[Instance] { return c.instanceList(in, filter, status) }
	return namedEntries(ctx, name, list, instanceName)
}

// InstanceID returns the ID of the dedicated gateway with exactly this name. No gateway or several
// are a [NameMatchError].
func (c *Client) InstanceID(ctx context.Context, in Scope, name string) (string, error) {
	search := NameMatchError{Operation: OpListInstances, Kind: "dedicated gateways", Name: name}
	list := func(filter string) countedList[Instance] { return c.instanceList(in, filter, "") }
	return findByName(ctx, search, list, instanceName)
}

func instanceName(i *Instance) NamedID { return namedID(i.InstanceName, i.ID) }

// instanceList is the list of gateways whose names the API finds by a filter, "" for all.
func (c *Client) instanceList(in Scope, filter, status string) countedList[Instance] {
	return newCountedList(c, listInstances, in, nil, queryOf("instance_name", filter, "status", status), instancesPage,
		func(i *Instance) *string { return i.ID })
}
