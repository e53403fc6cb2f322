package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// notRun are the code blocks of the documentation that are not run, with the reason. They are
// checked for syntax all the same.
var notRun = map[string]string{
	"command README.md#installation":              "run by tools/test-install",
	"command README.md#try-it-without-an-account": "run by TestExampleDemo",
	"configuration docs/data-sources/apig_vpc_channels.md#security-group-rules-for-the-servers-behind-a-gateway-2": vendor,
	"configuration docs/data-sources/vpcep_service_connections.md#accept-the-connections-of-trusted-accounts-2":    vendor,
	"configuration docs/guides/authentication-in-ci.md#set-up-iam":                                                 vendor,
	"configuration docs/guides/authentication-in-ci.md#hcp-terraform":                                              "another provider, which the tests do not download",
	"json docs/guides/authentication-in-ci.md#set-up-iam":                                                          "a rule for the IAM console",
	"yaml docs/guides/authentication-in-ci.md#github-actions":                                                      "needs GitHub Actions; tools/lint checks the workflow",
	"yaml docs/guides/authentication-in-ci.md#gitlab-ci":                                                           "needs GitLab",
	"yaml docs/guides/authentication-in-ci.md#kubernetes":                                                          "needs a Kubernetes cluster",
	"command docs/guides/authentication.md#koocli-profile-2":                                                       "runs KooCLI, which the tests do not have",
	"configuration docs/guides/migration-from-huaweicloud.md":                                                      vendor,
	"configuration docs/guides/migration-from-huaweicloud.md#huaweicloud_dli_datasource_connections":               vendor,
	"configuration docs/guides/plan-time-lookups.md#when-a-data-source-is-read":                                    vendor,
	"command docs/guides/testing-modules.md#installation":                                                          "downloads the newest release",
}

const vendor = "the vendor's provider, which the tests do not download"

// configuredOnly are the configurations in which a data source cannot be read in a test, with the
// reason. They are planned without one.
var configuredOnly = map[string]string{
	"configuration docs/index.md#endpoints":                               "endpoints of a cloud that does not exist",
	"configuration docs/guides/authentication.md#openid-connect-id-token": "the file with the ID token is in a system folder",
	"configuration docs/guides/authentication-in-ci.md#github-actions":    "needs the ID token of a GitHub Actions job",
}

// commandFolders are the examples in which commands are run; examples/provider is the default.
var commandFolders = map[string]string{
	"command docs/guides/testing-modules.md#run-a-modules-tests":      "module",
	"command docs/guides/testing-modules.md#run-a-modules-tests-2":    "module",
	"command docs/guides/testing-modules.md#data-from-a-real-account": "module",
	"command docs/guides/testing-modules.md#data-of-your-own":         "module",
	"command docs/guides/testing-modules.md#mocks":                    "module",
}

// commandOutputs are texts that commands have to print.
var commandOutputs = map[string]string{ //nolint:gosec // These are headings and outputs, not credentials.
	"command docs/guides/performance.md#measure-it-yourself":            "duration_ms",
	"command docs/guides/testing-modules.md#run-a-modules-tests":        "3 passed, 0 failed",
	"command docs/guides/testing-modules.md#run-a-modules-tests-2":      "3 passed, 0 failed",
	"command docs/guides/testing-modules.md#data-from-a-real-account":   "3 passed, 0 failed",
	"command docs/guides/testing-modules.md#data-of-your-own":           "1 passed, 0 failed",
	"command docs/guides/testing-modules.md#mocks":                      "1 passed, 0 failed",
	"command docs/guides/troubleshooting.md#logs":                       "HTTP request",
	"command docs/guides/troubleshooting.md#which-credentials-are-used": "HW_REGION_NAME",
}

// commandExitCodes are the exit codes of commands that fail on purpose.
var commandExitCodes = map[string]int{}

// snippetVariables are the values of the variables that configurations use without declaring them.
var snippetVariables = map[string]string{
	"access_key":   simulator.AccessKey,
	"secret_key":   simulator.SecretKey,
	"instance_id":  simulator.FullInstanceID,
	"channel_name": "full_cse",
}

// secretPlaceholders are the values of the environment variables that commands set to "...".
var secretPlaceholders = map[string]string{
	"HW_ACCESS_KEY":    simulator.AccessKey,
	"HW_SECRET_KEY":    simulator.SecretKey,
	"HW_AUTH_TOKEN":    simulator.Token,
	"HW_USER_NAME":     simulator.UserName,
	"HW_USER_PASSWORD": simulator.Password,
	"HW_DOMAIN_NAME":   simulator.DomainName,
}

// snippet is a fenced code block of the documentation.
type snippet struct {
	// key is its kind, its file and the anchor of its heading, and a number if others have the
	// same.
	key      string
	language string
	text     string
	// file is the name that the page gives the block, if it does.
	file string
	// files are the blocks of the page before this one that have a name and are no example.
	files map[string]string
}

// isConfiguration reports whether a block is Terraform's language.
func (s snippet) isConfiguration() bool { return s.language == "terraform" || s.language == "hcl" }

// isCommand reports whether a block is for a shell.
func (s snippet) isCommand() bool {
	return slices.Contains([]string{"shell", "sh", "bash", "console"}, s.language)
}

// kind is what counts for the key.
func (s snippet) kind() string {
	switch {
	case s.isConfiguration():
		return "configuration"
	case s.isCommand():
		return "command"
	}
	return s.language
}

// documentation are the pages whose code blocks are run, by their path in the repository.
func documentation(t *testing.T) []string {
	t.Helper()
	pages := []string{"README.md"}
	for _, file := range filesIn(t, filepath.Join(repository, "docs")) {
		if path.Ext(file) == ".md" {
			pages = append(pages, path.Join("docs", file))
		}
	}
	return pages
}

// snippets are the fenced code blocks of a page.
func snippets(t *testing.T, page string) []snippet {
	t.Helper()
	var found []snippet
	seen := map[string]int{}
	var current *snippet
	anchor, fence, above := "", "", ""
	files := map[string]string{}
	for line := range strings.Lines(readPage(t, page)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case current != nil && trimmed == fence:
			current.key = current.kind() + " " + page
			if anchor != "" {
				current.key += "#" + anchor
			}
			if seen[current.key]++; seen[current.key] > 1 {
				current.key += "-" + strconv.Itoa(seen[current.key])
			}
			if current.files = maps.Clone(files); current.file != "" && current.language == "json" {
				files[current.file] = current.text
			}
			found = append(found, *current)
			current = nil
		case current != nil:
			current.text += line
		case strings.HasPrefix(trimmed, "```"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
			language, _, _ := strings.Cut(strings.TrimLeft(trimmed, "`"), " ")
			current = &snippet{language: language}
			if match := namesFile.FindStringSubmatch(above); match != nil {
				current.file = match[1]
			}
		case strings.HasPrefix(line, "# "):
			anchor = ""
		case strings.HasPrefix(line, "##"):
			anchor = anchorOf(strings.TrimLeft(line, "#"))
		}
		if trimmed != "" {
			above = trimmed
		}
	}
	if current != nil {
		t.Errorf("%s: a code block is not closed", page)
	}
	return found
}

// namesFile is the end of a paragraph that gives the following code block a name.
var namesFile = regexp.MustCompile("`([^`]+)`:$")

func readPage(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchorOf is the anchor of a heading.
func anchorOf(heading string) string {
	heading = notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
	return strings.ReplaceAll(heading, " ", "-")
}

// TestExampleSnippets runs every code block of the documentation that is a configuration or a
// command, and requires a reason for all others. Its name has the tests of older versions skip it, as they do TestExamples.
func TestExampleSnippets(t *testing.T) {
	t.Parallel()
	shell := newShell(t)
	examples := exampleFiles(t)
	unused := map[string]map[string]bool{
		"notRun": keys(notRun), "configuredOnly": keys(configuredOnly), "commandFolders": keys(commandFolders),
		"commandOutputs": keys(commandOutputs), "commandExitCodes": keys(commandExitCodes),
	}
	for _, page := range documentation(t) {
		for _, s := range snippets(t, page) {
			for _, list := range unused {
				delete(list, s.key)
			}
			switch {
			case s.isConfiguration():
				if examples[strings.TrimSpace(s.text)] {
					continue // TestExamples runs examples.
				}
				t.Run(s.key, func(t *testing.T) {
					t.Parallel()
					shell.runConfiguration(t, s)
				})
			case s.isCommand():
				t.Run(s.key, func(t *testing.T) {
					t.Parallel()
					shell.runCommand(t, s)
				})
			case s.language != "text": // Text is no code.
				if notRun[s.key] == "" && s.file == "" { // Commands use files.
					t.Errorf("%s is neither run nor in notRun", s.key)
				}
				if s.language == "json" && !json.Valid([]byte(s.text)) {
					t.Errorf("%s: not JSON:\n%s", s.key, s.text)
				}
				if s.language == "yaml" {
					t.Run(s.key, func(t *testing.T) {
						t.Parallel()
						shell.checkYAML(t, s)
					})
				}
			}
		}
	}
	for list, left := range unused {
		for key := range left {
			t.Errorf("%s names %q, which has no such code block", list, key)
		}
	}
}

// checkYAML has Terraform decode the documents of a code block.
func (s *shell) checkYAML(t *testing.T, snippet snippet) {
	t.Helper()
	w := newCloud(t).emptyWorkspace(t, s.provider)
	w.write(t, "snippet.yaml", snippet.text)
	w.write(t, "main.tf", `output "documents" {
  value = [for document in split("\n---\n", file("snippet.yaml")) : yamldecode(document)]
}
`)
	w.mustRun(t, nil, "plan")
}

func keys[V any](m map[string]V) map[string]bool {
	found := make(map[string]bool, len(m))
	for key := range m {
		found[key] = true
	}
	return found
}

// exampleFiles are the contents of the files in examples/.
func exampleFiles(t *testing.T) map[string]bool {
	t.Helper()
	contents := map[string]bool{}
	for _, file := range filesIn(t, filepath.Join(repository, "examples")) {
		contents[strings.TrimSpace(readPage(t, path.Join("examples", file)))] = true
	}
	return contents
}

// shell is what code blocks are run with.
type shell struct {
	// provider is the folder with the provider's binary, programs the one with the commands.
	provider, programs string
	// cliConfig is a CLI configuration that installs the provider from a mirror.
	cliConfig string
}

// newShell builds the programs.
func newShell(t *testing.T) *shell {
	t.Helper()
	s := &shell{provider: buildProvider(t), programs: buildSimulator(t)}
	for _, name := range []string{"terraform", "tofu"} {
		if err := os.Symlink(terraformPath(t), filepath.Join(s.programs, name)); err != nil {
			t.Fatal(err)
		}
	}

	mirror := t.TempDir()
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(mirror, host, "hwcloud", "hwcloud", "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(s.provider, "terraform-provider-hwcloud"), filepath.Join(folder, "terraform-provider-hwcloud_v0.1.0")); err != nil {
			t.Fatal(err)
		}
	}
	s.cliConfig = filepath.Join(mirror, "cli.tfrc")
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(s.cliConfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// newWorkspace makes a workspace of a cloud with what the documentation's code blocks count on: an
// agency of the account "example-account", and a KooCLI profile "lookups" in the home folder.
func (s *shell) newWorkspace(t *testing.T) *workspace {
	t.Helper()
	cloud := newCloud(t)
	cloud.Update(func(d *simulator.Data) {
		d.IAM.Domains = append(d.IAM.Domains, simulator.Domain{ID: "d0000000000000000000000000000099", Name: "example-account"})
		d.IAM.Projects = append(d.IAM.Projects, simulator.Project{
			ID: "a0000000000000000000000000000099", Name: simulator.Region, Region: simulator.Region,
			DomainID: "d0000000000000000000000000000099", ParentID: "d0000000000000000000000000000099",
		})
		d.IAM.Agencies = append(d.IAM.Agencies, simulator.Agency{
			Name: "lookups", DomainID: "d0000000000000000000000000000099", TrustedDomainID: simulator.DomainID,
		})
	})
	w := cloud.emptyWorkspace(t, s.provider)
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	profile := fmt.Sprintf(`{"current":"lookups","profiles":[{"name":"lookups","mode":"AKSK","accessKeyId":%q,"secretAccessKey":%q,"region":%q}]}`,
		simulator.AccessKey, simulator.SecretKey, simulator.Region)
	if err := os.WriteFile(filepath.Join(home, ".hcloud", "config.json"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	w.environment = append(w.environment, "HOME="+home)
	for service, address := range cloud.endpoints() {
		w.environment = append(w.environment, fmt.Sprintf("HW_ENDPOINT_%s=%s", strings.ToUpper(service), address))
	}
	return w
}

var (
	usesVariable     = regexp.MustCompile(`\bvar\.([a-z_]+)`)
	declaresVariable = regexp.MustCompile(`(?m)^variable "([a-z_]+)"`)
	// setsCredentials finds a provider block that has credentials of its own.
	setsCredentials = regexp.MustCompile(`(?m)^  (access_key|profile|token|user_name) `)
)

// runConfiguration plans a configuration against the simulator, with what it lacks: variables,
// required_providers, endpoints, and a data source if it has only a provider block.
func (s *shell) runConfiguration(t *testing.T, snippet snippet) {
	t.Helper()
	w := s.newWorkspace(t)
	format := w.command(t, nil, "fmt", "-no-color", "-check", "-diff", "-")
	format.Stdin = strings.NewReader(snippet.text)
	if output, err := format.CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, output)
	}
	if notRun[snippet.key] != "" {
		return
	}
	if strings.HasPrefix(snippet.text, "provider_installation {") {
		w.write(t, "snippet.tfrc", snippet.text)
		output := w.mustRun(t, []string{"TF_CLI_CONFIG_FILE=" + filepath.Join(w.folder, "snippet.tfrc")}, "version")
		if strings.Contains(output, "CLI configuration") {
			t.Errorf("not a CLI configuration:\n%s", output)
		}
		return
	}

	w.write(t, "main.tf", snippet.text)
	w.write(t, "added.tf", added(t, snippet))
	if setsCredentials.MatchString(snippet.text) {
		w.environment = withoutKeys(w.environment)
	}
	w.mustRun(t, nil, "validate")
	w.mustRun(t, nil, "plan")
	reads := w.cloud.Count(func(r simulator.Request) bool { return r.Status == http.StatusOK && r.Service != "iam" })
	if reads == 0 && configuredOnly[snippet.key] == "" {
		t.Errorf("nothing was read")
	}
	if reads > 0 && configuredOnly[snippet.key] != "" {
		t.Errorf("%d requests although a data source cannot be read: %s", reads, configuredOnly[snippet.key])
	}
}

// added is what a configuration lacks.
func added(t *testing.T, snippet snippet) string {
	t.Helper()
	var b strings.Builder
	if !strings.Contains(snippet.text, "required_providers") {
		b.WriteString("terraform {\n  required_providers {\n    hwcloud = {\n      source = \"hwcloud/hwcloud\"\n    }\n  }\n}\n")
	}
	declared := map[string]bool{}
	for _, match := range declaresVariable.FindAllStringSubmatch(snippet.text, -1) {
		declared[match[1]] = true
	}
	for _, match := range usesVariable.FindAllStringSubmatch(snippet.text, -1) {
		name := match[1]
		if declared[name] {
			continue
		}
		declared[name] = true
		value, ok := snippetVariables[name]
		if !ok {
			t.Errorf("var.%s has no value in snippetVariables", name)
		}
		fmt.Fprintf(&b, "variable %q {\n  default = %q\n}\n", name, value)
	}
	if !strings.Contains(snippet.text, "data \"hwcloud_") && configuredOnly[snippet.key] == "" {
		b.WriteString("data \"hwcloud_dli_enhanced_connections\" \"added\" {}\n")
	}
	return b.String()
}

// withoutKeys is an environment without the simulator's access key.
func withoutKeys(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		return strings.HasPrefix(variable, "HW_ACCESS_KEY=") || strings.HasPrefix(variable, "HW_SECRET_KEY=")
	})
}

var (
	placeholder        = regexp.MustCompile(`(?m)^export ([A-Z_]+)=\.\.\.$`)
	exportsCredentials = regexp.MustCompile(`(?m)^export HW_(ACCESS_KEY|AUTH_TOKEN|USER_NAME|PROFILE)=`)
	runsSomething      = regexp.MustCompile(`(?m)^[^e#\s]|^e[^x]`)
)

// runCommand runs a command in a copy of an example, with the provider in a mirror, the simulator
// on PATH, and real values in place of placeholders. A plan follows exports.
func (s *shell) runCommand(t *testing.T, snippet snippet) {
	t.Helper()
	if output, err := exec.CommandContext(t.Context(), "bash", "-n", "-c", snippet.text).CombinedOutput(); err != nil { //nolint:gosec // The text is the repository's.
		t.Fatalf("%v\n%s", err, output)
	}
	if notRun[snippet.key] != "" {
		return
	}
	script := placeholder.ReplaceAllStringFunc(snippet.text, func(line string) string {
		name := placeholder.FindStringSubmatch(line)[1]
		value, ok := secretPlaceholders[name]
		if !ok {
			t.Errorf("%s has no value in secretPlaceholders", name)
		}
		return "export " + name + "=" + value
	})
	if !runsSomething.MatchString(script) {
		script += "terraform plan\n"
	}
	if !strings.Contains(script, " init") {
		script = "terraform init >init.log\n" + script
	}

	w := s.newWorkspace(t)
	if strings.Contains(script, "-test-directory=mocks") && !canMock(t, w) {
		t.Skip("override_module came with Terraform 1.7 and OpenTofu 1.8")
	}
	folder := commandFolders[snippet.key]
	if folder == "" {
		folder = "provider"
	}
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join(repository, "examples", folder))); err != nil {
		t.Fatal(err)
	}
	for name, text := range snippet.files {
		if err := os.MkdirAll(filepath.Join(w.folder, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		w.write(t, name, text)
	}
	environment := slices.Concat(w.environment, []string{
		"TF_CLI_CONFIG_FILE=" + s.cliConfig,
		"PATH=" + s.programs + string(filepath.ListSeparator) + os.Getenv("PATH"),
		// For plans of the module.
		"TF_VAR_service_name=ledger", `TF_VAR_trusted_accounts=["d2000000000000000000000000000002"]`,
	})
	if exportsCredentials.MatchString(script) {
		environment = withoutKeys(environment)
	}
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script) //nolint:gosec // The text is the repository's.
	command.Dir, command.Env = w.folder, environment
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code, want := command.ProcessState.ExitCode(), commandExitCodes[snippet.key]; code != want {
		t.Fatalf("ended with %d, want %d:\n%s\n%s", code, want, script, output)
	}
	if want := commandOutputs[snippet.key]; !strings.Contains(string(output), want) {
		t.Errorf("does not print %q:\n%s\n%s", want, script, output)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	idOf    = regexp.MustCompile(`<a id="([^"]+)">`)
)

// TestDocumentationLinks checks that each link between the repository's files leads somewhere.
func TestDocumentationLinks(t *testing.T) {
	t.Parallel()
	for _, page := range append(documentation(t), "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "SUPPORT.md") {
		for _, match := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(match[1], "#")
			target := page
			if file != "" {
				target = path.Join(path.Dir(page), file)
			}
			info, err := os.Stat(filepath.Join(repository, filepath.FromSlash(target)))
			if err != nil {
				t.Errorf("%s: %s: %v", page, match[1], err)
				continue
			}
			if anchor != "" && !info.IsDir() && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s: %s has no heading %q", page, target, anchor)
			}
		}
	}
}

// anchors are those of a page's headings and elements.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	text := readPage(t, page)
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		found[anchorOf(match[1])] = true
	}
	for _, match := range idOf.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	return slices.Collect(maps.Keys(found))
}

var argumentRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")

// TestVendorArguments compares the guide's table of the vendor's provider arguments with a list of
// them.
func TestVendorArguments(t *testing.T) {
	t.Parallel()
	want := strings.Fields(readPage(t, "internal/provider/testdata/huaweicloud_provider_arguments.txt"))
	_, section, _ := strings.Cut(readPage(t, "templates/guides/migration-from-huaweicloud.md.tmpl"), "\n## Provider arguments\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var got []string
	for _, match := range argumentRow.FindAllStringSubmatch(section, -1) {
		got = append(got, match[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arguments in the guide (-want +got)\n%s", diff)
	}
}

var goVersion = regexp.MustCompile(`(?m)(?:^go|\bneed Go) ([0-9.]+[0-9])\b`)

// TestDocumentedGoVersion compares the Go version that the documentation requires with the module's.
func TestDocumentedGoVersion(t *testing.T) {
	t.Parallel()
	want := goVersion.FindStringSubmatch(readPage(t, "go.mod"))[1]
	for _, page := range []string{"README.md", "CONTRIBUTING.md"} {
		if got := goVersion.FindStringSubmatch(readPage(t, page)); got == nil || got[1] != want {
			t.Errorf("%s requires Go %q, want %s", page, got, want)
		}
	}
}
