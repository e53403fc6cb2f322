package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mistake is a mistake in the provider block or in the environment.
type mistake struct {
	arguments, environment object
	// want are the errors: the argument, the summary and the detail. The path of a test's file is
	// FILE in them, and {client} stands for the client's part.
	want []string
	// onlyPlan reports whether `terraform validate` accepts the mistake: it is in the environment
	// or in a file, or the environment could provide what is missing.
	onlyPlan bool
	// fix and fixEnvironment are the change that the message asks for.
	fix, fixEnvironment object
}

// configurationMistakes are mistakes by name. profileFile is a file with [profiles].
func configurationMistakes(t *testing.T, profileFile string) map[string]mistake {
	t.Helper()
	cert, key := clientCertificateFiles(t)
	_, otherKey := clientCertificateFiles(t)
	endpoint := func(service, address string) object { return object{"endpoints": object{service: address}} }
	assume := func(blocks ...any) object { return object{"assume_role": blocks} }
	withOIDC := func(arguments object) object { return object{"assume_role_with_oidc": arguments} }
	agency := object{"agency_name": "a", "domain_name": "d"}
	profile := func(name string) object { return object{"shared_config_file": profileFile, "profile": name} }
	goodEndpoint := endpoint("dli", "https://dli.{region}.example.com")
	keys := object{"access_key": "key-argument", "secret_key": "secret-argument"}
	user := object{"user_name": "user-argument", "password": "password-argument", "domain_name": "domain"}
	return map[string]mistake{
		// Credentials.
		"access key without secret": {
			arguments: object{"access_key": "key-argument"}, onlyPlan: true,
			want: []string{`AttributeName("secret_key"): Incomplete credentials: Signing in with an access key also needs secret_key (or HW_SECRET_KEY in the environment).`},
			fix:  object{"secret_key": "secret-argument"},
		},
		"secret without access key": {
			arguments: object{"secret_key": "secret-argument"}, onlyPlan: true,
			want: []string{`AttributeName("access_key"): Incomplete credentials: Signing in with an access key also needs access_key (or HW_ACCESS_KEY in the environment).`},
			fix:  object{"access_key": "key-argument"},
		},
		"security token alone": {
			arguments: object{"security_token": "security-argument"}, onlyPlan: true,
			want: []string{`AttributeName("access_key"): Incomplete credentials: Signing in with an access key also needs access_key (or HW_ACCESS_KEY in the environment), and secret_key (or HW_SECRET_KEY in the environment).`},
			fix:  keys,
		},
		"HW access key without secret": {
			environment: object{"HW_ACCESS_KEY": "key-hw"}, onlyPlan: true,
			want:           []string{`AttributeName("secret_key"): Incomplete credentials: Signing in with an access key also needs secret_key (or HW_SECRET_KEY in the environment).`},
			fixEnvironment: object{"HW_SECRET_KEY": "secret-hw"},
		},
		"OS secret without access key": {
			environment: object{"OS_SECRET_KEY": "secret-os"}, onlyPlan: true,
			want:           []string{`AttributeName("access_key"): Incomplete credentials: Signing in with an access key also needs access_key (or HW_ACCESS_KEY in the environment).`},
			fixEnvironment: object{"HW_ACCESS_KEY": "key-os"},
		},
		"half keys and a token": {
			arguments: object{"access_key": "key-argument"}, environment: object{"HW_AUTH_TOKEN": "token-hw"}, onlyPlan: true,
			want: []string{`AttributeName("secret_key"): Incomplete credentials: Signing in with an access key also needs secret_key (or HW_SECRET_KEY in the environment).`},
			fix:  keys,
		},
		"half keys, profile in the env": {
			environment: object{"HW_ACCESS_KEY": "key-hw", "HW_SHARED_CONFIG_FILE": profileFile}, onlyPlan: true,
			want:           []string{`AttributeName("secret_key"): Incomplete credentials: Signing in with an access key also needs secret_key (or HW_SECRET_KEY in the environment).`},
			fixEnvironment: object{"HW_SECRET_KEY": "secret-hw"},
		},
		"user name alone": {
			arguments: object{"user_name": "user-argument"}, onlyPlan: true,
			want: []string{`AttributeName("password"): Incomplete credentials: Signing in as a user also needs password (or HW_USER_PASSWORD in the environment), and domain_name or domain_id (or HW_DOMAIN_NAME or HW_DOMAIN_ID in the environment).`},
			fix:  user,
		},
		"user ID alone": {
			arguments: object{"user_id": "user-argument"}, onlyPlan: true,
			want: []string{`AttributeName("password"): Incomplete credentials: Signing in as a user also needs password (or HW_USER_PASSWORD in the environment).`},
			fix:  object{"password": "password-argument"},
		},
		"HW password alone": {
			environment: object{"HW_USER_PASSWORD": "password-hw"}, onlyPlan: true,
			want:           []string{`AttributeName("user_name"): Incomplete credentials: Signing in as a user also needs user_name or user_id (or HW_USER_NAME or HW_USER_ID in the environment), and domain_name or domain_id (or HW_DOMAIN_NAME or HW_DOMAIN_ID in the environment).`},
			fixEnvironment: object{"HW_USER_NAME": "user-hw", "HW_DOMAIN_NAME": "domain"},
		},
		"user without domain": {
			arguments: object{"user_name": "user-argument", "password": "password-argument"}, onlyPlan: true,
			want: []string{`AttributeName("domain_name"): Incomplete credentials: Signing in as a user also needs domain_name or domain_id (or HW_DOMAIN_NAME or HW_DOMAIN_ID in the environment).`},
			fix:  object{"domain_id": "domain"},
		},
		"line break in token": {
			arguments: object{"token": "token-argument\n"},
			want:      []string{`AttributeName("token"): Invalid provider configuration: token contains a line break or another control character. Remove it; if the value is read from a file, write trimspace(file("…")).`},
			fix:       object{"token": "token-argument"},
		},
		"line break in password": {
			arguments: merge(user, object{"password": "password-argument\n"}),
			want:      []string{`AttributeName("password"): Invalid provider configuration: password contains a line break or another control character. Remove it; if the value is read from a file, write trimspace(file("…")).`},
			fix:       user,
		},
		"line break in unused token": {
			arguments: merge(keys, object{"token": "token-argument\r\n"}),
			want:      []string{`AttributeName("token"): Invalid provider configuration: token contains a line break or another control character. Remove it; if the value is read from a file, write trimspace(file("…")).`},
			fix:       object{"token": "token-argument"},
		},
		"line breaks in HW keys": {
			environment: object{"HW_ACCESS_KEY": "key-hw\r", "HW_SECRET_KEY": "secret-hw\n", "HW_SECURITY_TOKEN": "\x7f"}, onlyPlan: true,
			want: []string{
				`AttributeName("access_key"): Invalid provider configuration: HW_ACCESS_KEY contains a line break or another control character. Remove it.`,
				`AttributeName("secret_key"): Invalid provider configuration: HW_SECRET_KEY contains a line break or another control character. Remove it.`,
				`AttributeName("security_token"): Invalid provider configuration: HW_SECURITY_TOKEN contains a line break or another control character. Remove it.`,
			},
			fixEnvironment: object{"HW_ACCESS_KEY": "key-hw", "HW_SECRET_KEY": "secret-hw", "HW_SECURITY_TOKEN": ""},
		},

		// KooCLI.
		"configuration for its path": {
			arguments: object{"shared_config_file": "{\"current\": \"x\", \"secretAccessKey\": \"secret-profile\"}"},
			onlyPlan:  true,
			want:      []string{`AttributeName("shared_config_file"): Unable to use file: Cannot use the file that shared_config_file names: no such file or directory. Set shared_config_file to the path of a configuration file of KooCLI, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:       object{"shared_config_file": profileFile},
		},
		"configuration for a profile": {
			arguments: object{"shared_config_file": profileFile, "profile": "{\"secretAccessKey\": \"secret-profile\"}"},
			onlyPlan:  true,
			want:      []string{`AttributeName("profile"): Unable to use KooCLI profile: Cannot use the KooCLI profile: the file has no profile of this name; it has: "keys", "temporary", "sso", "agency", "agency by id", "agency without domain", "ecs", "signed out", "line break", "slash", "broken", "half", "encrypted", "without place".`},
			fix:       object{"profile": "keys"},
		},
		"file for a project ID": {
			arguments: object{"project_id": "{\n\"secretAccessKey\": \"secret-profile\"\n}\n"},
			want:      []string{`AttributeName("project_id"): Invalid provider configuration: project_id contains a line break or another control character. Remove it; if the value is read from a file, write trimspace(file("…")).`},
			fix:       object{"project_id": "p"},
		},
		"token for an endpoint": {
			arguments: endpoint("dli", strings.Repeat("token-argument", 20)),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fix:       goodEndpoint,
		},
		"no configuration file": {
			arguments: object{"shared_config_file": "/nowhere/config.json"}, onlyPlan: true,
			want: []string{`AttributeName("shared_config_file"): Unable to use file: Cannot use the file that shared_config_file names: no such file or directory. Set shared_config_file to the path of a configuration file of KooCLI, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"shared_config_file": profileFile},
		},
		"folder for a file": {
			arguments: object{"shared_config_file": t.TempDir() + "/"}, onlyPlan: true,
			want: []string{`AttributeName("shared_config_file"): Unable to use file: Cannot use the file that shared_config_file names: it is not a regular file. Set shared_config_file to the path of a configuration file of KooCLI, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"shared_config_file": profileFile},
		},
		"HW configuration file, no JSON": {
			environment: object{"HW_SHARED_CONFIG_FILE": textFile(t, "key-profile=secret-profile")}, onlyPlan: true,
			want:           []string{`AttributeName("shared_config_file"): Unable to use file: Cannot use the file that HW_SHARED_CONFIG_FILE names: it is not a configuration file of KooCLI. Set HW_SHARED_CONFIG_FILE to the path of a configuration file of KooCLI, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fixEnvironment: object{"HW_SHARED_CONFIG_FILE": profileFile},
		},
		"configuration file of others": {
			arguments: object{"shared_config_file": textFile(t, `{"profiles":"secret-profile"}`)}, onlyPlan: true,
			want: []string{`AttributeName("shared_config_file"): Unable to use file: Cannot use the file that shared_config_file names: it is not a configuration file of KooCLI. Set shared_config_file to the path of a configuration file of KooCLI, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"shared_config_file": profileFile},
		},
		"unknown profile": {
			arguments: profile("other"), onlyPlan: true,
			want: []string{`AttributeName("profile"): Unable to use KooCLI profile: Cannot use the KooCLI profile: the file has no profile of this name; it has: "keys", "temporary", "sso", "agency", "agency by id", "agency without domain", "ecs", "signed out", "line break", "slash", "broken", "half", "encrypted", "without place".`},
			fix:  object{"profile": "keys"},
		},
		"no current profile": {
			arguments: object{"shared_config_file": textFile(t, `{"profiles":[{"name":"a","accessKeyId":"key-profile","secretAccessKey":"secret-profile"}]}`)}, onlyPlan: true,
			want: []string{`AttributeName("profile"): Unable to use KooCLI profile: Cannot use the KooCLI profile: the file has no current profile; set profile or HW_PROFILE to the name of one.`},
			fix:  object{"profile": "a"},
		},
		"encrypted profile": {
			arguments: profile("encrypted"), onlyPlan: true,
			want: []string{"AttributeName(\"profile\"): Unable to use KooCLI profile: Cannot use the KooCLI profile: its keys are encrypted, so that only KooCLI can read them; turn encryption off with `hcloud configure set --cli-auth-encrypt=false` and set the keys again."},
			fix:  object{"profile": "keys"},
		},
		"profile without secret": {
			arguments: profile("half"), onlyPlan: true,
			want: []string{"AttributeName(\"profile\"): Unable to use KooCLI profile: Cannot use the KooCLI profile: it has no access key with its secret key; set both with `hcloud configure set --cli-profile=… --cli-access-key=… --cli-secret-key=…`."},
			fix:  object{"profile": "keys"},
		},
		"profile of the ECS": {
			arguments: profile("ecs"), onlyPlan: true,
			want: []string{`AttributeName("profile"): Unable to use KooCLI profile: Cannot use the KooCLI profile: its mode is not supported; use a profile of mode AKSK or SSO.`},
			fix:  object{"profile": "keys"},
		},
		"signed out of SSO": {
			arguments: profile("signed out"), onlyPlan: true,
			want: []string{"AttributeName(\"profile\"): Unable to use KooCLI profile: Cannot use the KooCLI profile: its mode is SSO and it has no temporary access key; run `hcloud configure sso` and enter its name."},
			fix:  object{"profile": "sso"},
		},
		"line break in profile": {
			arguments: profile("line break"), onlyPlan: true,
			want: []string{`AttributeName("profile"): Invalid provider configuration: securityToken in the KooCLI profile contains a line break or another control character. Remove it.`},
			fix:  object{"profile": "keys"},
		},
		"profile's agency, no domain": {
			arguments: profile("agency without domain"), onlyPlan: true,
			want: []string{`AttributeName("profile"): Unable to use KooCLI profile: Cannot use the KooCLI profile: it names an agency without its domain; set agencyDomainName or agencyDomainId.`},
			fix:  object{"profile": "agency"},
		},
		"profile's region": {
			arguments: profile("slash"), environment: object{"HW_REGION_NAME": "", "HW_PROJECT_ID": ""}, onlyPlan: true,
			want: []string{`AttributeName("profile"): Invalid provider configuration: region in the KooCLI profile must consist of letters, digits, "-" and "_", such as "cn-north-4".`},
			fix:  object{"region": "r"},
		},

		// Where to read.
		"region with slash": {
			arguments: object{"region": "x/"},
			want:      []string{`AttributeName("region"): Invalid provider configuration: region must consist of letters, digits, "-" and "_", such as "cn-north-4".`},
			fix:       object{"region": "x"},
		},
		"region with user": {
			arguments: object{"region": "a@b"},
			want:      []string{`AttributeName("region"): Invalid provider configuration: region must consist of letters, digits, "-" and "_", such as "cn-north-4".`},
			fix:       object{"region": "b"},
		},
		"HW region with host": {
			environment: object{"HW_REGION_NAME": "evil.example#"}, onlyPlan: true,
			want:           []string{`AttributeName("region"): Invalid provider configuration: HW_REGION_NAME must consist of letters, digits, "-" and "_", such as "cn-north-4".`},
			fixEnvironment: object{"HW_REGION_NAME": "cn-north-4"},
		},
		"cloud with scheme": {
			arguments: object{"cloud": "https://cloud.example.com"},
			want:      []string{`AttributeName("cloud"): Invalid provider configuration: cloud must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`},
			fix:       object{"cloud": "cloud.example.com"},
		},
		"cloud with fragment": {
			arguments: object{"cloud": "evil.example#"},
			want:      []string{`AttributeName("cloud"): Invalid provider configuration: cloud must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`},
			fix:       object{"cloud": "evil.example"},
		},
		"cloud with port": {
			arguments: object{"cloud": "evil.example:80"},
			want:      []string{`AttributeName("cloud"): Invalid provider configuration: cloud must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`},
			fix:       object{"cloud": "evil.example"},
		},
		"cloud with dots": {
			arguments: object{"cloud": "a..b"},
			want:      []string{`AttributeName("cloud"): Invalid provider configuration: cloud must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`},
			fix:       object{"cloud": "a.b"},
		},
		"HW cloud with slash": {
			environment: object{"HW_CLOUD": "evil.example/x"}, onlyPlan: true,
			want:           []string{`AttributeName("cloud"): Invalid provider configuration: HW_CLOUD must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`},
			fixEnvironment: object{"HW_CLOUD": "evil.example"},
		},
		"project with slash": {
			arguments: object{"project_id": "a/b"},
			want:      []string{`AttributeName("project_id"): Invalid provider configuration: project_id must be an ID, without white space, slashes and "..". For a project's name, there is project_name.`},
			fix:       object{"project_id": "ab"},
		},
		"HW project with dots": {
			environment: object{"HW_PROJECT_ID": ".."}, onlyPlan: true,
			want:           []string{`AttributeName("project_id"): Invalid provider configuration: HW_PROJECT_ID must be an ID, without white space, slashes and "..". For a project's name, there is project_name.`},
			fixEnvironment: object{"HW_PROJECT_ID": "p"},
		},
		"unknown endpoint": {
			arguments: endpoint("ecs", "https://x"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("ecs"): Unknown endpoint: endpoints has no key "ecs"; the keys are vpcep, dli, apig, iam.`},
			fix:       endpoint("vpcep", "https://x"),
		},
		"endpoint without scheme": {
			arguments: endpoint("dli", "dli.example.com"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fix:       endpoint("dli", "https://dli.example.com"),
		},
		"port but no scheme": {
			arguments: endpoint("dli", "dli.example.com:443"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fix:       endpoint("dli", "https://dli.example.com:443"),
		},
		"another scheme": {
			arguments: endpoint("dli", "ftp://dli.example.com"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fix:       endpoint("dli", "https://dli.example.com"),
		},
		"no host": {
			arguments: endpoint("vpcep", "https:///x"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("vpcep"): Invalid provider configuration: endpoints.vpcep must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       goodEndpoint,
		},
		"query": {
			arguments: endpoint("apig", "https://x/?token=token-argument"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("apig"): Invalid provider configuration: endpoints.apig must have no query, no fragment, and no braces other than {region}.`},
			fix:       endpoint("apig", "https://x/"),
		},
		"empty query": {
			arguments: endpoint("apig", "https://x/?"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("apig"): Invalid provider configuration: endpoints.apig must have no query, no fragment, and no braces other than {region}.`},
			fix:       endpoint("apig", "https://x/"),
		},
		"fragment": {
			arguments: endpoint("apig", "https://x/#"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("apig"): Invalid provider configuration: endpoints.apig must have no query, no fragment, and no braces other than {region}.`},
			fix:       endpoint("apig", "https://x/"),
		},
		"user in endpoint": {
			arguments: endpoint("iam", "https://name:secret-argument@x"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("iam"): Invalid provider configuration: endpoints.iam must not contain a user name or password.`},
			fix:       endpoint("iam", "https://x"),
		},
		"bracket in endpoint": {
			arguments: endpoint("iam", "https://[secret-argument"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("iam"): Invalid provider configuration: endpoints.iam must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       goodEndpoint,
		},
		"another placeholder": {
			arguments: endpoint("iam", "https://x/{zone}"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("iam"): Invalid provider configuration: endpoints.iam must have no query, no fragment, and no braces other than {region}.`},
			fix:       endpoint("iam", "https://x/{region}"),
		},
		"white space in endpoint": {
			arguments: endpoint("iam", "https://x/ y"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("iam"): Invalid provider configuration: endpoints.iam must consist of ASCII characters without white space; the ASCII form of an international host name begins with xn--.`},
			fix:       endpoint("iam", "https://x/y"),
		},
		"international host": {
			arguments: endpoint("dli", "https://bücher.example"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must consist of ASCII characters without white space; the ASCII form of an international host name begins with xn--.`},
			fix:       endpoint("dli", "https://xn--bcher-kva.example"),
		},
		"IPv6 zone": {
			arguments: endpoint("dli", "https://[fe80::1%25eth0]"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://[fe80::1]"),
		},
		"port 99999": {
			arguments: endpoint("dli", "https://x:99999"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://x:9999"),
		},
		"port 0": {
			arguments: endpoint("dli", "https://x:0"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://x"),
		},
		"colon without port": {
			arguments: endpoint("dli", "https://x:"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://x"),
		},
		"port of letters": {
			arguments: endpoint("dli", "https://x:https"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://x:443"),
		},
		"host with comma": {
			arguments: endpoint("dli", "https://x,y"),
			want:      []string{`AttributeName("endpoints").ElementKeyString("dli"): Invalid provider configuration: endpoints.dli must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`},
			fix:       endpoint("dli", "https://x.y"),
		},
		"HW endpoint": {
			arguments: object{"endpoints": nil}, environment: object{"HW_ENDPOINT_DLI": "dli.example.com"}, onlyPlan: true,
			want:           []string{`AttributeName("endpoints"): Invalid provider configuration: HW_ENDPOINT_DLI must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fixEnvironment: object{"HW_ENDPOINT_DLI": "https://dli.example.com"},
		},
		"authentication URL": {
			arguments: object{"auth_url": "iam.example.com"},
			want:      []string{`AttributeName("auth_url"): Invalid provider configuration: auth_url must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fix:       object{"auth_url": "https://iam.example.com"},
		},
		"HW authentication URL": {
			arguments: object{"endpoints": nil}, environment: object{"HW_AUTH_URL": "iam.example.com"}, onlyPlan: true,
			want:           []string{`AttributeName("auth_url"): Invalid provider configuration: HW_AUTH_URL must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fixEnvironment: object{"HW_AUTH_URL": "https://iam.example.com"},
		},
		"metadata address, no scheme": {
			environment: object{"HW_METADATA_ENDPOINT": "127.0.0.1:9"}, onlyPlan: true,
			want:           []string{`: Invalid provider configuration: HW_METADATA_ENDPOINT must begin with https:// or http://, such as "https://dli.{region}.example.com".`},
			fixEnvironment: object{"HW_METADATA_ENDPOINT": "http://127.0.0.1:9"},
		},
		"user in metadata address": {
			environment: object{"HW_METADATA_ENDPOINT": "http://name:secret-hw@127.0.0.1:9"}, onlyPlan: true, //nolint:gosec // No secret.
			want:           []string{`: Invalid provider configuration: HW_METADATA_ENDPOINT must not contain a user name or password.`},
			fixEnvironment: object{"HW_METADATA_ENDPOINT": "http://127.0.0.1:9"},
		},

		// TLS and retries.
		"HW insecure": {
			environment: object{"HW_INSECURE": "maybe"}, onlyPlan: true,
			want:           []string{`AttributeName("insecure"): Invalid provider configuration: HW_INSECURE must be true or false.`},
			fixEnvironment: object{"HW_INSECURE": "false"},
		},
		"too many retries": {
			arguments: object{"max_retries": int64(21)},
			want:      []string{`AttributeName("max_retries"): Invalid Attribute Value: max_retries must be a whole number from 0 to 20.`},
			fix:       object{"max_retries": int64(20)},
		},
		"one and a half retries": {
			arguments: object{"max_retries": 1.5},
			want:      []string{`AttributeName("max_retries"): Invalid Attribute Value: max_retries must be a whole number from 0 to 20.`},
			fix:       object{"max_retries": int64(1)},
		},
		"negative retries": {
			arguments: object{"max_retries": int64(-1)},
			want:      []string{`AttributeName("max_retries"): Invalid Attribute Value: max_retries must be a whole number from 0 to 20.`},
			fix:       object{"max_retries": int64(0)},
		},
		"too many HW retries": {
			environment: object{"HW_MAX_RETRIES": "21"}, onlyPlan: true,
			want:           []string{`AttributeName("max_retries"): Invalid provider configuration: HW_MAX_RETRIES must be a whole number from 0 to 20.`},
			fixEnvironment: object{"HW_MAX_RETRIES": "20"},
		},
		"HW retries, no number": {
			environment: object{"HW_MAX_RETRIES": "many"}, onlyPlan: true,
			want:           []string{`AttributeName("max_retries"): Invalid provider configuration: HW_MAX_RETRIES must be a whole number from 0 to 20.`},
			fixEnvironment: object{"HW_MAX_RETRIES": "3"},
		},
		"CA certificates for the path": {
			arguments: object{"cacert_file": "-----BEGIN CERTIFICATE-----\nsecret-argument\n-----END CERTIFICATE-----\n"},
			want:      []string{`AttributeName("cacert_file"): Invalid provider configuration: cacert_file contains a line break or another control character. Set it to the path of a PEM file of CA certificates, without file().`},
			fix:       object{"cacert_file": cert},
		},
		"no CA file": {
			arguments: object{"cacert_file": "/nowhere/ca.pem"}, onlyPlan: true,
			want: []string{`AttributeName("cacert_file"): Unable to use file: Cannot use the file that cacert_file names: no such file or directory. Set cacert_file to the path of a PEM file of CA certificates, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"cacert_file": cert},
		},
		"a word for the CA file": {
			arguments: object{"cacert_file": "secret-word-of-24-letters"}, onlyPlan: true,
			want: []string{`AttributeName("cacert_file"): Unable to use file: Cannot use the file that cacert_file names: no such file or directory. Set cacert_file to the path of a PEM file of CA certificates, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"cacert_file": cert},
		},
		"a device for the CA file": {
			arguments: object{"cacert_file": "/dev/null"}, onlyPlan: true,
			want: []string{`AttributeName("cacert_file"): Unable to use file: Cannot use the file that cacert_file names: it is not a regular file. Set cacert_file to the path of a PEM file of CA certificates, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"cacert_file": cert},
		},
		"empty CA file": {
			environment: object{"HW_CACERT": textFile(t, "\n")}, onlyPlan: true,
			want:           []string{`AttributeName("cacert_file"): Unable to use file: Cannot use the file that HW_CACERT names: it is empty. Set HW_CACERT to the path of a PEM file of CA certificates, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fixEnvironment: object{"HW_CACERT": cert},
		},
		"CA file without certificates": {
			arguments: object{"cacert_file": textFile(t, "no PEM")}, onlyPlan: true,
			want: []string{`AttributeName("cacert_file"): Unable to use file: Cannot use the file that cacert_file names: it contains no PEM certificate. Set cacert_file to the path of a PEM file of CA certificates, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  object{"cacert_file": cert},
		},
		"certificate without key": {
			arguments: object{"cert": cert}, onlyPlan: true,
			want: []string{`AttributeName("key"): Incomplete client certificate: A client certificate also needs key (or HW_KEY in the environment).`},
			fix:  object{"key": key},
		},
		"key without certificate": {
			environment: object{"OS_KEY": key}, onlyPlan: true,
			want:           []string{`AttributeName("cert"): Incomplete client certificate: A client certificate also needs cert (or HW_CERT in the environment).`},
			fixEnvironment: object{"HW_CERT": cert},
		},
		"key for the path": {
			arguments: object{"cert": cert, "key": "-----BEGIN PRIVATE KEY----- secret-argument"},
			onlyPlan:  true,
			want:      []string{`AttributeName("key"): Unable to use file: Cannot use the file that key names: no such file or directory. Set key to the path of a PEM file of the client certificate's private key, without a passphrase, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:       object{"key": key},
		},
		"certificate and key swapped": {
			arguments: object{"cert": key, "key": cert}, onlyPlan: true,
			want: []string{`AttributeName("cert"): Unable to use client certificate: Cannot use the files that cert and key name: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched. Set cert to the path of a PEM file of a client certificate, and key to that of a PEM file of the client certificate's private key, without a passphrase.`},
			fix:  object{"cert": cert, "key": key},
		},
		"key of another certificate": {
			arguments: object{"cert": cert, "key": otherKey}, onlyPlan: true,
			want: []string{`AttributeName("cert"): Unable to use client certificate: Cannot use the files that cert and key name: private key does not match public key. Set cert to the path of a PEM file of a client certificate, and key to that of a PEM file of the client certificate's private key, without a passphrase.`},
			fix:  object{"key": key},
		},
		"old key with a passphrase": {
			arguments: object{"cert": cert, "key": textFile(t, "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n")}, onlyPlan: true,
			want: []string{`AttributeName("cert"): Unable to use client certificate: Cannot use the files that cert and key name: failed to parse private key. Set cert to the path of a PEM file of a client certificate, and key to that of a PEM file of the client certificate's private key, without a passphrase.`},
			fix:  object{"key": key},
		},
		"key with a passphrase": {
			arguments: object{"cert": cert, "key": textFile(t, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n")}, onlyPlan: true,
			want: []string{`AttributeName("cert"): Unable to use client certificate: Cannot use the files that cert and key name: failed to parse private key. Set cert to the path of a PEM file of a client certificate, and key to that of a PEM file of the client certificate's private key, without a passphrase.`},
			fix:  object{"key": key},
		},

		// Agencies.
		"agency without name": {
			arguments: assume(object{"domain_name": "x"}), onlyPlan: true,
			want: []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("agency_name"): Incomplete agency: Assuming an agency also needs assume_role[0].agency_name (or HW_ASSUME_ROLE_AGENCY_NAME in the environment).`},
			fix:  assume(agency),
		},
		"agency without domain": {
			arguments: assume(object{"agency_name": "x"}), onlyPlan: true,
			want: []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("domain_name"): Incomplete agency: Assuming an agency also needs assume_role[0].domain_name or assume_role[0].domain_id (or HW_ASSUME_ROLE_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_ID in the environment).`},
			fix:  assume(agency),
		},
		"agency of two domains": {
			arguments: assume(object{"agency_name": "x", "domain_name": "y", "domain_id": "z"}),
			want:      []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("domain_id"): Conflicting arguments: assume_role[0].domain_name and assume_role[0].domain_id cannot both be set. Remove one of them.`},
			fix:       assume(agency),
		},
		"HW agency without domain": {
			environment: object{"HW_ASSUME_ROLE_AGENCY_NAME": "x"}, onlyPlan: true,
			want:           []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("domain_name"): Incomplete agency: Assuming an agency also needs assume_role[0].domain_name or assume_role[0].domain_id (or HW_ASSUME_ROLE_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_ID in the environment).`},
			fixEnvironment: object{"HW_ASSUME_ROLE_DOMAIN_ID": "y"},
		},
		"second agency without domain": {
			arguments: assume(agency, object{"agency_name": "z"}), environment: object{"HW_ASSUME_ROLE_DOMAIN_NAME": "x"},
			want: []string{`AttributeName("assume_role").ElementKeyInt(1).AttributeName("domain_name"): Incomplete agency: Assuming an agency also needs assume_role[1].domain_name or assume_role[1].domain_id.`},
			fix:  assume(agency, agency),
		},
		"second agency without name": {
			arguments: assume(agency, object{"domain_id": "z"}),
			want:      []string{`AttributeName("assume_role").ElementKeyInt(1).AttributeName("agency_name"): Incomplete agency: Assuming an agency also needs assume_role[1].agency_name.`},
			fix:       assume(agency, agency),
		},
		"agency's duration too short": {
			arguments: assume(merge(agency, object{"duration": int64(899)})),
			want:      []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("duration"): Invalid Attribute Value: assume_role[0].duration must be a whole number from 900 to 86400.`},
			fix:       assume(merge(agency, object{"duration": int64(900)})),
		},
		"agency's duration with a fraction": {
			arguments: assume(merge(agency, object{"duration": 900.5})),
			want:      []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("duration"): Invalid Attribute Value: assume_role[0].duration must be a whole number from 900 to 86400.`},
			fix:       assume(merge(agency, object{"duration": int64(900)})),
		},
		"agency's duration too long": {
			arguments: assume(merge(agency, object{"duration": int64(86401)})),
			want:      []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("duration"): Invalid Attribute Value: assume_role[0].duration must be a whole number from 900 to 86400.`},
			fix:       assume(merge(agency, object{"duration": int64(86400)})),
		},
		"HW duration with unit": {
			arguments: assume(agency), environment: object{"HW_ASSUME_ROLE_DURATION": "15m"}, onlyPlan: true,
			want:           []string{`AttributeName("assume_role").ElementKeyInt(0).AttributeName("duration"): Invalid provider configuration: HW_ASSUME_ROLE_DURATION must be a whole number from 900 to 86400.`},
			fixEnvironment: object{"HW_ASSUME_ROLE_DURATION": "900"},
		},
		"HW duration with OpenID Connect": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "t", "agency_name": "a", "domain_name": "d"}), environment: object{"HW_ASSUME_ROLE_DURATION": "15m"}, onlyPlan: true,
			want:           []string{`AttributeName("assume_role_with_oidc").AttributeName("duration"): Invalid provider configuration: HW_ASSUME_ROLE_DURATION must be a whole number from 900 to 86400.`},
			fixEnvironment: object{"HW_ASSUME_ROLE_DURATION": "900"},
		},

		// OpenID Connect.
		"no ID token": {
			arguments: withOIDC(object{"idp_id": "i"}), onlyPlan: true,
			want: []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token"): Incomplete credentials: Signing in with OpenID Connect also needs an ID token. In GitHub Actions, give the job the permission "id-token: write"; in HCP Terraform, set TFC_WORKLOAD_IDENTITY_AUDIENCE; elsewhere, set id_token_file (or HW_ASSUME_ROLE_ID_TOKEN_FILE in the environment). To use other credentials outside CI, such as an access key, remove the block, and set HW_ASSUME_ROLE_IDP_ID in the CI job in its place.`},
			fix:  withOIDC(object{"idp_id": "i", "id_token": "token-argument"}),
		},
		"no identity provider": {
			arguments: withOIDC(object{"id_token": "token-argument"}), onlyPlan: true,
			want:           []string{`AttributeName("assume_role_with_oidc").AttributeName("idp_id"): Incomplete credentials: Signing in with OpenID Connect also needs assume_role_with_oidc.idp_id (or HW_ASSUME_ROLE_IDP_ID in the environment).`},
			fixEnvironment: object{"HW_ASSUME_ROLE_IDP_ID": "i"},
		},
		"HW ID token without provider": {
			environment: object{"HW_ASSUME_ROLE_ID_TOKEN": "token-argument"}, onlyPlan: true,
			want:           []string{`AttributeName("assume_role_with_oidc").AttributeName("idp_id"): Incomplete credentials: Signing in with OpenID Connect also needs assume_role_with_oidc.idp_id (or HW_ASSUME_ROLE_IDP_ID in the environment).`},
			fixEnvironment: object{"HW_ASSUME_ROLE_IDP_ID": "i"},
		},
		"identity provider with space": {
			arguments: withOIDC(object{"idp_id": "i d", "id_token": "token-argument"}),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("idp_id"): Invalid provider configuration: assume_role_with_oidc.idp_id must be the ID of an identity provider, without white space.`},
			fix:       withOIDC(object{"idp_id": "id", "id_token": "token-argument"}),
		},
		"two ID tokens": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "token-argument", "id_token_file": "f"}),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token_file"): Conflicting arguments: assume_role_with_oidc.id_token and assume_role_with_oidc.id_token_file cannot both be set. Remove one of them.`},
			fix:       withOIDC(object{"idp_id": "i", "id_token": "token-argument"}),
		},
		"line break in ID token": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "token-argument\n"}),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token"): Invalid provider configuration: assume_role_with_oidc.id_token contains a line break or another control character. Remove it; if the value is read from a file, write trimspace(file("…")).`},
			fix:       withOIDC(object{"idp_id": "i", "id_token": "token-argument"}),
		},
		"ID token for the path": {
			arguments: withOIDC(object{"idp_id": "i", "id_token_file": "eyJhbGciOiJub25lIn0.e30.secret-argument"}), //nolint:gosec // No secret.
			onlyPlan:  true,
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token_file"): Unable to use file: Cannot use the file that assume_role_with_oidc.id_token_file names: no such file or directory. Set assume_role_with_oidc.id_token_file to the path of a file with an ID token, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:       withOIDC(object{"idp_id": "i", "id_token_file": textFile(t, "token-argument")}),
		},
		"no ID token file": {
			arguments: withOIDC(object{"idp_id": "i", "id_token_file": "/nowhere/token"}), onlyPlan: true,
			want: []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token_file"): Unable to use file: Cannot use the file that assume_role_with_oidc.id_token_file names: no such file or directory. Set assume_role_with_oidc.id_token_file to the path of a file with an ID token, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fix:  withOIDC(object{"idp_id": "i", "id_token_file": textFile(t, "token-argument")}),
		},
		"empty HW ID token file": {
			environment: object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN_FILE": textFile(t, "")}, onlyPlan: true,
			want:           []string{`AttributeName("assume_role_with_oidc").AttributeName("id_token_file"): Unable to use file: Cannot use the file that HW_ASSUME_ROLE_ID_TOKEN_FILE names: it is empty. Set HW_ASSUME_ROLE_ID_TOKEN_FILE to the path of a file with an ID token, not to its content. A relative path starts in the directory in which Terraform runs.`},
			fixEnvironment: object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": textFile(t, "token-argument")},
		},
		"GitHub's URL without scheme": {
			arguments: withOIDC(object{"idp_id": "i"}), onlyPlan: true,
			environment:    object{"ACTIONS_ID_TOKEN_REQUEST_URL": "github.example/secret-hw", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token-hw"}, //nolint:gosec // No secret.
			want:           []string{`: Invalid provider configuration: ACTIONS_ID_TOKEN_REQUEST_URL must be a URL that begins with https:// or http://. GitHub Actions sets it in a job with the permission "id-token: write".`},
			fixEnvironment: object{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/?x=y"}, //nolint:gosec // No secret.
		},
		"line break in GitHub's token": {
			arguments: withOIDC(object{"idp_id": "i"}), onlyPlan: true,
			environment:    object{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/?x=y", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token-hw\n"}, //nolint:gosec // No secret.
			want:           []string{`: Invalid provider configuration: ACTIONS_ID_TOKEN_REQUEST_TOKEN contains a line break or another control character. Remove it.`},
			fixEnvironment: object{"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token-hw"},
		},
		"federated agency, no domain": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a"}), onlyPlan: true,
			want: []string{`AttributeName("assume_role_with_oidc").AttributeName("domain_name"): Incomplete agency: Assuming an agency also needs assume_role_with_oidc.domain_name or assume_role_with_oidc.domain_id (or HW_ASSUME_ROLE_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_ID in the environment).`},
			fix:  withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a", "domain_id": "d"}),
		},
		"federated agency of a chain": {
			arguments: merge(withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a"}), assume(agency)),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("domain_name"): Incomplete agency: Assuming an agency also needs assume_role_with_oidc.domain_name or assume_role_with_oidc.domain_id.`},
			fix:       withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a", "domain_id": "d"}),
		},
		"federated agency, two domains": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a", "domain_id": "d", "domain_name": "e"}),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("domain_id"): Conflicting arguments: assume_role_with_oidc.domain_name and assume_role_with_oidc.domain_id cannot both be set. Remove one of them.`},
			fix:       withOIDC(object{"idp_id": "i", "id_token": "token-argument", "agency_name": "a", "domain_id": "d"}),
		},
		"federated duration too short": {
			arguments: withOIDC(object{"idp_id": "i", "id_token": "token-argument", "duration": int64(1)}),
			want:      []string{`AttributeName("assume_role_with_oidc").AttributeName("duration"): Invalid Attribute Value: assume_role_with_oidc.duration must be a whole number from 900 to 86400.`},
			fix:       withOIDC(object{"idp_id": "i", "id_token": "token-argument", "duration": int64(900)}),
		},
		"line break in HCP Terraform's": {
			arguments: withOIDC(object{"idp_id": "i"}), environment: object{"TFC_WORKLOAD_IDENTITY_TOKEN": "token-argument\n"}, onlyPlan: true,
			want:           []string{`: Invalid provider configuration: TFC_WORKLOAD_IDENTITY_TOKEN contains a line break or another control character. Remove it.`},
			fixEnvironment: object{"TFC_WORKLOAD_IDENTITY_TOKEN": "token-argument"},
		},
	}
}

// mistakeSecrets are the secrets in the configurations of the mistakes.
var mistakeSecrets = regexp.MustCompile(`(secret|token|security|password|key)-(argument|hw|os|profile)|c2VjcmV0|3q2\+7w`)

// TestMistakes configures the provider with each mistake: validating and planning report it at its
// argument, without a secret and before any request, and doing what the message says fixes it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	profileFile := profiles(t)
	files := regexp.MustCompile(regexp.QuoteMeta(os.TempDir()) + `/[^\s,;]*/(file)?`)
	for name, test := range configurationMistakes(t, profileFile) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.setVariables(test.environment)

			validated := c.validate(t, test.arguments)
			planned := c.configure(t, test.arguments).diagnostics
			for _, errors := range [][]string{validated.errors, planned.errors} {
				for i, text := range errors {
					if found := mistakeSecrets.FindString(files.ReplaceAllString(text, "FILE")); found != "" {
						t.Errorf("%s is in the error %s", found, text)
					}
					errors[i] = files.ReplaceAllString(text, "FILE")
					if i < len(test.want) {
						errors[i] = elide(errors[i], test.want[i])
					}
				}
			}
			if diff := cmp.Diff(test.want, planned.errors); diff != "" {
				t.Errorf("errors of a plan (-want +got)\n%s", diff)
			}
			wantValidated := test.want
			if test.onlyPlan {
				wantValidated = nil
			}
			if diff := cmp.Diff(wantValidated, validated.errors); diff != "" {
				t.Errorf("errors of validate (-want +got)\n%s", diff)
			}

			c.setVariables(test.fixEnvironment)
			if fixed := c.configure(t, merge(test.arguments, test.fix)).diagnostics.errors; fixed != nil {
				t.Errorf("errors after the fix: %q", fixed)
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// elide replaces the part of a text for which {client} stands in want.
func elide(text, want string) string {
	before, after, ok := strings.Cut(want, "{client}")
	if ok && strings.HasPrefix(text, before) && strings.HasSuffix(text, after) {
		return want
	}
	return text
}

// TestConfigureReportsWhatValidateFinds configures without validating before, as a client of the
// protocol may.
func TestConfigureReportsWhatValidateFinds(t *testing.T) {
	t.Parallel()
	for name, test := range configurationMistakes(t, profiles(t)) {
		if test.onlyPlan || strings.Contains(strings.Join(test.want, ""), "Invalid Attribute Value") {
			continue // The schema's own validators run only in validate.
		}
		c := manyAccounts(t)
		c.setVariables(test.environment)
		if got, want := len(c.configureOnly(t, test.arguments).diagnostics.errors), len(test.want); got != want {
			t.Errorf("%s: %d errors, want %d", name, got, want)
		}
	}
}

// clientCertificateFiles writes a certificate and its key.
func clientCertificateFiles(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	encodedCert, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encodedKey, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encodedCert}))),
		textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encodedKey})))
}

// TestMistakesThroughTerraform validates and plans with a file's content for its path: each
// command prints the error once, at the line of the argument, and nothing of the file.
func TestMistakesThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	w := c.newWorkspace(t, buildProvider(t), c.block(`shared_config_file = file("config.json")`, `cloud = "https://cloud.example.com"`)+allEnhancedConnections)
	w.write(t, "config.json", `{"current":"x","profiles":[{"name":"x","secretAccessKey":"secret-profile"}]}`+"\n")
	for _, command := range []string{"validate", "plan"} {
		printed, code := w.terraform(t, nil, command)
		flat := strings.Join(strings.Fields(strings.ReplaceAll(printed, "\u2502", "")), " ")
		if code != 1 {
			t.Errorf("%s ended with %d", command, code)
		}
		for _, want := range []string{
			`shared_config_file = file("config.json") shared_config_file contains a line break`,
			`cloud = "https://cloud.example.com" cloud must be a domain, such as "myhuaweicloud.com"`,
		} {
			if n := strings.Count(flat, want); n != 1 {
				t.Errorf("%s prints %q %d times:\n%s", command, want, n, printed)
			}
		}
		if strings.Contains(flat, "secret-profile") || strings.Contains(flat, "secretAccessKey") {
			t.Errorf("%s prints the file:\n%s", command, printed)
		}
	}
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
