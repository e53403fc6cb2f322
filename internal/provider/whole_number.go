package provider

import (
	"context"
	"fmt"
	"math"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-validators/helpers/validatordiag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// wholeNumberRule is a validator of an argument that is a whole number. The argument is declared as
// a number, because the framework reports a fraction in one declared as an integer as an error of
// the provider.
type wholeNumberRule struct{ min, max int64 }

// isWholeNumber accepts a whole number from minimum to maximum.
func isWholeNumber(minimum, maximum int64) validator.Number {
	return wholeNumberRule{minimum, maximum}
}

// isWholeNumberFrom accepts a whole number of at least minimum.
func isWholeNumberFrom(minimum int64) validator.Number {
	return wholeNumberRule{minimum, math.MaxInt64}
}

// Description returns the rule as a sentence.
func (r wholeNumberRule) Description(context.Context) string {
	if r.max == math.MaxInt64 {
		return fmt.Sprintf("value must be at least %d", r.min)
	}
	return fmt.Sprintf("value must be between %d and %d", r.min, r.max)
}

// MarkdownDescription returns the same as Description.
func (r wholeNumberRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateNumber adds an error if the value does not satisfy the rule. Null and unknown values do.
func (r wholeNumberRule) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	number := req.ConfigValue.ValueBigFloat()
	value, accuracy := number.Int64()
	must := r.Description(ctx)
	switch {
	case !number.IsInt():
		must = "value must be a whole number"
	case value < r.min || value > r.max:
	case accuracy != big.Exact:
		must = fmt.Sprintf("value must be at most %d", r.max)
	default:
		return
	}
	resp.Diagnostics.Append(validatordiag.InvalidAttributeValueDiagnostic(req.Path, must, fmt.Sprintf("%.30g", number)))
}

// wholeNumber returns an argument that a [wholeNumberRule] accepts, nil if it is not set or not
// known.
func wholeNumber(argument types.Number) *int64 {
	if argument.IsNull() || argument.IsUnknown() {
		return nil
	}
	value, _ := argument.ValueBigFloat().Int64()
	return &value
}

// wholeNumberOrZero returns an argument that a [wholeNumberRule] accepts, 0 if it is not set
// or not known.
func wholeNumberOrZero(argument types.Number) int64 {
	if value := wholeNumber(argument); value != nil {
		return *value
	}
	return 0
}
