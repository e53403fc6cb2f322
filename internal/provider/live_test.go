//go:build live

// These tests read from a real account, and are built with the tag live alone:
//
//	tools/with-terraform env TF_ACC=1 HW_REGION_NAME=… HW_ACCESS_KEY=… HW_SECRET_KEY=… \
//	    HWCLOUD_TEST_SERVICE_ID=… HWCLOUD_TEST_INSTANCE_ID=… HWCLOUD_TEST_CHANNEL_NAME=… \
//	    go test -tags live -run TestAccLive ./internal/provider
//
// They change nothing. The tests without the tag need no account and skip nothing.

package provider

import (
	"fmt"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// needed is the value of a variable without which a test cannot run.
func needed(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set", name)
	}
	return value
}

// runLive reads from the account that the environment names, twice.
func runLive(t *testing.T, config string, checks ...statecheck.StateCheck) {
	t.Helper()
	needed(t, "TF_ACC")
	needed(t, "TF_ACC_TERRAFORM_PATH")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"hwcloud": providerserver.NewProtocol6WithError(New("test")()),
		},
		Steps: []resource.TestStep{{
			Config:            config,
			ConfigStateChecks: checks,
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		}},
	})
}

// filledIn checks that attributes of a data source are not null.
func filledIn(address string, attributes ...string) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for _, name := range append(attributes, "region", "project_id") {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.NotNull()))
	}
	return checks
}

func TestAccLiveServiceConnections(t *testing.T) {
	t.Parallel()
	runLive(t, fmt.Sprintf("data %q \"live\" {\n  service_id = %q\n}\n", serviceConnectionsSource, needed(t, "HWCLOUD_TEST_SERVICE_ID")),
		filledIn("data."+serviceConnectionsSource+".live", "connections", "total_count")...)
}

func TestAccLiveEnhancedConnections(t *testing.T) {
	t.Parallel()
	runLive(t, fmt.Sprintf("data %q \"live\" {}\n", enhancedConnectionsSource),
		filledIn("data."+enhancedConnectionsSource+".live", "connections", "connection_count")...)
}

func TestAccLiveVPCChannel(t *testing.T) {
	t.Parallel()
	body := byChannelName(needed(t, "HWCLOUD_TEST_INSTANCE_ID"), needed(t, "HWCLOUD_TEST_CHANNEL_NAME"))
	runLive(t, fmt.Sprintf("data %q \"live\" {\n%s}\n", vpcChannelSource, body),
		filledIn("data."+vpcChannelSource+".live", "id", "vpc_channel_id", "name", "members", "member_groups")...)
}

func TestAccLiveVPCChannels(t *testing.T) {
	t.Parallel()
	body := fmt.Sprintf("instance_id = %q\nomit_secrets = true\n", needed(t, "HWCLOUD_TEST_INSTANCE_ID"))
	runLive(t, fmt.Sprintf("data %q \"live\" {\n%s}\n", vpcChannelsSource, body),
		filledIn("data."+vpcChannelsSource+".live", "instance_id", "vpc_channels")...)
}
