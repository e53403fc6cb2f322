package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPIGExamples(t *testing.T) {
	t.Parallel()
	s := Start(t)
	wantJSON(t, get(t, s, channelsPath+"/"+ServerChannelID), http.StatusOK, example(t, "apig_vpc_channel_server.json"))
	wantJSON(t, get(t, s, channelsPath+"/"+MicroserviceChannelID), http.StatusOK, example(t, "apig_vpc_channel_microservice.json"))
}

func TestAPIGList(t *testing.T) {
	t.Parallel()
	s := Start(t)
	var ids []string
	s.Update(func(d *Data) {
		var channels []Entry
		for i := range 700 {
			id := fmt.Sprintf("%032x", i)
			ids = append(ids, id)
			channels = append(channels, Entry{"id": id, "name": "channel_" + strconv.Itoa(i)})
		}
		d.APIG.Instances[InstanceID].Channels = channels
	})
	for _, test := range []struct {
		query string
		want  []string
		total int
	}{
		{"", ids[:20], 700},
		{"?limit=500", ids[:500], 700},
		{"?limit=500&offset=500", ids[500:], 700},
		{"?limit=5&offset=698", ids[698:], 700},
		{"?limit=5&offset=700", []string{}, 700},
		{"?offset=-4&limit=2", ids[:2], 700},
		{"?name=channel_69&limit=500", append([]string{ids[69]}, ids[690:]...), 11},
		{"?name=channel_69&precise_search=name", ids[69:70], 1},
		{"?name=channel_69&precise_search=member_group_name,name", ids[69:70], 1},
		{"?name=Channel_69&precise_search=name", []string{}, 0},
		{"?id=" + ids[3], ids[3:4], 1},
	} {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			got := readList(t, get(t, s, channelsPath+test.query))
			if got.Total != test.total || got.Size != len(test.want) {
				t.Errorf("total %d and size %d, want %d and %d", got.Total, got.Size, test.total, len(test.want))
			}
			if diff := cmp.Diff(test.want, got.ids()); diff != "" {
				t.Errorf("channels (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPIGListEntriesLackDetails(t *testing.T) {
	t.Parallel()
	got := get(t, Start(t), channelsPath+"?name=VPC_demo&precise_search=name")
	if l := readList(t, got); l.Total != 2 {
		t.Errorf("total %d, want the two of the documents", l.Total)
	}
	for _, name := range []string{`"members"`, `"microservice_info"`} {
		if strings.Contains(string(got.body), name) {
			t.Errorf("the list holds %s", name)
		}
	}
	if !strings.Contains(string(got.body), `"vpc_health_config"`) {
		t.Error("the list lacks what it should hold")
	}
}

func TestAPIGErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	wantJSON(t, get(t, s, channelsPath+"/unknown"), http.StatusNotFound,
		`{"error_code":"APIG.3023","error_msg":"The VPC channel does not exist,id:unknown"}`)
	for _, path := range []string{channelsPath, channelsPath + "/" + ServerChannelID} {
		wantJSON(t, get(t, s, strings.Replace(path, InstanceID, "unknown", 1)), http.StatusNotFound,
			`{"error_code":"APIG.3030","error_msg":"The instance does not exist;id:unknown"}`)
	}
	for _, query := range []string{"?limit=0", "?limit=501", "?limit=x", "?offset=x"} {
		wantCode(t, get(t, s, channelsPath+query), http.StatusBadRequest, "APIG.2012")
	}
}
