package provider

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const vpcChannelSource = "hwcloud_apig_vpc_channel"

// exampleHealthConfig is that of both of the document's example answers.
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
	return arguments(object{
		"instance_id": simulator.InstanceID, "vpc_channel_id": simulator.ServerChannelID,
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
	})
}

// exampleMicroserviceChannel is the document's example of a microservice channel.
func exampleMicroserviceChannel() object {
	group := object{
		"member_group_id": "c1ce135c705c4066853a0460b318fe16", "member_group_name": "test", "member_group_weight": int64(1),
		"member_group_remark": "remark", "create_time": "2020-07-23T07:11:57.244829604Z",
		"update_time": "2020-07-23T07:11:57.244829604Z", "microservice_version": "v1", "microservice_port": int64(80),
		"dict_code": nil, "microservice_labels": list{}, "reference_vpc_channel_id": nil,
	}
	return arguments(object{
		"instance_id": simulator.InstanceID, "vpc_channel_id": simulator.MicroserviceChannelID,
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
	})
}

// byChannelID is the body of a lookup by ID.
func byChannelID(instance, id string) string {
	return fmt.Sprintf("instance_id = %q\nvpc_channel_id = %q\n", instance, id)
}

// byChannelName is the body of a lookup by name.
func byChannelName(instance, name string) string {
	return fmt.Sprintf("instance_id = %q\nname = %q\n", instance, name)
}

func TestVPCChannelThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	attributes := schemaOf(t, newVPCChannelDataSource).Attributes
	all := lookups{
		"server":       {byChannelID(simulator.InstanceID, simulator.ServerChannelID), exampleServerChannel()},
		"microservice": {byChannelID(simulator.InstanceID, simulator.MicroserviceChannelID), exampleMicroserviceChannel()},
		"timeout": {
			byChannelID(simulator.InstanceID, simulator.ServerChannelID) + "timeouts = { read = \"1h\" }",
			merge(exampleServerChannel(), object{"timeouts": object{"read": "1h"}}),
		},
	}
	var states []object
	for number, name := range []string{"full_builtin", "full_cse", "full_cce", "full_cce_service", "full_nacos", "full_reference"} {
		id := fmt.Sprintf("f200000000000000000000000000000%d", number+1)
		state := expected(attributes, simulated(t, "apig", simulator.FullInstanceID, id+".json"))
		states = append(states, merge(state, object{"instance_id": "x", "vpc_channel_id": "x", "region": "x", "project_id": "x", "timeouts": object{"read": "x"}}))
		state = merge(state, arguments(object{"instance_id": simulator.FullInstanceID, "vpc_channel_id": id}))
		all[name] = lookups{"": {byChannelID(simulator.FullInstanceID, id), state}}[""]
		all[name+"_by_name"] = lookups{"": {byChannelName(simulator.FullInstanceID, name), state}}[""]
	}
	if missing := unfilled(attributes, states...); missing != nil {
		t.Errorf("nothing fills %s", missing)
	}
	second := arguments(object{
		"region": simulator.SecondRegion, "project_id": simulator.SecondProjectID, "instance_id": simulator.SecondInstanceID,
		"vpc_channel_id": "f2000000000000000000000000000010",
	})
	second = merge(expected(attributes, simulated(t, "apig", simulator.SecondProjectID, simulator.SecondInstanceID, "f2000000000000000000000000000010.json")), second)
	all["region"] = lookups{"": {byChannelName(simulator.SecondInstanceID, "second_region") + "region = \"" + simulator.SecondRegion + "\"", second}}[""]
	all["region_and_project"] = lookups{"": {
		byChannelID(simulator.SecondInstanceID, "f2000000000000000000000000000010") +
			"region = \"" + simulator.SecondRegion + "\"\nproject_id = \"" + simulator.SecondProjectID + "\"",
		second,
	}}[""]
	c.runAll(t, vpcChannelSource, c.block(), all)
}

// TestVPCChannelValues holds the values of channels that the documents do not
// show to what the state makes of them.
func TestVPCChannelValues(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		for _, raw := range []string{
			`{"id":"least"}`,
			`{"id":"nulls","name":null,"port":null,"balance_strategy":null,"member_type":null,"type":null,"vpc_channel_type":null,"dict_code":null,
				"create_time":null,"status":null,"member_groups":null,"microservice_info":null,"members":null,"vpc_health_config":null}`,
			`{"id":"zeros","name":"","port":0,"balance_strategy":0,"member_type":"","type":0,"vpc_channel_type":"","dict_code":"","create_time":"",
				"status":9007199254740993,"member_groups":[{}],"microservice_info":{},"members":[{"is_backup":false,"health_status":null,"weight":0}],
				"vpc_health_config":{}}`,
			`{"id":"nested","microservice_info":{"cse_info":{},"cce_info":{},"cce_service_info":{},"nacos_info":{"server_config":null}}}`,
			`{"id":"","name":"no ID"}`,
		} {
			channel := simulator.NewChannel(simulator.MustEntry(raw))
			if channel.ID == "" {
				channel.ID = "empty"
			}
			d.APIG.Instances[simulator.InstanceID].Channels = append(d.APIG.Instances[simulator.InstanceID].Channels, channel)
		}
	})
	channel := func(id string, others object) object {
		return merge(nullChannelState(), arguments(object{"instance_id": simulator.InstanceID, "vpc_channel_id": id, "id": id}), others)
	}
	attributes := schemaOf(t, newVPCChannelDataSource).Attributes
	// blank is an object without a field.
	blank := func(name string) object {
		return expected(attributes, object{name: object{}})[name].(object) //nolint:forcetypeassert // It is an object.
	}
	c.runAll(t, vpcChannelSource, c.block(), lookups{
		"least": {byChannelID(simulator.InstanceID, "least"), channel("least", nil)},
		"nulls": {byChannelID(simulator.InstanceID, "nulls"), channel("nulls", nil)},
		"zeros": {byChannelID(simulator.InstanceID, "zeros"), channel("zeros", object{
			"name": "", "port": int64(0), "balance_strategy": int64(0), "member_type": "", "type": int64(0), "vpc_channel_type": "",
			"dict_code": "", "create_time": "", "status": int64(9007199254740993),
			"member_groups": list{object{
				"member_group_name": nil, "member_group_remark": nil, "member_group_weight": nil, "dict_code": nil,
				"microservice_version": nil, "microservice_port": nil, "microservice_labels": list{},
				"reference_vpc_channel_id": nil, "member_group_id": nil, "create_time": nil, "update_time": nil,
			}},
			"microservice_info": object{
				"id": nil, "instance_id": nil, "service_type": nil, "cse_info": nil, "cce_info": nil, "cce_service_info": nil,
				"nacos_info": nil, "update_time": nil, "create_time": nil,
			},
			"members": list{object{
				"host": nil, "weight": int64(0), "is_backup": false, "member_group_name": nil, "status": nil, "port": nil, "ecs_id": nil,
				"ecs_name": nil, "id": nil, "vpc_channel_id": nil, "create_time": nil, "member_group_id": nil, "health_status": nil,
			}},
			"vpc_health_config": blank("vpc_health_config"),
		})},
		"nested": {byChannelID(simulator.InstanceID, "nested"), channel("nested", object{
			"microservice_info": merge(blank("microservice_info"), object{
				"cse_info": object{
					"engine_id": nil, "service_id": nil, "engine_name": nil, "service_name": nil, "register_address": nil,
					"cse_app_id": nil, "version": nil,
				},
				"cce_info": object{
					"cluster_id": nil, "namespace": nil, "workload_type": nil, "app_name": nil, "label_key": nil, "label_value": nil,
					"cluster_name": nil,
				},
				"cce_service_info": object{"cluster_id": nil, "namespace": nil, "service_name": nil, "cluster_name": nil},
				"nacos_info": object{
					"namespace": nil, "cluster_name": nil, "group_name": nil, "service_name": nil, "server_config": list{}, "user_info": nil,
				},
			}),
		})},
		"empty": {byChannelID(simulator.InstanceID, "empty"), channel("empty", object{"id": "", "name": "no ID"})},
	})
}

// TestVPCChannelByNameTakesTheWholeName finds a channel among others whose
// names hold its own, on several pages, and from a server that answers those too.
func TestVPCChannelByNameTakesTheWholeName(t *testing.T) {
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
			offset, err := strconv.Atoi(r.URL.Query().Get("offset"))
			if err != nil || offset > len(all) {
				offset = len(all)
			}
			page := all[offset:min(offset+2, len(all))]
			simulator.Respond(http.StatusOK, nil, `{"total":4,"vpc_channels":[`+strings.Join(page, ",")+`]}`)(w, r, next)
		},
	})
	channel := func(number string) object {
		return merge(nullChannelState(), arguments(object{
			"instance_id": simulator.InstanceID, "vpc_channel_id": "id-" + number, "id": "id-" + number, "name": "name " + number,
		}))
	}
	c.runAll(t, vpcChannelSource, c.block(), lookups{
		"one": {byChannelName(simulator.InstanceID, "name 1"), channel("1")},
		"two": {byChannelName(simulator.InstanceID, "name 2"), channel("2")},
	})
}

func TestVPCChannelRefusesArguments(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body string, says ...string) refusal { return refusal{vpcChannelSource, body, says, ""} }
	const id = "instance_id = \"x\"\n"
	c.refuseAll(t, c.block(), map[string]refusal{
		"neither":       bad(id, "Missing Attribute Configuration", "Exactly one of these attributes must be configured: [vpc_channel_id,name]"),
		"both":          bad(id+"vpc_channel_id = \"x\"\nname = \"y\"", "Invalid Attribute Combination", "[vpc_channel_id,name]"),
		"no_instance":   bad(`name = "x"`, `The argument "instance_id" is required`),
		"slash":         bad("instance_id = \"a/b\"\nname = \"x\"", "instance_id", "must be an identifier"),
		"dot":           bad(id+`vpc_channel_id = "."`, "vpc_channel_id", "must be an identifier"),
		"query":         bad(id+`vpc_channel_id = "x?y"`, "vpc_channel_id", "must be an identifier"),
		"blank_name":    bad(id+`name = " "`, "name", "must hold more than white space"),
		"misspelled":    bad(id+"vpc_chanel_id = \"x\"", "Unsupported argument", `"vpc_chanel_id"`),
		"read_only":     bad(id+"name = \"x\"\nport = 22", "port", "read-only"),
		"region":        bad(id+"name = \"x\"\nregion = \"a.b\"", "region", "must consist of letters, digits"),
		"timeout":       bad(id+"name = \"x\"\ntimeouts = { read = \"soon\" }", "timeouts.read", "must be a duration of more than zero"),
		"wrong_type":    bad(id+"name = [\"x\"]", "name", "string required"),
		"empty_project": bad(id+"name = \"x\"\nproject_id = \" \"", "project_id", "must be an identifier"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestVPCChannelRefusesAnswers(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	c.answers("type-of-port", ok(`{"id":"x","port":"22"}`))
	c.answers("type-of-member", ok(`{"id":"x","members":[{},{"is_backup":1}]}`))
	c.answers("type-of-info", ok(`{"id":"x","microservice_info":{"nacos_info":{"server_config":[{"port":8848.5}]}}}`))
	c.answers("type-of-health", ok(`{"id":"x","vpc_health_config":[]}`))
	c.answers("null", ok(`null`))
	c.answers("no-id", ok(`{"name":"x"}`))
	c.answers("array", ok(`[{"id":"x"}]`))
	c.answers("html", simulator.HTML(http.StatusOK))
	c.answers("list-without-channels", ok(`{"total":0}`))
	c.answers("list-without-total", ok(`{"vpc_channels":[]}`))
	c.answers("huge", simulator.HugeBody(33<<20))

	bad := func(body, argument string, says ...string) refusal {
		return refusal{vpcChannelSource, body, append([]string{"Unable to read VPC channel", "Asked for: VPC channel "}, says...), argument}
	}
	by := func(id string, says ...string) refusal {
		return bad(byChannelID(simulator.InstanceID, id), "", says...)
	}
	c.refuseAll(t, c.block("max_retries = 0"), map[string]refusal{
		"no_such_channel": bad(byChannelID(simulator.InstanceID, "nothing"), "vpc_channel_id",
			"Status: 404 Not Found", "Code: APIG.3023", "Message: The VPC channel does not exist,id:nothing", "Request ID: ", "Check vpc_channel_id"),
		"no_such_instance":         bad(byChannelID("nothing", "x"), "instance_id", "Status: 404 Not Found", "Code: APIG.3030", "Check instance_id"),
		"no_such_instance_by_name": bad(byChannelName("nothing", "x"), "instance_id", "Code: APIG.3030"),
		"no_such_name": bad(byChannelName(simulator.FullInstanceID, "full"), "name",
			`No VPC channels are named "full"`, "set vpc_channel_id to the ID of the one that is meant."),
		"several": bad(byChannelName(simulator.InstanceID, "VPC_demo"), "name",
			`2 VPC channels are named "VPC_demo"`, simulator.ServerChannelID, simulator.MicroserviceChannelID),
		"type_of_port":          by("type-of-port", "the field port should be an integer and is a string"),
		"type_of_member":        by("type-of-member", "the field members[1].is_backup should be a boolean and is a number"),
		"type_of_info":          by("type-of-info", "the field microservice_info.nacos_info.server_config[0].port"),
		"type_of_health":        by("type-of-health", "the field vpc_health_config should be an object and is an array"),
		"null_answer":           by("null", "it has no field id"),
		"no_id":                 by("no-id", "it has no field id"),
		"array":                 by("array", "an object was expected, an array came"),
		"html":                  by("html", "content type text/html"),
		"huge":                  by("huge", "larger than 32 MiB"),
		"list_without_channels": bad(byChannelName("list-without-channels", "x"), "", "it has no field vpc_channels"),
		"list_without_total":    bad(byChannelName("list-without-total", "x"), "", "it has no field total"),
		"other_region": bad(byChannelID(simulator.InstanceID, simulator.ServerChannelID)+"region = \"xx-nowhere-1\"\nproject_id = \"x\"", "",
			"in region xx-nowhere-1", "Code: APIGW.0101", "lead to the service apig"),
	})
}
