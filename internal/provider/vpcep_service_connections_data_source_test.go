package provider

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

func init() {
	particulars["hwcloud_vpcep_service_connections"] = particular{
		attributes: map[string]string{
			"service_id": "required string",
			// The query has a string where the answer has a number.
			"marker_id": "optional integer",
		},
		arguments: []argumentValues{
			{"service_id", goodSegments, badSegments},
			{"endpoint_id", goodNames, badNames},
			fromLeast("marker_id", 0),
			{
				"status",
				[]any{"pendingAcceptance", "creating", "accepted", "rejected", "failed", "deleting"},
				[]any{"", "ACCEPTED", "Accepted", "pendingacceptance", "accepted ", "active"},
			},
			{"sort_key", []any{"create_at", "update_at"}, []any{"", "created_at", "CREATE_AT", "id"}},
			{"sort_dir", []any{"asc", "desc"}, []any{"", "ASC", "ascending"}},
			fromLeast("limit", 1),
			fromLeast("offset", 0),
		},
	}
}

func TestServiceConnectionsMapping(t *testing.T) {
	t.Parallel()
	nullConnection := object{
		"id": nil, "marker_id": nil, "created_at": nil, "updated_at": nil, "domain_id": nil,
		"error": list{}, "status": nil, "description": nil,
	}
	tests := map[string]struct {
		answer string
		want   object
	}{
		"every field": {
			`{"connections": [{
				"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "marker_id": 9007199254740993,
				"created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
				"domain_id": "5fc973eea581490997e82ea11a1df31f",
				"error": [
					{"error_code": "EndPoint.9999", "error_message": "quota exceeded"},
					{"error_code": "", "error_message": null}
				],
				"status": "failed", "description": "from the shop", "unheard_of": {"a": [1]}
			}], "total_count": 9223372036854775807, "unheard_of": true}`,
			object{
				"connections": list{object{
					"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "marker_id": int64(9007199254740993),
					"created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
					"domain_id": "5fc973eea581490997e82ea11a1df31f",
					"error": list{
						object{"error_code": "EndPoint.9999", "error_message": "quota exceeded"},
						object{"error_code": "", "error_message": nil},
					},
					"status": "failed", "description": "from the shop",
				}},
				"total_count": int64(9223372036854775807),
			},
		},
		"no field": {
			`{"connections": [{}], "total_count": 1}`,
			object{"connections": list{nullConnection}, "total_count": int64(1)},
		},
		"every field null": {
			`{"connections": [{
				"id": null, "marker_id": null, "created_at": null, "updated_at": null, "domain_id": null,
				"error": null, "status": null, "description": null
			}], "total_count": 1}`,
			object{"connections": list{nullConnection}, "total_count": int64(1)},
		},
		"every field empty": {
			`{"connections": [{
				"id": "", "marker_id": 0, "created_at": "", "updated_at": "", "domain_id": "",
				"error": [], "status": "", "description": ""
			}], "total_count": 1}`,
			object{
				"connections": list{object{
					"id": "", "marker_id": int64(0), "created_at": "", "updated_at": "", "domain_id": "",
					"error": list{}, "status": "", "description": "",
				}},
				"total_count": int64(1),
			},
		},
		"a status that nobody has heard of": {
			`{"connections": [{"status": "moonstruck"}], "total_count": 1}`,
			object{
				"connections": list{merge(nullConnection, object{"status": "moonstruck"})},
				"total_count": int64(1),
			},
		},
		"no connections": {
			`{"connections": [], "total_count": 0}`,
			object{"connections": list{}, "total_count": int64(0)},
		},
		"no list": {
			`{"connections": null, "total_count": 0}`,
			object{"connections": list{}, "total_count": int64(0)},
		},
		"the document's example": {
			string(readTestdata(t, "examples", "vpcep_service_connections.json")),
			object{
				"connections": list{
					object{
						"id": "adb7b229-bb11-4072-bcc0-3327cd784263", "marker_id": int64(16777510),
						"created_at": "2018-09-17T11:10:11Z", "updated_at": "2018-09-17T11:10:12Z",
						"domain_id": "5fc973eea581490997e82ea11a1df31f",
						"error":     list{}, "status": "accepted", "description": nil,
					},
					object{
						"id": "fd69d29f-dc29-4a9b-80d8-b51d1e7e58ea", "marker_id": int64(16777513),
						"created_at": "2018-09-17T07:28:56Z", "updated_at": "2018-09-17T07:28:58Z",
						"domain_id": "5fc973eea581490997e82ea11a1df31f",
						"error":     list{}, "status": "accepted", "description": nil,
					},
				},
				"total_count": int64(2),
			},
		},
	}
	arguments := object{
		"region": nil, "project_id": nil, "timeouts": nil,
		"service_id": "4189d3c2-8882-4871-a3c2-d380272eed88", "endpoint_id": nil, "marker_id": nil, "status": nil,
		"sort_key": nil, "sort_dir": nil, "limit": nil, "offset": nil,
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := schemaOf(t, newServiceConnectionsDataSource)
			model := modelOf[serviceConnectionsModel](t, declared, map[string]tftypes.Value{
				"service_id": stringArgument("4189d3c2-8882-4871-a3c2-d380272eed88"),
			})
			answer := decode[struct {
				Connections []client.ServiceConnection `json:"connections"`
				TotalCount  int64                      `json:"total_count"`
			}](t, []byte(tt.answer))
			model = model.withAnswer(schemaTypes(declared), answer.Connections, answer.TotalCount)
			if diff := cmp.Diff(merge(arguments, tt.want), stateOf(t, declared, &model)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestServiceConnectionsQuery(t *testing.T) {
	t.Parallel()
	marker := int64(9007199254740993)
	tests := map[string]struct {
		arguments map[string]tftypes.Value
		want      client.ServiceConnectionsQuery
	}{
		"no argument": {nil, client.ServiceConnectionsQuery{}},
		"every argument": {
			map[string]tftypes.Value{
				"endpoint_id": stringArgument("adb7b229-bb11-4072-bcc0-3327cd784263"),
				"marker_id":   numberArgument(marker),
				"status":      stringArgument("accepted"),
				"sort_key":    stringArgument("update_at"),
				"sort_dir":    stringArgument("asc"),
				"limit":       numberArgument(20),
				"offset":      numberArgument(3),
			},
			client.ServiceConnectionsQuery{
				EndpointID: "adb7b229-bb11-4072-bcc0-3327cd784263", MarkerID: &marker, Status: "accepted",
				SortKey: "update_at", SortDir: "asc", Window: client.Window{Offset: 3, Limit: 20},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := modelOf[serviceConnectionsModel](t, schemaOf(t, newServiceConnectionsDataSource), tt.arguments)
			if diff := cmp.Diff(tt.want, model.query()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestServiceConnectionsErrorArguments(t *testing.T) {
	t.Parallel()
	const url = "https://vpcep.example.com/v1/p/vpc-endpoint-services/s/connections"
	withOffset := map[string]tftypes.Value{"offset": numberArgument(100)}
	testErrorArguments[serviceConnectionsModel](t, newServiceConnectionsDataSource, map[string]errorArgument{
		"no such service":                 {nil, client.Error{URL: url, Status: http.StatusNotFound, Code: "EndPoint.0005"}, "service_id"},
		"no such service, another status": {nil, client.Error{URL: url, Status: http.StatusBadRequest, Code: "EndPoint.0005"}, "service_id"},
		"another 404 of the service":      {nil, client.Error{URL: url, Status: http.StatusNotFound, Code: "EndPoint.1234"}, "service_id"},
		"an offset past the end":          {withOffset, client.Error{URL: url, Status: http.StatusBadRequest, Code: "EndPoint.0010"}, "offset"},
		"an offset that nobody set":       {nil, client.Error{URL: url, Status: http.StatusBadRequest, Code: "EndPoint.0010"}, ""},
		"the gateway's 404":               {nil, client.Error{URL: url, Status: http.StatusNotFound, Code: "APIGW.0101"}, ""},
		"a 404 of who knows whom":         {nil, client.Error{URL: url, Status: http.StatusNotFound}, ""},
		"a 404 of IAM": {
			nil, client.Error{URL: "https://iam.example.com/v3/projects", Status: http.StatusNotFound, Code: "IAM.0004"}, "",
		},
		"a refusal": {withOffset, client.Error{URL: url, Status: http.StatusForbidden, Code: "EndPoint.0002"}, ""},
	})
}
