package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Attributes that a lookup fills are declared by these functions.

func computedString(description string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func computedInt64(description string) schema.Int64Attribute {
	return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
}

func computedBool(description string) schema.BoolAttribute {
	return schema.BoolAttribute{MarkdownDescription: description, Computed: true}
}

// computedList is a list of objects.
func computedList(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		MarkdownDescription: description,
		Computed:            true,
		NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
	}
}

func computedObject(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: description,
		Computed:            true,
		Attributes:          attributes,
	}
}

// Values of lists and objects are built by these functions from the types that
// the schema declares, so that no type is written twice and a long list is not
// turned over by reflection.

// attributeTypes are the types of an object's attributes, by name.
type attributeTypes = map[string]attr.Type

// attributeValues are the values of an object's attributes, by name.
type attributeValues = map[string]attr.Value

// schemaTypes are the types of a data source's attributes, by name.
func schemaTypes(declared interface{ Type() attr.Type }) attributeTypes {
	return declaredAs[types.ObjectType](declared.Type()).AttrTypes
}

// declaredAs is typ as the kind of type that the schema declares. Any other kind
// is a mistake in the code, like a value that does not fit its type.
func declaredAs[T attr.Type](typ attr.Type) T {
	declared, ok := typ.(T)
	if !ok {
		panic(fmt.Sprintf("the schema declares %v, the mapping %T", typ, declared))
	}
	return declared
}

// listValue is a list of objects, one for each item. The list is empty where
// there are no items. object gives the attributes of one, and gets their types
// to build nested lists and objects with.
func listValue[T any](list attr.Type, items []T, object func(attributeTypes, T) attributeValues) types.List {
	element := declaredAs[types.ObjectType](declaredAs[types.ListType](list).ElemType)
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.ObjectValueMust(element.AttrTypes, object(element.AttrTypes, item))
	}
	return types.ListValueMust(element, values)
}

// objectValue is an object, null where item is nil.
func objectValue[T any](typ attr.Type, item *T, object func(attributeTypes, T) attributeValues) types.Object {
	attributes := declaredAs[types.ObjectType](typ).AttrTypes
	if item == nil {
		return types.ObjectNull(attributes)
	}
	return types.ObjectValueMust(attributes, object(attributes, *item))
}

// setState sets the state to model, and the long list in it, which is attribute
// name, by itself: as a part of the model the framework would turn all of it into
// its own values and back again several times over.
func setState(ctx context.Context, state *tfsdk.State, model any, name string, long *types.List) diag.Diagnostics {
	list, err := long.ToTerraformValue(ctx)
	if err != nil {
		panic(err) // The list was built from the types that the schema declares.
	}
	*long = types.ListNull(long.ElementType(ctx))
	diags := state.Set(ctx, model)
	if diags.HasError() {
		return diags
	}
	var attributes map[string]tftypes.Value
	if err := state.Raw.As(&attributes); err != nil {
		panic(err) // A state is an object.
	}
	attributes[name] = list
	state.Raw = tftypes.NewValue(state.Raw.Type(), attributes)
	return diags
}

// timeValue is a time in milliseconds since the Unix epoch as RFC 3339 in UTC
// with its milliseconds; null where ms is nil or lies outside the years 1 to 9999.
func timeValue(ms *int64) types.String {
	if ms == nil {
		return types.StringNull()
	}
	t := time.UnixMilli(*ms).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return types.StringNull()
	}
	return types.StringValue(t.Format("2006-01-02T15:04:05.000Z07:00"))
}
