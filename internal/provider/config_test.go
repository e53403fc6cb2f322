package provider

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	hwProject := object{"OS_REGION_NAME": "b", "HW_PROJECT_ID": "q", "HW_PROJECT_NAME": "n"}
	for name, test := range map[string]struct {
		arguments, environment         object
		region, projectID, projectName string
	}{
		"region":              {object{"region": "a"}, object{"HW_REGION_NAME": "b"}, "a", "", ""},
		"empty region":        {object{"region": ""}, object{"OS_REGION_NAME": "b"}, "b", "", ""},
		"project":             {object{"project_id": "p", "project_name": "m"}, hwProject, "b", "p", "m"},
		"name before HW ID":   {object{"project_name": "m"}, hwProject, "b", "", "m"},
		"HW project":          {nil, hwProject, "b", "q", "n"},
		"of the same region":  {object{"region": "b"}, hwProject, "b", "q", "n"},
		"of another region":   {object{"region": "a"}, hwProject, "a", "", ""},
		"of the block":        {object{"region": "a", "project_id": "p"}, hwProject, "a", "p", ""},
		"profile's":           {profile, nil, south, southProject, ""},
		"profile's region":    {merge(profile, object{"token": "t"}), nil, south, "", ""},
		"not the profile's":   {merge(profile, object{"region": "a"}), nil, "a", "", ""},
		"the same region":     {profile, object{"HW_REGION_NAME": south}, south, southProject, ""},
		"the profile's and n": {merge(profile, object{"project_name": "n"}), nil, south, "", "n"},
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
	dli := func(address string) object { return object{"endpoints": object{"dli": address}} }
	oidc := object{"assume_role_with_oidc": object{"idp_id": "i"}}
	gitHub := func(address string) object {
		return object{gitHubRequestURLVariable: address, gitHubRequestTokenVariable: "t"}
	}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   string
	}{
		"loopback":         {dli("http://[::1]:1"), object{"HW_ENDPOINT_IAM": "http://127.0.0.9", "HW_ENDPOINT_APIG": "http://LOCALHOST:1"}, ""},
		"https":            {dli("https://hidden.example"), object{"HW_AUTH_URL": "https://hidden.example"}, ""},
		"http":             {dli("HTTP://hidden.{region}.example"), nil, `endpoints["dli"]: endpoints.dli is a plain http`},
		"loopback in name": {nil, object{"HW_ENDPOINT_DLI": "http://127.0.0.1.hidden.example"}, `endpoints["dli"]: HW_ENDPOINT_DLI is a plain`},
		"auth URL":         {object{"auth_url": "http://hidden.example/v3"}, nil, "auth_url: auth_url is a plain http"},
		"insecure":         {object{"insecure": true}, nil, "insecure: insecure disables TLS"},
		"HW insecure":      {nil, object{"HW_INSECURE": "true", "OS_INSECURE": "0"}, "insecure: HW_INSECURE disables TLS"},
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

// TestRetries is the number in the block, or in the environment, or the default.
func TestRetries(t *testing.T) {
	t.Parallel()
	argument, variable := object{"max_retries": int64(20)}, object{"HW_MAX_RETRIES": "0"}
	got := []int{buildWith(t, argument, variable).MaxRetries, buildWith(t, nil, variable).MaxRetries, buildWith(t, nil, nil).MaxRetries}
	if diff := cmp.Diff([]int{20, 0, defaultRetries}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFacts are what advice on errors has to know of the configuration.
func TestFacts(t *testing.T) {
	t.Parallel()
	id, secret := strings.Repeat("AB12", 5), strings.Repeat("aB12", 10)
	keys := func(id, secret string) object { return object{"access_key": id, "secret_key": secret} }
	hwKeys := object{"HW_ACCESS_KEY": id, "HW_SECRET_KEY": secret}
	hwToken := object{"HW_SECURITY_TOKEN": "x"}
	endpoints := object{"endpoints": object{"dli": "https://x", "iam": "https://y"}}
	block := object{"assume_role": list{object{"agency_name": "a", "domain_id": "d"}}}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   providerData
	}{
		"nothing":     {nil, nil, providerData{emptyBlock: true, noCredentials: true}},
		"empty block": {nil, merge(hwKeys, hwToken), providerData{emptyBlock: true}},
		"a flag":      {object{"insecure": false}, nil, providerData{noCredentials: true}},
		"a block":     {block, nil, providerData{noCredentials: true}},
		"twice":       {keys(secret, secret), nil, providerData{}},
		"unread":      {object{"access_key": id}, merge(hwKeys, hwToken), providerData{unreadSecurityToken: true}},
		"not unread":  {merge(keys(id, secret), object{"security_token": "x"}), hwToken, providerData{}},
		"HW endpoint": {nil, object{"HW_ENDPOINT_IAM": "https://z", "HW_AUTH_URL": "https://z"}, providerData{
			emptyBlock: true, noCredentials: true, addresses: map[string]string{"iam": "HW_ENDPOINT_IAM"},
		}},
		"addresses": {endpoints, object{"HW_ENDPOINT_APIG": "https://z", "OS_AUTH_URL": "https://z"}, providerData{
			noCredentials: true, addresses: map[string]string{"dli": "endpoints.dli", "iam": "endpoints.iam", "apig": "HW_ENDPOINT_APIG"},
		}},
		"auth_url": {object{"auth_url": "https://z"}, object{"HW_ENDPOINT_IAM": "https://z"}, providerData{
			noCredentials: true, addresses: map[string]string{"iam": "auth_url"},
		}},
		"OS_AUTH_URL": {nil, merge(hwKeys, object{"OS_AUTH_URL": "https://x"}), providerData{
			emptyBlock: true, addresses: map[string]string{"iam": "OS_AUTH_URL"},
		}},
	} {
		made := buildWith(t, test.arguments, test.environment)
		got := *made.data
		got.credentials, got.used = "", nil // [TestPrecedence] and [TestFailures] have them.
		if byAuthURL := strings.Contains(strings.ToLower(got.addresses["iam"]), "auth_url"); byAuthURL != (made.AuthURL != "") {
			t.Errorf("%s: the authentication URL is %q", name, made.AuthURL)
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(providerData{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestAllThatIsMissing is said in one error.
func TestAllThatIsMissing(t *testing.T) {
	t.Parallel()
	got := buildWith(t, object{"access_key": "ak"}, object{"HW_REGION_NAME": "r"}).errors
	if wantError(t, got, "secret_key: ", "needs secret_key (or HW_SECRET_KEY in the environment)."); strings.Contains(got[0], "region") {
		t.Errorf("the region is set: %s", got[0])
	}
	wantError(t, buildWith(t, object{"access_key": "ak"}, nil).errors, "needs secret_key", "No region is set either: set region")
	wantError(t, buildWith(t, object{"assume_role_with_oidc": object{}}, object{"HW_ASSUME_ROLE_IDP_ID": "i"}).errors, "needs an ID token",
		"id-token: write", "TFC_WORKLOAD_IDENTITY_AUDIENCE", "remove the block, and set HW_ASSUME_ROLE_IDP_ID in the CI job", "No region")
}

// TestBaseURLs refuses an API version at the end of an address, but not the /v3 of IAM.
func TestBaseURLs(t *testing.T) {
	t.Parallel()
	at := func(service, address string) object { return object{"endpoints": object{service: address}} }
	for _, good := range []object{
		at("dli", "https://dli.{region}.example.com"), at("dli", "https://x.example:8443/a/{region}/"), at("dli", "HTTPS://[::1]/v2a"),
		at("dli", "https://v2"), at("dli", "https://x/v1/dli"), at("dli", "https://x.example.com./"), at("dli", "https://x/%E4%BD%A0"),
		at("iam", "https://x/v3/"), {"auth_url": "https://x/v3"}, {"auth_url": "https://x/identity/v3/"},
	} {
		if errors := validated(t, good); errors != nil {
			t.Errorf("%v: %q", good, errors)
		}
	}
	for _, versioned := range []object{
		at("dli", "https://hidden/v1"), at("dli", "https://hidden/v2.0/"), at("dli", "https://hidden/V3//"), at("apig", "https://hidden/v3"),
		at("dli", "https://hidden/x/v1.0/0123456789abcdef0123456789abcdef"), at("vpcep", "https://hidden/v1/{project_id}/vpc-endpoint-services"),
		at("dli", "https://hidden.{region}.example.com/v2.0"),
		at("iam", "https://hidden/v3/auth"), {"auth_url": "https://hidden/v3/auth/tokens"}, {"auth_url": "https://hidden/v2.0"},
	} {
		wantError(t, validated(t, versioned), "must not end in the version of an API", "Leave the version out")
	}
	wantError(t, buildWith(t, nil, object{"OS_AUTH_URL": "https://hidden/v3/auth/tokens"}).errors, "OS_AUTH_URL must not end in the version")
}
