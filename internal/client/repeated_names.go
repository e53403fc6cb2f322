package client

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// withoutRepeatedNames rewrites JSON so that of the members of an object with the same name only
// the last one is left.
func withoutRepeatedNames(body []byte) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(body), lenientJSON)
	value, err := lastNames(d)
	if _, end := d.ReadToken(); err != nil || !errors.Is(end, io.EOF) {
		return body // Decoding it reports the error.
	}
	return value
}

// lastNames reads the next value without its repeated names.
func lastNames(d *jsontext.Decoder) (jsontext.Value, error) {
	kind := d.PeekKind()
	if kind != '{' && kind != '[' {
		value, err := d.ReadValue()
		return value.Clone(), err
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var order []string
	members := map[string]jsontext.Value{}
	for d.PeekKind() != '}' && d.PeekKind() != ']' {
		name := strconv.Itoa(len(order))
		if kind == '{' {
			token, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			// Quoted anew: the same name may be written with and without escapes.
			quoted, err := jsontext.AppendQuote(nil, token.String())
			if err != nil {
				return nil, err
			}
			name = string(quoted)
		}
		value, err := lastNames(d)
		if err != nil {
			return nil, err
		}
		if _, repeated := members[name]; !repeated {
			order = append(order, name)
		}
		members[name] = value
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	return joinMembers(kind, order, members), nil
}

// joinMembers writes an object or an array.
func joinMembers(kind jsontext.Kind, order []string, members map[string]jsontext.Value) jsontext.Value {
	var b bytes.Buffer
	b.WriteByte(byte(kind))
	for i, name := range order {
		if i > 0 {
			b.WriteByte(',')
		}
		if kind == '{' {
			b.WriteString(name + ":")
		}
		b.Write(members[name])
	}
	b.WriteByte(byte(kind) + 2) // } and ] are two places after { and [.
	return b.Bytes()
}
