package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// agencyBlock is a block that names an agency.
type agencyBlock struct {
	at path.Path
	assumeRoleModel
}

// agencyBlocks returns the blocks assume_role.
func (b *configBuilder) agencyBlocks(ctx context.Context, list types.List) []agencyBlock {
	var models []assumeRoleModel
	if !list.IsUnknown() {
		b.diags.Append(list.ElementsAs(ctx, &models, false)...)
	}
	var blocks []agencyBlock
	for i, model := range models {
		blocks = append(blocks, agencyBlock{path.Root("assume_role").AtListIndex(i), model})
	}
	return blocks
}

// assumeAgencies adds the agencies of the blocks, or the one that only the environment names. If
// there is one block, the environment provides what it leaves out.
func (b *configBuilder) assumeAgencies() {
	if name, _ := b.first(agencyNameVariables); name != "" && len(b.assumeRole) == 0 {
		b.assumeRole = []agencyBlock{{at: path.Root("assume_role").AtListIndex(0)}}
	}
	for _, block := range b.assumeRole {
		text := func(name string, argument types.String, variables []string) setting {
			if len(b.assumeRole) > 1 {
				variables = nil
			}
			return b.text(block.at.AtName(name), argument, variables)
		}
		name := text("agency_name", block.AgencyName, agencyNameVariables)
		domainName := text("domain_name", block.DomainName, agencyDomainNameVariables)
		domainID := text("domain_id", block.DomainID, agencyDomainIDVariables)
		b.conflict(domainName, domainID)
		preferID(&domainName, &domainID)
		b.incomplete("Incomplete agency", "Assuming an agency", []setting{name}, []setting{domainName, domainID})
		b.data.credentials += ", then " + b.use(&name, &domainName, &domainID)
		b.config.Agencies = append(b.config.Agencies, client.Agency{
			Name: name.value, DomainName: domainName.value, DomainID: domainID.value, Duration: b.duration(block, len(b.assumeRole) == 1),
		})
	}
}

// duration returns how long the temporary keys of a block live, 0 for the API's default.
func (b *configBuilder) duration(block agencyBlock, readsEnvironment bool) time.Duration {
	variables := agencyDurationVariables
	if !readsEnvironment {
		variables = nil
	}
	return time.Duration(b.number(block.at.AtName("duration"), block.Duration, variables, 0, minDuration, maxDuration)) * time.Second
}

// conflict adds an error if the provider block sets two arguments for one thing. An unknown one may
// turn out to be null.
func (b *configBuilder) conflict(first, second setting) {
	if first.byArgument() && second.byArgument() && first.value != "" && second.value != "" {
		b.fail(second.at, "Conflicting arguments", "%s and %s are both set, and only one of them can be used. Remove the other.", first.name, second.name)
	}
}

// useOIDC signs in with an ID token. The agency of the block is the first that is assumed; without
// one it is that of the environment, unless a block assume_role takes its place.
func (b *configBuilder) useOIDC() {
	alone := len(b.assumeRole) == 0
	b.incomplete("Incomplete credentials", "Signing in with OpenID Connect", []setting{b.idpID})
	b.check(&b.idpID, idpIDProblem)
	source, origin := b.idTokenSource()
	b.data.credentials = "OpenID Connect, " + origin
	b.config.Credentials = client.OIDC{ProviderID: b.idpID.value, IDToken: source, Duration: b.duration(b.oidcAgency, alone)}
	name, _ := b.first(agencyNameVariables)
	named := b.oidcAgency.AgencyName.ValueString() + b.oidcAgency.DomainName.ValueString() + b.oidcAgency.DomainID.ValueString()
	if named != "" || alone && name != "" {
		b.assumeRole = slices.Insert(b.assumeRole, 0, b.oidcAgency)
	}
}

// idTokenSource returns the source of the ID token and its description: the argument, the
// environment, GitHub Actions or HCP Terraform.
func (b *configBuilder) idTokenSource() (source client.IDTokenSource, origin string) {
	requestURL, requestToken := b.variable(gitHubRequestURLVariable), b.variable(gitHubRequestTokenVariable)
	hcpTerraform := b.variable(hcpTerraformTokenVariable)
	switch {
	case b.idTokenFile.isSet() && (!b.idToken.isSet() || b.idTokenFile.byArgument() && !b.idToken.byArgument()):
		b.data.idTokenAdvice = "Set " + b.idTokenFile.source() + " to the path of a file that contains an ID token and nothing else."
		origin = b.use(&b.idTokenFile)
		b.readFile(b.idTokenFile) // The client reads it again at every sign-in.
		return client.IDTokenFile(expandHome(b.idTokenFile.value)), origin
	case b.idToken.isSet():
		b.data.idTokenAdvice = "Set " + b.idToken.source() + " to an ID token."
		origin = b.use(&b.idToken)
		return client.IDToken(b.idToken.value), origin
	case requestURL.value != "" && requestToken.value != "":
		b.data.idTokenAdvice = "Run the job again; if this persists, check that " + requestURL.variable +
			" is the address that GitHub Actions sets in a job with the permission id-token: write."
		b.check(&requestURL, gitHubProblem)
		b.warnOfPlainHTTP(requestURL)
		b.use(&requestToken, &b.audience)
		return client.GitHubIDToken{RequestURL: requestURL.value, RequestToken: requestToken.value, Audience: b.audience.value}, "ID token from GitHub Actions"
	case hcpTerraform.value != "":
		b.data.idTokenAdvice = "Check that TFC_WORKLOAD_IDENTITY_AUDIENCE is set in the workspace, so that HCP Terraform sets " +
			hcpTerraform.variable + " to an ID token."
		b.use(&hcpTerraform)
		return client.IDToken(hcpTerraform.value), "ID token from " + hcpTerraform.variable
	case !b.validating:
		b.fail(b.idToken.at, "Incomplete credentials", "Signing in with OpenID Connect also needs an ID token. "+
			"In GitHub Actions, give the job the permission \"id-token: write\"; in HCP Terraform, set TFC_WORKLOAD_IDENTITY_AUDIENCE in the workspace; "+
			"elsewhere, set id_token_file, or %s in the environment. To use other credentials outside CI, such as an access key on your own machine, "+
			"remove the block and set %s in the CI job in its place.%s", idTokenFileVariables[0], idpIDVariables[0], b.alsoMissing)
	}
	return nil, ""
}
