package provider

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

func init() {
	particulars["hwcloud_apig_vpc_channel"] = particular{
		attributes: map[string]string{
			"instance_id":    "required string",
			"vpc_channel_id": "optional computed string",
			// The name is a field of the answer, and an argument too.
			"name": "optional computed string",
		},
		arguments: []argumentValues{
			{"instance_id", goodSegments, badSegments},
			{"vpc_channel_id", goodSegments, badSegments},
			{"name", goodNames, badNames},
		},
	}
}

// channelID is the channel that the tests ask for.
const channelID = "56a7d7358e1b42459c9d730d65b14e59"

// fullChannel has every field of the API, and one that the API may add.
const fullChannel = `{
	"name": "VPC_demo", "port": 22, "balance_strategy": 1, "member_type": "ecs", "type": 3,
	"vpc_channel_type": "microservice", "dict_code": "code.1", "create_time": "2020-07-23T07:11:57.244829604Z",
	"id": "56a7d7358e1b42459c9d730d65b14e59", "status": 1,
	"member_groups": [{
		"member_group_name": "test", "member_group_remark": "remark", "member_group_weight": 100, "dict_code": "code.2",
		"microservice_version": "v1", "microservice_port": 80,
		"microservice_labels": [{"label_name": "app", "label_value": "shop"}, {"label_name": "tier", "label_value": ""}],
		"reference_vpc_channel_id": "r1", "member_group_id": "g1",
		"create_time": "2020-07-23T07:11:58Z", "update_time": "2020-07-23T07:11:59Z"
	}],
	"microservice_info": {
		"id": "m1", "instance_id": "i1", "service_type": "NACOS",
		"cse_info": {
			"engine_id": "e1", "service_id": "s1", "engine_name": "engine", "service_name": "service",
			"register_address": "https://192.168.0.7:30100", "cse_app_id": "app", "version": "1.0"
		},
		"cce_info": {
			"cluster_id": "c1", "namespace": "default", "workload_type": "deployment", "app_name": "testapp",
			"label_key": "k", "label_value": "v", "cluster_name": "cce-test"
		},
		"cce_service_info": {"cluster_id": "c2", "namespace": "kube", "service_name": "svc", "cluster_name": "cce-two"},
		"nacos_info": {
			"namespace": "", "cluster_name": "DEFAULT", "group_name": "DEFAULT_GROUP", "service_name": "orders",
			"server_config": [{"ip_address": "192.168.0.8", "port": 8848, "grpc_port": 9848}],
			"user_info": {"user_name": "nacos", "password": "made-up"}
		},
		"update_time": "2020-07-23T07:12:00Z", "create_time": "2020-07-23T07:12:01Z"
	},
	"members": [{
		"host": "192.168.0.5", "weight": 10000, "is_backup": true, "member_group_name": "test", "status": 2, "port": 22,
		"ecs_id": "ecs1", "ecs_name": "one", "id": "be63c6260a1043888187f84af39c9f0e",
		"vpc_channel_id": "56a7d7358e1b42459c9d730d65b14e59", "create_time": "2020-07-23T07:12:02Z",
		"member_group_id": "g1", "health_status": "unhealthy"
	}],
	"vpc_health_config": {
		"protocol": "https", "path": "/vpc/demo", "method": "HEAD", "port": 0, "threshold_normal": 2,
		"threshold_abnormal": 5, "time_interval": 10, "http_code": "200,202-299", "enable_client_ssl": true, "status": 2,
		"timeout": 4, "vpc_channel_id": "56a7d7358e1b42459c9d730d65b14e59", "id": "h1",
		"create_time": "2020-07-23T07:12:03Z"
	},
	"unheard_of": {"a": [1]}
}`

// fullChannelState is what fullChannel makes of the state.
func fullChannelState() object {
	return object{
		"name": "VPC_demo", "port": int64(22), "balance_strategy": int64(1), "member_type": "ecs", "type": int64(3),
		"vpc_channel_type": "microservice", "dict_code": "code.1", "create_time": "2020-07-23T07:11:57.244829604Z",
		"id": channelID, "status": int64(1),
		"member_groups": list{object{
			"member_group_name": "test", "member_group_remark": "remark", "member_group_weight": int64(100),
			"dict_code": "code.2", "microservice_version": "v1", "microservice_port": int64(80),
			"microservice_labels": list{
				object{"label_name": "app", "label_value": "shop"},
				object{"label_name": "tier", "label_value": ""},
			},
			"reference_vpc_channel_id": "r1", "member_group_id": "g1",
			"create_time": "2020-07-23T07:11:58Z", "update_time": "2020-07-23T07:11:59Z",
		}},
		"microservice_info": object{
			"id": "m1", "instance_id": "i1", "service_type": "NACOS",
			"cse_info": object{
				"engine_id": "e1", "service_id": "s1", "engine_name": "engine", "service_name": "service",
				"register_address": "https://192.168.0.7:30100", "cse_app_id": "app", "version": "1.0",
			},
			"cce_info": object{
				"cluster_id": "c1", "namespace": "default", "workload_type": "deployment", "app_name": "testapp",
				"label_key": "k", "label_value": "v", "cluster_name": "cce-test",
			},
			"cce_service_info": object{
				"cluster_id": "c2", "namespace": "kube", "service_name": "svc", "cluster_name": "cce-two",
			},
			"nacos_info": object{
				"namespace": "", "cluster_name": "DEFAULT", "group_name": "DEFAULT_GROUP", "service_name": "orders",
				"server_config": list{object{"ip_address": "192.168.0.8", "port": int64(8848), "grpc_port": int64(9848)}},
				"user_info":     object{"user_name": "nacos", "password": "made-up"},
			},
			"update_time": "2020-07-23T07:12:00Z", "create_time": "2020-07-23T07:12:01Z",
		},
		"members": list{object{
			"host": "192.168.0.5", "weight": int64(10000), "is_backup": true, "member_group_name": "test",
			"status": int64(2), "port": int64(22), "ecs_id": "ecs1", "ecs_name": "one",
			"id": "be63c6260a1043888187f84af39c9f0e", "vpc_channel_id": channelID,
			"create_time": "2020-07-23T07:12:02Z", "member_group_id": "g1", "health_status": "unhealthy",
		}},
		"vpc_health_config": object{
			"protocol": "https", "path": "/vpc/demo", "method": "HEAD", "port": int64(0), "threshold_normal": int64(2),
			"threshold_abnormal": int64(5), "time_interval": int64(10), "http_code": "200,202-299",
			"enable_client_ssl": true, "status": int64(2), "timeout": int64(4), "vpc_channel_id": channelID, "id": "h1",
			"create_time": "2020-07-23T07:12:03Z",
		},
	}
}

// nullChannelState is what a channel makes of the state that has nothing but
// the ID.
func nullChannelState() object {
	return object{
		"name": nil, "port": nil, "balance_strategy": nil, "member_type": nil, "type": nil,
		"vpc_channel_type": nil, "dict_code": nil, "create_time": nil, "id": channelID, "status": nil,
		"member_groups": list{}, "microservice_info": nil, "members": list{}, "vpc_health_config": nil,
	}
}

func TestVPCChannelMapping(t *testing.T) {
	t.Parallel()
	nullGroup := object{
		"member_group_name": nil, "member_group_remark": nil, "member_group_weight": nil, "dict_code": nil,
		"microservice_version": nil, "microservice_port": nil, "microservice_labels": list{},
		"reference_vpc_channel_id": nil, "member_group_id": nil, "create_time": nil, "update_time": nil,
	}
	nullMember := object{
		"host": nil, "weight": nil, "is_backup": nil, "member_group_name": nil, "status": nil, "port": nil,
		"ecs_id": nil, "ecs_name": nil, "id": nil, "vpc_channel_id": nil, "create_time": nil,
		"member_group_id": nil, "health_status": nil,
	}
	nullHealthConfig := object{
		"protocol": nil, "path": nil, "method": nil, "port": nil, "threshold_normal": nil, "threshold_abnormal": nil,
		"time_interval": nil, "http_code": nil, "enable_client_ssl": nil, "status": nil, "timeout": nil,
		"vpc_channel_id": nil, "id": nil, "create_time": nil,
	}
	nullMicroservice := object{
		"id": nil, "instance_id": nil, "service_type": nil, "cse_info": nil, "cce_info": nil,
		"cce_service_info": nil, "nacos_info": nil, "update_time": nil, "create_time": nil,
	}
	nullCSE := object{
		"engine_id": nil, "service_id": nil, "engine_name": nil, "service_name": nil,
		"register_address": nil, "cse_app_id": nil, "version": nil,
	}
	nullCCE := object{
		"cluster_id": nil, "namespace": nil, "workload_type": nil, "app_name": nil,
		"label_key": nil, "label_value": nil, "cluster_name": nil,
	}
	nullNacos := object{
		"namespace": nil, "cluster_name": nil, "group_name": nil, "service_name": nil,
		"server_config": list{}, "user_info": nil,
	}
	emptyCSE := object{
		"engine_id": "", "service_id": "", "engine_name": "", "service_name": "",
		"register_address": "", "cse_app_id": "", "version": nil,
	}
	exampleHealthConfig := func(channel string) object {
		return object{
			"protocol": "http", "path": "/vpc/demo", "method": "GET", "port": int64(22), "threshold_normal": int64(2),
			"threshold_abnormal": int64(5), "time_interval": int64(10), "http_code": "200", "enable_client_ssl": false,
			"status": int64(1), "timeout": int64(5), "vpc_channel_id": channel,
			"id": "3b3d02026c5f402d85e8645ea95b0816", "create_time": "2020-07-23T07:11:57Z",
		}
	}
	exampleTime := "2020-07-23T07:11:57.244829604Z"

	byID := map[string]tftypes.Value{"vpc_channel_id": stringArgument(channelID)}
	byName := map[string]tftypes.Value{"name": stringArgument("VPC_demo")}
	tests := map[string]struct {
		arguments map[string]tftypes.Value
		answer    string
		want      object
	}{
		"every field, by ID":   {byID, fullChannel, fullChannelState()},
		"every field, by name": {byName, fullChannel, fullChannelState()},
		"no field, by ID":      {byID, `{"id": "56a7d7358e1b42459c9d730d65b14e59"}`, nullChannelState()},
		"no field, by name": {
			byName, `{"id": "56a7d7358e1b42459c9d730d65b14e59"}`,
			merge(nullChannelState(), object{"name": "VPC_demo"}),
		},
		"every field null": {
			byID,
			`{
				"name": null, "port": null, "balance_strategy": null, "member_type": null, "type": null,
				"vpc_channel_type": null, "dict_code": null, "create_time": null,
				"id": "56a7d7358e1b42459c9d730d65b14e59", "status": null, "member_groups": null,
				"microservice_info": null, "members": null, "vpc_health_config": null
			}`,
			nullChannelState(),
		},
		"no field of what is nested": {
			byID,
			`{
				"id": "56a7d7358e1b42459c9d730d65b14e59", "member_groups": [{}, {"microservice_labels": [{}]}],
				"microservice_info": {
					"cse_info": {}, "cce_info": {}, "cce_service_info": {},
					"nacos_info": {"server_config": [{}], "user_info": {}}
				},
				"members": [{}], "vpc_health_config": {}
			}`,
			merge(nullChannelState(), object{
				"member_groups": list{
					nullGroup,
					merge(nullGroup, object{"microservice_labels": list{object{"label_name": nil, "label_value": nil}}}),
				},
				"microservice_info": merge(nullMicroservice, object{
					"cse_info":         nullCSE,
					"cce_info":         nullCCE,
					"cce_service_info": object{"cluster_id": nil, "namespace": nil, "service_name": nil, "cluster_name": nil},
					"nacos_info": merge(nullNacos, object{
						"server_config": list{object{"ip_address": nil, "port": nil, "grpc_port": nil}},
						"user_info":     object{"user_name": nil, "password": nil},
					}),
				}),
				"members": list{nullMember}, "vpc_health_config": nullHealthConfig,
			}),
		},
		"no object in an object": {
			byID,
			`{"id": "56a7d7358e1b42459c9d730d65b14e59", "microservice_info": {"nacos_info": {}}}`,
			merge(nullChannelState(), object{
				"microservice_info": merge(nullMicroservice, object{"nacos_info": nullNacos}),
			}),
		},
		"empty strings, zeros, and false": {
			byID,
			`{
				"name": "", "port": 0, "balance_strategy": 0, "member_type": "", "type": 0, "vpc_channel_type": "",
				"dict_code": "", "create_time": "", "id": "56a7d7358e1b42459c9d730d65b14e59", "status": 0,
				"members": [{"weight": 0, "is_backup": false, "health_status": null}]
			}`,
			merge(nullChannelState(), object{
				"name": "", "port": int64(0), "balance_strategy": int64(0), "member_type": "", "type": int64(0),
				"vpc_channel_type": "", "dict_code": "", "create_time": "", "status": int64(0),
				"members": list{merge(nullMember, object{"weight": int64(0), "is_backup": false})},
			}),
		},
		"numbers past 2^53": {
			byID,
			`{"id": "56a7d7358e1b42459c9d730d65b14e59", "port": 9007199254740993, "status": -9223372036854775808}`,
			merge(nullChannelState(), object{"port": int64(9007199254740993), "status": int64(-9223372036854775808)}),
		},
		"the document's first example": {
			byID,
			string(readTestdata(t, "examples", "apig_vpc_channel_server.json")),
			object{
				"name": "VPC_demo", "port": int64(22), "balance_strategy": int64(1), "member_type": "ip", "type": int64(2),
				"vpc_channel_type": nil, "dict_code": "", "create_time": exampleTime, "id": channelID, "status": int64(1),
				"member_groups": list{},
				"microservice_info": object{
					"id": "", "instance_id": "", "service_type": "", "cse_info": emptyCSE,
					"cce_info": object{
						"cluster_id": "", "namespace": "", "workload_type": "", "app_name": "",
						"label_key": nil, "label_value": nil, "cluster_name": "",
					},
					"cce_service_info": nil, "nacos_info": nil, "update_time": "", "create_time": "",
				},
				"members": list{
					object{
						"host": "192.168.0.5", "weight": int64(1), "is_backup": false, "member_group_name": "",
						"status": int64(1), "port": int64(22), "ecs_id": "192.168.0.5", "ecs_name": "192.168.0.5",
						"id": "be63c6260a1043888187f84af39c9f0e", "vpc_channel_id": channelID,
						"create_time": "2020-07-23T07:11:57Z", "member_group_id": "", "health_status": "healthy",
					},
					object{
						"host": "192.168.1.124", "weight": int64(2), "is_backup": false, "member_group_name": "",
						"status": int64(1), "port": int64(22), "ecs_id": "192.168.1.124", "ecs_name": "192.168.1.124",
						"id": "a57b13f1b89b417ca8acd76909e6df67", "vpc_channel_id": channelID,
						"create_time": "2020-07-23T07:11:57Z", "member_group_id": "", "health_status": "unhealthy",
					},
				},
				"vpc_health_config": exampleHealthConfig(channelID),
			},
		},
		"the document's second example": {
			byName,
			string(readTestdata(t, "examples", "apig_vpc_channel_microservice.json")),
			object{
				"vpc_channel_id": "105c6902457144a4820dff8b1ad63331",
				"name":           "VPC_demo", "port": int64(22), "balance_strategy": int64(1), "member_type": "ip",
				"type": int64(3), "vpc_channel_type": nil, "dict_code": "", "create_time": exampleTime,
				"id": "105c6902457144a4820dff8b1ad63331", "status": int64(1),
				"member_groups": list{
					object{
						"member_group_name": "test", "member_group_remark": "remark", "member_group_weight": int64(1),
						"dict_code": nil, "microservice_version": "v1", "microservice_port": int64(80),
						"microservice_labels": list{}, "reference_vpc_channel_id": nil,
						"member_group_id": "c1ce135c705c4066853a0460b318fe16",
						"create_time":     exampleTime, "update_time": exampleTime,
					},
					object{
						"member_group_name": "default", "member_group_remark": "remark", "member_group_weight": int64(2),
						"dict_code": nil, "microservice_version": "v2", "microservice_port": int64(80),
						"microservice_labels": list{}, "reference_vpc_channel_id": nil,
						"member_group_id": "c1ce135c705c4066853a0460b318fe17",
						"create_time":     exampleTime, "update_time": exampleTime,
					},
				},
				"microservice_info": object{
					"id": "9483afa235be45158a70c19ab817ac65", "instance_id": "eddc4d25480b4cd6b512f270a1b8b341",
					"service_type": "CCE", "cse_info": emptyCSE,
					"cce_info": object{
						"cluster_id": "ab1485b4f91b45abbcd560be591f7309", "namespace": "default",
						"workload_type": "deployment", "app_name": "testapp", "label_key": nil, "label_value": nil,
						"cluster_name": "cce-test",
					},
					"cce_service_info": nil, "nacos_info": nil, "update_time": exampleTime, "create_time": exampleTime,
				},
				"members": list{},
				// The example has the other channel's ID here.
				"vpc_health_config": exampleHealthConfig(channelID),
			},
		},
	}
	arguments := object{
		"region": nil, "project_id": nil, "timeouts": nil,
		"instance_id": "eddc4d25480b4cd6b512f270a1b8b341", "vpc_channel_id": channelID,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newVPCChannelDataSource)
			given := map[string]tftypes.Value{"instance_id": stringArgument("eddc4d25480b4cd6b512f270a1b8b341")}
			maps.Copy(given, tt.arguments)
			model := modelOf[vpcChannelModel](t, declared, given)
			model = model.withAnswer(schemaTypes(declared), decode[client.VPCChannel](t, []byte(tt.answer)))
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, &model)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestVPCChannelErrorArguments(t *testing.T) {
	t.Parallel()
	const url = "https://apig.example.com/v2/p/apigw/instances/i/vpc-channels"
	byID := map[string]tftypes.Value{"vpc_channel_id": stringArgument(channelID)}
	byName := map[string]tftypes.Value{"name": stringArgument("VPC_demo")}
	testErrorArguments[vpcChannelModel](t, newVPCChannelDataSource, map[string]errorArgument{
		"no such channel":            {byID, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIG.3023"}, "vpc_channel_id"},
		"the channel found has gone": {byName, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIG.3023"}, "name"},
		"no such gateway":            {byID, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIG.3030"}, "instance_id"},
		"no such gateway, by name":   {byName, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIG.3030"}, "instance_id"},
		"no such API":                {byID, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIGW.0101"}, ""},
		"a 404 of who knows whom":    {byID, client.Error{URL: url, Status: http.StatusNotFound}, ""},
		"a 404 of IAM": {
			byID, client.Error{URL: "https://iam.example.com/v3/projects", Status: http.StatusNotFound, Code: "IAM.0004"}, "",
		},
		"a refusal": {byID, client.Error{URL: url, Status: http.StatusForbidden, Code: "APIG.1005"}, ""},
	})
}
