package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// withConnections returns a server whose default service has these connections.
func withConnections(t *testing.T, entries []Entry) *Server {
	t.Helper()
	s := Start(t)
	s.Update(func(d *Data) { d.VPCEP.Services[ServiceID].Connections = entries })
	return s
}

func TestVPCEPConnections(t *testing.T) {
	t.Parallel()
	all := Connections(40)
	s := withConnections(t, all)
	newestFirst := slices.Clone(all)
	slices.Reverse(newestFirst)
	byUpdate, byUpdateDown := slices.Clone(all), slices.Clone(all)
	slices.SortStableFunc(byUpdate, func(a, b Entry) int { return cmp.Compare(a.Text("updated_at"), b.Text("updated_at")) })
	slices.SortStableFunc(byUpdateDown, func(a, b Entry) int { return cmp.Compare(b.Text("updated_at"), a.Text("updated_at")) })
	accepted := filter(newestFirst, func(e Entry) bool { return e.Text("status") == "accepted" })
	checkPages(t, s, vpcepPath, []pageTest{
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
		{"?limit=40&sort_key=update_at", byUpdateDown, 40}, // Equal times keep their order.
		{"?status=accepted&limit=3", accepted[:3], len(accepted)},
		{"?id=" + all[7].Text("id"), all[7:8], 1},
		{"?id=unknown", nil, 0},
		{"?marker_id=16777220", all[4:5], 1},
		{"?marker_id=16777220&status=deleting", nil, 0},
		{"?unknown=parameter&limit=1", newestFirst[:1], 40},
	})
}

func TestVPCEPServices(t *testing.T) {
	t.Parallel()
	s := Start(t)
	var all []Entry
	s.Update(func(d *Data) {
		clear(d.VPCEP.Services)
		for i := range 12 {
			id := fmt.Sprintf("s%02d", i)
			service := Entry{
				"id": id, "service_name": fmt.Sprintf("cn-north-4.Name-%02d.%s", i, id), "status": endpointServiceStatuses[i%4],
				"created_at": fmt.Sprintf("2024-01-%02dT00:00:00Z", i+1),
			}
			all = append([]Entry{service}, all...) // The newest first.
			d.VPCEP.Services[id] = &EndpointService{Details: service.Without("id")}
		}
	})
	checkPages(t, s, servicesPath, []pageTest{
		{"", all[:10], 12},
		{"?limit=1000", all, 12},
		{"?limit=1000&offset=10", all[10:], 12},
		{"?offset=12", nil, 12},
		{"?offset=13", nil, 12},
		{"?sort_dir=asc&limit=2", []Entry{all[11], all[10]}, 12},
		{"?id=s03", all[8:9], 1},
		{"?id=unknown", nil, 0},
		{"?status=failed", []Entry{all[1], all[5], all[9]}, 3},
		{"?endpoint_service_name=Name-0", all[2:], 10},
		{"?endpoint_service_name=Name-05", all[6:7], 1},
		{"?endpoint_service_name=name-05", nil, 0},
	})
}

func TestVPCEPErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for query, code := range map[string]string{
		"?limit=0": "EndPoint.0006", "?limit=1001": "EndPoint.0006", "?limit=ten": "EndPoint.0006", "?limit=": "EndPoint.0006",
		"?offset=-1": "EndPoint.0010", "?offset=x": "EndPoint.0010", "?sort_key=id": "EndPoint.0002", "?sort_dir=up": "EndPoint.0002",
		"?status=ACCEPTED": "EndPoint.0002",
	} {
		wantPart(t, get(t, s, vpcepPath+query), http.StatusBadRequest, code)
		wantPart(t, get(t, s, servicesPath+query), http.StatusBadRequest, code)
	}
	for _, id := range []string{"unknown", SecondServiceID} {
		wantJSON(t, get(t, s, strings.Replace(vpcepPath, ServiceID, id, 1)), http.StatusNotFound,
			`{"error":{"code":"EndPoint.0005","message":"The requested resource does not exist."}}`)
	}
}

func TestVPCEPRefusesOffsetPastEnd(t *testing.T) {
	t.Parallel()
	s := withConnections(t, Connections(25))
	s.Update(func(d *Data) { d.VPCEP.RefuseOffsetPastEnd = true })
	wantPart(t, get(t, s, vpcepPath+"?offset=24"), http.StatusOK, `"total_count":25`)
	wantPart(t, get(t, s, vpcepPath+"?offset=25"), http.StatusBadRequest, "EndPoint.0010")
	s.Update(func(d *Data) { d.VPCEP.Services[ServiceID].Connections = nil })
	wantJSON(t, get(t, s, vpcepPath+"?offset=0"), http.StatusOK, `{"connections":[],"total_count":0}`)
}

func TestOnList(t *testing.T) {
	t.Parallel()
	s := withConnections(t, Connections(10))
	lists := 0
	s.OnList(func(d *Data, _ Request) {
		lists++
		d.VPCEP.Services[ServiceID].Connections = Connections(9)
	})
	wantPart(t, get(t, s, vpcepPath), http.StatusOK, `"total_count":9`)
	for _, path := range []string{servicesPath, dliPath, instancesPath, channelsPath, channelsPath + "/" + ServerChannelID, projectsPath} {
		get(t, s, path)
	}
	s.OnList(nil)
	if lists != 5 {
		t.Errorf("%d lists were read, want 5", lists)
	}
}
