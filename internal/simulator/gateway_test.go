package simulator

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestGatewaySignatures(t *testing.T) {
	t.Parallel()
	s := Start(t)
	now := time.Now()
	const temporary, old, secret = "SIMULATEDTEMPORARY01", "SIMULATEDTEMPORARY02", "temporary-secret"
	s.Update(func(d *Data) {
		d.IAM.Keys = append(d.IAM.Keys,
			Key{Access: temporary, Secret: secret, DomainID: DomainID, SecurityToken: "session", Expires: now.Add(time.Hour)},
			Key{Access: old, Secret: secret, DomainID: DomainID, SecurityToken: "session", Expires: now.Add(-time.Second)},
		)
	})
	signed := func(names ...string) edit { return signedBy(AccessKey, SecretKey, now, names...) }
	at := func(offset time.Duration) edit { return signedBy(AccessKey, SecretKey, now.Add(offset)) }
	session := withHeader("X-Security-Token", "session")
	withSession := signedBy(temporary, secret, now, "x-security-token")
	other := withHeader("X-Project-Id", SubProjectID)
	for _, test := range []struct {
		name   string
		edits  []edit
		status int
		want   string
	}{
		{name: "without host", edits: []edit{withKey}, status: 200},
		{name: "with host", edits: []edit{signed("host")}, status: 200},
		{name: "with more headers", edits: []edit{
			withHeader("Content-Type", "application/json"), withHeader("X-Other", "a b"), withHeader("X-Project-Id", ProjectID),
			signed("host", "content-type", "x-other", "x-project-id"),
		}, status: 200},
		{name: "a header not signed", edits: []edit{withKey, withHeader("X-Other", "later")}, status: 200},
		{name: "a signed header changed", edits: []edit{
			withHeader("X-Other", "before"), signed("x-other"), withHeader("X-Other", "after"),
		}, status: 401},
		{name: "nothing", status: 401},
		{name: "unknown key", edits: []edit{signedBy("SIMULATEDUNKNOWNKEY1", SecretKey, now)}, status: 401,
			want: `KEY1 not exist; the simulator accepts only the credentials that it printed: hwcloud-simulator -- COMMAND sets them`},
		{name: "wrong secret", edits: []edit{signedBy(AccessKey, "wrong", now)}, status: 401},
		{name: "14 minutes late", edits: []edit{at(-14 * time.Minute)}, status: 200},
		{name: "16 minutes late", edits: []edit{at(-16 * time.Minute)}, status: 401, want: "APIGW.0303"},
		{name: "16 minutes early", edits: []edit{at(16 * time.Minute)}, status: 401, want: "APIGW.0303"},
		{name: "date not signed", edits: []edit{withKey, func(r *http.Request) {
			h := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(h, "SignedHeaders=x-sdk-date", "SignedHeaders=host", 1))
		}}, status: 401},
		{name: "path changed", edits: []edit{withKey, func(r *http.Request) { r.URL.Path = dliPath }}, status: 401},
		{name: "query changed", edits: []edit{withKey, func(r *http.Request) { r.URL.RawQuery = "limit=5" }}, status: 401},
		{name: "hash of the body", edits: []edit{
			withHeader("X-Sdk-Content-Sha256", hexSHA256(nil)), signed("x-sdk-content-sha256"),
		}, status: 200},
		{name: "hash of a different body", edits: []edit{withHeader("X-Sdk-Content-Sha256", goldenHash), withKey}, status: 401},
		{name: "project not signed", edits: []edit{withKey, withHeader("X-Project-Id", ProjectID)}, status: 200},
		{name: "other project, not signed", edits: []edit{withKey, other}, status: 403, want: "EndPoint.0004"},
		{name: "other project", edits: []edit{other, signed("x-project-id")}, status: 403, want: "EndPoint.0004"},
		{name: "temporary", edits: []edit{session, withSession}, status: 200},
		{name: "temporary, session not signed", edits: []edit{signedBy(temporary, secret, now), session}, status: 200},
		{name: "temporary without session", edits: []edit{signedBy(temporary, secret, now)}, status: 401},
		{name: "temporary with another session", edits: []edit{withHeader("X-Security-Token", "other"), withSession}, status: 401},
		{name: "temporary, expired", edits: []edit{session, signedBy(old, secret, now, "x-security-token")}, status: 401},
		{name: "permanent with a session", edits: []edit{session, signed("x-security-token")}, status: 401},
	} {
		if test.status == http.StatusUnauthorized && test.want == "" {
			test.want = "APIGW.0301"
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantPart(t, send(t, s, vpcepPath, "", test.edits...), test.status, test.want)
		})
	}
}

func TestGatewayTokens(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) {
		d.IAM.Tokens = append(d.IAM.Tokens,
			IssuedToken{Value: "old", DomainID: DomainID, ProjectID: ProjectID, Expires: time.Now()},
			IssuedToken{Value: "unscoped", DomainID: DomainID},
			IssuedToken{Value: "sub-project", DomainID: DomainID, ProjectID: SubProjectID},
			IssuedToken{Value: "other domain", DomainID: AgencyDomainID, ProjectID: ProjectID},
		)
	})
	for _, test := range []struct {
		token, path string
		status      int
		want        string
	}{
		{Token, vpcepPath, 200, "adb7b229-bb11-4072-bcc0-3327cd784263"},
		{"unknown", vpcepPath, 401, "decrypt token fail; the simulator accepts only"},
		{"old", vpcepPath, 401, "APIGW.0307"},
		{"unscoped", vpcepPath, 403, "EndPoint.0004"},
		{"unscoped", projectsPath + "?name=" + SubProjectName, 200, SubProjectID},
		{"sub-project", vpcepPath, 403, "EndPoint.0004"},
		{"sub-project", dliPath, 403, "DLI.0003"},
		{"sub-project", channelsPath, 403, "APIG.1005"},
		{"other domain", dliPath, 403, "DLI.0003"},
		{Token, strings.Replace(dliPath, Region, SecondRegion, 1), 403, "DLI.0003"},
		{Token, strings.Replace(dliPath, ProjectID, "a0000000000000000000000000000099", 1), 403, "DLI.0003"},
		{Token, vpcepPath + "?limit=%zz", 400, "EndPoint.0002"},
		{Token, dliPath + "?a;b", 400, "DLI.0001"},
	} {
		wantPart(t, send(t, s, test.path, "", withToken(test.token)), test.status, test.want)
	}
}

func TestGatewayRoutes(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for path, body := range map[string]string{
		"/":                           "",
		"/vpcep/v1/" + ProjectID:      "",
		"/cn-north-4/ecs/" + "v1/":    "",
		vpcepPath + "/":               "",
		vpcepPath:                     "a POST request",
		"/cn-north-4/iam/v3/v3/users": "",
		strings.Replace(vpcepPath, "/v1", "//v1", 1):         "",
		strings.Replace(vpcepPath, "vpcep", "dli", 1):        "",
		strings.Replace(vpcepPath, Region, "eu-west-101", 1): "",
	} {
		got := send(t, s, path, body, withToken(Token))
		wantPart(t, got, http.StatusNotFound, "APIGW.0101")
		id := got.header.Get(requestIDHeader)
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) || !strings.Contains(string(got.body), `"request_id":"`+id+`"`) {
			t.Errorf("request ID %q in the header, body %s", id, got.body)
		}
	}
}

func TestGatewayErrorShape(t *testing.T) {
	t.Parallel()
	s := Start(t)
	got := send(t, s, dliPath, "", signedBy(AccessKey, "wrong", time.Now()))
	wantJSON(t, got, http.StatusUnauthorized, `{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail",`+
		`"error_code":"APIGW.0301","request_id":"`+got.header.Get(requestIDHeader)+`"}`)
	s.Inject(Fault{Action: Rewrite(func(body []byte) []byte { return []byte(strings.Replace(string(body), "APIGW.", "APIG.", 1)) })})
	wantPart(t, send(t, s, dliPath, ""), http.StatusUnauthorized, `"APIG.0301"`)
}
