// terraform-provider-hwcloud looks things up on Huawei-Cloud-compatible clouds while Terraform
// makes a plan.
package main

import (
	"context"
	"flag"
	"log"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/provider"
)

// version is set by the linker.
var version = "dev"

func main() {
	debugging := flag.Bool("debug", false, "serve for a debugger and print how Terraform reaches the provider")
	flag.Parse()

	var settings []debug.BuildSetting
	if info, ok := debug.ReadBuildInfo(); ok {
		settings = info.Settings
	}
	err := providerserver.Serve(context.Background(), provider.New(withCommit(version, settings)), providerserver.ServeOpts{
		Address: "registry.terraform.io/hwcloud/hwcloud",
		Debug:   *debugging,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// withCommit returns a version with the commit that the binary was built from, such as "0.1.0
// (abc1234)". In a User-Agent header the parentheses are a comment. Go records the commit when it
// builds in a clone of the repository.
func withCommit(version string, settings []debug.BuildSetting) string {
	var commit, changed string
	for _, setting := range settings {
		switch setting.Key {
		case "vcs.revision":
			commit = setting.Value
		case "vcs.modified":
			if setting.Value == "true" {
				changed = ", changed"
			}
		}
	}
	if commit == "" {
		return version
	}
	return version + " (" + commit[:min(7, len(commit))] + changed + ")"
}
