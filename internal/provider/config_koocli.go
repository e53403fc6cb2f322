package provider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// defaultProfileFile is where KooCLI keeps its profiles.
const defaultProfileFile = "~/.hcloud/config.json"

// readProfile returns the profile, nil after an error and while validating. Only a profile that is
// used is read, so that another cannot fail.
func (b *configBuilder) readProfile() map[string]any {
	b.use(&b.configFile, &b.profile)
	if b.configFile.unknown || b.profile.unknown {
		return nil
	}
	file := b.configFile
	file.value = cmp.Or(file.value, defaultProfileFile)
	content := b.readFile(file)
	if content == nil {
		return nil
	}
	var config struct {
		Current  string `json:"current"`
		Profiles []any  `json:"profiles"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &config); err != nil {
		b.failFile(file, errors.New("it is not a configuration file of KooCLI")) // The cause may quote the file.
		return nil
	}
	profile, err := findProfile(config.Profiles, cmp.Or(b.profile.value, config.Current))
	if err != nil {
		b.failProfile(err)
	}
	return profile
}

// findProfile returns the profile with a name. The others need not be valid.
func findProfile(profiles []any, name string) (map[string]any, error) {
	if name == "" {
		return nil, errors.New("the file has no current profile; set profile or HW_PROFILE to the name of one")
	}
	var names []string
	for _, entry := range profiles {
		profile, _ := entry.(map[string]any)
		found, _ := profile["name"].(string)
		if found == name {
			return profile, nil
		}
		names = append(names, strconv.Quote(found))
	}
	return nil, fmt.Errorf("the file has no profile of this name; it has: %s", cmp.Or(strings.Join(names, ", "), "none"))
}

func (b *configBuilder) failProfile(err error) {
	b.fail(b.profile.at, "Unable to use KooCLI profile", "Cannot use the KooCLI profile: %v.", err)
}

// profileField returns the value of a field of the profile, "" if it is not set, and after an error.
func (b *configBuilder) profileField(fields map[string]any, name string, problem func(string) string) string {
	value, ok := fields[name].(string)
	if !ok && fields[name] != nil {
		b.failProfile(fmt.Errorf("%s must be a string", name))
	}
	s := setting{at: b.profile.at, name: name, variable: name + " in the KooCLI profile", value: value}
	b.check(&s, problem)
	b.use(&s)
	return s.value
}

// useProfile signs in with the keys of the profile, and assumes its agency. The profile's project is
// that of its region.
func (b *configBuilder) useProfile() {
	b.data.credentials = "KooCLI profile, " + b.use(&b.profile, &b.configFile)
	profile := b.readProfile()
	if profile == nil {
		return
	}
	field := func(name string, problem func(string) string) string { return b.profileField(profile, name, problem) }
	b.config.Credentials = b.profileKeys(profile)
	if b.config.ProjectID == "" && b.config.ProjectName == "" && b.config.Region == field("region", nil) {
		b.config.ProjectID = field("projectId", projectIDProblem)
		b.use(&setting{name: "project_id", value: b.config.ProjectID, variable: "projectId in the KooCLI profile"})
	}
	agency := client.Agency{Name: field("agencyName", nil), DomainName: field("agencyDomainName", nil), DomainID: field("agencyDomainId", nil)}
	switch {
	case agency.Name == "":
		return
	case agency.DomainID == "" && agency.DomainName == "":
		b.failProfile(errors.New("it names an agency without its domain; set agencyDomainName or agencyDomainId"))
	}
	b.data.credentials += ", then its agency"
	b.config.Agencies = []client.Agency{agency}
}

// encryptedAccessKey matches what no plain access key is: long, or with the other characters of
// base64.
var encryptedAccessKey = regexp.MustCompile(`[+/=]|.{65}`)

// profileKeys returns the access key of the profile. It adds an error if only KooCLI can use it.
func (b *configBuilder) profileKeys(profile map[string]any) client.Keys {
	mode := strings.ToUpper(b.profileField(profile, "mode", nil))
	if mode == "SSO" {
		auth, _ := profile["ssoAuth"].(map[string]any)
		profile, _ = auth["stsToken"].(map[string]any)
	}
	field := func(name string) string { return b.profileField(profile, name, nil) }
	errorsBefore := b.diags.ErrorsCount()
	keys := client.Keys{AccessKey: field("accessKeyId"), SecretKey: field("secretAccessKey"), SecurityToken: field("securityToken")}
	complete := keys.AccessKey != "" && keys.SecretKey != ""
	switch {
	case b.diags.ErrorsCount() > errorsBefore:
	case encryptedAccessKey.MatchString(keys.AccessKey) || len(keys.SecretKey) > 64 && strings.HasSuffix(keys.SecretKey, "="):
		b.failProfile(errors.New("its keys are encrypted, so that only KooCLI can read them; " +
			"turn encryption off with `hcloud configure set --cli-auth-encrypt=false` and set the keys again"))
	case mode == "SSO" && !complete:
		b.failProfile(errors.New("its mode is SSO and it has no temporary access key; run `hcloud configure sso` and enter its name"))
	case mode != "" && mode != "AKSK" && !complete:
		b.failProfile(errors.New("its mode is not supported; use a profile of mode AKSK or SSO"))
	case !complete:
		b.failProfile(errors.New("it has no access key with its secret key; set both with " +
			"`hcloud configure set --cli-profile=… --cli-access-key=… --cli-secret-key=…`"))
	}
	return keys
}
