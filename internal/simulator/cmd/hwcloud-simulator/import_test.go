package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// importFile imports a file of testdata into dir. It returns the standard error.
func importFile(t *testing.T, name, dir string) string {
	t.Helper()
	input, err := fs.ReadFile(os.DirFS("testdata"), name)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"import", "-data", dir}, bytes.NewReader(input), io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	return stderr.String()
}

// readFiles returns the files below dir without white space.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		files[name] = strings.Join(strings.Fields(string(content)), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stderr := importFile(t, "state.json", dir)
	want := map[string]string{
		"projects.json": `{"projects":[{"id":"p1","name":"eu-west-101","region":"eu-west-101"},{"id":"p2","name":"eu-west-101_p2","region":"eu-west-101"}]}`,
		"vpcep/p1/s1.json": `{"connections":[{"id":"c2","status":"accepted"},{"id":"c1","status":"rejected"}],` +
			`"service":{"id":"s1","service_name":"eu-west-101.orders.s1"}}`,
		"vpcep/p1/s2.json": `{"connections":[{"id":"c9","marker_id":9223372036854775807}],"service":{"id":"s2","service_name":"eu-west-101.ledger.s2"}}`,
		"dli/p1.json": `{"connections":[{"available_queue_info":[{"err_msg":"","name":"q","peer_id":"q1","status":"ACTIVE","update_time":1709280060123}],` +
			`"create_time":1709280000001,"dest_network_id":"n","dest_vpc_id":"v","elastic_resource_pools":[],"hosts":[],"id":"e1","isPrivis":false,` +
			`"name":"warehouse","routes":[{"cidr":"198.51.100.0/24","create_time":1709280360000,"name":"r"}],"status":"ACTIVE"}]}`,
		"dli/p1.tags.json":      `{"e1":{"team":"reports"}}`,
		"apig/p1/g2/b.json":     `{"id":"b","member_groups":[],"name":"single","type":2}`,
		"apig/p2/g1.json":       `{"id":"g1","instance_name":"gateway"}`,
		"apig/p2/g1.order.json": `["z","a"]`,
		"apig/p2/g1/z.json":     `{"id":"z","members":[{"host":"192.0.2.1","port":0}],"name":"last","port":80}`,
		"apig/p2/g1/a.json": `{"dict_code":"","id":"a","members":[],"microservice_info":{"nacos_info":{"server_config":[],` +
			`"user_info":{"password":"simulated-sensitive-value","user_name":"reader"}}},"name":"simulated-sensitive-value"}`,
	}
	if diff := cmp.Diff(want, readFiles(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	wantErr := `Warning: dli/p1.json holds only a part of the list, because of a filter or a limit: data.hwcloud_dli_enhanced_connections.all
Warning: vpcep/p1/s2.json holds only a part of the list, because of a filter or a limit: data.hwcloud_vpcep_service_connections.cut
Warning: project p2 in eu-west-101 gets the name eu-west-101_p2 in projects.json; change it if lookups use its real name
`
	if diff := cmp.Diff(wantErr, stderr); diff != "" {
		t.Errorf("standard error (-want +got):\n%s", diff)
	}
}

func TestImportPlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"projects.json":        `{"projects":[{"id":"p0","name":"mine","region":"cn-south-1"}]}`,
		"apig/p3/g1/kept.json": `{"id":"kept"}`,
	})
	stderr := importFile(t, "plan.json", dir)
	want := map[string]string{
		"projects.json":        `{"projects":[{"id":"p0","name":"mine","region":"cn-south-1"},{"id":"p3","name":"cn-north-4","region":"cn-north-4"}]}`,
		"apig/p3/g1/a.json":    `{"id":"a","name":"first"}`,
		"apig/p3/g1/kept.json": `{"id":"kept"}`,
	}
	if diff := cmp.Diff(want, readFiles(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"apig/p3/g1 holds only a part of the list, because of a filter or a limit: data.hwcloud_apig_vpc_channels.some",
		"data.hwcloud_apig_vpc_channels.later has not been read yet and is left out",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
}

func TestImportProjectNames(t *testing.T) {
	t.Parallel()
	const (
		warns    = true
		constant = `{"constant_value":"special"}`
		region   = `"region":{"constant_value":"cn-north-4"}`
		other    = `"region":{"constant_value":"eu-west-101"}`
	)
	block := func(provider, expressions string) string {
		return `{"full_name":"registry.opentofu.org/` + provider + `","expressions":{` + expressions + `}}`
	}
	for name, test := range map[string]struct {
		blocks []string
		want   string
		warns  bool
	}{
		"no block":           {nil, "cn-north-4", !warns},
		"no name":            {[]string{block("hwcloud/hwcloud", region)}, "cn-north-4", !warns},
		"name":               {[]string{block("hwcloud/hwcloud", region+`,"project_name":`+constant)}, "special", !warns},
		"name without":       {[]string{block("hwcloud/hwcloud", `"project_name":`+constant)}, "special", !warns},
		"variable region":    {[]string{block("hwcloud/hwcloud", `"region":{"references":["var.r"]},"project_name":`+constant)}, "special", !warns},
		"variable name":      {[]string{block("hwcloud/hwcloud", region+`,"project_name":{"references":["var.p"]}`)}, "cn-north-4", warns},
		"of another region":  {[]string{block("hwcloud/hwcloud", other+`,"project_name":`+constant)}, "cn-north-4", !warns},
		"of two blocks":      {[]string{block("hwcloud/hwcloud", region+`,"project_name":`+constant), block("hwcloud/hwcloud", region)}, "cn-north-4", warns},
		"of another and own": {[]string{block("hwcloud/hwcloud", other), block("hwcloud/hwcloud", `"project_name":`+constant)}, "special", !warns},
		"another provider":   {[]string{block("huaweicloud/huaweicloud", `"project_name":`+constant+`,"region":[{}]`)}, "cn-north-4", !warns},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var configuration []string
			for i, text := range test.blocks {
				configuration = append(configuration, fmt.Sprintf(`"hwcloud.%d":%s`, i, text))
			}
			input := `{"configuration":{"provider_config":{` + strings.Join(configuration, ",") + `}},` +
				`"values":{"root_module":{"resources":[{"address":"data.x","mode":"data","type":"hwcloud_dli_enhanced_connections",` +
				`"values":{"region":"cn-north-4","project_id":"p1","connections":[]}}]}}}`
			dir := t.TempDir()
			var stderr bytes.Buffer
			if err := run(t.Context(), []string{"import", "-data", dir}, strings.NewReader(input), io.Discard, &stderr); err != nil {
				t.Fatal(err)
			}
			want := `{"projects":[{"id":"p1","name":"` + test.want + `","region":"cn-north-4"}]}`
			if got := readFiles(t, dir)["projects.json"]; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if warned := strings.Contains(stderr.String(), "project p1 in cn-north-4 gets the name "+test.want); warned != test.warns {
				t.Errorf("the warnings are %q", stderr.String())
			}
		})
	}
}

// TestImportProjectNameOfTwo imports two projects, of which project_name may be either.
func TestImportProjectNameOfTwo(t *testing.T) {
	t.Parallel()
	resource := func(project, region string) string {
		return `{"address":"data.x","mode":"data","type":"hwcloud_dli_enhanced_connections",` +
			`"values":{"region":"` + region + `","project_id":"` + project + `","connections":[]}}`
	}
	input := `{"configuration":{"provider_config":{"hwcloud":{"full_name":"registry.terraform.io/hwcloud/hwcloud",` +
		`"expressions":{"project_name":{"constant_value":"special"}}}}},` +
		`"values":{"root_module":{"resources":[` + resource("p1", "cn-north-4") + "," + resource("p2", "cn-south-1") + `]}}}`
	dir := t.TempDir()
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"import", "-data", dir}, strings.NewReader(input), io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	want := `{"projects":[{"id":"p1","name":"cn-north-4","region":"cn-north-4"},{"id":"p2","name":"cn-south-1","region":"cn-south-1"}]}`
	if got := readFiles(t, dir)["projects.json"]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := strings.Count(stderr.String(), "change it if lookups use its real name"); n != 2 {
		t.Errorf("%d warnings, want 2:\n%s", n, &stderr)
	}
}

// TestImportedDataIsServed reads imported data from a server.
func TestImportedDataIsServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	importFile(t, "state.json", dir)
	server := simulator.Start(t)
	server.Update(func(d *simulator.Data) {
		if err := d.Load(os.DirFS(dir)); err != nil {
			t.Error(err)
		}
		d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{Value: "p2", DomainID: simulator.DomainID, ProjectID: "p2"})
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/eu-west-101/apig/v2/p2/apigw/instances/g1/vpc-channels", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", "p2")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(body), `"vpc_channels":[{"id":"z","name":"last","port":80},{"dict_code":"","id":"a",`) {
		t.Errorf("got %s %s %v", response.Status, body, err)
	}
}

// TestImportedEmptyListsAreServed imports an empty list of each kind.
func TestImportedEmptyListsAreServed(t *testing.T) {
	t.Parallel()
	resource := func(kind, values string) string {
		return `{"address":"data.` + kind + `.empty","mode":"data","type":"` + kind + `","values":{"region":"` + simulator.Region +
			`","project_id":"` + simulator.ProjectID + `",` + values + `}}`
	}
	input := `{"values":{"root_module":{"resources":[` + strings.Join([]string{
		resource("hwcloud_vpcep_service_connections", `"service_id":"fresh","total_count":0,"connections":[]`),
		resource("hwcloud_vpcep_service_connections", `"service_id":"quiet","status":"failed","total_count":0,"connections":[]`),
		resource("hwcloud_dli_enhanced_connections", `"connections":[]`),
		resource("hwcloud_apig_vpc_channels", `"instance_id":"bare","vpc_channels":[]`),
	}, ",") + `]}}}`
	dir := t.TempDir()
	if err := run(t.Context(), []string{"import", "-data", dir}, strings.NewReader(input), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for name, content := range readFiles(t, dir) {
		if strings.Contains(content, "null") {
			t.Errorf("%s: %s", name, content)
		}
	}
	server := simulator.Start(t)
	if err := loadData(server, dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/fresh/connections": `"connections":[]`,
		"vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/quiet/connections": `"connections":[]`,
		"dli/v2.0/" + simulator.ProjectID + "/datasource/enhanced-connections":         `"connections":[]`,
		"apig/v2/" + simulator.ProjectID + "/apigw/instances/bare/vpc-channels":        `"vpc_channels":[]`,
	} {
		if status, body := get(t, server.URL+"/"+simulator.Region+"/"+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	resource := func(values string) string {
		return `{"values":{"root_module":{"resources":[{"address":"data.x","mode":"data","type":"hwcloud_vpcep_service_connections","values":` + values + `}]}}}`
	}
	for input, want := range map[string]string{
		"":                       "must be the output of terraform show -json",
		`{"format_version":"1"}`: "no data source of hwcloud",
		resource(`{"region":"r","project_id":"../x","service_id":"s"}`):                                        `data.x: invalid project_id "../x"`,
		resource(`{"region":"r","project_id":"p","service_id":"a/b"}`):                                         `data.x: invalid service_id "a/b"`,
		resource(`{"region":"r","project_id":"p","service_id":"s","total_count":0,"connections":[{"new":1}]}`): `unknown field "new"`,
	} {
		err := run(t.Context(), []string{"import", "-data", t.TempDir()}, strings.NewReader(input), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", input, err, want)
		}
	}
}
