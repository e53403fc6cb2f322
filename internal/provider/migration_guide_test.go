package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var inBackticks = regexp.MustCompile("`([a-z0-9_]+)`")

// TestMigrationGuideListsProviderArguments holds the table of provider arguments in the migration
// guide against the arguments of the vendor's provider block. A row may be about several.
func TestMigrationGuideListsProviderArguments(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join(repository, "docs", "guides", "migration-from-huaweicloud.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(readTestdata(t, "huaweicloud_provider_arguments.txt")))
	if len(want) < 37 || !slices.IsSorted(want) {
		t.Errorf("the list has %d arguments, want at least 37 in alphabetical order", len(want))
	}
	if diff := cmp.Diff(want, firstCellsOfTableWith(string(guide), "access_key")); diff != "" {
		t.Errorf("arguments in the guide's table (-vendor +guide)\n%s", diff)
	}
}

// firstCellsOfTableWith returns the names in backticks in the first cells of a Markdown table, in
// alphabetical order: of the table that has name among them.
func firstCellsOfTableWith(page, name string) []string {
	var names []string
	for line := range strings.Lines(page + "\n\n") {
		cell, isRow := strings.CutPrefix(line, "| ")
		if !isRow && slices.Contains(names, name) {
			break
		}
		if !isRow || strings.HasPrefix(cell, "---") {
			names = nil // Before the table, or in its header.
			continue
		}
		cell, _, _ = strings.Cut(cell, " |")
		for _, found := range inBackticks.FindAllStringSubmatch(cell, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return names
}
