// The SBOM writer has a module of its own, so that only a release downloads its dependencies.
module github.com/hwcloud/terraform-provider-hwcloud/tools/sbom

go 1.26.8

require github.com/CycloneDX/cyclonedx-go v0.12.0
