package provider

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What the data sources refuse, and why no edition of the APIs can take it. "Documents" are the API
// references of Huawei Cloud (2020 to 2026, Chinese and English), of its regions for Abu Dhabi,
// Ankara, Kuala Lumpur and Paris, and of Open Telekom Cloud and its Swiss edition.
//
//	region                    a character of no host name: it is part of the default endpoints
//	project_id, service_id,   what is not one segment of a URL's path: blank, `.`, `..`, `/`, `?`,
//	instance_id,              `#`, `%`, white space, control characters; every document has UUIDs
//	vpc_channel_id            or hexadecimal digits here
//	name, service_name,       blank, which the APIs take for no filter; control characters, which
//	instance_name,            no document allows in a name
//	endpoint_id, status
//	sort_key                  other than create_at, update_at (Huawei Cloud) and created_at,
//	                          updated_at (the other documents)
//	sort_dir                  other than asc and desc, which all documents have
//	marker_id                 what is not an int64: a packet ID is an integer in all documents
//	limit                     less than 1, of VPC Endpoint, and less than 0, of DLI, where 0 returns
//	                          all: it is the provider's own, for the complete result
//	offset                    less than 0, which all documents have as the minimum
//	tags                      a null value, a blank key, `,` in a key or a value, `=` in a key: the
//	                          parameter is k=v,k=v in all documents that have it
//	timeouts.read             what is not a duration of more than zero: the provider's own
//
// An unknown status is sent, with a warning, because the documents differ: of the statuses of a
// connection to an endpoint service, some list creating and not rejected, some rejected and not
// creating, none deleting, which responses have, and the oldest no such parameter. DLI has ACTIVE
// (or Active) and DELETED in any letter case. Gateways have words as statuses, of which only the
// documents of responses list Resizing and the like.

// isHostNamePart accepts a value that may become part of a host name.
func isHostNamePart() validator.String {
	return argumentRule{must: "must consist of letters, digits, `-` and `_`.", accepts: regionForm.MatchString}
}

// isPathSegment accepts an identifier that becomes one segment of a URL's path. byName says what to
// do with a name.
func isPathSegment(byName string) argumentRule {
	must := "must be an ID, without white space, control characters, `/`, `?`, `#`, `%` and `..`. " + byName
	return argumentRule{must: must, accepts: isSegment}
}

func isSegment(value string) bool {
	return value != "" && value != "." && !strings.Contains(value, "..") && !strings.ContainsAny(value, "/?#%") &&
		!strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// isNotBlank accepts a value with more than white space in it and without control characters.
func isNotBlank() argumentRule {
	return argumentRule{must: "must not contain a control character, such as a line break.", accepts: func(value string) bool {
		return !strings.ContainsFunc(value, unicode.IsControl)
	}}
}

// isOneOf accepts the values.
func isOneOf(values ...string) validator.String {
	return argumentRule{must: "must be one of " + quoted(values) + ".", values: values, accepts: func(value string) bool {
		return slices.Contains(values, value)
	}}
}

// isDocumented accepts every value, and warns if it is none of the documented ones.
func isDocumented(values ...string) argumentRule {
	must := "is none of the documented values " + quoted(values) + "."
	return argumentRule{must: must, values: values, warns: true, accepts: func(value string) bool {
		return slices.Contains(values, value)
	}}
}

// isDocumentedInAnyCase is [isDocumented] for an API that ignores letter case. The note is for those who
// set another value.
func isDocumentedInAnyCase(note string, values ...string) argumentRule {
	rule := isDocumented(values...)
	rule.must += " " + note
	rule.accepts = func(value string) bool { return slices.Contains(values, strings.ToUpper(value)) }
	return rule
}

// isWithout accepts a key or a value of a tag, blank or not, that contains none of the characters.
func isWithout(characters ...string) validator.String {
	must := "must not contain " + quoted(characters) + ", which separate tags and their values."
	return argumentRule{must: must, blank: true, notNull: true, accepts: func(value string) bool {
		return !strings.ContainsAny(value, strings.Join(characters, ""))
	}}
}

// isTimeout accepts a duration of more than zero.
func isTimeout() validator.String {
	return argumentRule{must: "must be a duration of more than zero, such as `30s` or `2m`.", accepts: func(value string) bool {
		timeout, err := time.ParseDuration(value)
		return err == nil && timeout > 0
	}}
}

// isWholeNumber accepts a whole number from minimum to maximum. An argument for one is declared as a
// number, because the framework reports a fraction in an integer as an error of the provider.
// Instead says what to do in place of setting another number.
func isWholeNumber(minimum, maximum int64, instead string) validator.Number {
	must := fmt.Sprintf("must be a whole number from %d to %d. ", minimum, maximum)
	switch {
	case minimum == math.MinInt64:
		must = "must be a whole number. "
	case maximum == math.MaxInt64:
		must = fmt.Sprintf("must be a whole number, %d or more. ", minimum)
	}
	return argumentRule{must: strings.TrimSpace(must + instead), acceptsNumber: func(number *big.Float) bool {
		value, accuracy := number.Int64()
		return accuracy == big.Exact && minimum <= value && value <= maximum
	}}
}

// wholeNumberOrZero returns an argument that [isWholeNumber] accepts, 0 if it is not set.
func wholeNumberOrZero(argument types.Number) int64 {
	if argument.IsNull() || argument.IsUnknown() {
		return 0
	}
	value, _ := argument.ValueBigFloat().Int64()
	return value
}

// quoted lists values in backticks.
func quoted(values []string) string { return "`" + strings.Join(values, "`, `") + "`" }

// argumentRule is a validator of one condition. Its diagnostics do not contain the value, which
// Terraform shows unless it is sensitive.
type argumentRule struct {
	// must is the rest of a sentence that begins with the name of the argument.
	must string
	// accepts and acceptsNumber report whether a value satisfies the rule.
	accepts       func(string) bool
	acceptsNumber func(*big.Float) bool
	// values are the documented ones, nil if the argument has no such list.
	values []string
	// other is the argument to set if this one is not, "" for none.
	other string
	// blank lets a blank value satisfy the rule, too, and notNull lets null not satisfy it.
	blank, notNull bool
	// warns makes a value that does not satisfy the rule a warning.
	warns bool
}

// or returns the rule for an argument of which either it or the other one has to be set.
func (r argumentRule) or(other string) argumentRule {
	r.other = other
	return r
}

// Description returns the rule.
func (r argumentRule) Description(context.Context) string { return r.must }

// MarkdownDescription returns the rule.
func (r argumentRule) MarkdownDescription(context.Context) string { return r.must }

const invalidValue = "Invalid Attribute Value"

// ValidateString adds an error or a warning if the value does not satisfy the rule. Unknown values
// do, and null unless notNull is set.
func (r argumentRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	name, value := req.Path.String()+" ", req.ConfigValue.ValueString()
	switch {
	case req.ConfigValue.IsNull() && r.notNull:
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue,
			name+"must not be null. Remove the tag, as { for k, v in TAGS : k => v if v != null } does, or give it a value, such as \"\".")
	case req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown():
	case strings.TrimSpace(value) == "" && !r.blank && r.other != "":
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue,
			name+"must not be blank. Set it, or remove it (or set it to null) and set "+r.other+" instead.")
	case strings.TrimSpace(value) == "" && !r.blank:
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue, name+"must not be blank. To leave it unset, remove it or set it to null.")
	case r.accepts(value):
	case r.warns:
		resp.Diagnostics.AddAttributeWarning(req.Path, "Unknown Attribute Value", name+r.warning(value))
	default:
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue, name+r.must)
	}
}

// warning says what is wrong with a value that is none of the documented ones.
func (r argumentRule) warning(value string) string {
	const sent = " The value is sent as it is: an API that does not know it may return an error, or nothing."
	for _, documented := range r.values {
		if strings.EqualFold(documented, strings.TrimSpace(value)) {
			return "is written `" + documented + "` in the documents, in this letter case and without white space." + sent
		}
	}
	return r.must + sent
}

// ValidateNumber adds an error if the value does not satisfy the rule. Null and unknown values do.
func (r argumentRule) ValidateNumber(_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && !r.acceptsNumber(req.ConfigValue.ValueBigFloat()) {
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue, req.Path.String()+" "+r.must)
	}
}
