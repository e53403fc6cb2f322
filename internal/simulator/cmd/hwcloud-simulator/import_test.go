package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

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
		input, err := fs.ReadFile(os.DirFS("testdata"), name+".json")
		want, err2 := fs.ReadFile(os.DirFS("testdata"), name+".imported.json")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		if err := run(t.Context(), []string{"import"}, bytes.NewReader(input), &stdout, &stderr); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), stdout.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(wantErr, stderr.String()); diff != "" {
			t.Errorf("%s: standard error (-want +got):\n%s", name, diff)
		}
		if warnings, err := new(simulator.Data).Load(want); err != nil || warnings != nil {
			t.Errorf("%s cannot be served: %v %v", name, err, warnings)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		"":           "must be the output of terraform show -json: EOF",
		"PK\x03\x04": "must be the output of terraform show -json, not a plan or a state file",
		`{"version":4,"serial":1,"lineage":"x","resources":[]}`: "not a plan or a state file: terraform show -json FILE | hwcloud-simulator",
		`{"format_version":"1"}`:                                "no data source of hwcloud",
	} {
		err := run(t.Context(), []string{"import"}, strings.NewReader(input), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", input, err, want)
		}
	}
}
