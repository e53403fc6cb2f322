package simulator

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDLIExample(t *testing.T) {
	t.Parallel()
	wantJSON(t, get(t, Start(t), dliPath), http.StatusOK, example(t, "dli_enhanced_connections.json"))
}

func withEnhancedConnections(t *testing.T, connections []Entry) *Server {
	t.Helper()
	s := Start(t)
	s.Update(func(d *Data) { d.DLI.Projects[ProjectID] = connections })
	return s
}

func TestDLIFiltersAndPaging(t *testing.T) {
	t.Parallel()
	all := EnhancedConnections(250)
	all[3] = all[3].With("status", "DELETED")
	// The server sorts by creation time, whatever the order of its data.
	held := slices.Clone(all)
	slices.Reverse(held)
	s := withEnhancedConnections(t, held)
	active := slices.Concat(all[:3], all[4:])
	for _, test := range []struct {
		query string
		want  []Entry
	}{
		{"", all[:100]},
		{"?limit=0", all},
		{"?limit=0&offset=200", all[200:]},
		{"?limit=0&offset=250", nil},
		{"?limit=1000", all},
		{"?limit=5&offset=248", all[248:]},
		{"?limit=3&offset=9", all[9:12]},
		{"?offset=1000", nil},
		{"?status=deleted", all[3:4]},
		{"?status=Active&limit=0", active},
		{"?status=ACTIVE&limit=4", active[:4]},
		{"?name=connection_7", all[6:7]},
		{"?name=connection", nil},
		{"?tags=number%3D9", all[8:9]},
		{"?tags=number%3D9,parity%3Dodd", all[8:9]},
		{"?tags=number%3D9,parity%3Deven", nil},
		{"?tags=parity", nil},
	} {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			reply := get(t, s, dliPath+test.query)
			if test.query == "?tags=parity" {
				wantCode(t, reply, http.StatusBadRequest, "DLI.0001")
				return
			}
			got := readList(t, reply)
			if diff := cmp.Diff(idsOf(test.want), got.ids()); diff != "" {
				t.Errorf("connections (-want +got):\n%s", diff)
			}
			if got.Count != len(test.want) {
				t.Errorf("count %d, want %d", got.Count, len(test.want))
			}
		})
	}
}

func TestDLIInvalid(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, query := range []string{"?limit=ten", "?limit=-1", "?limit=1.5", "?offset=x", "?offset=-1", "?status=CREATING"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			name, _, _ := strings.Cut(query[1:], "=")
			wantJSON(t, get(t, s, dliPath+query), http.StatusBadRequest,
				`{"error_code":"DLI.0001","error_msg":"The parameter `+name+` is invalid."}`)
		})
	}
}

func TestDLISettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		change       func(*DLI)
		query        string
		status       int
		entries, cnt int
	}{
		{"older takes 0 for the default", func(d *DLI) { d.Edition = OlderDLIDefaults }, "?limit=0", 200, 100, 100},
		{"older refuses 0", func(d *DLI) { d.Edition = OlderDLIRefuses }, "?limit=0", 400, 0, 0},
		{"older pages", func(d *DLI) { d.Edition = OlderDLIRefuses }, "?limit=100&offset=100", 200, 50, 50},
		{"older knows no tags", func(d *DLI) { d.Edition = OlderDLIDefaults }, "?tags=number%3D1", 200, 100, 100},
		{"page", func(*DLI) {}, "?limit=10", 200, 10, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := withEnhancedConnections(t, EnhancedConnections(150))
			s.Update(func(d *Data) { test.change(&d.DLI) })
			got := get(t, s, dliPath+test.query)
			if got.status != test.status {
				t.Fatalf("got %d %s", got.status, got.body)
			}
			if test.status == http.StatusOK {
				l := readList(t, got)
				if len(l.Connections) != test.entries || l.Count != test.cnt {
					t.Errorf("%d connections and count %d, want %d and %d", len(l.Connections), l.Count, test.entries, test.cnt)
				}
			}
		})
	}
}

func TestDLIEmptyProject(t *testing.T) {
	t.Parallel()
	s := Start(t)
	got := send(t, s, http.MethodGet, strings.Replace(dliPath, ProjectID, SubProjectID, 1), "", withKey)
	wantJSON(t, got, http.StatusOK, `{"is_success":true,"message":"","count":0,"connections":[]}`)
}
