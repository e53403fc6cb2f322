package provider

import (
	"context"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
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
	b.assumeRole = b.agencyBlocks(ctx, model.AssumeRole)
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
	b.config.Credentials = client.Token(b.token.value)
}

// The usual forms of an access key's ID and its secret.
var (
	accessKeyForm = regexp.MustCompile(`^[A-Z0-9]{20}$`)
	secretKeyForm = regexp.MustCompile(`^[A-Za-z0-9]{40}$`)
)

func (b *configBuilder) useKeys() {
	b.incomplete("Incomplete credentials", "Signing in with an access key", []setting{b.accessKey}, []setting{b.secretKey})
	b.data.credentials = b.use(&b.accessKey, &b.secretKey, &b.securityToken)
	b.config.Credentials = client.Keys{AccessKey: b.accessKey.value, SecretKey: b.secretKey.value, SecurityToken: b.securityToken.value}
	b.data.looksSwapped = accessKeyForm.MatchString(b.secretKey.value) && secretKeyForm.MatchString(b.accessKey.value)
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
