package client

import (
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// decodeBody decodes the body of a response to an imaginary request.
func decodeBody[T any](body string) (*T, error) {
	return decode[T](&response{request: &request{client: &Client{}}, status: 200, body: []byte(body)})
}

func TestDecode(t *testing.T) {
	t.Parallel()
	type inner struct {
		A *string `json:"a"`
		B *string `json:"b"`
	}
	type object struct {
		Text   *string `json:"text"`
		Number *int64  `json:"number"`
		Bool   *bool   `json:"bool"`
		List   []inner `json:"list"`
		Object *inner  `json:"object"`
	}
	text := func(s string) object { return object{Text: &s} }
	number := func(n int64) object { return object{Number: &n} }
	b, empty, sevenText, yes := "b", "", "7", true
	seven := func() *int64 { return number(7).Number }
	for body, want := range map[string]object{
		`{}`:   {},
		`null`: {},
		`{"text":null,"number":null,"bool":null,"list":null,"object":null}`: {},
		`{"text":"","number":0,"bool":false,"list":[],"object":{}}`:         {Text: &empty, Number: new(int64), Bool: new(bool), List: []inner{}, Object: &inner{}},
		`{"TEXT":"a","Text":"a"}`:         {},
		`{"unknown":{"text":[1,2.5]}}`:    {},
		"\t{ \"text\" : \"a\" }\n":        text("a"),
		`{"number":9223372036854775807}`:  number(math.MaxInt64),
		`{"number":-9223372036854775808}`: number(math.MinInt64),
		`{"number":9007199254740993}`:     number(9007199254740993),

		// Of repeated names the last counts.
		`{"text":"a","text":"b"}`:  text("b"),
		`{"text":"a","text":null}`: {},
		`{"unknown":1,"unknown":{"unknown":2,"unknown":[3]},"text":"a"}`: text("a"),

		// Scalars of another type are converted if nothing is lost.
		`{"number":"22"}`:                    number(22),
		`{"number":22.0}`:                    number(22),
		`{"number":2.2e1}`:                   number(22),
		`{"number":"2200e-2"}`:               number(22),
		`{"number":1566888011125.0}`:         number(1566888011125),
		`{"number":1.566888011125e+12}`:      number(1566888011125),
		`{"number":"-9223372036854775808"}`:  number(math.MinInt64),
		`{"number":9.223372036854775807E18}`: number(math.MaxInt64),
		`{"bool":"true"}`:                    {Bool: &yes},
		`{"bool":"false"}`:                   {Bool: new(bool)},
		`{"text":200}`:                       text("200"),
		`{"text":2.50}`:                      text("2.50"),
		`{"text":true}`:                      text("true"),
		`{"number":"7","list":[{"a":7},{"a":null,"b":"b"}],"text":null}`: {Number: seven(), List: []inner{{A: &sevenText}, {B: &b}}},

		// Bytes that are not UTF-8 become U+FFFD.
		"{\"text\":\"a\xffb\"}":                text("a\ufffdb"),
		"{\"text\":\"\xe4\xb8\"}":              text("\ufffd\ufffd"),
		`{"text":"\ud800"}`:                    text("\ufffd"),
		`{"text":"\ud800x\udc00"}`:             text("\ufffdx\ufffd"),
		`{"text":"\ud83d\ude00"}`:              text("\U0001f600"),
		"{\"unknown\":\"\xff\"}":               {},
		"{\"\xff\":1}":                         {},
		"{\"text\":\"a\xff\",\"x\":1,\"x\":2}": text("a\ufffd"),
		`{"text":"\u0000<>&\u2028"}`:           text("\x00<>&\u2028"),
	} {
		got, err := decodeBody[object](body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		} else if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", body, diff)
		}
	}
}

// TestDecodeRefuses what would lose something, and does not take long for any number.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	type object struct {
		Text   *string `json:"text"`
		Number *int64  `json:"number"`
		Bool   *bool   `json:"bool"`
	}
	for _, body := range []string{
		`{"number":1.5}`, `{"number":"1.5"}`, `{"number":9223372036854775808}`, `{"number":"9223372036854775808"}`, `{"number":""}`,
		`{"number":" 1"}`, `{"number":"0x10"}`, `{"number":"1_000"}`, `{"number":"3/1"}`, `{"number":"Inf"}`, `{"number":1e999999999}`,
		`{"number":1e-999999999}`, `{"number":true}`, `{"number":{}}`, `{"number":[1]}`, `{"bool":"yes"}`, `{"bool":"True"}`, `{"bool":1}`, `{"bool":""}`,
		`{"text":{}}`, `{"text":[]}`,
	} {
		if got, err := decodeBody[object](body); err == nil || requestError(t, err).Reason != ReasonWrongFieldType || !strings.Contains(err.Error(), "the field ") {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestChannelID must be in the response.
func TestChannelID(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{`{"id":"a"}`: true, `{"id":""}`: true, `{"id":null}`: false, `{}`: false, `{"ID":"a"}`: false, `null`: false} {
		got, err := readChannel(t.Context(), inMemory(t, Config{}, always(body)))
		if ok && (err != nil || got.ID == nil) || !ok && (err == nil || !strings.Contains(err.Error(), `missing field "id"`)) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestUnexpectedResponses names what is wrong with a 200, and the field that it is about.
func TestUnexpectedResponses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                                       "the response is empty, content type application/json",
		"\t":                                     "the response is empty",
		"<html>":                                 `unexpected response: the response is not valid JSON (byte 0), content type application/json, begins with "<html>"`,
		`[]`:                                     "unexpected response: the response must be an object, got an array",
		`"a"`:                                    "the response must be an object, got a string",
		`7`:                                      "the response must be an object, got a number",
		`true`:                                   "the response must be an object, got a boolean",
		`null`:                                   `missing field "total_count"`,
		`{}`:                                     `missing field "total_count"`,
		`{"connections":[],"total_count":null}`:  `missing field "total_count"`,
		`{"connections":[],"total_count":-1}`:    "the total of the list is negative",
		`{"connections":{},"total_count":1}`:     "the field connections must be an array, got an object",
		`{"connections":"","total_count":1}`:     "the field connections must be an array, got a string",
		`{"connections":[],"total_count":"x"}`:   "the field total_count must be an integer, got a string",
		`{"connections":[],"total_count":"1.5"}`: "the field total_count must be an integer, got a string",
		`{"connections":[],"total_count":1.5}`:   "the field total_count must be an integer, got a number with a fraction or out of range",
		`{"connections":[],"total_count":9223372036854775808}`:            "the field total_count must be an integer, got a number with a fraction or out of range",
		`{"connections":[{},{},{"marker_id":true}],"total_count":3}`:      "the field connections[2].marker_id must be an integer, got a boolean",
		`{"connections":[{"id":{}}],"total_count":1}`:                     "the field connections[0].id must be a string, got an object",
		`{"connections":[7],"total_count":1}`:                             "the field connections[0] must be an object, got a number",
		`{"connections":[{"error":[{"error_code":{}}]}],"total_count":1}`: "the field connections[0].error[0].error_code must be a string, got an object",
		`{"connections":[{"id":"a"},`:                                     "the response is not valid JSON (byte ",
		`{"connections":[],"total_count":0} x`:                            "the response is not valid JSON (byte 35)",
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
		"": "", "/a": "a", "/a/0/b": "a[0].b", "/a/10": "a[10]", "/0/a": "[0].a",
		"/a\x1b\n": "a", "/" + strings.Repeat("x", 200): strings.Repeat("x", 100),
	} {
		if got := fieldPath(jsontext.Pointer(pointer)); got != want {
			t.Errorf("%q: %q, want %q", pointer, got, want)
		}
	}
}
