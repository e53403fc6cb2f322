package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const profilesFile = `{"current": "first", "language": "en", "profiles": [
	{"name": "first", "mode": "AKSK", "accessKeyId": "AK", "secretAccessKey": "SK", "securityToken": "", "region": "r", "projectId": "p", "domainId": "d"},
	{"name": "temporary", "mode": "AKSK", "accessKeyId": "AK", "secretAccessKey": "SK", "securityToken": "ST"},
	{"name": "sso", "mode": "sso", "accessKeyId": "no", "secretAccessKey": "no", "ssoAuth": {"stsToken": {"accessKeyId": "AK", "secretAccessKey": "SK", "securityToken": "ST"}}},
	{"name": "agency", "accessKeyId": "AK", "secretAccessKey": "SK", "agencyName": "a", "agencyDomainName": "n"},
	{"name": "agency id", "accessKeyId": "AK", "secretAccessKey": "SK", "agencyName": "a", "agencyDomainId": "i"},
	{"name": "signed out", "mode": "SSO", "accessKeyId": "AK", "secretAccessKey": "SK"},
	{"name": "half", "accessKeyId": "AK"},
	{"name": "ecs", "mode": "ecsAgency", "region": "r"},
	{"name": "no domain", "accessKeyId": "AK", "secretAccessKey": "SECRETKEY", "agencyName": "a"},
	{"name": "encrypted", "accessKeyId": "U0VDUkVUS0VZ+/==", "secretAccessKey": "SECRETKEY", "region": "r"},
	{"name": "line break", "accessKeyId": "AK", "secretAccessKey": "SECRETKEY", "securityToken": "SECRETKEY\n"},
	{"name": "broken", "accessKeyId": "AK", "secretAccessKey": ["SECRETKEY"]},
	{"name": ["SECRETKEY"]},
	"SECRETKEY",
	{"name": "twice", "name": "twice", "accessKeyId": "AK", "secretAccessKey": "SK"}
]}`

func TestParseProfile(t *testing.T) {
	t.Parallel()
	keys := Keys{AccessKey: "AK", SecretKey: "SK"}
	temporary := Keys{AccessKey: "AK", SecretKey: "SK", SecurityToken: "ST"}
	for name, test := range map[string]struct {
		file, profile           string
		want, region, projectID string
		keys                    Keys
		agency                  *Agency
	}{
		"current":         {profilesFile, "", "first", "r", "p", keys, nil},
		"by name":         {profilesFile, "first", "first", "r", "p", keys, nil},
		"temporary":       {profilesFile, "temporary", "temporary", "", "", temporary, nil},
		"SSO":             {profilesFile, "sso", "sso", "", "", temporary, nil},
		"agency":          {profilesFile, "agency", "agency", "", "", keys, &Agency{Name: "a", DomainName: "n"}},
		"agency by ID":    {profilesFile, "agency id", "agency id", "", "", keys, &Agency{Name: "a", DomainID: "i"}},
		"byte order mark": {"\ufeff" + profilesFile, "first", "first", "r", "p", keys, nil},
		"repeated name":   {profilesFile, "twice", "twice", "", "", keys, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := ParseProfile([]byte(test.file), test.profile)
			if err != nil {
				t.Fatal(err)
			}
			gotKeys, err := p.Keys()
			if err != nil {
				t.Error(err)
			}
			gotAgency, err := p.Agency()
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]any{test.want, test.region, test.projectID, test.keys, test.agency},
				[]any{p.Name, p.Region, p.ProjectID, gotKeys, gotAgency}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestParseProfileErrors refuses a file, or a profile that is used, and prints no key.
func TestParseProfileErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, profile string
		// aboutFile reports whether the error is a [ProfileFileError].
		aboutFile bool
		want      string
	}{
		"another":         {profilesFile, "another", false, `the file has no profile "another"; it has: "first", "temporary", "sso",`},
		"none":            {`{}`, "x", false, `the file has no profile "x"; it has: none`},
		"no current":      {`{"profiles": []}`, "", false, "the file names no current profile"},
		"wrong type":      {profilesFile, "broken", false, `the profile "broken" is not valid: `},
		"nothing":         {``, "", true, "the file is not a configuration file of KooCLI: "},
		"other file":      {`SECRETKEY=1`, "", true, "the file is not a configuration file of KooCLI: "},
		"cut":             {`{"current": "x", "profiles": [{"name": "x", "secretAccessKey": "SECRETKEY"`, "", true, "the file is not a configuration file of KooCLI: "},
		"list":            {`["SECRETKEY"]`, "", true, "the file is not a configuration file of KooCLI: "},
		"binary":          {"\x00\x01SECRETKEY", "", true, "the file is not a configuration file of KooCLI: "},
		"other shape":     {`{"current": 7}`, "", true, "the file is not a configuration file of KooCLI: "},
		"profiles a text": {`{"profiles": "SECRETKEY"}`, "", true, "the file is not a configuration file of KooCLI: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseProfile([]byte(test.file), test.profile)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("the error is %v, want %q", err, test.want)
			}
			if _, aboutFile := errors.AsType[*ProfileFileError](err); aboutFile != test.aboutFile {
				t.Errorf("the error is a %T", err)
			}
			if strings.Contains(err.Error(), "SECRETKEY") {
				t.Errorf("a key is in the error: %v", err)
			}
		})
	}
}

// TestProfileKeysErrors names what is wrong with a profile and what to do. Its region can still
// be used.
func TestProfileKeysErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"signed out": "the profile \"signed out\" of mode SSO has no temporary access key; run `hcloud configure sso` and enter \"signed out\" as the profile's name",
		"half":       "the profile \"half\" of mode AKSK has no access key with its secret key; set both with `hcloud configure set --cli-profile=half",
		"ecs":        `the profile "ecs" has the mode "ecsAgency", which is not supported; use a profile of mode AKSK or SSO`,
		"encrypted":  "`hcloud configure set --cli-auth-encrypt=false`",
		"line break": `the securityToken of the profile "line break" contains a line break or another control character; remove it`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := ParseProfile([]byte(profilesFile), name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Keys()
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("the error is %v, want %q", err, want)
			}
			if strings.Contains(err.Error(), "SECRETKEY") || strings.Contains(err.Error(), "U0VD") {
				t.Errorf("a key is in the error: %v", err)
			}
		})
	}
	p, err := ParseProfile([]byte(profilesFile), "no domain")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Agency(); err == nil || !strings.Contains(err.Error(), `names the agency "a" without its domain; set agencyDomainName or agencyDomainId`) {
		t.Errorf("the error is %v", err)
	}
}

// TestEncryptedKeys takes keys for encrypted if they cannot be plain ones.
func TestEncryptedKeys(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		accessKey, secretKey string
		want                 bool
	}{
		{"AK", "SK", false},
		{"A.k-9_", "a/b+c=", false},
		{strings.Repeat("A", 64), strings.Repeat("s", 63) + "=", false},
		{"AK", strings.Repeat("s", 100), false},
		{"AK", strings.Repeat("s", 64) + "=", true},
		{strings.Repeat("A", 65), "SK", true},
		{"A/B", "SK", true},
		{"AB=", "SK", true},
	} {
		if got := looksEncrypted(test.accessKey, test.secretKey); got != test.want {
			t.Errorf("%s, %s: %t", test.accessKey, test.secretKey, got)
		}
	}
}
