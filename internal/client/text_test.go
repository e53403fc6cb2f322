package client

import (
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "",
		"plain":                            "plain",
		"\ta\n\tb\u0000c\x1b[31m\n":        "a b c [31m",
		"a\xffb\xe4\xb8":                   "ab",
		"界界界":                              "界界界",
		"a\u200bb\u2028c":                  "a b c",
		"0123456789":                       "0123456789",
		"01234567890":                      "0123456789",
		"012345678界":                       "012345678",
		strings.Repeat("\xff", 50) + "end": "end",
	} {
		if got := printable(text, 10); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
