package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func load(t *testing.T, files map[string]string) (*Server, error) {
	t.Helper()
	s := Start(t)
	folder := make(fstest.MapFS)
	for name, content := range files {
		folder[name] = &fstest.MapFile{Data: []byte(content)}
	}
	var err error
	s.Update(func(d *Data) { err = d.Load(folder) })
	return s, err
}

func TestLoad(t *testing.T) {
	t.Parallel()
	s, err := load(t, map[string]string{
		"README.md":                             "ignored",
		"vpcep/mine.json":                       `{"service":{"service_name":"cn-north-4.mine.mine"},"connections":[{"id":"one"}]}`,
		"vpcep/" + SubProjectID + "/sub.json":   `{"connections":[]}`,
		"dli/" + ProjectID + ".json":            `{"connections":[{"id":"two"},{"id":"three"}]}`,
		"dli/" + ProjectID + ".tags.json":       `{"three":{"a":"b"}}`,
		"apig/" + InstanceID + "/four.json":     `{"name":"four"}`,
		"vpcep/" + FullServiceID + ".json":      `{"connections":[]}`,
		"apig/" + InstanceID + "/nine.json":     `{}`,
		"apig/" + InstanceID + "/zero.json":     `{}`,
		"apig/" + InstanceID + ".order.json":    `["zero","four"]`,
		"apig/" + SubProjectID + "/i.json":      `{"instance_name":"mine"}`,
		"apig/" + SubProjectID + "/i/five.json": `{"id":"five"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	inSubProject := strings.NewReplacer(ProjectID, SubProjectID, InstanceID, "i", ServiceID, "sub")
	for path, want := range map[string]string{
		strings.Replace(vpcepPath, ServiceID, "mine", 1): "[one]",
		dliPath:                                "[two three]",
		dliPath + "?tags=a=b":                  "[three]",
		channelsPath:                           "[zero four nine]",
		inSubProject.Replace(channelsPath):     "[five]",
		inSubProject.Replace(vpcepPath):        "[]",
		servicesPath + "?sort_dir=asc&id=mine": "[mine]",
		servicesPath + "?endpoint_service_name=cn-north-4.mine":     "[mine]",
		servicesPath + "?endpoint_service_name=" + FullServiceName:  "[" + FullServiceID + "]",
		inSubProject.Replace(servicesPath):                          "[sub]",
		inSubProject.Replace(instancesPath) + "?instance_name=mine": "[i]",
	} {
		if got := readList(t, send(t, s, http.MethodGet, path, "", withKey)).ids(); fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
	if got := get(t, s, channelsPath+"/four"); got.status != http.StatusOK || !strings.Contains(string(got.body), `"id":"four"`) {
		t.Errorf("a channel whose ID is its file's name: %d %s", got.status, got.body)
	}
}

// TestLoadWithoutLists loads files whose lists are missing or null.
func TestLoadWithoutLists(t *testing.T) {
	t.Parallel()
	s, err := load(t, map[string]string{
		"vpcep/" + ServiceID + ".json":       `{}`,
		"vpcep/null.json":                    `{"service":null,"connections":null}`,
		"vpcep/details.json":                 `{"service":{"service_name":"cn-north-4.mine.details"}}`,
		"dli/" + ProjectID + ".json":         `{}`,
		"dli/" + SubProjectID + ".json":      `{"connections":null}`,
		"apig/bare.json":                     `{}`,
		"apig/" + SubProjectID + "/sub.json": `{"instance_name":"sub"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		vpcepPath,
		strings.Replace(vpcepPath, ServiceID, "null", 1),
		strings.Replace(vpcepPath, ServiceID, "details", 1),
		dliPath,
		strings.Replace(dliPath, ProjectID, SubProjectID, 1),
		strings.Replace(channelsPath, InstanceID, "bare", 1),
		strings.NewReplacer(ProjectID, SubProjectID, InstanceID, "sub").Replace(channelsPath),
	} {
		got := send(t, s, http.MethodGet, path, "", withKey)
		if ids := readList(t, got).ids(); len(ids) != 0 || !strings.Contains(string(got.body), `":[]`) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

func TestLoadProjects(t *testing.T) {
	t.Parallel()
	s, err := load(t, map[string]string{
		"projects.json": `{"projects":[{"id":"p1","region":"eu-west-101"},{"id":"p2","name":"cn-north-4","region":"cn-north-4"}]}`,
		"dli/p1.json":   `{"connections":[{"id":"one"}]}`,
		"dli/p2.json":   `{"connections":[{"id":"two"}]}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/eu-west-101/dli/v2.0/p1/datasource/enhanced-connections": "[one]",
		"/cn-north-4/dli/v2.0/p2/datasource/enhanced-connections":  "[two]",
		dliPath: "[4c693ecc-bab8-4113-a838-129cedc9a563]",
	} {
		if got := readList(t, send(t, s, http.MethodGet, path, "", withKey)).ids(); fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
	for name, want := range map[string]string{
		"eu-west-101": "[p1]", "cn-north-4": "[p2]", "cn-north-4_built-in": "[" + ProjectID + "]",
	} {
		if got := readList(t, send(t, s, http.MethodGet, projectsPath+"?name="+name, "", withKey)).ids(); fmt.Sprint(got) != want {
			t.Errorf("project %s: %v, want %s", name, got, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"vpcep/mine.json":                     {`{"connections":`, "unexpected EOF"},
		"vpcep/other.json":                    {`{"services":[]}`, `unknown field "services"`},
		"vpcep/field.json":                    {`{"connections":[{},{"staus":"accepted"}]}`, `connections.1: unknown field "staus"`},
		"vpcep/nested.json":                   {`{"connections":[{"error":[{"code":"x"}]}]}`, `connections.0: unknown field "error.0.code"`},
		"vpcep/type.json":                     {`{"connections":[{"marker_id":"1"}]}`, `connections.0: field "marker_id" has the wrong type`},
		"vpcep/service.json":                  {`{"service":{"name":"x"},"connections":[]}`, `service: unknown field "name"`},
		"vpcep/no-project/mine.json":          {`{"connections":[]}`, "no project no-project"},
		"dli/" + ProjectID + ".json":          {`{"connections":[{"is_privis":true}]}`, `connections.0: unknown field "is_privis"`},
		"dli/no-project.json":                 {`{"connections":[]}`, "no project no-project"},
		"dli/" + ProjectID + ".tags.json":     {`{"unknown":{}}`, "no connection unknown"},
		"ecs/mine.json":                       {`{}`, "not the path of a data file"},
		"loose.json":                          {`{}`, "not the path of a data file"},
		"apig/" + InstanceID + ".json":        {`{"name":"x"}`, `unknown field "name"`},
		"apig/" + InstanceID + "/bad.json":    {`{"id"}`, "after object name"},
		"apig/" + InstanceID + "/other.json":  {`{"id":"x"}`, `the id is "x", but the file is named after "other"`},
		"apig/" + InstanceID + "/fields.json": {`{"microservice_info":{"cce":{}}}`, `unknown field "microservice_info.cce"`},
		"vpcep/array.json":                    {`[]`, "vpcep/array.json: must be a JSON object"},
		"vpcep/text.json":                     {`{"connections":["x"]}`, "connections.0: must be a JSON object"},
		"projects.json":                       {`{"projects":[{"id":"p1"}]}`, `projects.0: missing field "region"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, map[string]string{name: test.content})
			if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSuffix(name, ".json")) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
