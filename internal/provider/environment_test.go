package provider

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// variableTest sets the variables of one argument and sees what becomes of them.
type variableTest struct {
	// names are the variables in the order in which they are read.
	names []string
	// values of the variables; "v0", "v1" and so on if it is nil.
	values []string
	// others are further variables that the configuration needs.
	others object
	// arguments of the provider block.
	arguments object
	// get returns what the variable sets.
	get func(client.Config) any
	// want is what get returns for each of the values; the values themselves if it is nil.
	want []any
}

func variableTests(t *testing.T) []variableTest {
	t.Helper()
	certA, keyA := clientCertificateFiles(t)
	certB, keyB := clientCertificateFiles(t)
	keys := object{"access_key": "ak", "secret_key": "sk"}
	user := object{"user_name": "u", "password": "p", "domain_name": "d"}
	oidc := object{"assume_role_with_oidc": object{"idp_id": "i"}}
	asKeys := func(c client.Config) client.Keys { k, _ := c.Credentials.(client.Keys); return k }
	asPassword := func(c client.Config) client.Password { p, _ := c.Credentials.(client.Password); return p }
	asOIDC := func(c client.Config) client.OIDC { o, _ := c.Credentials.(client.OIDC); return o }
	agency := func(c client.Config) client.Agency {
		if len(c.Agencies) != 1 {
			return client.Agency{}
		}
		return c.Agencies[0]
	}
	certificate := func(c client.Config) any {
		if c.ClientCertificate == nil {
			return nil
		}
		return len(c.ClientCertificate.Certificate)
	}
	hwAgency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d"}
	endpoint := func(service string) variableTest {
		return variableTest{
			names: endpointVariables[service], values: []string{"https://v0"},
			get: func(c client.Config) any { return c.Endpoints[service] },
		}
	}
	file := profiles(t)
	return []variableTest{
		{names: []string{"HW_REGION_NAME", "OS_REGION_NAME"}, get: func(c client.Config) any { return c.Region }},
		{names: []string{"HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"}, get: func(c client.Config) any { return c.ProjectID }},
		{names: []string{"HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"}, get: func(c client.Config) any { return c.ProjectName }},
		{names: []string{"HW_CLOUD"}, get: func(c client.Config) any { return c.Cloud }},
		{names: []string{"HW_AUTH_URL", "OS_AUTH_URL"}, values: []string{"https://v0", "https://v1"}, get: func(c client.Config) any { return c.AuthURL }},
		endpoint("vpcep"), endpoint("dli"), endpoint("apig"), endpoint("iam"),
		{names: []string{"HW_INSECURE", "OS_INSECURE"}, values: []string{"true", "false"}, get: func(c client.Config) any { return c.Insecure }, want: []any{true, false}},
		{names: []string{"HW_MAX_RETRIES"}, values: []string{"7"}, get: func(c client.Config) any { return c.MaxRetries }, want: []any{7}},
		{
			names: []string{"HW_CACERT", "OS_CACERT"}, values: []string{certA, certB},
			get:  func(c client.Config) any { return string(c.CACertificates) },
			want: []any{string(readFileOf(t, certA)), string(readFileOf(t, certB))},
		},
		{names: []string{"HW_CERT", "OS_CERT"}, values: []string{certA, "/nowhere"}, arguments: object{"key": keyA}, get: certificate, want: []any{1, nil}},
		{names: []string{"HW_KEY", "OS_KEY"}, values: []string{keyB, "/nowhere"}, arguments: object{"cert": certB}, get: certificate, want: []any{1, nil}},

		{names: []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN"}, get: func(c client.Config) any { return c.Credentials }, want: []any{client.Token("v0"), client.Token("v1")}},
		{names: []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}, arguments: object{"secret_key": "sk"}, get: func(c client.Config) any { return asKeys(c).AccessKey }},
		{names: []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}, arguments: object{"access_key": "ak"}, get: func(c client.Config) any { return asKeys(c).SecretKey }},
		{names: []string{"HW_SECURITY_TOKEN"}, others: object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}, get: func(c client.Config) any { return asKeys(c).SecurityToken }},
		{names: []string{"HW_USER_NAME", "OS_USERNAME"}, arguments: object{"password": "p", "domain_name": "d"}, get: func(c client.Config) any { return asPassword(c).UserName }},
		{names: []string{"HW_USER_ID", "OS_USER_ID"}, arguments: object{"password": "p"}, get: func(c client.Config) any { return asPassword(c).UserID }},
		{names: []string{"HW_USER_PASSWORD", "OS_PASSWORD"}, arguments: object{"user_id": "u"}, get: func(c client.Config) any { return asPassword(c).Password }},
		{
			names: []string{"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"}, arguments: merge(user, object{"domain_name": nil}),
			get: func(c client.Config) any { return asPassword(c).DomainName },
		},
		{
			names: []string{"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"}, arguments: merge(user, object{"domain_name": nil}),
			get: func(c client.Config) any { return asPassword(c).DomainID },
		},
		{
			names: []string{"HW_SHARED_CONFIG_FILE"}, values: []string{file}, others: object{"HW_PROFILE": "sso"},
			get: func(c client.Config) any { return asKeys(c).AccessKey }, want: []any{"temporary-sso"},
		},
		{
			names: []string{"HW_PROFILE"}, values: []string{"temporary"}, arguments: object{"shared_config_file": file},
			get: func(c client.Config) any { return asKeys(c).AccessKey }, want: []any{"temporary-profile"},
		},
		{
			names: []string{"HW_METADATA_ENDPOINT"}, values: []string{"http://v0"},
			get: func(c client.Config) any { return c.Credentials }, want: []any{client.Metadata{Endpoint: "http://v0"}},
		},

		{names: []string{"HW_ASSUME_ROLE_AGENCY_NAME"}, arguments: keys, others: object{"HW_ASSUME_ROLE_DOMAIN_NAME": "d"}, get: func(c client.Config) any { return agency(c).Name }},
		{names: []string{"HW_ASSUME_ROLE_DOMAIN_NAME"}, arguments: keys, others: object{"HW_ASSUME_ROLE_AGENCY_NAME": "a"}, get: func(c client.Config) any { return agency(c).DomainName }},
		{names: []string{"HW_ASSUME_ROLE_DOMAIN_ID"}, arguments: keys, others: object{"HW_ASSUME_ROLE_AGENCY_NAME": "a"}, get: func(c client.Config) any { return agency(c).DomainID }},
		{
			names: []string{"HW_ASSUME_ROLE_DURATION"}, values: []string{"1000"}, arguments: keys, others: hwAgency,
			get: func(c client.Config) any { return agency(c).Duration }, want: []any{1000 * time.Second},
		},
		{names: []string{"HW_ASSUME_ROLE_IDP_ID"}, others: object{"HW_ASSUME_ROLE_ID_TOKEN": "t"}, get: func(c client.Config) any { return asOIDC(c).ProviderID }},
		{names: []string{"HW_ASSUME_ROLE_ID_TOKEN"}, arguments: oidc, get: func(c client.Config) any { return asOIDC(c).IDToken }, want: []any{client.IDToken("v0")}},
		{
			names: []string{"HW_ASSUME_ROLE_ID_TOKEN_FILE"}, values: []string{certA}, arguments: oidc,
			get: func(c client.Config) any { return asOIDC(c).IDToken }, want: []any{client.IDTokenFile(certA)},
		},
		{
			names: []string{"ACTIONS_ID_TOKEN_REQUEST_URL"}, others: object{"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}, arguments: oidc,
			get: func(c client.Config) any { return asOIDC(c).IDToken }, want: []any{client.GitHubIDToken{RequestURL: "v0", RequestToken: "t"}},
		},
		{
			names: []string{"ACTIONS_ID_TOKEN_REQUEST_TOKEN"}, others: object{"ACTIONS_ID_TOKEN_REQUEST_URL": "u"}, arguments: oidc,
			get: func(c client.Config) any { return asOIDC(c).IDToken }, want: []any{client.GitHubIDToken{RequestURL: "u", RequestToken: "v0"}},
		},
		{
			names: []string{"TFC_WORKLOAD_IDENTITY_TOKEN"}, arguments: oidc,
			get: func(c client.Config) any { return asOIDC(c).IDToken }, want: []any{client.IDToken("v0")},
		},
	}
}

// TestVariables sets every environment variable, and sees that no other one is read.
func TestVariables(t *testing.T) {
	t.Parallel()
	read, tested := map[string]bool{}, map[string]bool{}
	for _, test := range variableTests(t) {
		if test.values == nil {
			for i := range test.names {
				test.values = append(test.values, fmt.Sprintf("v%d", i))
			}
		}
		if test.want == nil {
			for _, value := range test.values {
				test.want = append(test.want, value)
			}
		}
		for i, name := range test.names {
			tested[name] = true
			// Those that are read earlier are empty, those that are read later lose.
			variables := maps.Clone(test.others)
			if variables == nil {
				variables = object{}
			}
			for j := range i {
				variables[test.names[j]] = ""
			}
			for j := i; j < len(test.names); j++ {
				variables[test.names[j]] = test.values[j]
			}
			config, _, _ := builtConfig(t, test.arguments, func(name string) string {
				read[name] = true
				value, _ := variables[name].(string)
				return value
			})
			if diff := cmp.Diff(test.want[i], test.get(config)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tested)), slices.Sorted(maps.Keys(read))); diff != "" {
		t.Errorf("variables (-tested +read)\n%s", diff)
	}
}
