package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	vpcepPath    = "/cn-north-4/vpcep/v1/" + ProjectID + "/vpc-endpoint-services/" + ServiceID + "/connections"
	dliPath      = "/cn-north-4/dli/v2.0/" + ProjectID + "/datasource/enhanced-connections"
	channelsPath = "/cn-north-4/apig/v2/" + ProjectID + "/apigw/instances/" + InstanceID + "/vpc-channels"
)

func TestGatewaySignatures(t *testing.T) {
	t.Parallel()
	s := Start(t)
	now := time.Now()
	const temporary, old = "SIMULATEDTEMPORARY01", "SIMULATEDTEMPORARY02"
	s.Update(func(d *Data) {
		d.IAM.Keys = append(d.IAM.Keys,
			Key{Access: temporary, Secret: "temporary-secret", DomainID: DomainID, SecurityToken: "session", Expires: now.Add(time.Hour)},
			Key{Access: old, Secret: "temporary-secret", DomainID: DomainID, SecurityToken: "session", Expires: now.Add(-time.Second)},
		)
	})
	session := withHeader("X-Security-Token", "session")
	project := withHeader("X-Project-Id", ProjectID)
	for _, test := range []struct {
		name   string
		edits  []func(*http.Request)
		status int
		code   string
	}{
		{"without host", []func(*http.Request){withKey}, 200, ""},
		{"with host", []func(*http.Request){signedBy(AccessKey, SecretKey, now, "host")}, 200, ""},
		{"with more headers", []func(*http.Request){
			withHeader("Content-Type", "application/json"), withHeader("X-Other", "a b"), project,
			signedBy(AccessKey, SecretKey, now, "host", "content-type", "x-other", "x-project-id"),
		}, 200, ""},
		{"a header not signed", []func(*http.Request){withKey, withHeader("X-Other", "later")}, 200, ""},
		{"a signed header changed", []func(*http.Request){
			withHeader("X-Other", "before"), signedBy(AccessKey, SecretKey, now, "x-other"), withHeader("X-Other", "after"),
		}, 401, "APIGW.0301"},
		{"nothing", nil, 401, "APIGW.0301"},
		{"unknown key", []func(*http.Request){signedBy("SIMULATEDUNKNOWNKEY1", SecretKey, now)}, 401, "APIGW.0301"},
		{"wrong secret", []func(*http.Request){signedBy(AccessKey, "wrong", now)}, 401, "APIGW.0301"},
		{"14 minutes late", []func(*http.Request){signedBy(AccessKey, SecretKey, now.Add(-14*time.Minute))}, 200, ""},
		{"16 minutes late", []func(*http.Request){signedBy(AccessKey, SecretKey, now.Add(-16*time.Minute))}, 401, "APIGW.0303"},
		{"16 minutes early", []func(*http.Request){signedBy(AccessKey, SecretKey, now.Add(16*time.Minute))}, 401, "APIGW.0303"},
		{"date not signed", []func(*http.Request){withKey, func(r *http.Request) {
			h := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(h, "SignedHeaders=x-sdk-date", "SignedHeaders=host", 1))
		}}, 401, "APIGW.0301"},
		{"path changed", []func(*http.Request){withKey, func(r *http.Request) { r.URL.Path = dliPath }}, 401, "APIGW.0301"},
		{"query changed", []func(*http.Request){withKey, func(r *http.Request) { r.URL.RawQuery = "limit=5" }}, 401, "APIGW.0301"},
		{"hash of a different body", []func(*http.Request){withHeader("X-Sdk-Content-Sha256", goldenHash), withKey}, 401, "APIGW.0301"},
		{"project not signed", []func(*http.Request){withKey, project}, 200, ""},
		{"other project named, not signed", []func(*http.Request){withKey, withHeader("X-Project-Id", SubProjectID)}, 403, "EndPoint.0004"},
		{"other project named", []func(*http.Request){
			withHeader("X-Project-Id", SubProjectID), signedBy(AccessKey, SecretKey, now, "x-project-id"),
		}, 403, "EndPoint.0004"},
		{"temporary", []func(*http.Request){session, signedBy(temporary, "temporary-secret", now, "x-security-token")}, 200, ""},
		{"temporary, session not signed", []func(*http.Request){signedBy(temporary, "temporary-secret", now), session}, 200, ""},
		{"temporary without session", []func(*http.Request){signedBy(temporary, "temporary-secret", now)}, 401, "APIGW.0301"},
		{"temporary with another session", []func(*http.Request){
			withHeader("X-Security-Token", "other"), signedBy(temporary, "temporary-secret", now, "x-security-token"),
		}, 401, "APIGW.0301"},
		{"temporary, expired", []func(*http.Request){session, signedBy(old, "temporary-secret", now, "x-security-token")}, 401, "APIGW.0301"},
		{"permanent with a session", []func(*http.Request){session, signedBy(AccessKey, SecretKey, now, "x-security-token")}, 401, "APIGW.0301"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodGet, vpcepPath, "", test.edits...)
			if test.code != "" {
				wantCode(t, got, test.status, test.code)
			} else if got.status != test.status {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

// TestGatewayChecksOnlySignedHeaders sends the requests of a client that signs without the host and
// adds headers afterwards. The signature is computed here, independently of the simulator's code.
func TestGatewayChecksOnlySignedHeaders(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const access, secret = "SIMULATEDTEMPORARY01", "temporary-secret"
	s.Update(func(d *Data) {
		d.IAM.Keys = append(d.IAM.Keys, Key{Access: access, Secret: secret, DomainID: DomainID, SecurityToken: "session"})
	})
	sign := func(r *http.Request) {
		date := time.Now().UTC().Format("20060102T150405Z")
		empty := sha256.Sum256(nil)
		canonical := sha256.Sum256([]byte("GET\n" + r.URL.Path + "/\n\naccept:application/json\nuser-agent:other-client/1.0\nx-sdk-date:" + date +
			"\n\naccept;user-agent;x-sdk-date\n" + hex.EncodeToString(empty[:])))
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hex.EncodeToString(canonical[:])))
		for name, value := range map[string]string{
			"Accept": "application/json", "User-Agent": "other-client/1.0", "X-Sdk-Date": date,
			"Authorization": "SDK-HMAC-SHA256 Access=" + access + ", SignedHeaders=accept;user-agent;x-sdk-date, Signature=" +
				hex.EncodeToString(mac.Sum(nil)),
		} {
			r.Header.Set(name, value)
		}
	}
	session := withHeader("X-Security-Token", "session")
	for _, test := range []struct {
		name   string
		edits  []func(*http.Request)
		status int
		code   string
	}{
		{"added afterwards", []func(*http.Request){sign, session, withHeader("X-Project-Id", ProjectID), withHeader("X-Domain-Id", DomainID)}, 200, "connections"},
		{"another project", []func(*http.Request){sign, session, withHeader("X-Project-Id", SubProjectID)}, 403, "EndPoint.0004"},
		{"another session", []func(*http.Request){sign, withHeader("X-Security-Token", "x")}, 401, "APIGW.0301"},
		{"no session", []func(*http.Request){sign}, 401, "APIGW.0301"},
		{"a signed header changed", []func(*http.Request){sign, session, withHeader("Accept", "*/*")}, 401, "APIGW.0301"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantCode(t, send(t, s, http.MethodGet, vpcepPath, "", test.edits...), test.status, test.code)
		})
	}
}

func TestGatewayHashHeader(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const body = `{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"` + AgencyName +
		`","domain_name":"` + AgencyDomainName + `"}}}}`
	got := send(t, s, http.MethodPost, "/cn-north-4/iam/v3.0/OS-CREDENTIAL/securitytokens", body,
		withHeader("X-Sdk-Content-Sha256", hexSHA256([]byte(body))),
		signedBy(AccessKey, SecretKey, time.Now(), "x-sdk-content-sha256"))
	if got.status != http.StatusCreated {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestGatewayTokens(t *testing.T) {
	t.Parallel()
	s := Start(t)
	now := time.Now()
	s.Update(func(d *Data) {
		d.IAM.Tokens = append(d.IAM.Tokens,
			IssuedToken{Value: "old", DomainID: DomainID, ProjectID: ProjectID, Expires: now},
			IssuedToken{Value: "of the domain", DomainID: DomainID},
			IssuedToken{Value: "of the sub-project", DomainID: DomainID, ProjectID: SubProjectID},
			IssuedToken{Value: "of another domain", DomainID: AgencyDomainID, ProjectID: ProjectID},
		)
	})
	for _, test := range []struct {
		token, path string
		status      int
		code        string
	}{
		{Token, vpcepPath, 200, "adb7b229-bb11-4072-bcc0-3327cd784263"},
		{"unknown", vpcepPath, 401, "APIGW.0301"},
		{"old", vpcepPath, 401, "APIGW.0307"},
		{"of the domain", vpcepPath, 403, "EndPoint.0004"},
		{"of the domain", "/cn-north-4/iam/v3/projects?name=" + SubProjectName, 200, SubProjectID},
		{"of the sub-project", vpcepPath, 403, "EndPoint.0004"},
		{"of the sub-project", dliPath, 403, "DLI.0003"},
		{"of the sub-project", channelsPath, 403, "APIG.1005"},
		{"of another domain", dliPath, 403, "DLI.0003"},
		{Token, strings.Replace(dliPath, Region, SecondRegion, 1), 403, "DLI.0003"},
		{Token, strings.Replace(dliPath, ProjectID, "a0000000000000000000000000000099", 1), 403, "DLI.0003"},
	} {
		t.Run(test.token+" "+test.path, func(t *testing.T) {
			t.Parallel()
			wantCode(t, send(t, s, http.MethodGet, test.path, "", withHeader("X-Auth-Token", test.token)), test.status, test.code)
		})
	}
}

func TestGatewayRoutes(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, test := range []struct{ method, path string }{
		{http.MethodGet, "/"},
		{http.MethodGet, "/vpcep/v1/" + ProjectID},
		{http.MethodGet, "/cn-north-4/ecs/v1/" + ProjectID},
		{http.MethodGet, vpcepPath + "/"},
		{http.MethodGet, strings.Replace(vpcepPath, "/v1", "//v1", 1)},
		{http.MethodPost, vpcepPath},
		{http.MethodGet, strings.Replace(vpcepPath, "vpcep", "dli", 1)},
		{http.MethodGet, strings.Replace(vpcepPath, Region, "eu-west-101", 1)},
		{http.MethodGet, "/cn-north-4/iam/v3/v3/projects"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, test.method, test.path, "", withToken)
			wantCode(t, got, http.StatusNotFound, "APIGW.0101")
			id := got.header.Get(requestIDHeader)
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) || !strings.Contains(string(got.body), `"request_id":"`+id+`"`) {
				t.Errorf("request ID %q in the header, body %s", id, got.body)
			}
		})
	}
}

func TestGatewayRefusesMalformedQuery(t *testing.T) {
	t.Parallel()
	s := Start(t)
	wantCode(t, get(t, s, vpcepPath+"?limit=%zz"), http.StatusBadRequest, "EndPoint.0002")
	wantCode(t, get(t, s, dliPath+"?a;b"), http.StatusBadRequest, "DLI.0001")
}

func TestUnauthorizedShape(t *testing.T) {
	t.Parallel()
	s := Start(t)
	got := send(t, s, http.MethodGet, dliPath, "", signedBy(AccessKey, "wrong", time.Now()))
	wantJSON(t, got, http.StatusUnauthorized, `{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail",`+
		`"error_code":"APIGW.0301","request_id":"`+got.header.Get(requestIDHeader)+`"}`)
}
