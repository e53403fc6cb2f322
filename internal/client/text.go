package client

import (
	"strings"
	"unicode"
)

// printable returns the beginning of a text in one line: at most maxBytes, with control characters
// and line breaks replaced by spaces.
func printable(text string, maxBytes int) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(text) > maxBytes {
		text = strings.ToValidUTF8(text[:maxBytes], "")
	}
	return text
}
