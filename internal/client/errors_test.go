package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// documentedStatuses are those that the documents of the APIs list, and the proxy's.
var documentedStatuses = []int{400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 429, 500, 501, 502, 503, 504}

// TestErrorShapes reads each body in use at every status.
func TestErrorShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body                     string
		code, message, requestID string
		// says is in the error beside those, "" for nothing.
		says string
	}{
		"flat":                     {`{"error_code":"EndPoint.0005","error_msg":"no such service"}`, "EndPoint.0005", "no such service", "", ""},
		"flat with a request ID":   {`{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}`, "APIGW.0301", "m", "r", ""},
		"nested":                   {`{"error":{"code":"EndPoint.0010","message":"Invalid offset."}}`, "EndPoint.0010", "Invalid offset.", "", ""},
		"nested with a number":     {`{"error":{"code":401,"message":"m","title":"Unauthorized"}}`, "401", "m", "", ""},
		"code and message":         {`{"code":"c","message":"m"}`, "c", "m", "", ""},
		"a number and a message":   {`{"code":400,"message":"m"}`, "400", "m", "", ""},
		"an error that is a text":  {`{"error":"invalid_token"}`, "", "invalid_token", "", ""},
		"other spelling":           {`{"error_code":"c","error_message":"m"}`, "c", "m", "", ""},
		"duplicate names":          {`{"error_code":"c","error_code":"d","error_msg":"m"}`, "d", "m", "", ""},
		"broken text":              {"{\"error_code\":\"c\",\"error_msg\":\"a\xffb\"}", "c", "a\ufffdb", "", ""},
		"lines and controls":       {`{"error_code":"c","error_msg":" a\n\tb\u0000c\u001b[31m "}`, "c", "a b c [31m", "", ""},
		"other types":              {`{"error_code":["c"],"error_msg":{"a":1},"request_id":null}`, "", "", "", ""},
		"another object":           {`{"hello":"world"}`, "", "", "", ""},
		"an array":                 {`[]`, "", "", "", ""},
		"a text":                   {`"no"`, "", "", "", ""},
		"HTML":                     {"<!DOCTYPE html>\n<html>Bad  gateway</html>", "", "", "", `content type text/html, and begins "<!DOCTYPE html> <html>Bad gateway</html>"`},
		"half of JSON":             {`{"error_code":"c"`, "", "", "", `and begins "{\"error_code\":\"c\""`},
		"nothing":                  {"", "", "", "", "the answer has content type text/html"},
		"a long message":           {`{"error_code":"c","error_msg":"` + strings.Repeat("x", 2000) + `"}`, "c", strings.Repeat("x", maxMessage), "", ""},
		"a long page":              {strings.Repeat("<p>", 100_000), "", "", "", `and begins "` + strings.Repeat("<p>", 66) + `<p"`},
		"JSON deeper than any has": {strings.Repeat(`[`, 20_000), "", "", "", "and begins"},
	}
	for name, tt := range tests {
		for _, status := range documentedStatuses {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
					resp := answerOf(req, status, tt.body, "X-Request-Id", "from the header")
					if tt.requestID != "" {
						resp.Header.Del("X-Request-ID")
					}
					if !strings.HasPrefix(tt.body, "{") {
						resp.Header.Set("Content-Type", "text/html")
					}
					return resp, nil
				})
				_, err := channelOf(t.Context(), c)
				e := refusedRead(t, err)
				want := &Error{
					Method: http.MethodGet, Status: status, Code: tt.code, Message: tt.message, RequestID: "from the header",
					URL: "http://api.invalid/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.InstanceID + "/vpc-channels/" + simulator.ServerChannelID,
				}
				if tt.requestID != "" {
					want.RequestID = tt.requestID
				}
				if diff := gocmp.Diff(want, e, cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if tt.says != "" && !strings.Contains(err.Error(), tt.says) || tt.says == "" && e.Err != nil {
					t.Errorf("the error lacks %q: %v", tt.says, err)
				}
				for _, part := range []string{http.StatusText(status), e.Code, e.Message, e.RequestID} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("the error lacks %q: %v", part, err)
					}
				}
			})
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"X-Request-Id": "r", "X-Request-ID": "r", "x-request-id": "r", "X-Requestid": "r", "X_Request_Id": "r", "X-REQUEST-ID": "r",
		"X-Iam-Trace-Id": "r", "X-IAM-Trace-ID": "r", "Request-Id": "", "X-Trace-Id": "",
	} {
		if got := requestID(http.Header{name: {"r"}}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := requestID(http.Header{"X-Request-Id": {"r"}, "X-Iam-Trace-Id": {"t"}}); got != "r" {
		t.Errorf("the trace goes before the request: %q", got)
	}
	c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
		return answerOf(req, 400, "{}", "X-Request-Id", strings.Repeat("r ", 5000)+"\n"), nil
	})
	_, err := channelOf(t.Context(), c)
	if id := refusedRead(t, err).RequestID; len(id) > 200 || len(id) < 20 || strings.Contains(id, "\n") {
		t.Errorf("a request ID of %d bytes", len(id))
	}
}

// TestSecretsAreScrubbed has an API answer with all the secrets that it was sent.
func TestSecretsAreScrubbed(t *testing.T) {
	t.Parallel()
	const secretKey, securityToken, token, password = "kkkk-secret-key-0001", "ssss-security-token-0002", "tttt-token-0003", "pppp \"password\"  0004"
	kinds := map[string]struct {
		credentials Credentials
		secrets     []string
	}{
		"keys":  {Keys{AccessKey: "AK", SecretKey: secretKey, SecurityToken: securityToken}, []string{secretKey, securityToken}},
		"token": {Token(token), []string{token}},
		"user":  {Password{UserName: "u", Password: password, DomainName: "d"}, []string{password}},
	}
	bodies := map[string]func(string) string{
		"JSON":    func(s string) string { return fmt.Sprintf(`{"error_code":%q,"error_msg":%q,"request_id":%q}`, s, s, s) },
		"HTML":    func(s string) string { return "<html>" + s },
		"success": func(s string) string { return "200 " + s },
	}
	for kind, signsIn := range kinds {
		for name, body := range bodies {
			// The secrets stand where the end of what is shown cuts them, too.
			for _, padding := range []int{0, maxRequestID - 10, startLength - 20, startLength - 120, maxMessage - 120, maxMessage - 10} {
				t.Run(fmt.Sprint(kind, " ", name, " ", padding), func(t *testing.T) {
					t.Parallel()
					status := http.StatusForbidden
					if name == "success" {
						status = http.StatusOK
					}
					secrets := slices.Clone(signsIn.secrets)
					c := inMemory(t, Config{Credentials: signsIn.credentials}, func(req *http.Request) (*http.Response, error) {
						if _, signature, ok := strings.Cut(req.Header.Get("Authorization"), "Signature="); ok {
							secrets = append(secrets, signature)
						}
						text := strings.Repeat("x", padding) + strings.Join(secrets, " ") + " " + req.Header.Get("Authorization")
						return answerOf(req, status, body(text), "X-Request-Id", text, "Content-Type", text), nil
					})
					_, err := channelOf(t.Context(), c)
					if err == nil {
						t.Fatal("there is no error")
					}
					for _, secret := range secrets {
						// The beginning of a secret is as bad as the whole.
						if strings.Contains(err.Error(), secret[:8]) {
							t.Errorf("%q is in the error: %v", secret[:8], err)
						}
					}
				})
			}
		}
	}
}

// TestSecretsAreHiddenBesideAnswers has the secret of a request come back in
// what is no answer, and in an answer to another request.
func TestSecretsAreHiddenBesideAnswers(t *testing.T) {
	t.Parallel()
	const token = "tttt-token-0001"
	for name, location := range map[string]string{
		"no URL": "http://[%zz?" + token, "another host": "http://" + token + ".example.com/", "a path": "/gone/" + token,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged strings.Builder
			c := inMemory(t, Config{
				Credentials: Token(token),
				Log:         func(_ context.Context, _ string, fields map[string]any) { fmt.Fprintln(&logged, fields) },
			}, func(req *http.Request) (*http.Response, error) {
				return answerOf(req, http.StatusFound, "", "Location", location), nil
			})
			_, err := channelOf(t.Context(), c)
			if err == nil || strings.Contains(err.Error(), "tttt") || !strings.Contains(logged.String(), "302") || strings.Contains(logged.String(), "tttt") {
				t.Errorf("the error is %v, the log\n%s", err, &logged)
			}
		})
	}
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		var logged strings.Builder
		c := inMemory(t, Config{
			Credentials: Token(token),
			Log:         func(_ context.Context, _ string, fields map[string]any) { fmt.Fprintln(&logged, fields) },
		}, func(*http.Request) (*http.Response, error) {
			return nil, errors.New("malformed answer " + token)
		})
		_, err := channelOf(t.Context(), c)
		for _, text := range []string{fmt.Sprint(err), logged.String()} {
			if strings.Contains(text, "tttt") || !strings.Contains(text, "malformed answer ***") {
				t.Errorf("the error or log is %s", text)
			}
		}
	})
	t.Run("an earlier token", func(t *testing.T) {
		t.Parallel()
		tokens := 0
		c := inMemory(t, Config{Credentials: Password{UserName: "u", Password: "pppp-password", DomainName: "d"}}, func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(req.URL.Path, tokensPath):
				tokens++
				return answerOf(req, http.StatusCreated, `{"token":{}}`, "X-Subject-Token", fmt.Sprintf("tttt-token-%d", tokens)), nil
			case req.Header.Get("X-Auth-Token") == "tttt-token-1":
				return answerOf(req, http.StatusUnauthorized, "{}"), nil
			}
			return answerOf(req, http.StatusForbidden, `{"error_code":"C","error_msg":"tttt-token-1 pppp-password"}`), nil
		})
		_, err := channelOf(t.Context(), c)
		if message := refusedRead(t, err).Message; message != "*** ***" || tokens != 2 {
			t.Errorf("%d tokens and the message %q", tokens, message)
		}
	})
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("the cause")
	for want, e := range map[string]*Error{
		"GET http://a/b: status 404 Not Found, C.1, gone (request ID r)": {Method: "GET", URL: "http://a/b", Status: 404, Code: "C.1", Message: "gone", RequestID: "r"},
		"GET http://a/b: status 599":                                     {Method: "GET", URL: "http://a/b", Status: 599},
		"GET http://a/b: the cause":                                      {Method: "GET", URL: "http://a/b", Err: cause},
		"GET http://a/b: status 503 Service Unavailable: the cause":      {Method: "GET", URL: "http://a/b", Status: 503, Err: cause},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		wrapped := fmt.Errorf("looking: %w", e)
		if found, ok := errors.AsType[*Error](wrapped); !ok || found != e || e.Err != nil && !errors.Is(wrapped, cause) {
			t.Errorf("%v does not unwrap", wrapped)
		}
	}
	if got := withoutQuery("http://a/b?secret=1"); got != "http://a/b" {
		t.Errorf("the URL is shown as %q", got)
	}
	for want, e := range map[string]*NotOneError{
		`no things are named "n"`:              {What: "things", Name: "n"},
		`no things are named "n"; found: m, o`: {What: "things", Name: "n", Others: []string{"m", "o"}},
		`2 things are named "n": id1, id2`:     {What: "things", Name: "n", Found: []string{"id1", "id2"}},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestUnexpectedAnswers names what is wrong with a 200, and the field it is about.
func TestUnexpectedAnswers(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		"":                                      "the answer is empty, content type application/json",
		"\t":                                    "the answer is empty",
		"<html>":                                "it is no JSON from byte 0 on, content type application/json, and begins \"<html>\"",
		`[]`:                                    "an object was expected, an array came",
		`null`:                                  "it has no field connections",
		`{}`:                                    "it has no field connections; is this the endpoint of another service?",
		`{"connections":[]}`:                    "it has no field total_count",
		`{"connections":[],"total_count":null}`: "it has no field total_count",
		`{"connections":{},"total_count":1}`:    "the field connections should be an array and is an object",
		`{"connections":[],"total_count":"1"}`:  "the field total_count should be an integer and is a string",
		`{"connections":[],"total_count":1.5}`:  "the field total_count should be an integer and is a number with a fraction or out of range",
		`{"connections":[{},{},{"marker_id":true}],"total_count":3}`:      "the field connections[2].marker_id should be an integer and is a boolean",
		`{"connections":[{"id":7}],"total_count":1}`:                      "the field connections[0].id should be a string and is a number",
		`{"connections":[{"error":[{"error_code":{}}]}],"total_count":1}`: "the field connections[0].error[0].error_code should be a string and is an object",
		`{"connections":[{"id":"a"},`:                                     "the JSON is broken at connections",
	} {
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			return answerOf(req, 200, body, "X-Request-Id", "r"), nil
		})
		_, _, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
		if e := refusedRead(t, err); !strings.Contains(err.Error(), says) || e.Status != 200 || e.RequestID != "r" {
			t.Errorf("%s: the error lacks %q: %v", body, says, err)
		}
	}
	for body, says := range map[string]string{
		`{}`: "it has no field connections",
		`{"is_success":false,"message":"it broke"}`: "it broke: the answer says that the request failed",
		`{"is_success":false,"connections":[]}`:     "the answer says that the request failed",
		`{"is_success":"yes"}`:                      "the field is_success should be a boolean and is a string",
		`{"connections":[{"hosts":[{"ip":1}]}]}`:    "the field connections[0].hosts[0].ip should be a string and is a number",
	} {
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) { return answerOf(req, 200, body), nil })
		if _, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: the error lacks %q: %v", body, says, err)
		}
	}
}
