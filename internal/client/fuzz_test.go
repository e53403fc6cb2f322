package client

import (
	"bufio"
	"bytes"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// bodySeeds are bodies that any API may send by mistake.
var bodySeeds = []string{
	"", " ", "null", "true", "0", `""`, "[]", "{}", "{", `{"a":`, "<html><body>Sign in</body></html>", "\xff\xfe", "\x00",
	`{"a":1,"a":2}`, `{"error_code":"APIGW.0308","error_msg":"too many","request_id":"r1"}`,
	`{"error":{"code":"EndPoint.0005","message":"none"}}`, `{"error":{"code":404,"message":"none"}}`, `{"code":"c","message":"m"}`,
	strings.Repeat("[", 200), strings.Repeat(`{"a":`, 200),
}

// checkReadError fails for an error that is none of the kinds that a read ends in.
func checkReadError(t *testing.T, err error) {
	t.Helper()
	if !is[*Error](err) && !is[*NameMatchError](err) && !errors.Is(err, ErrListChanged) && !errors.Is(err, errSingleEntries) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	if strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Fatalf("the error is not one line: %q", err)
	}
}

// checkChannel fails for a channel without an ID, or for an error as above.
func checkChannel(t *testing.T, channel *VPCChannel, err error) {
	t.Helper()
	if err != nil {
		checkReadError(t, err)
	} else if channel.ID == nil {
		t.Fatal("the channel has no ID")
	}
}

// alwaysFor responds to every request with 200 and the same body, at most 100 times: a list whose
// entries have no ID may be that of a server that returns the same few forever.
func alwaysFor(body []byte) roundTripFunc {
	var requests atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		if requests.Add(1) > 100 {
			return responseOf(req, http.StatusNotImplemented, ""), nil
		}
		return responseOf(req, http.StatusOK, string(body)), nil
	}
}

// fuzzBodies adds bodies, and those that any API may send by mistake, with other arguments.
func fuzzBodies(f *testing.F, bodies []string, others ...[]any) {
	f.Helper()
	for _, body := range append(bodies, bodySeeds...) {
		for _, other := range others {
			f.Add(append([]any{[]byte(body)}, other...)...)
		}
	}
}

func FuzzServiceConnections(f *testing.F) {
	fuzzBodies(f, []string{
		`{"connections":null,"total_count":0}`,
		`{"connections":[{"id":"a","marker_id":16777510,"error":[{"error_code":"c"}],"description":""}],"total_count":1}`,
		`{"connections":[{"id":"a"}],"total_count":2}`,
		`{"connections":[{"id":"a"},{"id":"b"}],"total_count":1000000000000000}`,
		`{"connections":[{"id":1}],"total_count":"1"}`,
		`{"connections":[{"marker_id":9223372036854775808}],"total_count":1}`,
	}, []any{int64(0), int64(0)}, []any{int64(1), int64(1001)})
	f.Fuzz(func(t *testing.T, body []byte, offset, limit int64) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			w := Window{Offset: max(offset, 0), Limit: max(limit, 0)}
			c := inMemory(t, Config{}, alwaysFor(body))
			connections, total, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{Window: w})
			if err != nil {
				checkReadError(t, err)
				return
			}
			want := max(0, total-w.Offset)
			if w.Limit > 0 {
				want = min(want, w.Limit)
			}
			if total < 0 || int64(len(connections)) != want || repeats(connections, func(c *ServiceConnection) *string { return c.ID }) {
				t.Fatalf("%d entries of %d from %d, at most %d", len(connections), total, w.Offset, w.Limit)
			}
		})
	})
}

func FuzzEnhancedConnections(f *testing.F) {
	fuzzBodies(f, []string{
		`{"is_success":true,"message":"","count":0,"connections":[]}`,
		`{"connections":[{"id":"a","available_queue_info":[{"update_time":1566889577861}],"isPrivis":true,"hosts":[{"name":"h"}]}]}`,
		`{"connections":[{"id":"a"},{"id":"a"}]}`,
		`{"connections":[` + strings.Repeat(`{"id":"a"},`, 99) + `{"id":"a"}]}`,
	}, []any{int64(0), int64(0)}, []any{int64(1), int64(101)})
	f.Fuzz(func(t *testing.T, body []byte, offset, limit int64) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			w := Window{Offset: max(offset, 0), Limit: max(limit, 0)}
			c := inMemory(t, Config{}, alwaysFor(body))
			connections, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{Window: w})
			switch {
			case err != nil:
				checkReadError(t, err)
			case w.Limit > 0 && int64(len(connections)) > w.Limit, repeats(connections, func(c *EnhancedConnection) *string { return c.ID }):
				t.Fatalf("%d entries, at most %d were requested", len(connections), w.Limit)
			}
		})
	})
}

func FuzzVPCChannel(f *testing.F) {
	fuzzBodies(f, []string{
		`{"id":"a"}`, `{"id":""}`, `{"id":null}`, `{"id":1}`,
		`{"id":"a","members":[{"host":"192.0.2.1","weight":"1","is_backup":"false","port":8e1}],"member_groups":null}`,
		`{"id":"a","microservice_info":{"nacos_info":{"server_config":[{"port":8848}],"user_info":{"password":"p"}}}}`,
	}, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		channel, err := readChannel(t.Context(), inMemory(t, Config{}, alwaysFor(body)))
		checkChannel(t, channel, err)
	})
}

func FuzzVPCChannelByName(f *testing.F) {
	fuzzBodies(f, []string{
		`{"total":1,"size":1,"vpc_channels":[{"id":"a","name":"n"}]}`,
		`{"total":2,"size":2,"vpc_channels":[{"id":"a","name":"n"},{"id":"b","name":"n"}]}`,
		`{"total":1,"size":1,"vpc_channels":[{"id":"a","name":null}]}`,
		`{"total":-1,"size":0,"vpc_channels":[]}`,
		`{"total":1000000000000000,"vpc_channels":[{"id":"a","name":"n"}]}`,
	}, []any{"n"})
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			list := alwaysFor(body)
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/vpc-channels") {
					return list(req)
				}
				return responseOf(req, http.StatusOK, channelBody), nil
			})
			channel, err := c.VPCChannelByName(t.Context(), home, simulator.InstanceID, name)
			checkChannel(t, channel, err)
		})
	})
}

// FuzzScalar reads any scalar for each type: what it becomes is exactly what was sent.
func FuzzScalar(f *testing.F) {
	for _, text := range []string{
		"0", "-1", "22", "22.0", "2.2e1", "220E-1", "22.5", "1e18", "1e19", "9223372036854775807", "9223372036854775808", "-0",
		"1e999999999", "0e9999", "007", "+1", " 1", "1_000", "0x10", "1/2", "true", "false", "yes", "null", "NaN", "\u0663", "",
	} {
		f.Add(text)
	}
	sent := &request{client: inMemory(f, Config{}, nil)}
	f.Fuzz(func(t *testing.T, text string) {
		for _, value := range []string{text, string(encode(text))} {
			body := []byte(`{"id":"a","port":` + value + `}`)
			if channel, err := decode[VPCChannel](&response{request: sent, body: body}); err == nil && channel.Port != nil {
				want, ok := new(big.Rat).SetString(strings.TrimSpace(text))
				if !ok || want.Cmp(new(big.Rat).SetInt64(*channel.Port)) != 0 {
					t.Fatalf("%s became %d", value, *channel.Port)
				}
			}
			body = []byte(`{"id":"a","name":` + value + `,"members":[{"is_backup":` + value + `}]}`)
			channel, err := decode[VPCChannel](&response{request: sent, body: body})
			if err == nil && channel.Name != nil && len(channel.Members) == 1 && (strings.TrimSpace(text) != *channel.Name ||
				channel.Members[0].IsBackup == nil || strconv.FormatBool(*channel.Members[0].IsBackup) != *channel.Name) {
				t.Fatalf("%s became %q and %v", value, *channel.Name, channel.Members[0].IsBackup)
			}
		}
	})
}

// FuzzSignIn has IAM respond with anything to a sign-in, an agency, and a project lookup.
func FuzzSignIn(f *testing.F) {
	fuzzBodies(f, []string{
		`{"token":{"expires_at":"2030-01-04T09:08:49.965000Z","project":{"id":"p","name":"n"}}}`,
		`{"credential":{"access":"a","secret":"s","securitytoken":"t","expires_at":"2030-01-04T09:08:49.965000Z"}}`,
		`{"projects":[{"id":"p","name":"cn-north-4"}],"links":{}}`,
		`{"projects":[{"id":"p","name":"cn-north-4"},{"id":"q","name":"cn-north-4"}]}`,
	}, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, config := range []Config{
			{Credentials: Password{UserName: "u", Password: simulator.Password, DomainName: "d"}},
			{Agencies: []Agency{{Name: "a", DomainName: "d"}}},
			{Credentials: defaultKeys},
		} {
			c := inMemory(t, config, func(req *http.Request) (*http.Response, error) {
				return responseOf(req, http.StatusCreated, string(body), "X-Subject-Token", "t"), nil
			})
			scope, err := c.Resolve(t.Context(), VPCEP, Scope{})
			if err == nil && scope.ProjectID == "" {
				t.Fatal("the project has no ID")
			}
			if err != nil && strings.Contains(err.Error(), simulator.SecretKey) {
				t.Fatalf("the error contains a secret: %v", err)
			}
		}
	})
}

// FuzzErrorBody reads bodies with every status, and looks for the request's own secrets in the
// errors.
func FuzzErrorBody(f *testing.F) {
	for i, body := range append([]string{
		`{"error_code":"EndPoint.0005","error_msg":"no such service SECRET"}`,
		`{"error_code":"APIG.3023","error_msg":"no such channel","request_id":"SECRET"}`,
		`{"error":{"code":401,"message":"SECRET","title":"Unauthorized"}}`,
		`{"error":"SECRET"}`,
		`{"code":1e400,"message":{"a":1}}`,
		`<html>SECRET</html>`,
		strings.Repeat("x", 190) + "SECRET",
		`{"message":"` + strings.Repeat("x", 990) + `SECRET"}`,
		`{"message":"\u0053\ud800SECRET"}`,
	}, bodySeeds...) {
		f.Add([]byte(body), 400+i%110, "application/json", "SECRET SECR\xb2ET")
	}
	f.Fuzz(func(t *testing.T, body []byte, status int, contentType, requestID string) {
		if status < 100 || status > 999 {
			status = 400
		}
		const secret = "SECRET"
		c := inMemory(t, Config{Credentials: Token(secret)}, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, status, string(body), "Content-Type", contentType, "X-Request-Id", requestID), nil
		})
		switch _, err := readChannel(t.Context(), c); {
		case err == nil && status > 299:
			t.Fatalf("status %d is no error", status)
		case err != nil && strings.Contains(err.Error(), secret):
			t.Fatalf("the error contains a secret: %s", err)
		case err != nil:
			checkReadError(t, err)
		}
	})
}

// overTheWire has the simulator respond to a request as it reads it from the wire.
func overTheWire(server *simulator.Server) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		var wire bytes.Buffer
		if err := req.Write(&wire); err != nil {
			return nil, err
		}
		received, err := http.ReadRequest(bufio.NewReader(&wire))
		if err != nil {
			return nil, err
		}
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, received.WithContext(req.Context()))
		return recorder.Result(), nil
	}
}

// FuzzSignature has the client request whatever path and query it can be made to build, and the
// simulator check the signature.
func FuzzSignature(f *testing.F) {
	words := []string{
		"", " ", "a", "..", ".", "/", "a/b", "%2F", "%", "a b", "a+b", "a&b=c", "?", "#", ";", "=", ",", "~", "*", "'", "ü", "界", "\x00", "\n",
		"\xff", "{service_id}", "{project_id}", simulator.ServiceID, simulator.ProjectID, simulator.InstanceID, "VPC_demo",
	}
	for i, word := range words {
		f.Add(simulator.ProjectID, word, words[(i+1)%len(words)], words[(i+2)%len(words)], "")
		f.Add(word, simulator.ServiceID, word, word, word)
	}
	server := simulator.New()
	f.Fuzz(func(t *testing.T, projectID, segment, value, other, securityToken string) {
		server.ResetRequests()
		key := simulator.Key{Access: simulator.AccessKey, Secret: simulator.SecretKey, DomainID: simulator.DomainID}
		server.Update(func(d *simulator.Data) {
			key.SecurityToken = textproto.TrimString(securityToken)
			d.IAM.Keys = []simulator.Key{key}
		})
		keys := Keys{AccessKey: key.Access, SecretKey: key.Secret, SecurityToken: securityToken}
		c := inMemory(t, Config{Credentials: keys}, overTheWire(server))
		in := Scope{Region: simulator.Region, ProjectID: projectID}
		// Whether the simulator knows what is requested does not matter here.
		_, _, _ = c.ServiceConnections(t.Context(), in, segment, ServiceConnectionsQuery{EndpointID: value, Status: other, SortKey: value})
		tags := map[string]string{value: other, other: value}
		_, _ = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{Name: value, Status: other, Tags: tags})
		_, _ = c.VPCChannelByName(t.Context(), in, segment, value)
		_, _ = c.VPCChannel(t.Context(), in, segment, value)
		_, _ = c.Resolve(t.Context(), VPCEP, Scope{Region: simulator.Region})

		for _, request := range server.Requests() {
			if request.Status == http.StatusUnauthorized {
				t.Errorf("the signature of %s %s?%s was refused", request.Method, request.Path, request.Query.Encode())
			}
			if sent, ok := request.Query["id"]; ok && (len(sent) != 1 || sent[0] != value) {
				t.Errorf("the query has the id %q, not %q", sent, value)
			}
		}
	})
}

// FuzzCanonicalRequest takes any URL and header: nothing panics, and a signed request is signed
// again in the same way.
func FuzzCanonicalRequest(f *testing.F) {
	for _, address := range []string{
		"https://example.com", "https://example.com/", "https://example.com/a//b/", "https://example.com/%zz", "//", "?", "*",
		"https://example.com/a%2Fb?x=%zz", "https://example.com/?b=2&a=1&b=1", "https://example.com/?a", "https://example.com/?a;b",
		"https://example.com/?a=%20+%2B", "https://example.com/ü?ü=ü", "http://[::1]:80/?" + strings.Repeat("a=b&", 100), "mailto:a@b",
	} {
		f.Add("GET", address, "application/json", []byte(nil))
		f.Add("POST", address, " a b ", []byte("{}"))
	}
	f.Fuzz(func(t *testing.T, method, address, contentType string, body []byte) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		req := &http.Request{Method: method, URL: u, Header: http.Header{"Content-Type": {contentType}}}
		text, names := canonicalRequest(req, body)
		if names != "content-type;host" {
			t.Fatalf("the signed headers are %s", names)
		}
		sign(req, body, "access", "secret", time.Unix(0, 0))
		again := &http.Request{Method: method, URL: u, Header: http.Header{"Content-Type": {contentType}}}
		if got, _ := canonicalRequest(again, body); got != text {
			t.Fatalf("the canonical request after signing is\n%s, before it was\n%s", got, text)
		}
		signed := req.Header.Get("Authorization")
		sign(req, body, "access", "secret", time.Unix(0, 0))
		if got := req.Header.Get("Authorization"); got != signed {
			t.Fatalf("signed again, %s became %s", signed, got)
		}
	})
}
