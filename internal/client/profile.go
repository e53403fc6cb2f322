package client

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Profile is a profile of KooCLI: credentials, and where to use them.
type Profile struct {
	Name string
	// Region and ProjectID are "" if the profile does not set them.
	Region, ProjectID string

	content profileContent
}

// profileKeys are an access key as a configuration file of KooCLI holds it.
type profileKeys struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	SecurityToken   string `json:"securityToken"`
}

// profileContent is a profile as a configuration file of KooCLI holds it.
type profileContent struct {
	Name string `json:"name"`
	Mode string `json:"mode"`
	profileKeys
	Region           string `json:"region"`
	ProjectID        string `json:"projectId"`
	AgencyName       string `json:"agencyName"`
	AgencyDomainID   string `json:"agencyDomainId"`
	AgencyDomainName string `json:"agencyDomainName"`
	SSOAuth          struct {
		STSToken profileKeys `json:"stsToken"`
	} `json:"ssoAuth"`
}

// ProfileFileError means that a file is not a configuration file of KooCLI.
type ProfileFileError struct{ err error }

func (e *ProfileFileError) Error() string {
	return "the file is not a configuration file of KooCLI: " + e.err.Error()
}

// errNoCurrentProfile means that neither the caller nor the file names a profile.
var errNoCurrentProfile = errors.New("the file names no current profile")

// ParseProfile reads the profile of this name, or the current one if name is "", from a
// configuration file of KooCLI. The other profiles in the file need not be valid. If the file is
// not a configuration file, the error is a [ProfileFileError]; other errors are about the profile.
// No error contains a part of a key.
func ParseProfile(file []byte, name string) (*Profile, error) {
	var config struct {
		Current  string           `json:"current"`
		Profiles []jsontext.Value `json:"profiles"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(file, []byte("\ufeff")), &config, lenientJSON); err != nil {
		return nil, &ProfileFileError{describeJSONError("the file", err)}
	}
	if name = cmp.Or(name, config.Current); name == "" {
		return nil, errNoCurrentProfile
	}
	var others []string
	for _, encoded := range config.Profiles {
		var named struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(encoded, &named, lenientJSON); err != nil {
			continue // A broken profile cannot be the one with this name.
		}
		if named.Name != name {
			others = append(others, fmt.Sprintf("%q", named.Name))
			continue
		}
		p := &Profile{Name: name}
		if err := json.Unmarshal(encoded, &p.content, lenientJSON); err != nil {
			return nil, fmt.Errorf("the profile %q is not valid: %w", name, describeJSONError("the file", err))
		}
		p.Region, p.ProjectID = p.content.Region, p.content.ProjectID
		return p, nil
	}
	return nil, fmt.Errorf("the file has no profile %q; it has: %s", name, cmp.Or(strings.Join(others, ", "), "none"))
}

// Keys returns the access key of the profile. An error says what is wrong with the profile, or
// why only KooCLI can use it, without a part of a key.
func (p *Profile) Keys() (Keys, error) {
	keys, sso := p.content.profileKeys, strings.EqualFold(p.content.Mode, "SSO")
	if sso {
		keys = p.content.SSOAuth.STSToken
	}
	switch {
	case keys.AccessKeyID != "" && keys.SecretAccessKey != "":
	case sso:
		return Keys{}, fmt.Errorf("the profile %q of mode SSO has no temporary access key; run `hcloud configure sso` and enter %q as the profile's name",
			p.Name, p.Name)
	case p.content.Mode != "" && !strings.EqualFold(p.content.Mode, "AKSK"):
		return Keys{}, fmt.Errorf("the profile %q has the mode %q, which is not supported; use a profile of mode AKSK or SSO",
			p.Name, p.content.Mode)
	default:
		return Keys{}, fmt.Errorf("the profile %q of mode AKSK has no access key with its secret key; set both with "+
			"`hcloud configure set --cli-profile=%s --cli-access-key=… --cli-secret-key=…`", p.Name, p.Name)
	}
	for _, field := range []struct{ name, value string }{
		{"accessKeyId", keys.AccessKeyID}, {"secretAccessKey", keys.SecretAccessKey}, {"securityToken", keys.SecurityToken},
	} {
		if strings.ContainsFunc(field.value, unicode.IsControl) {
			return Keys{}, fmt.Errorf("the %s of the profile %q contains a line break or another control character; remove it",
				field.name, p.Name)
		}
	}
	if looksEncrypted(keys.AccessKeyID, keys.SecretAccessKey) {
		return Keys{}, fmt.Errorf("the keys of the profile %q are encrypted, so that only KooCLI can read them; "+
			"turn encryption off with `hcloud configure set --cli-auth-encrypt=false` and set the keys again", p.Name)
	}
	return Keys{AccessKey: keys.AccessKeyID, SecretKey: keys.SecretAccessKey, SecurityToken: keys.SecurityToken}, nil
}

// Agency returns the agency that the profile assumes, nil if there is none.
func (p *Profile) Agency() (*Agency, error) {
	c := p.content
	switch {
	case c.AgencyName == "":
		return nil, nil //nolint:nilnil // A profile without an agency is no error.
	case c.AgencyDomainID == "" && c.AgencyDomainName == "":
		return nil, fmt.Errorf("the profile %q names the agency %q without its domain; set agencyDomainName or agencyDomainId",
			p.Name, c.AgencyName)
	}
	return &Agency{Name: c.AgencyName, DomainID: c.AgencyDomainID, DomainName: c.AgencyDomainName}, nil
}

// plainAccessKey is the form of an access key's ID. An encrypted one is longer, or contains the
// other characters of base64.
var plainAccessKey = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func looksEncrypted(accessKey, secretKey string) bool {
	return !plainAccessKey.MatchString(accessKey) || len(secretKey) > 64 && strings.HasSuffix(secretKey, "=")
}
