package simulator

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// golden is the documented request whose signature is known.
func golden(t *testing.T) *http.Request {
	t.Helper()
	const target = "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs" +
		"?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Sdk-Date", "20191115T033655Z")
	return r
}

const (
	goldenSigningKey = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
	goldenHash       = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
	goldenSignature  = "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
)

func TestGatewayAcceptsGoldenSignature(t *testing.T) {
	t.Parallel()
	data := Data{IAM: IAM{Keys: []Key{{Access: "QTWAOYTTINDUT2QVKYUC", Secret: goldenSigningKey, DomainID: DomainID}}}}
	for _, test := range []struct {
		name, signature, code string
		at                    time.Time
	}{
		{"right", goldenSignature, "", time.Date(2019, 11, 15, 3, 51, 55, 0, time.UTC)},
		{"too late", goldenSignature, "APIGW.0303", time.Date(2019, 11, 15, 3, 51, 56, 0, time.UTC)},
		{"too early", goldenSignature, "APIGW.0303", time.Date(2019, 11, 15, 3, 21, 54, 0, time.UTC)},
		{"wrong", goldenHash, "APIGW.0301", time.Date(2019, 11, 15, 3, 36, 55, 0, time.UTC)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := golden(t)
			r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, "+
				"SignedHeaders=content-type;host;x-sdk-date, Signature="+test.signature)
			c := &call{Request: Request{Header: r.Header}, original: r, data: &data, now: test.at}
			denied, ok := c.authenticate()
			if ok != (test.code == "") {
				t.Fatalf("accepted: %t, %s", ok, denied.body)
			}
			if !ok {
				wantPart(t, reply{status: denied.status, body: denied.body}, http.StatusUnauthorized, test.code)
			}
		})
	}
}

func TestCanonicalRequestEncoding(t *testing.T) {
	t.Parallel()
	const target = "http://example.com/a%2Fb/c%20d/%7Ee~'?b=2&a=%2F&b=1&c&a=x+y&d%20e=%C3%A9"
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, nil)
	r.Header.Add("X-Two", "second ")
	r.Header.Add("X-Two", "first")
	got, err := canonicalRequest(r, []string{"host", "x-two"}, "hash")
	if err != nil {
		t.Fatal(err)
	}
	want := "POST\n/a%2Fb/c%20d/~e~%27/\na=%2F&a=x%20y&b=1&b=2&c=&d%20e=%C3%A9\n" +
		"host:example.com\nx-two:first\nx-two:second\n\nhost;x-two\nhash"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := canonicalRequest(r, []string{"x-absent"}, "hash"); err == nil {
		t.Error("a signed header that was not sent is accepted")
	}
}
