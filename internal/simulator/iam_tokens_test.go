package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// describedToken is the description of a token.
type describedToken struct {
	Token struct {
		ExpiresAt string   `json:"expires_at"`
		Methods   []string `json:"methods"`
		Project   struct {
			ID string `json:"id"`
		} `json:"project"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"token"`
}

func readToken(t *testing.T, got reply, status int) (describedToken, string) {
	t.Helper()
	var d describedToken
	if err := json.Unmarshal(got.body, &d); err != nil || got.status != status {
		t.Fatalf("got %d %s: %v", got.status, got.body, err)
	}
	return d, got.header.Get("X-Subject-Token")
}

// authBody returns the body of a sign-in.
func authBody(method, identity, scope string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":[%q],%q:%s},"scope":%s}}`, method, method, identity, scope)
}

func userBody(user, scope string) string {
	return authBody("password", `{"user":`+user+`}`, scope)
}

func TestIAMUsersAndScopes(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const (
		byID      = `{"id":"` + UserID + `","password":"` + Password + `"}`
		byName    = `{"name":"` + UserName + `","password":"` + Password + `","domain":{"id":"` + DomainID + `"}}`
		projectID = `{"project":{"id":"` + ProjectID + `"}}`
		inDomain  = `{"project":{"name":"cn-north-4","domain":{"name":"` + DomainName + `"}}}`
	)
	for _, test := range []struct {
		name, user, scope string
		status            int
		project           string
	}{
		{"user by ID", byID, projectID, 201, ProjectID},
		{"user by name in a domain by ID", byName, projectID, 201, ProjectID},
		{"project by name in a domain by name", byID, inDomain, 201, ProjectID},
		{"project by name in a domain by ID", byID, `{"project":{"name":"cn-north-4","domain":{"id":"` + DomainID + `"}}}`, 201, ProjectID},
		{"no scope", byID, `{}`, 201, ""},
		{"project in another domain", byID, `{"project":{"name":"cn-north-4","domain":{"id":"` + AgencyDomainID + `"}}}`, 404, ""},
		{"unknown user ID", `{"id":"x","password":"` + Password + `"}`, projectID, 401, ""},
		{"wrong password", `{"id":"` + UserID + `","password":"x"}`, projectID, 401, ""},
		{"name without a domain", `{"name":"` + UserName + `","password":"` + Password + `"}`, projectID, 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _ := readToken(t, send(t, s, http.MethodPost, signInPath, userBody(test.user, test.scope)), test.status)
			if got.Token.Project.ID != test.project {
				t.Errorf("project %q, want %q", got.Token.Project.ID, test.project)
			}
		})
	}
}

func TestIAMProjectNameNeedsDomain(t *testing.T) {
	t.Parallel()
	got := send(t, Start(t), http.MethodPost, signInPath, passwordBody(UserName, Password, DomainName, `{"project":{"name":"cn-north-4"}}`))
	wantJSON(t, got, http.StatusBadRequest, `{"error":{"code":400,"title":"Bad Request","message":"Expecting to find domain in project. `+
		`The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error."}}`)
}

func TestIAMTokenExchange(t *testing.T) {
	t.Parallel()
	s := Start(t)
	const user = `{"id":"` + UserID + `","password":"` + Password + `"}`
	unscoped, value := readToken(t, send(t, s, http.MethodPost, signInPath, userBody(user, `{}`)), http.StatusCreated)
	wantCode(t, send(t, s, http.MethodGet, dliPath, "", withHeader("X-Auth-Token", value)), http.StatusForbidden, "DLI.0003")

	scope := `{"project":{"name":"cn-north-4","domain":{"name":"` + DomainName + `"}}}`
	body := authBody("token", `{"id":"`+value+`"}`, scope)
	scoped, token := readToken(t, send(t, s, http.MethodPost, signInPath, body), http.StatusCreated)
	if scoped.Token.Project.ID != ProjectID || scoped.Token.ExpiresAt != unscoped.Token.ExpiresAt || scoped.Token.User.ID != UserID {
		t.Errorf("got %+v for %+v", scoped, unscoped)
	}
	if got := send(t, s, http.MethodGet, dliPath, "", withHeader("X-Auth-Token", token)); got.status != http.StatusOK {
		t.Errorf("got %d %s", got.status, got.body)
	}
	for id, status := range map[string]int{"unknown": 401, value: 404} {
		body := authBody("token", `{"id":"`+id+`"}`, `{"project":{"id":"`+AgencyProjectID+`"}}`)
		readToken(t, send(t, s, http.MethodPost, signInPath, body), status)
	}
	s.Update(func(d *Data) { d.IAM.WithoutTokenAPIs = true })
	readToken(t, send(t, s, http.MethodPost, signInPath, body), http.StatusBadRequest)
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
	for _, test := range []struct {
		subject, project string
		status           int
	}{
		{Token, ProjectID, 200}, {"unscoped", "", 200}, {"expired", "", 404}, {"unknown", "", 404}, {"other", "", 403},
	} {
		got, value := readToken(t, get(t, s, signInPath, withHeader("X-Subject-Token", test.subject)), test.status)
		if got.Token.Project.ID != test.project || test.status == http.StatusOK && value != test.subject {
			t.Errorf("%s: %+v %q", test.subject, got, value)
		}
	}
	subject := withHeader("X-Subject-Token", Token)
	wantCode(t, send(t, s, http.MethodGet, signInPath, "", withKey, subject), http.StatusUnauthorized, "APIGW.0301")
	s.Update(func(d *Data) { d.IAM.WithoutTokenAPIs = true })
	wantCode(t, get(t, s, signInPath, subject), http.StatusNotFound, "APIGW.0101")
}

func TestIAMUsableProjects(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.IAM.ForbidProjectList = true })
	if got := get(t, s, projectsPath); got.status != http.StatusForbidden {
		t.Errorf("got %d %s", got.status, got.body)
	}
	got := readList(t, get(t, s, strings.Replace(projectsPath, "/v3/", "/v3/auth/", 1)+"?name=no-filter")).ids()
	if fmt.Sprint(got) != fmt.Sprint([]string{ProjectID, SubProjectID, SecondProjectID}) {
		t.Errorf("got %v", got)
	}
}
