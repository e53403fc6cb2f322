package provider

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestTimeValue(t *testing.T) {
	t.Parallel()
	at := func(ms int64) *int64 { return &ms }
	tests := map[string]struct {
		ms   *int64
		want types.String
	}{
		"none":                        {nil, types.StringNull()},
		"the epoch":                   {at(0), types.StringValue("1970-01-01T00:00:00.000Z")},
		"before the epoch":            {at(-1), types.StringValue("1969-12-31T23:59:59.999Z")},
		"milliseconds":                {at(1566888011125), types.StringValue("2019-08-27T06:40:11.125Z")},
		"whole seconds":               {at(1566888011000), types.StringValue("2019-08-27T06:40:11.000Z")},
		"the first of the year 1":     {at(-62135596800000), types.StringValue("0001-01-01T00:00:00.000Z")},
		"the last of the year 0":      {at(-62135596800001), types.StringNull()},
		"the last of the year 9999":   {at(253402300799999), types.StringValue("9999-12-31T23:59:59.999Z")},
		"the first of the year 10000": {at(253402300800000), types.StringNull()},
		"the least int64":             {at(math.MinInt64), types.StringNull()},
		"the greatest int64":          {at(math.MaxInt64), types.StringNull()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, timeValue(tt.ms)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
