package provider

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// identity is who the provider acts as.
type identity struct {
	credentials client.Credentials
	// description of the credentials and of their origin, never of their values.
	description string
	// agencies that are assumed, beginning with the credentials.
	agencies []client.Agency
	// firstAgency is assumed before those of the blocks assume_role; nil if there is none.
	firstAgency *agencyBlock
	// profile whose keys are the credentials, nil if they come from elsewhere.
	profile *client.Profile
	// idToken is the source of the ID token, zero if the credentials are something else.
	idToken idTokenOrigin
}

// describe describes the credentials and the agencies.
func (i identity) describe() string {
	var text strings.Builder
	text.WriteString(i.description)
	for _, agency := range i.agencies {
		text.WriteString(", then agency " + describeAgency(agency))
	}
	return text.String()
}

// resolveIdentity resolves the credentials and the agencies. Credentials that the provider block
// names take precedence over those that only the environment names; if neither names any, the
// metadata service of the ECS provides them. Incomplete credentials are an error, not a step to the
// next kind.
func (b *configBuilder) resolveIdentity(ctx context.Context, model providerModel, profile profileSettings) identity {
	var (
		token         = b.secret("token", model.Token, tokenVariables)
		accessKey     = b.secret("access_key", model.AccessKey, accessKeyVariables)
		secretKey     = b.secret("secret_key", model.SecretKey, secretKeyVariables)
		securityToken = b.securityToken(model.SecurityToken, accessKey)
		user          = b.user(model)
		oidc          = b.oidc(ctx, model.AssumeRoleWithOIDC)
		assumeRole    = b.agencyBlocks(ctx, model.AssumeRole)
	)
	found := b.pick([]credentialKind{
		{[]setting{token}, func() identity { return b.tokenIdentity(token) }},
		{[]setting{accessKey, secretKey, securityToken}, func() identity { return b.keysIdentity(accessKey, secretKey, securityToken) }},
		{[]setting{user.name, user.id, user.password}, func() identity { return b.passwordIdentity(user) }},
		{[]setting{oidc.block, oidc.idpID, oidc.idToken, oidc.idTokenFile}, func() identity { return b.oidcIdentity(oidc, assumeRole) }},
		{[]setting{profile.file, profile.name}, func() identity { return b.profileIdentity(profile) }},
	})
	if found.firstAgency != nil {
		assumeRole = slices.Insert(assumeRole, 0, *found.firstAgency)
	}
	found.agencies = append(found.agencies, b.agencies(assumeRole)...)
	return found
}

// credentialKind is a kind of credentials. Any of its parts names it.
type credentialKind struct {
	parts []setting
	build func() identity
}

// pick returns the identity of the first kind that the provider block names, or of the first that
// the environment names, or of the ECS.
func (b *configBuilder) pick(kinds []credentialKind) identity {
	for _, isNamed := range []func(setting) bool{setting.byArgument, setting.byVariable} {
		for _, kind := range kinds {
			if slices.ContainsFunc(kind.parts, isNamed) {
				return kind.build()
			}
		}
	}
	return b.metadataIdentity()
}

// secret resolves an argument that is sent in a header or in the body of a sign-in.
func (b *configBuilder) secret(name string, argument types.String, variables []string) setting {
	s := b.text(name, argument, variables)
	if s.byArgument() {
		b.checkSecrets(s)
	}
	return s
}

// checkSecrets adds an error for every value with control characters, which a header cannot carry.
func (b *configBuilder) checkSecrets(settings ...setting) {
	for _, s := range settings {
		if !strings.ContainsFunc(s.value, unicode.IsControl) {
			continue
		}
		advice := "Remove it."
		if s.byArgument() {
			advice = "Remove it; if the value is read from a file, write trimspace(file(\"…\"))."
		}
		b.fail(s.at, "Invalid credentials", "%s contains a line break or another control character. %s", s.source(), advice)
	}
}

// securityToken resolves the security token. The environment's goes with the environment's access
// key only.
func (b *configBuilder) securityToken(argument types.String, accessKey setting) setting {
	variables := securityTokenVariables
	if !accessKey.byVariable() {
		variables = nil
	}
	return b.secret("security_token", argument, variables)
}

func (b *configBuilder) tokenIdentity(token setting) identity {
	b.checkSecrets(token)
	return identity{credentials: client.Token(token.value), description: token.describe()}
}

func (b *configBuilder) keysIdentity(accessKey, secretKey, securityToken setting) identity {
	for _, part := range []setting{accessKey, secretKey} {
		if !part.isSet() {
			b.incomplete("Incomplete credentials", "Signing in with an access key", part)
		}
	}
	b.checkSecrets(accessKey, secretKey, securityToken)
	return identity{
		credentials: client.Keys{AccessKey: accessKey.value, SecretKey: secretKey.value, SecurityToken: securityToken.value},
		description: describeAll(accessKey, secretKey, securityToken),
	}
}

// userSettings are a user and its password. If one of a name and an ID is set in the provider
// block, the other is not taken from the environment; if both are set in one place, the ID is used.
type userSettings struct{ name, id, password, domainName, domainID setting }

func (b *configBuilder) user(model providerModel) userSettings {
	u := userSettings{
		name:       b.text("user_name", model.UserName, userNameVariables),
		id:         b.text("user_id", model.UserID, userIDVariables),
		password:   b.secret("password", model.Password, passwordVariables),
		domainName: b.text("domain_name", model.DomainName, domainNameVariables),
		domainID:   b.text("domain_id", model.DomainID, domainIDVariables),
	}
	u.name, u.id = preferID(u.name, u.id)
	u.domainName, u.domainID = preferID(u.domainName, u.domainID)
	return u
}

// preferID clears one of a name and an ID if both are set.
func preferID(name, id setting) (keptName, keptID setting) {
	switch {
	case !name.isSet() || !id.isSet():
	case name.byArgument() && !id.byArgument():
		id.value = ""
	default:
		name.value, name.unknown = "", false
	}
	return name, id
}

func (b *configBuilder) passwordIdentity(u userSettings) identity {
	const purpose = "Signing in with a password"
	if !u.name.isSet() && !u.id.isSet() {
		b.incomplete("Incomplete credentials", purpose, u.name, u.id)
	}
	if !u.password.isSet() {
		b.incomplete("Incomplete credentials", "Signing in as a user", u.password)
	}
	if !u.id.isSet() && !u.domainName.isSet() && !u.domainID.isSet() {
		b.incomplete("Incomplete credentials", purpose, u.domainName, u.domainID)
	}
	b.checkSecrets(u.password)
	return identity{
		credentials: client.Password{
			UserName: u.name.value, UserID: u.id.value, Password: u.password.value,
			DomainName: u.domainName.value, DomainID: u.domainID.value,
		},
		description: describeAll(u.name, u.id, u.password, u.domainName, u.domainID),
	}
}

// metadataIdentity signs in with the keys that the metadata service of the ECS provides.
func (b *configBuilder) metadataIdentity() identity {
	endpoint := b.environment(metadataEndpointVariable)
	if endpoint != "" {
		if problem := baseURLProblem(endpoint); problem != "" {
			b.diags.AddError("Invalid endpoint", baseURLError(setting{name: metadataEndpointVariable, value: endpoint}, problem, "http://169.254.169.254"))
		}
	}
	return identity{credentials: client.Metadata{Endpoint: endpoint}, description: "the ECS metadata service"}
}

// describeAll describes the settings that are set.
func describeAll(settings ...setting) string {
	var parts []string
	for _, s := range settings {
		if s.isSet() {
			parts = append(parts, s.describe())
		}
	}
	return strings.Join(parts, ", ")
}
