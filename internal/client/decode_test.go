package client

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// decodeBody decodes the body of a response to an imaginary request.
func decodeBody[T any](body string) (*T, error) {
	return decode[T](&response{request: &request{client: &Client{}}, status: 200, body: []byte(body)})
}

// scalars has fields of all types of the responses.
type scalars struct {
	Text   *string   `json:"text"`
	Number *int64    `json:"number"`
	Bool   *bool     `json:"bool"`
	List   []scalars `json:"list"`
	Object *scalars  `json:"object"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	text := func(s string) scalars { return scalars{Text: &s} }
	number := func(n int64) scalars { return scalars{Number: &n} }
	empty, yes, seven := "", true, number(7)
	for body, want := range map[string]scalars{
		`{}`:   {},
		`null`: {},
		`{"text":null,"number":null,"bool":null,"list":null,"object":null}`: {},
		`{"text":"","number":0,"bool":false,"list":[],"object":{}}`: {
			Text: &empty, Number: new(int64), Bool: new(bool), List: []scalars{}, Object: &scalars{},
		},
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
		`{"number":1566888011125.0}`:         number(1566888011125),
		`{"number":1.566888011125e+012}`:     number(1566888011125), // As C runtimes of Windows write it.
		`{"number":"-9223372036854775808"}`:  number(math.MinInt64),
		`{"number":9.223372036854775807E18}`: number(math.MaxInt64),
		`{"bool":"true"}`:                    {Bool: &yes},
		`{"bool":"false"}`:                   {Bool: new(bool)},
		`{"text":200}`:                       text("200"),
		`{"text":2.50}`:                      text("2.50"),
		`{"text":true}`:                      text("true"),
		`{"number":"7","list":[{"text":7},{"text":null,"number":7}],"text":null}`: {Number: seven.Number, List: []scalars{text("7"), seven}},

		// Bytes that are not UTF-8 become U+FFFD.
		"{\"text\":\"a\xffb\"}":                text("a\ufffdb"),
		"{\"text\":\"\xe4\xb8\"}":              text("\ufffd\ufffd"),
		`{"text":"\ud800x\udc00"}`:             text("\ufffdx\ufffd"),
		`{"text":"\ud83d\ude00"}`:              text("\U0001f600"),
		"{\"\xff\":1,\"unknown\":\"\xff\"}":    {},
		"{\"text\":\"a\xff\",\"x\":1,\"x\":2}": text("a\ufffd"),
		`{"text":"\u0000<>&\u2028"}`:           text("\x00<>&\u2028"),
	} {
		got, err := decodeBody[scalars](body)
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
	for field, values := range map[string][]string{
		"number": {
			`1.5`, `"1.5"`, `9223372036854775808`, `"9223372036854775808"`, `""`, `" 1"`, `"0x10"`, `"1_000"`, `"3/1"`, `"Inf"`,
			`1e999999999`, `1e-999999999`, `true`, `{}`, `[1]`,
		},
		"bool": {`"yes"`, `"True"`, `1`, `""`},
		"text": {`{}`, `[]`},
		"list": {`""`, `{}`, `[7]`},
	} {
		for _, value := range values {
			got, err := decodeBody[scalars](`{"` + field + `":` + value + `}`)
			if err == nil || requestError(t, err).Reason != ReasonWrongFieldType || !strings.Contains(err.Error(), "the field "+field) {
				t.Errorf("%s of %s: %+v, %v", field, value, got, err)
			}
		}
	}
}
