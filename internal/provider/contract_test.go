package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// contract is what an API takes and answers, as a file in testdata/contract says.
type contract struct {
	Query    map[string]contractField `json:"query"`
	Response map[string]contractField `json:"response"`
}

// contractField is a parameter of the query or a field of the answer.
type contractField struct {
	Type string `json:"type"`
	// Argument is the name of a parameter in Terraform.
	Argument string `json:"argument"`
	// Attribute is the name of a field in Terraform, where that is not the API's
	// own; JSON's null where Terraform does not have the field.
	Attribute jsontext.Value           `json:"attribute"`
	Fields    map[string]contractField `json:"fields"`
	Sensitive bool                     `json:"sensitive"`
	Enum      []jsontext.Value         `json:"enum"`
	Minimum   jsontext.Value           `json:"minimum"`
	Maximum   jsontext.Value           `json:"maximum"`
	Unit      string                   `json:"unit"`
}

// commonAttributes are those of every data source, none of them in a contract.
var commonAttributes = map[string]string{
	"region":        "optional computed string",
	"project_id":    "optional computed string",
	"timeouts":      "optional object",
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
			agreed := decode[contract](t, readTestdata(t, "contract", strings.TrimPrefix(name, "hwcloud_")+".json"))
			fields := agreed.attributes(t)
			want := maps.Clone(commonAttributes)
			for path, field := range fields {
				want[path] = field.declaration
			}
			maps.Copy(want, particulars[name].attributes)

			attributes := map[string]schema.Attribute{}
			collectAttributes("", schemaOf(t, constructor).Attributes, attributes)
			got := map[string]string{}
			for path, attribute := range attributes {
				got[path] = declarationOf(t, attribute)
			}

			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the schema is not what the contract asks for (-contract +schema):\n%s", diff)
			}
			for path, attribute := range attributes {
				checkDescription(t, path, attribute.GetMarkdownDescription(), fields[path].contractField)
			}
		})
	}
}

func TestArgumentsTakeTheContractsValues(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			agreed := decode[contract](t, readTestdata(t, "contract", strings.TrimPrefix(name, "hwcloud_")+".json"))
			declared := schemaOf(t, constructor)
			for parameter, field := range agreed.Query {
				for _, value := range enumOf(t, field) {
					if diags := validate(t, declared, field.Argument, value); diags.HasError() {
						t.Errorf("%s = %q is refused: %v", parameter, value, diags)
					}
				}
				if len(field.Enum) > 0 && !validate(t, declared, field.Argument, "nonsense").HasError() {
					t.Errorf("%s = \"nonsense\" is accepted", parameter)
				}
				if field.Minimum != nil {
					least := decode[int64](t, field.Minimum)
					if diags := validate(t, declared, field.Argument, least); diags.HasError() {
						t.Errorf("%s = %d is refused: %v", parameter, least, diags)
					}
					if !validate(t, declared, field.Argument, least-1).HasError() {
						t.Errorf("%s = %d is accepted", parameter, least-1)
					}
				}
			}
		})
	}
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

// collectFields puts the fields of an answer into attributes, nested ones too.
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
		collectFields(t, prefix+name+".", field.Fields, attributes)
	}
}

// collectAttributes puts the attributes of a schema into collected by their
// paths, nested ones too.
func collectAttributes(prefix string, attributes, collected map[string]schema.Attribute) {
	for name, attribute := range attributes {
		collected[prefix+name] = attribute
		switch nested := attribute.(type) {
		case schema.ListNestedAttribute:
			collectAttributes(prefix+name+".", nested.NestedObject.Attributes, collected)
		case schema.SingleNestedAttribute:
			collectAttributes(prefix+name+".", nested.Attributes, collected)
		}
	}
}

// declarationOf says how a schema declares an attribute.
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
	case schema.Int64Attribute:
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

// checkDescription asks for whole sentences that name every value of an
// enumeration, both ends of a range, and the unit.
func checkDescription(t *testing.T, path, description string, field contractField) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s: the description is no sentence: %q", path, description)
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
