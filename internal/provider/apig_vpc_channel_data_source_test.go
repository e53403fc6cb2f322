package provider

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

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

// nullChannelState is what a channel makes of the state that has nothing but the ID.
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
	byID := object{"vpc_channel_id": channelID}
	byName := object{"name": "VPC_demo"}
	tests := map[string]struct {
		arguments object
		response  string
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
		"an empty ID": {byName, `{"id": "", "name": "VPC_demo"}`, merge(nullChannelState(), object{"id": "", "vpc_channel_id": "", "name": "VPC_demo"})},
		"the document's first example": {
			byID, string(readTestdata(t, "examples", "apig_vpc_channel_server.json")), exampleServerChannel(),
		},
		"the document's second example": {
			byName, string(readTestdata(t, "examples", "apig_vpc_channel_microservice.json")),
			merge(exampleMicroserviceChannel(), object{"vpc_channel_id": simulator.MicroserviceChannelID}),
		},
	}
	arguments := object{
		"region": nil, "project_id": nil, "timeouts": nil,
		"instance_id": "eddc4d25480b4cd6b512f270a1b8b341", "instance_name": nil, "vpc_channel_id": channelID, "omit_secrets": nil,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newVPCChannelDataSource)
			set := merge(object{"instance_id": "eddc4d25480b4cd6b512f270a1b8b341"}, tt.arguments)
			model := modelOf[vpcChannelDataSourceModel](t, declared, set)
			channel := decode[client.VPCChannel](t, []byte(tt.response))
			values := model.result(&channel, keepSecrets)
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, set, model, values)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

const vpcChannelSource = "hwcloud_apig_vpc_channel"

// exampleHealthConfig is that of both of the document's example responses.
func exampleHealthConfig() object {
	return object{
		"protocol": "http", "path": "/vpc/demo", "method": "GET", "port": int64(22), "threshold_normal": int64(2),
		"threshold_abnormal": int64(5), "time_interval": int64(10), "http_code": "200", "enable_client_ssl": false,
		"status": int64(1), "timeout": int64(5), "vpc_channel_id": "56a7d7358e1b42459c9d730d65b14e59",
		"id": "3b3d02026c5f402d85e8645ea95b0816", "create_time": "2020-07-23T07:11:57Z",
	}
}

// exampleServerChannel is the document's example of a channel of servers.
func exampleServerChannel() object {
	member := object{
		"host": "192.168.0.5", "weight": int64(1), "is_backup": false, "member_group_name": "", "status": int64(1), "port": int64(22),
		"ecs_id": "192.168.0.5", "ecs_name": "192.168.0.5", "id": "be63c6260a1043888187f84af39c9f0e",
		"vpc_channel_id": "56a7d7358e1b42459c9d730d65b14e59", "create_time": "2020-07-23T07:11:57Z", "member_group_id": "",
		"health_status": "healthy",
	}
	return object{
		"name": "VPC_demo", "port": int64(22), "balance_strategy": int64(1), "member_type": "ip", "dict_code": "",
		"create_time": "2020-07-23T07:11:57.244829604Z", "id": "56a7d7358e1b42459c9d730d65b14e59", "status": int64(1),
		"member_groups": list{}, "type": int64(2), "vpc_channel_type": nil,
		"members": list{member, merge(member, object{
			"host": "192.168.1.124", "weight": int64(2), "ecs_id": "192.168.1.124", "ecs_name": "192.168.1.124",
			"id": "a57b13f1b89b417ca8acd76909e6df67", "health_status": "unhealthy",
		})},
		"vpc_health_config": exampleHealthConfig(),
		"microservice_info": object{
			"id": "", "instance_id": "", "service_type": "",
			"cse_info": object{
				"cse_app_id": "", "engine_id": "", "engine_name": "", "register_address": "", "service_id": "", "service_name": "",
				"version": nil,
			},
			"cce_info": object{
				"cluster_id": "", "cluster_name": "", "namespace": "", "workload_type": "", "app_name": "", "label_key": nil,
				"label_value": nil,
			},
			"cce_service_info": nil, "nacos_info": nil, "create_time": "", "update_time": "",
		},
	}
}

// exampleMicroserviceChannel is the document's example of a microservice channel.
func exampleMicroserviceChannel() object {
	group := object{
		"member_group_id": "c1ce135c705c4066853a0460b318fe16", "member_group_name": "test", "member_group_weight": int64(1),
		"member_group_remark": "remark", "create_time": "2020-07-23T07:11:57.244829604Z",
		"update_time": "2020-07-23T07:11:57.244829604Z", "microservice_version": "v1", "microservice_port": int64(80),
		"dict_code": nil, "microservice_labels": list{}, "reference_vpc_channel_id": nil,
	}
	return object{
		"name": "VPC_demo", "id": "105c6902457144a4820dff8b1ad63331", "balance_strategy": int64(1), "dict_code": "",
		"create_time": "2020-07-23T07:11:57.244829604Z", "member_type": "ip", "port": int64(22), "status": int64(1),
		"member_groups": list{group, merge(group, object{
			"member_group_id": "c1ce135c705c4066853a0460b318fe17", "member_group_name": "default", "member_group_weight": int64(2),
			"microservice_version": "v2",
		})},
		"type": int64(3), "vpc_channel_type": nil, "members": list{}, "vpc_health_config": exampleHealthConfig(),
		"microservice_info": object{
			"id": "9483afa235be45158a70c19ab817ac65", "instance_id": "eddc4d25480b4cd6b512f270a1b8b341", "service_type": "CCE",
			"cse_info": object{
				"cse_app_id": "", "engine_id": "", "engine_name": "", "register_address": "", "service_id": "", "service_name": "",
				"version": nil,
			},
			"cce_info": object{
				"cluster_id": "ab1485b4f91b45abbcd560be591f7309", "cluster_name": "cce-test", "namespace": "default",
				"workload_type": "deployment", "app_name": "testapp", "label_key": nil, "label_value": nil,
			},
			"cce_service_info": nil, "nacos_info": nil,
			"create_time": "2020-07-23T07:11:57.244829604Z", "update_time": "2020-07-23T07:11:57.244829604Z",
		},
	}
}

// byChannelID is the body of a data source that finds a channel by ID.
func byChannelID(instance, id string) string {
	return fmt.Sprintf("instance_id = %q\nvpc_channel_id = %q\n", instance, id)
}

// byChannelName is the body of a data source that finds a channel by name.
func byChannelName(instance, name string) string {
	return fmt.Sprintf("instance_id = %q\nname = %q\n", instance, name)
}

// channelArguments is the state of the arguments that name a channel.
func channelArguments(instance, id string) object {
	return arguments(object{"instance_id": instance, "instance_name": nil, "vpc_channel_id": id, "omit_secrets": nil})
}

// fullChannels are the names of the channels in the simulator's full gateway, by their IDs.
var fullChannels = map[string]string{
	"f2000000000000000000000000000001": "full_builtin",
	"f2000000000000000000000000000002": "full_cse",
	"f2000000000000000000000000000003": "full_cce",
	"f2000000000000000000000000000004": "full_cce_service",
	"f2000000000000000000000000000005": "full_nacos",
	"f2000000000000000000000000000006": "full_reference",
}

// secondChannelID is the channel in the simulator's second region.
const secondChannelID = "f2000000000000000000000000000010"

func TestVPCChannelThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	attributes := dataSourceAttributes(vpcChannelObject.attributes)
	all := stateTests{
		"server": {
			byChannelID(simulator.InstanceID, simulator.ServerChannelID),
			merge(exampleServerChannel(), channelArguments(simulator.InstanceID, simulator.ServerChannelID)),
		},
		"microservice": {
			byChannelID(simulator.InstanceID, simulator.MicroserviceChannelID),
			merge(exampleMicroserviceChannel(), channelArguments(simulator.InstanceID, simulator.MicroserviceChannelID)),
		},
		"timeout": {
			byChannelID(simulator.InstanceID, simulator.ServerChannelID) + "timeouts { read = \"1h\" }",
			merge(exampleServerChannel(), channelArguments(simulator.InstanceID, simulator.ServerChannelID), object{"timeouts": object{"read": "1h"}}),
		},
	}
	var states []object
	for id, name := range fullChannels {
		state := expected(attributes, simulated(t, "apig", simulator.FullInstanceID, id+".json"))
		states = append(states, state)
		state = merge(state, channelArguments(simulator.FullInstanceID, id))
		all[name] = stateTest{byChannelID(simulator.FullInstanceID, id), state}
		all[name+"_by_name"] = stateTest{byChannelName(simulator.FullInstanceID, name), state}
		all[name+"_in_named_gateway"] = stateTest{
			fmt.Sprintf("instance_name = %q\nname = %q\n", simulator.FullInstanceName, name),
			merge(state, object{"instance_name": simulator.FullInstanceName}),
		}
		without, ok := withoutPasswords(state).(object)
		if !ok {
			t.Fatal("a state without passwords is not an object")
		}
		all[name+"_without_secrets"] = stateTest{
			byChannelID(simulator.FullInstanceID, id) + "omit_secrets = true",
			merge(without, object{"omit_secrets": true}),
		}
	}
	if missing := unfilled(attributes, states...); missing != nil {
		t.Errorf("nothing fills %s", missing)
	}
	second := merge(
		expected(attributes, simulated(t, "apig", simulator.SecondProjectID, simulator.SecondInstanceID, secondChannelID+".json")),
		channelArguments(simulator.SecondInstanceID, secondChannelID),
		object{"region": simulator.SecondRegion, "project_id": simulator.SecondProjectID},
	)
	all["region"] = stateTest{byChannelName(simulator.SecondInstanceID, "second_region") + "region = \"" + simulator.SecondRegion + "\"", second}
	all["region_and_project"] = stateTest{
		byChannelID(simulator.SecondInstanceID, secondChannelID) +
			"region = \"" + simulator.SecondRegion + "\"\nproject_id = \"" + simulator.SecondProjectID + "\"",
		second,
	}
	c.expectStates(t, vpcChannelSource, c.block(), all)
}

// TestVPCChannelNameMatchesExactly finds a channel among others whose names contain its own, on
// several pages, and from a server that returns those too.
func TestVPCChannelNameMatchesExactly(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		for i := range 30 {
			entry := simulator.MustEntry(fmt.Sprintf(`{"id":"id-%d","name":"name %d"}`, i, i))
			d.APIG.Instances[simulator.InstanceID].Channels = append(d.APIG.Instances[simulator.InstanceID].Channels, simulator.NewChannel(entry))
		}
	})
	c.Inject(simulator.Fault{
		Service: "apig",
		Match:   func(r simulator.Request) bool { return r.Query.Get("name") == "name 2" },
		Action: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			all := []string{`{"id":"id-21","name":"name 21"}`, `{"id":"id-20","name":"name 20"}`, `{"id":"id-2","name":"name 2"}`, `{"id":"x","name":"Name 2"}`}
			offset, err := strconv.Atoi("0" + r.URL.Query().Get("offset"))
			if err != nil || offset > len(all) {
				offset = len(all)
			}
			page := all[offset:min(offset+2, len(all))]
			simulator.Respond(http.StatusOK, nil, `{"total":4,"vpc_channels":[`+strings.Join(page, ",")+`]}`)(w, r, next)
		},
	})
	channel := func(number string) object {
		return merge(nullChannelState(), channelArguments(simulator.InstanceID, "id-"+number),
			object{"id": "id-" + number, "name": "name " + number})
	}
	c.expectStates(t, vpcChannelSource, c.block(), stateTests{
		"one": {byChannelName(simulator.InstanceID, "name 1"), channel("1")},
		"two": {byChannelName(simulator.InstanceID, "name 2"), channel("2")},
	})
}

func TestVPCChannelRefusesArguments(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body string, contains ...string) errorTest {
		return errorTest{vpcChannelSource, body, contains, ""}
	}
	const id = "instance_id = \"x\"\n"
	c.expectErrors(t, c.block(), map[string]errorTest{
		"neither":       bad(id, "Missing Attribute Configuration", "Exactly one of these attributes must be configured: [vpc_channel_id,name]"),
		"both":          bad(id+"vpc_channel_id = \"x\"\nname = \"y\"", "Invalid Attribute Combination", "[vpc_channel_id,name]"),
		"no_instance":   bad(`name = "x"`, "Missing Attribute Configuration", "[instance_id,instance_name]"),
		"both_gateways": bad(id+"instance_name = \"y\"\nname = \"x\"", "Invalid Attribute Combination", "[instance_id,instance_name]"),
		"slash":         bad("instance_id = \"a/b\"\nname = \"x\"", "instance_id", "must be an identifier"),
		"dot":           bad(id+`vpc_channel_id = "."`, "vpc_channel_id", "must be an identifier"),
		"query":         bad(id+`vpc_channel_id = "x?y"`, "vpc_channel_id", "must be an identifier"),
		"blank_name":    bad(id+`name = " "`, "name", "must not be blank"),
		"misspelled":    bad(id+"vpc_chanel_id = \"x\"", "Unsupported argument", `"vpc_chanel_id"`),
		"read_only":     bad(id+"name = \"x\"\nport = 22", "port", "read-only"),
		"region":        bad(id+"name = \"x\"\nregion = \"a.b\"", "region", "must consist of letters, digits"),
		"timeout":       bad(id+"name = \"x\"\ntimeouts { read = \"soon\" }", "timeouts.read", "must be a duration of more than zero"),
		"wrong_type":    bad(id+"name = [\"x\"]", "name", "string required"),
		"empty_project": bad(id+"name = \"x\"\nproject_id = \" \"", "project_id", "must be an identifier"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestVPCChannelRefusesResponses(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	c.respond("type-of-port", ok(`{"id":"x","port":"22"}`))
	c.respond("type-of-member", ok(`{"id":"x","members":[{},{"is_backup":1}]}`))
	c.respond("type-of-info", ok(`{"id":"x","microservice_info":{"nacos_info":{"server_config":[{"port":8848.5}]}}}`))
	c.respond("type-of-health", ok(`{"id":"x","vpc_health_config":[]}`))
	c.respond("null", ok(`null`))
	c.respond("no-id", ok(`{"name":"x"}`))
	c.respond("list-without-channels", ok(`{"total":0}`))
	c.respond("list-without-total", ok(`{"vpc_channels":[]}`))

	bad := func(body, argument string, contains ...string) errorTest {
		return errorTest{vpcChannelSource, body, append([]string{"Unable to read VPC channel", "Requested: VPC channel "}, contains...), argument}
	}
	by := func(id string, contains ...string) errorTest {
		return bad(byChannelID(simulator.InstanceID, id), "", contains...)
	}
	c.expectErrors(t, c.block("max_retries = 0"), map[string]errorTest{
		"no_such_channel": bad(byChannelID(simulator.InstanceID, "nothing"), "vpc_channel_id",
			"Status: 404 Not Found", "Code: APIG.3023", "Message: The VPC channel does not exist,id:nothing", "Request ID: "),
		"no_such_instance":         bad(byChannelID("nothing", "x"), "instance_id", "Status: 404 Not Found", "Code: APIG.3030"),
		"no_such_instance_by_name": bad(byChannelName("nothing", "x"), "instance_id", "Code: APIG.3030"),
		"no_such_name": bad(byChannelName(simulator.FullInstanceID, "full"), "name",
			`"full"`, "set vpc_channel_id instead"),
		"several": bad(byChannelName(simulator.InstanceID, "VPC_demo"), "name",
			`"VPC_demo"`, simulator.ServerChannelID, simulator.MicroserviceChannelID),
		"type_of_port":          by("type-of-port", "port", "an integer", "a string"),
		"type_of_member":        by("type-of-member", "members[1].is_backup", "a boolean", "a number"),
		"type_of_info":          by("type-of-info", "microservice_info.nacos_info.server_config[0].port"),
		"type_of_health":        by("type-of-health", "vpc_health_config", "an object", "an array"),
		"null_answer":           by("null", "field", "id"),
		"no_id":                 by("no-id", "field", "id"),
		"list_without_channels": bad(byChannelName("list-without-channels", "x"), "", "field", "vpc_channels"),
		"list_without_total":    bad(byChannelName("list-without-total", "x"), "", "field", "total"),
		"other_region": bad(byChannelID(simulator.InstanceID, simulator.ServerChannelID)+"region = \"xx-nowhere-1\"\nproject_id = \"x\"", "",
			"in region xx-nowhere-1", "Code: APIGW.0101", "lead to the service apig"),
	})
}
