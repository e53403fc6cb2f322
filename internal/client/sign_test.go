package client

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// signatureVector is a request whose signature is known.
const (
	signatureVectorURL = "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs" +
		"?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
	signatureVectorSecret = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
	signatureVectorHash   = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
	signatureVector       = "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
)

func newRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestSignatureVector(t *testing.T) {
	t.Parallel()
	req := newRequest(t, signatureVectorURL)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "not signed")
	// Signing again, as another attempt does, replaces the first signature.
	sign(req, []byte("another body"), "AK", "another secret", time.Now())
	sign(req, nil, "AK", signatureVectorSecret, time.Date(2019, 11, 15, 3, 36, 55, 0, time.UTC))

	text, _ := canonicalRequest(req, nil)
	hash := sha256.Sum256([]byte(text))
	if got := hex.EncodeToString(hash[:]); got != signatureVectorHash {
		t.Errorf("the hash of the canonical request is %s, want %s; the request is\n%s", got, signatureVectorHash, text)
	}
	want := "SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-sdk-date, Signature=" + signatureVector
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("Authorization is\n%s, want\n%s", got, want)
	}
	if got := req.Header.Get("X-Sdk-Date"); got != "20191115T033655Z" {
		t.Errorf("X-Sdk-Date is %s", got)
	}
}

func TestCanonicalRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ url, path, query string }{
		"nothing":              {"https://h", "/", ""},
		"closing slash":        {"https://h/a/", "/a/", ""},
		"unreserved":           {"https://h/A-z_0.9~", "/A-z_0.9~/", ""},
		"reserved":             {"https://h/a:b@c!d$e", "/a%3Ab%40c%21d%24e/", ""},
		"space":                {"https://h/a%20b/c+d", "/a%20b/c%2Bd/", ""},
		"encoded slash":        {"https://h/a%2Fb", "/a%2Fb/", ""},
		"lower case encoding":  {"https://h/a%2fb", "/a%2Fb/", ""},
		"needless encoding":    {"https://h/%61%7e", "/a~/", ""},
		"not ASCII":            {"https://h/\u4e16", "/%E4%B8%96/", ""},
		"double slash":         {"https://h/a//b", "/a//b/", ""},
		"query sorted":         {"https://h/?b=2&a=1&a-b=3&B=4", "/", "B=4&a=1&a-b=3&b=2"},
		"query twice":          {"https://h/?a=2&a=10&a=1", "/", "a=1&a=10&a=2"},
		"query with space":     {"https://h/?name=a%20b&x=c+d", "/", "name=a%20b&x=c%20d"},
		"query with reserved":  {"https://h/?tags=k%3Dv%2Cl%3Dw&t=2020-01-01T00:00:00Z", "/", "t=2020-01-01T00%3A00%3A00Z&tags=k%3Dv%2Cl%3Dw"},
		"query without values": {"https://h/?a&b=", "/", "a=&b="},
		"query not ASCII":      {"https://h/?n=%E4%B8%96%E7%95%8C", "/", "n=%E4%B8%96%E7%95%8C"},
	} {
		text, names := canonicalRequest(newRequest(t, test.url), nil)
		want := strings.Join([]string{
			"GET", test.path, test.query, "host:h", "", "host", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		}, "\n")
		if text != want || names != "host" {
			t.Errorf("%s: the canonical request is\n%s\nwant\n%s", name, text, want)
		}
	}
}

// TestGatewayAcceptsSignatures has the simulator, which follows the documents, check requests of
// each kind.
func TestGatewayAcceptsSignatures(t *testing.T) {
	t.Parallel()
	server := simulator.Start(t)
	keys := simulator.Key{Access: "TEMPORARY", Secret: "secret", SecurityToken: "token+/=", DomainID: simulator.DomainID}
	server.Update(func(d *simulator.Data) { d.IAM.Keys = append(d.IAM.Keys, keys) })
	permanent := credential{accessKey: simulator.AccessKey, secretKey: simulator.SecretKey}
	temporary := credential{accessKey: keys.Access, secretKey: keys.Secret, securityToken: keys.SecurityToken}
	const channel = "/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.InstanceID + "/vpc-channels"
	wrong, wrongToken := permanent, temporary
	wrong.secretKey, wrongToken.securityToken = "x", "x"
	const post = "/cn-north-4/iam/v3.0/OS-CREDENTIAL/securitytokens"
	for name, test := range map[string]struct {
		credential            credential
		path, body, projectID string
		status                int
	}{
		"key":                 {permanent, channel, "", "", http.StatusOK},
		"key and project":     {permanent, channel, "", simulator.ProjectID, http.StatusOK},
		"temporary":           {temporary, channel, "", "", http.StatusOK},
		"temporary, project":  {temporary, channel, "", simulator.ProjectID, http.StatusOK},
		"query with spaces":   {permanent, channel + "?name=a%20b%20%2B&precise_search=name&limit=5", "", "", http.StatusOK},
		"special characters":  {permanent, channel + "/a%20b%3A%40%24~%E4%B8%96%2B", "", "", http.StatusNotFound},
		"body":                {permanent, post, `{"auth":{}}`, "", http.StatusBadRequest},
		"wrong secret":        {wrong, channel, "", "", http.StatusUnauthorized},
		"wrong token of keys": {wrongToken, channel, "", "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := newRequest(t, server.URL+test.path)
			if test.body != "" {
				req.Method, req.Body = http.MethodPost, io.NopCloser(strings.NewReader(test.body))
			}
			req.Header.Set("Content-Type", "application/json")
			test.credential.authorize(req, []byte(test.body), test.projectID)
			if _, ok := req.Header["X-Project-Id"]; ok != (test.projectID != "") {
				t.Errorf("the headers are %v", req.Header)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
		})
	}
}
