package provider

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

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
		response string
		want     object
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
			object{"connections": exampleEnhancedConnections(), "connection_count": int64(1)},
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
			response := decode[struct {
				Connections []client.EnhancedConnection `json:"connections"`
			}](t, []byte(tt.response))
			values := enhancedConnectionsObject.values(&enhancedConnectionsResult{response.Connections}, keepSecrets)
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, nil, model, values)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestEnhancedConnectionsKeepTheirArguments also covers the arguments that every data source takes.
func TestEnhancedConnectionsKeepTheirArguments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		arguments object
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
			object{
				"region":     "cn-north-4",
				"project_id": "77b6a44cba5143ab91d13ab9a8ff44fd",
				"timeouts":   object{"read": "30s"},
				"name":       "withvpc",
				"status":     "active",
				"tags":       object{"k1": "v1", "k2": ""},
				"limit":      int64(0),
				"offset":     int64(9007199254740993),
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
			object{"tags": object{}},
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
			values := enhancedConnectionsObject.values(new(enhancedConnectionsResult), keepSecrets)
			want := merge(tt.state, object{"connections": list{}, "connection_count": int64(0)})
			if diff := cmp.Diff(want, stateOf(t, declared, tt.arguments, model, values)); diff != "" {
				t.Errorf("state (-want +got)\n%s", diff)
			}
		})
	}
}

const enhancedConnectionsSource = "hwcloud_dli_enhanced_connections"

// exampleEnhancedConnections are those of the document's example response.
func exampleEnhancedConnections() list {
	return list{object{
		"name": "withvpc", "id": "4c693ecc-bab8-4113-a838-129cedc9a563",
		"available_queue_info": list{object{
			"status": "ACTIVE", "name": "resource_mode_1", "peer_id": "d2ae6628-fa37-4e04-806d-c59c497492d1", "err_msg": "",
			"update_time": int64(1566889577861), "updated_at": "2019-08-27T07:06:17.861Z",
		}},
		"elastic_resource_pools": list{},
		"dest_vpc_id":            "22094d8f-c310-4621-913d-4c4d655d8495", "dest_network_id": "78f2562a-36e4-4b39-95b9-f5aab22e1281",
		"is_privis": true, "ipv6_enable": nil, "create_time": int64(1566888011125), "created_at": "2019-08-27T06:40:11.125Z",
		"status": "ACTIVE", "hosts": list{}, "routes": list{},
	}}
}

// enhancedConnections is the state of a read in the second region: the arguments that are set, and
// what it found.
func enhancedConnections(set object, connections list) object {
	return merge(arguments(object{
		"region": simulator.SecondRegion, "project_id": simulator.SecondProjectID,
		"name": nil, "status": nil, "tags": nil, "limit": nil, "offset": nil,
		"connections": connections, "connection_count": int64(len(connections)),
	}), set)
}

func TestEnhancedConnectionsThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	attributes := connectionAttributes(t, newEnhancedConnectionsDataSource)
	all := list{}
	var states []object
	for _, entry := range entriesOf(t, simulated(t, "dli", simulator.SecondProjectID+".json"), "connections") {
		state := expected(attributes, entry)
		all, states = append(all, state), append(states, state)
	}
	if missing := unfilled(attributes, states...); missing != nil {
		t.Errorf("nothing fills %s", missing)
	}
	warehouse, archive, retired := all[0], all[1], all[2]
	const second = "region = \"" + simulator.SecondRegion + "\"\n"
	home := object{"region": simulator.Region, "project_id": simulator.ProjectID}

	c.expectStates(t, enhancedConnectionsSource, c.block(), stateTests{
		"example":        {"", enhancedConnections(home, exampleEnhancedConnections())},
		"full":           {second, enhancedConnections(nil, all)},
		"name":           {second + `name = "archive"`, enhancedConnections(object{"name": "archive"}, list{archive})},
		"no_such":        {second + `name = "nothing"`, enhancedConnections(object{"name": "nothing"}, list{})},
		"active":         {second + `status = "ACTIVE"`, enhancedConnections(object{"status": "ACTIVE"}, list{warehouse, archive})},
		"deleted":        {second + `status = "deleted"`, enhancedConnections(object{"status": "deleted"}, list{retired})},
		"tag":            {second + `tags = { team = "reports" }`, enhancedConnections(object{"tags": object{"team": "reports"}}, list{warehouse, retired})},
		"tags":           {second + "tags = { team = \"reports\"\nstage = \"live\" }", enhancedConnections(object{"tags": object{"team": "reports", "stage": "live"}}, list{warehouse})},
		"no_such_tag":    {second + `tags = { team = "" }`, enhancedConnections(object{"tags": object{"team": ""}}, list{})},
		"no_tags":        {second + `tags = {}`, enhancedConnections(object{"tags": object{}}, all)},
		"limited":        {second + "limit = 2", enhancedConnections(object{"limit": int64(2)}, list{warehouse, archive})},
		"limited_to_all": {second + "limit = 0", enhancedConnections(object{"limit": int64(0)}, all)},
		"offset":         {second + "offset = 1", enhancedConnections(object{"offset": int64(1)}, list{archive, retired})},
		"window":         {second + "limit = 1\noffset = 1", enhancedConnections(object{"limit": int64(1), "offset": int64(1)}, list{archive})},
		"past_the_end":   {second + "offset = 3", enhancedConnections(object{"offset": int64(3)}, list{})},
		"timeout":        {second + "timeouts { read = \"30s\" }", enhancedConnections(object{"timeouts": object{"read": "30s"}}, all)},
		"no_timeout":     {second + "timeouts {}", enhancedConnections(object{"timeouts": object{"read": nil}}, all)},
		"project": {
			"project_id = \"" + simulator.SubProjectID + "\"",
			enhancedConnections(object{"region": simulator.Region, "project_id": simulator.SubProjectID}, list{}),
		},
	})
}

// TestEnhancedConnectionsAreComplete reads all connections from servers of each kind, more than
// their pages hold.
func TestEnhancedConnectionsAreComplete(t *testing.T) {
	t.Parallel()
	attributes := connectionAttributes(t, newEnhancedConnectionsDataSource)
	entries := simulator.EnhancedConnections(250)
	all := list{}
	for _, entry := range entries {
		all = append(all, expected(attributes, responseOf(t, entry.Entry)))
	}
	for name, older := range map[string]simulator.DLIEdition{
		"current": simulator.CurrentDLI, "limits zero": simulator.OlderDLIDefaults, "refuses zero": simulator.OlderDLIRefuses,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.Update(func(d *simulator.Data) {
				d.DLI.Edition = older
				d.DLI.Projects[simulator.SecondProjectID] = entries
			})
			const second = "region = \"" + simulator.SecondRegion + "\"\n"
			c.expectStates(t, enhancedConnectionsSource, c.block(), stateTests{
				"all":    {second, enhancedConnections(nil, all)},
				"window": {second + "limit = 120\noffset = 90", enhancedConnections(object{"limit": int64(120), "offset": int64(90)}, all[90:210])},
			})
		})
	}
}

func TestEnhancedConnectionsRefuseArguments(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body string, contains ...string) errorTest {
		return errorTest{enhancedConnectionsSource, body, contains, ""}
	}
	c.expectErrors(t, c.block(), map[string]errorTest{
		"misspelled":       bad(`nam = "x"`, "Unsupported argument", `"nam"`),
		"empty_name":       bad(`name = ""`, "name", "must not be blank"),
		"control_in_name":  bad(`name = "a\nb"`, "name", "must not contain control characters"),
		"status":           bad(`status = "CREATING"`, "status", `"ACTIVE"`, `"CREATING"`),
		"comma_in_tag":     bad(`tags = { a = "b,c" }`, "tags", "must not contain `,`"),
		"comma_in_key":     bad(`tags = { "a,b" = "c" }`, "tags", "must not contain `=` or `,`"),
		"equals_in_key":    bad(`tags = { "a=b" = "c" }`, "tags", "must not contain `=` or `,`"),
		"empty_key":        bad(`tags = { "" = "c" }`, "tags", "must not be blank"),
		"null_tag":         bad(`tags = { a = null }`, "tags"),
		"negative_limit":   bad("limit = -1", "limit", "must be at least 0"),
		"negative_offset":  bad("offset = -1", "offset", "must be at least 0"),
		"slash_in_region":  bad(`region = "x/"`, "region", "must consist of letters, digits"),
		"empty_project":    bad(`project_id = ""`, "project_id", "must be an identifier"),
		"percent_project":  bad(`project_id = "a%2fb"`, "project_id", "must be an identifier"),
		"negative_timeout": bad(`timeouts { read = "-1s" }`, "timeouts.read", "must be a duration of more than zero"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestEnhancedConnectionsRefuseResponses(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	tests := map[string]errorTest{}
	// bad adds a read for whose project the server responds in this way.
	bad := func(name string, action simulator.Action, contains ...string) {
		project := fmt.Sprintf("project-%s", name)
		c.respond(project, action)
		tests[strings.ReplaceAll(name, "-", "_")] = errorTest{enhancedConnectionsSource, fmt.Sprintf("project_id = %q", project), append([]string{
			"Unable to list DLI enhanced datasource connections", "Requested: enhanced datasource connections, in region " + simulator.Region,
			"project " + project, "Request: GET " + c.URL,
		}, contains...), ""}
	}
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	bad("failed", ok(`{"is_success":false,"message":"The queue is gone."}`), "The queue is gone.")
	bad("type-of-time", ok(`{"is_success":true,"connections":[{"create_time":"1566888011125"}]}`),
		"connections[0].create_time", "an integer", "a string")
	bad("type-of-flag", ok(`{"is_success":true,"connections":[{"isPrivis":"true"}]}`),
		"connections[0].isPrivis", "a boolean", "a string")
	bad("type-of-list", ok(`{"is_success":true,"connections":[{},{"hosts":[{"ip":1}]}]}`),
		"connections[1].hosts[0].ip", "a string", "a number")
	bad("other", ok(`{"vpc_channels":[]}`), "field", "connections")
	bad("text", ok(`"none"`), "an object", "a string")
	bad("not-found", simulator.ServiceError(http.StatusBadRequest, "DLI.0002", "The object does not exist."),
		"Status: 400 Bad Request", "Code: DLI.0002", "Message: The object does not exist.", "Request ID: ")
	bad("gateway", simulator.Respond(http.StatusNotFound, nil, `{"error_msg":"The API does not exist","error_code":"APIGW.0101","request_id":"the-id"}`),
		"Code: APIGW.0101", "lead to the service dli")
	tests["forbidden"] = errorTest{enhancedConnectionsSource, `project_id = "somebody-elses"`, []string{
		"Status: 403 Forbidden", "Code: DLI.0003", "DLI ReadOnlyAccess",
	}, ""}
	c.expectErrors(t, c.block("max_retries = 0"), tests)
}
