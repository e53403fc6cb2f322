package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// TestPrecedence takes the credentials from each origin, from each pair of neighbors and from parts
// of several, and names the origin of each part.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	var (
		token   = object{"token": "t"}
		keys    = object{"access_key": "ak", "secret_key": "sk"}
		user    = object{"user_name": "u", "password": "p", "domain_name": "d"}
		oidc    = object{"assume_role_with_oidc": object{"idp_id": "i", "id_token": "idt"}}
		profile = object{"shared_config_file": profiles(t), "profile": "without place"}

		hwToken   = object{"HW_AUTH_TOKEN": "hw-t", "OS_AUTH_TOKEN": "x"}
		hwKeys    = object{"HW_ACCESS_KEY": "hw-ak", "HW_SECRET_KEY": "hw-sk", "OS_ACCESS_KEY": "x", "OS_SECRET_KEY": "x"}
		hwUser    = object{"HW_USER_NAME": "hw-u", "HW_USER_PASSWORD": "hw-p", "HW_DOMAIN_NAME": "hw-d"}
		hwOIDC    = object{"HW_ASSUME_ROLE_IDP_ID": "hw-i", "HW_ASSUME_ROLE_ID_TOKEN": "hw-idt"}
		hwProfile = object{"HW_SHARED_CONFIG_FILE": profile["shared_config_file"], "HW_PROFILE": "sso", "HW_REGION_NAME": "r"}
		temporary = object{"HW_SECURITY_TOKEN": "hw-st"}
		missing   = object{"HW_PROFILE": "nobody", "HW_SHARED_CONFIG_FILE": "/nowhere", "HW_REGION_NAME": "r"}
	)
	const fromBlock = " from the provider block"
	wantToken, wantHWToken := wanted(client.Token("t"), "token"+fromBlock), wanted(client.Token("hw-t"), "token from HW_AUTH_TOKEN")
	wantKeys := wanted(client.Keys{AccessKey: "ak", SecretKey: "sk"}, "access_key"+fromBlock+", secret_key"+fromBlock)
	wantHWKeys := wanted(client.Keys{AccessKey: "hw-ak", SecretKey: "hw-sk"}, "access_key from HW_ACCESS_KEY, secret_key from HW_SECRET_KEY")
	wantUser := wanted(client.Password{UserName: "u", Password: "p", DomainName: "d"}, "user_name"+fromBlock+", password"+fromBlock+", domain_name"+fromBlock)
	wantHWUser := wanted(client.Password{UserName: "hw-u", Password: "hw-p", DomainName: "hw-d"},
		"user_name from HW_USER_NAME, password from HW_USER_PASSWORD, domain_name from HW_DOMAIN_NAME")
	wantProfile := wanted(client.Keys{AccessKey: "key-profile", SecretKey: "secret-profile"}, "KooCLI profile, profile"+fromBlock+", shared_config_file"+fromBlock)
	wantECS := wanted(client.Metadata{}, "the ECS metadata service")
	for name, test := range map[string]struct {
		arguments, environment object
		want                   wantedCredentials
	}{
		// Each alone and before the next; an argument before the environment, HW_ before OS_.
		"token":            {merge(token, keys, user, oidc, profile), hwToken, wantToken},
		"HW token":         {nil, merge(hwToken, hwKeys, hwUser, hwOIDC, hwProfile), wantHWToken},
		"keys":             {merge(keys, user, oidc, profile), hwKeys, wantKeys},
		"HW keys":          {nil, merge(hwKeys, hwUser, hwOIDC, hwProfile), wantHWKeys},
		"user":             {merge(user, oidc, profile), hwUser, wantUser},
		"HW user":          {nil, merge(hwUser, hwOIDC, hwProfile), wantHWUser},
		"profile":          {profile, merge(hwToken, hwKeys, hwUser, hwOIDC), wantProfile},
		"nothing":          {nil, nil, wantECS},
		"only empty":       {object{"access_key": "", "token": "", "profile": ""}, object{"HW_AUTH_TOKEN": "", "OS_ACCESS_KEY": ""}, wantECS},
		"only a domain":    {object{"domain_name": "d"}, temporary, wantECS},
		"empty arguments":  {object{"access_key": "", "secret_key": ""}, hwKeys, wantHWKeys},
		"keys, HW token":   {keys, hwToken, wantKeys},
		"user, HW keys":    {user, merge(hwToken, hwKeys), wantUser},
		"keys, no file":    {merge(keys, object{"shared_config_file": "/nowhere", "region": "r"}), nil, wantKeys},
		"HW keys, no file": {nil, merge(hwKeys, missing), wantHWKeys},
		"HW half keys":     {nil, merge(hwToken, object{"HW_ACCESS_KEY": "x"}), wantHWToken},
		"spoiled, unused":  {nil, merge(hwToken, object{"HW_SECRET_KEY": "x\r", "OS_USERNAME": "'x'"}), wantHWToken},
		"HW profile": {nil, hwProfile, wanted(client.Keys{AccessKey: "temporary-sso", SecretKey: "secret-sso", SecurityToken: "security-sso"},
			"KooCLI profile, profile from HW_PROFILE, shared_config_file from HW_SHARED_CONFIG_FILE")},

		// Parts of several origins.
		"key and OS secret": {object{"access_key": "ak"}, object{"OS_SECRET_KEY": "sk"},
			wanted(client.Keys{AccessKey: "ak", SecretKey: "sk"}, "access_key"+fromBlock+", secret_key from OS_SECRET_KEY")},
		"security token": {nil, merge(hwKeys, temporary), wanted(client.Keys{AccessKey: "hw-ak", SecretKey: "hw-sk", SecurityToken: "hw-st"},
			"access_key from HW_ACCESS_KEY, secret_key from HW_SECRET_KEY, security_token from HW_SECURITY_TOKEN")},
		"security token of another key": {keys, merge(hwKeys, temporary), wantKeys},
		"security token and HW keys": {object{"security_token": "st"}, merge(hwKeys, temporary),
			wanted(client.Keys{AccessKey: "hw-ak", SecretKey: "hw-sk", SecurityToken: "st"},
				"access_key from HW_ACCESS_KEY, secret_key from HW_SECRET_KEY, security_token"+fromBlock)},
		"password and HW user": {object{"password": "p"}, hwUser, wanted(client.Password{UserName: "hw-u", Password: "p", DomainName: "hw-d"},
			"user_name from HW_USER_NAME, password"+fromBlock+", domain_name from HW_DOMAIN_NAME")},

		// Names and IDs: one in the provider block before one in the environment, then the ID.
		"ID and name": {merge(user, object{"user_id": "uid", "domain_id": "did"}), nil, wanted(client.Password{UserID: "uid", Password: "p", DomainID: "did"},
			"user_id"+fromBlock+", password"+fromBlock+", domain_id"+fromBlock)},
		"HW ID and name": {nil, merge(hwUser, object{"HW_USER_ID": "uid", "HW_DOMAIN_ID": "did"}),
			wanted(client.Password{UserID: "uid", Password: "hw-p", DomainID: "did"}, "user_id from HW_USER_ID, password from HW_USER_PASSWORD, domain_id from HW_DOMAIN_ID")},
		"name, HW ID": {user, object{"HW_USER_ID": "uid", "HW_DOMAIN_ID": "did"}, wantUser},
		"ID, HW name": {object{"user_id": "uid", "password": "p", "domain_id": "did"}, hwUser, wanted(client.Password{UserID: "uid", Password: "p", DomainID: "did"},
			"user_id"+fromBlock+", password"+fromBlock+", domain_id"+fromBlock)},
		"ID without domain": {object{"user_id": "uid", "password": "p"}, nil, wanted(client.Password{UserID: "uid", Password: "p"}, "user_id"+fromBlock+", password"+fromBlock)},
	} {
		test.want.check(t, name, buildWith(t, test.arguments, test.environment))
	}
}

// wantedCredentials are credentials, the agencies that are assumed, and their description, if it is
// not "".
type wantedCredentials struct {
	credentials client.Credentials
	description string
	agencies    []client.Agency
}

func wanted(credentials client.Credentials, description string, agencies ...client.Agency) wantedCredentials {
	return wantedCredentials{credentials, description, agencies}
}

func (w wantedCredentials) check(t *testing.T, name string, got built) {
	t.Helper()
	if diff := cmp.Diff(w.credentials, got.Credentials); diff != "" || got.errors != nil {
		t.Errorf("%s: errors %q (-want +got)\n%s", name, got.errors, diff)
	}
	if diff := cmp.Diff(w.agencies, got.Agencies); diff != "" {
		t.Errorf("%s: agencies (-want +got)\n%s", name, diff)
	}
	if w.description != "" && got.data.credentials != w.description {
		t.Errorf("%s: %q, want %q", name, got.data.credentials, w.description)
	}
}
