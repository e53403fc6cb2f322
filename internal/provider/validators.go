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

// isHostNamePart accepts what may become a part of a host name: letters,
// digits, "-" and "_".
func isHostNamePart() validator.String {
	return stringvalidator.RegexMatches(regionForm, "must consist of letters, digits, `-` and `_`")
}

// isPathSegment accepts an identifier that becomes one segment of a path.
func isPathSegment() validator.String {
	return stringRule{
		must: "be an identifier: not empty, not `.`, without white space and control characters, " +
			"and without `/`, `?`, `#`, `%` and `..`",
		accepts: isSegment,
	}
}

func isSegment(value string) bool {
	return value != "" && value != "." && !strings.Contains(value, "..") &&
		!strings.ContainsAny(value, "/?#%") && !strings.ContainsFunc(value, isSpaceOrControl)
}

// isNotBlank accepts what holds more than white space, and no control characters.
func isNotBlank() validator.String {
	return stringRule{
		must: "hold more than white space, and no control characters",
		accepts: func(value string) bool {
			return strings.TrimSpace(value) != "" && !strings.ContainsFunc(value, unicode.IsControl)
		},
	}
}

// isWithout accepts what holds none of the characters in refused.
func isWithout(refused string) validator.String {
	named := make([]string, 0, len(refused))
	for _, r := range refused {
		named = append(named, "`"+string(r)+"`")
	}
	return stringRule{
		must:    "not hold " + strings.Join(named, " or "),
		accepts: func(value string) bool { return !strings.ContainsAny(value, refused) },
	}
}

// isTimeout accepts a duration of more than zero.
func isTimeout() validator.String {
	return stringRule{
		must: "be a duration of more than zero, such as `30s` or `2m`",
		accepts: func(value string) bool {
			timeout, err := time.ParseDuration(value)
			return err == nil && timeout > 0
		},
	}
}

func isSpaceOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// stringRule is a validator that asks one question of a string.
type stringRule struct {
	// must completes the sentence "The value must …".
	must string
	// accepts tells whether a value keeps the rule.
	accepts func(string) bool
}

// Description says what the rule asks for.
func (r stringRule) Description(context.Context) string { return "must " + r.must }

// MarkdownDescription says what the rule asks for.
func (r stringRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateString refuses a value that breaks the rule. Null and unknown values keep it.
func (r stringRule) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue
	if value.IsNull() || value.IsUnknown() || r.accepts(value.ValueString()) {
		return
	}
	resp.Diagnostics.Append(validatordiag.InvalidAttributeValueDiagnostic(
		req.Path, r.Description(ctx), strconv.Quote(value.ValueString())))
}
