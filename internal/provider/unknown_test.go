package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// unknownSettings are configurations with a value that is not known yet, and
// the arguments that an error has to name.
var unknownSettings = map[string]struct {
	arguments object
	named     []string
}{
	"region":    {object{"region": unknown{}}, []string{"region"}},
	"secret":    {object{"access_key": "key-argument", "secret_key": unknown{}}, []string{"secret_key"}},
	"several":   {object{"token": unknown{}, "auth_url": unknown{}}, []string{"auth_url", "token"}},
	"endpoints": {object{"endpoints": unknown{}}, []string{"endpoints"}},
	"endpoint":  {object{"endpoints": object{"dli": unknown{}}}, []string{"endpoints"}},
	"flag":      {object{"insecure": unknown{}}, []string{"insecure"}},
	"number":    {object{"max_retries": unknown{}}, []string{"max_retries"}},
	"file":      {object{"shared_config_file": unknown{}}, []string{"shared_config_file"}},
	"agency":    {object{"assume_role": list{object{"agency_name": unknown{}}}}, []string{"assume_role"}},
	"agencies":  {object{"assume_role": unknown{}}, []string{"assume_role"}},
}

// TestUnknownSettingsAreDeferred puts the lookups off where Terraform allows it.
func TestUnknownSettingsAreDeferred(t *testing.T) {
	t.Parallel()
	for name, test := range unknownSettings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			s := c.configureWith(t, test.arguments, &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true})
			if s.diagnostics.errors != nil {
				t.Fatal(s.diagnostics.errors)
			}
			resp, err := s.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName:           enhancedConnectionsSource,
				Config:             dynamic(t, s.schemas.DataSourceSchemas[enhancedConnectionsSource].ValueType(), object{}),
				ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true},
			})
			if err != nil {
				t.Fatal(err)
			}
			if resp.Deferred == nil || resp.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
				t.Errorf("deferred: %+v", resp.Deferred)
			}
			if got := diagnosticsOf(resp.Diagnostics); got.errors != nil {
				t.Error(got.errors)
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// TestUnknownSettingsAreRefused by the lookup that needs them, not by the
// configuration. The environment does not take their place.
func TestUnknownSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range unknownSettings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.environment["HW_ACCESS_KEY"], c.environment["HW_SECRET_KEY"] = simulator.AccessKey, simulator.SecretKey
			s := c.configure(t, test.arguments)
			if s.diagnostics.errors != nil || s.diagnostics.warnings != nil {
				t.Fatal(s.diagnostics)
			}
			for _, source := range []string{enhancedConnectionsSource, serviceConnectionsSource, vpcChannelSource} {
				got := s.read(t, source, map[string]object{
					enhancedConnectionsSource: nil,
					serviceConnectionsSource:  {"service_id": "x"},
					vpcChannelSource:          {"instance_id": "x", "name": "y"},
				}[source])
				want := "The provider's " + strings.Join(test.named, ", ") + " comes from something that has not been applied"
				if len(got.errors) != 1 || !strings.Contains(got.errors[0], want) || !strings.Contains(got.errors[0], "terraform apply -target") {
					t.Errorf("%s: the errors are %q, want %q", source, got.errors, want)
				}
				if got.deferred {
					t.Errorf("%s is deferred, which nobody allowed", source)
				}
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// TestUnknownSettingThroughTerraform plans with a setting that only applying tells.
func TestUnknownSettingThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const unapplied = "resource \"terraform_data\" \"later\" {\n  input = \"" + simulator.SecretKey + "\"\n}\n"
	block := c.block("access_key = \"" + simulator.AccessKey + "\"\n  secret_key = terraform_data.later.output")
	said := c.refuse(t, block+unapplied+allEnhancedConnections)
	if want := "The provider's secret_key comes from something that has not been applied"; !strings.Contains(said, want) {
		t.Errorf("%q is not in: %s", want, said)
	}
	// Where nothing is read there is no error, and nothing to ask for.
	c.run(t, block+unapplied)
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
