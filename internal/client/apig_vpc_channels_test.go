package client

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// gateway is a gateway with channels.
type gateway struct {
	list *changingList
	// names are the names of channels by ID, their ID by default.
	names map[string]string
	// details replaces the response to a request for details, if it returns one.
	details func(req *http.Request, id string) *http.Response
	latency time.Duration
	sent    requestLog
}

func newGateway(channels int) *gateway {
	return &gateway{list: newList(items(channels)), names: map[string]string{}}
}

func (g *gateway) client(tb testing.TB) *Client {
	tb.Helper()
	show := func(e item) string {
		if name, ok := g.names[e.ID]; ok {
			return fmt.Sprintf(`{"id":%q,"name":%q`, e.ID, name)
		}
		return fmt.Sprintf(`{"id":%q,"name":%q`, e.ID, e.ID)
	}
	pages := pageResponses(g.list, `{"total":%d,"size":1,"vpc_channels":[%s]}`, func(e item) string { return show(e) + "}" })
	return inMemory(tb, Config{}, g.sent.recording(func(req *http.Request) (*http.Response, error) {
		if err := sleep(req.Context(), g.latency); err != nil {
			return nil, err
		}
		if req.URL.Query().Has("limit") {
			return pages(req)
		}
		id := path.Base(req.URL.Path)
		if g.details != nil {
			if resp := g.details(req, id); resp != nil {
				return resp, nil
			}
		}
		return responseOf(req, http.StatusOK, show(item{ID: id})+`,"members":[{"host":"h"}]}`), nil
	}))
}

// requests returns the requests without their common part, in the order in which they were sent.
func (g *gateway) requests() []string {
	const common = "/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/i/vpc-channels"
	var requests []string
	for _, req := range g.sent.requests {
		requests = append(requests, strings.TrimPrefix(req.URL.RequestURI(), common))
	}
	return requests
}

// checkChannels compares the IDs of channels, each of which must have its members.
func checkChannels(t *testing.T, channels []VPCChannel, want ...string) {
	t.Helper()
	var found []string
	for _, channel := range channels {
		found = append(found, *channel.ID)
		if len(channel.Members) != 1 {
			t.Errorf("channel %s has no members", *channel.ID)
		}
	}
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("channels (-want +got)\n%s", diff)
	}
}

// TestVPCChannels reads lists of one page and of two, and the details of each channel, ten at a time.
func TestVPCChannels(t *testing.T) {
	t.Parallel()
	for channels, want := range map[int]struct {
		requests int
		took     time.Duration
	}{0: {1, time.Second}, 60: {1 + 60, 7 * time.Second}, 501: {2 + 501, 53 * time.Second}} {
		t.Run(strconv.Itoa(channels), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(channels)
				g.latency = time.Second
				begin := time.Now()
				got, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
				var ids []string
				for _, entry := range g.list.entries {
					ids = append(ids, entry.ID)
				}
				checkChannels(t, got, ids...)
				if err != nil || got == nil || len(g.sent.requests) != want.requests || time.Since(begin) != want.took {
					t.Errorf("%d requests in %s: %v", len(g.sent.requests), time.Since(begin), err)
				}
			})
		})
	}
}

// TestVPCChannelsByName filters exactly, although the server also finds parts of names.
func TestVPCChannelsByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{"n": {"e0", "e2"}, "N": {"e1"}, "nn": {"e3"}, "none": nil} {
		g := newGateway(5)
		g.names = map[string]string{"e0": "n", "e1": "N", "e2": "n", "e3": "nn"}
		channels, err := g.client(t).VPCChannels(t.Context(), home, "i", name)
		checkChannels(t, channels, want...)
		if requests := g.requests(); err != nil || channels == nil || requests[0] != "?limit=500&name="+name+"&precise_search=name" ||
			len(requests) != 1+len(want) {
			t.Errorf("requests %v: %v", requests, err)
		}
	}
}

// TestVPCChannelsDetails gets another response than a channel's details in some of the attempts. One
// that is gone or another by then means that the list changed: it is read again, three times in all.
func TestVPCChannelsDetails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status    int
		body      string
		isChanged bool
	}{
		"gone":               {404, `{"error_code":"APIG.3023","error_msg":"The VPC channel does not exist,id:e1"}`, true},
		"renamed":            {200, `{"id":"e1","name":"other"}`, true},
		"another channel":    {200, `{"id":"other","name":"e1"}`, true},
		"no such instance":   {404, `{"error_code":"APIG.3030","error_msg":"The instance does not exist"}`, false},
		"forbidden":          {403, `{"error_code":"APIG.1005","error_msg":"No permissions"}`, false},
		"not from this API":  {200, `{}`, false},
		"bad request":        {400, `{"error_code":"APIG.2012","error_msg":"Invalid parameter value"}`, false},
		"404 without a code": {404, ``, false},
	} {
		for attempts := 1; attempts <= listAttempts; attempts++ {
			t.Run(fmt.Sprintf("%s in %d attempts", name, attempts), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					g, wrong := newGateway(3), 0
					g.details = func(req *http.Request, id string) *http.Response {
						if id != "e1" || wrong == attempts {
							return nil
						}
						wrong++
						return responseOf(req, test.status, test.body)
					}
					channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
					if test.isChanged && attempts < listAttempts {
						checkChannels(t, channels, "e0", "e1", "e2")
						return
					}
					e, isAPIError := errors.AsType[*Error](err)
					if channels != nil || errors.Is(err, ErrListChanged) != test.isChanged || !test.isChanged && wrong != 1 ||
						isAPIError && (e.Status != test.status || e.Operation != OpShowVPCChannel) {
						t.Errorf("%v, %d wrong responses and the error %v", channels, wrong, err)
					}
				})
			})
		}
	}
}

// TestVPCChannelByName finds a name on any page, on a server that also finds parts of names.
func TestVPCChannelByName(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 499, 500, 998, 999, 1199} {
		g := newGateway(1200)
		for _, entry := range g.list.entries {
			g.names[entry.ID] = "wanted too"
		}
		id := fmt.Sprint("e", at)
		g.names[id] = "wanted"
		channel, err := g.client(t).VPCChannelByName(t.Context(), home, "i", "wanted")
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		checkChannels(t, []VPCChannel{*channel}, id)
		requests := g.requests()
		if len(requests) != 4 || requests[0] != "?limit=500&name=wanted&precise_search=name" || requests[3] != "/"+id {
			t.Errorf("requests %v", requests)
		}
	}
}

// TestVPCChannelByNameErrors finds none or several, or a channel that is renamed meanwhile.
func TestVPCChannelByNameErrors(t *testing.T) {
	t.Parallel()
	g := newGateway(4)
	g.names = map[string]string{"e0": "twice", "e1": "twice", "e2": "Once", "e3": "renamed"}
	g.details = func(req *http.Request, id string) *http.Response {
		return responseOf(req, http.StatusOK, fmt.Sprintf(`{"id":%q,"name":"other"}`, id))
	}
	const none = `none of the VPC channels has the name `
	for name, want := range map[string]string{
		"twice":   `2 VPC channels have the name "twice": "twice" (e0), "twice" (e1)`,
		"once":    none + `"once"; found "Once" (e2), "twice" (e0), "twice" (e1), "renamed" (e3)`,
		"renamed": none + `"renamed"; found "other" (e3)`,
	} {
		_, err := g.client(t).VPCChannelByName(t.Context(), home, "i", name)
		if mismatch, ok := errors.AsType[*NameMatchError](err); !ok || mismatch.Operation != OpListVPCChannels || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
