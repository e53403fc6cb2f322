package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// runImport writes data files to dir, from the output of terraform show -json.
func runImport(dir string, stdin io.Reader, stdout, stderr io.Writer) error {
	input, err := readShow(stdin)
	if err != nil {
		return err
	}
	imported := newImported(input.providerBlocks())
	for _, r := range input.dataSources() {
		if err := imported.add(r); err != nil {
			return fmt.Errorf("%s: %w", r.Address, err)
		}
	}
	if len(imported.projects) == 0 {
		return errors.New("the input has no data source of hwcloud that has been read")
	}
	files, err := imported.files(dir)
	if err != nil {
		return err
	}
	if err := files.write(dir, stdout); err != nil {
		return err
	}
	for _, warning := range imported.warnings() {
		_, _ = fmt.Fprintln(stderr, "Warning:", warning)
	}
	// What has been written must be loadable, whatever version of the provider the input is from.
	return loadData(simulator.New(), dir)
}

// folder are files by their path within the data folder.
type folder map[string]any

// write writes the files in the order of their paths, and prints the paths.
func (f folder) write(dir string, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, name := range sortedKeys(f) {
		content, err := encode(f[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := writeFile(root, name, content); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return err
		}
	}
	return nil
}
