package provider

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestWholeNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule   validator.Number
		number string
		want   int64
		// must is in the error, "" if there is none.
		must string
	}{
		{isWholeNumber(0, 20), "0", 0, ""},
		{isWholeNumber(0, 20), "20", 20, ""},
		{isWholeNumber(0, 20), "-1", 0, "must be between 0 and 20, got: -1"},
		{isWholeNumber(0, 20), "21", 0, "must be between 0 and 20, got: 21"},
		{isWholeNumber(0, 20), "1e30", 0, "must be between 0 and 20, got: 1e+30"},
		{isWholeNumber(0, 20), "1.5", 0, "must be a whole number, got: 1.5"},
		{isWholeNumberFrom(1), "0", 0, "must be at least 1, got: 0"},
		{isWholeNumberFrom(1), "-1e30", 0, "must be at least 1, got: -1e+30"},
		{isWholeNumberFrom(1), "9223372036854775807", math.MaxInt64, ""},
		{isWholeNumberFrom(1), "9223372036854775808", 0, "must be at most 9223372036854775807, got: 9223372036854775808"},
	} {
		number, _, err := big.ParseFloat(tt.number, 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		argument := types.NumberValue(number)
		var resp validator.NumberResponse
		tt.rule.ValidateNumber(t.Context(), validator.NumberRequest{Path: path.Root("limit"), ConfigValue: argument}, &resp)
		switch errs := resp.Diagnostics.Errors(); {
		case tt.must == "" && len(errs) > 0, tt.must != "" && (len(errs) != 1 || !strings.Contains(errs[0].Detail(), tt.must)):
			t.Errorf("%s: the errors are %v, want %q", tt.number, errs, tt.must)
		case tt.must == "" && wholeNumberOrZero(argument) != tt.want:
			t.Errorf("%s is %d", tt.number, wholeNumberOrZero(argument))
		}
	}
	for _, argument := range []types.Number{types.NumberNull(), types.NumberUnknown()} {
		var resp validator.NumberResponse
		isWholeNumber(1, 2).ValidateNumber(t.Context(), validator.NumberRequest{ConfigValue: argument}, &resp)
		if resp.Diagnostics.HasError() || wholeNumber(argument) != nil || wholeNumberOrZero(argument) != 0 {
			t.Errorf("%s: %v", argument, resp.Diagnostics)
		}
	}
}
