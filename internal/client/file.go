package client

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFileBytes is the largest file that is read.
const maxFileBytes = 1 << 20

var (
	errNotRegularFile = errors.New("not a regular file")
	errFileTooLarge   = fmt.Errorf("larger than %d MiB", maxFileBytes>>20)
)

// ReadFile returns the content of a regular file of at most 1 MiB. Anything else, such as a pipe or
// a device, could block or never end. The error is an [*fs.PathError].
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && !info.IsDir() { // Reading a folder fails by itself.
		return nil, &fs.PathError{Op: "read", Path: path, Err: errNotRegularFile}
	}
	file, err := os.Open(path) //nolint:gosec // The user names the file.
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // Nothing was written to it.
	content, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > maxFileBytes:
		return nil, &fs.PathError{Op: "read", Path: path, Err: errFileTooLarge}
	}
	return content, nil
}
