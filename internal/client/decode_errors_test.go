package client

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestUnexpectedResponses names what is wrong with a 200, and the field that it is about.
func TestUnexpectedResponses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                                      "the response is empty, content type application/json",
		"\t":                                    "the response is empty",
		"<html>":                                `unexpected response: the response is not valid JSON (byte 0), content type application/json, begins with "<html>"`,
		`[]`:                                    "unexpected response: the response must be an object, got an array",
		`"a"`:                                   "the response must be an object, got a string",
		`7`:                                     "the response must be an object, got a number",
		`true`:                                  "the response must be an object, got a boolean",
		`null`:                                  `missing field "connections"`,
		`{}`:                                    `missing field "connections"`,
		`{"connections":[]}`:                    `missing field "total_count"`,
		`{"connections":[],"total_count":null}`: `missing field "total_count"`,
		`{"connections":{},"total_count":1}`:    "the field connections must be an array, got an object",
		`{"connections":"","total_count":1}`:    "the field connections must be an array, got a string",
		`{"connections":[],"total_count":"1"}`:  "the field total_count must be an integer, got a string",
		`{"connections":[],"total_count":1.5}`:  "the field total_count must be an integer, got a number with a fraction or out of range",
		`{"connections":[],"total_count":9223372036854775808}`:            "the field total_count must be an integer, got a number with a fraction or out of range",
		`{"connections":[{},{},{"marker_id":true}],"total_count":3}`:      "the field connections[2].marker_id must be an integer, got a boolean",
		`{"connections":[{"id":7}],"total_count":1}`:                      "the field connections[0].id must be a string, got a number",
		`{"connections":[7],"total_count":1}`:                             "the field connections[0] must be an object, got a number",
		`{"connections":[{"error":[{"error_code":{}}]}],"total_count":1}`: "the field connections[0].error[0].error_code must be a string, got an object",
		`{"connections":[{"id":"a"},`:                                     "the response is not valid JSON (at connections",
		`{"connections":[],"total_count":0} x`:                            "the response is not valid JSON (byte 35)",
		// What is wrong next to a repeated name is found too.
		`{"x":1,"x":2,"connections":[],"total_count":0} x`:       "the response is not valid JSON (byte 47)",
		`{"x":1,"x":2,"connections":[{"id":7}],"total_count":1}`: "the field connections[0].id must be a string, got a number",
	} {
		c := inMemory(t, Config{}, always(body))
		_, _, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
		e, reason := requestError(t, err), ReasonUnexpectedResponse
		if strings.HasPrefix(want, "the field ") {
			reason = ReasonWrongFieldType
		}
		if !strings.Contains(err.Error(), want) || e.Status != 200 || e.Reason != reason || e.Operation != OpListServiceConnections {
			t.Errorf("%s: the error has the reason %d, want %d, or lacks %q: %v", body, e.Reason, reason, want, err)
		}
	}
}

// TestDecodeErrorsShowNoValue names a field, and never what it holds.
func TestDecodeErrorsShowNoValue(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"a","port":"SECRET"}`, `{"id":"a","members":"SECRET"}`, `{"id":"a","microservice_info":{"nacos_info":{"user_info":{"password":["SECRET"]}}}}`,
		`{"id":"a","microservice_info":{"nacos_info":{"user_info":{"password":"SECRET"`, `{"id":"a","name":"SECRET",}`, `["SECRET"]`, `"SECRET"`,
		`{"password":"SECRET"}`,
	} {
		_, err := readChannel(t.Context(), inMemory(t, Config{}, always(body)))
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error is %v", body, err)
		}
	}
}

func TestFieldPath(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"": "", "/a": "a", "/a/0/b": "a[0].b", "/a/10/0": "a[10][0]", "/0": "[0]", "/a~1b/c~0d": "a/b.c~d", "/a//b": "a..b",
		"/a\x1b\n": "a", "/" + strings.Repeat("x", 200): strings.Repeat("x", 100),
	} {
		if got := fieldPath(jsontext.Pointer(pointer)); got != want {
			t.Errorf("%q: %q, want %q", pointer, got, want)
		}
	}
}
