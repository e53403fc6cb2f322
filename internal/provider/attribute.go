package provider

import (
	"fmt"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attribute declares an attribute that data sources and ephemeral resources may have in common: the
// framework has a schema package for each of the two.
type attribute struct {
	name, description string
	kind              kind
	// sensitive values are null in a read that omits secrets.
	sensitive bool
	// optional attributes may be set by the user, computed ones by a read. The validators check
	// what the user set.
	optional, computed bool
	validators         []validator.String
	// nested are the attributes of an object, or of each object in a list.
	nested []attribute
}

// kind is the kind of value that an attribute has.
type kind int

const (
	stringKind kind = iota
	int64Kind
	boolKind
	objectKind
	listKind
)

// optionalString declares a string that the user may set.
func optionalString(name, description string, validators ...validator.String) attribute {
	return attribute{name: name, description: description, optional: true, validators: validators}
}

// defaultedString declares a string that the user may set, and that a read sets otherwise.
func defaultedString(name, description string, validators ...validator.String) attribute {
	return attribute{name: name, description: description, optional: true, computed: true, validators: validators}
}

// typ is the type of the attribute's values.
func (a attribute) typ() tftypes.Type {
	switch a.kind {
	case stringKind:
		return tftypes.String
	case int64Kind:
		return tftypes.Number
	case boolKind:
		return tftypes.Bool
	case objectKind:
		return objectType(a.nested)
	case listKind:
		return tftypes.List{ElementType: objectType(a.nested)}
	}
	panic(fmt.Sprintf("attribute %q is of the unknown kind %d", a.name, a.kind))
}

// objectType is the type of an object with these attributes. It panics if two have the same name.
func objectType(attributes []attribute) tftypes.Object {
	types := make(map[string]tftypes.Type, len(attributes))
	for _, a := range attributes {
		if _, declared := types[a.name]; declared || a.name == "" {
			panic(fmt.Sprintf("attribute %q is declared twice or has no name", a.name))
		}
		types[a.name] = a.typ()
	}
	return tftypes.Object{AttributeTypes: types}
}

// checkNames panics if two attributes have the same name, or one has that of the block every schema
// has. A data source whose API returns a field with the name of an argument declares the two as one
// attribute.
func checkNames(attributes []attribute, others ...string) {
	seen := map[string]bool{"timeouts": true}
	for _, a := range attributes {
		others = append(others, a.name)
	}
	for _, name := range others {
		if seen[name] {
			panic(fmt.Sprintf("attribute %q is declared twice", name))
		}
		seen[name] = true
	}
}

// dataSourceAttributes declares attributes for the schema of a data source.
func dataSourceAttributes(attributes []attribute) map[string]datasource.Attribute {
	declared := make(map[string]datasource.Attribute, len(attributes))
	for _, a := range attributes {
		switch a.kind {
		case stringKind:
			declared[a.name] = datasource.StringAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive, Optional: a.optional, Validators: a.validators,
			}
		case int64Kind:
			declared[a.name] = datasource.Int64Attribute{MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive}
		case boolKind:
			declared[a.name] = datasource.BoolAttribute{MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive}
		case objectKind:
			declared[a.name] = datasource.SingleNestedAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive, Attributes: dataSourceAttributes(a.nested),
			}
		case listKind:
			declared[a.name] = datasource.ListNestedAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive,
				NestedObject: datasource.NestedAttributeObject{Attributes: dataSourceAttributes(a.nested)},
			}
		}
	}
	return declared
}

// ephemeralAttributes declares attributes for the schema of an ephemeral resource.
func ephemeralAttributes(attributes []attribute) map[string]ephemeral.Attribute {
	declared := make(map[string]ephemeral.Attribute, len(attributes))
	for _, a := range attributes {
		switch a.kind {
		case stringKind:
			declared[a.name] = ephemeral.StringAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive, Optional: a.optional, Validators: a.validators,
			}
		case int64Kind:
			declared[a.name] = ephemeral.Int64Attribute{MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive}
		case boolKind:
			declared[a.name] = ephemeral.BoolAttribute{MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive}
		case objectKind:
			declared[a.name] = ephemeral.SingleNestedAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive, Attributes: ephemeralAttributes(a.nested),
			}
		case listKind:
			declared[a.name] = ephemeral.ListNestedAttribute{
				MarkdownDescription: a.description, Computed: a.computed, Sensitive: a.sensitive,
				NestedObject: ephemeral.NestedAttributeObject{Attributes: ephemeralAttributes(a.nested)},
			}
		}
	}
	return declared
}
