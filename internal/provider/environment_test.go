package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// variableTest is one argument's variables, in the order in which they are read.
type variableTest struct {
	names []string
	// want is what the configuration then has of value, which is "value" if it is not set. If want is
	// "", the value is wrong, such as the path of a file that is missing.
	want, value string
	// arguments and others, further variables, make use of the variable.
	arguments, others object
}

func variableTests() []variableTest {
	keys := object{"access_key": "ak", "secret_key": "sk"}
	oidc := object{"assume_role_with_oidc": object{"idp_id": "i"}}
	user := object{"user_name": "u", "password": "p"}
	agency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d"}
	gitHubURL, gitHubToken := object{gitHubRequestURLVariable: "https://x"}, object{gitHubRequestTokenVariable: "t"}
	forAgency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "a"}
	all := func(names ...string) []string { return names }
	return []variableTest{
		{names: all("HW_REGION_NAME", "OS_REGION_NAME"), want: "{Region:value "},
		{names: all("HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"), want: " ProjectID:value "},
		{names: all("HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"), want: " ProjectName:value "},
		{names: all("HW_CLOUD"), want: " Cloud:value "},
		{names: all("HW_AUTH_URL", "OS_AUTH_URL"), want: " AuthURL:https://x ", value: "https://x"},
		{names: all("HW_ENDPOINT_VPCEP"), want: "[vpcep:https://x]", value: "https://x"},
		{names: all("HW_ENDPOINT_DLI"), want: "[dli:https://x]", value: "https://x"},
		{names: all("HW_ENDPOINT_APIG"), want: "[apig:https://x]", value: "https://x"},
		{names: all("HW_ENDPOINT_IAM"), want: "[iam:https://x]", value: "https://x"},
		{names: all("HW_INSECURE", "OS_INSECURE"), want: " Insecure:true ", value: "true"},
		{names: all("HW_MAX_RETRIES"), want: " MaxRetries:7 ", value: "7"},
		{names: all("HW_CACERT", "OS_CACERT")},
		{names: all("HW_CERT", "OS_CERT"), arguments: object{"key": "environment.go"}},
		{names: all("HW_KEY", "OS_KEY"), arguments: object{"cert": "environment.go"}},
		{names: all("HTTPS_PROXY", "https_proxy"), value: "http://u:%zz@x"},
		{names: all("HTTP_PROXY", "http_proxy"), value: "http://u:%zz@x"},

		{names: all("HW_AUTH_TOKEN", "OS_AUTH_TOKEN"), want: " Credentials:value "},
		{names: all("HW_ACCESS_KEY", "OS_ACCESS_KEY"), want: "{AccessKey:value ", arguments: object{"secret_key": "sk"}},
		{names: all("HW_SECRET_KEY", "OS_SECRET_KEY"), want: " SecretKey:value ", arguments: object{"access_key": "ak"}},
		{names: all("HW_SECURITY_TOKEN"), want: " SecurityToken:value}", others: object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}},
		{names: all("HW_USER_NAME", "OS_USERNAME"), want: "{UserName:value ", arguments: object{"password": "p", "domain_name": "d"}},
		{names: all("HW_USER_ID", "OS_USER_ID"), want: " UserID:value ", arguments: object{"password": "p"}},
		{names: all("HW_USER_PASSWORD", "OS_PASSWORD"), want: " Password:value ", arguments: object{"user_id": "u"}},
		{names: all("HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"), want: " DomainName:value ", arguments: user},
		{names: all("HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"), want: " DomainID:value", arguments: user},
		{names: all("HW_SHARED_CONFIG_FILE")},
		{names: all("HW_PROFILE"), arguments: object{"shared_config_file": "/nowhere"}, want: "profile from HW_PROFILE"},
		{names: all("HW_METADATA_ENDPOINT"), want: "{Endpoint:https://x}", value: "https://x"},

		{names: all("HW_ASSUME_ROLE_AGENCY_NAME"), want: "{Name:value ", arguments: keys, others: object{"HW_ASSUME_ROLE_DOMAIN_NAME": "d"}},
		{names: all("HW_ASSUME_ROLE_DOMAIN_NAME"), want: " DomainName:value ", arguments: keys, others: forAgency},
		{names: all("HW_ASSUME_ROLE_DOMAIN_ID"), want: " DomainID:value ", arguments: keys, others: forAgency},
		{names: all("HW_ASSUME_ROLE_DURATION"), want: " Duration:16m40s}", value: "1000", arguments: keys, others: agency},
		{names: all("HW_ASSUME_ROLE_IDP_ID"), want: "{ProviderID:value ", others: object{"HW_ASSUME_ROLE_ID_TOKEN": "t"}},
		{names: all("HW_ASSUME_ROLE_ID_TOKEN"), want: " ID token: value", arguments: oidc},
		{names: all("HW_ASSUME_ROLE_ID_TOKEN_FILE"), arguments: oidc},
		{names: all("HW_ASSUME_ROLE_AUDIENCE"), want: "https://x t value", arguments: oidc, others: merge(gitHubURL, gitHubToken)},
		{names: all("ACTIONS_ID_TOKEN_REQUEST_URL"), want: "https://y t", value: "https://y", arguments: oidc, others: gitHubToken},
		{names: all("ACTIONS_ID_TOKEN_REQUEST_TOKEN"), want: "https://x value", arguments: oidc, others: gitHubURL},
		{names: all("TFC_WORKLOAD_IDENTITY_TOKEN"), want: " ID token: value", arguments: oidc},
	}
}

// TestVariables sets every environment variable, once to a value that a shell has spoiled, and sees
// that no other one is read.
func TestVariables(t *testing.T) {
	t.Parallel()
	read, tested := map[string]bool{}, map[string]bool{}
	for _, test := range variableTests() {
		// buildFrom sets the variables from the i-th on. The first of them is the one that is read.
		buildFrom := func(i int, first, others string) built {
			variables := merge(object{"HW_REGION_NAME": "r"}, test.others)
			for j, name := range test.names {
				variables[name] = map[bool]string{true: "", false: others}[j < i]
			}
			variables[test.names[i]] = first
			return buildIn(t, test.arguments, func(name string) string {
				read[name] = true
				value, _ := variables[name].(string)
				return value
			})
		}
		for i, name := range test.names {
			tested[name] = true
			value := test.value
			if value == "" {
				value = "value"
			}
			got := buildFrom(i, value, "other\n")
			text := fmt.Sprintf("%+v %s", got.Config, got.data.credentials)
			if test.want == "" {
				wantError(t, got.errors, name)
			} else if oidc, ok := got.Credentials.(client.OIDC); ok {
				text += " ID token: " + idTokenFrom(t, oidc.IDToken)
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("%s: %q is not in %s; errors %q", name, test.want, text, got.errors)
			}
			wantError(t, buildFrom(i, value+"\r", "").errors, name+" contains a carriage return, as of")
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tested)), slices.Sorted(maps.Keys(read))); diff != "" {
		t.Errorf("variables (-tested +read)\n%s", diff)
	}
}
