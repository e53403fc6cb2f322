package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const enhancedConnectionsSource = "hwcloud_dli_enhanced_connections"

// TestEnhancedConnectionsQuery sends the arguments to the API as they are.
func TestEnhancedConnectionsQuery(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  object
		want map[string]string
	}{
		"none":    {nil, map[string]string{}},
		"no tags": {object{"tags": object{}}, map[string]string{}},
		"all": {
			object{"name": "a&b", "status": "active", "tags": object{"k": "a=b"}},
			map[string]string{"name": "a&b", "status": "active", "tags": "k=a=b"},
		},
		"tags":            {object{"tags": object{"k2": "", "k1": "v1"}}, map[string]string{"tags": "k1=v1,k2="}},
		"of other clouds": {object{"status": "FAILED"}, map[string]string{"status": "FAILED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := queryOf(t, enhancedConnectionsSource, tt.set, `{"is_success":true,"connections":[]}`)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestEnhancedConnectionsWindow limits the result, and begins it later.
func TestEnhancedConnectionsWindow(t *testing.T) {
	t.Parallel()
	testWindows(t, enhancedConnectionsSource, object{"region": simulator.SecondRegion}, map[string]string{
		"": "123", "limit=0": "123", "limit=2": "12", "offset=1": "23", "offset=3": "", "limit=1 offset=1": "2",
	})
}
