package simulator

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const servicesPath = "/cn-north-4/vpcep/v1/" + ProjectID + "/vpc-endpoint-services"

// withServices returns a server whose default project has n services, s00 being the oldest.
func withServices(t *testing.T, n int) (*Server, []string) {
	t.Helper()
	s := Start(t)
	var newestFirst []string
	s.Update(func(d *Data) {
		clear(d.VPCEP.Services)
		for i := range n {
			id := fmt.Sprintf("s%02d", i)
			newestFirst = append([]string{id}, newestFirst...)
			d.VPCEP.Services[id] = &EndpointService{Details: MustEntry(fmt.Sprintf(
				`{"service_name":"cn-north-4.Name-%02d.%s","created_at":"2024-01-%02dT00:00:00Z","status":%q}`,
				i, id, i+1, endpointServiceStatuses[i%4]))}
		}
	})
	return s, newestFirst
}

func TestVPCEPServices(t *testing.T) {
	t.Parallel()
	s, all := withServices(t, 12)
	for _, test := range []struct {
		query string
		want  []string
		total int
	}{
		{"", all[:10], 12},
		{"?limit=1000", all, 12},
		{"?limit=1000&offset=10", all[10:], 12},
		{"?offset=12", []string{}, 12},
		{"?offset=13", []string{}, 12},
		{"?sort_dir=asc&limit=2", []string{"s00", "s01"}, 12},
		{"?id=s03", []string{"s03"}, 1},
		{"?id=unknown", []string{}, 0},
		{"?status=failed", []string{"s10", "s06", "s02"}, 3},
		{"?endpoint_service_name=Name-0", all[2:], 10},
		{"?endpoint_service_name=Name-05", []string{"s05"}, 1},
		{"?endpoint_service_name=name-05", []string{}, 0},
	} {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			got := readList(t, get(t, s, servicesPath+test.query))
			if got.TotalCount != test.total {
				t.Errorf("total_count %d, want %d", got.TotalCount, test.total)
			}
			if diff := cmp.Diff(test.want, got.ids()); diff != "" {
				t.Errorf("services (-want +got):\n%s", diff)
			}
		})
	}
	for query, code := range map[string]string{
		"?limit=0": "EndPoint.0006", "?limit=1001": "EndPoint.0006", "?offset=-1": "EndPoint.0010",
		"?status=accepted": "EndPoint.0002", "?sort_key=id": "EndPoint.0002",
	} {
		wantCode(t, get(t, s, servicesPath+query), http.StatusBadRequest, code)
	}
}
