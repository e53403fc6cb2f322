package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// closedPort is an address where nobody listens.
const closedPort = "http://127.0.0.1:9"

// cloud is a simulated cloud, and the environment of the providers that reach it.
type cloud struct {
	*simulator.Server
	// environment takes the place of the process's.
	environment map[string]string
}

// newCloud starts a simulated cloud. Its environment names the default region
// and access key, and a metadata address where nobody answers.
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

// allEnded are the requests so far, once each is answered or given up.
func (c *cloud) allEnded(t *testing.T) []simulator.Request {
	t.Helper()
	running := func(r simulator.Request) bool { return r.End.IsZero() }
	for end := time.Now().Add(10 * time.Second); c.Count(running) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a request goes on")
		}
	}
	return c.Requests()
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

// run runs Terraform over a configuration: plan, apply, the checks of the state,
// and a second plan that has to be empty.
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

// refuse runs Terraform over a configuration that has to fail, and returns what
// it said in one line.
func (c *cloud) refuse(t *testing.T, config string) string {
	t.Helper()
	said := ""
	test := c.testCase(t, resource.TestStep{Config: config})
	test.ErrorCheck = func(err error) error {
		// Terraform breaks lines where they are long.
		said = strings.Join(strings.Fields(err.Error()), " ")
		return nil
	}
	resource.UnitTest(t, test)
	if said == "" {
		t.Fatal("Terraform went well where it had to fail")
	}
	for _, secret := range c.Secrets() {
		if strings.Contains(strings.ReplaceAll(said, " ", ""), secret) {
			t.Errorf("a secret is in an error: %s", said)
		}
	}
	return said
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

// refusal is a lookup that has to fail.
type refusal struct {
	// source is the type of the data source, arguments is its body.
	source, arguments string
	// says are parts of the error; argument is the one it points at, "" for none.
	says     []string
	argument string
}

// refuseAll runs lookups that have to fail, all in one configuration: each error
// has to say what is expected of it, at the argument that it is about.
func (c *cloud) refuseAll(t *testing.T, block string, lookups map[string]refusal) {
	t.Helper()
	var config strings.Builder
	config.WriteString(block)
	for _, name := range slices.Sorted(maps.Keys(lookups)) {
		fmt.Fprintf(&config, "data %q %q {\n%s\n}\n", lookups[name].source, name, lookups[name].arguments)
	}
	said := c.refuse(t, config.String())
	for name, lookup := range lookups {
		address := fmt.Sprintf("data %q %q", lookup.source, name)
		// An error begins with its summary and tells then of what it is.
		var own strings.Builder
		for part := range strings.SplitSeq(said, "Error: ") {
			if strings.Contains(part, "in "+address+":") {
				own.WriteString(part)
			}
		}
		if own.Len() == 0 {
			t.Errorf("%s: no error in: %s", address, said)
			continue
		}
		for _, want := range lookup.says {
			if !strings.Contains(own.String(), strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: the error lacks %q: %s", address, want, own.String())
			}
		}
		if want := fmt.Sprintf(": %s = ", lookup.argument); lookup.argument != "" && !strings.Contains(own.String(), want) {
			t.Errorf("%s: the error does not point at %s: %s", address, lookup.argument, own.String())
		}
	}
}

// wholeState compares all attributes of an object in the state.
type wholeState struct {
	address string
	want    object
}

// CheckState compares the state with what is wanted, null by null.
func (w wholeState) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	if req.State == nil || req.State.Values == nil || req.State.Values.RootModule == nil {
		resp.Error = errors.New("there is no state")
		return
	}
	for _, r := range req.State.Values.RootModule.Resources {
		if r.Address == w.address {
			if err := known(w.want).CheckValue(r.AttributeValues); err != nil {
				resp.Error = fmt.Errorf("%s: %w", w.address, err)
			}
			return
		}
	}
	resp.Error = fmt.Errorf("%s is not in the state", w.address)
}

// known is the check of a value in plain Go: the whole of it, nothing beside it.
func known(value any) knownvalue.Check {
	switch value := value.(type) {
	case nil:
		return knownvalue.Null()
	case string:
		return knownvalue.StringExact(value)
	case bool:
		return knownvalue.Bool(value)
	case int64:
		return knownvalue.Int64Exact(value)
	case list:
		elements := make([]knownvalue.Check, len(value))
		for i, element := range value {
			elements[i] = known(element)
		}
		return knownvalue.ListExact(elements)
	case object:
		attributes := make(map[string]knownvalue.Check, len(value))
		for name, attribute := range value {
			attributes[name] = known(attribute)
		}
		return knownvalue.ObjectExact(attributes)
	}
	panic(fmt.Sprintf("a state holds no %T", value))
}

// arguments are what every data source takes, unset but for the default region
// and project, with others.
func arguments(others object) object {
	return merge(object{"region": simulator.Region, "project_id": simulator.ProjectID, "timeouts": nil}, others)
}

// expected is what an answer makes of the state: each attribute has the value of
// the API's field, null where there is none, a list that is missing is empty.
func expected(attributes map[string]schema.Attribute, answer object) object {
	state := object{}
	for name, attribute := range attributes {
		field := name
		if name == "is_privis" {
			field = "isPrivis"
		}
		value := answer[field]
		if ms, ok := answer[map[string]string{"created_at": "create_time", "updated_at": "update_time"}[name]].(int64); ok {
			value = time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
		}
		switch attribute := attribute.(type) {
		case schema.ListNestedAttribute:
			elements := list{}
			if entries, ok := value.(list); ok {
				for _, entry := range entries {
					if entry, ok := entry.(object); ok {
						elements = append(elements, expected(attribute.NestedObject.Attributes, entry))
					}
				}
			}
			value = elements
		case schema.SingleNestedAttribute:
			if inner, ok := value.(object); ok {
				value = expected(attribute.Attributes, inner)
			}
		}
		state[name] = value
	}
	return state
}

// connectionAttributes are those of each of a data source's connections.
func connectionAttributes(t *testing.T, constructor func() datasource.DataSource) map[string]schema.Attribute {
	t.Helper()
	attribute, ok := schemaOf(t, constructor).Attributes["connections"].(schema.ListNestedAttribute)
	if !ok {
		t.Fatal("connections is no list")
	}
	return attribute.NestedObject.Attributes
}

// simulated is an answer out of the simulator's own data. Its numbers are int64s.
func simulated(t *testing.T, name ...string) object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "simulator", "data"}, name...)...))
	if err != nil {
		t.Fatal(err)
	}
	return decodeExact(t, data)
}

// decodeExact is a JSON object in plain Go. Its numbers are int64s.
func decodeExact(t *testing.T, data []byte) object {
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
	decoded := object{}
	if err := json.Unmarshal(data, &decoded, json.WithUnmarshalers(integers)); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// entriesOf are the objects of a list in an answer.
func entriesOf(t *testing.T, answer object, name string) []object {
	t.Helper()
	entries, ok := answer[name].(list)
	if !ok {
		t.Fatalf("%s is a %T", name, answer[name])
	}
	objects := make([]object, 0, len(entries))
	for _, entry := range entries {
		o, ok := entry.(object)
		if !ok {
			t.Fatalf("an entry of %s is a %T", name, entry)
		}
		objects = append(objects, o)
	}
	return objects
}

// unfilled are the attributes that are in none of the states: null in all of
// them, or an empty list.
func unfilled(attributes map[string]schema.Attribute, states ...object) []string {
	var missing []string
	for name, attribute := range attributes {
		var values []any
		for _, state := range states {
			if value := state[name]; value != nil {
				values = append(values, value)
			}
		}
		var nested map[string]schema.Attribute
		var inner []object
		switch attribute := attribute.(type) {
		case schema.ListNestedAttribute:
			nested = attribute.NestedObject.Attributes
			for _, value := range values {
				for _, element := range value.(list) { //nolint:forcetypeassert // The attribute is a list.
					inner = append(inner, element.(object)) //nolint:forcetypeassert // Its elements are objects.
				}
			}
		case schema.SingleNestedAttribute:
			nested = attribute.Attributes
			for _, value := range values {
				inner = append(inner, value.(object)) //nolint:forcetypeassert // The attribute is an object.
			}
		}
		switch {
		case nested != nil && len(inner) > 0:
			for _, path := range unfilled(nested, inner...) {
				missing = append(missing, name+"."+path)
			}
		case len(values) == 0 || nested != nil:
			missing = append(missing, name)
		}
	}
	return missing
}

// lookups are data sources of one type in a configuration, by name, and what
// their state has to be.
type lookups map[string]struct {
	arguments string
	want      object
}

// runAll runs lookups in one configuration.
func (c *cloud) runAll(t *testing.T, source, block string, all lookups) {
	t.Helper()
	var config strings.Builder
	var checks []statecheck.StateCheck
	config.WriteString(block)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&config, "data %q %q {\n%s\n}\n", source, name, all[name].arguments)
		checks = append(checks, wholeState{"data." + source + "." + name, all[name].want})
	}
	c.run(t, config.String(), checks...)
}

// answers has every request whose path holds id answered by an action.
func (c *cloud) answers(id string, action simulator.Action) {
	c.Inject(simulator.Fault{Path: id, Action: action})
}

// answerOf is an entry of an answer in plain Go.
func answerOf(t *testing.T, entry simulator.Entry) object {
	t.Helper()
	data, err := json.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	return decodeExact(t, data)
}

// TestExpectedStates holds the helper that other tests trust to an answer that
// was turned into a state by hand.
func TestExpectedStates(t *testing.T) {
	t.Parallel()
	attributes := connectionAttributes(t, newServiceConnectionsDataSource)
	got := list{}
	for _, entry := range entriesOf(t, simulated(t, "vpcep", simulator.ServiceID+".json"), "connections") {
		got = append(got, expected(attributes, entry))
	}
	if diff := cmp.Diff(exampleConnections(), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	times := expected(connectionAttributes(t, newEnhancedConnectionsDataSource), object{"create_time": int64(1566888011125)})
	if want := time.Date(2019, 8, 27, 6, 40, 11, 125e6, time.UTC).Format(time.RFC3339Nano); times["created_at"] != want {
		t.Errorf("created_at is %v, want %s", times["created_at"], want)
	}
}
