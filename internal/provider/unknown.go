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
	var name strings.Builder
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if name.Len() > 0 {
				name.WriteByte('.')
			}
			name.WriteString(string(step))
		default:
			fmt.Fprintf(&name, "[%#v]", step)
		}
	}
	return name.String()
}
