// terraform-provider-hwcloud looks things up on Huawei-Cloud-compatible clouds
// while Terraform makes a plan.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/provider"
)

// version is set by the linker.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger and print how Terraform reaches the provider")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/hwcloud/hwcloud",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
