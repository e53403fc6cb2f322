package client

import (
	"strings"
	"testing"
)

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
		`{"error_code":true,"error_msg":null}`:                             {},
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
