package provider

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// readModel is a pointer to the model of a data source or an ephemeral resource. A model holds the
// arguments, in fields with tfsdk tags; what a read returns is declared by an [apiObject].
type readModel interface{ common() *commonModel }

// readArguments reads the arguments of a model from the configuration.
func readArguments(ctx context.Context, config tfsdk.Config, model readModel) diag.Diagnostics {
	var diags diag.Diagnostics
	for name, field := range modelFields(model) {
		diags.Append(config.GetAttribute(ctx, path.Root(name), field)...)
	}
	return diags
}

// setArguments are the arguments that are set, by name: their values if they are strings, else "".
func setArguments(model readModel) map[string]string {
	set := map[string]string{}
	for name, field := range modelFields(model) {
		value, ok := field.(attr.Value)
		if !ok || value.IsNull() {
			continue
		}
		set[name] = ""
		if text, ok := value.(*types.String); ok {
			set[name] = text.ValueString()
		}
	}
	return set
}

// withResult returns configured, the value that the configuration has, with what a read made of the
// model's arguments, and the values that it returned.
func withResult(ctx context.Context, configured tftypes.Value, model readModel, result map[string]tftypes.Value) tftypes.Value {
	var values map[string]tftypes.Value
	if err := configured.As(&values); err != nil {
		panic(err) // A configuration is an object.
	}
	for name, field := range modelFields(model) {
		argument, ok := field.(attr.Value)
		if !ok {
			continue // A read sets no others.
		}
		value, err := argument.ToTerraformValue(ctx)
		if err != nil {
			panic(fmt.Sprintf("the argument %s: %s", name, err)) // It was read from the configuration.
		}
		values[name] = value
	}
	maps.Copy(values, result)
	return tftypes.NewValue(configured.Type(), values)
}

// modelFields are pointers to the fields of a model, by their tfsdk tags.
func modelFields(model readModel) map[string]any {
	fields := map[string]any{}
	of := reflect.ValueOf(model).Elem()
	for _, field := range reflect.VisibleFields(of.Type()) {
		if name, ok := field.Tag.Lookup("tfsdk"); ok {
			fields[name] = of.FieldByIndex(field.Index).Addr().Interface()
		}
	}
	return fields
}
