package client

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
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
	if !is[*Error](err) && !is[*NameMatchError](err) && !errors.Is(err, ErrListChanged) && !errors.Is(err, errNegativeTotal) && !errors.Is(err, errSingleEntries) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	if strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Fatalf("the error is not one line: %q", err)
	}
}

// checkNoRepeats fails if two entries have the same ID.
func checkNoRepeats[T any](t *testing.T, entries []T, id func(*T) *string) {
	t.Helper()
	if !newSeen(id).add(entries) {
		t.Fatal("an entry repeats")
	}
}

// alwaysAtMost100Times responds to every request with 200 and the same body. A list whose entries
// have no ID may be that of a server that returns the same few forever, so it fails after some
// requests.
func alwaysAtMost100Times(body []byte) roundTripFunc {
	var requests atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		if requests.Add(1) > 100 {
			return responseOf(req, http.StatusNotImplemented, ""), nil
		}
		return responseOf(req, http.StatusOK, string(body)), nil
	}
}

func FuzzServiceConnections(f *testing.F) {
	for _, body := range append([]string{
		`{"connections":[],"total_count":0}`,
		`{"connections":null,"total_count":0}`,
		`{"connections":[{"id":"a","marker_id":16777510,"created_at":"2018-09-17T11:10:11Z","updated_at":"2018-09-17T11:10:12Z",` +
			`"domain_id":"d","error":[{"error_code":"c","error_message":"m"}],"status":"accepted","description":""}],"total_count":1}`,
		`{"connections":[{"id":"a"},{"id":"a"}],"total_count":2}`,
		`{"connections":[{"id":"a"}],"total_count":2}`,
		`{"connections":[{"id":"a"}],"total_count":1000000000000000}`,
		`{"connections":[{}],"total_count":1000000000000000}`,
		`{"connections":[{}],"total_count":3}`,
		`{"connections":[{"id":"a"}],"total_count":-1}`,
		`{"connections":[],"total_count":-1}`,
		`{"connections":[{"id":"a"}],"total_count":-9223372036854775808}`,
		`{"connections":[{"id":1}],"total_count":1}`,
		`{"connections":[{"marker_id":1.0}],"total_count":1e0}`,
		`{"connections":[{"marker_id":9223372036854775808}],"total_count":1}`,
	}, bodySeeds...) {
		f.Add([]byte(body), int64(0), int64(0), false)
		f.Add([]byte(body), int64(1), int64(1001), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, offset, limit int64, ascending bool) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			query := ServiceConnectionsQuery{Window: Window{Offset: max(offset, 0), Limit: max(limit, 0)}}
			if ascending {
				query.SortDir = "asc"
			}
			connections, total, err := inMemory(t, Config{}, alwaysAtMost100Times(body)).ServiceConnections(t.Context(), home, simulator.ServiceID, query)
			if err != nil {
				checkReadError(t, err)
				return
			}
			want := max(0, total-query.Offset)
			if query.Limit > 0 {
				want = min(want, query.Limit)
			}
			if total < 0 || int64(len(connections)) != want {
				t.Fatalf("%d entries of %d from %d, at most %d", len(connections), total, query.Offset, query.Limit)
			}
			checkNoRepeats(t, connections, func(c *ServiceConnection) *string { return c.ID })
		})
	})
}

func FuzzEnhancedConnections(f *testing.F) {
	for _, body := range append([]string{
		`{"is_success":true,"message":"","count":0,"connections":[]}`,
		`{"is_success":true,"count":1}`,
		`{"is_success":false,"message":"no"}`,
		`{"is_success":"true"}`,
		`{"count":null}`,
		`{"connections":[{"id":"a","name":"n","status":"ACTIVE","available_queue_info":[{"peer_id":"p","status":"ACTIVE","name":"q",` +
			`"err_msg":"","update_time":1566889577861}],"elastic_resource_pools":[],"dest_vpc_id":"v","dest_network_id":"w",` +
			`"isPrivis":true,"ipv6_enable":false,"create_time":1566889577861,"hosts":[{"name":"h","ip":"1.2.3.4"}],` +
			`"routes":[{"name":"r","cidr":"10.0.0.0/8","create_time":1}]}]}`,
		`{"connections":[{"id":"a"},{"id":"a"}]}`,
		`{"connections":[` + strings.Repeat(`{},`, 99) + `{}]}`,
		`{"connections":[` + strings.Repeat(`{"id":"a"},`, 99) + `{"id":"a"}]}`,
	}, bodySeeds...) {
		f.Add([]byte(body), int64(0), int64(0))
		f.Add([]byte(body), int64(1), int64(101))
	}
	f.Fuzz(func(t *testing.T, body []byte, offset, limit int64) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			query := EnhancedConnectionsQuery{Window: Window{Offset: max(offset, 0), Limit: max(limit, 0)}}
			connections, err := inMemory(t, Config{}, alwaysAtMost100Times(body)).EnhancedConnections(t.Context(), home, query)
			if err != nil {
				checkReadError(t, err)
				return
			}
			if query.Limit > 0 && int64(len(connections)) > query.Limit {
				t.Fatalf("%d entries, at most %d were requested", len(connections), query.Limit)
			}
			checkNoRepeats(t, connections, func(c *EnhancedConnection) *string { return c.ID })
		})
	})
}

func FuzzVPCChannel(f *testing.F) {
	for _, body := range append([]string{
		`{"id":"a"}`, `{"id":""}`, `{"id":null}`, `{"id":1}`,
		`{"id":"a","members":[{"host":"1.2.3.4","weight":1,"is_backup":false,"status":1,"port":80}],"member_groups":null}`,
		`{"id":"a","microservice_info":{"service_type":"NACOS","nacos_info":{"server_config":[{"port":8848}],"user_info":{"password":"p"}}}}`,
		`{"id":"a","vpc_health_config":{"http_code":"200","enable_client_ssl":true}}`,
	}, bodySeeds...) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		channel, err := inMemory(t, Config{}, alwaysAtMost100Times(body)).VPCChannel(t.Context(), home, simulator.InstanceID, simulator.ServerChannelID)
		if err != nil {
			checkReadError(t, err)
		} else if channel.ID == nil {
			t.Fatal("the channel has no ID")
		}
	})
}

func FuzzVPCChannelByName(f *testing.F) {
	for _, body := range append([]string{
		`{"total":1,"size":1,"vpc_channels":[{"id":"a","name":"n"}]}`,
		`{"total":2,"size":2,"vpc_channels":[{"id":"a","name":"n"},{"id":"b","name":"n"}]}`,
		`{"total":2,"size":2,"vpc_channels":[{"id":"a","name":"n"},{"id":"b","name":"n2"}]}`,
		`{"total":1,"size":1,"vpc_channels":[{"id":"a","name":null}]}`,
		`{"total":0,"size":0,"vpc_channels":null}`,
		`{"total":-1,"size":0,"vpc_channels":[]}`,
		`{"total":1000000000000000,"vpc_channels":[{"id":"a","name":"n"}]}`,
	}, bodySeeds...) {
		f.Add([]byte(body), "n")
	}
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		// The pauses of a list that changes take no time in a bubble.
		synctest.Test(t, func(t *testing.T) {
			list := alwaysAtMost100Times(body)
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/vpc-channels") {
					return list(req)
				}
				return responseOf(req, http.StatusOK, `{"id":"a"}`), nil
			})
			channel, err := c.VPCChannelByName(t.Context(), home, simulator.InstanceID, name)
			if err != nil {
				checkReadError(t, err)
			} else if channel.ID == nil {
				t.Fatal("the channel has no ID")
			}
		})
	})
}

// FuzzSignIn has IAM respond with anything to a sign-in, an agency, and a project lookup.
func FuzzSignIn(f *testing.F) {
	for _, body := range append([]string{
		`{"token":{"expires_at":"2030-01-04T09:08:49.965000Z","project":{"id":"p","name":"n"}}}`,
		`{"token":{"expires_at":"yesterday"}}`,
		`{"credential":{"access":"a","secret":"s","securitytoken":"t","expires_at":"2030-01-04T09:08:49.965000Z"}}`,
		`{"credential":{"access":"a"}}`,
		`{"projects":[{"id":"p","name":"cn-north-4"}],"links":{}}`,
		`{"projects":[{"id":"p","name":"cn-north-4"},{"id":"q","name":"cn-north-4"}]}`,
		`{"projects":null}`,
	}, bodySeeds...) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, config := range []Config{
			{Credentials: Password{UserName: "u", Password: simulator.Password, DomainName: "d"}},
			{Agencies: []Agency{{Name: "a", DomainName: "d"}}},
			{Credentials: Keys{AccessKey: simulator.AccessKey, SecretKey: simulator.SecretKey}},
		} {
			c := inMemory(t, config, func(req *http.Request) (*http.Response, error) {
				return responseOf(req, http.StatusCreated, string(body), "X-Subject-Token", "t"), nil
			})
			scope, err := c.Resolve(t.Context(), VPCEP, Scope{})
			if err == nil && scope.ProjectID == "" {
				t.Fatal("the project has no ID")
			}
			if err != nil && bytes.Contains([]byte(err.Error()), []byte(simulator.SecretKey)) {
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
		`{"error":{"code":"EndPoint.0005","message":"SECRET"}}`,
		`{"error":{"code":401,"message":"SECRET","title":"Unauthorized"}}`,
		`{"error":"SECRET"}`,
		`{"code":"SECRET","message":"SECRET"}`,
		`{"code":1e400,"message":{"a":1}}`,
		`<html>SECRET</html>`,
		strings.Repeat("x", 190) + "SECRET",
		`{"message":"` + strings.Repeat("x", 990) + `SECRET"}`,
		`{"message":"\u0053\ud800SECRET"}`,
	}, bodySeeds...) {
		f.Add([]byte(body), 400+i%110, "application/json", "request SECRET")
	}
	f.Fuzz(func(t *testing.T, body []byte, status int, contentType, requestID string) {
		if status < 100 || status > 999 {
			status = 400
		}
		const secret = "SECRET"
		c := inMemory(t, Config{Credentials: Token(secret)}, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, status, string(body), "Content-Type", contentType, "X-Request-Id", requestID), nil
		})
		_, err := c.VPCChannel(t.Context(), home, simulator.InstanceID, simulator.ServerChannelID)
		if err == nil {
			if status > 299 {
				t.Fatalf("status %d is no error", status)
			}
			return
		}
		checkReadError(t, err)
		if text := err.Error(); strings.Contains(text, secret) {
			t.Fatalf("the error contains a secret: %s", text)
		}
	})
}

func FuzzProfile(f *testing.F) {
	for _, file := range []string{
		`{"current":"default","profiles":[{"name":"default","mode":"AKSK","accessKeyId":"AK","secretAccessKey":"","region":"cn-north-4","projectId":"p"}]}`,
		`{"current":"sso","profiles":[{"name":"sso","mode":"SSO","ssoAuth":{"stsToken":{"accessKeyId":"AK","secretAccessKey":"","securityToken":"t"}}}]}`,
		`{"current":"agency","profiles":[{"name":"agency","accessKeyId":"AK","secretAccessKey":"","agencyName":"a","agencyDomainName":"d"}]}`,
		`{"current":"agency","profiles":[{"name":"agency","accessKeyId":"AK","secretAccessKey":"","agencyName":"a"}]}`,
		`{"current":"encrypted","profiles":[{"name":"encrypted","accessKeyId":"QUs=+/","secretAccessKey":""}]}`,
		`{"current":"none","profiles":[{"name":"other","secretAccessKey":1}]}`,
		`{"current":"none","profiles":[null]}`,
		`{"profiles":{}}`, `{"current":1}`, `{"secretAccessKey":"`, "", "null", "[]", "{}", "\xff",
	} {
		f.Add(file, "")
		f.Add(file, "default")
	}
	f.Fuzz(func(t *testing.T, file, name string) {
		const secret = "kJ8wQ2secret"
		file = strings.ReplaceAll(file, `"secretAccessKey":"`, `"secretAccessKey":"`+secret)
		profile, err := ParseProfile([]byte(file), name)
		var keys Keys
		if err == nil {
			keys, err = profile.Keys()
		}
		if err == nil {
			_, err = profile.Agency()
		}
		switch {
		case err != nil:
			if strings.Contains(err.Error(), secret) {
				t.Fatalf("the error contains a secret: %v", err)
			}
		case keys.AccessKey == "" || keys.SecretKey == "":
			t.Fatalf("the profile lacks a key: %+v", profile)
		case name != "" && profile.Name != name:
			t.Fatalf("the profile is %q, not %q", profile.Name, name)
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
		c := inMemory(t, Config{Credentials: Keys{
			AccessKey: key.Access, SecretKey: key.Secret, SecurityToken: securityToken,
		}}, overTheWire(server))
		in := Scope{Region: simulator.Region, ProjectID: projectID}
		// Whether the simulator knows what is requested does not matter here.
		_, _, _ = c.ServiceConnections(t.Context(), in, segment, ServiceConnectionsQuery{EndpointID: value, Status: other, SortKey: value, SortDir: other})
		_, _ = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{Name: value, Status: other, Tags: map[string]string{value: other, other: value}})
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
		"https://example.com", "https://example.com/", "https://example.com/a//b/", "https://example.com/%zz", "https://example.com/a%2Fb?x=%zz",
		"https://example.com/?b=2&a=1&b=1", "https://example.com/?a", "https://example.com/?a;b", "https://example.com/?a=%20+%2B", "//", "?", "mailto:a@b",
		"https://example.com/ü?ü=ü", "https://example.com/a?" + strings.Repeat("a=b&", 100), "http://[::1]:80/", "*",
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
