package main

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// importFile imports a file of testdata. It returns the standard output and the standard error.
func importFile(t *testing.T, name string) (string, string) {
	t.Helper()
	input, err := fs.ReadFile(os.DirFS("testdata"), name)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), []string{"import"}, bytes.NewReader(input), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String()
}

// TestImport imports what the files in testdata have, and compares it with what they should give.
func TestImport(t *testing.T) {
	t.Parallel()
	for name, wantErr := range map[string]string{
		"state": `Warning: project p2 gets the name eu-west-101_p2: another one has the region's
Warning: data.hwcloud_vpcep_service_connections.cut has a filter or a limit: connections of s2 may lack entries
Warning: data.hwcloud_dli_enhanced_connections.reports has a filter or a limit: enhanced_connections of p1 may lack entries
Warning: data.hwcloud_dli_enhanced_connections.live has a filter or a limit: enhanced_connections of p1 may lack entries
Warning: module.child.data.hwcloud_unheard_of.new is left out: hwcloud_unheard_of is not known
`,
		"plan": `Warning: data.hwcloud_apig_vpc_channels.some has a filter or a limit: vpc_channels of g1 may lack entries
Warning: data.hwcloud_apig_vpc_channels.later is left out: it has not been read yet
`,
	} {
		got, stderr := importFile(t, name+".json")
		want, err := fs.ReadFile(os.DirFS("testdata"), name+".imported.json")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(wantErr, stderr); diff != "" {
			t.Errorf("%s: standard error (-want +got):\n%s", name, diff)
		}
		if warnings, err := new(simulator.Data).Load([]byte(got)); err != nil || warnings != nil {
			t.Errorf("%s cannot be served: %v %v", name, err, warnings)
		}
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
		resource("hwcloud_dli_enhanced_connections", `"connections":[]`),
		resource("hwcloud_apig_vpc_channels", `"instance_id":"bare","vpc_channels":[]`),
	}, ",") + `]}}}`
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"import"}, strings.NewReader(input), &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	server := simulator.Start(t)
	server.Update(func(d *simulator.Data) {
		if _, err := d.Load(stdout.Bytes()); err != nil {
			t.Error(err)
		}
	})
	for path, want := range map[string]string{
		"vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/fresh/connections": `"connections":[]`,
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
	for input, want := range map[string]string{
		"":                       "must be the output of terraform show -json",
		`{"format_version":"1"}`: "no data source of hwcloud",
	} {
		err := run(t.Context(), []string{"import"}, strings.NewReader(input), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", input, err, want)
		}
	}
}
