package provider

import (
	"regexp"
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

var (
	pathAttribute = regexp.MustCompile(`\.?AttributeName\("(\w+)"\)`)
	pathElement   = regexp.MustCompile(`\.ElementKey\w+\((.*?)\)`)
)

// argumentName is the name of AttributeName("assume_role").ElementKeyInt(0).AttributeName("duration").
func argumentName(at *tftypes.AttributePath) string {
	name := pathElement.ReplaceAllString(pathAttribute.ReplaceAllString(at.String(), ".$1"), "[$1]")
	return strings.TrimPrefix(name, ".")
}
