package provider

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// setting is the value of an argument and its origin.
type setting struct {
	// at is the argument, and name what errors call it.
	at   path.Path
	name string
	// value is "" if nothing sets the argument, or if the value is not known.
	value string
	// unknown reports whether the provider block sets the argument to an unknown value.
	unknown bool
	// variable is the environment variable that the value comes from, "" if it comes from the
	// provider block.
	variable string
	// variables could set the value if the provider block does not.
	variables []string
}

// text resolves an argument at the top of the provider block.
func (b *configBuilder) text(name string, argument types.String, variables []string) setting {
	return b.textAt(path.Root(name), name, argument, variables)
}

func (b *configBuilder) textAt(at path.Path, name string, argument types.String, variables []string) setting {
	s := setting{at: at, name: name, value: argument.ValueString(), unknown: argument.IsUnknown(), variables: variables}
	if !s.isSet() {
		s.value, s.variable = b.first(variables)
	}
	return s
}

// first returns the first of the environment variables that is not empty.
func (b *configBuilder) first(variables []string) (value, variable string) {
	for _, variable := range variables {
		if value := b.environment(variable); value != "" {
			return value, variable
		}
	}
	return "", ""
}

func (s setting) isSet() bool { return s.value != "" || s.unknown }

// byArgument reports whether the provider block sets the value.
func (s setting) byArgument() bool { return s.isSet() && s.variable == "" }

// byVariable reports whether the environment sets the value.
func (s setting) byVariable() bool { return s.isSet() && s.variable != "" }

// bothKnown reports whether the provider block sets both arguments. An unknown one may turn out to
// be null.
func bothKnown(a, b setting) bool {
	return a.byArgument() && b.byArgument() && a.value != "" && b.value != ""
}

// source is the argument or the environment variable that holds the value.
func (s setting) source() string { return cmp.Or(s.variable, s.name) }

// describe names the argument and the origin of its value, never the value.
func (s setting) describe() string {
	return s.name + " from " + cmp.Or(s.variable, "the provider block")
}

// check adds an error if a value has a problem.
func (b *configBuilder) check(s setting, summary string, problem func(string) string) {
	if s.value == "" {
		return
	}
	if found := problem(s.value); found != "" {
		b.fail(s.at, summary, "%s %s%s.", s.source(), found, got(s.value))
	}
}

// incomplete adds an error for settings of which one is needed: at the first of them, with what
// can be set. While validating, it adds none if the environment may have the rest.
func (b *configBuilder) incomplete(summary, purpose string, anyOf ...setting) {
	var names, variables []string
	for _, s := range anyOf {
		names = append(names, s.name)
		if len(s.variables) > 0 {
			variables = append(variables, s.variables[0])
		}
	}
	needed := strings.Join(names, " or ")
	advice := needed
	if len(variables) > 0 {
		if b.validating {
			return
		}
		advice += ", or " + strings.Join(variables, " or ") + " in the environment"
	}
	b.fail(anyOf[0].at, summary, "%s also needs %s. Set %s.", purpose, needed, advice)
}

func (b *configBuilder) fail(at path.Path, summary, format string, values ...any) {
	b.diags.AddAttributeError(at, summary, fmt.Sprintf(format, values...))
}

// warn adds a warning, but not while validating: Terraform would print it twice.
func (b *configBuilder) warn(at path.Path, summary, format string, values ...any) {
	if !b.validating {
		b.diags.AddAttributeWarning(at, summary, fmt.Sprintf(format, values...))
	}
}
