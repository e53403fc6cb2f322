package simulator

import (
	"maps"
	"slices"
	"time"
)

// The default account: a domain with a project in each of two regions and a sub-project, a user, a
// permanent access key and a token for the first region's project. None of it is secret.
const (
	Region       = "cn-north-4"
	SecondRegion = "cn-south-1"

	DomainID   = "d0000000000000000000000000000001"
	DomainName = "example-domain"

	// ProjectID is the project with the name of Region. Its DLI list is the document's example.
	ProjectID = "a0000000000000000000000000000001"
	// SubProjectID is another project in Region.
	SubProjectID   = "a0000000000000000000000000000002"
	SubProjectName = Region + "_lab"
	// SecondProjectID is the project with the name of SecondRegion. Its DLI list is the larger set.
	SecondProjectID = "a0000000000000000000000000000003"

	UserID    = "c0000000000000000000000000000001"
	UserName  = "example-user"
	Password  = "simulated-Passw0rd"
	AccessKey = "SIMULATEDACCESSKEY01"
	SecretKey = "simulated-secret-key-0000000000000000001"
	// Token is scoped to ProjectID and never expires.
	Token = "simulated-token-of-the-first-project-0000000000000001"

	// IdentityProviderID is an identity provider of the default domain.
	IdentityProviderID = "example-idp"
	// IDToken is an ID token that the provider accepts. It never expires.
	IDToken = "simulated.id-token.00000000000000000000000000000001"
	// GitHubRequestToken is the value of ACTIONS_ID_TOKEN_REQUEST_TOKEN.
	GitHubRequestToken = "simulated-github-request-token-0000000000000001"
)

// Two more domains, each with a project that has the name of Region. The first has an agency that
// the default account may assume, the second one that the first may assume.
const (
	AgencyDomainID   = "d0000000000000000000000000000002"
	AgencyDomainName = "example-agency-domain"
	AgencyName       = "example-agency"
	AgencyProjectID  = "a0000000000000000000000000000004"

	ChainedDomainID   = "d0000000000000000000000000000003"
	ChainedDomainName = "example-chained-domain"
	ChainedAgencyName = "example-chained-agency"
	ChainedProjectID  = "a0000000000000000000000000000005"
)

// Project is a project of a domain in a region.
type Project struct {
	ID, Name, DomainID, Region string
	// ParentID is the region's project for a sub-project, otherwise the domain.
	ParentID string
	// Details are the fields of the project's API object that the list of projects has in addition
	// to those, or instead of them.
	Details Entry
}

// Domain is an account.
type Domain struct {
	ID, Name string
}

// User signs in with a password, by ID or by name and domain.
type User struct {
	ID, Name, Password, DomainID string
}

// Key is an access key that the gateway accepts. One with a SecurityToken is temporary.
type Key struct {
	Access, Secret, DomainID string
	SecurityToken            string
	// Expires is the key's expiry; zero means never.
	Expires time.Time
}

// IssuedToken is a token that the gateway accepts.
type IssuedToken struct {
	Value, DomainID string
	// ProjectID is the project of the token. A token without a project authorizes IAM calls only.
	ProjectID string
	// Federated marks a token of a federated user. Without a project, it can only be exchanged for
	// temporary keys.
	Federated bool
	// Expires is the token's expiry; zero means never.
	Expires time.Time

	method string
	user   User
	issued time.Time
}

// IdentityProvider lets federated users sign in with ID tokens.
type IdentityProvider struct {
	ID, DomainID string
	// Audience is the audience that ID tokens must have; empty means any.
	Audience string
	IDTokens []ProviderToken
}

// ProviderToken is an ID token that an identity provider accepts.
type ProviderToken struct {
	Value, Audience string
	// Expires is the ID token's expiry; zero means never.
	Expires time.Time
}

// Agency issues temporary keys of its domain.
type Agency struct {
	Name, DomainID string
	// TrustedDomainID is the domain that may assume the agency; empty means any.
	TrustedDomainID string
}

// IAM holds the accounts, and the tokens and keys that the gateway accepts. Zero lifetimes mean the
// documented ones.
type IAM struct {
	Domains  []Domain
	Projects []Project
	Users    []User
	Keys     []Key
	Tokens   []IssuedToken
	Agencies []Agency

	IdentityProviders []IdentityProvider

	// ForbidProjectList makes GET /v3/projects return 403. GET /v3/auth/projects needs no
	// permission.
	ForbidProjectList bool
	// WithoutTokenAPIs makes GET /v3/auth/tokens unknown, and the method token of POST
	// /v3/auth/tokens invalid.
	WithoutTokenAPIs bool
	// TokenLifetime is the lifetime of an issued token; 0 means 24 hours.
	TokenLifetime time.Duration
	// KeyLifetime, if set, overrides the requested lifetime of a temporary key.
	KeyLifetime time.Duration
}

func defaultIAM() IAM {
	return IAM{
		Domains: []Domain{
			{ID: DomainID, Name: DomainName},
			{ID: AgencyDomainID, Name: AgencyDomainName},
			{ID: ChainedDomainID, Name: ChainedDomainName},
		},
		Users:  []User{{ID: UserID, Name: UserName, Password: Password, DomainID: DomainID}},
		Keys:   []Key{{Access: AccessKey, Secret: SecretKey, DomainID: DomainID}},
		Tokens: []IssuedToken{{Value: Token, DomainID: DomainID, ProjectID: ProjectID}},
		Agencies: []Agency{
			{Name: AgencyName, DomainID: AgencyDomainID, TrustedDomainID: DomainID},
			{Name: ChainedAgencyName, DomainID: ChainedDomainID, TrustedDomainID: AgencyDomainID},
		},
		IdentityProviders: []IdentityProvider{
			{ID: IdentityProviderID, DomainID: DomainID, IDTokens: []ProviderToken{{Value: IDToken}}},
		},
	}
}

// Secrets returns every password, secret key and token that the server accepts or has issued, for
// tests that check that none of them leaks.
func (s *Server) Secrets() []string {
	var secrets []string
	s.Update(func(d *Data) {
		secrets = append(secrets, d.GitHub.RequestToken)
		secrets = slices.AppendSeq(secrets, maps.Keys(d.Metadata.tokens))
		for _, user := range d.IAM.Users {
			secrets = append(secrets, user.Password)
		}
		for _, key := range d.IAM.Keys {
			secrets = append(secrets, key.Secret, key.SecurityToken)
		}
		for _, token := range d.IAM.Tokens {
			secrets = append(secrets, token.Value)
		}
		for _, provider := range d.IAM.IdentityProviders {
			for _, token := range provider.IDTokens {
				secrets = append(secrets, token.Value)
			}
		}
	})
	return slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
}

func (i *IAM) project(id string) (Project, bool) {
	return find(i.Projects, func(p Project) bool { return p.ID == id })
}

// token returns the token with this value, even if it has expired.
func (i *IAM) token(value string) (IssuedToken, bool) {
	return find(i.Tokens, func(t IssuedToken) bool { return equal(t.Value, value) })
}

func (i *IAM) domain(name reference) (Domain, bool) {
	return find(i.Domains, func(d Domain) bool { return name.names(d.ID, d.Name) })
}

// isDomain reports whether a reference names the domain with this ID.
func (i *IAM) isDomain(name reference, id string) bool {
	domain, ok := i.domain(name)
	return ok && domain.ID == id
}

// regions returns the regions of the projects.
func (i *IAM) regions() []string {
	var regions []string
	for _, project := range i.Projects {
		regions = append(regions, project.Region)
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}
