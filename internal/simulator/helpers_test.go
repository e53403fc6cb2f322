package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reply is a response as the client received it.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// withToken adds the default token.
func withToken(r *http.Request) {
	r.Header.Set("X-Auth-Token", Token)
}

// withHeader sets a header.
func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// signedBy signs a request, X-Sdk-Date and the named headers included.
func signedBy(access, secret string, at time.Time, names ...string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("X-Sdk-Date", at.UTC().Format(dateLayout))
		a := authorization{signed: append([]string{"x-sdk-date"}, names...)}
		a, err := parseAuthorization(algorithm + " Access=x, SignedHeaders=" + strings.Join(a.signed, ";") + ", Signature=x")
		if err != nil {
			panic(err)
		}
		var body []byte
		if r.GetBody != nil {
			reader, err := r.GetBody()
			if err != nil {
				panic(err)
			}
			if body, err = io.ReadAll(reader); err != nil {
				panic(err)
			}
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

// send sends a request and reads the response.
func send(t *testing.T, s *Server, method, path, body string, edits ...func(*http.Request)) reply {
	t.Helper()
	got, err := trySend(t, s, method, path, body, edits...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func trySend(t *testing.T, s *Server, method, path, body string, edits ...func(*http.Request)) (reply, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(r)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	got := reply{status: response.StatusCode, header: response.Header}
	got.body, err = io.ReadAll(response.Body)
	return got, err
}

// get sends a GET request with the default token.
func get(t *testing.T, s *Server, path string, edits ...func(*http.Request)) reply {
	t.Helper()
	return send(t, s, http.MethodGet, path, "", append(edits, withToken)...)
}

// decode decodes JSON and keeps all digits of numbers.
func decode(t *testing.T, raw []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("not JSON: %v: %.200s", err, raw)
	}
	return value
}

// wantJSON compares the status and the body.
func wantJSON(t *testing.T, got reply, status int, want string) {
	t.Helper()
	if got.status != status {
		t.Errorf("status %d, want %d", got.status, status)
	}
	if diff := cmp.Diff(decode(t, []byte(want)), decode(t, got.body)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}

// wantCode checks the status, and that the body contains the error code.
func wantCode(t *testing.T, got reply, status int, code string) {
	t.Helper()
	if got.status != status || !strings.Contains(string(got.body), `"`+code+`"`) {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, code)
	}
}

func example(t *testing.T, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(os.DirFS("../provider/testdata/examples"), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// list has the fields of all list responses.
type list struct {
	Connections []struct {
		ID string `json:"id"`
	} `json:"connections"`
	Channels []struct {
		ID string `json:"id"`
	} `json:"vpc_channels"`
	Services []struct {
		ID string `json:"id"`
	} `json:"endpoint_services"`
	Instances []struct {
		ID string `json:"id"`
	} `json:"instances"`
	Projects []struct {
		ID string `json:"id"`
	} `json:"projects"`
	TotalCount int `json:"total_count"`
	Count      int `json:"count"`
	Total      int `json:"total"`
	Size       int `json:"size"`
}

func readList(t *testing.T, got reply) list {
	t.Helper()
	var l list
	if err := json.Unmarshal(got.body, &l); err != nil || got.status != http.StatusOK {
		t.Fatalf("got %d %.300s: %v", got.status, got.body, err)
	}
	return l
}

// ids returns the IDs of the list's entries.
func (l list) ids() []string {
	ids := []string{}
	for _, entry := range slices.Concat(l.Connections, l.Channels, l.Services, l.Instances, l.Projects) {
		ids = append(ids, entry.ID)
	}
	return ids
}

// idsOf returns the IDs of entries.
func idsOf(entries []Entry) []string {
	ids := []string{}
	for _, entry := range entries {
		ids = append(ids, entry.Text("id"))
	}
	return ids
}
