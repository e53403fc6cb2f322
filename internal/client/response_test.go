package client

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// documentedStatuses are those that the API documents list, and a proxy's.
var documentedStatuses = []int{400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 429, 500, 501, 502, 503, 504}

// TestErrorShapes reads each body in use at every status.
func TestErrorShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body                     string
		code, message, requestID string
		// cause is in the error in addition, "" for none.
		cause string
	}{
		"flat":                   {`{"error_code":"EndPoint.0005","error_msg":"no such service"}`, "EndPoint.0005", "no such service", "", ""},
		"flat with a request ID": {`{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}`, "APIGW.0301", "m", "r", ""},
		"nested":                 {`{"error":{"code":"EndPoint.0010","message":"Invalid offset."}}`, "EndPoint.0010", "Invalid offset.", "", ""},
		"nested with a number":   {`{"error":{"code":401,"message":"m","title":"Unauthorized"}}`, "401", "m", "", ""},
		"code and message":       {`{"code":"c","message":"m"}`, "c", "m", "", ""},
		"a number and a message": {`{"code":400,"message":"m"}`, "400", "m", "", ""},
		"an error as a string":   {`{"error":"invalid_token"}`, "", "invalid_token", "", ""},
		"other spelling":         {`{"error_code":"c","error_message":"m"}`, "c", "m", "", ""},
		"duplicate names":        {`{"error_code":"c","error_code":"d","error_msg":"m"}`, "d", "m", "", ""},
		"broken text":            {"{\"error_code\":\"c\",\"error_msg\":\"a\xffb\"}", "c", "a\ufffdb", "", ""},
		"lines and controls":     {`{"error_code":"c","error_msg":" a\n\tb\u0000c\u001b[31m "}`, "c", "a b c [31m", "", ""},
		"other types":            {`{"error_code":["c"],"error_msg":{"a":1},"request_id":null}`, "", "", "", ""},
		"another object":         {`{"hello":"world"}`, "", "", "", ""},
		"an array":               {`[]`, "", "", "", ""},
		"a string":               {`"no"`, "", "", "", ""},
		"HTML":                   {"<!DOCTYPE html>\n<html>Bad  gateway</html>", "", "", "", `the response has content type text/html, begins with "<!DOCTYPE html> <html>Bad gateway</html>"`},
		"half of JSON":           {`{"error_code":"c"`, "", "", "", "the response has content type application/json"},
		"empty":                  {"", "", "", "", "the response has content type text/html"},
		"a long message":         {`{"error_code":"c","error_msg":"` + strings.Repeat("x", 2000) + `"}`, "c", strings.Repeat("x", maxMessageBytes), "", ""},
		"a long page":            {strings.Repeat("<p>", 100_000), "", "", "", `begins with "` + strings.Repeat("<p>", 66) + `<p"`},
		"deep JSON":              {strings.Repeat(`[`, 20_000), "", "", "", "the response has content type text/html"},
	}
	for name, tt := range tests {
		for _, status := range documentedStatuses {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
					resp := responseOf(req, status, tt.body, "X-Request-Id", "from the header")
					if tt.requestID != "" {
						resp.Header.Del("X-Request-ID")
					}
					if !strings.HasPrefix(tt.body, "{") {
						resp.Header.Set("Content-Type", "text/html")
					}
					return resp, nil
				})
				_, err := readChannel(t.Context(), c)
				e := requestError(t, err)
				want := &Error{
					Service: APIG, Operation: OpShowVPCChannel, Reason: ReasonAPIError, Attempts: 1,
					Method: http.MethodGet, Status: status, Code: tt.code, Message: tt.message, RequestID: "from the header",
					URL: "http://api.invalid/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.InstanceID + "/vpc-channels/" + simulator.ServerChannelID,
				}
				if tt.requestID != "" {
					want.RequestID = tt.requestID
				}
				want.Page = strings.HasPrefix(tt.body, "<")
				if status == http.StatusTooManyRequests {
					want.Throttled = 1
				}
				if diff := gocmp.Diff(want, e, cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if tt.cause != "" && !strings.Contains(err.Error(), tt.cause) || tt.cause == "" && e.Err != nil {
					t.Errorf("the error lacks %q: %v", tt.cause, err)
				}
				if looksLikeJSON := strings.HasPrefix(tt.body, "{") || strings.HasPrefix(tt.body, "["); looksLikeJSON && strings.Contains(err.Error(), "begins") {
					t.Errorf("the error contains the body: %v", err)
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
		"X-Iam-Trace-Id": "r", "X-IAM-Trace-ID": "r", "X-Openstack-Request-Id": "r", "x-openstack-request-id": "r",
		"Request-Id": "", "X-Trace-Id": "",
	} {
		if got := requestID(http.Header{name: {"r"}}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	all := http.Header{"X-Request-Id": {"r"}, "X-Openstack-Request-Id": {"o"}, "X-Iam-Trace-Id": {"t"}}
	for _, want := range []string{"r", "o", "t", ""} {
		if got := requestID(all); got != want {
			t.Errorf("%q of %v, want %q", got, all, want)
		}
		for name, values := range all {
			if values[0] == want {
				delete(all, name)
			}
		}
	}
	c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
		return responseOf(req, 400, "{}", "X-Request-Id", strings.Repeat("r ", 5000)+"\n"), nil
	})
	_, err := readChannel(t.Context(), c)
	if id := requestError(t, err).RequestID; len(id) > maxShownBytes || len(id) < 20 || strings.Contains(id, "\n") {
		t.Errorf("a request ID of %d bytes", len(id))
	}
}

// TestUnexpectedResponseFacts has the status, the request ID and the content type of a 200.
func TestUnexpectedResponseFacts(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":       "status 200 OK, the response is empty, content type application/json (request ID r)",
		"\n":     "status 200 OK, the response is empty, content type application/json (request ID r)",
		"<html>": `the response is not valid JSON (byte 0), content type application/json, begins with "<html>" (request ID r)`,
		"{}":     `unexpected response: missing field "id", content type application/json (request ID r)`,
	} {
		c := inMemory(t, Config{MaxRetries: 3}, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, 200, body, "X-Request-Id", "r"), nil
		})
		_, err := readChannel(t.Context(), c)
		e := requestError(t, err)
		if !strings.HasSuffix(err.Error(), want) || e.Status != 200 || e.RequestID != "r" || e.Reason != ReasonUnexpectedResponse || e.Attempts != 1 {
			t.Errorf("%q: the error does not end %q: %v", body, want, err)
		}
	}
}

// TestReportedFailure is a 200 that reports a failure, with a message if there is one.
func TestReportedFailure(t *testing.T) {
	t.Parallel()
	for body, message := range map[string]string{
		`{"is_success":false,"message":"it\nbroke"}`: "it broke",
		`{"is_success":false,"connections":[]}`:      "",
	} {
		c := inMemory(t, Config{}, always(body))
		_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
		e := requestError(t, err)
		if e.Reason != ReasonReportedFailure || e.Message != message || e.Status != 200 ||
			!strings.Contains(err.Error(), "the response reports a failure") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestBrokenJSONIsHidden has responses with a secret that are almost JSON.
func TestBrokenJSONIsHidden(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"a","password":"hunter2-hunter2",}`, ` {"password":"hunter2-hunter2"`, `["hunter2-hunter2"`, `"hunter2-hunter2"`,
		"\ufeff{\"password\":\"hunter2-hunter2\"",
		`{"id":{},"password":"hunter2-hunter2"}`, "\t\r\n{'password':'hunter2-hunter2'}", `{"id":null,"password":"hunter2-hunter2"}`,
	} {
		for _, status := range []int{200, 403} {
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) { return responseOf(req, status, body), nil })
			if _, err := readChannel(t.Context(), c); err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%d %s: %v", status, body, err)
			}
		}
	}
}

// TestIAMBodiesAreHidden, even if they are pages.
func TestIAMBodiesAreHidden(t *testing.T) {
	t.Parallel()
	for _, status := range []int{201, 403} {
		c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			return responseOf(req, status, "<html>hunter2-hunter2", "Content-Type", "text/html"), nil
		})
		_, err := readChannel(t.Context(), c)
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "content type text/html") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestContentType reports a missing header.
func TestContentType(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{200: "the response is empty, no content type", 404: "the response has no content type"} {
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			resp := responseOf(req, status, "")
			resp.Header.Del("Content-Type")
			return resp, nil
		})
		if _, err := readChannel(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("status %d: the error is %v, want %q", status, err, want)
		}
	}
}

// TestReadError reads each of the shapes in use, and none of any other.
func TestReadError(t *testing.T) {
	t.Parallel()
	type result struct{ code, message, requestID string }
	for body, want := range map[string]result{
		`{"error_code":"EndPoint.0005","error_msg":"no such service"}`:     {"EndPoint.0005", "no such service", ""},
		`{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}`:     {"APIGW.0301", "m", "r"},
		`{"error":{"code":"EndPoint.0010","message":"Invalid offset."}}`:   {"EndPoint.0010", "Invalid offset.", ""},
		`{"error":{"code":401,"message":"m","title":"Unauthorized"}}`:      {"401", "m", ""},
		`{"code":"c","message":"m"}`:                                       {"c", "m", ""},
		`{"code":400,"message":"m"}`:                                       {"400", "m", ""},
		`{"error":"invalid_token"}`:                                        {"", "invalid_token", ""},
		`{"error_code":"c","error_message":"m"}`:                           {"c", "m", ""},
		`{"error_code":"c","error":{"code":"d","message":"m"},"code":"e"}`: {"c", "m", ""},
		`{"error":{"code":"d"},"code":"e","message":"m"}`:                  {"d", "m", ""},
		`{"error_code":"c","error_code":"d","error_msg":"m"}`:              {"d", "m", ""},
		"{\"error_code\":\"c\",\"error_msg\":\"a\xffb\"}":                  {"c", "a\ufffdb", ""},
		`{"error_code":"c","error_msg":"\ud800"}`:                          {"c", "\ufffd", ""},
		`{"error_code":["c"],"error_msg":{"a":1},"request_id":null}`:       {},
		`{"Error_Code":"c"}`:                                               {},
		`{"hello":"world"}`:                                                {},
		`{}`:                                                               {}, `[]`: {}, `"no"`: {}, `null`: {}, ``: {}, `<html>`: {}, `{"error_code":"c"`: {},
		strings.Repeat("[", 20_000): {}, strings.Repeat(`{"error":`, 20_000): {},
	} {
		code, message, requestID := readError([]byte(body))
		if got := (result{code, message, requestID}); got != want {
			t.Errorf("%.80s: %+v, want %+v", body, got, want)
		}
	}
}

// TestPages are told from other responses, at any status, and shown by their title.
func TestPages(t *testing.T) {
	t.Parallel()
	for body, tt := range map[string]struct {
		contentType string
		page        bool
		text        string
	}{
		"<html><head><TITLE lang=en>\n Sign  in </TITLE>": {"text/html; charset=utf-8", true, `an HTML page titled "Sign in"`},
		"<!DOCTYPE html><title>Blocked</title>":           {"text/plain", true, `an HTML page titled "Blocked"`},
		"\n<html><body>nothing":                           {"application/json", true, `begins with "<html><body>nothing"`},
		"plain <title>text</title>":                       {"text/plain", false, `begins with "plain <title>text</title>"`},
		`{"id":"<html>`:                                   {"application/json", false, "not valid JSON"},
	} {
		for _, status := range []int{200, 404} {
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				return responseOf(req, status, body, "Content-Type", tt.contentType), nil
			})
			_, err := readChannel(t.Context(), c)
			if e := requestError(t, err); e.Page != tt.page || status == 200 && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%d %s: page %t, %v", status, body, e.Page, err)
			}
		}
	}
}

// TestRedirects are not followed or retried, also not those of a sign-in. The error names the target
// without its path and query.
func TestRedirects(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://login.example.com/portal?secret=1": "redirected to https://login.example.com; redirects are not followed",
		"/moved?secret=1":      "redirected to http://api.invalid; redirects are not followed",
		"http://[%zz?secret=1": "redirected to an address that is not a URL; redirects are not followed",
		"":                     "status 302 Found",
	} {
		for _, credentials := range []Credentials{defaultKeys, userByName} {
			var sent requestLog
			c := inMemory(t, Config{MaxRetries: 3, Credentials: credentials}, sent.recording(func(req *http.Request) (*http.Response, error) {
				resp := responseOf(req, http.StatusFound, "", "X-Request-Id", "r1")
				if location != "" {
					resp.Header.Set("Location", location)
				}
				return resp, nil
			}))
			_, err := readChannel(t.Context(), c)
			e := requestError(t, err)
			if e.Status != http.StatusFound || e.RequestID != "r1" || (e.Reason == ReasonRedirect) != (location != "") || sent.count() != 1 {
				t.Errorf("%q: %d requests, reason %d, status %d", location, sent.count(), e.Reason, e.Status)
			}
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: the error lacks %q: %v", location, want, err)
			}
		}
	}
}
