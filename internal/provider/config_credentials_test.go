package provider

import (
	"strings"
	"testing"
	"time"

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

// TestAgencies assumes the agencies of the blocks, or that of the environment, which completes a
// single block.
func TestAgencies(t *testing.T) {
	t.Parallel()
	hw := object{"HW_ASSUME_ROLE_AGENCY_NAME": "hw", "HW_ASSUME_ROLE_DOMAIN_NAME": "hw-d"}
	first, second := object{"agency_name": "a", "domain_name": "d"}, object{"agency_name": "b", "domain_id": "e", "duration": int64(900)}
	a, b := client.Agency{Name: "a", DomainName: "d"}, client.Agency{Name: "b", DomainID: "e", Duration: 15 * time.Minute}
	for name, test := range map[string]struct {
		blocks      list
		environment object
		want        []client.Agency
	}{
		"block":        {list{first}, merge(hw, object{"HW_ASSUME_ROLE_DOMAIN_ID": "x"}), []client.Agency{a}},
		"chain":        {list{first, second}, hw, []client.Agency{a, b}},
		"environment":  {nil, hw, []client.Agency{{Name: "hw", DomainName: "hw-d"}}},
		"HW domain ID": {nil, merge(hw, object{"HW_ASSUME_ROLE_DOMAIN_ID": "hw-e"}), []client.Agency{{Name: "hw", DomainID: "hw-e"}}},
		"rest from HW": {list{object{"agency_name": "a"}}, hw, []client.Agency{{Name: "a", DomainName: "hw-d"}}},
		"empty block":  {list{object{"agency_name": ""}}, hw, []client.Agency{{Name: "hw", DomainName: "hw-d"}}},
		"ID before HW": {list{object{"agency_name": "b", "domain_id": "e", "duration": int64(900)}}, hw, []client.Agency{b}},
	} {
		got := buildWith(t, object{"token": "t", "assume_role": test.blocks}, test.environment)
		wanted(client.Token("t"), "", test.want...).check(t, name, got)
	}
	got := buildWith(t, object{"token": "t", "assume_role": list{object{"agency_name": "a"}}}, hw)
	wanted(client.Token("t"), "token from the provider block, then assume_role[0].agency_name from the provider block, "+
		"assume_role[0].domain_name from HW_ASSUME_ROLE_DOMAIN_NAME", client.Agency{Name: "a", DomainName: "hw-d"}).check(t, "origins", got)
}

// TestOIDC resolves the block assume_role_with_oidc: the ID token, the agency, and which of them the
// environment provides.
func TestOIDC(t *testing.T) {
	t.Parallel()
	file := textFile(t, "in-file\n")
	block := func(arguments object) object { return object{"assume_role_with_oidc": arguments} }
	given := object{"idp_id": "i", "id_token": "given"}
	hw := object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN": "hw"}
	gitHub := object{gitHubRequestURLVariable: "https://github.example/?x=y", gitHubRequestTokenVariable: "bearer"}
	hcp := object{hcpTerraformTokenVariable: "hcp"}
	hwAgency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "hw", "HW_ASSUME_ROLE_DOMAIN_NAME": "hw-d"}
	first, second := object{"agency_name": "a", "domain_name": "d"}, object{"agency_name": "b", "domain_id": "e"}
	a, b := client.Agency{Name: "a", DomainName: "d"}, client.Agency{Name: "b", DomainID: "e"}
	assume := func(arguments object) object { return merge(arguments, object{"assume_role": list{second}}) }
	const fromBlock = "assume_role_with_oidc.id_token from the provider block"
	for name, test := range map[string]struct {
		arguments, environment object
		// origin is that of the ID token, and advice a part of what to do if it provides none.
		token, origin, advice string
		agencies              []client.Agency
	}{
		"given":   {block(given), object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": "/nowhere"}, "given", fromBlock, "Set assume_role_with_oidc.id_token to", nil},
		"in file": {block(object{"idp_id": "i", "id_token_file": file}), merge(hw, gitHub), "in-file", "assume_role_with_oidc.id_token_file from the provider block", "path of a file", nil},
		"HW": {
			block(object{}), merge(hw, gitHub, hcp, object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": "/nowhere"}),
			"hw", "assume_role_with_oidc.id_token from HW_ASSUME_ROLE_ID_TOKEN", "Set HW_ASSUME_ROLE_ID_TOKEN to", nil,
		},
		"HW file": {
			nil, object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN_FILE": file},
			"in-file", "assume_role_with_oidc.id_token_file from HW_ASSUME_ROLE_ID_TOKEN_FILE", "Set HW_ASSUME_ROLE_ID_TOKEN_FILE to the path", nil,
		},
		"GitHub": {
			block(object{"idp_id": "i", "audience": "x"}), merge(gitHub, hcp, object{"HW_ASSUME_ROLE_AUDIENCE": "y"}),
			"https://github.example/?x=y bearer x", "ID token from GitHub Actions", "Run the job again", nil,
		},
		"GitHub, HW": {
			nil, merge(gitHub, object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_AUDIENCE": "y"}),
			"https://github.example/?x=y bearer y", "ID token from GitHub Actions", "Run the job again", nil,
		},
		"HCP": {
			block(object{"idp_id": "i"}), merge(hcp, object{gitHubRequestURLVariable: "https://github.example"}),
			"hcp", "ID token from TFC_WORKLOAD_IDENTITY_TOKEN", "TFC_WORKLOAD_IDENTITY_AUDIENCE", nil,
		},
		"agency":              {block(merge(given, first)), hwAgency, "given", "", "", []client.Agency{a}},
		"rest of agency":      {block(merge(given, object{"agency_name": "b"})), hwAgency, "given", "", "", []client.Agency{{Name: "b", DomainName: "hw-d"}}},
		"HW agency":           {block(given), hwAgency, "given", "", "", []client.Agency{{Name: "hw", DomainName: "hw-d"}}},
		"HW agency and token": {nil, merge(hw, hwAgency), "hw", "", "", []client.Agency{{Name: "hw", DomainName: "hw-d"}}},
		"another after it":    {assume(block(merge(given, first))), hwAgency, "given", "", "", []client.Agency{a, b}},
		"another instead":     {assume(block(given)), hwAgency, "given", "", "", []client.Agency{b}},
	} {
		got := buildWith(t, test.arguments, test.environment)
		oidc, _ := got.Credentials.(client.OIDC)
		if token := idTokenFrom(t, oidc.IDToken); token != test.token || oidc.ProviderID != "i" {
			t.Errorf("%s: the ID token %q of %q, errors %q", name, token, oidc.ProviderID, got.errors)
		}
		if !strings.Contains(got.data.idTokenAdvice, test.advice) {
			t.Errorf("%s: the advice is %q", name, got.data.idTokenAdvice)
		}
		if test.origin != "" {
			test.origin = "OpenID Connect, " + test.origin
		}
		wanted(oidc, test.origin, test.agencies...).check(t, name, got)
	}

	// Without a block or an identity provider, these variables name no credentials.
	wanted(client.Metadata{}, "the ECS metadata service").check(t, "GitHub alone", buildWith(t, nil, merge(gitHub, hcp)))
	if got := buildWith(t, block(merge(given, object{"duration": int64(900)})), nil).Credentials; got.(client.OIDC).Duration != 15*time.Minute { //nolint:forcetypeassert // It is above.
		t.Errorf("%+v", got)
	}
}

// idTokenFrom is the ID token that a source provides, or what it requests one with.
func idTokenFrom(t *testing.T, source client.IDTokenSource) string {
	t.Helper()
	switch source := source.(type) {
	case client.IDTokenReader:
		token, err := source.Read()
		if err != nil {
			t.Error(err)
		}
		return strings.TrimSpace(token)
	case client.GitHubIDToken:
		return source.RequestURL + " " + source.RequestToken + " " + source.Audience
	}
	return ""
}
