package provider

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// credentialSettings are the arguments that name credentials.
type credentialSettings struct {
	token setting
	// The environment's security token goes with the environment's access key only.
	accessKey, secretKey, securityToken setting
	// If one of a name and an ID is set in the provider block, the other is not taken from the
	// environment; if both are set in one place, the ID is used.
	userName, userID, password, domainName, domainID setting
	// withOIDC is set if there is a block assume_role_with_oidc.
	withOIDC, idpID, idToken, idTokenFile, audience setting
	configFile, profile                             setting
	// oidcAgency is the part of assume_role_with_oidc that names an agency.
	oidcAgency agencyBlock
	assumeRole []agencyBlock
}

// resolveCredentials resolves the arguments that name credentials.
func (b *configBuilder) resolveCredentials(ctx context.Context, model providerModel) {
	b.token = b.text(path.Root("token"), model.Token, tokenVariables)
	b.accessKey = b.text(path.Root("access_key"), model.AccessKey, accessKeyVariables)
	b.secretKey = b.text(path.Root("secret_key"), model.SecretKey, secretKeyVariables)
	b.securityToken = b.text(path.Root("security_token"), model.SecurityToken, securityTokenVariables)
	if b.securityToken.byVariable() && !b.accessKey.byVariable() {
		b.securityToken.value = ""
	}
	b.userName = b.text(path.Root("user_name"), model.UserName, userNameVariables)
	b.userID = b.text(path.Root("user_id"), model.UserID, userIDVariables)
	b.password = b.text(path.Root("password"), model.Password, passwordVariables)
	b.domainName = b.text(path.Root("domain_name"), model.DomainName, domainNameVariables)
	b.domainID = b.text(path.Root("domain_id"), model.DomainID, domainIDVariables)
	preferID(&b.userName, &b.userID)
	preferID(&b.domainName, &b.domainID)
	b.configFile = b.text(path.Root("shared_config_file"), model.SharedConfigFile, sharedConfigFileVariables)
	b.profile = b.text(path.Root("profile"), model.Profile, profileVariables)

	var block assumeRoleWithOIDCModel
	if object := model.AssumeRoleWithOIDC; !object.IsNull() && !object.IsUnknown() {
		b.diags.Append(object.As(ctx, &block, basetypes.ObjectAsOptions{})...)
	}
	at := path.Root("assume_role_with_oidc")
	b.withOIDC.unknown = !model.AssumeRoleWithOIDC.IsNull() // Its content does not matter here.
	b.idpID = b.text(at.AtName("idp_id"), block.IDPID, idpIDVariables)
	b.idToken = b.text(at.AtName("id_token"), block.IDToken, idTokenVariables)
	b.idTokenFile = b.text(at.AtName("id_token_file"), block.IDTokenFile, idTokenFileVariables)
	b.audience = b.text(at.AtName("audience"), block.Audience, audienceVariables)
	b.conflict(b.idToken, b.idTokenFile)
	b.oidcAgency = agencyBlock{at, block.assumeRoleModel}
	var agencies []assumeRoleModel
	if !model.AssumeRole.IsUnknown() {
		b.diags.Append(model.AssumeRole.ElementsAs(ctx, &agencies, false)...)
	}
	for i, agency := range agencies {
		b.assumeRole = append(b.assumeRole, agencyBlock{path.Root("assume_role").AtListIndex(i), agency})
	}
	b.data.emptyBlock = b.data.emptyBlock && !b.withOIDC.isSet() && len(b.assumeRole) == 0
}

// preferID clears one of a name and an ID if both are set.
func preferID(name, id *setting) {
	switch {
	case !name.isSet() || !id.isSet():
	case name.byArgument() && !id.byArgument():
		id.value = ""
	default:
		name.value, name.unknown = "", false
	}
}

// setCredentials sets the credentials and the agencies. Credentials that the provider block names
// take precedence over those that only the environment names; if neither names any, the metadata
// service of the ECS provides them. Incomplete credentials are an error, not a step to the next kind.
func (b *configBuilder) setCredentials() {
	kinds := []struct {
		parts []setting // Any of them names the kind.
		use   func()
	}{
		{[]setting{b.token}, b.useToken},
		{[]setting{b.accessKey, b.secretKey, b.securityToken}, b.useKeys},
		{[]setting{b.userName, b.userID, b.password}, b.usePassword},
		{[]setting{b.withOIDC, b.idpID, b.idToken, b.idTokenFile}, b.useOIDC},
		{[]setting{b.configFile, b.profile}, b.useProfile},
	}
	for _, isNamed := range []func(setting) bool{setting.byArgument, setting.byVariable} {
		for _, kind := range kinds {
			if b.data.credentials == "" && slices.ContainsFunc(kind.parts, isNamed) {
				kind.use()
			}
		}
	}
	if b.data.credentials == "" {
		b.useMetadata()
	}
	b.assumeAgencies()
}

func (b *configBuilder) useToken() {
	b.data.credentials = b.use(&b.token)
	b.data.unused = cmp.Or(origins(b.accessKey, b.secretKey), origins(b.userName, b.userID, b.password), origins(b.profile))
	b.config.Credentials = client.Token(b.token.value)
}

// The usual forms of an access key's ID and its secret.
var accessKeyForm, secretKeyForm = regexp.MustCompile(`^[A-Z0-9]{20}$`), regexp.MustCompile(`^[A-Za-z0-9]{40}$`)

func (b *configBuilder) useKeys() {
	b.incomplete("Incomplete credentials", "Signing in with an access key", []setting{b.accessKey}, []setting{b.secretKey})
	b.data.credentials = b.use(&b.accessKey, &b.secretKey, &b.securityToken)
	b.config.Credentials = client.Keys{AccessKey: b.accessKey.value, SecretKey: b.secretKey.value, SecurityToken: b.securityToken.value}
	if accessKeyForm.MatchString(b.secretKey.value) && secretKeyForm.MatchString(b.accessKey.value) {
		b.fail(b.accessKey.at, "Swapped keys", "%s has the form of a secret key, and %s that of an access key. Swap them.",
			b.accessKey.source(), b.secretKey.source()) // A request would send the secret as the key's ID.
	}
	b.data.unreadSecurityToken = !b.securityToken.isSet() && b.securityToken.variable != ""
}

func (b *configBuilder) usePassword() {
	groups := [][]setting{{b.userName, b.userID}, {b.password}}
	if !b.userID.isSet() {
		groups = append(groups, []setting{b.domainName, b.domainID})
	}
	b.incomplete("Incomplete credentials", "Signing in as a user", groups...)
	b.data.credentials = b.use(&b.userName, &b.userID, &b.password, &b.domainName, &b.domainID)
	b.config.Credentials = client.Password{
		UserName: b.userName.value, UserID: b.userID.value, Password: b.password.value,
		DomainName: b.domainName.value, DomainID: b.domainID.value,
	}
}

// useMetadata signs in with the keys that the metadata service of the ECS provides.
func (b *configBuilder) useMetadata() {
	endpoint := b.variable(metadataEndpointVariable)
	b.check(&endpoint, baseURLProblem)
	b.data.credentials, b.data.noCredentials = "the ECS metadata service", true
	b.config.Credentials = client.Metadata{Endpoint: endpoint.value}
}

// agencyBlock is a block that names an agency.
type agencyBlock struct {
	at path.Path
	assumeRoleModel
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
		purpose := "Assuming an agency"
		if name.byVariable() {
			purpose = "Assuming the agency of " + name.variable + " (unset it if none is meant)"
		}
		b.incomplete("Incomplete agency", purpose, []setting{name}, []setting{domainName, domainID})
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
		b.fail(second.at, "Conflicting arguments", "%s and %s cannot both be set. Remove one of them.", first.name, second.name)
	}
}

// useOIDC signs in with an ID token. The agency of the block is the first that is assumed; without
// one it is that of the environment, unless a block assume_role takes its place.
func (b *configBuilder) useOIDC() {
	alone := len(b.assumeRole) == 0
	b.incomplete("Incomplete credentials", "Signing in with OpenID Connect", []setting{b.idpID})
	b.check(&b.idpID, idpIDProblem)
	b.use(&b.idpID)
	source, origin := b.idTokenSource()
	b.data.credentials = "OpenID Connect, " + origin
	b.config.Credentials = client.OIDC{ProviderID: b.idpID.value, IDToken: source, Duration: b.duration(b.oidcAgency, alone)}
	name, _ := b.first(agencyNameVariables)
	named := b.oidcAgency.AgencyName.ValueString() + b.oidcAgency.DomainName.ValueString() + b.oidcAgency.DomainID.ValueString()
	if named != "" || alone && name != "" {
		b.assumeRole = slices.Insert(b.assumeRole, 0, b.oidcAgency)
	}
}

// givenIDToken is the source of an ID token that a setting holds.
func givenIDToken(s setting) client.IDTokenSource {
	return client.IDTokenReader{Source: s.source(), Read: func() (string, error) { return s.value, nil }}
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
		file := b.idTokenFile.value
		b.readFile(b.idTokenFile) // The client reads it again at every sign-in.
		return client.IDTokenReader{Source: "the file that " + b.idTokenFile.source() + " names", Read: func() (string, error) {
			content, err := readFile(file)
			return string(content), err
		}}, origin
	case b.idToken.isSet():
		b.data.idTokenAdvice = "Set " + b.idToken.source() + " to an ID token."
		origin = b.use(&b.idToken)
		return givenIDToken(b.idToken), origin
	case requestURL.value != "" && requestToken.value != "":
		b.data.idTokenAdvice = "Run the job again; if this persists, check that " + requestURL.variable +
			" is the address that GitHub Actions sets in a job with the permission id-token: write."
		b.check(&requestURL, gitHubProblem)
		b.warnOfPlainHTTP(requestURL)
		b.use(&requestToken, &b.audience)
		source = client.GitHubIDToken{RequestURL: requestURL.value, RequestToken: requestToken.value, Audience: b.audience.value}
		return source, "ID token from GitHub Actions"
	case hcpTerraform.value != "":
		b.data.idTokenAdvice = "Check that TFC_WORKLOAD_IDENTITY_AUDIENCE is set in the workspace, so that HCP Terraform sets " +
			hcpTerraform.variable + " to an ID token."
		b.use(&hcpTerraform)
		return givenIDToken(hcpTerraform), "ID token from " + hcpTerraform.variable
	case !b.validating:
		without := "unset " + b.idpID.variable
		if b.withOIDC.isSet() {
			without = "remove the block, and set " + idpIDVariables[0] + " in the CI job in its place"
		}
		b.fail(b.idToken.at, "Incomplete credentials", "Signing in with OpenID Connect also needs an ID token: "+
			"in GitHub Actions, give the job the permission \"id-token: write\"; in HCP Terraform, set TFC_WORKLOAD_IDENTITY_AUDIENCE; "+
			"elsewhere, set id_token_file (or %s in the environment). To use other credentials outside CI, such as an access key, "+
			"%s.%s", idTokenFileVariables[0], without, b.alsoMissing)
	}
	return nil, ""
}
