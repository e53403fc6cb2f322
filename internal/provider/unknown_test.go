package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// unknownArgumentTests are configurations with a value that is not known yet, and the arguments
// that an error has to name. No other value in them is a mistake, whatever the unknown one is.
var unknownArgumentTests = map[string]struct {
	arguments object
	named     []string
}{
	"region":    {object{"region": unknown{}}, []string{"region"}},
	"secret":    {object{"access_key": "key-argument", "secret_key": unknown{}}, []string{"secret_key"}},
	"several":   {object{"token": unknown{}, "auth_url": unknown{}}, []string{"auth_url", "token"}},
	"endpoints": {object{"endpoints": unknown{}}, []string{"endpoints"}},
	"endpoint":  {object{"endpoints": object{"dli": unknown{}}}, []string{`endpoints["dli"]`}},
	"flag":      {object{"insecure": unknown{}}, []string{"insecure"}},
	"number":    {object{"max_retries": unknown{}}, []string{"max_retries"}},
	"file":      {object{"shared_config_file": unknown{}}, []string{"shared_config_file"}},
	"agency":    {object{"assume_role": list{object{"agency_name": unknown{}}}}, []string{"assume_role[0].agency_name"}},
	"agencies":  {object{"assume_role": unknown{}}, []string{"assume_role"}},
	"second agency": {
		object{"assume_role": list{
			object{"agency_name": "a", "domain_id": "d"}, object{"agency_name": "b", "domain_name": unknown{}, "domain_id": unknown{}},
		}},
		[]string{"assume_role[1].domain_id", "assume_role[1].domain_name"},
	},
	"user":        {object{"user_id": unknown{}, "domain_id": unknown{}}, []string{"domain_id", "user_id"}},
	"certificate": {object{"cert": unknown{}, "key": unknown{}}, []string{"cert", "key"}},
	"CA file":     {object{"cacert_file": unknown{}}, []string{"cacert_file"}},
	"profile":     {object{"profile": unknown{}}, []string{"profile"}},
	"project":     {object{"region": "r", "project_id": unknown{}, "project_name": unknown{}}, []string{"project_id", "project_name"}},
	"OIDC":        {object{"assume_role_with_oidc": unknown{}}, []string{"assume_role_with_oidc"}},
	"ID token": {
		object{"assume_role_with_oidc": object{"idp_id": unknown{}, "id_token": unknown{}}},
		[]string{"assume_role_with_oidc.id_token", "assume_role_with_oidc.idp_id"},
	},
	"ID token file": {
		object{"assume_role_with_oidc": object{"id_token_file": unknown{}, "agency_name": unknown{}}},
		[]string{"assume_role_with_oidc.agency_name", "assume_role_with_oidc.id_token_file"},
	},
	"OIDC or token": {
		object{"token": unknown{}, "assume_role_with_oidc": object{"agency_name": "a"}, "assume_role": list{object{"agency_name": "b"}}},
		[]string{"token"},
	},
}

// TestUnknownArguments defers the reads if Terraform allows it, and otherwise fails them, but not the
// configuration. The environment does not take the arguments' place, and no request is made.
func TestUnknownArguments(t *testing.T) {
	t.Parallel()
	for name, test := range unknownArgumentTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			s := c.start(t)
			s.configure(t, c.config(t, s, test.arguments), &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true})
			resp, err := s.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName:           enhancedConnectionsSource,
				Config:             dynamic(t, s.schemas.DataSourceSchemas[enhancedConnectionsSource].ValueType(), object{}),
				ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true},
			})
			if err != nil || len(resp.Diagnostics)+len(s.diagnostics.errors) > 0 {
				t.Fatal(err, resp.Diagnostics, s.diagnostics)
			}
			if resp.Deferred == nil || resp.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
				t.Errorf("deferred: %+v", resp.Deferred)
			}

			s = c.configure(t, test.arguments)
			if s.diagnostics.errors != nil || s.diagnostics.warnings != nil {
				t.Fatal(s.diagnostics)
			}
			verb := " comes"
			if len(test.named) > 1 {
				verb = " come"
			}
			want := "The provider's " + strings.Join(test.named, ", ") + verb + " from something that has not been applied"
			for source := range dataSources {
				got := s.read(t, source, factsOf(t, source).Reads[0].Arguments)
				if len(got.errors) != 1 || !strings.Contains(got.errors[0], want) || got.deferred {
					t.Errorf("%s: deferred: %v, the errors are %q, want %q", source, got.deferred, got.errors, want)
				}
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// TestUnknownArgumentThroughTerraform plans with a value that is known only after an apply.
func TestUnknownArgumentThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const unapplied = "resource \"terraform_data\" \"later\" {\n  input = \"" + simulator.SecretKey + "\"\n}\n"
	block := c.block("access_key = \"" + simulator.AccessKey + "\"\n  secret_key = terraform_data.later.output")
	printed := c.refuse(t, block+unapplied+allEnhancedConnections)
	if want := "The provider's secret_key comes from something that has not been applied"; !strings.Contains(printed, want) {
		t.Errorf("%q is not in: %s", want, printed)
	}
	// If nothing is read, there is no error and no request.
	c.run(t, block+unapplied)
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
