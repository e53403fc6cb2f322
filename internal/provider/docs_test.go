package provider

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readPage(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// documentation are the pages for users and contributors, by their path in the repository.
func documentation(t *testing.T) []string {
	t.Helper()
	pages := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "SUPPORT.md"}
	for _, file := range filesIn(t, filepath.Join(repository, "docs")) {
		if path.Ext(file) == ".md" {
			pages = append(pages, path.Join("docs", file))
		}
	}
	return pages
}

var (
	codeBlock = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	// isTested matches the lines that TestDocumentedNames checks.
	isTested = regexp.MustCompile(`(?m)^(?:(?:[A-Z]+=\S+ )*make [a-z-]+|export [A-Z_]+=).*\n`)
	variable = regexp.MustCompile(`\b(?:HW|OS)_[A-Z_]*[A-Z]\b`)
	target   = regexp.MustCompile("(?m)(?:^|`|^[A-Z]+=.* )make ([a-z-]+)")
)

// TestCodeBlocks checks that the code blocks of the users' pages are from examples/, which the tests
// run.
func TestCodeBlocks(t *testing.T) {
	t.Parallel()
	var examples strings.Builder
	for _, file := range filesIn(t, filepath.Join(repository, "examples")) {
		examples.WriteString(readPage(t, path.Join("examples", file)))
	}
	for _, page := range documentation(t) {
		for _, block := range codeBlock.FindAllStringSubmatch(readPage(t, page), -1) {
			text := strings.TrimSpace(isTested.ReplaceAllString(block[2], ""))
			if page != "CONTRIBUTING.md" && block[1] != "text" && !strings.Contains(examples.String(), text) {
				t.Errorf("%s has a code block that is not in examples/:\n%s", page, text)
			}
		}
	}
}

// TestDataSourcesAreDocumented checks that each data source has its examples and is on every page that
// lists them, and that nothing is about one that does not exist.
func TestDataSourcesAreDocumented(t *testing.T) {
	t.Parallel()
	for source := range dataSources {
		for _, page := range []string{
			"README.md", "CHANGELOG.md", "docs/index.md", "docs/guides/authentication.md", "docs/guides/migration-from-huaweicloud.md",
			"examples/demo/main.tf", "examples/data-sources/" + source + "/data-source.tf",
		} {
			if !strings.Contains(readPage(t, page), source) {
				t.Errorf("%s lacks %s", page, source)
			}
		}
		readPage(t, "templates/data-sources/"+strings.TrimPrefix(source, "hwcloud_")+".md.tmpl")
	}
	for _, folder := range []string{"contract", "data-sources", "states"} {
		for _, file := range filesIn(t, "testdata/"+folder) {
			source := "hwcloud_" + strings.TrimPrefix(strings.TrimSuffix(file, ".json"), "hwcloud_")
			if dataSources[source] == nil {
				t.Errorf("testdata/%s/%s: there is no data source %s in provider.go", folder, file, source)
			}
		}
	}
}

// TestDocumentedNames checks that the code has the environment variables and the targets of make that
// the documentation names.
func TestDocumentedNames(t *testing.T) {
	t.Parallel()
	// The vendor's provider reads the first two.
	texts := []string{"\"OS_PROJECT_DOMAIN_NAME\"\n\"OS_PROJECT_DOMAIN_ID\"", readPage(t, "GNUmakefile")}
	for _, file := range filesIn(t, ".") {
		if path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go") {
			texts = append(texts, readPage(t, path.Join("internal/provider", file)))
		}
	}
	code := strings.Join(texts, "\n")
	for _, page := range documentation(t) {
		text := readPage(t, page)
		for _, name := range variable.FindAllString(text, -1) {
			if !strings.Contains(code, `"`+name+`"`) {
				t.Errorf("%s: the provider does not read %s", page, name)
			}
		}
		for _, match := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(code, "\n"+match[1]+": ") {
				t.Errorf("%s: there is no make %s", page, match[1])
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s#]*)#?([^)\s]*)\)`)

// ownLinks makes links to the repository's pages paths from its root.
var ownLinks = strings.NewReplacer("https://github.com/hwcloud/terraform-provider-hwcloud#", "/README.md#",
	"https://github.com/hwcloud/terraform-provider-hwcloud/tree/main/", "/",
	"https://raw.githubusercontent.com/hwcloud/terraform-provider-hwcloud/main/", "/")

// TestDocumentationLinks checks that each link between the repository's files leads somewhere.
func TestDocumentationLinks(t *testing.T) {
	t.Parallel()
	for _, page := range documentation(t) {
		for _, match := range link.FindAllStringSubmatch(ownLinks.Replace(readPage(t, page)), -1) {
			file := page
			switch {
			case strings.Contains(match[1], "://"):
				continue
			case strings.HasPrefix(match[1], "/"):
				file = match[1]
			case match[1] != "":
				file = path.Join(path.Dir(page), match[1])
			}
			info, err := os.Stat(filepath.Join(repository, filepath.FromSlash(file)))
			if err != nil || match[2] != "" && !info.IsDir() && !hasAnchor(readPage(t, file), match[2]) {
				t.Errorf("%s: %s leads nowhere: %v", page, match[0], err)
			}
		}
	}
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _\n-]`)

// hasAnchor reports whether a page has a heading or an element with an anchor.
func hasAnchor(page, anchor string) bool {
	headings := strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(page), ""), " ", "-")
	return strings.Contains(headings, "\n-"+anchor+"\n") || strings.Contains(page, `<a id="`+anchor+`">`)
}
