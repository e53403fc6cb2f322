package provider

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework-validators/helpers/validatordiag"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// isHostNamePart accepts a value that may become part of a host name: letters, digits, "-" and "_".
func isHostNamePart() validator.String {
	return stringvalidator.RegexMatches(regionForm, "must consist of letters, digits, `-` and `_`")
}

// isPathSegment accepts an identifier that becomes one segment of a URL's path.
func isPathSegment() validator.String {
	return stringRule{
		must: "be an identifier: not empty, not `.`, without white space or control characters, " +
			"and without `/`, `?`, `#`, `%` or `..`",
		accepts: isSegment,
	}
}

func isSegment(value string) bool {
	return value != "" && value != "." && !strings.Contains(value, "..") &&
		!strings.ContainsAny(value, "/?#%") && !strings.ContainsFunc(value, isSpaceOrControl)
}

// isNotBlank accepts a value with more than white space in it and without control characters.
func isNotBlank() validator.String {
	return stringRule{
		must: "not be blank, and must not contain control characters",
		accepts: func(value string) bool {
			return strings.TrimSpace(value) != "" && !strings.ContainsFunc(value, unicode.IsControl)
		},
	}
}

// isWithout accepts a value that contains none of the characters.
func isWithout(characters string) validator.String {
	quoted := make([]string, 0, len(characters))
	for _, r := range characters {
		quoted = append(quoted, "`"+string(r)+"`")
	}
	return stringRule{
		must:    "not contain " + strings.Join(quoted, " or "),
		accepts: func(value string) bool { return !strings.ContainsAny(value, characters) },
	}
}

// timeoutRule completes the sentence "The value must …".
const timeoutRule = "be a duration of more than zero, such as `30s` or `2m`"

// isTimeout accepts a duration of more than zero.
func isTimeout() validator.String {
	return stringRule{
		must: timeoutRule,
		accepts: func(value string) bool {
			timeout, err := time.ParseDuration(value)
			return err == nil && timeout > 0
		},
	}
}

func isSpaceOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// stringRule is a validator of one condition.
type stringRule struct {
	// must completes the sentence "The value must …".
	must string
	// accepts reports whether a value satisfies the rule.
	accepts func(string) bool
}

// Description returns the rule as a sentence without its subject.
func (r stringRule) Description(context.Context) string { return "must " + r.must }

// MarkdownDescription returns the same as Description.
func (r stringRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateString adds an error if the value does not satisfy the rule. Null and unknown values do.
func (r stringRule) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue
	if value.IsNull() || value.IsUnknown() || r.accepts(value.ValueString()) {
		return
	}
	resp.Diagnostics.Append(validatordiag.InvalidAttributeValueDiagnostic(
		req.Path, r.Description(ctx), strconv.Quote(value.ValueString())))
}
