// Command sbom writes the software bill of materials of a Go binary, in CycloneDX:
// the modules that Go recorded in it, and the standard library.
//
//	sbom BINARY DOCUMENT
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log"
	"net/url"
	"os"
	"path"
	"runtime/debug"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("sbom: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: sbom BINARY DOCUMENT")
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// write writes the document of a binary.
func write(binary, document string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	bom, err := describe(info, sum[:])
	if err != nil {
		return err
	}
	file, err := os.Create(document)
	if err != nil {
		return err
	}
	if err := cyclonedx.NewBOMEncoder(file, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return err
	}
	return file.Close()
}

// describe returns the document of a binary with this build information and SHA-256 checksum.
// The same binary always has the same document, so it has neither a time nor a serial number.
func describe(info *debug.BuildInfo, sum []byte) (*cyclonedx.BOM, error) {
	application, err := component(&info.Main)
	if err != nil {
		return nil, err
	}
	application.Type = cyclonedx.ComponentTypeApplication
	application.Name = path.Base(info.Path)
	application.PackageURL = application.BOMRef
	application.Hashes = sha256Hash(sum)
	for _, setting := range info.Settings {
		if setting.Key == "GOOS" || setting.Key == "GOARCH" || setting.Key == "vcs.revision" {
			application.Properties = appendProperty(application.Properties, setting)
		}
	}

	modules := []*debug.Module{{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}}
	modules = append(modules, info.Deps...)
	var components []cyclonedx.Component
	var uses []string
	for _, module := range modules {
		if module.Replace != nil {
			module = module.Replace
		}
		library, err := component(module)
		if err != nil {
			return nil, err
		}
		components = append(components, library)
		uses = append(uses, library.BOMRef)
	}

	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &application}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: application.BOMRef, Dependencies: &uses}}
	return bom, nil
}

// component returns a module as a library. Its checksum is the one in go.sum.
func component(module *debug.Module) (cyclonedx.Component, error) {
	purl := "pkg:golang/" + module.Path + "@" + url.QueryEscape(module.Version)
	library := cyclonedx.Component{
		BOMRef:     purl,
		Type:       cyclonedx.ComponentTypeLibrary,
		Name:       module.Path,
		Version:    module.Version,
		PackageURL: purl,
	}
	if encoded, ok := strings.CutPrefix(module.Sum, "h1:"); ok {
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return cyclonedx.Component{}, fmt.Errorf("checksum of %s: %w", module.Path, err)
		}
		library.Hashes = sha256Hash(sum)
	}
	return library, nil
}

func sha256Hash(sum []byte) *[]cyclonedx.Hash {
	return &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}}
}

func appendProperty(properties *[]cyclonedx.Property, setting debug.BuildSetting) *[]cyclonedx.Property {
	if properties == nil {
		properties = &[]cyclonedx.Property{}
	}
	*properties = append(*properties, cyclonedx.Property{Name: "go:" + setting.Key, Value: setting.Value})
	return properties
}
