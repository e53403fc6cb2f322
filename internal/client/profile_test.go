package client

import (
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
	{"name": "homeless", "accessKeyId": "AK", "secretAccessKey": "SECRETKEY", "agencyName": "a"},
	{"name": "encrypted", "accessKeyId": "U0VDUkVUS0VZ+/==", "secretAccessKey": "SECRETKEY"}
]}`

func TestParseProfile(t *testing.T) {
	t.Parallel()
	keys := Keys{AccessKey: "AK", SecretKey: "SK"}
	temporary := Keys{AccessKey: "AK", SecretKey: "SK", SecurityToken: "ST"}
	for name, want := range map[string]Profile{
		"":          {Name: "first", Keys: keys, Region: "r", ProjectID: "p"},
		"first":     {Name: "first", Keys: keys, Region: "r", ProjectID: "p"},
		"temporary": {Name: "temporary", Keys: temporary},
		"sso":       {Name: "sso", Keys: temporary},
		"agency":    {Name: "agency", Keys: keys, Agency: &Agency{Name: "a", DomainName: "n"}},
		"agency id": {Name: "agency id", Keys: keys, Agency: &Agency{Name: "a", DomainID: "i"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseProfile([]byte(profilesFile), name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseProfileRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, profile, want string }{
		"another":     {profilesFile, "another", `it has no profile "another"; it has: first, temporary, sso,`},
		"none":        {`{}`, "x", `it has no profile "x"; it has: none`},
		"no current":  {`{"profiles": []}`, "", "it names no current profile"},
		"nothing":     {``, "", "JSON"},
		"other file":  {`SECRETKEY=1`, "", "it is no JSON"},
		"broken":      {`{"current": "x", "profiles": [{"name": "x", "secretAccessKey": "SECRETKEY"`, "", "JSON"},
		"wrong type":  {`{"current": "x", "profiles": [{"name": "x", "secretAccessKey": ["SECRETKEY"]}]}`, "", "profiles[0].secretAccessKey"},
		"list":        {`["SECRETKEY"]`, "", "an object was expected"},
		"signed out":  {profilesFile, "signed out", "has no access key with its secret key"},
		"half":        {profilesFile, "half", "has no access key with its secret key"},
		"homeless":    {profilesFile, "homeless", "without its domain"},
		"encrypted":   {profilesFile, "encrypted", "`hcloud configure set --cli-auth-encrypt=false`"},
		"binary":      {"\x00\x01SECRETKEY", "", "it is no JSON"},
		"other shape": {`{"current": 7}`, "", "the field current should be a string and is a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseProfile([]byte(test.file), test.profile)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "SECRETKEY") || strings.Contains(err.Error(), "U0VD") {
				t.Errorf("a key is in the error: %v", err)
			}
		})
	}
}
