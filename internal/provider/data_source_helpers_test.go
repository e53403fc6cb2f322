package provider

import (
	"context"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// object and list are what a state holds in plain Go: strings, int64s and bools,
// and nil for null.
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

// particulars are what the tests of all data sources have to know of each, by type
// name. The file that tests a data source sets its own.
var particulars = map[string]particular{}

// particular is what the tests of all data sources have to know of one.
type particular struct {
	// attributes are those that the data source has beside its contract, and
	// those that it declares otherwise than its contract does.
	attributes map[string]string
	// arguments are values for all that it takes beside commonArguments.
	arguments []argumentValues
}

// argumentValues are values that an argument takes and that it refuses.
type argumentValues struct {
	argument  string
	good, bad []any
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

// configOf is a configuration of a data source in which only arguments are set.
func configOf(t *testing.T, declared schema.Schema, arguments map[string]tftypes.Value) tfsdk.Config {
	t.Helper()
	typ, ok := declared.Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatalf("a schema's type is %T", declared.Type().TerraformType(t.Context()))
	}
	values := make(map[string]tftypes.Value, len(typ.AttributeTypes))
	for name, attribute := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range arguments {
		if _, ok := values[name]; !ok {
			t.Fatalf("the schema has no argument %q", name)
		}
		values[name] = value
	}
	return tfsdk.Config{Schema: declared, Raw: tftypes.NewValue(typ, values)}
}

// modelOf is the model of a data source as Read gets it from a configuration.
func modelOf[Model any](t *testing.T, declared schema.Schema, arguments map[string]tftypes.Value) Model {
	t.Helper()
	var model Model
	if diags := configOf(t, declared, arguments).Get(t.Context(), &model); diags.HasError() {
		t.Fatal(diags)
	}
	return model
}

// stateOf is the state that Read makes of a model.
func stateOf(t *testing.T, declared schema.Schema, model any) object {
	t.Helper()
	state := tfsdk.State{Schema: declared, Raw: tftypes.NewValue(declared.Type().TerraformType(t.Context()), nil)}
	if diags := state.Set(t.Context(), model); diags.HasError() {
		t.Fatal(diags)
	}
	plain, ok := plainValue(t, state.Raw).(object)
	if !ok {
		t.Fatalf("the state is %s", state.Raw)
	}
	return plain
}

// plainValue is a value in plain Go.
func plainValue(t *testing.T, value tftypes.Value) any {
	t.Helper()
	if !value.IsKnown() {
		t.Fatalf("the state holds an unknown value: %s", value)
	}
	if value.IsNull() {
		return nil
	}
	typ := value.Type()
	switch {
	case typ.Is(tftypes.String):
		return plainAs[string](t, value)
	case typ.Is(tftypes.Bool):
		return plainAs[bool](t, value)
	case typ.Is(tftypes.Number):
		exact := plainAs[big.Float](t, value)
		number, accuracy := exact.Int64()
		if accuracy != big.Exact {
			t.Fatalf("%s is not an int64", value)
		}
		return number
	case typ.Is(tftypes.List{}):
		elements := list{}
		for _, element := range plainAs[[]tftypes.Value](t, value) {
			elements = append(elements, plainValue(t, element))
		}
		return elements
	}
	attributes := object{}
	for name, attribute := range plainAs[map[string]tftypes.Value](t, value) {
		attributes[name] = plainValue(t, attribute)
	}
	return attributes
}

func plainAs[T any](t *testing.T, value tftypes.Value) T {
	t.Helper()
	var plain T
	if err := value.As(&plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// decode reads JSON as the client does.
func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	var decoded T
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// readTestdata is the content of a file under testdata.
func readTestdata(t *testing.T, name ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, name...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func stringArgument(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

func numberArgument(value int64) tftypes.Value { return tftypes.NewValue(tftypes.Number, value) }

// merge is one object of several; a later one overrides an earlier one.
func merge(objects ...object) object {
	merged := object{}
	for _, o := range objects {
		maps.Copy(merged, o)
	}
	return merged
}

// errorArgument is an error of the API at a lookup with these arguments, and the
// argument that it is about.
type errorArgument struct {
	arguments map[string]tftypes.Value
	err       client.Error
	want      string
}

// testErrorArguments asks the lookups of a data source which argument an error
// is about.
func testErrorArguments[T interface{ subject() subject }](t *testing.T, constructor func() datasource.DataSource, tests map[string]errorArgument) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := modelOf[T](t, schemaOf(t, constructor), tt.arguments)
			if got := model.subject().argument(&tt.err); got != tt.want {
				t.Errorf("the argument is %q, want %q", got, tt.want)
			}
		})
	}
}
