package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// oidcSettings are the arguments of assume_role_with_oidc.
type oidcSettings struct {
	// block is set if the provider block has the block.
	block                       setting
	idpID, idToken, idTokenFile setting
	audience                    string
	agency                      agencyBlock
}

// oidc resolves the block assume_role_with_oidc.
func (b *configBuilder) oidc(ctx context.Context, object types.Object) oidcSettings {
	var model assumeRoleWithOIDCModel
	if !object.IsNull() && !object.IsUnknown() {
		b.diags.Append(object.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	}
	at := path.Root("assume_role_with_oidc")
	text := func(name string, argument types.String, variables []string) setting {
		return b.textAt(at.AtName(name), name, argument, variables)
	}
	o := oidcSettings{
		block:       setting{at: at, unknown: !object.IsNull()}, // Its content does not matter here.
		idpID:       text("idp_id", model.IDPID, idpIDVariables),
		idToken:     text("id_token", model.IDToken, idTokenVariables),
		idTokenFile: text("id_token_file", model.IDTokenFile, idTokenFileVariables),
		audience:    model.Audience.ValueString(),
		agency:      agencyBlock{at, model.assumeRoleModel},
	}
	if o.idToken.byArgument() {
		b.checkSecrets(o.idToken)
	}
	if bothKnown(o.idToken, o.idTokenFile) {
		b.fail(o.idTokenFile.at, "Conflicting ID tokens", "id_token and id_token_file both provide the ID token. Remove one of them.")
	}
	return o
}

// oidcIdentity signs in with an ID token. The agency of the block is the first that is assumed;
// without one it is that of the environment, unless a block assume_role takes its place.
func (b *configBuilder) oidcIdentity(o oidcSettings, assumeRole []agencyBlock) identity {
	if !o.idpID.isSet() {
		b.incomplete("Incomplete credentials", "Signing in with OpenID Connect", o.idpID)
	}
	b.check(o.idpID, "Invalid identity provider", idpIDProblem)
	idToken, origin := b.idToken(o)
	alone := len(assumeRole) == 0
	found := identity{
		credentials: client.OIDC{ProviderID: o.idpID.value, IDToken: idToken, Duration: b.duration(o.agency, alone)},
		description: "OpenID Connect, " + origin.describe(),
		idToken:     origin,
	}
	if name, _ := b.first(agencyNameVariables); o.agency.namesAgency() || alone && name != "" {
		found.firstAgency = &o.agency
	}
	return found
}

// idTokenOrigin is where the ID token comes from.
type idTokenOrigin struct {
	kind idTokenKind
	// setting holds the ID token or the path of its file, zero for GitHub Actions.
	setting setting
}

// idTokenKind is a kind of source of ID tokens.
type idTokenKind int

const (
	noIDToken idTokenKind = iota
	givenIDToken
	idTokenInFile
	idTokenOfGitHub
	idTokenOfHCPTerraform
)

func (o idTokenOrigin) describe() string {
	switch o.kind {
	case givenIDToken, idTokenInFile:
		return o.setting.describe()
	case idTokenOfGitHub:
		return "ID token from GitHub Actions"
	case idTokenOfHCPTerraform:
		return "ID token from " + o.setting.source()
	case noIDToken:
	}
	return ""
}

// advice says what to do if the source provides no ID token.
func (o idTokenOrigin) advice() string {
	switch o.kind {
	case givenIDToken:
		return "Set " + o.setting.source() + " to an ID token."
	case idTokenInFile:
		return "Check that " + o.setting.source() + " is the path of a file that contains an ID token and nothing else."
	case idTokenOfGitHub:
		return "Run the job again; if this persists, check that " + githubRequestURLVariable +
			" is the address that GitHub Actions sets in a job with the permission id-token: write."
	case idTokenOfHCPTerraform:
		return "Check that TFC_WORKLOAD_IDENTITY_AUDIENCE is set in the workspace, so that HCP Terraform sets " + o.setting.source() + " to an ID token."
	case noIDToken:
	}
	return ""
}

// idToken returns the source of the ID token: the argument, the environment, GitHub Actions or HCP
// Terraform.
func (b *configBuilder) idToken(o oidcSettings) (client.IDTokenSource, idTokenOrigin) {
	switch {
	case o.idToken.unknown || o.idTokenFile.unknown:
		return nil, idTokenOrigin{}
	case o.idTokenFile.byArgument() && !o.idToken.byArgument(), o.idTokenFile.isSet() && !o.idToken.isSet():
		// The client reads the file at every sign-in.
		b.readFile(o.idTokenFile, "Unable to read ID token", "a file with an ID token")
		return client.IDTokenFile(expandHome(o.idTokenFile.value)), idTokenOrigin{idTokenInFile, o.idTokenFile}
	case o.idToken.isSet():
		b.checkSecrets(o.idToken)
		return client.IDToken(o.idToken.value), idTokenOrigin{givenIDToken, o.idToken}
	}
	if source, ok := b.gitHubIDToken(o); ok {
		return source, idTokenOrigin{kind: idTokenOfGitHub}
	}
	if token := b.environment(hcpTerraformTokenVariable); token != "" {
		s := setting{at: o.idToken.at, value: token, variable: hcpTerraformTokenVariable}
		b.checkSecrets(s)
		return client.IDToken(token), idTokenOrigin{idTokenOfHCPTerraform, s}
	}
	if !b.validating {
		b.fail(o.idToken.at, "Incomplete credentials", "Signing in with OpenID Connect also needs an ID token. "+
			"Set id_token or id_token_file, or %s or %s in the environment. In GitHub Actions, give the job the permission \"id-token: write\"; "+
			"in HCP Terraform, set TFC_WORKLOAD_IDENTITY_AUDIENCE in the workspace.", idTokenVariables[0], idTokenFileVariables[0])
	}
	return nil, idTokenOrigin{}
}

// gitHubIDToken returns the source of ID tokens that the environment of a job in GitHub Actions
// names, and false if there is none.
func (b *configBuilder) gitHubIDToken(o oidcSettings) (client.IDTokenSource, bool) {
	address, token := b.environment(githubRequestURLVariable), b.environment(githubRequestTokenVariable)
	if address == "" || token == "" {
		return nil, false
	}
	s := setting{at: o.idToken.at, value: address, variable: githubRequestURLVariable}
	if isWebAddress(address) {
		b.warnOfPlainHTTP(s, "Endpoint of GitHub Actions is not encrypted")
	} else {
		b.fail(o.idToken.at, "Invalid environment variable", "%s must be a URL that begins with https:// or http://. "+
			"GitHub Actions sets it in a job with the permission \"id-token: write\".", githubRequestURLVariable)
	}
	b.checkSecrets(setting{at: o.idToken.at, value: token, variable: githubRequestTokenVariable})
	return client.GitHubIDToken{RequestURL: address, RequestToken: token, Audience: o.audience}, true
}
