package provider

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const enhancedConnectionsSource = "hwcloud_dli_enhanced_connections"

// exampleEnhancedConnections are those of the document's example answer.
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

// enhancedConnections is the state of a lookup in the second region: the
// arguments that are set, and what it found.
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

	c.runAll(t, enhancedConnectionsSource, c.block(), lookups{
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
		"timeout":        {second + "timeouts = { read = \"30s\" }", enhancedConnections(object{"timeouts": object{"read": "30s"}}, all)},
		"no_timeout":     {second + "timeouts = {}", enhancedConnections(object{"timeouts": object{"read": nil}}, all)},
		"project": {
			"project_id = \"" + simulator.SubProjectID + "\"",
			enhancedConnections(object{"region": simulator.Region, "project_id": simulator.SubProjectID}, list{}),
		},
	})
}

// TestEnhancedConnectionsValues holds the values of connections that the
// documents do not show to what the state makes of them.
func TestEnhancedConnectionsValues(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	entry := func(raw string) simulator.EnhancedConnection {
		return simulator.EnhancedConnection{Entry: simulator.MustEntry(raw)}
	}
	c.Update(func(d *simulator.Data) {
		d.DLI.Projects[simulator.ProjectID] = []simulator.EnhancedConnection{
			entry(`{"id":"1"}`),
			entry(`{"id":"2","name":null,"status":null,"available_queue_info":null,"elastic_resource_pools":null,"dest_vpc_id":null,
				"dest_network_id":null,"isPrivis":null,"ipv6_enable":null,"create_time":null,"hosts":null,"routes":null}`),
			entry(`{"id":"3","name":"","status":"","available_queue_info":[],"elastic_resource_pools":[{"update_time":0}],"dest_vpc_id":"",
				"dest_network_id":"","isPrivis":false,"ipv6_enable":false,"create_time":0,"hosts":[{}],"routes":[{"create_time":-1}]}`),
			entry(`{"id":"4","create_time":253402300799999,"is_privis":true,"routes":[{"create_time":253402300800000}]}`),
			entry(`{"id":"5","create_time":9223372036854775807}`),
		}
	})
	null := object{
		"name": nil, "status": nil, "available_queue_info": list{}, "elastic_resource_pools": list{}, "dest_vpc_id": nil,
		"dest_network_id": nil, "is_privis": nil, "ipv6_enable": nil, "create_time": nil, "created_at": nil, "hosts": list{}, "routes": list{},
	}
	c.runAll(t, enhancedConnectionsSource, c.block(), lookups{"values": {"", enhancedConnections(
		object{"region": simulator.Region, "project_id": simulator.ProjectID}, list{
			merge(null, object{"id": "1"}),
			merge(null, object{"id": "2"}),
			object{
				"id": "3", "name": "", "status": "", "available_queue_info": list{},
				"elastic_resource_pools": list{object{
					"peer_id": nil, "status": nil, "name": nil, "err_msg": nil, "update_time": int64(0), "updated_at": "1970-01-01T00:00:00.000Z",
				}},
				"dest_vpc_id": "", "dest_network_id": "", "is_privis": false, "ipv6_enable": false,
				"create_time": int64(0), "created_at": "1970-01-01T00:00:00.000Z",
				"hosts":  list{object{"name": nil, "ip": nil}},
				"routes": list{object{"name": nil, "cidr": nil, "create_time": int64(-1), "created_at": "1969-12-31T23:59:59.999Z"}},
			},
			merge(null, object{
				"id": "4", "create_time": int64(253402300799999), "created_at": "9999-12-31T23:59:59.999Z",
				"routes": list{object{"name": nil, "cidr": nil, "create_time": int64(253402300800000), "created_at": nil}},
			}),
			merge(null, object{"id": "5", "create_time": int64(9223372036854775807)}),
		})}})
}

// TestEnhancedConnectionsComeWhole reads all connections from servers of each
// kind, more than their pages hold.
func TestEnhancedConnectionsComeWhole(t *testing.T) {
	t.Parallel()
	attributes := connectionAttributes(t, newEnhancedConnectionsDataSource)
	entries := simulator.EnhancedConnections(250)
	all := list{}
	for _, entry := range entries {
		all = append(all, expected(attributes, answerOf(t, entry.Entry)))
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
			c.runAll(t, enhancedConnectionsSource, c.block(), lookups{
				"all":    {second, enhancedConnections(nil, all)},
				"window": {second + "limit = 120\noffset = 90", enhancedConnections(object{"limit": int64(120), "offset": int64(90)}, all[90:210])},
			})
		})
	}
}

func TestEnhancedConnectionsRefuseArguments(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body string, says ...string) refusal {
		return refusal{enhancedConnectionsSource, body, says, ""}
	}
	c.refuseAll(t, c.block(), map[string]refusal{
		"misspelled":       bad(`nam = "x"`, "Unsupported argument", `"nam"`),
		"empty_name":       bad(`name = ""`, "name", "must hold more than white space"),
		"control_in_name":  bad(`name = "a\nb"`, "name", "no control characters"),
		"status":           bad(`status = "CREATING"`, "status", `"ACTIVE"`, `"CREATING"`),
		"comma_in_tag":     bad(`tags = { a = "b,c" }`, "tags", "must not hold `,`"),
		"comma_in_key":     bad(`tags = { "a,b" = "c" }`, "tags", "must not hold `=` or `,`"),
		"equals_in_key":    bad(`tags = { "a=b" = "c" }`, "tags", "must not hold `=` or `,`"),
		"empty_key":        bad(`tags = { "" = "c" }`, "tags", "must hold more than white space"),
		"null_tag":         bad(`tags = { a = null }`, "tags"),
		"negative_limit":   bad("limit = -1", "limit", "must be at least 0"),
		"negative_offset":  bad("offset = -1", "offset", "must be at least 0"),
		"slash_in_region":  bad(`region = "x/"`, "region", "must consist of letters, digits"),
		"empty_project":    bad(`project_id = ""`, "project_id", "must be an identifier"),
		"percent_project":  bad(`project_id = "a%2fb"`, "project_id", "must be an identifier"),
		"negative_timeout": bad(`timeouts = { read = "-1s" }`, "timeouts.read", "must be a duration of more than zero"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestEnhancedConnectionsRefuseAnswers(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	lookups := map[string]refusal{}
	// bad is a lookup whose project the server answers in this way.
	bad := func(name string, action simulator.Action, says ...string) {
		project := fmt.Sprintf("project-%s", name)
		c.answers(project, action)
		lookups[strings.ReplaceAll(name, "-", "_")] = refusal{enhancedConnectionsSource, fmt.Sprintf("project_id = %q", project), append([]string{
			"Unable to list DLI enhanced datasource connections", "Asked for: enhanced datasource connections, in region " + simulator.Region,
			"project " + project, "Request: GET " + c.URL,
		}, says...), ""}
	}
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	bad("failed", ok(`{"is_success":false,"message":"The queue is gone."}`), "The queue is gone.", "the answer says that the request failed")
	bad("type-of-time", ok(`{"is_success":true,"connections":[{"create_time":"1566888011125"}]}`),
		"the field connections[0].create_time should be an integer and is a string")
	bad("type-of-flag", ok(`{"is_success":true,"connections":[{"isPrivis":"true"}]}`),
		"the field connections[0].isPrivis should be a boolean and is a string")
	bad("type-of-list", ok(`{"is_success":true,"connections":[{},{"hosts":[{"ip":1}]}]}`),
		"the field connections[1].hosts[0].ip should be a string and is a number")
	bad("other", ok(`{"vpc_channels":[]}`), "it has no field connections")
	bad("text", ok(`"none"`), "an object was expected, a string came")
	bad("nothing", ok(""), "the answer is empty")
	bad("broken", ok(`{"is_success":true,"connections":[`), "JSON is broken")
	bad("html", simulator.HTML(http.StatusOK), "content type text/html", "begins")
	bad("not-found", simulator.ServiceError(http.StatusBadRequest, "DLI.0002", "The object does not exist."),
		"Status: 400 Bad Request", "Code: DLI.0002", "Message: The object does not exist.", "Request ID: ")
	bad("gateway", simulator.Respond(http.StatusNotFound, nil, `{"error_msg":"The API does not exist","error_code":"APIGW.0101","request_id":"the-id"}`),
		"Code: APIGW.0101", "There is no such API at this address. Check that region, cloud and endpoints lead to the service dli.")
	bad("clock", simulator.Respond(http.StatusUnauthorized, nil, `{"error_msg":"The time","error_code":"APIGW.0303"}`),
		"The clock of this machine is off by more than 15 minutes.")
	bad("proxy", simulator.HTML(http.StatusProxyAuthRequired), "Status: 407")
	bad("unavailable", simulator.Empty(http.StatusServiceUnavailable), "Status: 503 Service Unavailable", "The service failed.")
	lookups["forbidden"] = refusal{enhancedConnectionsSource, `project_id = "somebody-elses"`, []string{
		"Status: 403 Forbidden", "Code: DLI.0003", "It needs read permission on DLI enhanced datasource connections",
	}, ""}
	c.refuseAll(t, c.block("max_retries = 0"), lookups)
}
