package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknownArguments returns the provider's arguments whose values are not known yet, as users write
// them: assume_role[0].agency_name.
func unknownArguments(config tftypes.Value) []string {
	var unknown []string
	_ = tftypes.Walk(config, func(at *tftypes.AttributePath, value tftypes.Value) (bool, error) { // The function returns no error.
		if !value.IsKnown() {
			unknown = append(unknown, argumentName(at))
		}
		return value.IsKnown(), nil
	})
	slices.Sort(unknown)
	return unknown
}

func argumentName(at *tftypes.AttributePath) string {
	name := ""
	for _, step := range at.Steps() {
		if attribute, ok := step.(tftypes.AttributeName); ok {
			name += "." + string(attribute)
		} else {
			name += fmt.Sprintf("[%#v]", step)
		}
	}
	return strings.TrimPrefix(name, ".")
}
