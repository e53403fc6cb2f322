package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// argumentValues are values that an argument accepts, accepts with a warning, and refuses.
type argumentValues struct {
	Good   []any `json:"good"`
	Warned []any `json:"warned"`
	Bad    []any `json:"bad"`
	// Like names values that several arguments have in common: identifier or name.
	Like string `json:"like"`
	// From is the minimum of an integer.
	From *int64 `json:"from"`
}

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
		return argumentValues{Good: list{least, least + 1, int64(1<<63 - 1)}, Bad: list{least - 1, int64(-1 << 63), 1.5, 1e30}}
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
			if attributes[argument].IsOptional() && len(arguments[argument].of().Good) == 0 {
				t.Errorf("testdata has no values for the argument %s of %s", argument, name)
			}
		}
	}
}

// testValidators validates configurations in which only one argument is set: to its values, to an
// unknown value, and to null.
func testValidators(t *testing.T, source, argument string, values argumentValues) {
	t.Helper()
	// about are the errors and warnings that point at the argument, or into it, but not those about
	// other arguments that have to be set or not.
	about := func(value any) diagnostics {
		set := object{argument: value}
		if outer, inner, ok := strings.Cut(argument, "."); ok {
			set = object{outer: object{inner: value}}
		}
		found := validate(t, source, set)
		others := func(line string) bool {
			path := `AttributeName("` + strings.ReplaceAll(argument, ".", `").AttributeName("`) + `")`
			return !strings.HasPrefix(line, path) || strings.Contains(line, "Attribute Combination")
		}
		return diagnostics{errors: slices.DeleteFunc(found.errors, others), warnings: slices.DeleteFunc(found.warnings, others)}
	}
	good := append(list{nil, unknown{}}, values.Good...)
	for _, value := range values.Good {
		if elements, ok := value.(object); ok {
			for key := range elements {
				good = append(good, merge(elements, object{key: unknown{}}))
			}
		}
	}
	for _, value := range good {
		if got := about(value); len(got.errors)+len(got.warnings) > 0 {
			t.Errorf("%#v is refused: %v", value, got)
		}
	}
	for _, value := range values.Warned {
		if got := about(value); len(got.errors) != 0 || len(got.warnings) != 1 {
			t.Errorf("%#v, of which there should be a warning: %v", value, got)
		}
	}
	for _, value := range values.Bad {
		if len(about(value).errors) == 0 {
			t.Errorf("%#v is accepted, or the error does not point at %s", value, argument)
		}
	}
}

// validate validates a configuration of a data source in which only these arguments are set.
func validate(t *testing.T, source string, set object) diagnostics {
	t.Helper()
	typ := schemaOf(t, dataSources[source]).Type().TerraformType(t.Context())
	server := providerserver.NewProtocol6(&hwcloudProvider{environment: func(string) string { return "" }})()
	resp, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: source, Config: dynamic(t, typ, set),
	})
	if err != nil {
		t.Fatal(err)
	}
	return diagnosticsOf(resp.Diagnostics)
}

// TestMessagesOfValidators say what to write instead, and not what was written.
func TestMessagesOfValidators(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		set    object
		want   []string
	}{
		{serviceConnectionsSource, object{"limit": int64(0)}, []string{"a whole number, 1 or more. To return every connection, leave it out."}},
		{enhancedConnectionsSource, object{"limit": 1.5}, []string{"limit must be a whole number, 0 or more."}},
		{serviceConnectionsSource, object{"marker_id": 1.5}, []string{"marker_id must be a whole number."}},
		{serviceConnectionsSource, object{"endpoint_id": ""}, []string{"must not be blank", "set it to null"}},
		{vpcChannelSource, object{"instance_id": "my gateway"}, []string{"must be an ID", "set instance_name"}},
		{vpcChannelSource, object{"vpc_channel_id": "a/b"}, []string{"must be an ID", "set name"}},
		{serviceConnectionsSource, object{"service_id": "a b"}, []string{"must be an ID", "set service_name"}},
		{serviceConnectionsSource, object{"project_id": "my project"}, []string{"must be an ID", "project_name in the provider block"}},
		{serviceConnectionsSource, object{"sort_key": "id"}, []string{"must be one of `create_at`, `update_at`, `created_at`, `updated_at`."}},
		{serviceConnectionsSource, object{"status": "available"}, []string{"none of the documented values `pendingAcceptance`", "sent as it is"}},
		{"hwcloud_apig_instances", object{"status": "running"}, []string{"is written `Running` in the documents, in this letter case"}},
		{"hwcloud_apig_instances", object{"status": "6"}, []string{"none of the documented values `Creating`, ", "`Running`, ", "sent as it is"}},
		{"hwcloud_vpcep_services", object{"status": "AVAILABLE"}, []string{"`available` in the documents"}},
		{enhancedConnectionsSource, object{"status": "FAILED"}, []string{"values `ACTIVE`, `DELETED`. The status of a queue or pool is in"}},
		{enhancedConnectionsSource, object{"tags": object{"a": "b,c"}}, []string{"must not contain `,`"}},
		{enhancedConnectionsSource, object{"tags": object{"a": nil}}, []string{`tags["a"] must not be null. Remove the tag`, "if v != null"}},
		{serviceConnectionsSource, object{"service_id": ""}, []string{"Set it, or remove it (or set it to null) and set service_name instead."}},
		{serviceConnectionsSource, object{"service_name": ""}, []string{"and set service_id instead."}},
		{vpcChannelSource, object{"instance_id": " "}, []string{"and set instance_name instead."}},
		{vpcChannelsSource, object{"instance_name": ""}, []string{"and set instance_id instead."}},
		{vpcChannelSource, object{"vpc_channel_id": ""}, []string{"and set name instead."}},
		{vpcChannelSource, object{"name": ""}, []string{"and set vpc_channel_id instead."}},
		{enhancedConnectionsSource, object{"timeouts": object{"read": "5"}}, []string{"timeouts.read must be a duration", "`30s`"}},
		{vpcChannelsSource, nil, []string{"(and only one) of [instance_id,instance_name] is required"}},
	} {
		got := validate(t, tt.source, tt.set)
		all := strings.Join(append(got.errors, got.warnings...), "\n")
		for _, part := range tt.want {
			if !strings.Contains(all, part) {
				t.Errorf("%v: the messages lack %q: %s", tt.set, part, all)
			}
		}
		if strings.Contains(all, "got:") {
			t.Errorf("%v: a message has the value: %s", tt.set, all)
		}
	}
}

// TestExactlyOneOf sets none, one and several of arguments of which one has to be set.
func TestExactlyOneOf(t *testing.T) {
	t.Parallel()
	for name := range dataSources {
		for _, group := range factsOf(t, name).ExactlyOneOf {
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
				about := 0
				for _, line := range validate(t, name, tt.set).errors {
					if strings.Contains(line, "Attribute Combination") && strings.Contains(line, one) && strings.Contains(line, two) {
						about++
					}
				}
				if refused := about == 1; refused != tt.refused {
					t.Errorf("%s: %s of %s: refused: %v, want %v", name, title, group, refused, tt.refused)
				}
			}
		}
	}
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
