package client

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, tt := range map[string]struct {
		content string
		err     error
	}{
		"small":     {"text", nil},
		"empty":     {"", nil},
		"1 MiB":     {strings.Repeat("x", 1<<20), nil},
		"too large": {strings.Repeat("x", 1<<20+1), errFileTooLarge},
	} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		content, err := ReadFile(path)
		if !errors.Is(err, tt.err) || err == nil && string(content) != tt.content {
			t.Errorf("%s: %d bytes, %v", name, len(content), err)
		}
	}
	for path, want := range map[string]error{
		filepath.Join(folder, "missing"): fs.ErrNotExist,
		// Reading a device may block or never end.
		os.DevNull: errNotRegularFile,
		folder:     nil,
	} {
		_, err := ReadFile(path)
		if !is[*fs.PathError](err) || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
