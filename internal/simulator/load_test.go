package simulator

import (
	"net/http"
	"strings"
	"testing"
)

const loaded = `{"projects": [
  {"id": "p1", "name": "eu-west-101", "is_domain": false, "links": {"self": "https://iam.example.com/p1"}, "tags": ["a"],
    "endpoint_services": [
      {"id": "s1", "service_name": "eu-west-101.mine.s1", "domain_id": "d1", "created_at": "2024-01-01T00:00:00Z",
        "connections": [{"id": "one", "marker_id": 9223372036854775807, "new": {"n": 1.50}, "error": null}]},
      {"id": "s2", "connections": null}
    ],
    "enhanced_connections": [{"id": "two"}, {"id": "three", "create_time": 1e0, "tags": [{"key": "a", "value": "b"}]}],
    "instances": [
      {"id": "g1", "cbc_operation_locks": [{"lock_scene": "TO_PERIOD_LOCK"}], "charging_mode": 1,
        "vpc_channels": [{"id": "z"}, {"id": "a", "name": "first", "members": [{"host": "192.0.2.1"}]}]}
    ]},
  {"id": "p2", "region": "eu-west-101", "name": "shop", "enhanced_connections": []},
  {"id": "p3", "name": "eu-west-101_lab"},
  {"id": "p4", "region": "ap-1", "domain_id": "` + AgencyDomainID + `"}
]}`

// load returns a server with a data file.
func load(t *testing.T, file string) *Server {
	t.Helper()
	s := Start(t)
	s.Update(func(d *Data) {
		if warnings, err := d.Load([]byte(file)); err != nil || warnings != nil {
			t.Fatal(warnings, err)
		}
	})
	return s
}

// TestLoad checks that everything is served as it is in the file, and nothing else is.
func TestLoad(t *testing.T) {
	t.Parallel()
	s := load(t, loaded)
	const vpcep, apig = "/eu-west-101/vpcep/v1/p1/vpc-endpoint-services", "/eu-west-101/apig/v2/p1/apigw/instances"
	for path, want := range map[string]string{
		vpcep: `{"total_count":2,"endpoint_services":[
			{"id":"s1","service_name":"eu-west-101.mine.s1","domain_id":"d1","created_at":"2024-01-01T00:00:00Z"},{"id":"s2"}]}`,
		vpcep + "/s1/connections": `{"total_count":1,"connections":[
			{"id":"one","marker_id":9223372036854775807,"new":{"n":1.50},"error":null}]}`,
		vpcep + "/s2/connections": `{"total_count":0,"connections":[]}`,
		"/eu-west-101/dli/v2.0/p1/datasource/enhanced-connections": `{"is_success":true,"message":"","count":2,"connections":[
			{"id":"two"},{"id":"three","create_time":1e0}]}`,
		"/eu-west-101/dli/v2.0/p1/datasource/enhanced-connections?tags=a%3Db": `{"is_success":true,"message":"","count":1,"connections":[
			{"id":"three","create_time":1e0}]}`,
		"/eu-west-101/dli/v2.0/p2/datasource/enhanced-connections": `{"is_success":true,"message":"","count":0,"connections":[]}`,
		apig: `{"total":1,"size":1,"instances":[
			{"id":"g1","cbc_operation_locks":[{"lock_scene":"TO_PERIOD_LOCK"}],"charging_mode":1}]}`,
		apig + "/g1/vpc-channels":   `{"total":2,"size":2,"vpc_channels":[{"id":"z"},{"id":"a","name":"first"}]}`,
		apig + "/g1/vpc-channels/a": `{"id":"a","name":"first","members":[{"host":"192.0.2.1"}]}`,
		"/eu-west-101/iam/v3/projects?name=eu-west-101": `{
			"links":{"self":"https://iam.eu-west-101.example.com/v3/projects","previous":null,"next":null},
			"projects":[{"id":"p1","name":"eu-west-101","is_domain":false,"links":{"self":"https://iam.example.com/p1"},"tags":["a"],
			"domain_id":"` + DomainID + `","parent_id":"","description":"","enabled":true}]}`,
	} {
		wantJSON(t, send(t, s, path, "", withKey), http.StatusOK, want)
	}
	// The permanent token is for the first project.
	wantPart(t, get(t, s, "/eu-west-101/iam/v3/projects"), http.StatusOK, `"id":"p3"`)
	wantPart(t, get(t, s, vpcep), http.StatusOK, `"total_count":2`)
	wantPart(t, get(t, s, vpcepPath), http.StatusNotFound, "no region cn-north-4; it has ap-1, eu-west-101")
}

// TestLoadErrors checks that a mistake is named with its line, and that nothing is replaced then.
func TestLoadErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	rows := map[string]string{
		``:                               "line 1: unexpected end of JSON input",
		`[]`:                             `line 1, /: must be an object with the list "projects"`,
		"PK\x03\x04":                     `line 1, /: must be an object with the list "projects"; for the output of terraform show -json`,
		`{"project": []}`:                `line 1, /: must be an object with the list "projects"`,
		`{|"projects": [|{]}`:            "line 3: invalid character",
		`{"projects": [|{"id": "p",|`:    "line 3: unexpected end of JSON input",
		`{"projects": []}|{}`:            "line 2: invalid character '{' after top-level value",
		`{|"projects": {}}`:              "line 2, /projects: must be a list",
		`{|"projects": []}`:              "line 2, /projects: must not be empty",
		`{"projects": [|7]}`:             "line 2, /projects/0: must be an object",
		`{"projects": [|{"name": "r"}]}`: "line 2, /projects/0: needs an id",
		`{"projects": [|{"id": "p"}]}`:   "line 2, /projects/0: needs a name or a region",
	}
	for list, want := range map[string]string{
		`"endpoint_services": {}`:                                    "line 3, /projects/0/endpoint_services: must be a list",
		`"endpoint_services": [{}]`:                                  "line 3, /projects/0/endpoint_services/0: needs an id",
		`"endpoint_services": [{"id": "s",|"connections": [{}, 2]}]`: "line 4, /projects/0/endpoint_services/0/connections/1: must be an object",
		`"enhanced_connections": ["x"]`:                              "line 3, /projects/0/enhanced_connections/0: must be an object",
		`"instances": [{"id": 7}]`:                                   "line 3, /projects/0/instances/0: needs an id",
		`"instances": [{"id": "g"},|{"id": "g"}]`:                    "line 4, /projects/0/instances/1: another gateway has the id g",
		`"instances": [{"id": "g",|"vpc_channels": [{}]}]`:           "line 4, /projects/0/instances/0/vpc_channels/0: needs an id",
	} {
		rows[`{"projects": [|{"id": "p", "name": "r",|`+list+`}|]}`] = want
	}
	for row, want := range rows {
		file := strings.ReplaceAll(row, "|", "\n")
		s.Update(func(d *Data) {
			if _, err := d.Load([]byte(file)); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s\ngot %v, want %s", file, err, want)
			}
		})
	}
	wantPart(t, get(t, s, vpcepPath), http.StatusOK, "connections")
}

// TestLoadWarnings loads values that the APIs do not have.
func TestLoadWarnings(t *testing.T) {
	t.Parallel()
	warnings, err := new(Data).Load([]byte(`{"projects": [{"id": "p", "name": "r", "endpoint_services": [
		{"id": "s1", "status": "available", "connections": [{"status": "accepted"}, {"status": null}, {}]},
		{"id": "s2", "status": "Available", "connections": [
			{"status": "ACCEPTED"}, {"status": "ACCEPTED"}]}],
		"enhanced_connections": [{"status": "active"}, {"status": "READY"},
			{"tags": {"a": "b"}}], "tags": ["x"],
		"services": [{"id": "s3"}]}], "instances": [{"id": "g"}]}`))
	want := []string{
		"line 3, /projects/0/endpoint_services/1/status: Available is not a status of this API, which has creating, available, failed, deleting",
		"line 4, /projects/0/endpoint_services/1/connections/0/status: ACCEPTED is not a status of this API, which has " +
			"pendingAcceptance, creating, accepted, rejected, failed, deleting",
		"line 5, /projects/0/enhanced_connections/1/status: READY is not a status of this API, which has ACTIVE, DELETED",
		"line 7, /projects/0/services: only endpoint_services, enhanced_connections and instances are served",
		"line 7, /instances: only projects are served; other lists belong into one of them",
	}
	if err != nil || strings.Join(warnings, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %v %s", err, strings.Join(warnings, "\n"))
	}
}
