package simulator

import "time"

// The default account: one domain with a project in each of two regions and a sub-project, a user, a permanent access
// key and a token for the first region's project. None of it is a secret of anybody.
const (
	Region       = "cn-north-4"
	SecondRegion = "cn-south-1"

	DomainID   = "d0000000000000000000000000000001"
	DomainName = "example-domain"

	// ProjectID is the project named like Region. Its DLI list is exactly the document's example.
	ProjectID = "a0000000000000000000000000000001"
	// SubProjectID is a further project in Region.
	SubProjectID   = "a0000000000000000000000000000002"
	SubProjectName = Region + "_lab"
	// SecondProjectID is the project named like SecondRegion. Its DLI list is the larger made-up set.
	SecondProjectID = "a0000000000000000000000000000003"

	UserName  = "example-user"
	Password  = "simulated-Passw0rd"
	AccessKey = "SIMULATEDACCESSKEY01"
	SecretKey = "simulated-secret-key-0000000000000000001"
	// Token is scoped to ProjectID and never expires.
	Token = "simulated-token-of-the-first-project-0000000000000001"
)

// Two further domains, each with a project named like Region. The first has an agency for the default account, the
// second one for the first: together they make a chain.
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
	// ParentID is the region's project for a sub-project, else the domain.
	ParentID string
}

// Domain is an account.
type Domain struct {
	ID, Name string
}

// User signs in with a password.
type User struct {
	Name, Password, DomainID string
}

// Key is an access key that the gateway takes. One with a SecurityToken is temporary.
type Key struct {
	Access, Secret, DomainID string
	SecurityToken            string
	// Expires is when the key ends; the zero time is never.
	Expires time.Time
}

// IssuedToken is a token that the gateway takes.
type IssuedToken struct {
	Value, DomainID string
	// ProjectID is the project the token is scoped to; empty is the domain alone, which is good for IAM only.
	ProjectID string
	// Expires is when the token ends; the zero time is never.
	Expires time.Time
}

// Agency hands out temporary keys of its domain.
type Agency struct {
	Name, DomainID string
	// TrustedDomainID is the domain whose credentials may assume the agency; empty is any.
	TrustedDomainID string
	// Key is handed out instead of a new random one where its Access is set. Its DomainID and Expires are filled in.
	Key Key
}

// IAM holds who may sign in, and what has been issued. The zero lifetimes are the documented ones.
type IAM struct {
	Domains  []Domain
	Projects []Project
	Users    []User
	Keys     []Key
	Tokens   []IssuedToken
	Agencies []Agency

	// TokenLifetime is how long an issued token lives; 0 is 24 hours.
	TokenLifetime time.Duration
	// TokenSize is the length of an issued token in bytes; 0 is 2048.
	TokenSize int
	// KeyLifetime, where set, overrides the duration asked for a temporary key.
	KeyLifetime time.Duration
}

func defaultIAM() IAM {
	return IAM{
		Domains: []Domain{
			{ID: DomainID, Name: DomainName},
			{ID: AgencyDomainID, Name: AgencyDomainName},
			{ID: ChainedDomainID, Name: ChainedDomainName},
		},
		Projects: []Project{
			{ID: ProjectID, Name: Region, DomainID: DomainID, Region: Region, ParentID: DomainID},
			{ID: SubProjectID, Name: SubProjectName, DomainID: DomainID, Region: Region, ParentID: ProjectID},
			{ID: SecondProjectID, Name: SecondRegion, DomainID: DomainID, Region: SecondRegion, ParentID: DomainID},
			{ID: AgencyProjectID, Name: Region, DomainID: AgencyDomainID, Region: Region, ParentID: AgencyDomainID},
			{ID: ChainedProjectID, Name: Region, DomainID: ChainedDomainID, Region: Region, ParentID: ChainedDomainID},
		},
		Users:  []User{{Name: UserName, Password: Password, DomainID: DomainID}},
		Keys:   []Key{{Access: AccessKey, Secret: SecretKey, DomainID: DomainID}},
		Tokens: []IssuedToken{{Value: Token, DomainID: DomainID, ProjectID: ProjectID}},
		Agencies: []Agency{
			{Name: AgencyName, DomainID: AgencyDomainID, TrustedDomainID: DomainID},
			{Name: ChainedAgencyName, DomainID: ChainedDomainID, TrustedDomainID: AgencyDomainID},
		},
	}
}

// Secrets returns every password, secret key, security token and token that the server knows, those it has issued
// too, for a test that looks for them where they must not be.
func (s *Server) Secrets() []string {
	var secrets []string
	add := func(values ...string) {
		for _, value := range values {
			if value != "" {
				secrets = append(secrets, value)
			}
		}
	}
	s.Update(func(d *Data) {
		for _, user := range d.IAM.Users {
			add(user.Password)
		}
		for _, key := range d.IAM.Keys {
			add(key.Secret, key.SecurityToken)
		}
		for _, token := range d.IAM.Tokens {
			add(token.Value)
		}
		for _, agency := range d.IAM.Agencies {
			add(agency.Key.Secret, agency.Key.SecurityToken)
		}
		for token := range d.Metadata.tokens {
			add(token)
		}
	})
	return secrets
}

func (i *IAM) project(id string) (Project, bool) {
	for _, project := range i.Projects {
		if project.ID == id {
			return project, true
		}
	}
	return Project{}, false
}

func (i *IAM) domain(match func(Domain) bool) (Domain, bool) {
	for _, domain := range i.Domains {
		if match(domain) {
			return domain, true
		}
	}
	return Domain{}, false
}

func (i *IAM) hasRegion(region string) bool {
	for _, project := range i.Projects {
		if project.Region == region {
			return true
		}
	}
	return false
}
