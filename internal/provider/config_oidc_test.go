package provider

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// TestOIDC resolves the block assume_role_with_oidc: the ID token, the agency, and which of them
// the environment provides.
func TestOIDC(t *testing.T) {
	t.Parallel()
	file, otherFile := textFile(t, "id-token\n"), textFile(t, "another\n")
	block := func(arguments object) object { return object{"assume_role_with_oidc": arguments} }
	fixed := object{"idp_id": "idp", "id_token": "id-token"}
	oidc := func(source client.IDTokenSource) client.OIDC { return client.OIDC{ProviderID: "idp", IDToken: source} }
	hwAgency := object{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d"}
	hw := object{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN": "id-token-hw"}
	github := object{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/?x=y", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer"} //nolint:gosec // No secrets.
	hcp := object{"TFC_WORKLOAD_IDENTITY_TOKEN": "id-token-hcp"}                                                                //nolint:gosec // No secrets.
	first, second := object{"agency_name": "a", "domain_name": "d"}, object{"agency_name": "b", "domain_id": "e"}
	a, b := client.Agency{Name: "a", DomainName: "d"}, client.Agency{Name: "b", DomainID: "e"}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   client.Credentials
		agencies               []client.Agency
		describe               string
	}{
		"ID token":              {block(fixed), nil, oidc(client.IDToken("id-token")), nil, "OpenID Connect, id_token from the provider block"},
		"ID token file":         {block(object{"idp_id": "idp", "id_token_file": file}), nil, oidc(client.IDTokenFile(file)), nil, "OpenID Connect, id_token_file from the provider block"},
		"HW ID token":           {nil, hw, oidc(client.IDToken("id-token-hw")), nil, "OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN"},
		"HW ID token file":      {nil, object{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN_FILE": file}, oidc(client.IDTokenFile(file)), nil, "OpenID Connect, id_token_file from HW_ASSUME_ROLE_ID_TOKEN_FILE"},
		"HW token before file":  {nil, merge(hw, object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": "/nowhere"}), oidc(client.IDToken("id-token-hw")), nil, "OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN"},
		"file before HW token":  {block(object{"id_token_file": otherFile}), merge(hw, github), oidc(client.IDTokenFile(otherFile)), nil, "OpenID Connect, id_token_file from the provider block"},
		"token before HW file":  {block(fixed), object{"HW_ASSUME_ROLE_ID_TOKEN_FILE": "/nowhere"}, oidc(client.IDToken("id-token")), nil, "OpenID Connect, id_token from the provider block"},
		"empty block":           {block(object{}), hw, oidc(client.IDToken("id-token-hw")), nil, "OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN"},
		"HW before GitHub":      {nil, merge(hw, github, hcp), oidc(client.IDToken("id-token-hw")), nil, "OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN"},
		"GitHub before HCP":     {block(object{"idp_id": "idp"}), merge(github, hcp), oidc(client.GitHubIDToken{RequestURL: "https://github.example/?x=y", RequestToken: "bearer"}), nil, "OpenID Connect, ID token from GitHub Actions"},
		"audience":              {block(object{"idp_id": "idp", "audience": "cloud"}), github, oidc(client.GitHubIDToken{RequestURL: "https://github.example/?x=y", RequestToken: "bearer", Audience: "cloud"}), nil, "OpenID Connect, ID token from GitHub Actions"},
		"HCP Terraform":         {block(object{"idp_id": "idp"}), merge(hcp, object{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example"}), oidc(client.IDToken("id-token-hcp")), nil, "OpenID Connect, ID token from TFC_WORKLOAD_IDENTITY_TOKEN"}, //nolint:gosec // No secrets.
		"duration":              {block(merge(fixed, object{"duration": int64(900)})), nil, client.OIDC{ProviderID: "idp", IDToken: client.IDToken("id-token"), Duration: 15 * time.Minute}, nil, "OpenID Connect, id_token from the provider block"},
		"agency":                {block(merge(fixed, first)), nil, oidc(client.IDToken("id-token")), []client.Agency{a}, `OpenID Connect, id_token from the provider block, then agency "a" of domain "d"`},
		"agency's domain in HW": {block(merge(fixed, object{"agency_name": "b"})), hwAgency, oidc(client.IDToken("id-token")), []client.Agency{{Name: "b", DomainName: "d"}}, `OpenID Connect, id_token from the provider block, then agency "b" of domain "d"`},
		"HW agency once":        {block(fixed), hwAgency, oidc(client.IDToken("id-token")), []client.Agency{a}, `OpenID Connect, id_token from the provider block, then agency "a" of domain "d"`},
		"HW agency, HW token":   {nil, merge(hw, hwAgency), oidc(client.IDToken("id-token-hw")), []client.Agency{a}, `OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN, then agency "a" of domain "d"`},
		"assume_role after it":  {merge(block(merge(fixed, first)), object{"assume_role": list{second}}), hwAgency, oidc(client.IDToken("id-token")), []client.Agency{a, b}, `OpenID Connect, id_token from the provider block, then agency "a" of domain "d", then agency "b" of domain ID "e"`},
		"assume_role instead":   {merge(block(fixed), object{"assume_role": list{second}}), hwAgency, oidc(client.IDToken("id-token")), []client.Agency{b}, `OpenID Connect, id_token from the provider block, then agency "b" of domain ID "e"`},

		// Other credentials in place of it.
		"token before the block":   {merge(block(merge(fixed, first)), object{"token": "t"}), nil, client.Token("t"), nil, "token from the provider block"},
		"block before HW keys":     {block(fixed), object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}, oidc(client.IDToken("id-token")), nil, "OpenID Connect, id_token from the provider block"},
		"HW keys before HW token":  {nil, merge(hw, object{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}), client.Keys{AccessKey: "ak", SecretKey: "sk"}, nil, "access_key from HW_ACCESS_KEY, secret_key from HW_SECRET_KEY"},
		"HW token before profile":  {nil, merge(hw, object{"HW_PROFILE": "x", "HW_SHARED_CONFIG_FILE": "/nowhere", "HW_REGION_NAME": "r"}), oidc(client.IDToken("id-token-hw")), nil, "OpenID Connect, id_token from HW_ASSUME_ROLE_ID_TOKEN"},
		"GitHub alone is not used": {nil, merge(github, hcp), client.Metadata{}, nil, "the ECS metadata service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, describe, errors := builtConfig(t, test.arguments, variablesOf(test.environment))
			if errors != nil {
				t.Fatal(errors)
			}
			if diff := cmp.Diff([]any{test.want, test.agencies, test.describe}, []any{config.Credentials, config.Agencies, describe}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
