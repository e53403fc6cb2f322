package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestSetArguments(t *testing.T) {
	t.Parallel()
	declared := schemaOf(t, newServiceConnectionsDataSource)
	for name, tt := range map[string]struct {
		set  object
		want map[string]string
	}{
		"none": {nil, map[string]string{}},
		"several": {
			object{"service_id": "x", "region": "", "offset": int64(3), "timeouts": object{"read": "5s"}},
			map[string]string{"service_id": "x", "region": "", "offset": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := modelOf[serviceConnectionsModel](t, declared, tt.set)
			if diff := cmp.Diff(tt.want, setArguments(model)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestWithResult keeps what is configured, and adds what the read set and returned.
func TestWithResult(t *testing.T) {
	t.Parallel()
	declared := schemaOf(t, newEnhancedConnectionsDataSource)
	set := object{"tags": object{"a": "b"}, "limit": int64(2), "timeouts": object{"read": "5s"}}
	model := modelOf[enhancedConnectionsModel](t, declared, set)
	model.Region, model.ProjectID = types.StringValue("r"), types.StringValue("p")
	result := enhancedConnectionsObject.values(new(enhancedConnectionsResult), keepSecrets)
	result["connection_count"] = tftypes.NewValue(tftypes.Number, 7)
	want := object{
		"region": "r", "project_id": "p", "timeouts": object{"read": "5s"}, "tags": object{"a": "b"}, "limit": int64(2),
		"name": nil, "status": nil, "offset": nil, "connections": list{}, "connection_count": int64(7),
	}
	if diff := cmp.Diff(want, stateOf(t, declared, set, model, result)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
