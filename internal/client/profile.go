package client

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
)

// Profile is a profile of KooCLI: credentials, and where to use them.
type Profile struct {
	Name string
	Keys Keys
	// Region and ProjectID are "" where the profile names none.
	Region, ProjectID string
	// Agency is to be assumed, nil for none.
	Agency *Agency
}

// NotKooCLIError says that a file is no configuration of KooCLI.
type NotKooCLIError struct{ err error }

func (e *NotKooCLIError) Error() string { return e.err.Error() }

// errEncrypted is a profile whose keys only KooCLI can read.
var errEncrypted = errors.New("its keys are encrypted; have KooCLI keep them readable with " +
	"`hcloud configure set --cli-auth-encrypt=false` and set them again")

// ParseProfile reads the profile of this name, "" for the current one, out of a
// configuration file of KooCLI. A file that is none is a [NotKooCLIError]; other
// errors are about the profile. None shows anything of the keys in the file.
func ParseProfile(file []byte, name string) (*Profile, error) {
	type keys struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
		SecurityToken   string `json:"securityToken"`
	}
	type profile struct {
		Name string `json:"name"`
		Mode string `json:"mode"`
		keys
		Region           string `json:"region"`
		ProjectID        string `json:"projectId"`
		AgencyName       string `json:"agencyName"`
		AgencyDomainID   string `json:"agencyDomainId"`
		AgencyDomainName string `json:"agencyDomainName"`
		SSOAuth          struct {
			STSToken keys `json:"stsToken"`
		} `json:"ssoAuth"`
	}
	var config struct {
		Current  string    `json:"current"`
		Profiles []profile `json:"profiles"`
	}
	if err := json.Unmarshal(file, &config); err != nil {
		return nil, &NotKooCLIError{explain(err)}
	}
	name = cmp.Or(name, config.Current)
	if name == "" {
		return nil, errors.New("it names no current profile; set profile")
	}
	var names []string
	for _, p := range config.Profiles {
		if p.Name != name {
			names = append(names, p.Name)
			continue
		}
		used := p.keys
		if strings.EqualFold(p.Mode, "SSO") {
			used = p.SSOAuth.STSToken
		}
		switch {
		case used.AccessKeyID == "" || used.SecretAccessKey == "":
			return nil, fmt.Errorf("the profile %q (mode %q) has no access key with its secret key", name, p.Mode)
		case looksEncrypted(used.AccessKeyID, used.SecretAccessKey):
			return nil, fmt.Errorf("the profile %q cannot be read: %w", name, errEncrypted)
		}
		found := &Profile{
			Name:      name,
			Keys:      Keys{AccessKey: used.AccessKeyID, SecretKey: used.SecretAccessKey, SecurityToken: used.SecurityToken},
			Region:    p.Region,
			ProjectID: p.ProjectID,
		}
		if p.AgencyName != "" {
			if p.AgencyDomainID == "" && p.AgencyDomainName == "" {
				return nil, fmt.Errorf("the profile %q names the agency %q without its domain", name, p.AgencyName)
			}
			found.Agency = &Agency{Name: p.AgencyName, DomainID: p.AgencyDomainID, DomainName: p.AgencyDomainName}
		}
		return found, nil
	}
	return nil, fmt.Errorf("it has no profile %q; it has: %s", name, cmp.Or(strings.Join(names, ", "), "none"))
}

// plainAccessKey is what the ID of an access key looks like. An encrypted one is
// longer, or has the other characters of base64 in it.
var plainAccessKey = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func looksEncrypted(accessKey, secretKey string) bool {
	return !plainAccessKey.MatchString(accessKey) || len(secretKey) > 64 && strings.HasSuffix(secretKey, "=")
}
