package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestSchemasAreValid(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, constructor)
			if diags := declared.ValidateImplementation(t.Context()); diags.HasError() {
				t.Error(diags)
			}
			if !strings.HasSuffix(declared.MarkdownDescription, ".") {
				t.Errorf("the description is no sentence: %q", declared.MarkdownDescription)
			}
			var resp datasource.MetadataResponse
			constructor().Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "hwcloud"}, &resp)
			if resp.TypeName != name {
				t.Errorf("the type name is %q", resp.TypeName)
			}
		})
	}
}

// Values that arguments of one kind have in common.
var (
	goodSegments = []any{"4189d3c2-8882-4871-a3c2-d380272eed88", "a", "a.b", "_", "通道", "a&b=c", `a\b`}
	badSegments  = []any{
		"", " ", "\t", " a", "a ", "a b", "a\u00a0b", "a\u3000", "a/b", "/", "a?b", "a#b", "a%2fb",
		".", "..", "a..b", "a\n", "a\x00b", "\x7f", "\u0085",
	}
	goodNames = []any{"a", " a ", "two words", "名称", "a/b?c#d%e..f"}
	badNames  = []any{"", " ", "\t\n", "\u00a0", "\u3000 ", "a\x00", "a\nb", "\x7f"}
)

// fromLeast are values of an argument that takes integers from least on.
func fromLeast(argument string, least int64) argumentValues {
	return argumentValues{argument, []any{least, least + 1, int64(1<<63 - 1)}, []any{least - 1, int64(-1 << 63)}}
}

// commonArguments are values for the arguments of every data source.
var commonArguments = []argumentValues{
	{"project_id", goodSegments, badSegments},
	{
		"region",
		[]any{"cn-north-4", "eu-west-101", "a", "my_region", "A1"},
		[]any{"", " ", "a.b", "a/b", "a b", "a:b", "a@b", "a\n", "é"},
	},
	{
		"timeouts.read",
		[]any{"1ns", "30s", "2m30s", "1.5h", "100ms"},
		[]any{"", " ", "0", "0s", "-1s", "-5m", "5", "five minutes", "5 m", "1d"},
	},
}

func TestValidators(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		tests := slices.Concat(commonArguments, particulars[name].arguments)
		for _, tt := range tests {
			t.Run(name+"."+tt.argument, func(t *testing.T) {
				t.Parallel()
				tt.try(t, schemaOf(t, constructor))
			})
		}
		attributes := map[string]schema.Attribute{}
		collectAttributes("", schemaOf(t, constructor).Attributes, attributes)
		for _, at := range slices.Sorted(maps.Keys(attributes)) {
			attribute := attributes[at]
			_, nested := attribute.(schema.SingleNestedAttribute)
			tried := slices.ContainsFunc(tests, func(tt argumentValues) bool { return tt.argument == at })
			if (attribute.IsRequired() || attribute.IsOptional()) && !nested && !tried {
				t.Errorf("no values are tried for the argument %s of %s", at, name)
			}
		}
	}
}

// try holds the validators of an argument against its values, null and unknown.
func (tt argumentValues) try(t *testing.T, declared schema.Schema) {
	t.Helper()
	for _, value := range tt.good {
		if diags := validate(t, declared, tt.argument, value); len(diags) > 0 {
			t.Errorf("%#v is refused: %v", value, diags)
		}
	}
	for _, value := range tt.bad {
		diags := validate(t, declared, tt.argument, value)
		if !diags.HasError() {
			t.Errorf("%#v is accepted", value)
		}
		for _, d := range diags {
			at, ok := d.(diag.DiagnosticWithPath)
			if !ok || !strings.HasPrefix(at.Path().String(), tt.argument) {
				t.Errorf("%#v: the error does not point at %s: %v", value, tt.argument, d)
			}
		}
	}
	for _, value := range []any{nullArgument, unknownArgument} {
		if diags := validate(t, declared, tt.argument, value); len(diags) > 0 {
			t.Errorf("a value that is %v is refused: %v", value, diags)
		}
	}
}

func TestVPCChannelTakesAnIDOrAName(t *testing.T) {
	t.Parallel()
	id, name := stringArgument("56a7d7358e1b42459c9d730d65b14e59"), stringArgument("VPC_demo")
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	tests := map[string]struct {
		arguments map[string]tftypes.Value
		refused   bool
	}{
		"an ID":                      {map[string]tftypes.Value{"vpc_channel_id": id}, false},
		"a name":                     {map[string]tftypes.Value{"name": name}, false},
		"an ID unknown yet":          {map[string]tftypes.Value{"vpc_channel_id": unknown}, false},
		"a name, an ID unknown yet":  {map[string]tftypes.Value{"vpc_channel_id": unknown, "name": name}, false},
		"both":                       {map[string]tftypes.Value{"vpc_channel_id": id, "name": name}, true},
		"neither":                    {nil, true},
		"neither, and an empty name": {map[string]tftypes.Value{"name": tftypes.NewValue(tftypes.String, nil)}, true},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			source, ok := newVPCChannelDataSource().(datasource.DataSourceWithConfigValidators)
			if !ok {
				t.Fatal("the data source has no validators")
			}
			config := configOf(t, schemaOf(t, newVPCChannelDataSource), tt.arguments)
			var diags diag.Diagnostics
			for _, v := range source.ConfigValidators(t.Context()) {
				var resp datasource.ValidateConfigResponse
				v.ValidateDataSource(t.Context(), datasource.ValidateConfigRequest{Config: config}, &resp)
				diags.Append(resp.Diagnostics...)
			}
			if diags.HasError() != tt.refused {
				t.Errorf("refused: %v, want %v: %v", diags.HasError(), tt.refused, diags)
			}
		})
	}
}

// argumentState is an argument without a value.
type argumentState string

const (
	nullArgument    argumentState = "null"
	unknownArgument argumentState = "unknown"
)

// validate runs the validators of an argument on a value: a string, an int64, a
// map, or an argumentState.
func validate(t *testing.T, declared schema.Schema, argument string, value any) diag.Diagnostics {
	t.Helper()
	attributes := map[string]schema.Attribute{}
	collectAttributes("", declared.Attributes, attributes)
	steps := strings.Split(argument, ".")
	at := path.Root(steps[0])
	for _, step := range steps[1:] {
		at = at.AtName(step)
	}

	var diags diag.Diagnostics
	switch attribute := attributes[argument].(type) {
	case schema.StringAttribute:
		for _, v := range attribute.Validators {
			var resp validator.StringResponse
			v.ValidateString(t.Context(), validator.StringRequest{Path: at, ConfigValue: stringOf(t, value)}, &resp)
			diags.Append(resp.Diagnostics...)
		}
	case schema.Int64Attribute:
		for _, v := range attribute.Validators {
			var resp validator.Int64Response
			v.ValidateInt64(t.Context(), validator.Int64Request{Path: at, ConfigValue: int64Of(t, value)}, &resp)
			diags.Append(resp.Diagnostics...)
		}
	case schema.MapAttribute:
		for _, v := range attribute.Validators {
			var resp validator.MapResponse
			v.ValidateMap(t.Context(), validator.MapRequest{Path: at, ConfigValue: mapOf(t, value)}, &resp)
			diags.Append(resp.Diagnostics...)
		}
	default:
		t.Fatalf("the argument %s is a %T", argument, attribute)
	}
	return diags
}

func stringOf(t *testing.T, value any) types.String {
	t.Helper()
	switch value := value.(type) {
	case string:
		return types.StringValue(value)
	case argumentState:
		if value == nullArgument {
			return types.StringNull()
		}
		return types.StringUnknown()
	}
	t.Fatalf("%#v is no string", value)
	return types.StringNull()
}

func int64Of(t *testing.T, value any) types.Int64 {
	t.Helper()
	switch value := value.(type) {
	case int64:
		return types.Int64Value(value)
	case argumentState:
		if value == nullArgument {
			return types.Int64Null()
		}
		return types.Int64Unknown()
	}
	t.Fatalf("%#v is no int64", value)
	return types.Int64Null()
}

func mapOf(t *testing.T, value any) types.Map {
	t.Helper()
	switch value := value.(type) {
	case map[string]attr.Value:
		return types.MapValueMust(types.StringType, value)
	case argumentState:
		if value == nullArgument {
			return types.MapNull(types.StringType)
		}
		return types.MapUnknown(types.StringType)
	}
	t.Fatalf("%#v is no map", value)
	return types.MapNull(types.StringType)
}
