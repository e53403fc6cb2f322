package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	bom, err := describe(&debug.BuildInfo{
		GoVersion: "go1.26.8",
		Path:      "example.com/provider/cmd/tool",
		Main:      debug.Module{Path: "example.com/provider", Version: "v1.2.3"},
		Deps: []*debug.Module{
			{Path: "example.com/a", Version: "v0.1.0", Sum: "h1:AAEC"},
			{Path: "example.com/b", Version: "v0.2.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v0.2.1+incompatible"}},
		},
		Settings: []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "-trimpath", Value: "true"}},
	}, []byte{255, 1})
	if err != nil {
		t.Fatal(err)
	}
	var document bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&document, cyclonedx.BOMFileFormatJSON).Encode(bom); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Metadata struct {
			Component struct {
				Type, Name, Version, Purl string
				Hashes                    []struct{ Alg, Content string }
				Properties                []struct{ Name, Value string }
			}
		}
		Components []struct {
			Purl   string
			Hashes []struct{ Alg, Content string }
		}
		Dependencies []struct{ DependsOn []string }
	}
	if err := json.Unmarshal(document.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	application := got.Metadata.Component
	if application.Type != "application" || application.Name != "tool" || application.Version != "v1.2.3" ||
		application.Purl != "pkg:golang/example.com/provider@v1.2.3" {
		t.Errorf("application: %+v", application)
	}
	if len(application.Hashes) != 1 || application.Hashes[0].Content != "ff01" {
		t.Errorf("hashes of the application: %+v", application.Hashes)
	}
	if len(application.Properties) != 1 || application.Properties[0].Name != "go:GOOS" {
		t.Errorf("properties: %+v", application.Properties)
	}
	want := []string{"pkg:golang/std@1.26.8", "pkg:golang/example.com/a@v0.1.0", "pkg:golang/example.com/fork@v0.2.1%2Bincompatible"}
	if len(got.Components) != len(want) || len(got.Dependencies) != 1 || len(got.Dependencies[0].DependsOn) != len(want) {
		t.Fatalf("not %d components and dependencies: %s", len(want), &document)
	}
	for i, component := range got.Components {
		if component.Purl != want[i] || got.Dependencies[0].DependsOn[i] != want[i] {
			t.Errorf("component %d is %s, dependency %s, want %s", i, component.Purl, got.Dependencies[0].DependsOn[i], want[i])
		}
	}
	if hashes := got.Components[1].Hashes; len(hashes) != 1 || hashes[0].Alg != "SHA-256" || hashes[0].Content != "000102" {
		t.Errorf("hashes of a module: %+v", hashes)
	}
}

func TestWriteSameDocumentForSameBinary(t *testing.T) {
	t.Parallel()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var documents [2][]byte
	for i := range documents {
		path := filepath.Join(t.TempDir(), "document")
		if err := write(binary, path); err != nil {
			t.Fatal(err)
		}
		if documents[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(documents[0], documents[1]) {
		t.Error("the documents differ")
	}
}
