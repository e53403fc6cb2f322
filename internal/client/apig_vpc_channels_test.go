package client

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const channelsPath = "/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/i/vpc-channels"

const noSuchChannel = `{"error_code":"APIG.3023","error_msg":"The VPC channel does not exist,id:e0"}`

// gateway is a gateway whose channels may change between the list and the details.
type gateway struct {
	list *changingList
	// names are the names of channels by ID, their ID by default.
	names map[string]string
	// details replaces the response to a request for details, if it returns one. attempt is the
	// number of lists that have been requested.
	details func(req *http.Request, attempt int, id string) *http.Response

	latency time.Duration

	mu                    sync.Mutex
	attempt               int
	requests              []string
	inFlight, mostPending int
}

func newGateway(channels int) *gateway {
	return &gateway{list: newList(items(channels)), names: map[string]string{}}
}

func (g *gateway) name(id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if name, ok := g.names[id]; ok {
		return name
	}
	return id
}

func (g *gateway) client(tb testing.TB) *Client {
	tb.Helper()
	pages := pageResponses(g.list, `{"total":%d,"size":1,"vpc_channels":[%s]}`, func(e item) string {
		return fmt.Sprintf(`{"id":%q,"name":%q}`, e.ID, g.name(e.ID))
	})
	return inMemory(tb, Config{}, func(req *http.Request) (*http.Response, error) {
		isList := req.URL.Query().Has("limit")
		g.mu.Lock()
		g.requests = append(g.requests, strings.TrimPrefix(req.URL.RequestURI(), channelsPath))
		if isList && !req.URL.Query().Has("offset") {
			g.attempt++
		}
		attempt := g.attempt
		g.inFlight++
		g.mostPending = max(g.mostPending, g.inFlight)
		g.mu.Unlock()
		defer func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.inFlight--
		}()
		if err := sleep(req.Context(), g.latency); err != nil {
			return nil, err
		}
		if isList {
			return pages(req)
		}
		id := path.Base(req.URL.Path)
		if g.details != nil {
			if resp := g.details(req, attempt, id); resp != nil {
				return resp, nil
			}
		}
		return responseOf(req, http.StatusOK, fmt.Sprintf(`{"id":%q,"name":%q,"members":[{"host":"h"}]}`, id, g.name(id))), nil
	})
}

// ids returns the IDs of channels, each of which must have its members.
func ids(t *testing.T, channels []VPCChannel) []string {
	t.Helper()
	found := []string{}
	for _, channel := range channels {
		found = append(found, *channel.ID)
		if len(channel.Members) != 1 {
			t.Errorf("channel %s has no members", *channel.ID)
		}
	}
	return found
}

func idsOf(n int) []string {
	var ids []string
	for _, entry := range items(n) {
		ids = append(ids, entry.ID)
	}
	return ids
}

// TestVPCChannels reads 60 channels: one list and the details of each, ten at a time.
func TestVPCChannels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(60)
		g.latency = 20 * time.Millisecond
		begin := time.Now()
		channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 7*g.latency {
			t.Errorf("the read took %s, want %s", took, 7*g.latency)
		}
		if diff := gocmp.Diff(idsOf(60), ids(t, channels)); diff != "" {
			t.Errorf("channels (-want +got)\n%s", diff)
		}
		if len(g.requests) != 61 || g.requests[0] != "?limit=500" || g.mostPending != maxInFlight {
			t.Errorf("%d requests, the first %s, at most %d in flight", len(g.requests), g.requests[0], g.mostPending)
		}
		for _, id := range idsOf(60) {
			if !slices.Contains(g.requests[1:], "/"+id) {
				t.Errorf("no request for %s", id)
			}
		}
	})
}

// TestVPCChannelsPages reads a list of more than a page.
func TestVPCChannelsPages(t *testing.T) {
	t.Parallel()
	g := newGateway(501)
	channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
	if err != nil || len(channels) != 501 {
		t.Fatalf("%d channels: %v", len(channels), err)
	}
	if diff := gocmp.Diff([]pageRequest{{0, 500}, {499, 2}}, g.list.sortedRequests()); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// TestVPCChannelsByName filters exactly, although the server also finds parts of names.
func TestVPCChannelsByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{"n": {"e0", "e2"}, "N": {"e1"}, "nn": {"e3"}, "none": {}} {
		g := newGateway(5)
		g.names = map[string]string{"e0": "n", "e1": "N", "e2": "n", "e3": "nn"}
		channels, err := g.client(t).VPCChannels(t.Context(), home, "i", name)
		if err != nil || channels == nil {
			t.Fatalf("%v: %v", channels, err)
		}
		if diff := gocmp.Diff(want, ids(t, channels)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if g.requests[0] != "?limit=500&name="+name+"&precise_search=name" || len(g.requests) != 1+len(want) {
			t.Errorf("requests %v", g.requests)
		}
	}
}

// TestVPCChannelsThatChange changes the channels between the list and the details: the result is a
// list that existed.
func TestVPCChannelsThatChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*gateway)
		want   []string
		lists  int
	}{
		"deleted": {func(g *gateway) { g.list.remove(0) }, []string{"e1", "e2"}, 2},
		"added":   {func(g *gateway) { g.list.insert(0) }, []string{"e0", "e1", "e2"}, 1},
		"renamed": {func(g *gateway) { g.names["e1"] = "other" }, []string{"e0", "e1", "e2"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(3)
				change := sync.OnceFunc(func() {
					g.mu.Lock()
					defer g.mu.Unlock()
					g.list.mu.Lock()
					defer g.list.mu.Unlock()
					test.change(g)
				})
				g.details = func(req *http.Request, _ int, id string) *http.Response {
					change()
					g.list.mu.Lock()
					defer g.list.mu.Unlock()
					if !slices.ContainsFunc(g.list.entries, func(e item) bool { return e.ID == id }) {
						return responseOf(req, http.StatusNotFound, noSuchChannel)
					}
					return nil
				}
				channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
				if err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(test.want, ids(t, channels)); diff != "" {
					t.Errorf("channels (-want +got)\n%s", diff)
				}
				if g.attempt != test.lists {
					t.Errorf("%d lists, want %d", g.attempt, test.lists)
				}
			})
		})
	}
}

// TestVPCChannelsThatKeepChanging gives up after three attempts.
func TestVPCChannelsThatKeepChanging(t *testing.T) {
	t.Parallel()
	for name, details := range map[string]func(req *http.Request, attempt int, id string) *http.Response{
		"gone": func(req *http.Request, _ int, _ string) *http.Response {
			return responseOf(req, http.StatusNotFound, noSuchChannel)
		},
		"renamed": func(req *http.Request, _ int, id string) *http.Response {
			return responseOf(req, http.StatusOK, fmt.Sprintf(`{"id":%q,"name":"other"}`, id))
		},
		"another channel": func(req *http.Request, _ int, id string) *http.Response {
			return responseOf(req, http.StatusOK, fmt.Sprintf(`{"id":"other","name":%q}`, id))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(1)
				g.details = details
				begin := time.Now()
				channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
				if !errors.Is(err, ErrListChanged) || channels != nil || g.attempt != listAttempts || time.Since(begin) != 3*listPause {
					t.Errorf("%v, %d lists in %s and the error %v", channels, g.attempt, time.Since(begin), err)
				}
				if e, ok := errors.AsType[*Error](err); ok != (name == "gone") || ok && e.Code != codeVPCChannelNotFound {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

// TestVPCChannelsErrors returns the errors of details that do not mean that the list changed.
func TestVPCChannelsErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"no such instance":   {http.StatusNotFound, `{"error_code":"APIG.3030","error_msg":"The instance does not exist"}`},
		"no such API":        {http.StatusNotFound, `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`},
		"forbidden":          {http.StatusForbidden, `{"error_code":"APIG.1005","error_msg":"No permissions"}`},
		"not from this API":  {http.StatusOK, `{}`},
		"bad request":        {http.StatusBadRequest, `{"error_code":"APIG.2012","error_msg":"Invalid parameter value"}`},
		"404 without a code": {http.StatusNotFound, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(3)
			g.details = func(req *http.Request, _ int, id string) *http.Response {
				if id != "e1" {
					return nil
				}
				return responseOf(req, test.status, test.body)
			}
			channels, err := g.client(t).VPCChannels(t.Context(), home, "i", "")
			if errors.Is(err, ErrListChanged) || channels != nil || g.attempt != 1 || requestError(t, err).Status != test.status ||
				requestError(t, err).Operation != OpShowVPCChannel {
				t.Errorf("%v, %d lists and the error %v", channels, g.attempt, err)
			}
		})
	}
}

// TestVPCChannelByNameOnAnyPage finds a name among more channels than a page holds, on a server
// that also finds parts of names.
func TestVPCChannelByNameOnAnyPage(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 499, 500, 998, 999, 1199} {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			t.Parallel()
			g := newGateway(1200)
			for _, entry := range g.list.entries {
				g.names[entry.ID] = "wanted too"
			}
			id := fmt.Sprint("e", at)
			g.names[id] = "wanted"
			channel, err := g.client(t).VPCChannelByName(t.Context(), home, "i", "wanted")
			if err != nil || *channel.ID != id || len(channel.Members) != 1 {
				t.Fatalf("%+v, %v", channel, err)
			}
			want := []pageRequest{{0, 500}, {499, 500}, {998, 202}}
			if diff := gocmp.Diff(want, g.list.sortedRequests()); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
			if len(g.requests) != 4 || g.requests[0] != "?limit=500&name=wanted&precise_search=name" || g.requests[3] != "/"+id {
				t.Errorf("requests %v", g.requests)
			}
		})
	}
}

func TestVPCChannelByNameErrors(t *testing.T) {
	t.Parallel()
	g := newGateway(3)
	g.names = map[string]string{"e0": "twice", "e1": "twice", "e2": "Once"}
	for name, want := range map[string]string{
		"twice": `2 VPC channels have the name "twice": "twice" (e0), "twice" (e1)`,
		"once":  `none of the VPC channels has the name "once"; found "Once" (e2), "twice" (e0), "twice" (e1)`,
	} {
		channel, err := g.client(t).VPCChannelByName(t.Context(), home, "i", name)
		if mismatch, ok := errors.AsType[*NameMatchError](err); !ok || mismatch.Operation != OpListVPCChannels || err.Error() != want {
			t.Errorf("%+v, %v", channel, err)
		}
	}
}

// TestVPCChannelByNameChecksDetails gets a channel that has no ID, or another name by the time its
// details are read.
func TestVPCChannelByNameChecksDetails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ list, details, want string }{
		"renamed meanwhile": {`{"id":"1","name":"wanted"}`, `{"id":"1","name":"other"}`, `none of the VPC channels has the name "wanted"; found "other" (1)`},
		"name removed":      {`{"id":"1","name":"wanted"}`, `{"id":"1","name":""}`, `none of the VPC channels has the name "wanted"`},
		"without an ID":     {`{"name":"wanted"}`, ``, `missing field "vpc_channels[0].id", content type application/json`},
		"with a null ID":    {`{"id":"1","name":"a"},{"id":null,"name":"wanted"}`, ``, `missing field "vpc_channels[1].id", content type application/json`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Has("limit") {
					return responseOf(req, http.StatusOK, `{"total":1,"vpc_channels":[`+tt.list+`]}`), nil
				}
				return responseOf(req, http.StatusOK, tt.details), nil
			})
			if channel, err := c.VPCChannelByName(t.Context(), home, "i", "wanted"); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("%+v, %v", channel, err)
			}
		})
	}
}
