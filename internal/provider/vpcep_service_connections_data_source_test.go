package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestServiceConnectionsMapping(t *testing.T) {
	t.Parallel()
	nullConnection := object{
		"id": nil, "marker_id": nil, "created_at": nil, "updated_at": nil, "domain_id": nil,
		"error": list{}, "status": nil, "description": nil,
	}
	tests := map[string]struct {
		response string
		want     object
	}{
		"every field": {
			`{"connections": [{
				"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "marker_id": 9007199254740993,
				"created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
				"domain_id": "5fc973eea581490997e82ea11a1df31f",
				"error": [
					{"error_code": "EndPoint.9999", "error_message": "quota exceeded"},
					{"error_code": "", "error_message": null}
				],
				"status": "failed", "description": "from the shop", "unheard_of": {"a": [1]}
			}], "total_count": 9223372036854775807, "unheard_of": true}`,
			object{
				"connections": list{object{
					"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "marker_id": int64(9007199254740993),
					"created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
					"domain_id": "5fc973eea581490997e82ea11a1df31f",
					"error": list{
						object{"error_code": "EndPoint.9999", "error_message": "quota exceeded"},
						object{"error_code": "", "error_message": nil},
					},
					"status": "failed", "description": "from the shop",
				}},
				"total_count": int64(9223372036854775807),
			},
		},
		"no field": {
			`{"connections": [{}], "total_count": 1}`,
			object{"connections": list{nullConnection}, "total_count": int64(1)},
		},
		"every field null": {
			`{"connections": [{
				"id": null, "marker_id": null, "created_at": null, "updated_at": null, "domain_id": null,
				"error": null, "status": null, "description": null
			}], "total_count": 1}`,
			object{"connections": list{nullConnection}, "total_count": int64(1)},
		},
		"every field empty": {
			`{"connections": [{
				"id": "", "marker_id": 0, "created_at": "", "updated_at": "", "domain_id": "",
				"error": [], "status": "", "description": ""
			}], "total_count": 1}`,
			object{
				"connections": list{object{
					"id": "", "marker_id": int64(0), "created_at": "", "updated_at": "", "domain_id": "",
					"error": list{}, "status": "", "description": "",
				}},
				"total_count": int64(1),
			},
		},
		"an unknown status": {
			`{"connections": [{"status": "moonstruck"}], "total_count": 1}`,
			object{
				"connections": list{merge(nullConnection, object{"status": "moonstruck"})},
				"total_count": int64(1),
			},
		},
		"no connections": {
			`{"connections": [], "total_count": 0}`,
			object{"connections": list{}, "total_count": int64(0)},
		},
		"no list": {
			`{"connections": null, "total_count": 0}`,
			object{"connections": list{}, "total_count": int64(0)},
		},
		"the document's example": {
			string(readTestdata(t, "examples", "vpcep_service_connections.json")),
			object{"connections": exampleConnections(), "total_count": int64(2)},
		},
	}
	arguments := object{
		"region": nil, "project_id": nil, "timeouts": nil,
		"service_id": "4189d3c2-8882-4871-a3c2-d380272eed88", "service_name": nil, "endpoint_id": nil, "marker_id": nil, "status": nil,
		"sort_key": nil, "sort_dir": nil, "limit": nil, "offset": nil,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newServiceConnectionsDataSource)
			set := object{"service_id": "4189d3c2-8882-4871-a3c2-d380272eed88"}
			model := modelOf[serviceConnectionsModel](t, declared, set)
			response := decode[struct {
				Connections []client.ServiceConnection `json:"connections"`
				TotalCount  int64                      `json:"total_count"`
			}](t, []byte(tt.response))
			values := serviceConnectionsObject.values(&serviceConnectionsResult{response.Connections, response.TotalCount}, keepSecrets)
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, set, model, values)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestServiceConnectionsQuery(t *testing.T) {
	t.Parallel()
	marker := int64(9007199254740993)
	tests := map[string]struct {
		arguments object
		want      client.ServiceConnectionsQuery
	}{
		"no argument": {nil, client.ServiceConnectionsQuery{}},
		"every argument": {
			object{
				"endpoint_id": "adb7b229-bb11-4072-bcc0-3327cd784263",
				"marker_id":   marker,
				"status":      "accepted",
				"sort_key":    "update_at",
				"sort_dir":    "asc",
				"limit":       int64(20),
				"offset":      int64(3),
			},
			client.ServiceConnectionsQuery{
				EndpointID: "adb7b229-bb11-4072-bcc0-3327cd784263", MarkerID: &marker, Status: "accepted",
				SortKey: "update_at", SortDir: "asc", Window: client.Window{Offset: 3, Limit: 20},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := modelOf[serviceConnectionsModel](t, schemaOf(t, newServiceConnectionsDataSource), tt.arguments)
			if diff := cmp.Diff(tt.want, model.query()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

const (
	serviceConnectionsSource = "hwcloud_vpcep_service_connections"
	fullServiceConnection    = "c1000000-0000-4000-8000-00000000000"
)

// exampleConnections are those of the document's example response.
func exampleConnections() list {
	return list{
		object{
			"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "status": "accepted", "marker_id": int64(16777510),
			"domain_id": "5fc973eea581490997e82ea11a1df31f", "created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
			"error": list{}, "description": nil,
		},
		object{
			"id": "fd69d29f-dc29-4a9b-80d8-b51d1e7e58ea", "status": "accepted", "marker_id": int64(16777513),
			"domain_id": "5fc973eea581490997e82ea11a1df31f", "created_at": "2018-09-17T07:28:56Z", "updated_at": "2018-09-17T07:28:58Z",
			"error": list{}, "description": nil,
		},
	}
}

// serviceConnections is the state of a read: the arguments that are set, and what it found.
func serviceConnections(set object, total int, connections list) object {
	return merge(arguments(object{
		"service_id": simulator.FullServiceID, "service_name": nil, "endpoint_id": nil, "marker_id": nil, "status": nil, "sort_key": nil,
		"sort_dir": nil, "limit": nil, "offset": nil, "connections": connections, "total_count": int64(total),
	}), set)
}

func TestServiceConnectionsThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	attributes := connectionAttributes(t, newServiceConnectionsDataSource)
	byID := map[string]object{}
	var all []object
	for _, entry := range entriesOf(t, simulated(t, "vpcep", simulator.FullServiceID+".json"), "connections") {
		state := expected(attributes, entry)
		byID[entry["id"].(string)[len(fullServiceConnection):]] = state //nolint:forcetypeassert // An ID is a string.
		all = append(all, state)
	}
	if missing := unfilled(attributes, all...); missing != nil {
		t.Errorf("nothing fills %s", missing)
	}
	// of are the connections whose IDs end in these digits.
	of := func(digits string) list {
		connections := list{}
		for digit := range strings.SplitSeq(digits, "") {
			connections = append(connections, byID[digit])
		}
		return connections
	}
	full := "service_id = \"" + simulator.FullServiceID + "\"\n"

	c.expectStates(t, serviceConnectionsSource, c.block(), stateTests{
		"example": {
			"service_id = \"" + simulator.ServiceID + "\"",
			serviceConnections(object{"service_id": simulator.ServiceID}, 2, exampleConnections()),
		},
		"full": {full, serviceConnections(nil, 6, of("654321"))},
		"full_name": {
			"service_name = \"" + simulator.FullServiceName + "\"",
			serviceConnections(object{"service_name": simulator.FullServiceName}, 6, of("654321")),
		},
		"short_name": {
			"service_name = \"" + simulator.FullServiceShortName + "\"\nlimit = 2",
			serviceConnections(object{"service_name": simulator.FullServiceShortName, "limit": int64(2)}, 6, of("65")),
		},
		"endpoint": {
			full + `endpoint_id = "` + fullServiceConnection + `5"`,
			serviceConnections(object{"endpoint_id": fullServiceConnection + "5"}, 1, of("5")),
		},
		"marker":       {full + "marker_id = 33554434", serviceConnections(object{"marker_id": int64(33554434)}, 1, of("3"))},
		"no_such":      {full + "marker_id = 0", serviceConnections(object{"marker_id": int64(0)}, 0, list{})},
		"status":       {full + `status = "failed"`, serviceConnections(object{"status": "failed"}, 1, of("5"))},
		"by_creation":  {full + `sort_key = "create_at"`, serviceConnections(object{"sort_key": "create_at"}, 6, of("654321"))},
		"by_update":    {full + `sort_key = "update_at"`, serviceConnections(object{"sort_key": "update_at"}, 6, of("123456"))},
		"ascending":    {full + `sort_dir = "asc"`, serviceConnections(object{"sort_dir": "asc"}, 6, of("123456"))},
		"descending":   {full + `sort_dir = "desc"`, serviceConnections(object{"sort_dir": "desc"}, 6, of("654321"))},
		"limited":      {full + "limit = 2", serviceConnections(object{"limit": int64(2)}, 6, of("65"))},
		"offset":       {full + "offset = 4", serviceConnections(object{"offset": int64(4)}, 6, of("21"))},
		"past_the_end": {full + "offset = 6", serviceConnections(object{"offset": int64(6)}, 6, list{})},
		"window": {
			full + "sort_key = \"update_at\"\nsort_dir = \"asc\"\nlimit = 2\noffset = 1",
			serviceConnections(object{"sort_key": "update_at", "sort_dir": "asc", "limit": int64(2), "offset": int64(1)}, 6, of("54")),
		},
		"timeout": {
			full + "timeouts { read = \"2m30s\" }\nlimit = 1",
			serviceConnections(object{"timeouts": object{"read": "2m30s"}, "limit": int64(1)}, 6, of("6")),
		},
		"project": {
			full + "project_id = \"" + simulator.ProjectID + "\"\nlimit = 1",
			serviceConnections(object{"limit": int64(1)}, 6, of("6")),
		},
		"region": {
			"service_id = \"" + simulator.SecondServiceID + "\"\nregion = \"" + simulator.SecondRegion + "\"",
			serviceConnections(object{
				"service_id": simulator.SecondServiceID, "region": simulator.SecondRegion, "project_id": simulator.SecondProjectID,
			}, 1, list{object{
				"id": "c2000000-0000-4000-8000-000000000001", "status": "accepted", "marker_id": int64(50331648),
				"domain_id": "d2000000000000000000000000000001", "created_at": "2024-05-01T12:00:00Z", "updated_at": "2024-05-01T12:05:00Z",
				"error": list{}, "description": "In the second region",
			}}),
		},
	})
}

// TestServiceConnectionsValues holds the values of connections that the documents do not show to
// what the state makes of them.
func TestServiceConnectionsValues(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		d.VPCEP.Services[simulator.ServiceID].Connections = []simulator.Entry{
			simulator.MustEntry(`{"id":"1","marker_id":9223372036854775807,"created_at":"2024-01-09T00:00:00Z","unheard_of":{"a":[1]}}`),
			simulator.MustEntry(`{"id":"2","marker_id":9007199254740993,"created_at":"2024-01-08T00:00:00Z","updated_at":null,
				"domain_id":null,"error":null,"status":null,"description":null}`),
			simulator.MustEntry(`{"id":"3","marker_id":-9223372036854775808,"created_at":"2024-01-07T00:00:00Z","updated_at":"",
				"domain_id":"","error":[],"status":"","description":""}`),
			simulator.MustEntry(`{"id":"4","marker_id":0,"created_at":"2024-01-06T00:00:00Z","error":[{},{"error_code":null},{"error_code":"","error_message":"x"}],
				"status":"aStatusNobodyHasHeardOf","description":"Grüße, 世界 \"quoted\" ${not} %{a} template\n"}`),
		}
	})
	null := object{"updated_at": nil, "domain_id": nil, "error": list{}, "status": nil, "description": nil}
	c.expectStates(t, serviceConnectionsSource, c.block(), stateTests{"values": {
		"service_id = \"" + simulator.ServiceID + "\"",
		serviceConnections(object{"service_id": simulator.ServiceID}, 4, list{
			merge(null, object{"id": "1", "marker_id": int64(9223372036854775807), "created_at": "2024-01-09T00:00:00Z"}),
			merge(null, object{"id": "2", "marker_id": int64(9007199254740993), "created_at": "2024-01-08T00:00:00Z"}),
			object{
				"id": "3", "marker_id": int64(-9223372036854775808), "created_at": "2024-01-07T00:00:00Z",
				"updated_at": "", "domain_id": "", "error": list{}, "status": "", "description": "",
			},
			merge(null, object{
				"id": "4", "marker_id": int64(0), "created_at": "2024-01-06T00:00:00Z", "status": "aStatusNobodyHasHeardOf",
				"description": "Grüße, 世界 \"quoted\" ${not} %{a} template\n",
				"error": list{
					object{"error_code": nil, "error_message": nil},
					object{"error_code": nil, "error_message": nil},
					object{"error_code": "", "error_message": "x"},
				},
			}),
		}),
	}})
}

// TestServiceConnectionsAreComplete reads more connections than a page holds.
func TestServiceConnectionsAreComplete(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	entries := simulator.Connections(2001)
	c.Update(func(d *simulator.Data) { d.VPCEP.Services[simulator.ServiceID].Connections = entries })
	attributes := connectionAttributes(t, newServiceConnectionsDataSource)
	all := list{}
	for _, entry := range slices.Backward(entries) {
		all = append(all, expected(attributes, responseOf(t, entry)))
	}
	c.expectStates(t, serviceConnectionsSource, c.block(), stateTests{
		"all": {
			"service_id = \"" + simulator.ServiceID + "\"",
			serviceConnections(object{"service_id": simulator.ServiceID}, 2001, all),
		},
		"window": {
			"service_id = \"" + simulator.ServiceID + "\"\nlimit = 1001\noffset = 999",
			serviceConnections(object{"service_id": simulator.ServiceID, "limit": int64(1001), "offset": int64(999)}, 2001, all[999:2000]),
		},
	})
}

func TestServiceConnectionsRefuseArguments(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body, argument string, contains ...string) errorTest {
		return errorTest{serviceConnectionsSource, body, contains, argument}
	}
	const id = "service_id = \"x\"\n"
	c.expectErrors(t, c.block(), map[string]errorTest{
		"missing":           bad("", "", "Missing Attribute Configuration", "[service_id,service_name]"),
		"misspelled":        bad(id+`stauts = "failed"`, "", "Unsupported argument", `"stauts"`),
		"both":              bad(id+`service_name = "x"`, "", "Invalid Attribute Combination", "[service_id,service_name]"),
		"empty_id":          bad(`service_id = ""`, "", "Invalid Attribute Value", "service_id", "must be an identifier", `got: ""`),
		"dots_in_id":        bad(`service_id = "../x"`, "", "service_id", "must be an identifier"),
		"blank_endpoint":    bad(id+`endpoint_id = " "`, "", "endpoint_id", "must not be blank"),
		"negative_marker":   bad(id+"marker_id = -1", "", "marker_id", "must be at least 0"),
		"status":            bad(id+`status = "Accepted"`, "", "status", "must be one of", `"pendingAcceptance"`, `got: "Accepted"`),
		"sort_key":          bad(id+`sort_key = "id"`, "", "sort_key", `"create_at"`, `got: "id"`),
		"sort_dir":          bad(id+`sort_dir = "up"`, "", "sort_dir", `"asc"`, `got: "up"`),
		"no_limit":          bad(id+"limit = 0", "", "limit", "must be at least 1, got: 0"),
		"broken_limit":      bad(id+"limit = 1.5", "", "limit", "must be a whole number, got: 1.5"),
		"huge_marker":       bad(id+"marker_id = 1e30", "", "marker_id", "must be at most 9223372036854775807, got: 1e+30"),
		"negative_offset":   bad(id+"offset = -1", "", "offset", "must be at least 0, got: -1"),
		"host_in_region":    bad(id+`region = "evil.example#"`, "", "region", "must consist of letters, digits"),
		"path_in_project":   bad(id+`project_id = "a/b"`, "", "project_id", "must be an identifier"),
		"no_time":           bad(id+`timeouts { read = "0s" }`, "", "timeouts.read", "must be a duration of more than zero"),
		"no_unit":           bad(id+`timeouts { read = "30" }`, "", "timeouts.read", "must be a duration of more than zero"),
		"computed_argument": bad(id+"total_count = 1", "", "total_count"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestServiceConnectionsRefuseResponses(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) { d.VPCEP.RefuseOffsetPastEnd = true })
	connections := `{"connections":[{"id":"1","marker_id":%s}],"total_count":1}`
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	c.respond("type-of-number", ok(fmt.Sprintf(connections, `"7"`)))
	c.respond("fraction", ok(fmt.Sprintf(connections, `1.5`)))
	c.respond("too-large", ok(fmt.Sprintf(connections, `9223372036854775808`)))
	c.respond("type-of-list", ok(`{"connections":{"id":"1"},"total_count":1}`))
	c.respond("type-of-total", ok(`{"connections":[],"total_count":"0"}`))
	c.respond("type-of-error", ok(`{"connections":[{"id":"1","error":[{"error_code":404}]}],"total_count":1}`))
	c.respond("no-connections", ok(`{"total_count":0}`))
	c.respond("no-total", ok(`{"connections":[]}`))

	bad := func(id string, contains ...string) errorTest {
		return errorTest{serviceConnectionsSource, "service_id = \"" + id + "\"", append([]string{
			"Unable to list VPC endpoint service connections", `Requested: connections of VPC endpoint service "` + id + `"`,
			"in region " + simulator.Region, "project " + simulator.ProjectID, "GET " + c.URL + "/" + simulator.Region + "/vpcep/v1/",
		}, contains...), ""}
	}
	at := func(r errorTest, argument string) errorTest {
		r.argument = argument
		return r
	}
	notThere := at(bad("no-such-service", "Status: 404 Not Found", "Code: EndPoint.0005",
		"Message: The requested resource does not exist.", "Request ID: "), "service_id")
	pastEnd := at(bad(simulator.ServiceID, "Status: 400 Bad Request", "Code: EndPoint.0010"), "offset")
	pastEnd.arguments += "\noffset = 2"
	c.expectErrors(t, c.block("max_retries = 0"), map[string]errorTest{
		"no_such_service": notThere,
		"past_the_end":    pastEnd,
		"type_of_number":  bad("type-of-number", "connections[0].marker_id", "an integer", "a string"),
		"fraction":        bad("fraction", "connections[0].marker_id"),
		"too_large":       bad("too-large", "connections[0].marker_id"),
		"type_of_list":    bad("type-of-list", "connections", "an array", "an object"),
		"type_of_total":   bad("type-of-total", "total_count", "an integer", "a string"),
		"type_of_error":   bad("type-of-error", "connections[0].error[0].error_code", "a string", "a number"),
		"no_connections":  bad("no-connections", "field", "connections"),
		"no_total":        bad("no-total", "field", "total_count"),
	})
}

// TestServiceConnectionsReadFlatErrors reads the shape that the documents do not show.
func TestServiceConnectionsReadFlatErrors(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) { d.VPCEP.FlatErrors = true })
	c.expectErrors(t, c.block(), map[string]errorTest{"flat": {
		serviceConnectionsSource, `service_id = "no-such-service"`,
		[]string{"Code: EndPoint.0005", "Message: The requested resource does not exist."}, "service_id",
	}})
}

// TestServiceConnectionsRefuseNames searches for services by names that none has.
func TestServiceConnectionsRefuseNames(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	bad := func(body, argument string, contains ...string) errorTest {
		return errorTest{serviceConnectionsSource, body, contains, argument}
	}
	c.expectErrors(t, c.block(), map[string]errorTest{
		"no_such_name": bad(`service_name = "ledge"`, "service_name", "Unable to list VPC endpoint service connections",
			`Requested: connections of VPC endpoint service named "ledge"`, "set service_id instead"),
		"an_id":     bad(`service_name = "`+simulator.FullServiceID+`"`, "service_name", "looks like an ID"),
		"a_name":    bad(`service_id = "`+simulator.FullServiceName+`"`, "service_id", "Code: EndPoint.0005", "set service_name instead"),
		"forbidden": bad("service_name = \"x\"\nproject_id = \"somebody-elses\"", "", "Status: 403 Forbidden", "vpcep:endpointServices:list"),
	})
}

// TestServiceDisappears deletes the service between the lookup of its name and the read.
func TestServiceDisappears(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.respond("/connections", simulator.ServiceError(http.StatusNotFound, "EndPoint.0005", "The requested resource does not exist."))
	c.expectErrors(t, c.block(), map[string]errorTest{"gone": {
		serviceConnectionsSource, `service_name = "` + simulator.FullServiceShortName + `"`, []string{"but deleted before"}, "service_name",
	}})
}

// TestServiceNamesMatchExactly finds services among 1,500, which take two pages, from a server
// whose filter matches in part and ignores letter case.
func TestServiceNamesMatchExactly(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	names := []string{"orders", "Orders", "orders-2", "my-orders", "twice", "twice"}
	ids := map[string]string{}
	c.Update(func(d *simulator.Data) {
		d.VPCEP.IgnoreNameCase = true
		for i := range 1500 {
			id, name := fmt.Sprintf("70000000-0000-4000-8000-%012d", i), fmt.Sprintf("orders%d", i)
			if i < len(names) {
				name = names[i]
			}
			ids[name] = id
			d.VPCEP.Services[id] = &simulator.EndpointService{
				Details: simulator.MustEntry(fmt.Sprintf(`{"service_name":"%s.%s.%s"}`, simulator.Region, name, id)),
			}
		}
	})
	s := c.configure(t, nil)
	for _, name := range []string{"orders", "Orders", "orders-2", "my-orders", "orders10", "orders1499"} {
		for _, given := range []string{name, simulator.Region + "." + name + "." + ids[name]} {
			state, found := s.state(t, t.Context(), serviceConnectionsSource, object{"service_name": given})
			if found.errors != nil {
				t.Errorf("%s: %s", given, found.errors)
			} else if got := dig(t, state, "service_id"); got != ids[name] {
				t.Errorf("%s is %v, want %s", given, got, ids[name])
			}
		}
	}
	for name, contains := range map[string][]string{
		"twice":  {"2 ", "70000000-0000-4000-8000-000000000004", "70000000-0000-4000-8000-000000000005", "Set service_id instead"},
		"ORDERS": {"letter case"},
		"order":  {" more"},
	} {
		_, found := s.state(t, t.Context(), serviceConnectionsSource, object{"service_name": name})
		if len(found.errors) != 1 || len(found.errors[0]) > 3000 {
			t.Errorf("%s: the errors are %.4000q", name, found.errors)
			continue
		}
		for _, part := range append(contains, `AttributeName("service_name")`) {
			if !strings.Contains(found.errors[0], part) {
				t.Errorf("%s: the error lacks %q: %s", name, part, found.errors[0])
			}
		}
	}
}
