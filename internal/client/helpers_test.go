package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// home is the simulator's default project.
var home = Scope{Region: simulator.Region, ProjectID: simulator.ProjectID}

const (
	throttledBody = `{"error_code":"APIGW.0308","error_msg":"too many","request_id":"r1"}`
	channelBody   = `{"id":"a"}`
)

// defaultKeys are the simulator's permanent access key.
var defaultKeys = Keys{AccessKey: simulator.AccessKey, SecretKey: simulator.SecretKey}

// roundTripFunc responds to requests in place of the network.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// inMemory returns a client whose plain HTTP requests go to respond in place of the network.
// Everything above http.Transport is real. If config leaves them out, the credentials and the
// region are the simulator's, and the endpoints begin with http://api.invalid.
func inMemory(tb testing.TB, config Config, respond roundTripFunc) *Client {
	tb.Helper()
	c := newClientOf(tb, "http://api.invalid", config)
	c.transport.RegisterProtocol("http", respond)
	return c
}

// clientOf returns a client that sends all requests to a server. Missing credentials and a missing
// region are the simulator's.
func clientOf(tb testing.TB, server *httptest.Server, config Config) *Client {
	tb.Helper()
	return newClientOf(tb, server.URL, config)
}

// newClientOf returns a client whose endpoints are below address, unless config sets some.
func newClientOf(tb testing.TB, address string, config Config) *Client {
	tb.Helper()
	if config.Credentials == nil {
		config.Credentials = defaultKeys
	}
	if config.Region == "" {
		config.Region = simulator.Region
	}
	if config.Endpoints == nil {
		config.Endpoints = map[string]string{}
		for _, service := range Services {
			config.Endpoints[service] = address + "/{region}/" + service
		}
	}
	return newClient(tb, config)
}

// newClient returns a client of exactly this configuration.
func newClient(tb testing.TB, config Config) *Client {
	tb.Helper()
	c, err := New(config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.transport.CloseIdleConnections)
	return c
}

// capPages makes a simulator return pages of at most n entries.
func capPages(server *simulator.Server, n int) {
	server.Inject(simulator.Fault{Action: simulator.RewriteQuery(func(query url.Values) {
		if limit, err := strconv.Atoi(query.Get("limit")); err != nil || limit > n {
			query.Set("limit", strconv.Itoa(n))
		}
	})})
}

// ignoreParameter makes a simulator ignore a filter, so that more matches than the client asks for.
func ignoreParameter(server *simulator.Server, name string) {
	server.Inject(simulator.Fault{Action: simulator.RewriteQuery(func(query url.Values) { query.Del(name) })})
}

// simulated starts a simulator and returns it with a client of it.
func simulated(tb testing.TB, config Config) (*simulator.Server, *Client) {
	tb.Helper()
	server := simulator.Start(tb)
	config.Endpoints = map[string]string{}
	for _, service := range Services {
		config.Endpoints[service] = server.Endpoint(service)
	}
	return server, newClientOf(tb, "", config)
}

// serving starts a server on loopback.
func serving(tb testing.TB, handle http.HandlerFunc) *httptest.Server {
	tb.Helper()
	server := httptest.NewServer(handle)
	tb.Cleanup(server.Close)
	return server
}

// quiet keeps a server from logging handshakes that are expected to fail.
func quiet(server *httptest.Server) *httptest.Server {
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

// countNew counts the connections to a server.
func countNew(connections *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
}

// responseOf returns a JSON response; header holds names and values in turn.
func responseOf(req *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header[header[i]] = []string{header[i+1]}
	}
	return resp
}

// always responds to every request with 200 and the same body.
func always(body string) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) { return responseOf(req, http.StatusOK, body), nil }
}

// pageResponses responds with pages of a list. The format gets the total and the entries, each
// encoded by entry.
func pageResponses(list *changingList, format string, entry func(item) string) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		query := req.URL.Query()
		limit, _ := strconv.ParseInt(query.Get("limit"), 10, 64)
		offset, _ := strconv.ParseInt(query.Get("offset"), 10, 64)
		got, err := list.fetch(req.Context(), offset, limit)
		entries := make([]string, 0, len(got.entries))
		for _, e := range got.entries {
			entries = append(entries, entry(e))
		}
		return responseOf(req, http.StatusOK, fmt.Sprintf(format, got.total, strings.Join(entries, ","))), err
	}
}

// requestLog records the requests that a client sends, and when.
type requestLog struct {
	mu       sync.Mutex
	requests []*http.Request
	at       []time.Time
}

// add records a request and returns its number, from 1.
func (l *requestLog) add(req *http.Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests, l.at = append(l.requests, req), append(l.at, time.Now())
	return len(l.requests)
}

func (l *requestLog) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.requests)
}

// recording returns respond with every request recorded in the log.
func (l *requestLog) recording(respond roundTripFunc) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		l.add(req)
		return respond(req)
	}
}

// requestOf returns the only request of a call, which gets the response body.
func requestOf(t *testing.T, body string, call func(*Client) error) *http.Request {
	t.Helper()
	var sent requestLog
	if err := call(inMemory(t, Config{}, sent.recording(always(body)))); err != nil {
		t.Error(err)
	}
	if len(sent.requests) != 1 {
		t.Fatalf("%d requests, want 1", len(sent.requests))
	}
	return sent.requests[0]
}

// checkRequest compares a request's method, path and query with "METHOD path?query"; the query is
// sorted by name.
func checkRequest(t *testing.T, got *http.Request, want string) {
	t.Helper()
	text := got.Method + " " + got.URL.EscapedPath()
	if got.URL.RawQuery != "" {
		text += "?" + got.URL.RawQuery
	}
	if text != want {
		t.Errorf("the request is\n%s, want\n%s", text, want)
	}
}

// checkJSON compares a value, encoded as JSON, with JSON that has all of its fields. A field with
// another name in its tag is missing in the result.
func checkJSON(t *testing.T, got any, want string) {
	t.Helper()
	encoded, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var gotValue, wantValue any
	if err := errors.Join(json.Unmarshal(encoded, &gotValue), json.Unmarshal([]byte(want), &wantValue)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantValue, gotValue); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// readChannel reads a channel, the simplest read.
func readChannel(ctx context.Context, c *Client) (*VPCChannel, error) {
	return c.VPCChannel(ctx, home, simulator.InstanceID, simulator.ServerChannelID)
}

// requestError returns the [*Error] that a read ended in.
func requestError(tb testing.TB, err error) *Error {
	tb.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		tb.Fatalf("the error is %T: %v", err, err)
	}
	return e
}

// cutBody is a body that ends too early.
type cutBody struct{ io.Reader }

func (b cutBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (cutBody) Close() error { return nil }

// respondRaw sends a response as it is, and closes the connection.
func respondRaw(t *testing.T, w http.ResponseWriter, response string) {
	t.Helper()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, response)
	_ = conn.Close()
}
