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

// TestAccLive reads each data source from the account that the environment names, twice.
func TestAccLive(t *testing.T) {
	t.Parallel()
	needed(t, "TF_ACC")
	needed(t, "TF_ACC_TERRAFORM_PATH")
	gateway := object{"instance_id": needed(t, "HWCLOUD_TEST_INSTANCE_ID")}
	for source, tt := range map[string]struct {
		set    object
		filled []string
	}{
		serviceConnectionsSource:  {object{"service_id": needed(t, "HWCLOUD_TEST_SERVICE_ID")}, []string{"connections", "total_count"}},
		enhancedConnectionsSource: {nil, []string{"connections", "connection_count"}},
		vpcChannelsSource:         {merge(gateway, object{"omit_secrets": true}), []string{"instance_id", "vpc_channels"}},
		vpcChannelSource: {
			merge(gateway, object{"name": needed(t, "HWCLOUD_TEST_CHANNEL_NAME"), "omit_secrets": true}),
			[]string{"id", "vpc_channel_id", "name", "members", "member_groups"},
		},
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			var checks []statecheck.StateCheck
			for _, name := range append(tt.filled, "region", "project_id") {
				checks = append(checks, statecheck.ExpectKnownValue("data."+source+".live", tfjsonpath.New(name), knownvalue.NotNull()))
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
					"hwcloud": providerserver.NewProtocol6WithError(New("test")()),
				},
				Steps: []resource.TestStep{{
					Config:            dataBlock(source+".live", tt.set),
					ConfigStateChecks: checks,
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
				}},
			})
		})
	}
}
