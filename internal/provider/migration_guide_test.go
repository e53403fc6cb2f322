package provider

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var argumentRow = regexp.MustCompile("(?m)^\\| ((?:`[a-z_]+`(?:, )?)+) \\|")

// TestMigrationGuideListsProviderArguments compares the arguments in the migration guide's table with
// those of the vendor's provider block.
func TestMigrationGuideListsProviderArguments(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(readPage(t, "docs/guides/migration-from-huaweicloud.md"), "\n## Provider arguments\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var got []string
	for _, row := range argumentRow.FindAllStringSubmatch(table, -1) {
		got = append(got, strings.Split(strings.Trim(row[1], "`"), "`, `")...)
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Fields(string(readTestdata(t, "huaweicloud_provider_arguments.txt"))), got); diff != "" {
		t.Errorf("arguments (-vendor +guide)\n%s", diff)
	}
}
