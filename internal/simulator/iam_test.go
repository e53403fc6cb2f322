package simulator

import (
	"encoding/json"
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
)

func passwordBody(user, password, domain, scope string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":%q,"password":%q,"domain":{"name":%q}}}},"scope":%s}}`,
		user, password, domain, scope)
}

func TestIAMToken(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, scope := range []string{`{"project":{"name":"cn-north-4","domain":{"name":"` + DomainName + `"}}}`, `{"project":{"id":"` + ProjectID + `"}}`} {
		t.Run(scope, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodPost, signInPath, passwordBody(UserName, Password, DomainName, scope))
			if got.status != http.StatusCreated || got.header.Get("X-Iam-Trace-Id") == "" {
				t.Fatalf("got %d %v %s", got.status, got.header, got.body)
			}
			var body struct {
				Token struct {
					ExpiresAt string `json:"expires_at"`
					IssuedAt  string `json:"issued_at"`
					Project   struct {
						ID     string `json:"id"`
						Name   string `json:"name"`
						Domain struct {
							ID   string `json:"id"`
							Name string `json:"name"`
						} `json:"domain"`
					} `json:"project"`
				} `json:"token"`
			}
			if err := json.Unmarshal(got.body, &body); err != nil {
				t.Fatal(err)
			}
			const layout = "2006-01-02T15:04:05.000000Z"
			expires, err := time.Parse(layout, body.Token.ExpiresAt)
			if err != nil {
				t.Error(err)
			}
			issued, err := time.Parse(layout, body.Token.IssuedAt)
			if err != nil || expires.Sub(issued) != 24*time.Hour {
				t.Errorf("issued %s, expires %s: %v", issued, expires, err)
			}
			if p := body.Token.Project; p.ID != ProjectID || p.Name != Region || p.Domain.ID != DomainID || p.Domain.Name != DomainName {
				t.Errorf("project %+v", p)
			}
			token := got.header.Get("X-Subject-Token")
			if len(token) != 2048 {
				t.Errorf("a token of %d bytes", len(token))
			}
			if got := send(t, s, http.MethodGet, dliPath, "", withHeader("X-Auth-Token", token)); got.status != http.StatusOK {
				t.Errorf("the token is not accepted: %d %s", got.status, got.body)
			}
		})
	}
}

func TestIAMTokenLifetime(t *testing.T) {
	t.Parallel()
	for lifetime, status := range map[time.Duration]int{time.Hour: http.StatusOK, time.Nanosecond: http.StatusUnauthorized} {
		s := Start(t)
		s.Update(func(d *Data) { d.IAM.TokenLifetime = lifetime })
		got := send(t, s, http.MethodPost, signInPath, passwordBody(UserName, Password, DomainName, `{"project":{"id":"`+ProjectID+`"}}`))
		token := withHeader("X-Auth-Token", got.header.Get("X-Subject-Token"))
		if got := send(t, s, http.MethodGet, dliPath, "", token); got.status != status {
			t.Errorf("%s: %d %s", lifetime, got.status, got.body)
		}
	}
}

func TestIAMTokenErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const scope = `{"project":{"id":"` + ProjectID + `"}}`
	for _, test := range []struct {
		name, body string
		status     int
	}{
		{"wrong password", passwordBody(UserName, "wrong", DomainName, scope), 401},
		{"unknown user", passwordBody("nobody", Password, DomainName, scope), 401},
		{"unknown domain", passwordBody(UserName, Password, "nowhere", scope), 401},
		{"another domain's", passwordBody(UserName, Password, AgencyDomainName, scope), 401},
		{"no password", passwordBody(UserName, "", DomainName, scope), 400},
		{"not JSON", "{", 400},
		{"other method", `{"auth":{"identity":{"methods":["totp"]}}}`, 400},
		{"unknown project", passwordBody(UserName, Password, DomainName, `{"project":{"name":"eu-west-101","domain":{"name":"`+DomainName+`"}}}`), 404},
		{"another domain's project", passwordBody(UserName, Password, DomainName, `{"project":{"id":"`+AgencyProjectID+`"}}`), 404},
		{"another domain", passwordBody(UserName, Password, DomainName, `{"domain":{"name":"`+AgencyDomainName+`"}}`), 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodPost, signInPath, test.body)
			if got.status != test.status {
				t.Fatalf("got %d %s", got.status, got.body)
			}
			var body struct {
				Error struct {
					Code    int    `json:"code"`
					Title   string `json:"title"`
					Message string `json:"message"`
				} `json:"error"`
			}
			if err := json.Unmarshal(got.body, &body); err != nil {
				t.Fatal(err)
			}
			if e := body.Error; e.Code != test.status || e.Title != http.StatusText(test.status) || e.Message == "" {
				t.Errorf("got %s", got.body)
			}
		})
	}
}

func TestIAMDomainToken(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for _, scope := range []string{`{"domain":{"name":"` + DomainName + `"}}`, `{}`} {
		got := send(t, s, http.MethodPost, signInPath, passwordBody(UserName, Password, DomainName, scope))
		token := withHeader("X-Auth-Token", got.header.Get("X-Subject-Token"))
		if got := send(t, s, http.MethodGet, projectsPath, "", token); got.status != http.StatusOK {
			t.Errorf("IAM: %d %s", got.status, got.body)
		}
		wantCode(t, send(t, s, http.MethodGet, dliPath, "", token), http.StatusForbidden, "DLI.0003")
	}
}

func TestIAMProjects(t *testing.T) {
	t.Parallel()
	s := Start(t)
	for query, want := range map[string]string{
		"":                                ProjectID + " " + SubProjectID + " " + SecondProjectID,
		"?name=cn-north-4":                ProjectID,
		"?name=" + SubProjectName:         SubProjectID,
		"?name=" + SecondRegion:           SecondProjectID,
		"?name=cn-north":                  "",
		"?name=CN-NORTH-4":                "",
		"?name=cn-north-4&enabled=unread": ProjectID,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodGet, projectsPath+query, "", withKey)
			var body struct {
				Projects []struct {
					ID string `json:"id"`
				} `json:"projects"`
				Links map[string]any `json:"links"`
			}
			if err := json.Unmarshal(got.body, &body); err != nil || got.status != http.StatusOK {
				t.Fatalf("got %d %s: %v", got.status, got.body, err)
			}
			var ids []string
			for _, project := range body.Projects {
				ids = append(ids, project.ID)
			}
			if strings.Join(ids, " ") != want || body.Projects == nil || body.Links == nil {
				t.Errorf("got %s, want %s", got.body, want)
			}
		})
	}
	wantCode(t, send(t, s, http.MethodGet, projectsPath, ""), http.StatusUnauthorized, "APIGW.0301")
}

func agencyBody(agency, domain, duration string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":%q,%s%s}}}}`, agency, domain, duration)
}

// credential is the response of IAM and of the metadata service.
type credential struct {
	Credential struct {
		Access        string `json:"access"`
		Secret        string `json:"secret"`
		SecurityToken string `json:"securitytoken"`
		ExpiresAt     string `json:"expires_at"`
	} `json:"credential"`
}

func readCredential(t *testing.T, got reply, status int) (credential, func(*http.Request)) {
	t.Helper()
	var c credential
	if err := json.Unmarshal(got.body, &c); err != nil || got.status != status || c.Credential.Access == "" {
		t.Fatalf("got %d %s: %v", got.status, got.body, err)
	}
	return c, func(r *http.Request) {
		r.Header.Set("X-Security-Token", c.Credential.SecurityToken)
		signedBy(c.Credential.Access, c.Credential.Secret, time.Now(), "x-security-token", "host")(r)
	}
}

func TestIAMAgencyChain(t *testing.T) {
	t.Parallel()
	s := Start(t)
	first := send(t, s, http.MethodPost, keysPath, agencyBody(AgencyName, `"domain_name":"`+AgencyDomainName+`"`, `,"duration_seconds":3600`), withKey)
	c, asAgency := readCredential(t, first, http.StatusCreated)
	expires, err := time.Parse("2006-01-02T15:04:05.000000Z", c.Credential.ExpiresAt)
	if left := time.Until(expires); err != nil || left > time.Hour || left < time.Hour-time.Minute {
		t.Errorf("expires at %s: %v", c.Credential.ExpiresAt, err)
	}
	if got := send(t, s, http.MethodGet, strings.Replace(dliPath, ProjectID, AgencyProjectID, 1), "", asAgency); got.status != http.StatusOK {
		t.Errorf("the agency's project: %d %s", got.status, got.body)
	}
	wantCode(t, send(t, s, http.MethodGet, dliPath, "", asAgency), http.StatusForbidden, "DLI.0003")

	second := send(t, s, http.MethodPost, keysPath, agencyBody(ChainedAgencyName, `"domain_id":"`+ChainedDomainID+`"`, ""), asAgency)
	_, asChained := readCredential(t, second, http.StatusCreated)
	if l := readList(t, send(t, s, http.MethodGet, strings.Replace(dliPath, ProjectID, ChainedProjectID, 1), "", asChained)); l.Count != 2 {
		t.Errorf("the chained project: %d connections", l.Count)
	}
}

func TestIAMAgencyErrors(t *testing.T) {
	t.Parallel()
	s := Start(t)
	domain := `"domain_name":"` + AgencyDomainName + `"`
	for _, test := range []struct {
		name, body string
		status     int
	}{
		{"unknown agency", agencyBody("nobody", domain, ""), 404},
		{"unknown domain", agencyBody(AgencyName, `"domain_name":"nowhere"`, ""), 404},
		{"not for this domain", agencyBody(ChainedAgencyName, `"domain_id":"`+ChainedDomainID+`"`, ""), 403},
		{"no domain", agencyBody(AgencyName, `"x":1`, ""), 400},
		{"two domains", agencyBody(AgencyName, domain+`,"domain_id":"`+AgencyDomainID+`"`, ""), 400},
		{"too short", agencyBody(AgencyName, domain, `,"duration_seconds":899`), 400},
		{"too long", agencyBody(AgencyName, domain, `,"duration_seconds":86401`), 400},
		{"not JSON", "", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, s, http.MethodPost, keysPath, test.body, func(r *http.Request) { signedBy(AccessKey, SecretKey, time.Now(), "host")(r) })
			if got.status != test.status || !strings.Contains(string(got.body), fmt.Sprintf(`{"error":{"code":%d,`, test.status)) {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	s := Start(t)
	c, _ := readCredential(t, send(t, s, http.MethodPost, keysPath, agencyBody(AgencyName, `"domain_id":"`+AgencyDomainID+`"`, ""), withToken), http.StatusCreated)
	secrets := strings.Join(s.Secrets(), " ")
	for _, want := range []string{Password, SecretKey, Token, IDToken, GitHubRequestToken, c.Credential.Secret, c.Credential.SecurityToken} {
		if !strings.Contains(secrets, want) {
			t.Errorf("the secrets lack %s", want)
		}
	}
}
