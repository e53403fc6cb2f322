package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestUnusedProfile has a profile that cannot be read, whose keys are not needed: reads in a region
// of their own succeed, and one without a region says why the profile has none.
func TestUnusedProfile(t *testing.T) {
	t.Parallel()
	notJSON := textFile(t, "not JSON")
	for name, test := range map[string]struct {
		arguments, environment object
		reason                 string
	}{
		"HW file that does not exist": {nil, object{"HW_SHARED_CONFIG_FILE": "/nowhere/config.json"}, "Cannot open /nowhere/config.json"},
		"HW profile of no file":       {nil, object{"HW_PROFILE": "x", "HW_SHARED_CONFIG_FILE": "/nowhere/config.json"}, "Cannot open /nowhere/config.json"},
		"HW profile that is missing":  {nil, object{"HW_PROFILE": "x", "HW_SHARED_CONFIG_FILE": profiles(t)}, `no profile "x"`},
		"file that does not exist":    {object{"shared_config_file": "/nowhere/config.json", "access_key": "key-argument", "secret_key": "secret-argument"}, nil, "Cannot open"},
		"HW file that is not JSON":    {nil, object{"HW_SHARED_CONFIG_FILE": notJSON}, "not a configuration file of KooCLI"},
		"HW profile's region":         {nil, object{"HW_PROFILE": "slash", "HW_SHARED_CONFIG_FILE": profiles(t)}, "the region of the profile must consist of"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.environment = map[string]string{"HW_ACCESS_KEY": "key-hw", "HW_SECRET_KEY": "secret-hw", "HW_METADATA_ENDPOINT": closedPort}
			c.setVariables(test.environment)
			s := c.configure(t, test.arguments)
			if got := s.read(t, enhancedConnectionsSource, object{"region": simulator.Region}); s.diagnostics.errors != nil || got.errors != nil {
				t.Fatal(s.diagnostics.errors, got.errors)
			}
			got := strings.Join(s.read(t, enhancedConnectionsSource, nil).errors, "")
			if !strings.Contains(got, "HW_REGION_NAME. The region of the KooCLI profile cannot be used: ") || !strings.Contains(got, test.reason) {
				t.Errorf("the error is %q", got)
			}
		})
	}
}

// TestHomeDirectory reads the default file of KooCLI if only the profile is set, and files whose
// path begins with ~/.
func TestHomeDirectory(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	content, err := os.ReadFile(profiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".hcloud", "config.json"), content, 0o600); err != nil { //nolint:gosec // The folder is the test's own.
		t.Fatal(err)
	}
	for _, arguments := range []object{{"profile": "sso"}, {"profile": "sso", "shared_config_file": "~/.hcloud/config.json"}} {
		c := manyAccounts(t)
		s := c.configure(t, arguments)
		if got := s.read(t, enhancedConnectionsSource, nil); s.diagnostics.errors != nil || got.errors != nil {
			t.Error(s.diagnostics.errors, got.errors)
		}
		if diff := cmp.Diff([]string{readBy + "temporary-sso with security-sso"}, c.requestLines(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}

	file := "~/.hcloud/config.json"
	config, _, errors := builtConfig(t, object{"assume_role_with_oidc": object{"idp_id": "i", "id_token_file": file}}, variablesOf(nil))
	want := client.OIDC{ProviderID: "i", IDToken: client.IDTokenFile(filepath.Join(home, ".hcloud", "config.json"))}
	if diff := cmp.Diff(client.Credentials(want), config.Credentials); diff != "" || errors != nil {
		t.Errorf("errors %q (-want +got)\n%s", errors, diff)
	}
}
