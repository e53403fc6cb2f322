package provider

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestPrecedence reads one list with credentials from each origin, from each pair of neighbors and
// from parts of several, and checks which of them authorized the request.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	token := object{"token": "token-argument"}
	keys := object{"access_key": "key-argument", "secret_key": "secret-argument"}
	user := object{"user_name": "user-argument", "password": "password-argument", "domain_name": simulator.DomainName}
	profile := object{"shared_config_file": file, "profile": "without place"}
	hwToken := object{"HW_AUTH_TOKEN": "token-hw"}
	hwKeys := object{"HW_ACCESS_KEY": "key-hw", "HW_SECRET_KEY": "secret-hw"}
	hwUser := object{"HW_USER_NAME": "user-hw", "HW_USER_PASSWORD": "password-hw", "HW_DOMAIN_NAME": simulator.DomainName}
	hwProfile := object{"HW_SHARED_CONFIG_FILE": file, "HW_PROFILE": "temporary"}
	osToken := object{"OS_AUTH_TOKEN": "token-os"}
	osKeys := object{"OS_ACCESS_KEY": "key-os", "OS_SECRET_KEY": "secret-os"}
	osUser := object{"OS_USERNAME": "user-os", "OS_PASSWORD": "password-os", "OS_DOMAIN_NAME": simulator.DomainName}

	for name, test := range map[string]struct {
		arguments, environment object
		want                   string
	}{
		// Each alone.
		"token":                 {token, nil, readBy + "token-argument"},
		"HW token":              {nil, hwToken, readBy + "token-hw"},
		"OS token":              {nil, osToken, readBy + "token-os"},
		"keys":                  {keys, nil, readBy + "key-argument"},
		"HW keys":               {nil, hwKeys, readBy + "key-hw"},
		"OS keys":               {nil, osKeys, readBy + "key-os"},
		"temporary keys":        {object{"access_key": "temporary-argument", "secret_key": "secret-argument", "security_token": "security-argument"}, nil, readBy + "temporary-argument with security-argument"},
		"HW temporary keys":     {nil, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECRET_KEY": "secret-hw", "HW_SECURITY_TOKEN": "security-hw"}, readBy + "temporary-hw with security-hw"},
		"user":                  {user, nil, signInAs("user-argument")},
		"HW user":               {nil, hwUser, signInAs("user-hw")},
		"OS user":               {nil, osUser, signInAs("user-os")},
		"profile":               {profile, nil, readBy + "key-profile"},
		"current profile":       {object{"shared_config_file": file}, nil, readBy + "key-profile"},
		"HW profile":            {nil, hwProfile, readBy + "temporary-profile with security-profile"},
		"SSO profile":           {object{"shared_config_file": file, "profile": "sso"}, nil, readBy + "temporary-sso with security-sso"},
		"metadata":              {nil, nil, metadataRequests + readBy + "temporary-ecs with security-ecs"},
		"nothing but a domain":  {object{"domain_name": "x"}, nil, metadataRequests + readBy + "temporary-ecs with security-ecs"},
		"nothing but empty":     {object{"access_key": "", "token": "", "password": "", "profile": ""}, object{"HW_AUTH_TOKEN": "", "OS_ACCESS_KEY": ""}, metadataRequests + readBy + "temporary-ecs with security-ecs"},
		"security token of env": {nil, object{"HW_SECURITY_TOKEN": "security-hw"}, metadataRequests + readBy + "temporary-ecs with security-ecs"},

		// An argument before the environment, HW_ before OS_.
		"token, HW":             {token, hwToken, readBy + "token-argument"},
		"token, HW and OS":      {nil, merge(hwToken, osToken), readBy + "token-hw"},
		"keys, HW":              {keys, hwKeys, readBy + "key-argument"},
		"keys, HW and OS":       {nil, merge(hwKeys, osKeys), readBy + "key-hw"},
		"user, HW":              {user, hwUser, signInAs("user-argument")},
		"user, HW and OS":       {nil, merge(hwUser, osUser), signInAs("user-hw")},
		"profile, HW":           {profile, hwProfile, readBy + "key-profile"},
		"profile's name in env": {object{"shared_config_file": file}, object{"HW_PROFILE": "sso"}, readBy + "temporary-sso with security-sso"},
		"profile's file in env": {object{"profile": "sso"}, object{"HW_SHARED_CONFIG_FILE": file}, readBy + "temporary-sso with security-sso"},
		"empty argument":        {object{"access_key": "", "secret_key": ""}, hwKeys, readBy + "key-hw"},
		"empty HW":              {nil, merge(osKeys, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}), readBy + "key-os"},

		// Neighbors of one origin.
		"token and keys":           {merge(token, keys), nil, readBy + "token-argument"},
		"keys and user":            {merge(keys, user), nil, readBy + "key-argument"},
		"user and profile":         {merge(user, profile), nil, signInAs("user-argument")},
		"profile and metadata":     {profile, nil, readBy + "key-profile"},
		"HW token and HW keys":     {nil, merge(hwToken, hwKeys), readBy + "token-hw"},
		"OS token and HW keys":     {nil, merge(osToken, hwKeys), readBy + "token-os"},
		"HW keys and HW user":      {nil, merge(hwKeys, hwUser), readBy + "key-hw"},
		"HW user and HW profile":   {nil, merge(hwUser, hwProfile), signInAs("user-hw")},
		"all arguments":            {merge(token, keys, user, profile), nil, readBy + "token-argument"},
		"all of the environment":   {nil, merge(hwToken, hwKeys, hwUser, hwProfile), readBy + "token-hw"},
		"security token, no token": {merge(keys, object{"access_key": "temporary-argument", "security_token": "security-argument"}), hwToken, readBy + "temporary-argument with security-argument"},

		// A kind that an argument names before one that only the environment does.
		"keys before HW token":     {keys, hwToken, readBy + "key-argument"},
		"user before HW token":     {user, hwToken, signInAs("user-argument")},
		"user before HW keys":      {user, hwKeys, signInAs("user-argument")},
		"token before HW keys":     {token, hwKeys, readBy + "token-argument"},
		"profile before HW keys":   {profile, hwKeys, readBy + "key-profile"},
		"profile before half keys": {profile, object{"HW_ACCESS_KEY": "key-hw"}, readBy + "key-profile"},
		"profile before HW user":   {profile, hwUser, readBy + "key-profile"},
		"profile before HW token":  {profile, hwToken, readBy + "key-profile"},
		"keys, missing file":       {merge(keys, object{"shared_config_file": "/nowhere"}), nil, readBy + "key-argument"},
		"HW keys, missing profile": {nil, merge(hwKeys, object{"HW_PROFILE": "nobody", "HW_SHARED_CONFIG_FILE": "/nowhere"}), readBy + "key-hw"},

		// Parts of several origins.
		"key and HW secret":        {object{"access_key": "key-argument"}, object{"HW_SECRET_KEY": "secret-argument"}, readBy + "key-argument"},
		"key and OS secret":        {object{"access_key": "key-argument"}, object{"OS_SECRET_KEY": "secret-argument"}, readBy + "key-argument"},
		"HW key and secret":        {object{"secret_key": "secret-hw"}, object{"HW_ACCESS_KEY": "key-hw"}, readBy + "key-hw"},
		"HW key and OS secret":     {nil, object{"HW_ACCESS_KEY": "key-hw", "OS_SECRET_KEY": "secret-hw"}, readBy + "key-hw"},
		"keys and other HW keys":   {object{"access_key": "key-argument", "secret_key": "secret-argument"}, merge(hwKeys, object{"HW_SECURITY_TOKEN": "security-hw"}), readBy + "key-argument"},
		"security token of HW key": {object{"secret_key": "secret-hw"}, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECURITY_TOKEN": "security-hw"}, readBy + "temporary-hw with security-hw"},
		"security token of OS key": {nil, object{"OS_ACCESS_KEY": "temporary-os", "OS_SECRET_KEY": "secret-os", "HW_SECURITY_TOKEN": "security-os"}, readBy + "temporary-os with security-os"},
		"security token and HW":    {object{"security_token": "security-hw"}, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECRET_KEY": "secret-hw"}, readBy + "temporary-hw with security-hw"},
		"user and HW password":     {object{"user_name": "user-argument"}, object{"HW_USER_PASSWORD": "password-argument", "OS_DOMAIN_NAME": simulator.DomainName}, signInAs("user-argument")},
		"password and HW user":     {object{"password": "password-hw"}, object{"HW_USER_NAME": "user-hw", "HW_DOMAIN_NAME": simulator.DomainName}, signInAs("user-hw")},
		"HW token with half keys":  {nil, merge(hwToken, object{"HW_ACCESS_KEY": "key-hw"}), readBy + "token-hw"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.setVariables(test.environment)
			s := c.configure(t, test.arguments)
			if s.diagnostics.errors != nil {
				t.Fatal(s.diagnostics.errors)
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("configuring made %d requests", n)
			}
			if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil {
				t.Error(got.errors)
			}
			if diff := cmp.Diff(strings.Split(test.want, "|"), c.requestLines(t)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestDescribeCredentials names the origin of each part of the credentials, and no value.
func TestDescribeCredentials(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	for name, test := range map[string]struct {
		arguments, environment object
		want                   string
	}{
		"token":           {nil, object{"OS_AUTH_TOKEN": "token-os"}, "token from OS_AUTH_TOKEN"},
		"keys":            {object{"secret_key": "secret-argument"}, object{"HW_ACCESS_KEY": "key-hw"}, "access_key from HW_ACCESS_KEY, secret_key from the provider block"},
		"temporary keys":  {nil, object{"OS_ACCESS_KEY": "key-os", "OS_SECRET_KEY": "secret-os", "HW_SECURITY_TOKEN": "security-hw"}, "access_key from OS_ACCESS_KEY, secret_key from OS_SECRET_KEY, security_token from HW_SECURITY_TOKEN"},
		"user":            {object{"user_name": "user-argument", "domain_id": "domain"}, object{"HW_USER_PASSWORD": "password-hw", "OS_USER_DOMAIN_NAME": "x"}, "user_name from the provider block, password from HW_USER_PASSWORD, domain_id from the provider block"},
		"user by ID":      {nil, object{"OS_USER_ID": "user-os", "OS_PASSWORD": "password-os"}, "user_id from OS_USER_ID, password from OS_PASSWORD"},
		"profile":         {object{"shared_config_file": file}, nil, `profile "keys" of ` + file},
		"profile, agency": {object{"shared_config_file": file, "profile": "agency"}, nil, `profile "agency" of ` + file + `, then agency "` + simulator.AgencyName + `" of domain "` + simulator.AgencyDomainName + `"`},
		"agency":          {object{"token": "token-argument", "assume_role": list{object{"agency_name": "a", "domain_id": "d"}}}, nil, `token from the provider block, then agency "a" of domain ID "d"`},
		"ECS":             {nil, nil, "the ECS metadata service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got, errors := builtConfig(t, test.arguments, variablesOf(test.environment))
			if errors != nil || got != test.want {
				t.Errorf("%q, want %q; errors %q", got, test.want, errors)
			}
		})
	}
}

// TestUserAndDomain chooses between names and IDs: one in the provider block before one in the
// environment, then the ID.
func TestUserAndDomain(t *testing.T) {
	t.Parallel()
	hw := object{"HW_USER_NAME": "user", "HW_USER_ID": "id", "HW_DOMAIN_NAME": "domain", "HW_DOMAIN_ID": "domain-id", "HW_USER_PASSWORD": "p"}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   client.Password
	}{
		"name":                 {object{"user_name": "user", "domain_name": "domain", "password": "p"}, nil, client.Password{UserName: "user", DomainName: "domain", Password: "p"}},
		"ID without domain":    {object{"user_id": "id", "password": "p"}, nil, client.Password{UserID: "id", Password: "p"}},
		"both":                 {object{"user_name": "user", "user_id": "id", "domain_name": "domain", "domain_id": "domain-id", "password": "p"}, nil, client.Password{UserID: "id", DomainID: "domain-id", Password: "p"}},
		"both in environment":  {nil, hw, client.Password{UserID: "id", DomainID: "domain-id", Password: "p"}},
		"names before HW IDs":  {object{"user_name": "user", "domain_name": "domain"}, hw, client.Password{UserName: "user", DomainName: "domain", Password: "p"}},
		"IDs before HW names":  {object{"user_id": "x", "domain_id": "y"}, hw, client.Password{UserID: "x", DomainID: "y", Password: "p"}},
		"domain of project ID": {object{"user_id": "id", "password": "p"}, object{"OS_USER_DOMAIN_ID": "domain-id"}, client.Password{UserID: "id", DomainID: "domain-id", Password: "p"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, _, errors := builtConfig(t, test.arguments, variablesOf(test.environment))
			if errors != nil {
				t.Fatal(errors)
			}
			if diff := cmp.Diff(client.Credentials(test.want), config.Credentials); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
