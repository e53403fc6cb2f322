package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// Paths of lists in the default project.
const (
	servicesPath  = "/cn-north-4/vpcep/v1/" + ProjectID + "/vpc-endpoint-services"
	vpcepPath     = servicesPath + "/" + ServiceID + "/connections"
	dliPath       = "/cn-north-4/dli/v2.0/" + ProjectID + "/datasource/enhanced-connections"
	instancesPath = "/cn-north-4/apig/v2/" + ProjectID + "/apigw/instances"
	channelsPath  = instancesPath + "/" + InstanceID + "/vpc-channels"
)

// reply is a response as the client received it.
type reply struct {
	// request is what was sent, for messages.
	request string
	status  int
	header  http.Header
	body    []byte
}

// An edit changes a request before it is sent.
type edit = func(*http.Request)

// withHeader sets a header.
func withHeader(name, value string) edit {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// withToken adds a token.
func withToken(value string) edit {
	return withHeader("X-Auth-Token", value)
}

// signedBy signs a request, X-Sdk-Date and the named headers included.
func signedBy(access, secret string, at time.Time, names ...string) edit {
	return func(r *http.Request) {
		r.Header.Set("X-Sdk-Date", at.UTC().Format(dateLayout))
		signed := strings.Join(append([]string{"x-sdk-date"}, names...), ";")
		a, err := parseAuthorization(algorithm + " Access=x, SignedHeaders=" + signed + ", Signature=x")
		if err != nil {
			panic(err)
		}
		var body []byte
		if r.GetBody != nil {
			reader, _ := r.GetBody()
			body, _ = io.ReadAll(reader)
		}
		canonical, err := canonicalRequest(r, a.signed, hexSHA256(body))
		if err != nil {
			panic(err)
		}
		r.Header.Set("Authorization", algorithm+" Access="+access+", SignedHeaders="+strings.Join(a.signed, ";")+
			", Signature="+signature(secret, r.Header.Get("X-Sdk-Date"), canonical))
	}
}

// withKey signs with the default key.
func withKey(r *http.Request) {
	signedBy(AccessKey, SecretKey, time.Now())(r)
}

// trySend sends a request, a POST if it has a body, and reads the response.
func trySend(t *testing.T, s *Server, path, body string, edits ...edit) (reply, error) {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(r)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	got := reply{request: path + " " + body, status: response.StatusCode, header: response.Header}
	got.body, err = io.ReadAll(response.Body)
	return got, err
}

func send(t *testing.T, s *Server, path, body string, edits ...edit) reply {
	t.Helper()
	got, err := trySend(t, s, path, body, edits...)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return got
}

// get sends a GET request with the default token.
func get(t *testing.T, s *Server, path string) reply {
	t.Helper()
	return send(t, s, path, "", withToken(Token))
}

// wantPart checks the status, and that the body contains a text.
func wantPart(t *testing.T, got reply, status int, part string) {
	t.Helper()
	if got.status != status || !strings.Contains(string(got.body), part) {
		t.Errorf("%s: got %d %.300s, want %d with %s", got.request, got.status, got.body, status, part)
	}
}

// wantJSON compares the status and the body.
func wantJSON(t *testing.T, got reply, status int, want string) {
	t.Helper()
	wantPart(t, got, status, "{")
	if diff := gocmp.Diff(MustEntry(want), parseEntry(got.body)); diff != "" {
		t.Errorf("%s: response (-want +got):\n%s", got.request, diff)
	}
}

// readList returns the IDs of a list of any API, and the total if the response has one.
func readList(t *testing.T, got reply) (ids []string, total string) {
	t.Helper()
	wantPart(t, got, http.StatusOK, "[")
	ids = []string{}
	for name, value := range parseEntry(got.body) {
		switch value := value.(type) {
		case []any:
			for _, entry := range value {
				fields, _ := entry.(map[string]any)
				ids = append(ids, Entry(fields).Text("id"))
			}
		case json.Number:
			if name != "size" {
				total = value.String()
			}
		}
	}
	return ids, total
}

// pageTest is a query of a list, and the entries and the total that it gives.
type pageTest struct {
	query string
	want  []Entry
	total int
}

// checkPages reads the pages of a list.
func checkPages(t *testing.T, s *Server, path string, tests []pageTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(path+test.query, func(t *testing.T) {
			t.Parallel()
			ids, total := readList(t, get(t, s, path+test.query))
			if total != strconv.Itoa(test.total) {
				t.Errorf("total %s, want %d", total, test.total)
			}
			if diff := gocmp.Diff(idsOf(test.want), ids); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// idsOf returns the IDs of entries.
func idsOf(entries []Entry) []string {
	ids := []string{}
	for _, entry := range entries {
		ids = append(ids, entry.Text("id"))
	}
	return ids
}
