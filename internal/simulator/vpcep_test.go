package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestVPCEPExample(t *testing.T) {
	t.Parallel()
	wantJSON(t, get(t, Start(t), vpcepPath), http.StatusOK, example(t, "vpcep_service_connections.json"))
}

// withConnections returns a server whose default service has these connections.
func withConnections(t *testing.T, entries []Entry) *Server {
	t.Helper()
	s := Start(t)
	s.Update(func(d *Data) { d.VPCEP.Services[ServiceID].Connections = entries })
	return s
}

func TestVPCEPFiltersAndSorting(t *testing.T) {
	t.Parallel()
	all := Connections(40)
	s := withConnections(t, all)
	newestFirst := slices.Clone(all)
	slices.Reverse(newestFirst)
	byUpdate := slices.Clone(all)
	slices.SortStableFunc(byUpdate, func(a, b Entry) int { return cmp.Compare(a.Text("updated_at"), b.Text("updated_at")) })
	byUpdateDown := slices.Clone(all)
	slices.SortStableFunc(byUpdateDown, func(a, b Entry) int { return cmp.Compare(b.Text("updated_at"), a.Text("updated_at")) })
	accepted := slices.DeleteFunc(slices.Clone(newestFirst), func(e Entry) bool { return e.Text("status") != "accepted" })

	for _, test := range []struct {
		query string
		want  []Entry
		total int
	}{
		{"", newestFirst[:10], 40},
		{"?limit=1", newestFirst[:1], 40},
		{"?limit=1000", newestFirst, 40},
		{"?limit=15&offset=30", newestFirst[30:], 40},
		{"?limit=7&offset=7", newestFirst[7:14], 40},
		{"?offset=40", nil, 40},
		{"?offset=1000", nil, 40},
		{"?limit=40&sort_dir=asc", all, 40},
		{"?limit=40&sort_key=create_at&sort_dir=desc", newestFirst, 40},
		{"?limit=40&sort_key=update_at&sort_dir=asc", byUpdate, 40},
		{"?limit=40&sort_key=update_at", byUpdateDown, 40},
		{"?status=accepted&limit=3", accepted[:3], len(accepted)},
		{"?id=" + all[7].Text("id"), all[7:8], 1},
		{"?id=unknown", nil, 0},
		{"?marker_id=16777220", all[4:5], 1},
		{"?marker_id=16777220&status=deleting", nil, 0},
		{"?unknown=parameter&limit=1", newestFirst[:1], 40},
	} {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			got := readList(t, get(t, s, vpcepPath+test.query))
			if got.TotalCount != test.total {
				t.Errorf("total_count %d, want %d", got.TotalCount, test.total)
			}
			if diff := gocmp.Diff(idsOf(test.want), got.ids()); diff != "" {
				t.Errorf("connections (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVPCEPEqualTimesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	entries := Connections(20)
	for i := range entries {
		entries[i] = entries[i].With("created_at", "2024-01-01T00:00:00Z")
	}
	s := withConnections(t, entries)
	for _, direction := range []string{"asc", "desc"} {
		got := readList(t, get(t, s, vpcepPath+"?limit=20&sort_dir="+direction))
		if diff := gocmp.Diff(idsOf(entries), got.ids()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", direction, diff)
		}
	}
}

func TestVPCEPErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, test := range []struct {
		path   string
		status int
		code   string
	}{
		{vpcepPath + "?limit=0", 400, "EndPoint.0006"},
		{vpcepPath + "?limit=1001", 400, "EndPoint.0006"},
		{vpcepPath + "?limit=ten", 400, "EndPoint.0006"},
		{vpcepPath + "?limit=", 400, "EndPoint.0006"},
		{vpcepPath + "?offset=-1", 400, "EndPoint.0010"},
		{vpcepPath + "?offset=x", 400, "EndPoint.0010"},
		{vpcepPath + "?status=ACCEPTED", 400, "EndPoint.0002"},
		{vpcepPath + "?sort_key=id", 400, "EndPoint.0002"},
		{vpcepPath + "?sort_dir=up", 400, "EndPoint.0002"},
		{strings.Replace(vpcepPath, ServiceID, "unknown", 1), 404, "EndPoint.0005"},
		{strings.Replace(vpcepPath, ServiceID, SecondServiceID, 1), 404, "EndPoint.0005"},
	} {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			wantCode(t, get(t, s, test.path), test.status, test.code)
		})
	}
}

func TestVPCEPErrorShapes(t *testing.T) {
	t.Parallel()
	s := Start(t)
	missing := strings.Replace(vpcepPath, ServiceID, "unknown", 1)
	wantJSON(t, get(t, s, missing), http.StatusNotFound,
		`{"error":{"code":"EndPoint.0005","message":"The requested resource does not exist."}}`)
}

func TestVPCEPSettings(t *testing.T) {
	t.Parallel()
	s := withConnections(t, Connections(25))
	s.Update(func(d *Data) { d.VPCEP.RefuseOffsetPastEnd = true })
	if got := readList(t, get(t, s, vpcepPath+"?limit=1000&offset=24")); len(got.Connections) != 1 {
		t.Errorf("%d connections", len(got.Connections))
	}
	wantCode(t, get(t, s, vpcepPath+"?offset=25"), http.StatusBadRequest, "EndPoint.0010")
	s.Update(func(d *Data) { d.VPCEP.Services[ServiceID].Connections = nil })
	wantJSON(t, get(t, s, vpcepPath+"?offset=0"), http.StatusOK, `{"connections":[],"total_count":0}`)
}

func TestOnList(t *testing.T) {
	t.Parallel()
	s := withConnections(t, Connections(10))
	s.OnList(func(d *Data, r Request) {
		if r.Service == vpcepService && r.Query.Get("offset") == "5" {
			service := d.VPCEP.Services[ServiceID]
			service.Connections = service.Connections[1:]
		}
	})
	if got := readList(t, get(t, s, vpcepPath+"?limit=5")); got.TotalCount != 10 {
		t.Errorf("total_count %d before", got.TotalCount)
	}
	if got := readList(t, get(t, s, vpcepPath+"?limit=5&offset=5")); got.TotalCount != 9 || len(got.Connections) != 4 {
		t.Errorf("total_count %d and %d connections after", got.TotalCount, len(got.Connections))
	}
}
