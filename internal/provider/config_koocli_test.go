package provider

import (
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// TestKooCLIProfiles reads profiles of each kind. The others in the file need not be valid.
func TestKooCLIProfiles(t *testing.T) {
	t.Parallel()
	file := textFile(t, "\ufeff"+`{"current": "first", "language": "en", "profiles": [
		{"name": "first", "mode": "AKSK", "accessKeyId": "ak", "secretAccessKey": "sk", "securityToken": "", "domainId": "d"},
		{"name": "temporary", "accessKeyId": "ak", "secretAccessKey": "sk", "securityToken": "st", "region": null},
		{"name": "sso", "mode": "sso", "accessKeyId": "no", "secretAccessKey": "no",
			"ssoAuth": {"stsToken": {"accessKeyId": "ak", "secretAccessKey": "sk", "securityToken": "st"}}},
		{"name": "agency", "accessKeyId": "ak", "secretAccessKey": "sk", "agencyName": "a", "agencyDomainName": "n"},
		{"name": "agency id", "accessKeyId": "ak", "secretAccessKey": "sk", "agencyName": "a", "agencyDomainId": "i"},
		{"name": ["hidden"]}, "hidden", {"name": "broken", "accessKeyId": 7},
		{"name": "twice", "name": "twice", "accessKeyId": "ak", "secretAccessKey": "sk"}
	]}`)
	keys, temporary := client.Keys{AccessKey: "ak", SecretKey: "sk"}, client.Keys{AccessKey: "ak", SecretKey: "sk", SecurityToken: "st"}
	const description = "KooCLI profile, profile from the provider block, shared_config_file from the provider block"
	for name, want := range map[string]wantedCredentials{
		"":          wanted(keys, "KooCLI profile, shared_config_file from the provider block"),
		"first":     wanted(keys, description),
		"temporary": wanted(temporary, description),
		"sso":       wanted(temporary, description),
		"agency":    wanted(keys, description+", then its agency", client.Agency{Name: "a", DomainName: "n"}),
		"agency id": wanted(keys, description+", then its agency", client.Agency{Name: "a", DomainID: "i"}),
		"twice":     wanted(keys, description),
	} {
		got := buildWith(t, object{"shared_config_file": file, "profile": name, "region": "r"}, nil)
		if want.check(t, name, got); !got.data.usesProfile {
			t.Errorf("%s: no profile is used", name)
		}
	}
}

// TestWrongKooCLIProfiles refuses a file or a profile that is used, and shows nothing of it.
func TestWrongKooCLIProfiles(t *testing.T) {
	t.Parallel()
	const keys = `"accessKeyId": "ak", "secretAccessKey": "hidden"`
	for profile, want := range map[string]string{
		`"name": "y"`:                                                `profile: Cannot use the KooCLI profile: the file has no profile of this name; it has: "y".`,
		`"mode": "SSO", ` + keys:                                     "run `hcloud configure sso`",
		`"mode": "SSO", "ssoAuth": "hidden"`:                         "run `hcloud configure sso`",
		`"mode": "AKSK", "accessKeyId": "ak"`:                        "`hcloud configure set --cli-profile=…",
		`"mode": "ecsAgency"`:                                        "its mode is not supported; use a profile of mode AKSK or SSO",
		`"accessKeyId": "U0VDUkVU+/==", "secretAccessKey": "hidden"`: "--cli-auth-encrypt=false",
		`"accessKeyId": "ak", "secretAccessKey": "` + strings.Repeat("s", 64) + `="`: "--cli-auth-encrypt=false",
		`"accessKeyId": "ak", "secretAccessKey": ["hidden"]`:                         "secretAccessKey must be a string",
		keys + `, "securityToken": "hidden\n"`:                                       "securityToken in the KooCLI profile contains a line break or another control character. Remove it.",
		keys + `, "agencyName": "hidden"`:                                            "set agencyDomainName or agencyDomainId",
		keys + `, "projectId": "hidden/"`:                                            "projectId in the KooCLI profile must be an ID",
	} {
		name := `"name": "x", `
		if strings.Contains(profile, `"name"`) {
			name = ""
		}
		file := textFile(t, `{"profiles": [{`+name+profile+`}]}`)
		wantError(t, buildWith(t, object{"shared_config_file": file, "profile": "x"}, object{"HW_REGION_NAME": ""}).errors, "profile: ", want)
	}
	for content, want := range map[string]string{
		"": "it is empty", "hidden=1": "it is not a configuration file of KooCLI", `{"current": "x", "hidden`: "it is not a configuration",
		`["hidden"]`: "it is not a configuration", `{"current": 7}`: "it is not a configuration", `{"profiles": "hidden"}`: "it is not a configuration",
	} {
		wantError(t, buildWith(t, object{"shared_config_file": textFile(t, content)}, nil).errors,
			"shared_config_file: Cannot use the file that shared_config_file names: "+want, "Set shared_config_file to the path of")
	}
	wantError(t, buildWith(t, object{"shared_config_file": textFile(t, "{}")}, nil).errors, "profile: ", "the file has no current profile; set profile or HW_PROFILE")

	// A profile is used, too, if only its region is needed.
	used := object{"shared_config_file": textFile(t, `{"current": "x", "profiles": [{"name": "x", "region": "hidden/"}]}`), "token": "t"}
	wantError(t, buildWith(t, used, nil).errors, "profile: region in the KooCLI profile must consist of letters")
	if errors := buildWith(t, used, object{"HW_REGION_NAME": "r"}).errors; errors != nil {
		t.Errorf("the profile is not needed: %q", errors)
	}
}

// TestEncryptedKeys takes keys for encrypted if they cannot be plain ones.
func TestEncryptedKeys(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{"AK": false, "A.k-9_": false, strings.Repeat("A", 64): false, strings.Repeat("A", 65): true, "A/B": true, "AB=": true} {
		if got := encryptedAccessKey.MatchString(key); got != want {
			t.Errorf("%s: %t", key, got)
		}
	}
}
