package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	signInPath   = "/cn-north-4/iam/v3/auth/tokens"
	projectsPath = "/cn-north-4/iam/v3/projects"
	keysPath     = "/cn-north-4/iam/v3.0/OS-CREDENTIAL/securitytokens"
	oidcPath     = "/cn-north-4/iam/v3.0/OS-AUTH/id-token/tokens"
)

const (
	byID      = `{"id":"` + UserID + `","password":"` + Password + `"}`
	projectID = `{"project":{"id":"` + ProjectID + `"}}`
)

// authBody returns the body of a sign-in.
func authBody(method, identity, scope string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":[%q],%q:%s},"scope":%s}}`, method, method, identity, scope)
}

func userBody(user, scope string) string {
	return authBody("password", `{"user":`+user+`}`, scope)
}

func userNamed(name, password, domain string) string {
	return fmt.Sprintf(`{"name":%q,"password":%q,"domain":{%s}}`, name, password, domain)
}

func oidcBody(token, scope string) string {
	return `{"auth":{"id_token":{"id":"` + token + `"}` + scope + `}}`
}

func agencyBody(agency, domain, duration string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":%q,%s%s}}}}`, agency, domain, duration)
}

// text returns a text in a response.
func text(t *testing.T, got reply, path ...string) string {
	t.Helper()
	var value any = map[string]any(parseEntry(got.body))
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	text, _ := value.(string)
	return text
}

// issue requests a token and returns it.
func issue(t *testing.T, s *Server, path, body string, edits ...edit) (reply, string) {
	t.Helper()
	got := send(t, s, path, body, edits...)
	wantPart(t, got, http.StatusCreated, `"token":`)
	return got, got.header.Get("X-Subject-Token")
}

// readKey returns an issued key and an edit that signs with it.
func readKey(t *testing.T, got reply, status int) (Key, edit) {
	t.Helper()
	wantPart(t, got, status, "credential")
	key := Key{Access: text(t, got, "credential", "access"), Secret: text(t, got, "credential", "secret")}
	key.SecurityToken = text(t, got, "credential", "securitytoken")
	var err error
	if key.Expires, err = time.Parse(iamTime, text(t, got, "credential", "expires_at")); err != nil {
		t.Error(err)
	}
	return key, func(r *http.Request) {
		r.Header.Set("X-Security-Token", key.SecurityToken)
		signedBy(key.Access, key.Secret, time.Now(), "x-security-token", "host")(r)
	}
}

func TestIAMToken(t *testing.T) {
	t.Parallel()
	s := Start(t)
	got, token := issue(t, s, signInPath, userBody(byID, projectID))
	expires, err := time.Parse("2006-01-02T15:04:05.000000Z", text(t, got, "token", "expires_at"))
	if left := time.Until(expires); err != nil || left > 24*time.Hour || left < 23*time.Hour {
		t.Errorf("expires in %s: %v", left, err)
	}
	if got.header.Get("X-Iam-Trace-Id") == "" || len(token) != 2048 {
		t.Errorf("got %v", got.header)
	}
	wantPart(t, got, http.StatusCreated,
		`"project":{"domain":{"id":"`+DomainID+`","name":"`+DomainName+`"},"id":"`+ProjectID+`","name":"`+Region+`"}`)
	wantPart(t, send(t, s, dliPath, "", withToken(token)), http.StatusOK, "withvpc")

	s.Update(func(d *Data) { d.IAM.TokenLifetime = time.Nanosecond })
	_, token = issue(t, s, signInPath, userBody(byID, projectID))
	wantPart(t, send(t, s, dliPath, "", withToken(token)), http.StatusUnauthorized, "APIGW.0307")
}

// TestIAMSignIn signs in with a password in every way.
func TestIAMSignIn(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const named, byDomainID = `"name":"` + DomainName + `"`, `"id":"` + DomainID + `"`
	inDomain := func(project, domain string) string {
		return `{"project":{"name":"` + project + `","domain":{` + domain + `}}}`
	}
	for _, test := range []struct {
		user, scope string
		status      int
		want        string
	}{
		{userNamed(UserName, Password, named), projectID, 201, ProjectID},
		{userNamed(UserName, Password, byDomainID), projectID, 201, ProjectID},
		{byID, inDomain(Region, named), 201, ProjectID},
		{byID, inDomain(Region, byDomainID), 201, ProjectID},
		{byID, `{"domain":{` + named + `}}`, 201, DomainName},
		{byID, `{}`, 201, `"methods":["password"]`},
		{userNamed(UserName, "wrong", named), projectID, 401, ""},
		{`{"id":"` + UserID + `","password":"x"}`, projectID, 401, ""},
		{userNamed("nobody", Password, named), projectID, 401, ""},
		{`{"id":"x","password":"` + Password + `"}`, projectID, 401, ""},
		{userNamed(UserName, Password, `"name":"nowhere"`), projectID, 401, ""},
		{userNamed(UserName, Password, `"id":"`+AgencyDomainID+`"`), projectID, 401, ""},
		{userNamed(UserName, "", named), projectID, 400, ""},
		{`{"name":"` + UserName + `","password":"` + Password + `"}`, projectID, 400, ""},
		{byID, inDomain("eu-west-101", named), 404, ""},
		{byID, inDomain(Region, `"id":"`+AgencyDomainID+`"`), 404, ""},
		{byID, `{"project":{"id":"` + AgencyProjectID + `"}}`, 404, ""},
		{byID, `{"domain":{"name":"` + AgencyDomainName + `"}}`, 403, ""},
		{byID, `{"project":{"name":"cn-north-4"}}`, 400, "Expecting to find domain in project."},
	} {
		wantPart(t, send(t, s, signInPath, userBody(test.user, test.scope)), test.status, test.want)
	}
	wantPart(t, send(t, s, signInPath, "{"), http.StatusBadRequest, "invalid")
	wantPart(t, send(t, s, signInPath, `{"auth":{"identity":{"methods":["totp"]}}}`), http.StatusBadRequest, "identity")
	wantJSON(t, send(t, s, signInPath, userBody(userNamed(UserName, "wrong", named), projectID)), http.StatusUnauthorized,
		`{"error":{"code":401,"title":"Unauthorized","message":"The username or password is wrong`+onlyPrinted+`"}}`)
}

func TestIAMTokenExchange(t *testing.T) {
	t.Parallel()
	s := Start(t)
	unscoped, value := issue(t, s, signInPath, userBody(byID, `{}`))
	wantPart(t, send(t, s, dliPath, "", withToken(value)), http.StatusForbidden, "DLI.0003")
	wantPart(t, send(t, s, projectsPath, "", withToken(value)), http.StatusOK, ProjectID)

	body := authBody("token", `{"id":"`+value+`"}`, projectID)
	scoped, token := issue(t, s, signInPath, body)
	if text(t, scoped, "token", "expires_at") != text(t, unscoped, "token", "expires_at") || text(t, scoped, "token", "user", "id") != UserID {
		t.Errorf("got %s for %s", scoped.body, unscoped.body)
	}
	wantPart(t, send(t, s, dliPath, "", withToken(token)), http.StatusOK, "withvpc")
	for id, status := range map[string]int{"unknown": 401, value: 404} {
		body := authBody("token", `{"id":"`+id+`"}`, `{"project":{"id":"`+AgencyProjectID+`"}}`)
		wantPart(t, send(t, s, signInPath, body), status, "error")
	}
	s.Update(func(d *Data) { d.IAM.WithoutTokenAPIs = true })
	wantPart(t, send(t, s, signInPath, body), http.StatusBadRequest, "identity")
}

func TestIAMShowToken(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) {
		d.IAM.Tokens = append(d.IAM.Tokens,
			IssuedToken{Value: "unscoped", DomainID: DomainID},
			IssuedToken{Value: "expired", DomainID: DomainID, Expires: time.Now()},
			IssuedToken{Value: "other", DomainID: AgencyDomainID},
		)
	})
	for subject, status := range map[string]int{Token: 200, "unscoped": 200, "expired": 404, "unknown": 404, "other": 403} {
		got := send(t, s, signInPath, "", withToken(Token), withHeader("X-Subject-Token", subject))
		wantPart(t, got, status, "")
		if hasProject := strings.Contains(string(got.body), ProjectID); hasProject != (subject == Token) {
			t.Errorf("%s: %s", subject, got.body)
		}
	}
	subject := withHeader("X-Subject-Token", Token)
	wantPart(t, send(t, s, signInPath, "", withKey, subject), http.StatusUnauthorized, "APIGW.0301")
	s.Update(func(d *Data) { d.IAM.WithoutTokenAPIs = true })
	wantPart(t, send(t, s, signInPath, "", withToken(Token), subject), http.StatusNotFound, "APIGW.0101")
}

func TestIAMProjects(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for query, want := range map[string]string{
		"":                                ProjectID + " " + SubProjectID + " " + SecondProjectID,
		"?name=cn-north-4":                ProjectID,
		"?name=" + SubProjectName:         SubProjectID,
		"?name=cn-north":                  "",
		"?name=CN-NORTH-4":                "",
		"?name=cn-north-4&enabled=unread": ProjectID,
	} {
		if ids, _ := readList(t, send(t, s, projectsPath+query, "", withKey)); strings.Join(ids, " ") != want {
			t.Errorf("%s: got %s, want %s", query, ids, want)
		}
	}
	wantPart(t, send(t, s, projectsPath, ""), http.StatusUnauthorized, "APIGW.0301")
	s.Update(func(d *Data) { d.IAM.ForbidProjectList = true })
	wantPart(t, get(t, s, projectsPath), http.StatusForbidden, "identity:list_projects")
	if ids, _ := readList(t, get(t, s, "/cn-north-4/iam/v3/auth/projects?name=no-filter")); len(ids) != 3 {
		t.Errorf("usable projects %s", ids)
	}
}

func TestIAMAgencyChain(t *testing.T) {
	t.Parallel()
	s := Start(t)
	body := agencyBody(AgencyName, `"domain_name":"`+AgencyDomainName+`"`, `,"duration_seconds":3600`)
	key, asAgency := readKey(t, send(t, s, keysPath, body, withKey), http.StatusCreated)
	if left := time.Until(key.Expires); left > time.Hour || left < time.Hour-time.Minute {
		t.Errorf("expires in %s", left)
	}
	wantPart(t, send(t, s, strings.Replace(dliPath, ProjectID, AgencyProjectID, 1), "", asAgency), http.StatusOK, `"count":1`)
	wantPart(t, send(t, s, dliPath, "", asAgency), http.StatusForbidden, "DLI.0003")
	body = agencyBody(ChainedAgencyName, `"domain_id":"`+ChainedDomainID+`"`, "")
	second, asChained := readKey(t, send(t, s, keysPath, body, asAgency), http.StatusCreated)
	wantPart(t, send(t, s, strings.Replace(dliPath, ProjectID, ChainedProjectID, 1), "", asChained), http.StatusOK, `"count":2`)

	secrets := strings.Join(s.Secrets(), " ")
	for _, want := range []string{Password, SecretKey, Token, IDToken, GitHubRequestToken, key.Secret, second.Secret, second.SecurityToken} {
		if !strings.Contains(secrets, want) {
			t.Errorf("the secrets lack %s", want)
		}
	}
	s.Update(func(d *Data) { d.IAM.KeyLifetime = time.Nanosecond })
	_, asAgency = readKey(t, send(t, s, keysPath, agencyBody(AgencyName, `"domain_id":"`+AgencyDomainID+`"`, ""), withKey), http.StatusCreated)
	wantPart(t, send(t, s, projectsPath, "", asAgency), http.StatusUnauthorized, "expired")
}

func TestIAMAgencyErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	domain := `"domain_name":"` + AgencyDomainName + `"`
	for body, status := range map[string]int{
		agencyBody("nobody", domain, ""):                                       404,
		agencyBody(AgencyName, `"domain_name":"nowhere"`, ""):                  404,
		agencyBody(ChainedAgencyName, `"domain_id":"`+ChainedDomainID+`"`, ""): 403,
		agencyBody(AgencyName, `"x":1`, ""):                                    400,
		agencyBody(AgencyName, domain+`,"domain_id":"`+AgencyDomainID+`"`, ""): 400,
		agencyBody(AgencyName, domain, `,"duration_seconds":899`):              400,
		agencyBody(AgencyName, domain, `,"duration_seconds":86401`):            400,
		"not JSON": 400,
	} {
		wantPart(t, send(t, s, keysPath, body, withKey), status, fmt.Sprintf(`{"error":{"code":%d,`, status))
	}
	wantPart(t, send(t, s, keysPath, agencyBody(AgencyName, domain, "")), http.StatusUnauthorized, "APIGW.0301")
}

func TestIAMFederation(t *testing.T) {
	t.Parallel()
	s := Start(t)
	provider := withHeader("X-Idp-Id", IdentityProviderID)
	got, value := issue(t, s, oidcPath, oidcBody(IDToken, ""), provider)
	wantPart(t, got, http.StatusCreated, `"methods":["mapped"]`)
	wantPart(t, send(t, s, dliPath, "", withToken(value)), http.StatusForbidden, "DLI.0003")
	wantPart(t, send(t, s, projectsPath, "", withToken(value)), http.StatusForbidden, "not authorized")
	wantPart(t, send(t, s, signInPath, authBody("token", `{"id":"`+value+`"}`, projectID)), http.StatusForbidden, "not authorized")
	keyBody := func(token string) string {
		return `{"auth":{"identity":{"methods":["token"],"token":{"id":"` + token + `","duration_seconds":3600}}}}`
	}
	_, withKeys := readKey(t, send(t, s, keysPath, keyBody(value)), http.StatusCreated)
	wantPart(t, send(t, s, dliPath, "", withKeys), http.StatusOK, "withvpc")
	wantPart(t, send(t, s, keysPath, keyBody("unknown")), http.StatusUnauthorized, "invalid")
	_, value = issue(t, s, oidcPath, oidcBody(IDToken, `,"scope":`+projectID), provider)
	wantPart(t, send(t, s, dliPath, "", withToken(value)), http.StatusOK, "withvpc")
}

func TestIAMFederationErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) {
		first := &d.IAM.IdentityProviders[0]
		first.IDTokens = append(first.IDTokens, ProviderToken{Value: "expired", Expires: time.Now()})
		d.IAM.IdentityProviders = append(d.IAM.IdentityProviders, IdentityProvider{
			ID: "strict", DomainID: DomainID, Audience: "a",
			IDTokens: []ProviderToken{{Value: "for a", Audience: "a"}, {Value: "for b", Audience: "b"}},
		})
	})
	for _, test := range []struct {
		provider, body string
		status         int
		want           string
	}{
		{"", oidcBody(IDToken, ""), 400, `"IAM.0011"`},
		{IdentityProviderID, oidcBody("", ""), 400, `"IAM.0011"`},
		{IdentityProviderID, "{", 400, `"IAM.0011"`},
		{"unknown", oidcBody(IDToken, ""), 404, "unknown"},
		{IdentityProviderID, oidcBody("unknown", ""), 401, "invalid"},
		{IdentityProviderID, oidcBody("expired", ""), 401, "expired"},
		{"strict", oidcBody("for a", ""), 201, "mapped"},
		{"strict", oidcBody("for b", ""), 401, "invalid"},
		{IdentityProviderID, oidcBody(IDToken, `,"scope":{"domain":{"id":"`+AgencyDomainID+`"}}`), 403, "not authorized"},
	} {
		wantPart(t, send(t, s, oidcPath, test.body, withHeader("X-Idp-Id", test.provider)), test.status, test.want)
	}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.IAM.IdentityProviders[0].Audience = "a b" })
	path := strings.TrimPrefix(s.GitHubURL(), s.URL)
	for audience, status := range map[string]int{"a%20b": http.StatusCreated, "other": http.StatusUnauthorized} {
		got := send(t, s, path+"&audience="+audience, "", withHeader("Authorization", "Bearer "+GitHubRequestToken))
		wantPart(t, send(t, s, oidcPath, oidcBody(text(t, got, "value"), ""), withHeader("X-Idp-Id", IdentityProviderID)), status, "")
	}
	wantPart(t, send(t, s, path, "", withHeader("Authorization", "Bearer wrong")), http.StatusUnauthorized, "")
	wantPart(t, send(t, s, "/github/elsewhere", ""), http.StatusNotFound, "")
}
