package simulator

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestDLIConnections(t *testing.T) {
	t.Parallel()
	all := EnhancedConnections(250)
	all[3] = all[3].With("status", "DELETED")
	active := slices.Concat(all[:3], all[4:])
	s := Start(t)
	s.Update(func(d *Data) {
		// The server sorts by creation time, whatever the order of its data.
		d.DLI.Projects[ProjectID] = slices.Clone(all)
		slices.Reverse(d.DLI.Projects[ProjectID])
	})
	pages := []pageTest{
		{query: "", want: all[:100]},
		{query: "?limit=0", want: all},
		{query: "?limit=0&offset=200", want: all[200:]},
		{query: "?limit=0&offset=250"},
		{query: "?limit=1000", want: all},
		{query: "?limit=5&offset=248", want: all[248:]},
		{query: "?limit=3&offset=9", want: all[9:12]},
		{query: "?offset=1000"},
		{query: "?status=deleted", want: all[3:4]},
		{query: "?status=Active&limit=0", want: active},
		{query: "?status=ACTIVE&limit=4", want: active[:4]},
		{query: "?name=connection_7", want: all[6:7]},
		{query: "?name=connection"},
		{query: "?tags=number%3D9", want: all[8:9]},
		{query: "?tags=number%3D9,parity%3Dodd", want: all[8:9]},
		{query: "?tags=number%3D9,parity%3Deven"},
	}
	for i := range pages {
		pages[i].total = len(pages[i].want) // The API counts the page.
	}
	checkPages(t, s, dliPath, pages)
	if got := get(t, s, dliPath); strings.Contains(string(got.body), "parity") {
		t.Error("the list has the tags")
	}
	for _, query := range []string{
		"limit=ten", "limit=-1", "limit=1.5", "offset=x", "offset=-1", "status=CREATING", "tags=parity", "tags=%3Dodd",
	} {
		name, _, _ := strings.Cut(query, "=")
		wantJSON(t, get(t, s, dliPath+"?"+query), http.StatusBadRequest,
			`{"error_code":"DLI.0001","error_msg":"The parameter `+name+` is invalid."}`)
	}
	sub := send(t, s, strings.Replace(dliPath, ProjectID, SubProjectID, 1), "", withKey)
	wantJSON(t, sub, http.StatusOK, `{"is_success":true,"message":"","count":0,"connections":[]}`)
}

func TestDLIEditions(t *testing.T) {
	t.Parallel()
	all := EnhancedConnections(150)
	for edition, pages := range map[DLIEdition][]pageTest{
		OlderDLIDefaults: {{"?limit=0", all[:100], 100}, {"?tags=number%3D1", all[:100], 100}},
		OlderDLIRefuses:  {{"?limit=100&offset=100", all[100:], 50}},
	} {
		s := Start(t)
		s.Update(func(d *Data) { d.DLI.Edition, d.DLI.Projects[ProjectID] = edition, all })
		checkPages(t, s, dliPath, pages)
		if edition == OlderDLIRefuses {
			wantPart(t, get(t, s, dliPath+"?limit=0"), http.StatusBadRequest, "DLI.0001")
		}
	}
}
