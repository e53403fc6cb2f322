package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEndpoints takes the addresses from each origin.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	iam := object{"endpoints": object{"iam": "https://endpoint"}}
	for name, test := range map[string]struct {
		arguments, environment object
		authURL, iam           string
	}{
		"argument":              {merge(iam, object{"auth_url": "https://argument"}), object{"HW_AUTH_URL": "https://hw"}, "https://argument", "https://endpoint"},
		"argument, HW endpoint": {object{"auth_url": "https://argument"}, object{"HW_ENDPOINT_IAM": "https://hw"}, "https://argument", "https://hw"},
		"endpoint":              {iam, object{"HW_AUTH_URL": "https://hw", "HW_ENDPOINT_IAM": "https://hw"}, "", "https://endpoint"},
		"HW endpoint":           {nil, object{"HW_AUTH_URL": "https://x", "HW_ENDPOINT_IAM": "https://hw"}, "", "https://hw"},
		"HW":                    {nil, object{"HW_AUTH_URL": "https://hw/v3", "OS_AUTH_URL": "https://os"}, "https://hw/v3", ""},
		"OS":                    {object{"auth_url": ""}, object{"OS_AUTH_URL": "https://os"}, "https://os", ""},
	} {
		got := buildWith(t, test.arguments, test.environment)
		if diff := cmp.Diff([]string{test.authURL, test.iam}, []string{got.AuthURL, got.Config.Endpoints["iam"]}); diff != "" || got.errors != nil {
			t.Errorf("%s: errors %q (-want +got)\n%s", name, got.errors, diff)
		}
	}
}

// TestBaseURLs refuses an API version at the end of an address, but not the /v3 of IAM.
func TestBaseURLs(t *testing.T) {
	t.Parallel()
	dli := func(address string) object { return object{"endpoints": object{"dli": address}} }
	for _, good := range []object{
		dli("https://dli.{region}.example.com"), dli("https://x.example:8443/a/{region}/"), dli("HTTPS://[::1]/v2a"), dli("https://v2"),
		dli("https://x/v1/dli"), dli("https://x.example.com./"), {"auth_url": "https://x/v3"}, {"auth_url": "https://x/identity/v3/"},
		{"endpoints": object{"iam": "https://x/v3/"}},
	} {
		if errors := validated(t, good); errors != nil {
			t.Errorf("%v: %q", good, errors)
		}
	}
	for _, versioned := range []object{
		dli("https://hidden/v1"), dli("https://hidden/v2.0/"), dli("https://hidden/V3//"), dli("https://hidden/x/v1.0/0123456789abcdef0123456789abcdef"),
		dli("https://hidden.{region}.example.com/v2.0"), {"auth_url": "https://hidden/v3/auth/tokens"}, {"auth_url": "https://hidden/v2.0"},
		{"auth_url": "https://hidden/v3/v3"}, {"endpoints": object{"iam": "https://hidden/v3/auth"}}, {"endpoints": object{"apig": "https://hidden/v3"}},
	} {
		wantError(t, validated(t, versioned), "must not end in the version of an API", "Leave the version out")
	}
	for variable, address := range map[string]string{"HW_ENDPOINT_VPCEP": "https://hidden/v1", "OS_AUTH_URL": "https://hidden/v3/auth/tokens"} {
		wantError(t, buildWith(t, nil, object{variable: address}).errors, variable+" must not end in the version of an API")
	}
}
