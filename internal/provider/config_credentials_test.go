package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// TestPrecedence takes the credentials from each origin, from each pair of neighbors and from parts
// of several.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	var (
		token   = object{"token": "t"}
		keys    = object{"access_key": "ak", "secret_key": "sk"}
		user    = object{"user_name": "u", "password": "p", "domain_name": "d"}
		ids     = object{"user_id": "uid", "password": "p", "domain_id": "did"}
		oidc    = object{"assume_role_with_oidc": object{"idp_id": "i", "id_token": "idt"}}
		profile = object{"shared_config_file": profiles(t), "profile": "without place"}

		hwToken   = object{"HW_AUTH_TOKEN": "hw-t"}
		hwKeys    = object{"HW_ACCESS_KEY": "hw-ak", "HW_SECRET_KEY": "hw-sk"}
		hwUser    = object{"HW_USER_NAME": "hw-u", "HW_USER_PASSWORD": "hw-p", "HW_DOMAIN_NAME": "hw-d"}
		hwIDs     = object{"HW_USER_ID": "hw-uid", "HW_DOMAIN_ID": "hw-did"}
		hwOIDC    = object{"HW_ASSUME_ROLE_IDP_ID": "hw-i", "HW_ASSUME_ROLE_ID_TOKEN": "hw-idt"}
		hwProfile = object{"HW_SHARED_CONFIG_FILE": profile["shared_config_file"], "HW_PROFILE": "temporary", "HW_REGION_NAME": "r"}
		temporary = object{"HW_SECURITY_TOKEN": "hw-st"}
	)
	asKeys := func(ak, sk, st string) client.Keys {
		return client.Keys{AccessKey: ak, SecretKey: sk, SecurityToken: st}
	}
	asUser := func(user, password, domain string) client.Password {
		return client.Password{UserName: user, Password: password, DomainName: domain}
	}
	asIDs := func(user, password, domain string) client.Password {
		return client.Password{UserID: user, Password: password, DomainID: domain}
	}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   client.Credentials
		origin                 string
	}{
		// Each before the next, and each of the provider block before all of the environment.
		"token":           {merge(token, keys, user, oidc, profile), hwToken, client.Token("t"), "token from B"},
		"keys":            {merge(keys, user, oidc, profile), hwToken, asKeys("ak", "sk", ""), "access_key from B, secret_key from B"},
		"user":            {merge(user, oidc, profile), merge(hwToken, hwKeys), asUser("u", "p", "d"), ""},
		"profile":         {profile, merge(hwToken, hwKeys, hwUser, hwOIDC), asKeys("key-profile", "secret-profile", ""), ""},
		"HW token":        {nil, merge(hwToken, hwKeys, hwUser, hwOIDC, hwProfile), client.Token("hw-t"), "token from HW_AUTH_TOKEN"},
		"HW keys":         {nil, merge(hwKeys, hwUser, hwOIDC, hwProfile), asKeys("hw-ak", "hw-sk", ""), ""},
		"HW user":         {nil, merge(hwUser, hwOIDC, hwProfile), asUser("hw-u", "hw-p", "hw-d"), ""},
		"HW profile":      {nil, hwProfile, asKeys("temporary-profile", "secret-profile", "security-profile"), ""},
		"nothing":         {nil, nil, client.Metadata{}, "the ECS metadata service"},
		"only a domain":   {object{"domain_name": "d"}, temporary, client.Metadata{}, ""},
		"keys, no file":   {merge(keys, object{"shared_config_file": "/nowhere", "region": "r"}), nil, asKeys("ak", "sk", ""), ""},
		"unused, half":    {nil, merge(hwToken, object{"HW_ACCESS_KEY": "x"}), client.Token("hw-t"), ""},
		"unused, spoiled": {nil, merge(hwToken, object{"HW_SECRET_KEY": "x\r", "OS_USERNAME": "'x'"}), client.Token("hw-t"), ""},

		// Parts of several origins.
		"key, OS secret": {object{"access_key": "ak"}, object{"OS_SECRET_KEY": "sk"}, asKeys("ak", "sk", ""),
			"access_key from B, secret_key from OS_SECRET_KEY"},
		"another's security token":  {keys, merge(hwKeys, temporary), asKeys("ak", "sk", ""), ""},
		"security token of HW keys": {object{"security_token": "st"}, merge(hwKeys, temporary), asKeys("hw-ak", "hw-sk", "st"), ""},
		"password of HW user":       {object{"password": "p"}, hwUser, asUser("hw-u", "p", "hw-d"), ""},

		// A name or an ID of the provider block before those of the environment, then the ID.
		"IDs and names":     {merge(user, ids), nil, asIDs("uid", "p", "did"), "user_id from B, password from B, domain_id from B"},
		"HW IDs and names":  {nil, merge(hwUser, hwIDs), asIDs("hw-uid", "hw-p", "hw-did"), ""},
		"names, HW IDs":     {user, hwIDs, asUser("u", "p", "d"), ""},
		"IDs, HW names":     {ids, hwUser, asIDs("uid", "p", "did"), ""},
		"ID without domain": {object{"user_id": "uid", "password": "p"}, nil, asIDs("uid", "p", ""), ""},
	} {
		origin := strings.ReplaceAll(test.origin, " B", " the provider block")
		wanted{credentials: test.want, origin: origin}.check(t, name, buildWith(t, test.arguments, test.environment))
	}
}

// wanted are credentials, their origin if it is not "", and the agencies that are assumed.
type wanted struct {
	credentials client.Credentials
	origin      string
	agencies    []client.Agency
}

func (w wanted) check(t *testing.T, name string, got built) {
	t.Helper()
	diff := cmp.Diff(w.credentials, got.Credentials) + cmp.Diff(w.agencies, got.Agencies)
	if w.origin != "" {
		diff += cmp.Diff(w.origin, got.data.credentials)
	}
	if diff != "" || got.errors != nil {
		t.Errorf("%s: errors %q (-want +got)\n%s", name, got.errors, diff)
	}
}

// TestAgencies assumes the agencies of the blocks, or that of the environment, which completes a
// single block.
func TestAgencies(t *testing.T) {
	t.Parallel()
	hw := object{"HW_ASSUME_ROLE_AGENCY_NAME": "hw", "HW_ASSUME_ROLE_DOMAIN_NAME": "hw-d"}
	first, second := object{"agency_name": "a", "domain_name": "d"}, object{"agency_name": "b", "domain_id": "e"}
	a, b := client.Agency{Name: "a", DomainName: "d"}, client.Agency{Name: "b", DomainID: "e"}
	c := client.Agency{Name: "hw", DomainName: "hw-d"}
	for name, test := range map[string]struct {
		blocks      list
		environment object
		want        []client.Agency
	}{
		"block":        {list{first}, merge(hw, object{"HW_ASSUME_ROLE_DOMAIN_ID": "x"}), []client.Agency{a}},
		"ID before HW": {list{second}, hw, []client.Agency{b}},
		"chain":        {list{first, second}, hw, []client.Agency{a, b}},
		"environment":  {nil, hw, []client.Agency{c}},
		"HW domain ID": {nil, merge(hw, object{"HW_ASSUME_ROLE_DOMAIN_ID": "hw-e"}), []client.Agency{{Name: "hw", DomainID: "hw-e"}}},
		"empty block":  {list{object{"agency_name": ""}}, hw, []client.Agency{c}},
	} {
		wanted{client.Token("t"), "", test.want}.check(t, name, buildWith(t, object{"token": "t", "assume_role": test.blocks}, test.environment))
	}
	const origin = "token from the provider block, then assume_role[0].agency_name from the provider block, " +
		"assume_role[0].domain_name from HW_ASSUME_ROLE_DOMAIN_NAME"
	got := buildWith(t, object{"token": "t", "assume_role": list{object{"agency_name": "a"}}}, hw)
	wanted{client.Token("t"), origin, []client.Agency{{Name: "a", DomainName: "hw-d"}}}.check(t, "origins", got)
}

// TestOIDC resolves the block assume_role_with_oidc: the ID token, the agency, and which of them the
// environment provides.
func TestOIDC(t *testing.T) {
	t.Parallel()
	file := textFile(t, "in-file\n")
	block := func(arguments object) object {
		return object{"assume_role_with_oidc": merge(object{"idp_id": "i"}, arguments)}
	}
	given := object{"id_token": "given"}
	hw := object{"HW_ASSUME_ROLE_IDP_ID": "hw-i", "HW_ASSUME_ROLE_ID_TOKEN": "hw"}
	hwFile := object{"HW_ASSUME_ROLE_IDP_ID": "i", "HW_ASSUME_ROLE_ID_TOKEN_FILE": file}
	gitHub := object{gitHubRequestURLVariable: "https://x/?y", gitHubRequestTokenVariable: "bearer", "HW_ASSUME_ROLE_AUDIENCE": "hw"}
	hcp := object{hcpTerraformTokenVariable: "hcp"}
	for name, test := range map[string]struct {
		arguments, environment object
		// origin is that of the ID token, and advice a part of what to do if it provides none.
		token, origin, advice string
	}{
		"given":   {block(given), hwFile, "given", "id_token from the provider block", "Set assume_role_with_oidc.id_token to an"},
		"in file": {block(object{"id_token_file": file}), hw, "in-file", "id_token_file from the provider block", "id_token_file to the path"},
		"HW": {block(nil), merge(hwFile, hw, gitHub, hcp), "hw", "id_token from HW_ASSUME_ROLE_ID_TOKEN",
			"Set HW_ASSUME_ROLE_ID_TOKEN to an"},
		"HW file": {nil, hwFile, "in-file", "id_token_file from HW_ASSUME_ROLE_ID_TOKEN_FILE",
			"Set HW_ASSUME_ROLE_ID_TOKEN_FILE to the path"},
		"GitHub": {block(object{"audience": "a"}), merge(gitHub, hcp), "https://x/?y bearer a", "ID token from GitHub Actions",
			"Run the job again"},
		"no block": {nil, merge(gitHub, object{"HW_ASSUME_ROLE_IDP_ID": "i"}), "https://x/?y bearer hw", "ID token from GitHub Actions",
			"Run the job again"},
		"HCP": {block(nil), merge(hcp, object{gitHubRequestURLVariable: "https://x"}), "hcp", "ID token from TFC_WORKLOAD_IDENTITY_TOKEN",
			"TFC_WORKLOAD_IDENTITY_AUDIENCE"},
	} {
		got := buildWith(t, test.arguments, test.environment)
		oidc, _ := got.Credentials.(client.OIDC)
		if token := idTokenFrom(t, oidc.IDToken); token != test.token || oidc.ProviderID != "i" || got.errors != nil {
			t.Errorf("%s: the ID token %q of %q, errors %q", name, token, oidc.ProviderID, got.errors)
		}
		if !strings.Contains(got.data.idTokenAdvice, test.advice) {
			t.Errorf("%s: the advice is %q", name, got.data.idTokenAdvice)
		}
		if want := strings.Replace("OpenID Connect, "+test.origin, ", id", ", assume_role_with_oidc.id", 1); got.data.credentials != want {
			t.Errorf("%s: %q, want %q", name, got.data.credentials, want)
		}
	}
	// Without a block or an identity provider, these variables name no credentials.
	wanted{client.Metadata{}, "", nil}.check(t, "GitHub alone", buildWith(t, nil, merge(gitHub, hcp)))

	hwAgency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "hw", "HW_ASSUME_ROLE_DOMAIN_NAME": "hw-d", "HW_ASSUME_ROLE_DURATION": "1000"}
	first := merge(given, object{"agency_name": "a", "domain_name": "d", "duration": int64(900)})
	second := object{"assume_role": list{object{"agency_name": "b", "domain_id": "e"}}}
	agency := func(name, domainName, domainID string, seconds int64) client.Agency {
		return client.Agency{Name: name, DomainName: domainName, DomainID: domainID, Duration: time.Duration(seconds) * time.Second}
	}
	for name, test := range map[string]struct {
		arguments object
		seconds   int64
		want      []client.Agency
	}{
		"agency":       {block(first), 900, []client.Agency{agency("a", "d", "", 900)}},
		"HW agency":    {block(given), 1000, []client.Agency{agency("hw", "hw-d", "", 1000)}},
		"rest from HW": {block(merge(given, object{"agency_name": "c"})), 1000, []client.Agency{agency("c", "hw-d", "", 1000)}},
		"one after it": {merge(block(first), second), 900, []client.Agency{agency("a", "d", "", 900), agency("b", "", "e", 0)}},
		"one instead":  {merge(block(given), second), 0, []client.Agency{agency("b", "", "e", 1000)}},
	} {
		got := buildWith(t, test.arguments, hwAgency)
		oidc, _ := got.Credentials.(client.OIDC)
		lifetime := time.Duration(test.seconds) * time.Second
		if diff := cmp.Diff(test.want, got.Agencies); diff != "" || oidc.Duration != lifetime || got.errors != nil {
			t.Errorf("%s: %s, errors %q (-want +got)\n%s", name, oidc.Duration, got.errors, diff)
		}
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
