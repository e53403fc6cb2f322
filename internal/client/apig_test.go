package client

import (
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestVPCChannelRequest(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"c": "c", "a b/c?d#e%ü": "a%20b%2Fc%3Fd%23e%25%C3%BC", "{instance_id}": "%7Binstance_id%7D",
	} {
		req := requestOf(t, channelBody, func(c *Client) error {
			_, err := c.VPCChannel(t.Context(), home, "i", id)
			return err
		})
		checkRequest(t, req, "GET /cn-north-4/apig/v2/"+simulator.ProjectID+"/apigw/instances/i/vpc-channels/"+want)
	}
}

func TestVPCChannelFields(t *testing.T) {
	t.Parallel()
	const full = `{"name":"n","port":80,"balance_strategy":1,"member_type":"ip","type":3,"vpc_channel_type":"reference","dict_code":"d",
		"create_time":"2020-07-23T07:11:57.244829604Z","id":"c","status":1,
		"member_groups":[{"member_group_name":"g","member_group_remark":"r","member_group_weight":2,"dict_code":"gd",
			"microservice_version":"v1","microservice_port":81,"microservice_labels":[{"label_name":"l","label_value":"lv"}],
			"reference_vpc_channel_id":"ref","member_group_id":"gid","create_time":"t1","update_time":"t2"}],
		"microservice_info":{"id":"m","instance_id":"i","service_type":"NACOS",
			"cse_info":{"engine_id":"e1","service_id":"e2","engine_name":"e3","service_name":"e4","register_address":"e5",
				"cse_app_id":"e6","version":"e7"},
			"cce_info":{"cluster_id":"k1","namespace":"k2","workload_type":"k3","app_name":"k4","label_key":"k5","label_value":"k6",
				"cluster_name":"k7"},
			"cce_service_info":{"cluster_id":"s1","namespace":"s2","service_name":"s3","cluster_name":"s4"},
			"nacos_info":{"namespace":"n1","cluster_name":"n2","group_name":"n3","service_name":"n4",
				"server_config":[{"ip_address":"192.0.2.1","port":8848,"grpc_port":9848}],"user_info":{"user_name":"u","password":"pw"}},
			"update_time":"t3","create_time":"t4"},
		"members":[{"host":"192.0.2.2","weight":1,"is_backup":false,"member_group_name":"g","status":1,"port":22,"ecs_id":"x1",
			"ecs_name":"x2","id":"x3","vpc_channel_id":"c","create_time":"t5","member_group_id":"gid","health_status":"healthy"}],
		"vpc_health_config":{"protocol":"http","path":"/p","method":"GET","port":23,"threshold_normal":2,"threshold_abnormal":5,
			"time_interval":10,"http_code":"200","enable_client_ssl":false,"status":1,"timeout":5,"vpc_channel_id":"c","id":"h",
			"create_time":"t6"}}`
	const null = `{"id":"","name":"","port":0,"balance_strategy":null,"member_type":null,"type":null,"vpc_channel_type":null,
		"dict_code":null,"create_time":null,"status":null,"member_groups":null,"microservice_info":null,"members":null,
		"vpc_health_config":null}`
	for _, body := range []string{full, null} {
		got, err := readChannel(t.Context(), inMemory(t, Config{}, always(body)))
		if err != nil {
			t.Fatal(err)
		}
		checkJSON(t, got, body)
	}
}

// TestVPCChannelWithoutID is not from this API.
func TestVPCChannelWithoutID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"id":null}`, `{"ID":"a","name":"n"}`} {
		_, err := readChannel(t.Context(), inMemory(t, Config{}, always(body)))
		if e := requestError(t, err); e.Reason != ReasonUnexpectedResponse || e.Operation != OpShowVPCChannel {
			t.Errorf("%s: %v", body, err)
		}
	}
}
