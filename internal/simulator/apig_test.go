package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestAPIGInstances(t *testing.T) {
	t.Parallel()
	s := Start(t)
	var all []Entry
	s.Update(func(d *Data) {
		clear(d.APIG.Instances)
		for i := range 30 {
			id := fmt.Sprintf("i%02d", i)
			instance := Entry{"id": id, "instance_name": fmt.Sprintf("gateway_%02d", i), "create_time": 1714564800000 - i, "status": "Running"}
			if i == 3 {
				instance["status"] = "Freezed"
			}
			all = append([]Entry{instance}, all...) // The oldest first.
			d.APIG.Instances[id] = &Instance{Details: instance.Without("id")}
		}
	})
	checkPages(t, s, instancesPath, []pageTest{
		{"", all[:20], 30},
		{"?limit=500", all, 30},
		{"?limit=501", all, 30},
		{"?limit=0", all[:1], 30},
		{"?limit=500&offset=20", all[20:], 30},
		{"?offset=30", nil, 30},
		{"?offset=-1&limit=1", all[:1], 30},
		{"?instance_id=i03", all[26:27], 1},
		{"?instance_name=gateway_04", all[25:26], 1},
		{"?instance_name=gateway_0", nil, 0},
		{"?status=Freezed", all[26:27], 1},
	})
	wantPart(t, get(t, s, instancesPath+"?limit=x"), http.StatusBadRequest, "APIG.2012")
	wantPart(t, get(t, s, instancesPath+"?offset=x"), http.StatusBadRequest, "APIG.2012")
}

func TestAPIGChannels(t *testing.T) {
	t.Parallel()
	s := Start(t)
	var all []Entry
	for i := range 700 {
		all = append(all, Entry{"id": fmt.Sprintf("%032x", 700-i), "name": fmt.Sprint("channel_", i), "members": Members(1), "port": i})
	}
	s.Update(func(d *Data) { d.APIG.Instances[InstanceID].Channels = all })
	checkPages(t, s, channelsPath, []pageTest{
		{"", all[:20], 700},
		{"?limit=500", all[:500], 700},
		{"?limit=500&offset=500", all[500:], 700},
		{"?limit=5&offset=698", all[698:], 700},
		{"?limit=5&offset=700", nil, 700},
		{"?offset=-4&limit=2", all[:2], 700},
		{"?name=channel_69&limit=500", slices.Concat(all[69:70], all[690:]), 11},
		{"?name=channel_69&precise_search=name", all[69:70], 1},
		{"?name=channel_69&precise_search=member_group_name,name", all[69:70], 1},
		{"?name=Channel_69&precise_search=name", nil, 0},
		{"?id=" + all[3].Text("id"), all[3:4], 1},
	})
	// The list lacks members.
	wantJSON(t, get(t, s, channelsPath+"?limit=1"), http.StatusOK,
		`{"total":700,"size":1,"vpc_channels":[{"id":"000000000000000000000000000002bc","name":"channel_0","port":0}]}`)
	for _, query := range []string{"?limit=0", "?limit=501", "?limit=x", "?offset=x"} {
		wantPart(t, get(t, s, channelsPath+query), http.StatusBadRequest, "APIG.2012")
	}
	noInstance := strings.Replace(channelsPath, InstanceID, "unknown", 1)
	for path, code := range map[string]string{
		channelsPath + "/unknown":          `APIG.3023","error_msg":"The VPC channel does not exist,id:unknown"`,
		noInstance:                         `APIG.3030","error_msg":"The instance does not exist;id:unknown"`,
		noInstance + "/" + ServerChannelID: `APIG.3030","error_msg":"The instance does not exist;id:unknown"`,
	} {
		wantPart(t, get(t, s, path), http.StatusNotFound, `{"error_code":"`+code)
	}
}
