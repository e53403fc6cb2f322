package provider

import (
	"strings"
	"testing"
)

// misplacedSecrets are what a user may set in place of a path or a name. Each contains "secret".
var misplacedSecrets = map[string]string{ //nolint:gosec // No secrets.
	"configuration after a byte order mark": "\ufeff{\"secretAccessKey\":\"secret\"}",
	"certificate after a byte order mark":   "\ufeff-----BEGIN PRIVATE KEY-----secret",
	"quoted JWT":                            `"eyJhbGciOiJub25lIn0.e30.secret"`,
	"JWT after Bearer":                      "Bearer eyJhbGciOiJub25lIn0.e30.secret",
	"JWT of five parts":                     "eyJhbGciOiJkaXIifQ..secret.secret.secret",
	"JWT without a signature":               "eyJhbGciOiJub25lIn0.secret",
	"key in base64":                         "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsecret/" + strings.Repeat("aB3+", 8),
	"token in base64 for URLs":              "MIIFsecret" + strings.Repeat("aB3_-", 12),
	"assignment":                            "HW_SECRET_KEY=secret",
	"words":                                 "my secret words",
	"long text":                             strings.Repeat("secret/", 30),
}

// TestNoFileContentIsPrinted gives the content of a file in place of a path, and of a profile.
func TestNoFileContentIsPrinted(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name, value := range misplacedSecrets {
		for argument, set := range map[string]struct{ arguments, environment object }{
			"shared_config_file":    {object{"shared_config_file": value}, nil},
			"HW_SHARED_CONFIG_FILE": {nil, object{"HW_SHARED_CONFIG_FILE": value}},
			"cacert_file":           {object{"cacert_file": value}, nil},
			"HW_CERT":               {nil, object{"HW_CERT": value, "HW_KEY": "/nowhere"}},
			"id_token_file":         {object{"assume_role_with_oidc": object{"idp_id": "i", "id_token_file": value}}, nil},
		} {
			_, _, errors := builtConfig(t, set.arguments, variablesOf(set.environment))
			text := strings.Join(errors, "\n")
			if len(errors) == 0 || strings.Contains(text, "secret") || !strings.Contains(text, argument) {
				t.Errorf("%s as %s: the errors are %q", name, argument, errors)
			}
		}
		if name == "words" {
			continue // A profile may have such a name.
		}
		for argument, set := range map[string]struct{ arguments, environment object }{
			"profile":    {object{"shared_config_file": file, "profile": value}, nil},
			"HW_PROFILE": {nil, object{"HW_SHARED_CONFIG_FILE": file, "HW_PROFILE": value}},
			"region":     {object{"region": value + "/"}, nil},
			"idp_id":     {object{"assume_role_with_oidc": object{"idp_id": value + "é", "id_token": "t"}}, nil},
		} {
			_, _, errors := builtConfig(t, set.arguments, variablesOf(set.environment))
			text := strings.Join(errors, "\n")
			if len(errors) == 0 || strings.Contains(text, "secret") || !strings.Contains(text, argument) {
				t.Errorf("%s as %s: the errors are %q", name, argument, errors)
			}
		}
	}
}

// TestPathsArePrinted gives paths of files that do not exist.
func TestPathsArePrinted(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/nowhere/config.json", "nowhere.pem", "../nowhere/ca-bundle.crt", `C:\nowhere\ca.pem`,
		"/nowhere/home/somebody/projects/terraform-configurations/environments/production/certificates/ca.pem",
	} {
		_, _, errors := builtConfig(t, object{"cacert_file": path}, variablesOf(nil))
		if len(errors) != 1 || !strings.HasPrefix(errors[0], "Cannot open "+path+": ") {
			t.Errorf("%s: the errors are %q", path, errors)
		}
	}
}
