package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// commonValues are values that several arguments have in common.
var commonValues = map[string]argumentValues{
	"identifier": {
		Good: list{"4189d3c2-8882-4871-a3c2-d380272eed88", "a", "a.b", "_", "通道", "a&b=c", `a\b`},
		Bad: list{
			"", " ", "\t", " a", "a ", "a b", "a\u00a0b", "a\u3000", "a/b", "/", "a?b", "a#b", "a%2fb",
			".", "..", "a..b", "a\n", "a\x00b", "\x7f", "\u0085",
		},
	},
	"name": {
		Good: list{"a", " a ", "two words", "名称", "a/b?c#d%e..f"},
		Bad:  list{"", " ", "\t\n", "\u00a0", "\u3000 ", "a\x00", "a\nb", "\x7f"},
	},
}

// commonArguments are values of the arguments that every data source takes.
var commonArguments = map[string]argumentValues{
	"project_id": {Like: "identifier"},
	"region": {
		Good: list{"cn-north-4", "eu-west-101", "a", "my_region", "A1"},
		Bad:  list{"", " ", "a.b", "a/b", "a b", "a:b", "a@b", "a\n", "é"},
	},
	"timeouts.read": {
		Good: list{"1ns", "30s", "2m30s", "1.5h", "100ms"},
		Bad:  list{"", " ", "0", "0s", "-1s", "-5m", "5", "five minutes", "5 m", "1d"},
	},
}

// of are the values of an argument, from those that it names.
func (v argumentValues) of() argumentValues {
	if v.From != nil {
		least := *v.From
		return argumentValues{Good: list{least, least + 1, int64(1<<63 - 1)}, Bad: list{least - 1, int64(-1 << 63)}}
	}
	if v.Like != "" {
		return commonValues[v.Like]
	}
	return v
}

func TestValidators(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		arguments := maps.Clone(commonArguments)
		maps.Copy(arguments, factsOf(t, name).Arguments)
		attributes := collectAttributes(t, schemaOf(t, constructor))
		for argument, values := range arguments {
			t.Run(name+"."+argument, func(t *testing.T) {
				t.Parallel()
				testValidators(t, name, argument, values.of())
			})
		}
		for _, argument := range slices.Sorted(maps.Keys(attributes)) {
			attribute := attributes[argument]
			_, tried := arguments[argument]
			if isArgument := attribute.IsOptional() || attribute.IsRequired(); isArgument && (len(arguments[argument].of().Good) == 0 || !tried) {
				t.Errorf("testdata has no values for the argument %s of %s", argument, name)
			}
		}
	}
}

// testValidators validates configurations in which only one argument is set: to its good and bad
// values, to an unknown value, and to null unless it is required.
func testValidators(t *testing.T, source, argument string, values argumentValues) {
	t.Helper()
	good := append(list{unknown{}}, values.Good...)
	if attribute := collectAttributes(t, schemaOf(t, dataSources[source]))[argument]; attribute == nil || !attribute.IsRequired() {
		good = append(good, nil)
	}
	for _, value := range good {
		if errors := validate(t, source, nested(argument, value)).at(argument); errors != nil {
			t.Errorf("%#v is refused: %q", value, errors)
		}
		if elements, ok := value.(object); ok {
			for key := range elements {
				elements := merge(elements, object{key: unknown{}})
				if errors := validate(t, source, nested(argument, elements)).at(argument); errors != nil {
					t.Errorf("%#v is refused: %q", elements, errors)
				}
			}
		}
	}
	for _, value := range values.Bad {
		if errors := validate(t, source, nested(argument, value)).at(argument); errors == nil {
			t.Errorf("%#v is accepted, or the error does not point at %s", value, argument)
		}
	}
}

// nested sets an argument, which may be in a block.
func nested(argument string, value any) object {
	if outer, inner, ok := strings.Cut(argument, "."); ok {
		return object{outer: object{inner: value}}
	}
	return object{argument: value}
}

// validationErrors are the errors of a configuration, and the arguments that they point at.
type validationErrors []*tfprotov6.Diagnostic

// at are the errors that point at an argument, or into it.
func (v validationErrors) at(argument string) []string {
	want := tftypes.NewAttributePath()
	for step := range strings.SplitSeq(argument, ".") {
		want = want.WithAttributeName(step)
	}
	var errors []string
	for _, d := range v {
		if d.Attribute != nil && strings.HasPrefix(d.Attribute.String(), want.String()) {
			errors = append(errors, d.Summary+": "+d.Detail)
		}
	}
	return errors
}

// validate validates a configuration of a data source in which only these arguments are set.
func validate(t *testing.T, source string, set object) validationErrors {
	t.Helper()
	typ := schemaOf(t, dataSources[source]).Type().TerraformType(t.Context())
	server := providerserver.NewProtocol6(&hwcloudProvider{environment: func(string) string { return "" }})()
	resp, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: source, Config: dynamic(t, typ, set),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// TestExactlyOneOf sets none, one and several of arguments of which one has to be set.
func TestExactlyOneOf(t *testing.T) {
	t.Parallel()
	for name := range dataSources {
		groups := factsOf(t, name).ExactlyOneOf
		for i, group := range groups {
			// others satisfies the other groups.
			others := requiredArguments(t, name)
			for j, other := range groups {
				if j != i {
					others[other[0]] = "x"
				}
			}
			one, two := group[0], group[1]
			for title, tt := range map[string]struct {
				set     object
				refused bool
			}{
				"the first":                  {object{one: "x"}, false},
				"the second":                 {object{two: "x"}, false},
				"the first, unknown":         {object{one: unknown{}}, false},
				"one, and the other unknown": {object{one: unknown{}, two: "x"}, false},
				"both":                       {object{one: "x", two: "x"}, true},
				"neither":                    {nil, true},
			} {
				t.Run(name+"."+strings.Join(group, "_")+"."+title, func(t *testing.T) {
					t.Parallel()
					errors := validate(t, name, merge(others, tt.set))
					if refused := len(errors) > 0; refused != tt.refused {
						t.Errorf("refused: %v, want %v: %v", refused, tt.refused, errors)
					}
				})
			}
		}
	}
}

// requiredArguments are good values of the arguments that a data source requires.
func requiredArguments(t *testing.T, name string) object {
	t.Helper()
	values := object{}
	for argument, attribute := range schemaOf(t, dataSources[name]).Attributes {
		if attribute.IsRequired() {
			values[argument] = factsOf(t, name).Arguments[argument].of().Good[0]
		}
	}
	return values
}

// TestSchemasAreValid checks what the framework cannot check at compile time.
func TestSchemasAreValid(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		declared := schemaOf(t, constructor)
		if diags := declared.ValidateImplementation(t.Context()); diags.HasError() {
			t.Errorf("%s: %v", name, diags)
		}
		if !strings.HasSuffix(declared.MarkdownDescription, ".") {
			t.Errorf("%s: the description is not a sentence: %q", name, declared.MarkdownDescription)
		}
	}
	server := providerserver.NewProtocol6(new(hwcloudProvider))()
	resp, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp.Diagnostics)
	}
}

// collectAttributes are the attributes of a schema by their paths, nested ones and those of blocks
// included.
func collectAttributes(t *testing.T, declared schema.Schema) map[string]schema.Attribute {
	t.Helper()
	collected := map[string]schema.Attribute{}
	collectNested("", declared.Attributes, collected)
	for name, block := range declared.Blocks {
		single, ok := block.(schema.SingleNestedBlock)
		if !ok {
			t.Fatalf("the block %s is a %T", name, block)
		}
		collectNested(name+".", single.Attributes, collected)
	}
	return collected
}

func collectNested(prefix string, attributes, collected map[string]schema.Attribute) {
	for name, attribute := range attributes {
		collected[prefix+name] = attribute
		switch nested := attribute.(type) {
		case schema.ListNestedAttribute:
			collectNested(prefix+name+".", nested.NestedObject.Attributes, collected)
		case schema.SingleNestedAttribute:
			collectNested(prefix+name+".", nested.Attributes, collected)
		}
	}
}
