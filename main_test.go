package main

import (
	"runtime/debug"
	"testing"
)

func TestWithCommit(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "c0d2af5fa0c6f5b9e6d1a9c9d3d4d9e1b2a3c4d5"}
	for name, test := range map[string]struct {
		settings []debug.BuildSetting
		want     string
	}{
		"outside a clone": {nil, "0.1.0"},
		"clean":           {[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, "0.1.0 (c0d2af5)"},
		"changed":         {[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, "0.1.0 (c0d2af5, changed)"},
		"short":           {[]debug.BuildSetting{{Key: "vcs.revision", Value: "42"}}, "0.1.0 (42)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := withCommit("0.1.0", test.settings); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
