package client

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// signatureVector is a request whose signature is known.
const (
	signatureVectorURL    = "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
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
		"root":                 {"https://h/", "/", ""},
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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, names := canonicalRequest(newRequest(t, test.url), nil)
			want := strings.Join([]string{
				"GET", test.path, test.query, "host:h", "", "host", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			}, "\n")
			if text != want || names != "host" {
				t.Errorf("the canonical request is\n%s\nwant\n%s", text, want)
			}
		})
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
	for name, test := range map[string]struct {
		credential         credential
		method, path, body string
		projectID          string
		status             int
	}{
		"key":                 {permanent, http.MethodGet, channel, "", "", http.StatusOK},
		"key and project":     {permanent, http.MethodGet, channel, "", simulator.ProjectID, http.StatusOK},
		"temporary":           {temporary, http.MethodGet, channel, "", "", http.StatusOK},
		"temporary, project":  {temporary, http.MethodGet, channel, "", simulator.ProjectID, http.StatusOK},
		"query with spaces":   {permanent, http.MethodGet, channel + "?name=a%20b%20%2B&precise_search=name&limit=5", "", "", http.StatusOK},
		"special characters":  {permanent, http.MethodGet, channel + "/a%20b%3A%40%24~%E4%B8%96%2B", "", "", http.StatusNotFound},
		"body":                {permanent, http.MethodPost, "/cn-north-4/iam/v3.0/OS-CREDENTIAL/securitytokens", `{"auth":{}}`, "", http.StatusBadRequest},
		"wrong secret":        {credential{accessKey: simulator.AccessKey, secretKey: "x"}, http.MethodGet, channel, "", "", http.StatusUnauthorized},
		"wrong token of keys": {credential{accessKey: keys.Access, secretKey: keys.Secret, securityToken: "x"}, http.MethodGet, channel, "", "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			test.credential.authorize(req, []byte(test.body), test.projectID)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
		})
	}
}

func TestCredentialsOfARequest(t *testing.T) {
	t.Parallel()
	req := newRequest(t, "https://h/")
	token := credential{token: "t"}
	token.authorize(req, nil, "p")
	if req.Header.Get("X-Auth-Token") != "t" || len(req.Header) != 1 {
		t.Errorf("a token set %v", req.Header)
	}
	keys := credential{accessKey: "ak", secretKey: "sk", securityToken: "st"}
	req = newRequest(t, "https://h/")
	keys.authorize(req, nil, "p")
	if req.Header.Get("X-Project-Id") != "p" || req.Header.Get("X-Security-Token") != "st" ||
		!strings.HasPrefix(req.Header.Get("Authorization"), "SDK-HMAC-SHA256 Access=ak, SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, Signature=") {
		t.Errorf("keys set %v", req.Header)
	}
	if date, err := time.Parse("20060102T150405Z", req.Header.Get("X-Sdk-Date")); err != nil || time.Since(date).Abs() > time.Minute {
		t.Errorf("the date is %s: %v", date, err)
	}
	permanent := credential{accessKey: "ak", secretKey: "sk"}
	req = newRequest(t, "https://h/")
	permanent.authorize(req, nil, "")
	if !strings.Contains(req.Header.Get("Authorization"), "SignedHeaders=host;x-sdk-date,") || len(req.Header) != 2 {
		t.Errorf("permanent keys without a project set %v", req.Header)
	}
}
