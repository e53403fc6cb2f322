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

// TestAPIErrors has what is known of an error response, and nothing of a body that is almost JSON.
func TestAPIErrors(t *testing.T) {
	t.Parallel()
	const html, json = "the response has content type text/html", "the response has content type application/json"
	long := strings.Repeat("x", 2000)
	for body, tt := range map[string]struct {
		code, message, requestID string
		// cause ends the text in addition, "" for none.
		cause string
	}{
		`{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}`:   {"APIGW.0301", "m", "r", ""},
		`{"error_code":"c","error_msg":" a\n\tb\u0000c\u001b[31m "}`:     {"c", "a b c [31m", "", ""},
		`{"error_code":"c","error_msg":"` + long + `"}`:                  {"c", long[:maxMessageBytes], "", ""},
		`{"error_code":"c","error_msg":"m","request_id":"` + long + `"}`: {"c", "m", long[:maxShownBytes], ""},
		`{"hello":"world"}`:            {"", "", "", ""},
		`{"error_code":"c"`:            {"", "", "", json},
		"":                             {"", "", "", html},
		strings.Repeat(`[`, 20_000):    {"", "", "", html},
		strings.Repeat("<p>", 100_000): {"", "", "", html + `, begins with "` + strings.Repeat("<p>", 66) + `<p"`},
		"<!DOCTYPE html>\n<html>Bad  gateway</html>": {"", "", "", html + `, begins with "<!DOCTYPE html> <html>Bad gateway</html>"`},
	} {
		for _, status := range []int{403, 429, 500} {
			c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
				resp := responseOf(req, status, body)
				if tt.requestID == "" {
					resp.Header.Set("X-Request-ID", "h\n")
				}
				if !strings.HasPrefix(body, "{") {
					resp.Header.Set("Content-Type", "text/html")
				}
				return resp, nil
			})
			_, err := readChannel(t.Context(), c)
			want := &Error{
				Service: APIG, Operation: OpShowVPCChannel, Reason: ReasonAPIError, Attempts: 1, Method: http.MethodGet, Status: status,
				Code: tt.code, Message: tt.message, RequestID: tt.requestID, Page: strings.HasPrefix(body, "<"),
				URL: "http://api.invalid/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.InstanceID +
					"/vpc-channels/" + simulator.ServerChannelID,
			}
			if tt.requestID == "" {
				want.RequestID = "h"
			}
			if status == http.StatusTooManyRequests {
				want.Throttled = 1
			}
			e := requestError(t, err)
			if diff := gocmp.Diff(want, e, cmpopts.IgnoreFields(Error{}, "Err")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if text := fmt.Sprint(e.Err); tt.cause != "" && text != tt.cause || tt.cause == "" && e.Err != nil {
				t.Errorf("the cause is %s, want %q", text, tt.cause)
			}
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"X-Request-Id": "r", "x-request-id": "r", "X-Requestid": "r", "X_Request_Id": "r", "X-Iam-Trace-Id": "r", "X-IAM-Trace-ID": "r",
		"X-Openstack-Request-Id": "r", "Request-Id": "", "X-Trace-Id": "",
	} {
		if got := requestID(http.Header{name: {"r"}}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	both := http.Header{"X-Request-Id": {"r"}, "X-Openstack-Request-Id": {"o"}, "X-Iam-Trace-Id": {"t"}}
	if got := requestID(both); got != "r" {
		t.Errorf("%q of %v", got, both)
	}
}

// TestUnexpectedResponses names what is wrong with a 200, and the field that it is about.
func TestUnexpectedResponses(t *testing.T) {
	t.Parallel()
	const fact, members = ", content type application/json (request ID r)", `{"id":"a","members":`
	for body, want := range map[string]string{
		"":                                "status 200 OK, the response is empty" + fact,
		"\n\t":                            "status 200 OK, the response is empty" + fact,
		"<html>":                          "the response is not valid JSON (byte 0)" + strings.Replace(fact, " (", `, begins with "<html>" (`, 1),
		"{}":                              `unexpected response: missing field "id"` + fact,
		"null":                            `unexpected response: missing field "id"` + fact,
		`[]`:                              "unexpected response: the response must be an object, got an array" + fact,
		`true`:                            "unexpected response: the response must be an object, got a boolean" + fact,
		`{"id":"a"},`:                     "unexpected response: the response is not valid JSON (byte 10)" + fact,
		`{"id":"a","port":1.5}`:           "the field port must be an integer, got a number with a fraction or out of range" + fact,
		members + `{}}`:                   "the field members must be an array, got an object" + fact,
		members + `[7]}`:                  "the field members[0] must be an object, got a number" + fact,
		members + `[{"ecs_id":{}}]}`:      "the field members[0].ecs_id must be a string, got an object" + fact,
		members + `[{},{"is_backup":7}]}`: "the field members[1].is_backup must be a boolean, got a number" + fact,
		members + `[{},{"port":true}]}`:   "the field members[1].port must be an integer, got a boolean" + fact,
	} {
		c := inMemory(t, Config{MaxRetries: 3}, responding(200, body, "X-Request-Id", "r"))
		_, err := readChannel(t.Context(), c)
		e, reason := requestError(t, err), ReasonUnexpectedResponse
		if strings.Contains(want, "the field ") {
			reason = ReasonWrongFieldType
		}
		if !strings.HasSuffix(err.Error(), want) || e.Status != 200 || e.RequestID != "r" || e.Reason != reason || e.Attempts != 1 {
			t.Errorf("%q: the error has the reason %d, or does not end %q: %v", body, e.Reason, want, err)
		}
	}
}

// TestReportedFailure is a 200 that reports a failure.
func TestReportedFailure(t *testing.T) {
	t.Parallel()
	c := inMemory(t, Config{}, always(`{"is_success":false,"message":"it\nbroke"}`))
	_, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{})
	if e := requestError(t, err); e.Reason != ReasonReportedFailure || e.Message != "it broke" || e.Status != 200 {
		t.Errorf("reason %d: %v", e.Reason, err)
	}
}

// TestValuesAreHidden has responses with a secret that are JSON of another shape, or almost JSON.
func TestValuesAreHidden(t *testing.T) {
	t.Parallel()
	const info = `{"id":"a","microservice_info":{"nacos_info":{"user_info":{"password":`
	for _, body := range []string{
		`{"id":"a","password":"hunter2-hunter2",}`, ` {"password":"hunter2-hunter2"`, `["hunter2-hunter2"`, `"hunter2-hunter2"`,
		"\ufeff{\"password\":\"hunter2-hunter2\"", "\t\r\n{'password':'hunter2-hunter2'}", `{"id":null,"password":"hunter2-hunter2"}`,
		`{"id":"a","port":"hunter2"}`, info + `["hunter2"]}}}}`, info + `"hunter2"`, `["hunter2"]`,
	} {
		for _, status := range []int{200, 403} {
			_, err := readChannel(t.Context(), inMemory(t, Config{}, responding(status, body)))
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%d %s: %v", status, body, err)
			}
		}
	}
}

// TestIAMBodiesAreHidden, even if they are pages.
func TestIAMBodiesAreHidden(t *testing.T) {
	t.Parallel()
	for _, status := range []int{201, 403} {
		c := inMemory(t, Config{Credentials: userByName}, responding(status, "<html>hunter2-hunter2", "Content-Type", "text/html"))
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
		_, err := readChannel(t.Context(), inMemory(t, Config{}, responding(status, "", "Content-Type", "")))
		if err == nil || !strings.Contains(err.Error(), want) {
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
		`{"status":404,"error":"Not Found","message":"No handler."}`:       {"", "No handler.", ""},
		`{"error_code":"c","error":{"code":"d","message":"m"},"code":"e"}`: {"c", "m", ""},
		`{"error":{"code":"d"},"code":"e","message":"m"}`:                  {"d", "m", ""},
		`{"error_code":"c","error_code":"d","error_msg":"m"}`:              {"d", "m", ""},
		"{\"error_code\":\"c\",\"error_msg\":\"a\xffb\"}":                  {"c", "a\ufffdb", ""},
		`{"error_code":["c"],"error_msg":{"a":1},"request_id":null}`:       {},
		`{"Error_Code":"c"}`: {},
		`[]`:                 {}, `null`: {}, ``: {}, `{"error_code":"c"`: {},
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
			_, err := readChannel(t.Context(), inMemory(t, Config{}, responding(status, body, "Content-Type", tt.contentType)))
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
			c := inMemory(t, Config{MaxRetries: 3, Credentials: credentials}, sent.recording(
				responding(http.StatusFound, "", "X-Request-Id", "r1", "Location", location)))
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
