package provider

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

func init() {
	particulars["hwcloud_dli_enhanced_connections"] = particular{
		attributes: map[string]string{
			// The query has strings where Terraform has better types.
			"limit":  "optional integer",
			"offset": "optional integer",
			"tags":   "optional map of strings",
			// Times in milliseconds, in RFC 3339.
			"connections.created_at":                        "computed string",
			"connections.available_queue_info.updated_at":   "computed string",
			"connections.elastic_resource_pools.updated_at": "computed string",
			"connections.routes.created_at":                 "computed string",
		},
		arguments: []argumentValues{
			{"name", goodNames, badNames},
			{
				"status",
				[]any{"ACTIVE", "active", "Active", "DELETED", "deleted"},
				[]any{"", " ", "ACTIVE ", "FAILED", "CREATING"},
			},
			fromLeast("limit", 0),
			fromLeast("offset", 0),
			{
				"tags",
				[]any{
					map[string]attr.Value{},
					map[string]attr.Value{"k": types.StringValue("v"), "k 2": types.StringValue("")},
					map[string]attr.Value{"k": types.StringValue("a=b")},
					map[string]attr.Value{"k": types.StringUnknown()},
				},
				[]any{
					map[string]attr.Value{"": types.StringValue("v")},
					map[string]attr.Value{" ": types.StringValue("v")},
					map[string]attr.Value{"a=b": types.StringValue("v")},
					map[string]attr.Value{"a,b": types.StringValue("v")},
					map[string]attr.Value{"k": types.StringValue("a,b")},
					map[string]attr.Value{"k": types.StringNull()},
					map[string]attr.Value{"k": types.StringValue("v"), "l": types.StringNull()},
				},
			},
		},
	}
}

func TestEnhancedConnectionsMapping(t *testing.T) {
	t.Parallel()
	nullConnection := object{
		"id": nil, "name": nil, "status": nil, "available_queue_info": list{}, "elastic_resource_pools": list{},
		"dest_vpc_id": nil, "dest_network_id": nil, "is_privis": nil, "ipv6_enable": nil,
		"create_time": nil, "created_at": nil, "hosts": list{}, "routes": list{},
	}
	nullPeer := object{"peer_id": nil, "status": nil, "name": nil, "err_msg": nil, "update_time": nil, "updated_at": nil}
	emptyPeer := object{
		"peer_id": "", "status": "", "name": "", "err_msg": "",
		"update_time": int64(0), "updated_at": "1970-01-01T00:00:00.000Z",
	}
	nullRoute := object{"name": nil, "cidr": nil, "create_time": nil, "created_at": nil}
	tests := map[string]struct {
		answer string
		want   object
	}{
		"every field": {
			`{"is_success": true, "message": "", "count": 7, "connections": [{
				"id": "4c693ecc-bab8-4113-a838-129cedc9a563", "name": "withvpc", "status": "ACTIVE",
				"available_queue_info": [
					{"peer_id": "p1", "status": "FAILED", "name": "q1", "err_msg": "no route", "update_time": 1566889577861},
					{"peer_id": "p2", "status": "CREATING", "name": "q2", "err_msg": "", "update_time": 9223372036854775807}
				],
				"elastic_resource_pools": [
					{"peer_id": "p3", "status": "ACTIVE", "name": "pool", "err_msg": "", "update_time": 1566889577000}
				],
				"dest_vpc_id": "22094d8f-c310-4621-913d-4c4d655d8495",
				"dest_network_id": "78f2562a-36e4-4b39-95b9-f5aab22e1281",
				"isPrivis": true, "ipv6_enable": false, "create_time": 1566888011125,
				"hosts": [{"name": "db", "ip": "192.168.0.1"}, {"name": "log", "ip": "192.168.0.2"}],
				"routes": [{"name": "r1", "cidr": "10.0.0.0/8", "create_time": 1566888011126}],
				"unheard_of": 1
			}]}`,
			object{
				"connections": list{object{
					"id": "4c693ecc-bab8-4113-a838-129cedc9a563", "name": "withvpc", "status": "ACTIVE",
					"available_queue_info": list{
						object{
							"peer_id": "p1", "status": "FAILED", "name": "q1", "err_msg": "no route",
							"update_time": int64(1566889577861), "updated_at": "2019-08-27T07:06:17.861Z",
						},
						object{
							"peer_id": "p2", "status": "CREATING", "name": "q2", "err_msg": "",
							"update_time": int64(9223372036854775807), "updated_at": nil,
						},
					},
					"elastic_resource_pools": list{object{
						"peer_id": "p3", "status": "ACTIVE", "name": "pool", "err_msg": "",
						"update_time": int64(1566889577000), "updated_at": "2019-08-27T07:06:17.000Z",
					}},
					"dest_vpc_id":     "22094d8f-c310-4621-913d-4c4d655d8495",
					"dest_network_id": "78f2562a-36e4-4b39-95b9-f5aab22e1281",
					"is_privis":       true, "ipv6_enable": false,
					"create_time": int64(1566888011125), "created_at": "2019-08-27T06:40:11.125Z",
					"hosts": list{
						object{"name": "db", "ip": "192.168.0.1"},
						object{"name": "log", "ip": "192.168.0.2"},
					},
					"routes": list{object{
						"name": "r1", "cidr": "10.0.0.0/8",
						"create_time": int64(1566888011126), "created_at": "2019-08-27T06:40:11.126Z",
					}},
				}},
				"connection_count": int64(1),
			},
		},
		"no field": {
			`{"connections": [{}]}`,
			object{"connections": list{nullConnection}, "connection_count": int64(1)},
		},
		"every field null": {
			`{"connections": [{
				"id": null, "name": null, "status": null, "available_queue_info": null, "elastic_resource_pools": null,
				"dest_vpc_id": null, "dest_network_id": null, "isPrivis": null, "ipv6_enable": null,
				"create_time": null, "hosts": null, "routes": null
			}]}`,
			object{"connections": list{nullConnection}, "connection_count": int64(1)},
		},
		"no field of what is nested": {
			`{"connections": [{"available_queue_info": [{}], "elastic_resource_pools": [{}], "hosts": [{}], "routes": [{}]}]}`,
			object{
				"connections": list{merge(nullConnection, object{
					"available_queue_info":   list{nullPeer},
					"elastic_resource_pools": list{nullPeer},
					"hosts":                  list{object{"name": nil, "ip": nil}},
					"routes":                 list{nullRoute},
				})},
				"connection_count": int64(1),
			},
		},
		"every field empty": {
			`{"connections": [{
				"id": "", "name": "", "status": "",
				"available_queue_info": [{"peer_id": "", "status": "", "name": "", "err_msg": "", "update_time": 0}],
				"elastic_resource_pools": [{"peer_id": "", "status": "", "name": "", "err_msg": "", "update_time": 0}],
				"dest_vpc_id": "", "dest_network_id": "", "isPrivis": false, "ipv6_enable": false, "create_time": 0,
				"hosts": [{"name": "", "ip": ""}], "routes": [{"name": "", "cidr": "", "create_time": 0}]
			}]}`,
			object{
				"connections": list{object{
					"id": "", "name": "", "status": "",
					"available_queue_info":   list{emptyPeer},
					"elastic_resource_pools": list{emptyPeer},
					"dest_vpc_id":            "", "dest_network_id": "", "is_privis": false, "ipv6_enable": false,
					"create_time": int64(0), "created_at": "1970-01-01T00:00:00.000Z",
					"hosts": list{object{"name": "", "ip": ""}},
					"routes": list{object{
						"name": "", "cidr": "", "create_time": int64(0), "created_at": "1970-01-01T00:00:00.000Z",
					}},
				}},
				"connection_count": int64(1),
			},
		},
		"no connections": {
			`{"is_success": true, "count": 3}`,
			object{"connections": list{}, "connection_count": int64(0)},
		},
		"the document's example": {
			string(readTestdata(t, "examples", "dli_enhanced_connections.json")),
			object{
				"connections": list{object{
					"id": "4c693ecc-bab8-4113-a838-129cedc9a563", "name": "withvpc", "status": "ACTIVE",
					"available_queue_info": list{object{
						"peer_id": "d2ae6628-fa37-4e04-806d-c59c497492d1", "status": "ACTIVE",
						"name": "resource_mode_1", "err_msg": "",
						"update_time": int64(1566889577861), "updated_at": "2019-08-27T07:06:17.861Z",
					}},
					"elastic_resource_pools": list{},
					"dest_vpc_id":            "22094d8f-c310-4621-913d-4c4d655d8495",
					"dest_network_id":        "78f2562a-36e4-4b39-95b9-f5aab22e1281",
					"is_privis":              true, "ipv6_enable": nil,
					"create_time": int64(1566888011125), "created_at": "2019-08-27T06:40:11.125Z",
					"hosts": list{}, "routes": list{},
				}},
				"connection_count": int64(1),
			},
		},
	}
	arguments := object{
		"region": nil, "project_id": nil, "timeouts": nil,
		"name": nil, "status": nil, "tags": nil, "limit": nil, "offset": nil,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newEnhancedConnectionsDataSource)
			model := modelOf[enhancedConnectionsModel](t, declared, nil)
			answer := decode[struct {
				Connections []client.EnhancedConnection `json:"connections"`
			}](t, []byte(tt.answer))
			model = model.withAnswer(schemaTypes(declared), answer.Connections)
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, &model)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestEnhancedConnectionsKeepTheirArguments also covers the arguments that every
// data source takes.
func TestEnhancedConnectionsKeepTheirArguments(t *testing.T) {
	t.Parallel()
	timeouts := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"read": tftypes.String}}
	tags := tftypes.Map{ElementType: tftypes.String}
	tests := map[string]struct {
		arguments map[string]tftypes.Value
		query     client.EnhancedConnectionsQuery
		state     object
	}{
		"no argument": {
			nil,
			client.EnhancedConnectionsQuery{Tags: map[string]string{}},
			object{
				"region": nil, "project_id": nil, "timeouts": nil,
				"name": nil, "status": nil, "tags": nil, "limit": nil, "offset": nil,
			},
		},
		"every argument": {
			map[string]tftypes.Value{
				"region":     stringArgument("cn-north-4"),
				"project_id": stringArgument("77b6a44cba5143ab91d13ab9a8ff44fd"),
				"timeouts":   tftypes.NewValue(timeouts, map[string]tftypes.Value{"read": stringArgument("30s")}),
				"name":       stringArgument("withvpc"),
				"status":     stringArgument("active"),
				"tags": tftypes.NewValue(tags, map[string]tftypes.Value{
					"k1": stringArgument("v1"), "k2": stringArgument(""),
				}),
				"limit":  numberArgument(0),
				"offset": numberArgument(9007199254740993),
			},
			client.EnhancedConnectionsQuery{
				Name: "withvpc", Status: "active", Tags: map[string]string{"k1": "v1", "k2": ""},
				Window: client.Window{Offset: 9007199254740993},
			},
			object{
				"region": "cn-north-4", "project_id": "77b6a44cba5143ab91d13ab9a8ff44fd", "timeouts": object{"read": "30s"},
				"name": "withvpc", "status": "active", "tags": object{"k1": "v1", "k2": ""},
				"limit": int64(0), "offset": int64(9007199254740993),
			},
		},
		"empty tags": {
			map[string]tftypes.Value{"tags": tftypes.NewValue(tags, map[string]tftypes.Value{})},
			client.EnhancedConnectionsQuery{Tags: map[string]string{}},
			object{
				"region": nil, "project_id": nil, "timeouts": nil,
				"name": nil, "status": nil, "tags": object{}, "limit": nil, "offset": nil,
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newEnhancedConnectionsDataSource)
			model := modelOf[enhancedConnectionsModel](t, declared, tt.arguments)
			if diff := cmp.Diff(tt.query, model.query()); diff != "" {
				t.Errorf("query (-want +got)\n%s", diff)
			}
			model = model.withAnswer(schemaTypes(declared), nil)
			want := merge(tt.state, object{"connections": list{}, "connection_count": int64(0)})
			if diff := cmp.Diff(want, stateOf(t, declared, &model)); diff != "" {
				t.Errorf("state (-want +got)\n%s", diff)
			}
		})
	}
}

func TestEnhancedConnectionsErrorArguments(t *testing.T) {
	t.Parallel()
	const url = "https://dli.example.com/v2.0/p/datasource/enhanced-connections"
	withOffset := map[string]tftypes.Value{"offset": numberArgument(100)}
	testErrorArguments[enhancedConnectionsModel](t, newEnhancedConnectionsDataSource, map[string]errorArgument{
		"an offset refused": {
			withOffset,
			client.Error{URL: url, Status: http.StatusBadRequest, Code: "DLI.0001", Message: "Offset is out of range"},
			"offset",
		},
		"an offset that nobody set": {
			nil,
			client.Error{URL: url, Status: http.StatusBadRequest, Code: "DLI.0001", Message: "Offset is out of range"},
			"",
		},
		"something else refused": {
			withOffset,
			client.Error{URL: url, Status: http.StatusBadRequest, Code: "DLI.0002", Message: "The object does not exist"},
			"",
		},
		"the gateway's refusal": {
			withOffset,
			client.Error{URL: url, Status: http.StatusBadRequest, Code: "APIGW.0106", Message: "offset"},
			"",
		},
	})
}
