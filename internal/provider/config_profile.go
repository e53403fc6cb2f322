package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// defaultProfileFile is where KooCLI keeps its profiles.
const defaultProfileFile = "~/.hcloud/config.json"

// profileSettings name a profile of KooCLI.
type profileSettings struct{ file, name setting }

func (p profileSettings) isSet() bool { return p.file.isSet() || p.name.isSet() }

// profile resolves the profile that the provider block or the environment names.
func (b *configBuilder) profile(model providerModel) profileSettings {
	p := profileSettings{
		file: b.text("shared_config_file", model.SharedConfigFile, sharedConfigFileVariables),
		name: b.text("profile", model.Profile, profileVariables),
	}
	if p.name.byArgument() {
		b.checkProfileName(p.name)
	}
	return p
}

// path is that of the file, as the user wrote it.
func (p profileSettings) path() string {
	if p.file.value == "" {
		return defaultProfileFile
	}
	return p.file.value
}

// readProfile returns the profile, nil after an error. Only a profile that is used is read, so that
// another cannot fail.
func (b *configBuilder) readProfile(p profileSettings) *client.Profile {
	if p.file.unknown || p.name.unknown || !b.checkProfileName(p.name) {
		return nil
	}
	file := p.file
	file.value = p.path()
	content, ok := b.readFile(file, "Unable to read KooCLI configuration", "a configuration file of KooCLI")
	if !ok {
		return nil
	}
	profile, err := client.ParseProfile(content, p.name.value)
	if err != nil {
		if _, ok := errors.AsType[*client.ProfileFileError](err); ok {
			b.fail(file.at, "Unable to read KooCLI configuration", "In %s, %v. Set %s to the path of a configuration file of KooCLI.",
				file.value, err, file.source())
		} else {
			b.fail(p.name.at, "Unable to read KooCLI profile", "In %s, %v. Set %s to the name of a profile in that file.",
				file.value, err, p.name.source())
		}
		return nil
	}
	return profile
}

// checkProfileName reports whether a value can be the name of a profile. Errors quote the name.
func (b *configBuilder) checkProfileName(name setting) bool {
	b.check(name, "Invalid profile", profileNameProblem)
	return profileNameProblem(name.value) == ""
}

// profileIdentity signs in with the keys of the profile, and assumes its agency.
func (b *configBuilder) profileIdentity(p profileSettings) identity {
	profile := b.readProfile(p)
	if profile == nil {
		return identity{}
	}
	keys, err := profile.Keys()
	b.failProfile(p, err)
	agency, err := profile.Agency()
	b.failProfile(p, err)
	found := identity{credentials: keys, profile: profile, description: fmt.Sprintf("profile %q of %s", profile.Name, p.path())}
	if agency != nil {
		found.agencies = []client.Agency{*agency}
	}
	return found
}

// profileRegion returns the region of the profile. inUse is the profile if its keys are used, too.
// If only the region is needed, every data source may have its own: what is wrong with the profile
// is no error then but the reason for which there is no region.
func (b *configBuilder) profileRegion(p profileSettings, inUse *client.Profile) (region, reason string) {
	if inUse != nil {
		b.checkProfile(p, "region", inUse.Region, regionProblem)
		return inUse.Region, ""
	}
	var diags diag.Diagnostics
	attempt := &configBuilder{environment: b.environment, validating: b.validating, diags: &diags}
	if profile := attempt.readProfile(p); profile != nil {
		region = profile.Region
		attempt.checkProfile(p, "region", region, regionProblem)
	}
	if !diags.HasError() {
		return region, ""
	}
	var reasons []string
	for _, d := range diags {
		reasons = append(reasons, d.Detail())
	}
	return "", strings.Join(reasons, " ")
}

func (b *configBuilder) failProfile(p profileSettings, err error) {
	if err != nil {
		b.fail(p.name.at, "Unable to use KooCLI profile", "In %s, %v.", p.path(), err)
	}
}

// checkProfile adds an error if a field of the profile has a problem.
func (b *configBuilder) checkProfile(p profileSettings, field, value string, problem func(string) string) {
	if value == "" {
		return
	}
	if found := problem(value); found != "" {
		b.fail(p.name.at, "Unable to use KooCLI profile", "In %s, the %s of the profile %s%s.", p.path(), field, found, got(value))
	}
}
