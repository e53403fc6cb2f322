package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"
)

// mistake is a mistake in the provider block or in the environment. A wrong value that an error
// could quote contains "hidden".
type mistake struct {
	arguments, environment object
	// want are parts of the error, separated by "|". The first is the argument that it points at, ""
	// for none.
	want string
	// onlyPlan reports whether `terraform validate` accepts the mistake: it is in the environment
	// or in a file, or the environment could provide what is missing.
	onlyPlan bool
	// fix and fixEnvironment are the change that the message asks for.
	fix, fixEnvironment object
}

// credentialMistakes have a row for each check of credentials.
func credentialMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	profile := func(name string) object { return object{"shared_config_file": profiles(t), "profile": name} }
	oidc := func(arguments object) object { return object{"assume_role_with_oidc": arguments} }
	agencies := func(blocks ...any) object { return object{"assume_role": blocks} }
	agency, keys := object{"agency_name": "a", "domain_name": "d"}, object{"access_key": "ak", "secret_key": "sk"}
	return map[string]mistake{
		"headers with a token": {
			arguments: object{"token": "HTTP/1.1 201\r\nX-Subject-Token: hidden\r\n"},
			want:      "token|has several lines. Set it to the value alone.", fix: object{"token": "t"},
		},
		"a header with a token": {
			arguments: object{"token": "X-Subject-Token: hidden"},
			want:      "token|contains white space. Set it to the value alone.", fix: object{"token": "t"},
		},
		"leftover agency": {
			environment: object{"HW_ASSUME_ROLE_AGENCY_NAME": "hidden"}, onlyPlan: true,
			want:           "assume_role[0].domain_name|the agency of HW_ASSUME_ROLE_AGENCY_NAME (unset it if none is meant) also needs",
			fixEnvironment: object{"HW_ASSUME_ROLE_AGENCY_NAME": ""},
		},
		"no secret key": {
			arguments: object{"access_key": "hidden"}, onlyPlan: true,
			want: "secret_key|also needs secret_key (or HW_SECRET_KEY in the environment)", fix: object{"secret_key": "sk"},
		},
		"no access key": {
			environment: object{"OS_SECRET_KEY": "hidden"}, onlyPlan: true,
			want: "access_key|HW_ACCESS_KEY", fixEnvironment: object{"HW_ACCESS_KEY": "ak"},
		},
		"only a security token": {
			arguments: object{"security_token": "hidden"}, onlyPlan: true,
			want: "access_key|access_key (or|secret_key (or", fix: keys,
		},
		"only a password": {
			arguments: object{"password": "hidden"}, onlyPlan: true, want: "user_name|user_name or user_id|domain_name or domain_id",
			fix: object{"user_name": "u", "domain_name": "d"},
		},
		"only a user ID": {
			environment: object{"HW_USER_ID": "hidden"}, onlyPlan: true,
			want: "password|HW_USER_PASSWORD", fixEnvironment: object{"HW_USER_PASSWORD": "p"},
		},
		"nothing": {
			arguments: object{"access_key": "hidden"}, environment: object{"HW_REGION_NAME": ""}, onlyPlan: true,
			want: "secret_key|secret_key|No region is set either: set region", fix: object{"secret_key": "sk", "region": "r"},
		},
		"line break": {arguments: object{"token": "hidden\n"}, want: "token|line break|trimspace(file(", fix: object{"token": "t"}},
		"line break, variable": {
			environment: object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "hidden\r"}, onlyPlan: true,
			want:           "secret_key|HW_SECRET_KEY contains a carriage return, as of a file with Windows line endings. Remove it.",
			fixEnvironment: object{"HW_SECRET_KEY": "sk"},
		},
		"quotation marks": {
			environment: object{"HW_AUTH_TOKEN": `"hidden"`}, onlyPlan: true,
			want: "token|HW_AUTH_TOKEN has quotation marks", fixEnvironment: object{"HW_AUTH_TOKEN": "t"},
		},
		"placeholder": {
			arguments: object{"access_key": "$HW_ACCESS_KEY"}, environment: object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"},
			want: "access_key|Terraform does not replace it|leave access_key out", fix: object{"access_key": nil},
		},
		"swapped keys": {
			arguments: object{"access_key": strings.Repeat("hiddenAB", 5), "secret_key": "HIDDEN" + strings.Repeat("A", 14)},
			want:      "access_key|access_key has the form of a secret key, and secret_key that of an access key. Swap them.",
			fix:       keys,
		},
		"swapped variables": {
			environment: object{"HW_ACCESS_KEY": strings.Repeat("hiddenAB", 5), "OS_SECRET_KEY": "HIDDEN" + strings.Repeat("A", 14)},
			onlyPlan:    true, want: "access_key|HW_ACCESS_KEY has the form of a secret key, and OS_SECRET_KEY that of an access key.",
			fixEnvironment: object{"HW_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk"},
		},
		"no agency name": {
			arguments: agencies(object{"domain_name": "hidden"}), onlyPlan: true,
			want: "assume_role[0].agency_name|HW_ASSUME", fix: agencies(agency),
		},
		"no domain of the second agency": {
			arguments: agencies(agency, object{"agency_name": "hidden"}),
			want:      "assume_role[1].domain_name|domain_name or assume_role[1].domain_id", fix: agencies(agency, agency),
		},
		"two domains": {
			arguments: agencies(merge(agency, object{"domain_id": "hidden"})),
			want:      "assume_role[0].domain_id|Remove one", fix: agencies(agency),
		},
		"duration": {
			arguments: agencies(agency), environment: object{"HW_ASSUME_ROLE_DURATION": "15hidden"}, onlyPlan: true,
			want: "assume_role[0].duration|from 900 to 86400", fixEnvironment: object{"HW_ASSUME_ROLE_DURATION": "900"},
		},
		"no identity provider": {
			arguments: oidc(object{"id_token": "hidden"}), onlyPlan: true,
			want: "assume_role_with_oidc.idp_id|HW_ASSUME_ROLE_IDP_ID", fixEnvironment: object{"HW_ASSUME_ROLE_IDP_ID": "i"},
		},
		"no such identity provider": {
			arguments: oidc(object{"idp_id": "hid den", "id_token": "t"}), want: "assume_role_with_oidc.idp_id|without white space",
			fix: oidc(object{"idp_id": "i", "id_token": "t"}),
		},
		"no ID token": {
			arguments: oidc(object{"idp_id": "hidden"}), onlyPlan: true, want: "assume_role_with_oidc.id_token|id-token: write|set id_token_file",
			fixEnvironment: object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": textFile(t, "t")},
		},
		"no ID token, variable": {
			environment: object{"HW_ASSUME_ROLE_IDP_ID": "hidden"}, onlyPlan: true,
			want:           "assume_role_with_oidc.id_token|such as an access key, unset HW_ASSUME_ROLE_IDP_ID.",
			fixEnvironment: object{"HW_ASSUME_ROLE_IDP_ID": ""},
		},
		"two ID tokens": {
			arguments: oidc(object{"idp_id": "i", "id_token": "hidden", "id_token_file": "f"}),
			want:      "assume_role_with_oidc.id_token_file|Remove one",
			fix:       oidc(object{"idp_id": "i", "id_token": "t"}),
		},
		"no URL of GitHub": {
			arguments: oidc(object{"idp_id": "i"}), onlyPlan: true, want: "|ACTIONS_ID_TOKEN_REQUEST_URL must be a URL|id-token: write",
			environment:    object{"ACTIONS_ID_TOKEN_REQUEST_URL": "hidden", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"},
			fixEnvironment: object{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x/?y=z"},
		},
		"no such profile": {
			arguments: profile("hidden"), onlyPlan: true,
			want: `profile|no profile of this name; it has: "keys"`, fix: profile("keys"),
		},
		"encrypted profile": {arguments: profile("encrypted"), onlyPlan: true, want: "profile|--cli-auth-encrypt=false", fix: profile("keys")},
		"half a profile":    {arguments: profile("half"), onlyPlan: true, want: "profile|hcloud configure set", fix: profile("keys")},
		"profile of an ECS": {arguments: profile("ecs"), onlyPlan: true, want: "profile|mode AKSK or SSO", fix: profile("sso")},
		"signed out":        {arguments: profile("signed out"), onlyPlan: true, want: "profile|hcloud configure sso", fix: profile("sso")},
		"profile's agency": {
			arguments: profile("agency without domain"), onlyPlan: true,
			want: "profile|agencyDomainName", fix: profile("agency"),
		},
		"spoiled profile": {
			arguments: profile("line break"), onlyPlan: true,
			want: "profile|securityToken in the KooCLI profile", fix: profile("keys"),
		},
	}
}

// placeMistakes have a row for each check of everything else.
func placeMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	cert, key := clientCertificateFiles(t)
	_, otherKey := clientCertificateFiles(t)
	der := func(file string) string {
		block, _ := pem.Decode(readFileOf(t, file))
		return textFile(t, string(block.Bytes))
	}
	endpoint := func(address string) object { return object{"endpoints": object{"dli": address}} }
	const dli, good = `endpoints["dli"]|`, "https://dli.{region}.example.com"
	return map[string]mistake{
		"region": {arguments: object{"region": "hidden/"}, want: `region|such as "cn-north-4"`, fix: object{"region": "cn-north-4"}},
		"console's name of a region": {
			arguments: object{"region": "CN Hidden-4"},
			want:      `region|the region's ID in lower case, such as "cn-north-4", not the name that the console shows`,
			fix:       object{"region": "cn-north-4"},
		},
		"cloud": {
			arguments: object{"cloud": "https://hidden"},
			want:      "cloud|without a scheme, port or path", fix: object{"cloud": "x.example"},
		},
		"project": {
			arguments: object{"project_id": "hidden/x"},
			want:      "project_id|there is project_name", fix: object{"project_id": nil, "project_name": "p"},
		},
		"no scheme": {
			arguments: endpoint("hidden.example:443"),
			want:      dli + `such as "https://dli.{region}.example.com"`, fix: endpoint(good),
		},
		"white space":  {arguments: endpoint("https://x/ hidden"), want: dli + "without white space", fix: endpoint(good)},
		"query":        {arguments: endpoint("https://x/?hidden"), want: dli + "no query", fix: endpoint("https://x/")},
		"placeholders": {arguments: endpoint("https://x/{hidden}"), want: dli + "no braces other than {region}", fix: endpoint(good)},
		"user": {
			arguments: endpoint("https://hidden:x@y"),
			want:      dli + "must not contain a user name or password", fix: endpoint("https://y"),
		},
		"host": {arguments: endpoint("https://hidden,y"), want: dli + "must have a host name", fix: endpoint("https://hidden.y")},
		"version": {
			arguments: endpoint("https://x/hidden/v2.0/"),
			want:      dli + "Leave the version out", fix: endpoint("https://x/hidden"),
		},
		"unknown service": {
			arguments: object{"endpoints": object{"ecs": "https://hidden"}},
			want:      `endpoints["ecs"]|vpcep, dli, apig, iam`, fix: endpoint(good),
		},
		"OS_AUTH_URL": {
			environment: object{"OS_AUTH_URL": "hidden"}, onlyPlan: true,
			want: "auth_url|OS_AUTH_URL must begin with https://", fixEnvironment: object{"OS_AUTH_URL": "https://x/v3"},
		},
		"metadata": {
			environment: object{"HW_METADATA_ENDPOINT": "hidden"}, onlyPlan: true,
			want: "|HW_METADATA_ENDPOINT must begin", fixEnvironment: object{"HW_METADATA_ENDPOINT": "http://127.0.0.1:9"},
		},
		"proxy": {
			environment: object{"HTTPS_PROXY": "http://user:hid%zzden@10.0.0.1:3128"}, onlyPlan: true,
			want: "|HTTPS_PROXY|write %25 for %", fixEnvironment: object{"HTTPS_PROXY": "http://user:hid%25zzden@10.0.0.1:3128"},
		},
		"flag": {
			environment: object{"HW_INSECURE": "hidden"}, onlyPlan: true,
			want: "insecure|HW_INSECURE must be true or false", fixEnvironment: object{"HW_INSECURE": "false"},
		},
		"retries": {
			environment: object{"HW_MAX_RETRIES": "21"}, onlyPlan: true,
			want: "max_retries|from 0 to 20", fixEnvironment: object{"HW_MAX_RETRIES": "20"},
		},
		"no file": {
			arguments: object{"cacert_file": "/hidden/x"}, onlyPlan: true,
			want: "cacert_file|no such file", fix: object{"cacert_file": cert},
		},
		"empty file": {
			arguments: object{"cacert_file": textFile(t, "\n")}, onlyPlan: true,
			want: "cacert_file|is empty", fix: object{"cacert_file": cert},
		},
		"DER": {
			arguments: object{"cacert_file": der(cert)}, onlyPlan: true,
			want: "cacert_file|is in DER form; convert it with openssl x509 -inform der -in FILE -out", fix: object{"cacert_file": cert},
		},
		"DER key": {
			arguments: object{"cert": cert, "key": der(key)}, onlyPlan: true,
			want: "key|is in DER form; convert it with openssl pkey -inform der -in FILE -out", fix: object{"key": key},
		},
		"folder": {
			arguments: object{"cacert_file": t.TempDir()}, onlyPlan: true,
			want: "cacert_file|it is a folder", fix: object{"cacert_file": cert},
		},
		"no certificate": {
			arguments: object{"cacert_file": textFile(t, "x")}, onlyPlan: true,
			want: "cacert_file|no PEM", fix: object{"cacert_file": cert},
		},
		"content": {
			arguments: object{"cacert_file": "-----BEGIN\nhidden"},
			want:      "cacert_file|not its content|PEM file of CA certificates, without file()", fix: object{"cacert_file": cert},
		},
		"content, variable": {
			environment: object{"OS_CACERT": "-----BEGIN CERTIFICATE-----\nhidden"}, onlyPlan: true,
			want:           "cacert_file|OS_CACERT must be the path of a file, not its content. Set it to the path of a PEM file of CA",
			fixEnvironment: object{"OS_CACERT": cert},
		},
		"content of a profile file": {
			environment: object{"HW_SHARED_CONFIG_FILE": `{"hidden": 1}`}, onlyPlan: true,
			want:           "shared_config_file|HW_SHARED_CONFIG_FILE must be the path of a file, not its content.",
			fixEnvironment: object{"HW_SHARED_CONFIG_FILE": profiles(t)},
		},
		"content of an ID token's file": {
			environment: object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN_FILE": "eyJhbGciOi.hidden.x"}, onlyPlan: true,
			want:           "assume_role_with_oidc.id_token_file|HW_ASSUME_ROLE_ID_TOKEN_FILE must be the path of a file, not its content.",
			fixEnvironment: object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": textFile(t, "t")},
		},
		"no key": {arguments: object{"cert": cert}, onlyPlan: true, want: "key|HW_KEY", fixEnvironment: object{"HW_KEY": key}},
		"another's key": {
			arguments: object{"cert": cert, "key": otherKey}, onlyPlan: true,
			want: "cert|does not match", fix: object{"key": key},
		},
		"no configuration": {
			arguments: object{"shared_config_file": textFile(t, "hidden")}, onlyPlan: true,
			want: "shared_config_file|file of KooCLI", fix: object{"shared_config_file": profiles(t)},
		},
	}
}

// TestMistakes builds a configuration with each mistake: validating and planning report it at its
// argument and without the value, and doing what the message says fixes it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	all := credentialMistakes(t)
	maps.Copy(all, placeMistakes(t))
	for name, test := range all {
		at, text, _ := strings.Cut(test.want, "|")
		if at != "" {
			at += ": "
		}
		wanted := append(strings.Split(text, "|"), at)
		environment := merge(object{"HW_REGION_NAME": "r"}, test.environment)
		for plan, errors := range map[bool][]string{false: validated(t, test.arguments), true: buildWith(t, test.arguments, environment).errors} {
			switch {
			case !plan && test.onlyPlan && errors != nil:
				t.Errorf("%s: errors of validate: %q", name, errors)
			case plan || !test.onlyPlan:
				wantError(t, errors, wanted...)
			}
			if len(errors) > 0 && !strings.HasPrefix(errors[0], at) {
				t.Errorf("%s: the error does not begin with %q: %q", name, at, errors)
			}
		}
		if fixed := buildWith(t, merge(test.arguments, test.fix), merge(environment, test.fixEnvironment)).errors; fixed != nil {
			t.Errorf("%s: errors after the fix: %q", name, fixed)
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

// TestMistakesThroughTerraform prints each error once, at the line of its argument.
func TestMistakesThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	printed := c.refuse(t, c.block(`token = "hidden\n"`, `cloud = "https://hidden.example.com"`, "max_retries = 21")+allEnhancedConnections)
	for _, want := range []string{
		`token = "hidden\n" token contains a line break`, `cloud = "https://hidden.example.com" cloud must be a domain`,
		"max_retries = 21 ",
	} {
		if n := strings.Count(printed, want); n != 1 {
			t.Errorf("%q is printed %d times:\n%s", want, n, printed)
		}
	}
	if n := c.Count(nil); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
