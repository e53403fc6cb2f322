package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// contract is what an API accepts and returns, as in a file in testdata/contract.
type contract struct {
	Query    map[string]contractField `json:"query"`
	Response map[string]contractField `json:"response"`
}

// contractField is a parameter of the query or a field of the response.
type contractField struct {
	Type string `json:"type"`
	// Argument is the name of a parameter in Terraform.
	Argument string `json:"argument"`
	// Attribute is the name of a field in Terraform if that is not the API's own, and JSON's null
	// if Terraform does not have the field.
	Attribute jsontext.Value           `json:"attribute"`
	Fields    map[string]contractField `json:"fields"`
	// FieldsOf is the file of a contract whose response has the fields.
	FieldsOf  string           `json:"fields_of"`
	Sensitive bool             `json:"sensitive"`
	Enum      []jsontext.Value `json:"enum"`
	Minimum   jsontext.Value   `json:"minimum"`
	Maximum   jsontext.Value   `json:"maximum"`
	Unit      string           `json:"unit"`
}

// commonDeclarations are those of every data source, none of them in a contract.
var commonDeclarations = map[string]string{
	"region":        "optional computed string",
	"project_id":    "optional computed string",
	"timeouts":      "block",
	"timeouts.read": "optional string",
}

// unitWords are a contract's units in the words of a description.
var unitWords = map[string]string{
	"s":                       "in seconds",
	"ms since the Unix epoch": "in milliseconds since the Unix epoch",
}

func TestSchemasKeepTheContract(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fields := contractOf(t, name).attributes(t)
			want := maps.Clone(commonDeclarations)
			for path, field := range fields {
				want[path] = field.declaration
			}
			maps.Copy(want, factsOf(t, name).Attributes)

			attributes := collectAttributes(t, schemaOf(t, constructor))
			got := map[string]string{"timeouts": "block"}
			for path, attribute := range attributes {
				got[path] = declarationOf(t, attribute)
			}

			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the schema differs from the contract (-contract +schema):\n%s", diff)
			}
			for path, attribute := range attributes {
				checkDescription(t, path, attribute.GetMarkdownDescription(), fields[path].contractField)
			}
			text := attributes["timeouts.read"].GetMarkdownDescription()
			if !strings.HasSuffix(text, "Defaults to `5m`.") || defaultReadTimeout != 5*time.Minute {
				t.Errorf("the timeout is %s by default: %s", defaultReadTimeout, text)
			}
		})
	}
}

func TestArgumentsTakeTheContractsValues(t *testing.T) {
	t.Parallel()
	for name := range dataSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, field := range contractOf(t, name).Query {
				var values argumentValues
				for _, value := range enumOf(t, field) {
					values.Good = append(values.Good, value)
				}
				if field.Minimum != nil {
					values.Good = append(values.Good, decode[int64](t, field.Minimum))
				}
				testValidators(t, name, field.Argument, values)
			}
		})
	}
}

// contractOf is the contract of a data source.
func contractOf(t *testing.T, typeName string) contract {
	t.Helper()
	return decode[contract](t, readTestdata(t, "contract", strings.TrimPrefix(typeName, "hwcloud_")+".json"))
}

// agreedField is a field of a contract and how a schema should declare it.
type agreedField struct {
	contractField
	declaration string
}

// attributes are the fields of the contract by the paths of their attributes.
func (c contract) attributes(t *testing.T) map[string]agreedField {
	t.Helper()
	attributes := map[string]agreedField{}
	for _, field := range c.Query {
		// What a query takes can be more than one attribute may hold: see limit.
		field.Maximum = nil
		attributes[field.Argument] = agreedField{field, "optional " + field.Type}
	}
	collectFields(t, "", c.Response, attributes)
	return attributes
}

// collectFields puts the fields of a response into attributes, nested ones too.
func collectFields(t *testing.T, prefix string, fields map[string]contractField, attributes map[string]agreedField) {
	t.Helper()
	for name, field := range fields {
		if field.Attribute != nil {
			renamed := decode[*string](t, field.Attribute)
			if renamed == nil {
				continue
			}
			name = *renamed
		}
		declaration := "computed " + field.Type
		if field.Sensitive {
			declaration += " sensitive"
		}
		attributes[prefix+name] = agreedField{field, declaration}
		if field.FieldsOf != "" {
			field.Fields = decode[contract](t, readTestdata(t, "contract", field.FieldsOf)).Response
		}
		collectFields(t, prefix+name+".", field.Fields, attributes)
	}
}

// declarationOf contains how a schema declares an attribute.
func declarationOf(t *testing.T, attribute schema.Attribute) string {
	t.Helper()
	var words []string
	if attribute.IsRequired() {
		words = append(words, "required")
	}
	if attribute.IsOptional() {
		words = append(words, "optional")
	}
	if attribute.IsComputed() {
		words = append(words, "computed")
	}
	switch attribute := attribute.(type) {
	case schema.StringAttribute:
		words = append(words, "string")
	case schema.NumberAttribute, schema.Int64Attribute:
		words = append(words, "integer")
	case schema.BoolAttribute:
		words = append(words, "boolean")
	case schema.ListNestedAttribute:
		words = append(words, "list")
	case schema.SingleNestedAttribute:
		words = append(words, "object")
	case schema.MapAttribute:
		words = append(words, "map of")
		if attribute.ElementType.Equal(types.StringType) {
			words = append(words, "strings")
		}
	default:
		t.Fatalf("an attribute is a %T, which no contract has", attribute)
	}
	if attribute.IsSensitive() {
		words = append(words, "sensitive")
	}
	return strings.Join(words, " ")
}

// checkDescription checks that a description is in sentences, and names every value of an
// enumeration, both ends of a range, and the unit.
func checkDescription(t *testing.T, path, description string, field contractField) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s: the description is not a sentence: %q", path, description)
	}
	named := enumOf(t, field)
	for _, end := range []jsontext.Value{field.Minimum, field.Maximum} {
		if end != nil {
			named = append(named, end.String())
		}
	}
	for _, value := range named {
		if !strings.Contains(description, "`"+value+"`") {
			t.Errorf("%s: the description does not name `%s`: %q", path, value, description)
		}
	}
	if field.Unit != "" && !strings.Contains(description, unitWords[field.Unit]) {
		t.Errorf("%s: the description does not say %q: %q", path, unitWords[field.Unit], description)
	}
}

// enumOf is the enumeration of a field, in text.
func enumOf(t *testing.T, field contractField) []string {
	t.Helper()
	var values []string
	for _, value := range field.Enum {
		text := value.String()
		if value.Kind() == '"' {
			text = decode[string](t, value)
		}
		values = append(values, text)
	}
	return values
}

// TestEphemeralTwins holds each ephemeral resource to the data source of its name, whose attributes
// it has in common but for the argument that it does not need.
func TestEphemeralTwins(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(new(hwcloudProvider))()
	declared, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(declared.EphemeralResourceSchemas) == 0 {
		t.Error("there is no ephemeral resource")
	}
	for name, ephemeral := range declared.EphemeralResourceSchemas {
		want, got := *declared.DataSourceSchemas[name].Block, *ephemeral.Block
		want.Attributes = slices.DeleteFunc(slices.Clone(want.Attributes), func(a *tfprotov6.SchemaAttribute) bool {
			return a.Name == "omit_secrets"
		})
		want.Description = got.Description
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-data source +ephemeral resource)\n%s", name, diff)
		}
	}
}
