package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// object and list are what a state holds in plain Go: strings, int64s and bools, and nil for null.
type (
	object = map[string]any
	list   = []any
)

// dataSources are the constructors of all data sources, by type name.
var dataSources = func() map[string]func() datasource.DataSource {
	constructors := map[string]func() datasource.DataSource{}
	for _, constructor := range new(hwcloudProvider).DataSources(context.Background()) {
		var resp datasource.MetadataResponse
		constructor().Metadata(context.Background(), datasource.MetadataRequest{ProviderTypeName: "hwcloud"}, &resp)
		constructors[resp.TypeName] = constructor
	}
	return constructors
}()

// dataSourceFacts are what the tests of all data sources have to know of one. They are in
// testdata/data-sources, in a file with the type's name.
type dataSourceFacts struct {
	// Attributes that the data source has in addition to its contract, and those that it declares
	// otherwise than its contract.
	Attributes map[string]string `json:"attributes"`
	// Arguments, and values that they accept and refuse.
	Arguments map[string]argumentValues `json:"arguments"`
	// ExactlyOneOf are the arguments of which one has to be set.
	ExactlyOneOf [][]string `json:"exactly_one_of"`
	// Reads of the simulator's data, with a list longer than a page if there is one.
	Reads []exampleRead `json:"reads"`
	// InRegion are the arguments of a read by the region's own project.
	InRegion object `json:"in_region"`
}

// exampleRead is a read of the simulator's data.
type exampleRead struct {
	Name      string `json:"name"`
	Arguments object `json:"arguments"`
}

// factsOf are those of a data source.
func factsOf(t *testing.T, typeName string) dataSourceFacts {
	t.Helper()
	return decode[dataSourceFacts](t, readTestdata(t, "data-sources", typeName+".json"))
}

// schemaOf is the schema of a data source.
func schemaOf(t *testing.T, constructor func() datasource.DataSource) schema.Schema {
	t.Helper()
	var resp datasource.SchemaResponse
	constructor().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatal(resp.Diagnostics)
	}
	return resp.Schema
}

// plainValue is a value in plain Go.
func plainValue(t *testing.T, value tftypes.Value) any {
	t.Helper()
	var (
		text       string
		flag       bool
		number     big.Float
		elements   []tftypes.Value
		attributes map[string]tftypes.Value
	)
	switch {
	case value.IsNull():
		return nil
	case value.As(&text) == nil:
		return text
	case value.As(&flag) == nil:
		return flag
	case value.As(&number) == nil:
		if integer, accuracy := number.Int64(); accuracy == big.Exact {
			return integer
		}
	case value.As(&elements) == nil:
		plain := list{}
		for _, element := range elements {
			plain = append(plain, plainValue(t, element))
		}
		return plain
	case value.As(&attributes) == nil:
		plain := object{}
		for name, attribute := range attributes {
			plain[name] = plainValue(t, attribute)
		}
		return plain
	}
	t.Fatalf("the state holds %s", value)
	return nil
}

// decode reads JSON as the client does. Numbers of no declared type are int64s.
func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	integers := json.UnmarshalFromFunc(func(d *jsontext.Decoder, value *any) error {
		if d.PeekKind() != '0' {
			return errors.ErrUnsupported
		}
		var number int64
		if err := json.UnmarshalDecode(d, &number); err != nil {
			return err
		}
		*value = number
		return nil
	})
	var decoded T
	if err := json.Unmarshal(data, &decoded, json.WithUnmarshalers(integers)); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// encode is a value as JSON; it panics if there is none.
func encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return body
}

// readTestdata is the content of a file under testdata.
func readTestdata(t *testing.T, name ...string) []byte {
	t.Helper()
	return readFileOf(t, filepath.Join(append([]string{"testdata"}, name...)...))
}

// merge is one object of several; a later one overrides an earlier one.
func merge(objects ...object) object {
	merged := object{}
	for _, o := range objects {
		maps.Copy(merged, o)
	}
	return merged
}

// closedPort is an address at which nothing listens.
const closedPort = "http://127.0.0.1:9"

// cloud is a simulated cloud, and the environment of the providers that reach it.
type cloud struct {
	*simulator.Server
	// environment takes the place of the process's.
	environment map[string]string
}

// newCloud starts a simulated cloud. Its environment names the default region and access key, and a
// metadata address at which nothing listens.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	return &cloud{simulator.Start(t), map[string]string{
		"HW_REGION_NAME":       simulator.Region,
		"HW_ACCESS_KEY":        simulator.AccessKey,
		"HW_SECRET_KEY":        simulator.SecretKey,
		"HW_METADATA_ENDPOINT": closedPort,
	}}
}

// newProvider is the provider with the environment of the cloud.
func (c *cloud) newProvider() *hwcloudProvider {
	environment := maps.Clone(c.environment)
	return &hwcloudProvider{version: "test", environment: func(name string) string { return environment[name] }}
}

// endpoints are those of the simulated cloud.
func (c *cloud) endpoints() object {
	endpoints := object{}
	for _, service := range simulator.Services {
		endpoints[service] = c.Endpoint(service)
	}
	return endpoints
}

// block is the provider's block: the endpoints of the simulated cloud, and arguments.
func (c *cloud) block(arguments ...string) string {
	var b strings.Builder
	b.WriteString("provider \"hwcloud\" {\n  endpoints = {\n")
	for service, address := range c.endpoints() {
		fmt.Fprintf(&b, "    %s = %q\n", service, address)
	}
	b.WriteString("  }\n  " + strings.Join(arguments, "\n  ") + "\n}\n")
	return b.String()
}

// run runs Terraform over a configuration: plan, apply, the checks of the state, and a second plan
// that has to be empty.
func (c *cloud) run(t *testing.T, config string, checks ...statecheck.StateCheck) {
	t.Helper()
	resource.UnitTest(t, c.testCase(t, resource.TestStep{
		Config:            config,
		ConfigStateChecks: checks,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	}))
}

// refuse runs Terraform over a configuration that has to fail, and returns its errors in one line.
func (c *cloud) refuse(t *testing.T, config string) string {
	t.Helper()
	found := ""
	test := c.testCase(t, resource.TestStep{Config: config})
	test.ErrorCheck = func(err error) error {
		// Terraform breaks long lines.
		found = strings.Join(strings.Fields(err.Error()), " ")
		return nil
	}
	resource.UnitTest(t, test)
	if found == "" {
		t.Fatal("Terraform succeeded, and should have failed")
	}
	for _, secret := range c.Secrets() {
		if strings.Contains(strings.ReplaceAll(found, " ", ""), secret) {
			t.Errorf("a secret is in an error: %s", found)
		}
	}
	return found
}

// testCase is a test of steps, with the provider of the cloud.
func (c *cloud) testCase(t *testing.T, steps ...resource.TestStep) resource.TestCase {
	t.Helper()
	terraformPath(t) // Without one, resource.UnitTest would look for Terraform, or download it.
	return resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"hwcloud": func() (tfprotov6.ProviderServer, error) {
				return providerserver.NewProtocol6WithError(c.newProvider())()
			},
		},
		Steps: steps,
	}
}

// respond makes the server take an action for every request whose path contains id.
func (c *cloud) respond(id string, action simulator.Action) {
	c.Inject(simulator.Fault{Path: id, Action: action})
}

// repository is its root, from here.
const repository = "../.."

// terraformPath is the Terraform or OpenTofu that the tests run.
func terraformPath(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set. It names the Terraform or OpenTofu to test with; `make test` sets it.")
	}
	return path
}

// programs is the folder of the provider and hwcloud-simulator, which are built once for all tests.
var (
	programs     string
	programsOnce = sync.OnceValue(func() error {
		folder, err := os.MkdirTemp("", "hwcloud-test-")
		if err != nil {
			return err
		}
		programs = folder
		command := exec.CommandContext(context.Background(), "go", "install", ".", "./internal/simulator/cmd/hwcloud-simulator")
		command.Dir, command.Env = repository, append(os.Environ(), "GOBIN="+programs)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, output)
		}
		return nil
	})
)

// TestMain runs the tests in a time zone that no one expects, and removes what they built.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("test", 20700) // Five hours and three quarters.
	m.Run()
	_ = os.RemoveAll(programs) // It is temporary.
}

// buildProvider returns the folder of the provider's binary.
func buildProvider(t *testing.T) (folder string) {
	t.Helper()
	if err := programsOnce(); err != nil {
		t.Fatal(err)
	}
	return programs
}

// buildSimulator returns the folder of hwcloud-simulator.
func buildSimulator(t *testing.T) (folder string) {
	t.Helper()
	return buildProvider(t)
}

// withoutSettings is the environment of the test without settings for Terraform and the cloud, and
// with other variables.
func withoutSettings(others ...string) []string {
	return append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "HW_") || strings.HasPrefix(variable, "OS_") || strings.HasPrefix(variable, "TF_")
	}), others...)
}

// workspace is a folder in which Terraform runs with the provider's binary, in processes of their
// own.
type workspace struct {
	cloud *cloud
	// path is that of Terraform.
	path        string
	folder      string
	environment []string
}

// newWorkspace makes a workspace with a configuration.
func (c *cloud) newWorkspace(t *testing.T, binary, config string) *workspace {
	t.Helper()
	w := c.emptyWorkspace(t, binary)
	w.write(t, "main.tf", "terraform {\n  required_providers {\n    hwcloud = { source = \"hwcloud/hwcloud\" }\n  }\n}\n"+config)
	return w
}

// emptyWorkspace makes a workspace for the provider in the folder binary. It has the environment of
// the cloud and no other settings for Terraform or the cloud.
func (c *cloud) emptyWorkspace(t *testing.T, binary string) *workspace {
	t.Helper()
	w := &workspace{cloud: c, path: terraformPath(t), folder: t.TempDir()}
	w.write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/hwcloud/hwcloud\" = %[1]q\n"+
		"    \"registry.opentofu.org/hwcloud/hwcloud\" = %[1]q\n  }\n}\n", binary))
	w.environment = withoutSettings("TF_CLI_CONFIG_FILE="+filepath.Join(w.folder, "cli.tfrc"), "CHECKPOINT_DISABLE=1",
		"TF_CLI_ARGS_validate=-no-color", "TF_CLI_ARGS_plan=-no-color", "TF_CLI_ARGS_apply=-no-color", "TF_CLI_ARGS_test=-no-color")
	for name, value := range c.environment {
		w.environment = append(w.environment, name+"="+value)
	}
	return w
}

// write writes a file into the workspace.
func (w *workspace) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// texts are what Terraform left behind, by name: all files but the configuration of newWorkspace.
func (w *workspace) texts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range filesIn(t, w.folder) {
		if name != "main.tf" {
			texts[name] = string(readFileOf(t, filepath.Join(w.folder, name)))
		}
	}
	return texts
}

// filesIn are the files in a folder and those below it, by their path from there.
func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// command is a command of Terraform that has not begun, with variables in addition to those of the
// workspace.
func (w *workspace) command(t *testing.T, environment []string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), w.path, arguments...) //nolint:gosec // It is the Terraform to test with.
	command.Dir, command.Env = w.folder, slices.Concat(w.environment, environment)
	return command
}

// terraform runs a command and returns all that it printed, and how it ended.
func (w *workspace) terraform(t *testing.T, environment []string, arguments ...string) (output string, code int) {
	t.Helper()
	command := w.command(t, environment, arguments...)
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", command, err)
	}
	return string(printed), command.ProcessState.ExitCode()
}

// mustRun runs a command that has to go well.
func (w *workspace) mustRun(t *testing.T, environment []string, arguments ...string) (output string) {
	t.Helper()
	output, code := w.terraform(t, environment, arguments...)
	if code != 0 {
		t.Fatalf("%s %s ended with %d:\n%s", filepath.Base(w.path), strings.Join(arguments, " "), code, output)
	}
	return output
}

// unknown is a value of a configuration that is not known yet.
type unknown struct{}

// session is a configured provider, as Terraform talks to it.
type session struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// diagnostics of the provider's configuration.
	diagnostics diagnostics
}

// diagnostics are those of a response, one line each: the attribute, the summary and the detail.
type diagnostics struct {
	errors, warnings []string
	// deferred reports whether the read was deferred.
	deferred bool
}

func diagnosticsOf(lists ...[]*tfprotov6.Diagnostic) diagnostics {
	var all diagnostics
	for _, d := range slices.Concat(lists...) {
		line := strings.Join(strings.Fields(fmt.Sprintf("%s: %s: %s", d.Attribute, d.Summary, d.Detail)), " ")
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all.errors = append(all.errors, line)
		} else {
			all.warnings = append(all.warnings, line)
		}
	}
	return all
}

// configure validates a configuration with the endpoints of the simulated cloud and with arguments,
// and configures a provider if it is valid.
func (c *cloud) configure(t *testing.T, arguments object) *session {
	t.Helper()
	validated := c.validate(t, arguments)
	if validated.errors != nil {
		return &session{diagnostics: validated}
	}
	s := c.configureOnly(t, arguments)
	s.diagnostics.warnings = append(validated.warnings, s.diagnostics.warnings...)
	return s
}

// configureOnly configures the provider without validating the configuration.
func (c *cloud) configureOnly(t *testing.T, arguments object) *session {
	t.Helper()
	s := c.start(t)
	s.configure(t, c.config(t, s, arguments), &tfprotov6.ConfigureProviderClientCapabilities{})
	return s
}

// validate validates a configuration, as `terraform validate` does.
func (c *cloud) validate(t *testing.T, arguments object) diagnostics {
	t.Helper()
	s := c.start(t)
	validated, err := s.server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: c.config(t, s, arguments)})
	if err != nil {
		t.Fatal(err)
	}
	return diagnosticsOf(validated.Diagnostics)
}

// start starts a provider in the environment of the cloud.
func (c *cloud) start(t *testing.T) *session {
	t.Helper()
	server := providerserver.NewProtocol6(c.newProvider())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &session{server: server, schemas: schemas}
}

// config is a provider block with the endpoints of the cloud, unless arguments sets others.
func (c *cloud) config(t *testing.T, s *session, arguments object) *tfprotov6.DynamicValue {
	t.Helper()
	return dynamic(t, s.schemas.Provider.ValueType(), merge(object{"endpoints": c.endpoints(), "assume_role": list{}}, arguments))
}

func (s *session) configure(t *testing.T, config *tfprotov6.DynamicValue, capabilities *tfprotov6.ConfigureProviderClientCapabilities) {
	t.Helper()
	configured, err := s.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.2.3", Config: config, ClientCapabilities: capabilities,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.diagnostics = diagnosticsOf(configured.Diagnostics)
}

// setVariables sets variables in the environment of the cloud.
func (c *cloud) setVariables(variables object) {
	for name, value := range variables {
		c.environment[name] = fmt.Sprint(value)
	}
}

// read reads a data source.
func (s *session) read(t *testing.T, source string, arguments object) diagnostics {
	t.Helper()
	_, got := s.state(t, t.Context(), source, arguments)
	return got
}

// state reads a data source and returns its state in plain Go, nil if there is none, and the
// diagnostics.
func (s *session) state(
	t *testing.T, ctx context.Context, source string, arguments object, //nolint:revive // The context is not the test's own.
) (any, diagnostics) {
	t.Helper()
	typ := s.schemas.DataSourceSchemas[source].ValueType()
	resp, err := s.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: source, Config: dynamic(t, typ, arguments),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{},
	})
	if err != nil {
		t.Error(err)
		return nil, diagnostics{}
	}
	got := diagnosticsOf(resp.Diagnostics)
	got.deferred = resp.Deferred != nil
	if resp.State == nil {
		return nil, got
	}
	value, err := resp.State.Unmarshal(typ)
	if err != nil {
		t.Error(err)
		return nil, got
	}
	return plainValue(t, value), got
}

// mustRead reads a data source, which has to go well, and returns its state.
func (s *session) mustRead(t *testing.T, source string, arguments object) object {
	t.Helper()
	state, found := s.state(t, t.Context(), source, arguments)
	attributes, ok := state.(object)
	if found.errors != nil || !ok {
		t.Fatal(found.errors)
	}
	return attributes
}

// expect reads a data source, and compares the state with what was found and the arguments that are
// set, in the default region and project. All else is null.
func (s *session) expect(t *testing.T, source string, set, found object) {
	t.Helper()
	want := object{"timeouts": nil}
	for _, attribute := range s.schemas.DataSourceSchemas[source].Block.Attributes {
		want[attribute.Name] = nil
	}
	here := object{"region": simulator.Region, "project_id": simulator.ProjectID}
	if diff := cmp.Diff(merge(want, here, set, found), s.mustRead(t, source, set)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// dig is what is at a path in an object, nil if there is nothing.
func dig(t *testing.T, in any, path ...string) any {
	t.Helper()
	for _, step := range path {
		inner, _ := in.(object)
		in = inner[step]
	}
	return in
}

// dataBlock is a data source with an address such as hwcloud_apig_vpc_channel.test.
func dataBlock(address string, set object) string {
	source, name, _ := strings.Cut(address, ".")
	var body strings.Builder
	for argument, value := range set {
		if block, ok := value.(object); ok && argument == "timeouts" {
			fmt.Fprintf(&body, "  timeouts {\n    read = %q\n  }\n", block["read"])
			continue
		}
		fmt.Fprintf(&body, "  %s = %s\n", argument, encode(value))
	}
	return fmt.Sprintf("data %q %q {\n%s}\n", source, name, &body)
}

// dynamic is a configuration as the protocol transfers it. What is not set is null.
func dynamic(t testing.TB, typ tftypes.Type, value any) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(typ, valueOf(t, typ, value))
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

// valueOf is a value in plain Go as one of a type.
func valueOf(t testing.TB, typ tftypes.Type, value any) tftypes.Value {
	t.Helper()
	switch value := value.(type) {
	case unknown:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case object:
		values := map[string]tftypes.Value{}
		of, _ := typ.(tftypes.Object)
		for name, attribute := range of.AttributeTypes {
			values[name] = valueOf(t, attribute, value[name])
		}
		for name, element := range value {
			if elements, ok := typ.(tftypes.Map); ok {
				values[name] = valueOf(t, elements.ElementType, element)
			} else if _, ok := of.AttributeTypes[name]; !ok {
				t.Fatalf("there is no argument %q in %s", name, typ)
			}
		}
		return tftypes.NewValue(typ, values)
	case list:
		of, _ := typ.(tftypes.List)
		elements := make([]tftypes.Value, len(value))
		for i, element := range value {
			elements[i] = valueOf(t, of.ElementType, element)
		}
		return tftypes.NewValue(typ, elements)
	}
	return tftypes.NewValue(typ, value)
}

// profiles writes a configuration file of KooCLI with a profile of each kind.
func profiles(t *testing.T) string {
	t.Helper()
	return textFile(t, string(readTestdata(t, "koocli.json")))
}

func textFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func readFileOf(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name) //nolint:gosec // The file is the test's own.
	if err != nil {
		t.Fatal(err)
	}
	return content
}
