package simulator

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const instancesPath = "/cn-north-4/apig/v2/" + ProjectID + "/apigw/instances"

// withInstances returns a server whose default project has n instances, i00 being the oldest.
func withInstances(t *testing.T, n int) (*Server, []string) {
	t.Helper()
	s := Start(t)
	var ids []string
	s.Update(func(d *Data) {
		clear(d.APIG.Instances)
		for i := range n {
			id := fmt.Sprintf("i%02d", i)
			ids = append(ids, id)
			d.APIG.Instances[id] = &Instance{Details: MustEntry(fmt.Sprintf(`{"instance_name":"gateway_%02d","create_time":%d}`, i, i))}
		}
		d.APIG.Instances["i03"].Details = d.APIG.Instances["i03"].Details.With("status", "Freezed")
	})
	return s, ids
}

func TestAPIGInstances(t *testing.T) {
	t.Parallel()
	s, all := withInstances(t, 30)
	for _, test := range []struct {
		query string
		want  []string
		total int
	}{
		{"", all[:20], 30},
		{"?limit=500", all, 30},
		{"?limit=501", all, 30},
		{"?limit=0", all[:1], 30},
		{"?limit=500&offset=20", all[20:], 30},
		{"?offset=30", []string{}, 30},
		{"?offset=-1&limit=1", all[:1], 30},
		{"?instance_id=i03", all[3:4], 1},
		{"?instance_name=gateway_04", all[4:5], 1},
		{"?instance_name=gateway_0", []string{}, 0},
		{"?status=Freezed", all[3:4], 1},
	} {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			got := readList(t, get(t, s, instancesPath+test.query))
			if got.Total != test.total || got.Size != len(test.want) {
				t.Errorf("total %d and size %d, want %d and %d", got.Total, got.Size, test.total, len(test.want))
			}
			if diff := cmp.Diff(test.want, got.ids()); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
		})
	}
	wantCode(t, get(t, s, instancesPath+"?limit=x"), http.StatusBadRequest, "APIG.2012")
	wantCode(t, get(t, s, instancesPath+"?offset=x"), http.StatusBadRequest, "APIG.2012")
}
