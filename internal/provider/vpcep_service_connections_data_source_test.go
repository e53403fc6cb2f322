package provider

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const serviceConnectionsSource = "hwcloud_vpcep_service_connections"

// TestServiceConnectionsQuery sends the arguments to the API as they are.
func TestServiceConnectionsQuery(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  object
		want map[string]string
	}{
		"none": {nil, map[string]string{}},
		"all": {
			object{
				"endpoint_id": "adb7b229", "marker_id": int64(9007199254740993), "status": "accepted", "sort_key": "update_at", "sort_dir": "asc",
			},
			map[string]string{"id": "adb7b229", "marker_id": "9007199254740993", "status": "accepted", "sort_key": "update_at", "sort_dir": "asc"},
		},
		"of other clouds": {
			object{"marker_id": int64(0), "status": "available", "sort_key": "updated_at"},
			map[string]string{"marker_id": "0", "status": "available", "sort_key": "updated_at"},
		},
		"negative": {object{"marker_id": int64(-1), "sort_key": "created_at"}, map[string]string{"marker_id": "-1", "sort_key": "created_at"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := queryOf(t, serviceConnectionsSource, merge(object{"service_id": "x"}, tt.set), `{"connections":[],"total_count":0}`)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// queryOf is the query of the first request that a read makes, but for its page. Every request has
// the same response.
func queryOf(t *testing.T, source string, set object, response string) map[string]string {
	t.Helper()
	c := newCloud(t)
	c.environment["HW_PROJECT_ID"] = simulator.ProjectID
	c.respond("", simulator.Respond(http.StatusOK, nil, response))
	if got := c.configure(t, nil).read(t, source, set); got.errors != nil {
		t.Fatal(got.errors)
	}
	query := map[string]string{}
	for name, values := range c.Requests()[0].Query {
		query[name] = strings.Join(values, "|")
	}
	maps.DeleteFunc(query, func(name, _ string) bool { return name == "limit" || name == "offset" })
	return query
}

// TestServiceConnectionsWindow limits the result, and begins it later.
func TestServiceConnectionsWindow(t *testing.T) {
	t.Parallel()
	testWindows(t, serviceConnectionsSource, object{"service_id": simulator.FullServiceID}, map[string]string{
		"": "654321", "limit=2": "65", "offset=4": "21", "offset=6": "", "limit=2 offset=1": "54",
	})
}

// testWindows compares the connections of reads with the last digits of their IDs.
func testWindows(t *testing.T, source string, set object, windows map[string]string) {
	t.Helper()
	s := newCloud(t).configure(t, nil)
	for window, want := range windows {
		arguments := maps.Clone(set)
		for argument := range strings.FieldsSeq(window) {
			name, digits, _ := strings.Cut(argument, "=")
			arguments[name] = int64(digits[0] - '0')
		}
		connections, _ := s.mustRead(t, source, arguments)["connections"].(list)
		var got strings.Builder
		for _, connection := range connections {
			id, _ := dig(t, connection, "id").(string)
			got.WriteString(id[len(id)-1:])
		}
		if got.String() != want {
			t.Errorf("%s: the connections are %s, want %s", window, &got, want)
		}
	}
}
