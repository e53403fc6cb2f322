package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// TestKooCLIProfiles reads profiles of each kind. The others in the file need not be valid.
func TestKooCLIProfiles(t *testing.T) {
	t.Parallel()
	file := textFile(t, "\ufeff"+`{"current": "first", "language": "en", "profiles": [
		{"name": "first", "mode": "AKSK", "accessKeyId": "ak", "secretAccessKey": "sk", "securityToken": "", "domainId": "d"},
		{"name": "sso", "mode": "sso", "accessKeyId": "no", "secretAccessKey": "no",
			"ssoAuth": {"stsToken": {"accessKeyId": "ak", "secretAccessKey": "sk", "securityToken": "st"}}},
		{"name": "agency", "accessKeyId": "ak", "secretAccessKey": "sk", "agencyName": "a", "agencyDomainName": "n"},
		{"name": "agency id", "accessKeyId": "ak", "secretAccessKey": "sk", "agencyName": "a", "agencyDomainId": "i"},
		{"name": ["hidden"]}, "hidden", {"name": "broken", "accessKeyId": 7}
	]}`)
	keys, temporary := client.Keys{AccessKey: "ak", SecretKey: "sk"}, client.Keys{AccessKey: "ak", SecretKey: "sk", SecurityToken: "st"}
	const origin = "KooCLI profile, profile from the provider block, shared_config_file from the provider block"
	for name, want := range map[string]wanted{
		"":          {keys, "KooCLI profile, shared_config_file from the provider block", nil},
		"first":     {keys, origin, nil},
		"sso":       {temporary, origin, nil},
		"agency":    {keys, origin + ", then its agency", []client.Agency{{Name: "a", DomainName: "n"}}},
		"agency id": {keys, origin + ", then its agency", []client.Agency{{Name: "a", DomainID: "i"}}},
	} {
		got := buildWith(t, object{"shared_config_file": file, "profile": name, "region": "r"}, nil)
		want.check(t, name, got)
	}
}

// TestWrongKooCLIProfiles refuses a file or a profile that is used, and shows nothing of it. More of
// them are in [TestMistakes].
func TestWrongKooCLIProfiles(t *testing.T) {
	t.Parallel()
	build := func(content string, arguments object) []string {
		return buildWith(t, merge(object{"shared_config_file": textFile(t, content)}, arguments), nil).errors
	}
	const keys = `"accessKeyId": "ak", "secretAccessKey": "hidden"`
	for profile, want := range map[string]string{
		`"mode": "SSO", "ssoAuth": "hidden"`:                                   "run `hcloud configure sso`",
		keys + `, "secretAccessKey": ["x"]`:                                    "secretAccessKey must be a string",
		keys + `, "projectId": "hidden/"`:                                      "projectId in the KooCLI profile must be an ID",
		keys + `, "accessKeyId": "hidden+/=="`:                                 "--cli-auth-encrypt=false",
		keys + `, "accessKeyId": "hidden` + strings.Repeat("A", 59) + `"`:      "--cli-auth-encrypt=false",
		keys + `, "secretAccessKey": "hidden` + strings.Repeat("s", 58) + `="`: "--cli-auth-encrypt=false",
	} {
		wantError(t, build(`{"profiles": [{"name": "x", `+profile+`}]}`, object{"profile": "x"}), "profile: ", want)
	}
	for _, content := range []string{"hidden=1", `{"current": "x", "hidden`, `["hidden"]`, `{"current": 7}`, `{"profiles": "hidden"}`} {
		wantError(t, build(content, nil), "shared_config_file: Cannot use the file that shared_config_file names: it is not a configuration file",
			"Set shared_config_file to the path of")
	}

	// A profile is used, too, if only its region is needed.
	wantError(t, buildWith(t, object{"token": "t"}, object{"HW_PROFILE": "x\r"}).errors, "HW_PROFILE contains a carriage return")
	const slash = `{"current": "x", "profiles": [{"name": "x", "region": "hidden/"}]}`
	wantError(t, build(slash, object{"token": "t"}), "profile: region in the KooCLI profile must be the region's ID")
	if errors := build(slash, object{"token": "t", "region": "r"}); errors != nil {
		t.Errorf("the profile is not needed: %q", errors)
	}
}

// FuzzProfile reads any file: a profile is complete or an error, which shows nothing of the file but
// the names of profiles.
func FuzzProfile(f *testing.F) {
	const hidden = "kJ8wQ2hidden"
	values := regexp.MustCompile(`"(accessKeyId|secretAccessKey|securityToken|region|projectId|agency\w+)":"`)
	for _, content := range []string{
		`{"current":"a","profiles":[{"name":"a","mode":"AKSK","accessKeyId":"","secretAccessKey":"","region":"","projectId":""}]}`,
		`{"current":"a","profiles":[{"name":"a","mode":"SSO","ssoAuth":{"stsToken":{"accessKeyId":"","secretAccessKey":""}}}]}`,
		`{"current":"a","profiles":[{"name":"a","accessKeyId":"","secretAccessKey":"","agencyName":"","agencyDomainName":""}]}`,
		`{"profiles":[{"name":"a","accessKeyId":"","secretAccessKey":"","agencyName":""},{"name":"b","secretAccessKey":1}]}`,
		`{"profiles":[{"name":"a","accessKeyId":"+/","secretAccessKey":""}]}`, `{"current":"a","profiles":[null]}`,
		`{"profiles":[{"name":"a","accessKeyId":""}]}`, `{"profiles":{}}`,
		`{"profiles":[{"name":"a","accessKeyId":"\r","secretAccessKey":" "}]}`, `{"secretAccessKey":"`, "", "null", "[]", "\xff",
	} {
		f.Add(content, "")
		f.Add(content, "a")
	}
	file := filepath.Join(f.TempDir(), "config.json")
	f.Fuzz(func(t *testing.T, content, name string) {
		content = values.ReplaceAllString(content, "${0}"+hidden)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var diags diag.Diagnostics
		b := &configBuilder{environment: func(string) string { return "" }, diags: &diags}
		b.configFile.value, b.profile.value = file, name
		b.useProfile()
		errors := strings.Join(described(diags), "\n")
		keys, _ := b.config.Credentials.(client.Keys)
		switch {
		case strings.Contains(errors, hidden):
			t.Fatalf("content of the file is in the error %s", errors)
		case errors == "" && (keys.AccessKey == "" || keys.SecretKey == ""):
			t.Fatalf("the profile lacks a key: %+v", keys)
		}
		for _, agency := range b.config.Agencies {
			if errors == "" && agency.DomainName == "" && agency.DomainID == "" {
				t.Fatalf("the agency lacks its domain: %+v", agency)
			}
		}
	})
}
