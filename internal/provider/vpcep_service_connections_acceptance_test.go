package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const (
	serviceConnectionsSource = "hwcloud_vpcep_service_connections"
	fullServiceConnection    = "c1000000-0000-4000-8000-00000000000"
)

// exampleConnections are those of the document's example answer.
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

// serviceConnections is the state of a lookup: the arguments that are set, and
// what it found.
func serviceConnections(set object, total int, connections list) object {
	return merge(arguments(object{
		"service_id": simulator.FullServiceID, "endpoint_id": nil, "marker_id": nil, "status": nil, "sort_key": nil,
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

	c.runAll(t, serviceConnectionsSource, c.block(), lookups{
		"example": {
			"service_id = \"" + simulator.ServiceID + "\"",
			serviceConnections(object{"service_id": simulator.ServiceID}, 2, exampleConnections()),
		},
		"full": {full, serviceConnections(nil, 6, of("654321"))},
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
			full + "timeouts = { read = \"2m30s\" }\nlimit = 1",
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

// TestServiceConnectionsValues holds the values of connections that the
// documents do not show to what the state makes of them.
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
	c.runAll(t, serviceConnectionsSource, c.block(), lookups{"values": {
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

// TestServiceConnectionsComeWhole reads more connections than a page holds.
func TestServiceConnectionsComeWhole(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	entries := simulator.Connections(2001)
	c.Update(func(d *simulator.Data) { d.VPCEP.Services[simulator.ServiceID].Connections = entries })
	attributes := connectionAttributes(t, newServiceConnectionsDataSource)
	all := list{}
	for _, entry := range slices.Backward(entries) {
		all = append(all, expected(attributes, answerOf(t, entry)))
	}
	c.runAll(t, serviceConnectionsSource, c.block(), lookups{
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
	bad := func(body, argument string, says ...string) refusal {
		return refusal{serviceConnectionsSource, body, says, argument}
	}
	const id = "service_id = \"x\"\n"
	c.refuseAll(t, c.block(), map[string]refusal{
		"missing":           bad("", "", "Missing required argument", `The argument "service_id" is required`),
		"misspelled":        bad(id+`stauts = "failed"`, "", "Unsupported argument", `"stauts"`),
		"empty_id":          bad(`service_id = ""`, "", "Invalid Attribute Value", "service_id", "must be an identifier", `got: ""`),
		"dots_in_id":        bad(`service_id = "../x"`, "", "service_id", "must be an identifier"),
		"blank_endpoint":    bad(id+`endpoint_id = " "`, "", "endpoint_id", "must hold more than white space"),
		"negative_marker":   bad(id+"marker_id = -1", "", "marker_id", "must be at least 0"),
		"status":            bad(id+`status = "Accepted"`, "", "status", "must be one of", `"pendingAcceptance"`, `got: "Accepted"`),
		"sort_key":          bad(id+`sort_key = "id"`, "", "sort_key", `"create_at"`, `got: "id"`),
		"sort_dir":          bad(id+`sort_dir = "up"`, "", "sort_dir", `"asc"`, `got: "up"`),
		"no_limit":          bad(id+"limit = 0", "", "limit", "must be at least 1, got: 0"),
		"broken_limit":      bad(id+"limit = 1.5", "", "limit"),
		"negative_offset":   bad(id+"offset = -1", "", "offset", "must be at least 0, got: -1"),
		"host_in_region":    bad(id+`region = "evil.example#"`, "", "region", "must consist of letters, digits"),
		"path_in_project":   bad(id+`project_id = "a/b"`, "", "project_id", "must be an identifier"),
		"no_time":           bad(id+`timeouts = { read = "0s" }`, "", "timeouts.read", "must be a duration of more than zero"),
		"no_unit":           bad(id+`timeouts = { read = "30" }`, "", "timeouts.read", "must be a duration of more than zero"),
		"computed_argument": bad(id+"total_count = 1", "", "total_count"),
	})
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made before the arguments were refused", n)
	}
}

func TestServiceConnectionsRefuseAnswers(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) { d.VPCEP.RefuseOffsetPastEnd = true })
	connections := `{"connections":[{"id":"1","marker_id":%s}],"total_count":1}`
	ok := func(body string) simulator.Action { return simulator.Respond(http.StatusOK, nil, body) }
	c.answers("type-of-number", ok(fmt.Sprintf(connections, `"7"`)))
	c.answers("fraction", ok(fmt.Sprintf(connections, `1.5`)))
	c.answers("too-large", ok(fmt.Sprintf(connections, `9223372036854775808`)))
	c.answers("type-of-list", ok(`{"connections":{"id":"1"},"total_count":1}`))
	c.answers("type-of-total", ok(`{"connections":[],"total_count":"0"}`))
	c.answers("type-of-error", ok(`{"connections":[{"id":"1","error":[{"error_code":404}]}],"total_count":1}`))
	c.answers("no-connections", ok(`{"total_count":0}`))
	c.answers("no-total", ok(`{"connections":[]}`))
	c.answers("array", ok(`[]`))
	c.answers("nothing", ok(``))
	c.answers("html", simulator.HTML(http.StatusOK))
	c.answers("gateway", simulator.HTML(http.StatusBadGateway))
	c.answers("code-and-message", simulator.Respond(http.StatusForbidden, map[string]string{"X-Request-Id": "id-of-the-request"}, `{"code":"EndPoint.0004","message":"No."}`))
	c.answers("cut", simulator.CutBody())
	c.answers("reset", simulator.Reset())
	c.answers("throttled", simulator.Throttle(http.StatusTooManyRequests, ""))
	c.answers("redirected", simulator.Redirect(http.StatusFound, "http://127.0.0.2:9/login"))
	c.answers("slow", simulator.StallHeaders())

	bad := func(id string, says ...string) refusal {
		return refusal{serviceConnectionsSource, "service_id = \"" + id + "\"", append([]string{
			"Unable to list VPC endpoint service connections", `Asked for: connections of VPC endpoint service "` + id + `"`,
			"in region " + simulator.Region, "project " + simulator.ProjectID, "GET " + c.URL + "/" + simulator.Region + "/vpcep/v1/",
		}, says...), ""}
	}
	at := func(r refusal, argument string) refusal {
		r.argument = argument
		return r
	}
	notThere := at(bad("no-such-service", "Status: 404 Not Found", "Code: EndPoint.0005",
		"Message: The requested resource does not exist.", "Request ID: "), "service_id")
	pastEnd := at(bad(simulator.ServiceID, "Status: 400 Bad Request", "Code: EndPoint.0010", "Check offset."), "offset")
	pastEnd.arguments += "\noffset = 2"
	slow := bad("slow", "read timeout of 1s")
	slow.arguments += "\ntimeouts = { read = \"1s\" }"
	c.refuseAll(t, c.block("max_retries = 0"), map[string]refusal{
		"no_such_service": notThere,
		"past_the_end":    pastEnd,
		"type_of_number":  bad("type-of-number", "the field connections[0].marker_id should be an integer and is a string"),
		"fraction":        bad("fraction", "the field connections[0].marker_id"),
		"too_large":       bad("too-large", "the field connections[0].marker_id"),
		"type_of_list":    bad("type-of-list", "the field connections should be an array and is an object"),
		"type_of_total":   bad("type-of-total", "the field total_count should be an integer and is a string"),
		"type_of_error":   bad("type-of-error", "the field connections[0].error[0].error_code should be a string and is a number"),
		"no_connections":  bad("no-connections", "it has no field connections"),
		"no_total":        bad("no-total", "it has no field total_count"),
		"array":           bad("array", "an object was expected, an array came"),
		"nothing":         bad("nothing", "the answer is empty"),
		"html":            bad("html", "content type text/html", "begins"),
		"gateway":         bad("gateway", "Status: 502 Bad Gateway"),
		"denied": bad("code-and-message", "Status: 403 Forbidden", "Code: EndPoint.0004", "Message: No.", "Request ID: id-of-the-request",
			"It needs read permission on VPC endpoint services"),
		"cut":        bad("cut", "No whole answer came."),
		"reset":      bad("reset", "No whole answer came."),
		"throttled":  bad("throttled", "Code: APIGW.0308", "The API is asked too often."),
		"redirected": bad("redirected", "refused a redirect to http://127.0.0.2:9"),
		"slow":       slow,
	})
}

// TestServiceConnectionsRefuseErrorsOfEitherShape reads the shape that the
// documents do not show.
func TestServiceConnectionsRefuseErrorsOfEitherShape(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) { d.VPCEP.FlatErrors = true })
	c.refuseAll(t, c.block(), map[string]refusal{"flat": {
		serviceConnectionsSource, `service_id = "no-such-service"`,
		[]string{"Code: EndPoint.0005", "Message: The requested resource does not exist."}, "service_id",
	}})
}
