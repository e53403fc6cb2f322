package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// built is what the provider makes of a provider block and an environment.
type built struct {
	client.Config
	data *providerData
	// errors and warnings begin with the argument.
	errors, warnings []string
}

// buildWith makes the configuration of these arguments and variables.
func buildWith(t *testing.T, arguments, environment object) built {
	t.Helper()
	return buildIn(t, arguments, func(name string) string {
		value, _ := environment[name].(string)
		return value
	})
}

func buildIn(t *testing.T, arguments object, env getenv) built {
	t.Helper()
	var diags diag.Diagnostics
	config, data := buildConfig(t.Context(), modelWith(t, arguments), env, &diags)
	return built{config, data, described(diags.Errors()), described(diags.Warnings())}
}

// validated returns what `terraform validate` reports about these arguments.
func validated(t *testing.T, arguments object) []string {
	t.Helper()
	var diags diag.Diagnostics
	validateConfig(t.Context(), modelWith(t, arguments), &diags)
	return described(diags.Errors())
}

func modelWith(t *testing.T, arguments object) providerModel {
	t.Helper()
	var declared provider.SchemaResponse
	new(hwcloudProvider).Schema(t.Context(), provider.SchemaRequest{}, &declared)
	raw := valueOf(t, declared.Schema.Type().TerraformType(t.Context()), merge(object{"assume_role": list{}}, arguments))
	var model providerModel
	if diags := (tfsdk.Config{Schema: declared.Schema, Raw: raw}).Get(t.Context(), &model); diags.HasError() {
		t.Fatal(diags)
	}
	return model
}

func described(diags diag.Diagnostics) []string {
	var texts []string
	for _, d := range diags {
		at := ""
		if d, ok := d.(diag.DiagnosticWithPath); ok {
			at = d.Path().String() + ": "
		}
		texts = append(texts, at+d.Detail())
	}
	return texts
}

// wantError checks that there is one error with all parts, and nothing of a value that contains "hidden".
func wantError(t *testing.T, errors []string, parts ...string) {
	t.Helper()
	if len(errors) != 1 {
		t.Errorf("errors %q, want one with %q", errors, parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(errors[0], part) {
			t.Errorf("%q is not in the error %s", part, errors[0])
		}
	}
	if strings.Contains(errors[0], "hidden") {
		t.Errorf("a configured value is in the error %s", errors[0])
	}
}

// TestRegionAndProject takes the region and the project from each origin.
func TestRegionAndProject(t *testing.T) {
	t.Parallel()
	const south, southProject = simulator.SecondRegion, simulator.SecondProjectID // Of the current profile.
	profile := object{"shared_config_file": profiles(t)}
	keys := object{"access_key": "ak", "secret_key": "sk"}
	for name, test := range map[string]struct {
		arguments, environment         object
		region, projectID, projectName string
	}{
		"region":                 {object{"region": "a"}, object{"HW_REGION_NAME": "b"}, "a", "", ""},
		"empty region":           {object{"region": ""}, object{"OS_REGION_NAME": "b"}, "b", "", ""},
		"project":                {object{"project_id": "p", "project_name": "n"}, object{"HW_PROJECT_ID": "q"}, "", "p", "n"},
		"name before HW ID":      {object{"project_name": "n"}, object{"HW_PROJECT_ID": "q"}, "", "", "n"},
		"HW ID and name":         {nil, object{"HW_PROJECT_ID": "q", "HW_PROJECT_NAME": "n"}, "", "q", "n"},
		"HW project, its region": {object{"region": "a"}, object{"HW_REGION_NAME": "a", "HW_PROJECT_ID": "q"}, "a", "q", ""},
		"HW project, another": {
			object{"region": "a"}, object{"OS_REGION_NAME": "b", "HW_PROJECT_ID": "q", "HW_PROJECT_NAME": "n"}, "a", "", "",
		},
		"project, another": {object{"region": "a", "project_id": "p"}, object{"HW_REGION_NAME": "b", "HW_PROJECT_ID": "q"}, "a", "p", ""},
		"profile's":        {profile, nil, south, southProject, ""},
		"profile's region": {merge(profile, keys), nil, south, "", ""},
		"another region":   {merge(profile, object{"region": "a"}), nil, "a", "", ""},
		"the same region":  {profile, object{"HW_REGION_NAME": south}, south, southProject, ""},
		"another project":  {merge(profile, object{"project_name": "n"}), nil, south, "", "n"},
	} {
		got := buildWith(t, test.arguments, test.environment)
		want := []string{test.region, test.projectID, test.projectName}
		if diff := cmp.Diff(want, []string{got.Region, got.ProjectID, got.ProjectName}); diff != "" || got.errors != nil {
			t.Errorf("%s: errors %q (-want +got)\n%s", name, got.errors, diff)
		}
	}
}

// TestWarnings are given if others on the network can read along. They show no address.
func TestWarnings(t *testing.T) {
	t.Parallel()
	oidc := object{"assume_role_with_oidc": object{"idp_id": "i"}}
	gitHub := func(address string) object {
		return object{gitHubRequestURLVariable: address, gitHubRequestTokenVariable: "t"}
	}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   string
	}{
		"loopback":         {object{"endpoints": object{"dli": "http://localhost:1", "apig": "http://[::1]:1", "iam": "http://127.0.0.9"}}, nil, ""},
		"https":            {object{"endpoints": object{"dli": "https://hidden.example"}, "auth_url": "https://hidden.example"}, nil, ""},
		"http":             {object{"endpoints": object{"dli": "HTTP://hidden.{region}.example"}}, nil, `endpoints["dli"]: endpoints.dli is a plain http`},
		"loopback in name": {nil, object{"HW_ENDPOINT_DLI": "http://127.0.0.1.hidden.example"}, "endpoints: HW_ENDPOINT_DLI is a plain http"},
		"auth URL":         {object{"auth_url": "http://hidden.example/v3"}, nil, "auth_url: auth_url is a plain http"},
		"insecure":         {object{"insecure": true}, nil, "insecure: insecure disables TLS"},
		"HW insecure":      {nil, object{"HW_INSECURE": "true"}, "insecure: HW_INSECURE disables TLS"},
		"OS insecure":      {nil, object{"OS_INSECURE": "1"}, "insecure: OS_INSECURE disables TLS"},
		"not insecure":     {object{"insecure": false}, object{"HW_INSECURE": "true"}, ""},
		"GitHub Actions":   {oidc, gitHub("http://hidden.example/token?api-version=1"), ": ACTIONS_ID_TOKEN_REQUEST_URL is a plain http"},
		"GitHub, loopback": {oidc, gitHub("http://127.0.0.1:1/token"), ""},
	} {
		got := buildWith(t, test.arguments, test.environment)
		text := strings.Join(got.warnings, "\n")
		if !strings.HasPrefix(text, test.want) || test.want == "" && text != "" || strings.Contains(text, "hidden") || got.errors != nil {
			t.Errorf("%s: warnings %q, errors %q", name, got.warnings, got.errors)
		}
	}
}

// TestNumbers takes numbers and flags from arguments and from the environment.
func TestNumbers(t *testing.T) {
	t.Parallel()
	keys := object{"access_key": "ak", "secret_key": "sk", "assume_role": list{object{"agency_name": "a", "domain_id": "d"}}}
	got := buildWith(t, keys, nil)
	if got.MaxRetries != defaultRetries || got.Insecure || got.Agencies[0].Duration != 0 {
		t.Errorf("by default: %+v", got.Config)
	}
	variables := object{"HW_MAX_RETRIES": "0", "OS_INSECURE": "TRUE", "HW_ASSUME_ROLE_DURATION": "86400"}
	got = buildWith(t, keys, variables)
	if got.MaxRetries != 0 || !got.Insecure || got.Agencies[0].Duration != 24*time.Hour {
		t.Errorf("from the environment: %+v", got.Config)
	}
	keys["assume_role"] = list{object{"agency_name": "a", "domain_id": "d", "duration": int64(900)}}
	got = buildWith(t, merge(keys, object{"max_retries": int64(20), "insecure": false}), variables)
	if got.MaxRetries != 20 || got.Insecure || got.Agencies[0].Duration != 15*time.Minute {
		t.Errorf("from arguments: %+v", got.Config)
	}
}

// TestFacts are what advice on errors has to know of the configuration.
func TestFacts(t *testing.T) {
	t.Parallel()
	id, secret := strings.Repeat("AB12", 5), strings.Repeat("aB12", 10)
	addresses := func(arguments, environment object, want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, buildWith(t, arguments, environment).data.addresses); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	endpoints := object{"endpoints": object{"dli": "https://x", "iam": "https://y"}}
	addresses(nil, nil, map[string]string{})
	addresses(endpoints, object{"HW_ENDPOINT_APIG": "https://z", "OS_AUTH_URL": "https://z"},
		map[string]string{"dli": "endpoints.dli", "iam": "endpoints.iam", "apig": "HW_ENDPOINT_APIG"})
	addresses(merge(endpoints, object{"auth_url": "https://z"}), nil, map[string]string{"dli": "endpoints.dli", "iam": "auth_url"})
	addresses(nil, object{"OS_AUTH_URL": "https://x"}, map[string]string{"iam": "OS_AUTH_URL"})

	for name, test := range map[string]struct {
		arguments, environment                object
		empty, noCredentials, swapped, unread bool
	}{
		"nothing":     {nil, nil, true, true, false, false},
		"empty block": {nil, object{"HW_ACCESS_KEY": id, "HW_SECRET_KEY": secret}, true, false, false, false},
		"a flag":      {object{"insecure": false}, nil, false, true, false, false},
		"a block":     {object{"assume_role": list{object{"agency_name": "a", "domain_id": "d"}}}, nil, false, true, false, false},
		"swapped":     {object{"access_key": secret, "secret_key": id}, nil, false, false, true, false},
		"twice":       {object{"access_key": secret, "secret_key": secret}, nil, false, false, false, false},
		"unread":      {object{"access_key": id}, object{"HW_SECRET_KEY": secret, "HW_SECURITY_TOKEN": "x"}, false, false, false, true},
		"read":        {nil, object{"HW_ACCESS_KEY": id, "HW_SECRET_KEY": secret, "HW_SECURITY_TOKEN": "x"}, true, false, false, false},
		"token": {
			object{"access_key": id, "secret_key": secret, "security_token": "x"}, object{"HW_SECURITY_TOKEN": "y"}, false, false, false, false,
		},
	} {
		data := buildWith(t, test.arguments, test.environment).data
		want := []bool{test.empty, test.noCredentials, test.swapped, test.unread}
		if diff := cmp.Diff(want, []bool{data.emptyBlock, data.noCredentials, data.looksSwapped, data.unreadSecurityToken}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestAllThatIsMissing is said in one error.
func TestAllThatIsMissing(t *testing.T) {
	t.Parallel()
	region := object{"HW_REGION_NAME": "r"}
	wantError(t, buildWith(t, object{"user_name": "u"}, region).errors, "password: ",
		"needs password (or HW_USER_PASSWORD in the environment), and domain_name or domain_id (or HW_DOMAIN_NAME or HW_DOMAIN_ID in the environment).")
	got := buildWith(t, object{"access_key": "ak"}, region).errors
	if wantError(t, got, "secret_key: ", "needs secret_key (or HW_SECRET_KEY in the environment)."); strings.Contains(got[0], "region") {
		t.Errorf("the region is set: %s", got[0])
	}
	wantError(t, buildWith(t, object{"access_key": "ak"}, nil).errors, "needs secret_key", "No region is set either: set region or HW_REGION_NAME")
	wantError(t, buildWith(t, object{"assume_role_with_oidc": object{}}, object{"HW_ASSUME_ROLE_IDP_ID": "i"}).errors,
		"needs an ID token", "id-token: write", "TFC_WORKLOAD_IDENTITY_AUDIENCE", "remove the block, and set HW_ASSUME_ROLE_IDP_ID in the CI job", "No region")
	if errors := validated(t, object{"access_key": "ak", "user_name": "u", "assume_role_with_oidc": object{}}); errors != nil {
		t.Errorf("the environment could have the rest: %q", errors)
	}
}

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
