package client

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// decodeBody decodes the body of a response to an imaginary request.
func decodeBody[T any](body string) (*T, error) {
	return decode[T](&response{exchange: &exchange{request: &request{}}, status: 200, body: []byte(body)})
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
	a, b, empty := "a", "b", ""
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

		// Of repeated names the last counts, of objects too.
		`{"text":"a","text":"b"}`:                                        text("b"),
		`{"text":"a","text":null}`:                                       {},
		`{"text":1,"text":"b"}`:                                          text("b"),
		`{"text":"a","te\u0078t":"b"}`:                                   text("b"),
		`{"unknown":1,"unknown":{"unknown":2,"unknown":[3]},"text":"a"}`: text("a"),
		`{"object":{"a":"a"},"object":{"b":"b"}}`:                        {Object: &inner{B: &b}},
		`{"object":{"a":"a"},"\u006fbject":{"b":"b"}}`:                   {Object: &inner{B: &b}},
		`{"object":{"a":"a"},"object":null}`:                             {},
		`{"object":{"a":"a","a":"b"}}`:                                   {Object: &inner{A: &b}},
		`{"list":[{"a":"a"},{"a":"a"}],"list":[{"b":"b"}]}`:              {List: []inner{{B: &b}}},
		`{"list":[{"a":"b","a":"a"},{"a":"b"}]}`:                         {List: []inner{{A: &a}, {A: &b}}},
		"{\"text\":\"a\",\"\xff\":1,\"\xfe\":2,\"text\":\"b\"}":          text("b"),

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

// TestRequiredFields finds a missing field by its type, at any depth.
func TestRequiredFields(t *testing.T) {
	t.Parallel()
	type entry struct {
		ID   requiredID `json:"id"`
		Name *string    `json:"name"`
		Deep *struct {
			Flag required[bool] `json:"flag"`
		} `json:"deep"`
	}
	type embedded struct {
		Code required[string] `json:"code"`
	}
	type object struct {
		embedded
		Total   required[int64]   `json:"total,omitzero"`
		List    required[[]entry] `json:"list"`
		More    []*entry          `json:"more"`
		Other   optional[[]entry] `json:"other"`
		private int               //nolint:unused // It must do no harm.
	}
	for body, missing := range map[string]string{
		`{"code":"","total":0,"list":[]}`:                                             "",
		`{"code":"c","total":1,"list":null}`:                                          "",
		`{"code":"c","total":1,"list":[{"id":"a"},{"id":"b","deep":{"flag":false}}]}`: "",
		`{"code":"c","total":1,"list":[],"more":[null,{"id":"a"}],"other":null}`:      "",
		`{}`:                                   "code",
		`null`:                                 "code",
		`{"code":null,"total":0,"list":[]}`:    "code",
		`{"code":"c","list":[]}`:               "total",
		`{"code":"c","total":null,"list":[]}`:  "total",
		`{"code":"c","total":0}`:               "list",
		`{"code":"c","total":0,"List":[]}`:     "list",
		`{"code":"c","total":1,"list":[{}]}`:   "list[0].id",
		`{"code":"c","total":1,"list":[null]}`: "list[0].id",
		`{"code":"c","total":1,"list":[{"id":"a"},{"id":null}]}`:              "list[1].id",
		`{"code":"c","total":1,"list":[{"id":"a"},{"id":""}]}`:                "list[1].id",
		`{"code":"c","total":1,"list":[{"id":"a","deep":{}}]}`:                "list[0].deep.flag",
		`{"code":"c","total":1,"list":[],"more":[{"id":"a"},{"name":"b"}]}`:   "more[1].id",
		`{"code":"c","total":1,"list":[],"other":[{"id":"a"},{"id":"b"},{}]}`: "other[2].id",
		`{"code":"c","total":1,"total":null,"list":[]}`:                       "total",
		`{"code":"c","total":1,"list":[{"id":"a","id":null}]}`:                "list[0].id",
	} {
		got, err := decodeBody[object](body)
		switch {
		case missing == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case missing != "" && (err == nil || got != nil || !strings.Contains(err.Error(), `missing field "`+missing+`"`)):
			t.Errorf("%s: the error is %v, want one about %s", body, err, missing)
		}
	}
}

// TestRequiredChannelID is an error by the type of the field: an embedded field of the same name
// does not hide it.
func TestRequiredChannelID(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{`{"id":"a"}`: true, `{"id":""}`: true, `{"id":null}`: false, `{}`: false, `{"ID":"a"}`: false} {
		got, err := readChannel(t.Context(), inMemory(t, Config{}, always(body)))
		if ok && (err != nil || got.ID == nil) || !ok && (err == nil || !strings.Contains(err.Error(), `missing field "id"`)) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestOptionalRecordsPresence(t *testing.T) {
	t.Parallel()
	type object struct {
		Count optional[*int64] `json:"count"`
	}
	for body, present := range map[string]bool{`{}`: false, `{"count":null}`: true, `{"count":0}`: true, `{"Count":0}`: false} {
		if got, err := decodeBody[object](body); err != nil || got.Count.present != present {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}
