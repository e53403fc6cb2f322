package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

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
	case client.IDToken:
		return string(source)
	case client.IDTokenFile:
		return strings.TrimSpace(string(readFileOf(t, string(source))))
	case client.GitHubIDToken:
		return source.RequestURL + " " + source.RequestToken + " " + source.Audience
	}
	return ""
}
