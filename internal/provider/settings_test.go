package provider

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// unknown is a value of a configuration that is not known yet.
type unknown struct{}

// session is a configured provider, as Terraform talks to it.
type session struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// diagnostics of the provider's configuration.
	diagnostics diagnostics
}

// diagnostics are what a call gave beside its answer, one line each: the
// attribute, the summary and the detail.
type diagnostics struct {
	errors, warnings []string
	// deferred tells that a read was put off.
	deferred bool
}

func diagnosticsOf(lists ...[]*tfprotov6.Diagnostic) diagnostics {
	var all diagnostics
	for _, d := range slices.Concat(lists...) {
		line := strings.Join(strings.Fields(fmt.Sprintf("%s: %s: %s", d.Attribute, d.Summary, d.Detail)), " ")
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all.errors = append(all.errors, line)
		} else {
			all.warnings = append(all.warnings, line)
		}
	}
	return all
}

// configure starts a provider and configures it: the endpoints of the simulated
// cloud, and arguments.
func (c *cloud) configure(t *testing.T, arguments object) *session {
	t.Helper()
	return c.configureWith(t, arguments, &tfprotov6.ConfigureProviderClientCapabilities{})
}

func (c *cloud) configureWith(t *testing.T, arguments object, client *tfprotov6.ConfigureProviderClientCapabilities) *session {
	t.Helper()
	s := &session{server: providerserver.NewProtocol6(c.newProvider())()}
	var err error
	if s.schemas, err = s.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	config := dynamic(t, s.schemas.Provider.ValueType(), merge(object{"endpoints": c.endpoints(), "assume_role": list{}}, arguments))
	validated, err := s.server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	s.diagnostics = diagnosticsOf(validated.Diagnostics)
	if s.diagnostics.errors != nil {
		return s
	}
	configured, err := s.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.2.3", Config: config, ClientCapabilities: client,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.diagnostics = diagnosticsOf(validated.Diagnostics, configured.Diagnostics)
	return s
}

// read reads a data source.
func (s *session) read(t *testing.T, source string, arguments object) diagnostics {
	t.Helper()
	return s.readWithin(t, t.Context(), source, arguments)
}

func (s *session) readWithin(t *testing.T, ctx context.Context, source string, arguments object) diagnostics { //nolint:revive // The context is not the test's own.
	t.Helper()
	_, said := s.state(t, ctx, source, arguments)
	return said
}

// state reads a data source and returns its state in plain Go, nil for none,
// beside what was said about it.
func (s *session) state(t *testing.T, ctx context.Context, source string, arguments object) (any, diagnostics) { //nolint:revive // The context is not the test's own.
	t.Helper()
	typ := s.schemas.DataSourceSchemas[source].ValueType()
	resp, err := s.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: source, Config: dynamic(t, typ, arguments),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{},
	})
	if err != nil {
		t.Error(err)
		return nil, diagnostics{}
	}
	said := diagnosticsOf(resp.Diagnostics)
	said.deferred = resp.Deferred != nil
	if resp.State == nil {
		return nil, said
	}
	value, err := resp.State.Unmarshal(typ)
	if err != nil {
		t.Error(err)
		return nil, said
	}
	return plainValue(t, value), said
}

// dynamic is a configuration on the wire. What is not set is null.
func dynamic(t *testing.T, typ tftypes.Type, value any) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(typ, valueOf(t, typ, value))
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

// valueOf is a value in plain Go as one of a type.
func valueOf(t *testing.T, typ tftypes.Type, value any) tftypes.Value {
	t.Helper()
	switch value := value.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case unknown:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case object:
		if typ, ok := typ.(tftypes.Map); ok {
			elements := map[string]tftypes.Value{}
			for key, element := range value {
				elements[key] = valueOf(t, typ.ElementType, element)
			}
			return tftypes.NewValue(typ, elements)
		}
		typ, ok := typ.(tftypes.Object)
		if !ok {
			t.Fatalf("%v is no object", typ)
		}
		attributes := map[string]tftypes.Value{}
		for name := range value {
			if _, ok := typ.AttributeTypes[name]; !ok {
				t.Fatalf("there is no argument %q", name)
			}
		}
		for name, attribute := range typ.AttributeTypes {
			attributes[name] = valueOf(t, attribute, value[name])
		}
		return tftypes.NewValue(typ, attributes)
	case list:
		typ, ok := typ.(tftypes.List)
		if !ok {
			t.Fatalf("%v is no list", typ)
		}
		elements := make([]tftypes.Value, len(value))
		for i, element := range value {
			elements[i] = valueOf(t, typ.ElementType, element)
		}
		return tftypes.NewValue(typ, elements)
	default:
		return tftypes.NewValue(typ, value)
	}
}

var accessKeyPart = regexp.MustCompile(`Access=([^,]+)`)

// asked tells of all requests that the cloud had, one line each: what was asked
// for, where, and by which credentials.
func (c *cloud) asked(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, r := range c.Requests() {
		line := r.Service + " " + r.Region
		switch {
		case r.Service == "metadata":
			line = "metadata " + r.Path
		case strings.HasSuffix(r.Path, "/auth/tokens"):
			var body struct {
				Auth struct {
					Identity struct {
						Password struct {
							User struct {
								Name string `json:"name"`
							} `json:"user"`
						} `json:"password"`
					} `json:"identity"`
					Scope struct {
						Project struct {
							ID   string `json:"id"`
							Name string `json:"name"`
						} `json:"project"`
					} `json:"scope"`
				} `json:"auth"`
			}
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
			line += " user " + body.Auth.Identity.Password.User.Name + " for " + body.Auth.Scope.Project.ID + body.Auth.Scope.Project.Name
		case strings.HasSuffix(r.Path, "/securitytokens"):
			var body struct {
				Auth struct {
					Identity struct {
						AssumeRole map[string]any `json:"assume_role"`
					} `json:"identity"`
				} `json:"auth"`
			}
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
			parts := []string{line, "agency"}
			for _, name := range slices.Sorted(maps.Keys(body.Auth.Identity.AssumeRole)) {
				parts = append(parts, fmt.Sprintf("%s=%v", name, body.Auth.Identity.AssumeRole[name]))
			}
			line = strings.Join(parts, " ")
		case r.Service == "iam":
			line += " project " + r.Query.Get("name")
		case r.Service == "dli":
			line += " " + strings.Split(r.Path, "/")[2]
		}
		if token := r.Header.Get("X-Auth-Token"); len(token) > 100 {
			line += " by an issued token"
		} else if token != "" {
			line += " by " + token
		}
		if key := accessKeyPart.FindStringSubmatch(r.Header.Get("Authorization")); key != nil {
			line += " by " + key[1]
		}
		if token := r.Header.Get("X-Security-Token"); token != "" && len(token) < 100 {
			line += " with " + token
		}
		if r.Status < 200 || r.Status > 299 {
			line += fmt.Sprintf(": %d", r.Status)
		}
		lines = append(lines, line)
	}
	return lines
}

// manyAccounts is a cloud that knows credentials of every origin apart.
func manyAccounts(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		for _, origin := range []string{"argument", "hw", "os", "profile", "sso", "ecs"} {
			d.IAM.Keys = append(d.IAM.Keys, simulator.Key{
				Access: "key-" + origin, Secret: "secret-" + origin, DomainID: simulator.DomainID,
			}, simulator.Key{
				Access: "temporary-" + origin, Secret: "secret-" + origin, DomainID: simulator.DomainID, SecurityToken: "security-" + origin,
			})
			d.IAM.Tokens = append(d.IAM.Tokens, simulator.IssuedToken{
				Value: "token-" + origin, DomainID: simulator.DomainID, ProjectID: simulator.ProjectID,
			})
			d.IAM.Users = append(d.IAM.Users, simulator.User{
				Name: "user-" + origin, Password: "password-" + origin, DomainID: simulator.DomainID,
			})
		}
		d.Metadata.Key = simulator.Key{Access: "temporary-ecs", Secret: "secret-ecs", SecurityToken: "security-ecs"}
	})
	c.environment = map[string]string{
		"HW_METADATA_ENDPOINT": c.MetadataURL(), "HW_REGION_NAME": simulator.Region, "HW_PROJECT_ID": simulator.ProjectID,
	}
	return c
}

// profiles is a file of KooCLI with a profile of each kind.
func profiles(t *testing.T) string {
	t.Helper()
	return textFile(t, fmt.Sprintf(`{"current": "keys", "profiles": [
		{"name": "keys", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile", "region": %q, "projectId": %q},
		{"name": "temporary", "mode": "AKSK", "accessKeyId": "temporary-profile", "secretAccessKey": "secret-profile", "securityToken": "security-profile"},
		{"name": "sso", "mode": "SSO", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile", "region": "",
			"ssoAuth": {"stsToken": {"accessKeyId": "temporary-sso", "secretAccessKey": "secret-sso", "securityToken": "security-sso"}}},
		{"name": "agency", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile",
			"agencyName": %q, "agencyDomainName": %q},
		{"name": "agency by id", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile",
			"agencyName": %[3]q, "agencyDomainId": %[5]q},
		{"name": "homeless agency", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile", "agencyName": "x"},
		{"name": "half", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": ""},
		{"name": "encrypted", "mode": "AKSK", "accessKeyId": "3q2+7wAAAAAAAAAAAAAAAA==", "secretAccessKey": "c2VjcmV0LXByb2ZpbGUtZW5jcnlwdGVk="},
		{"name": "without place", "mode": "AKSK", "accessKeyId": "key-profile", "secretAccessKey": "secret-profile"}
	]}`, simulator.SecondRegion, simulator.SecondProjectID, simulator.AgencyName, simulator.AgencyDomainName, simulator.AgencyDomainID))
}

func textFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Lines of [cloud.asked] for a lookup of the default project.
const (
	lookup1     = "dli " + simulator.Region + " " + simulator.ProjectID + " by "
	askMetadata = "metadata /meta-data/latest/api/token|metadata /openstack/latest/securitykey|"
)

func signInAs(user string) string {
	return "iam " + simulator.Region + " user " + user + " for " + simulator.ProjectID + "|" + lookup1 + "an issued token"
}

// TestPrecedence looks up one list with credentials from each source, from each
// pair of neighbors and from parts of several, and sees by which it was asked for.
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
		"token":                 {token, nil, lookup1 + "token-argument"},
		"HW token":              {nil, hwToken, lookup1 + "token-hw"},
		"OS token":              {nil, osToken, lookup1 + "token-os"},
		"keys":                  {keys, nil, lookup1 + "key-argument"},
		"HW keys":               {nil, hwKeys, lookup1 + "key-hw"},
		"OS keys":               {nil, osKeys, lookup1 + "key-os"},
		"temporary keys":        {object{"access_key": "temporary-argument", "secret_key": "secret-argument", "security_token": "security-argument"}, nil, lookup1 + "temporary-argument with security-argument"},
		"HW temporary keys":     {nil, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECRET_KEY": "secret-hw", "HW_SECURITY_TOKEN": "security-hw"}, lookup1 + "temporary-hw with security-hw"},
		"user":                  {user, nil, signInAs("user-argument")},
		"HW user":               {nil, hwUser, signInAs("user-hw")},
		"OS user":               {nil, osUser, signInAs("user-os")},
		"profile":               {profile, nil, lookup1 + "key-profile"},
		"current profile":       {object{"shared_config_file": file}, nil, lookup1 + "key-profile"},
		"HW profile":            {nil, hwProfile, lookup1 + "temporary-profile with security-profile"},
		"SSO profile":           {object{"shared_config_file": file, "profile": "sso"}, nil, lookup1 + "temporary-sso with security-sso"},
		"metadata":              {nil, nil, askMetadata + lookup1 + "temporary-ecs with security-ecs"},
		"nothing but a domain":  {object{"domain_name": "x"}, nil, askMetadata + lookup1 + "temporary-ecs with security-ecs"},
		"nothing but empty":     {object{"access_key": "", "token": "", "password": "", "profile": ""}, object{"HW_AUTH_TOKEN": "", "OS_ACCESS_KEY": ""}, askMetadata + lookup1 + "temporary-ecs with security-ecs"},
		"security token of env": {nil, object{"HW_SECURITY_TOKEN": "security-hw"}, askMetadata + lookup1 + "temporary-ecs with security-ecs"},

		// An argument before the environment, HW_ before OS_.
		"token, HW":             {token, hwToken, lookup1 + "token-argument"},
		"token, HW and OS":      {nil, merge(hwToken, osToken), lookup1 + "token-hw"},
		"keys, HW":              {keys, hwKeys, lookup1 + "key-argument"},
		"keys, HW and OS":       {nil, merge(hwKeys, osKeys), lookup1 + "key-hw"},
		"user, HW":              {user, hwUser, signInAs("user-argument")},
		"user, HW and OS":       {nil, merge(hwUser, osUser), signInAs("user-hw")},
		"profile, HW":           {profile, hwProfile, lookup1 + "key-profile"},
		"profile's name in env": {object{"shared_config_file": file}, object{"HW_PROFILE": "sso"}, lookup1 + "temporary-sso with security-sso"},
		"profile's file in env": {object{"profile": "sso"}, object{"HW_SHARED_CONFIG_FILE": file}, lookup1 + "temporary-sso with security-sso"},
		"empty argument":        {object{"access_key": "", "secret_key": ""}, hwKeys, lookup1 + "key-hw"},
		"empty HW":              {nil, merge(osKeys, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}), lookup1 + "key-os"},

		// Neighbors of one origin.
		"token and keys":           {merge(token, keys), nil, lookup1 + "token-argument"},
		"keys and user":            {merge(keys, user), nil, lookup1 + "key-argument"},
		"user and profile":         {merge(user, profile), nil, signInAs("user-argument")},
		"profile and metadata":     {profile, nil, lookup1 + "key-profile"},
		"HW token and HW keys":     {nil, merge(hwToken, hwKeys), lookup1 + "token-hw"},
		"OS token and HW keys":     {nil, merge(osToken, hwKeys), lookup1 + "token-os"},
		"HW keys and HW user":      {nil, merge(hwKeys, hwUser), lookup1 + "key-hw"},
		"HW user and HW profile":   {nil, merge(hwUser, hwProfile), signInAs("user-hw")},
		"all arguments":            {merge(token, keys, user, profile), nil, lookup1 + "token-argument"},
		"all of the environment":   {nil, merge(hwToken, hwKeys, hwUser, hwProfile), lookup1 + "token-hw"},
		"security token, no token": {merge(keys, object{"access_key": "temporary-argument", "security_token": "security-argument"}), hwToken, lookup1 + "temporary-argument with security-argument"},

		// A kind that an argument names before one that only the environment does.
		"keys before HW token":      {keys, hwToken, lookup1 + "key-argument"},
		"user before HW token":      {user, hwToken, signInAs("user-argument")},
		"user before HW keys":       {user, hwKeys, signInAs("user-argument")},
		"token before HW keys":      {token, hwKeys, lookup1 + "token-argument"},
		"HW keys before a profile":  {profile, hwKeys, lookup1 + "key-hw"},
		"HW user before a profile":  {profile, hwUser, signInAs("user-hw")},
		"HW token before a profile": {profile, hwToken, lookup1 + "token-hw"},

		// Parts of several origins.
		"key and HW secret":        {object{"access_key": "key-argument"}, object{"HW_SECRET_KEY": "secret-argument"}, lookup1 + "key-argument"},
		"key and OS secret":        {object{"access_key": "key-argument"}, object{"OS_SECRET_KEY": "secret-argument"}, lookup1 + "key-argument"},
		"HW key and secret":        {object{"secret_key": "secret-hw"}, object{"HW_ACCESS_KEY": "key-hw"}, lookup1 + "key-hw"},
		"HW key and OS secret":     {nil, object{"HW_ACCESS_KEY": "key-hw", "OS_SECRET_KEY": "secret-hw"}, lookup1 + "key-hw"},
		"key beside other HW keys": {object{"access_key": "key-argument", "secret_key": "secret-argument"}, merge(hwKeys, object{"HW_SECURITY_TOKEN": "security-hw"}), lookup1 + "key-argument"},
		"security token of HW key": {object{"secret_key": "secret-hw"}, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECURITY_TOKEN": "security-hw"}, lookup1 + "temporary-hw with security-hw"},
		"security token of OS key": {nil, object{"OS_ACCESS_KEY": "temporary-os", "OS_SECRET_KEY": "secret-os", "HW_SECURITY_TOKEN": "security-os"}, lookup1 + "temporary-os with security-os"},
		"security token and HW":    {object{"security_token": "security-hw"}, object{"HW_ACCESS_KEY": "temporary-hw", "HW_SECRET_KEY": "secret-hw"}, lookup1 + "temporary-hw with security-hw"},
		"user and HW password":     {object{"user_name": "user-argument"}, object{"HW_USER_PASSWORD": "password-argument", "OS_DOMAIN_NAME": simulator.DomainName}, signInAs("user-argument")},
		"password and HW user":     {object{"password": "password-hw"}, object{"HW_USER_NAME": "user-hw", "HW_DOMAIN_NAME": simulator.DomainName}, signInAs("user-hw")},
		"HW token with half keys":  {nil, merge(hwToken, object{"HW_ACCESS_KEY": "key-hw"}), lookup1 + "token-hw"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
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
			if diff := cmp.Diff(strings.Split(test.want, "|"), c.asked(t)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestPlaces looks up one list in regions and projects from each source, and
// sees where it was asked for.
func TestPlaces(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	in := func(region, project, by string) string { return "dli " + region + " " + project + " by " + by }
	looked := func(region, project, by string) string {
		return "iam " + region + " project " + project + " by " + by + "|"
	}
	const north, south = simulator.Region, simulator.SecondRegion
	for name, test := range map[string]struct {
		arguments, environment, lookup object
		want                           string
	}{
		"region":                    {object{"region": south}, object{"HW_REGION_NAME": north}, nil, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"HW region":                 {nil, object{"HW_REGION_NAME": south, "OS_REGION_NAME": north}, nil, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"OS region":                 {nil, object{"OS_REGION_NAME": north}, nil, looked(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
		"empty region":              {object{"region": ""}, object{"OS_REGION_NAME": north}, nil, looked(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
		"region of the lookup":      {object{"region": north, "project_id": simulator.ProjectID}, nil, object{"region": south}, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"no region but the lookup":  {nil, nil, object{"region": south}, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"project of the lookup":     {object{"region": north, "project_id": simulator.ProjectID}, nil, object{"project_id": simulator.SubProjectID}, in(north, simulator.SubProjectID, "key-hw")},
		"project":                   {object{"region": north, "project_id": simulator.SubProjectID}, object{"HW_PROJECT_ID": simulator.ProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"HW project":                {object{"region": north}, object{"HW_PROJECT_ID": simulator.SubProjectID, "OS_PROJECT_ID": simulator.ProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"OS project":                {object{"region": north}, object{"OS_PROJECT_ID": simulator.SubProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"project's name":            {object{"region": north, "project_name": simulator.SubProjectName}, object{"HW_PROJECT_NAME": "x"}, nil, looked(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"HW project's name":         {object{"region": north}, object{"HW_PROJECT_NAME": simulator.SubProjectName, "OS_PROJECT_NAME": "x"}, nil, looked(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"OS project's name":         {object{"region": north}, object{"OS_PROJECT_NAME": simulator.SubProjectName}, nil, looked(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"name of another region":    {object{"region": north, "project_name": simulator.SubProjectName}, nil, object{"region": south}, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"ID before name":            {object{"region": north, "project_id": simulator.ProjectID, "project_name": simulator.SubProjectName}, nil, nil, in(north, simulator.ProjectID, "key-hw")},
		"name before HW ID":         {object{"region": north, "project_name": simulator.SubProjectName}, object{"HW_PROJECT_ID": "x", "OS_PROJECT_ID": "x"}, nil, looked(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"HW ID before HW name":      {object{"region": north}, object{"HW_PROJECT_ID": simulator.ProjectID, "HW_PROJECT_NAME": "x"}, nil, in(north, simulator.ProjectID, "key-hw")},
		"profile's":                 {object{"shared_config_file": file}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, in(south, simulator.SecondProjectID, "key-profile")},
		"profile's region alone":    {object{"shared_config_file": file}, nil, nil, looked(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"region before profile's":   {object{"shared_config_file": file, "region": north}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, looked(north, north, "key-profile") + in(north, simulator.ProjectID, "key-profile")},
		"HW region before profile":  {object{"shared_config_file": file}, object{"HW_REGION_NAME": north, "HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, looked(north, north, "key-profile") + in(north, simulator.ProjectID, "key-profile")},
		"project before profile's":  {object{"shared_config_file": file, "project_name": simulator.SecondRegion}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, looked(south, south, "key-profile") + in(south, simulator.SecondProjectID, "key-profile")},
		"agency's project":          {object{"shared_config_file": file, "profile": "agency", "region": north}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, ""},
		"HW keys, profile's agency": {object{"shared_config_file": file, "profile": "agency", "region": north}, nil, nil, looked(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.Update(func(d *simulator.Data) {
				d.DLI.Projects[simulator.SubProjectID] = simulator.EnhancedConnections(1)
			})
			c.environment = map[string]string{"HW_ACCESS_KEY": "key-hw", "HW_SECRET_KEY": "secret-hw", "HW_METADATA_ENDPOINT": closedPort}
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
			s := c.configure(t, test.arguments)
			if got := s.read(t, enhancedConnectionsSource, test.lookup); got.errors != nil || s.diagnostics.errors != nil {
				t.Error(s.diagnostics.errors, got.errors)
			}
			asked := c.asked(t)
			if test.want == "" {
				if last := asked[len(asked)-1]; !strings.HasPrefix(last, "dli "+north+" "+simulator.AgencyProjectID) {
					t.Errorf("asked for %s", last)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(test.want, "|"), asked); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestAgencies assumes those of the blocks and of the environment.
func TestAgencies(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	first := object{"agency_name": simulator.AgencyName, "domain_name": simulator.AgencyDomainName}
	byName := "agency agency_name=example-agency domain_name=example-agency-domain"
	byID := "agency agency_name=example-agency domain_id=" + simulator.AgencyDomainID
	second := "agency agency_name=example-chained-agency domain_id=" + simulator.ChainedDomainID
	hw := object{"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_NAME": simulator.AgencyDomainName}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   []string
	}{
		"block":            {object{"assume_role": list{first}}, nil, []string{byName}},
		"by ID":            {object{"assume_role": list{object{"agency_name": simulator.AgencyName, "domain_id": simulator.AgencyDomainID}}}, nil, []string{byID}},
		"duration":         {object{"assume_role": list{merge(first, object{"duration": int64(900)})}}, nil, []string{byName + " duration_seconds=900"}},
		"environment":      {nil, hw, []string{byName}},
		"HW domain's ID":   {nil, object{"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_ID": simulator.AgencyDomainID}, []string{byID}},
		"HW duration":      {nil, merge(hw, object{"HW_ASSUME_ROLE_DURATION": "86400"}), []string{byName + " duration_seconds=86400"}},
		"block before HW":  {object{"assume_role": list{first}}, object{"HW_ASSUME_ROLE_AGENCY_NAME": "x", "HW_ASSUME_ROLE_DOMAIN_NAME": "y"}, []string{byName}},
		"ID before HW":     {object{"assume_role": list{object{"agency_name": simulator.AgencyName, "domain_id": simulator.AgencyDomainID}}}, hw, []string{byID}},
		"rest from HW":     {object{"assume_role": list{object{"agency_name": simulator.AgencyName}}}, object{"HW_ASSUME_ROLE_DOMAIN_NAME": simulator.AgencyDomainName, "HW_ASSUME_ROLE_DURATION": "900"}, []string{byName + " duration_seconds=900"}},
		"empty block":      {object{"assume_role": list{object{"agency_name": ""}}}, hw, []string{byName}},
		"chain":            {object{"assume_role": list{first, object{"agency_name": simulator.ChainedAgencyName, "domain_id": simulator.ChainedDomainID}}}, hw, []string{byName, second}},
		"profile's":        {object{"shared_config_file": file, "profile": "agency"}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byName}},
		"profile's by ID":  {object{"shared_config_file": file, "profile": "agency by id"}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byID}},
		"profile's, block": {object{"shared_config_file": file, "profile": "agency", "assume_role": list{object{"agency_name": simulator.ChainedAgencyName, "domain_id": simulator.ChainedDomainID}}}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byName, second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.Update(func(d *simulator.Data) {
				d.IAM.Keys = append(d.IAM.Keys, simulator.Key{Access: "key-profile", Secret: "secret-profile", DomainID: simulator.DomainID})
			})
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
			s := c.configure(t, test.arguments)
			if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil || s.diagnostics.errors != nil {
				t.Fatal(s.diagnostics.errors, got.errors)
			}
			var agencies []string
			for _, line := range c.asked(t) {
				if at := strings.Index(line, "agency agency_name"); at >= 0 {
					agencies = append(agencies, line[at:strings.Index(line, " by ")])
				}
			}
			if diff := cmp.Diff(test.want, agencies); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestRefusedSettings configures the provider wrongly: each mistake is an error
// at its attribute, before any request and without a secret.
func TestRefusedSettings(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	endpoint := func(service, address string) object { return object{"endpoints": object{service: address}} }
	at := func(attribute, text string) string { return `AttributeName("` + attribute + `"): ` + text }
	atEndpoint := func(service, text string) string {
		return `AttributeName("endpoints").ElementKeyString("` + service + `"): ` + text
	}
	inBlock := func(i int, attribute, text string) string {
		return fmt.Sprintf(`AttributeName("assume_role").ElementKeyInt(%d).AttributeName("%s"): %s`, i, attribute, text)
	}
	for name, test := range map[string]struct {
		arguments, environment object
		want                   []string
	}{
		"key without secret":         {object{"access_key": "key-argument"}, nil, []string{at("secret_key", "Incomplete credentials: To sign in with an access key, secret_key is needed too. Set it, or HW_SECRET_KEY in the environment.")}},
		"secret without key":         {object{"secret_key": "secret-argument"}, nil, []string{at("access_key", "Incomplete credentials")}},
		"security token alone":       {object{"security_token": "security-argument"}, nil, []string{at("access_key", "Incomplete credentials"), at("secret_key", "Incomplete credentials")}},
		"HW key without secret":      {nil, object{"HW_ACCESS_KEY": "key-hw"}, []string{at("secret_key", "Incomplete credentials")}},
		"OS secret without key":      {nil, object{"OS_SECRET_KEY": "secret-os"}, []string{at("access_key", "Incomplete credentials")}},
		"half keys, HW token":        {object{"access_key": "key-argument"}, object{"HW_AUTH_TOKEN": "token-hw"}, []string{at("secret_key", "Incomplete credentials")}},
		"half HW keys, profile":      {object{"shared_config_file": file}, object{"HW_ACCESS_KEY": "key-hw"}, []string{at("secret_key", "Incomplete credentials")}},
		"user alone":                 {object{"user_name": "user-argument"}, nil, []string{at("password", "Incomplete credentials"), at("domain_name", "Incomplete credentials: To sign in with a user, domain_name is needed too. Set it, or HW_DOMAIN_NAME in the environment.")}},
		"password alone":             {nil, object{"HW_USER_PASSWORD": "password-hw"}, []string{at("user_name", "Incomplete credentials"), at("domain_name", "Incomplete credentials")}},
		"user without domain":        {object{"user_name": "user-argument", "password": "password-argument"}, nil, []string{at("domain_name", "Incomplete credentials")}},
		"token with line break":      {object{"token": "token-argument\n"}, nil, []string{at("token", "Invalid credentials: The value of token, or of HW_AUTH_TOKEN or OS_AUTH_TOKEN in the environment, holds a line break")}},
		"HW keys with line breaks":   {nil, object{"HW_ACCESS_KEY": "key-hw\r", "HW_SECRET_KEY": "secret-hw\n", "HW_SECURITY_TOKEN": "\x7f"}, []string{at("access_key", "Invalid credentials"), at("secret_key", "Invalid credentials"), at("security_token", "Invalid credentials")}},
		"file that is an array":      {object{"shared_config_file": textFile(t, "[]")}, nil, []string{at("shared_config_file", "Unable to read KooCLI profile")}},
		"file of the wrong type":     {object{"shared_config_file": textFile(t, `{"profiles":"x"}`), "profile": "a"}, nil, []string{at("shared_config_file", "Unable to read KooCLI profile")}},
		"profile named JSON":         {object{"shared_config_file": file, "profile": "JSON"}, nil, []string{at("profile", "Unable to read KooCLI profile")}},
		"region with slash":          {object{"region": "x/"}, nil, []string{at("region", `Invalid region: A region consists of letters, digits, "-" and "_"; got "x/".`)}},
		"region with host":           {nil, object{"HW_REGION_NAME": "evil.example#"}, []string{at("region", "Invalid region")}},
		"region with user":           {object{"region": "a@b"}, nil, []string{at("region", "Invalid region")}},
		"cloud with fragment":        {object{"cloud": "evil.example#"}, nil, []string{at("cloud", "Invalid cloud")}},
		"cloud with slash":           {nil, object{"HW_CLOUD": "evil.example/x"}, []string{at("cloud", "Invalid cloud")}},
		"cloud with port":            {object{"cloud": "evil.example:80"}, nil, []string{at("cloud", "Invalid cloud")}},
		"cloud with dots":            {object{"cloud": "a..b"}, nil, []string{at("cloud", "Invalid cloud")}},
		"project with slash":         {object{"project_id": "a/b"}, nil, []string{at("project_id", "Invalid project ID")}},
		"HW project with dots":       {nil, object{"HW_PROJECT_ID": ".."}, []string{at("project_id", "Invalid project ID")}},
		"unknown service":            {endpoint("ecs", "https://x"), nil, []string{atEndpoint("ecs", `Unknown endpoint: There is no endpoint "ecs"; the known ones are vpcep, dli, apig, iam.`)}},
		"no scheme":                  {endpoint("dli", "dli.example.com"), nil, []string{atEndpoint("dli", "Invalid endpoint")}},
		"other scheme":               {endpoint("dli", "ftp://dli.example.com"), nil, []string{atEndpoint("dli", "Invalid endpoint: A base URL is http or https")}},
		"no host":                    {endpoint("vpcep", "https:///x"), nil, []string{atEndpoint("vpcep", "Invalid endpoint")}},
		"query":                      {endpoint("apig", "https://x/?a=b"), nil, []string{atEndpoint("apig", "Invalid endpoint")}},
		"empty query":                {endpoint("apig", "https://x/?"), nil, []string{atEndpoint("apig", "Invalid endpoint")}},
		"fragment":                   {endpoint("apig", "https://x/#"), nil, []string{atEndpoint("apig", "Invalid endpoint")}},
		"user in endpoint":           {endpoint("iam", "https://name:secret-argument@x"), nil, []string{atEndpoint("iam", "Invalid endpoint")}},
		"no URL":                     {endpoint("iam", "https://[secret-argument"), nil, []string{atEndpoint("iam", "Invalid endpoint")}},
		"other placeholder":          {endpoint("iam", "https://x/{zone}"), nil, []string{atEndpoint("iam", "Invalid endpoint")}},
		"auth URL":                   {object{"auth_url": "iam.example.com"}, nil, []string{at("auth_url", "Invalid endpoint")}},
		"HW auth URL":                {object{"endpoints": nil}, object{"HW_AUTH_URL": "iam.example.com"}, []string{at("auth_url", "Invalid endpoint")}},
		"insecure":                   {nil, object{"HW_INSECURE": "maybe"}, []string{at("insecure", `Invalid value in the environment: HW_INSECURE`)}},
		"retries":                    {object{"max_retries": int64(21)}, nil, []string{at("max_retries", "Invalid Attribute Value")}},
		"negative retries":           {object{"max_retries": int64(-1)}, nil, []string{at("max_retries", "Invalid Attribute Value")}},
		"HW retries":                 {nil, object{"HW_MAX_RETRIES": "21"}, []string{at("max_retries", `Invalid value in the environment: HW_MAX_RETRIES is a number from 0 to 20; got "21".`)}},
		"HW retries, no number":      {nil, object{"HW_MAX_RETRIES": "many"}, []string{at("max_retries", "Invalid value in the environment")}},
		"no file":                    {object{"shared_config_file": "/nowhere/config.json"}, nil, []string{at("shared_config_file", "Unable to read KooCLI configuration: Open /nowhere/config.json: no such file or directory.")}},
		"folder":                     {object{"shared_config_file": t.TempDir()}, nil, []string{at("shared_config_file", "Unable to read KooCLI configuration")}},
		"no JSON":                    {nil, object{"HW_SHARED_CONFIG_FILE": textFile(t, "key-profile=secret-profile")}, []string{at("shared_config_file", "Unable to read KooCLI profile")}},
		"other JSON":                 {object{"shared_config_file": textFile(t, `{"profiles":"secret-profile"}`)}, nil, []string{`Unable to read KooCLI profile`}},
		"no such profile":            {object{"shared_config_file": file, "profile": "other"}, nil, []string{at("profile", "Unable to read KooCLI profile: In "+file+`: it has no profile "other"; it has: keys, temporary,`)}},
		"no current profile":         {object{"shared_config_file": textFile(t, `{"profiles":[]}`)}, nil, []string{at("profile", "Unable to read KooCLI profile")}},
		"encrypted profile":          {object{"shared_config_file": file, "profile": "encrypted"}, nil, []string{"hcloud configure set --cli-auth-encrypt=false"}},
		"half a profile":             {object{"shared_config_file": file, "profile": "half"}, nil, []string{at("profile", "Unable to read KooCLI profile")}},
		"homeless agency":            {object{"shared_config_file": file, "profile": "homeless agency"}, nil, []string{at("profile", "Unable to read KooCLI profile")}},
		"no certificates":            {object{"cacert_file": "/nowhere/ca.pem"}, nil, []string{at("cacert_file", "Unable to read CA certificates")}},
		"empty certificates":         {nil, object{"HW_CACERT": textFile(t, "")}, []string{at("cacert_file", "Unable to read CA certificates")}},
		"other certificates":         {object{"cacert_file": textFile(t, "no PEM")}, nil, []string{at("cacert_file", "Unable to use CA certificates")}},
		"agency without name":        {object{"assume_role": list{object{"domain_name": "x"}}}, nil, []string{inBlock(0, "agency_name", "Incomplete agency")}},
		"agency without domain":      {object{"assume_role": list{object{"agency_name": "x"}}}, nil, []string{inBlock(0, "domain_name", "Incomplete agency")}},
		"agency with both domains":   {object{"assume_role": list{object{"agency_name": "x", "domain_name": "y", "domain_id": "z"}}}, nil, []string{inBlock(0, "domain_id", "Conflicting agency")}},
		"HW agency without domain":   {nil, object{"HW_ASSUME_ROLE_AGENCY_NAME": "x"}, []string{"Incomplete agency"}},
		"second agency without rest": {object{"assume_role": list{object{"agency_name": "x", "domain_name": "y"}, object{"agency_name": "z"}}}, object{"HW_ASSUME_ROLE_DOMAIN_NAME": "x"}, []string{inBlock(1, "domain_name", "Incomplete agency")}},
		"short duration":             {object{"assume_role": list{object{"agency_name": "x", "domain_name": "y", "duration": int64(899)}}}, nil, []string{inBlock(0, "duration", "Invalid Attribute Value")}},
		"long duration":              {object{"assume_role": list{object{"agency_name": "x", "domain_name": "y", "duration": int64(86401)}}}, nil, []string{inBlock(0, "duration", "Invalid Attribute Value")}},
		"HW duration":                {object{"assume_role": list{object{"agency_name": "x", "domain_name": "y"}}}, object{"HW_ASSUME_ROLE_DURATION": "15m"}, []string{"Invalid value in the environment: HW_ASSUME_ROLE_DURATION"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
			got := c.configure(t, test.arguments).diagnostics.errors
			if len(got) != len(test.want) {
				t.Errorf("%d errors came, want %d", len(got), len(test.want))
			}
			all := strings.Join(got, "\n")
			for _, want := range test.want {
				if !strings.Contains(all, want) {
					t.Errorf("no error %s", want)
				}
			}
			for _, secret := range []string{"secret-", "token-hw", "security-", "password-", "c2VjcmV0"} {
				if strings.Contains(strings.ReplaceAll(all, file, ""), secret) {
					t.Errorf("%s… is in an error", secret)
				}
			}
			if n := c.Count(nil); n != 0 {
				t.Errorf("%d requests were made", n)
			}
			if t.Failed() {
				t.Logf("the errors are\n%s", all)
			}
		})
	}
}

// TestAuthURL sees which of several IAMs is asked.
func TestAuthURL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		argument, endpoint, hw, os bool
		suffix, want               string
	}{
		"argument":                {true, true, true, true, "", "argument"},
		"argument with version":   {true, true, true, true, "/v3", "argument"},
		"argument with slashes":   {true, false, false, false, "/v3/", "argument"},
		"argument, closing slash": {true, false, false, false, "/", "argument"},
		"endpoint":                {false, true, true, true, "", "endpoint"},
		"endpoint with slash":     {false, true, true, true, "/", "endpoint"},
		"HW":                      {false, false, true, true, "/v3", "hw"},
		"OS":                      {false, false, false, true, "/v3", "os"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			iams := map[string]*simulator.Server{}
			for _, name := range []string{"argument", "endpoint", "hw", "os"} {
				iams[name] = simulator.Start(t)
			}
			arguments := object{"endpoints": c.endpoints()}
			delete(arguments["endpoints"].(object), "iam") //nolint:forcetypeassert // It was set so.
			address := func(name string) string { return iams[name].Endpoint("iam") + test.suffix }
			if test.argument {
				arguments["auth_url"] = address("argument")
			}
			if test.endpoint {
				arguments["endpoints"] = merge(c.endpoints(), object{"iam": address("endpoint")})
			}
			if test.hw {
				c.environment["HW_AUTH_URL"] = address("hw")
			}
			if test.os {
				c.environment["OS_AUTH_URL"] = address("os")
			}
			s := c.configure(t, arguments)
			if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil {
				t.Error(got.errors)
			}
			for name, iam := range iams {
				if n, want := iam.Count(nil), map[bool]int{true: 1}[name == test.want]; n != want {
					t.Errorf("the IAM of %s had %d requests, want %d", name, n, want)
				}
			}
		})
	}
}

// TestEndpoints sees which addresses the settings lead to.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments, environment, lookup object
		want                           string
	}{
		"default":            {nil, nil, nil, "GET https://dli.cn-north-4.myhuaweicloud.com/v2.0/p/datasource/enhanced-connections"},
		"Europe":             {object{"region": "eu-west-101"}, nil, nil, "GET https://dli.eu-west-101.myhuaweicloud.eu/v2.0/p/"},
		"Europe's lookup":    {nil, nil, object{"region": "eu-west-1"}, "GET https://dli.eu-west-1.myhuaweicloud.eu/v2.0/p/"},
		"cloud":              {object{"cloud": "cloud.example"}, object{"HW_CLOUD": "other.example"}, nil, "GET https://dli.cn-north-4.cloud.example/v2.0/p/"},
		"cloud in Europe":    {object{"cloud": "cloud.example", "region": "eu-west-101"}, nil, nil, "GET https://dli.eu-west-101.cloud.example/v2.0/p/"},
		"HW cloud":           {nil, object{"HW_CLOUD": "other.example"}, nil, "GET https://dli.cn-north-4.other.example/v2.0/p/"},
		"path":               {object{"endpoints": object{"dli": "https://x.example:8443/a/b"}}, nil, nil, "GET https://x.example:8443/a/b/v2.0/p/"},
		"path with slash":    {object{"endpoints": object{"dli": "https://x.example/a/"}}, nil, nil, "GET https://x.example/a/v2.0/p/"},
		"region in path":     {object{"endpoints": object{"dli": "https://x.example/{region}"}}, nil, object{"region": "r"}, "GET https://x.example/r/v2.0/p/"},
		"empty endpoint":     {object{"endpoints": object{"dli": ""}}, nil, nil, "GET https://dli.cn-north-4.myhuaweicloud.com/v2.0/p/"},
		"other's endpoint":   {object{"endpoints": object{"apig": "https://x.example"}}, nil, object{"region": "r"}, "GET https://dli.r.myhuaweicloud.com/v2.0/p/"},
		"fixed, same region": {object{"endpoints": object{"dli": "https://x.example"}}, nil, object{"region": simulator.Region}, "GET https://x.example/v2.0/p/"},
		"fixed, other region": {
			object{"endpoints": object{"dli": "https://x.example"}}, nil, object{"region": "r"},
			`AttributeName("region"): Unable to list DLI enhanced datasource connections: Asked for: enhanced datasource connections, in region r, project p. ` +
				`The provider's endpoints set dli to https://x.example`,
		},
		"no region": {object{}, object{"HW_REGION_NAME": ""}, nil, `AttributeName("region"): Unable to list DLI enhanced datasource connections: ` +
			`Asked for: enhanced datasource connections, project p. No region is set.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
			s := c.configure(t, merge(object{"endpoints": nil}, test.arguments))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if strings.HasPrefix(test.want, "GET ") {
				cancel() // A lookup that is canceled already tells where it would have gone.
			}
			got := s.readWithin(t, ctx, enhancedConnectionsSource, merge(object{"project_id": "p"}, test.lookup))
			if text := strings.Join(got.errors, "\n"); len(got.errors) != 1 || !strings.Contains(text, test.want) {
				t.Errorf("the error is %s, want %s", text, test.want)
			}
		})
	}
}

// TestWarnings are given where others can read along.
func TestWarnings(t *testing.T) {
	t.Parallel()
	plain := func(attribute string) string { return attribute + ": Endpoint is not encrypted" }
	for name, test := range map[string]struct {
		arguments, environment object
		want                   []string
	}{
		"loopback":         {nil, nil, nil},
		"localhost":        {object{"endpoints": object{"dli": "http://localhost:1", "apig": "http://[::1]:1"}}, nil, nil},
		"https":            {object{"endpoints": object{"dli": "https://x.example"}, "auth_url": "https://x.example"}, nil, nil},
		"http":             {object{"endpoints": object{"dli": "http://x.example"}}, nil, []string{plain(`AttributeName("endpoints").ElementKeyString("dli")`)}},
		"loopback in name": {object{"endpoints": object{"dli": "http://127.0.0.1.x.example"}}, nil, []string{plain(`AttributeName("endpoints").ElementKeyString("dli")`)}},
		"auth URL":         {object{"auth_url": "http://x.example/v3"}, nil, []string{plain(`AttributeName("auth_url")`)}},
		"insecure":         {object{"insecure": true}, nil, []string{`AttributeName("insecure"): Certificates are not checked`}},
		"HW insecure":      {nil, object{"HW_INSECURE": "true"}, []string{`AttributeName("insecure"): Certificates are not checked`}},
		"OS insecure":      {nil, object{"OS_INSECURE": "1"}, []string{`AttributeName("insecure"): Certificates are not checked`}},
		"not insecure":     {object{"insecure": false}, object{"HW_INSECURE": "true"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			for name, value := range test.environment {
				c.environment[name] = value.(string) //nolint:forcetypeassert // A variable is a string.
			}
			got := c.configure(t, test.arguments).diagnostics
			if got.errors != nil || len(got.warnings) != len(test.want) {
				t.Fatalf("errors %q, warnings %q, want %q", got.errors, got.warnings, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got.warnings[i], want) {
					t.Errorf("the warning is %s, want %s", got.warnings[i], want)
				}
			}
		})
	}
}

// TestCertificates reads from a cloud whose certificate nobody has signed.
func TestCertificates(t *testing.T) {
	t.Parallel()
	cloud := simulator.New()
	server := httptest.NewUnstartedServer(cloud)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Of handshakes that the client ends.
	server.StartTLS()
	t.Cleanup(server.Close)
	cloud.URL = server.URL
	file := textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	for name, test := range map[string]struct {
		arguments   object
		environment map[string]string
		fails       bool
	}{
		"nothing":        {nil, nil, true},
		"insecure":       {object{"insecure": true}, nil, false},
		"HW insecure":    {nil, map[string]string{"HW_INSECURE": "true", "OS_INSECURE": "false"}, false},
		"not insecure":   {object{"insecure": false}, map[string]string{"HW_INSECURE": "true"}, true},
		"certificate":    {object{"cacert_file": file}, map[string]string{"HW_CACERT": "/nowhere"}, false},
		"HW certificate": {nil, map[string]string{"HW_CACERT": file, "OS_CACERT": "/nowhere"}, false},
		"OS certificate": {nil, map[string]string{"OS_CACERT": file}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			maps.Copy(c.environment, test.environment)
			c.Server = cloud
			s := c.configure(t, test.arguments)
			got := strings.Join(append(s.diagnostics.errors, s.read(t, enhancedConnectionsSource, nil).errors...), "\n")
			if failed := strings.Contains(got, "certificate"); failed != test.fails || !test.fails && got != "" {
				t.Errorf("the errors are %q", got)
			}
		})
	}
}

// TestRetries counts how often a request is made whose service is not there.
func TestRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments object
		variable  string
		want      int
	}{
		"argument":            {object{"max_retries": int64(1)}, "0", 2},
		"argument of nothing": {object{"max_retries": int64(0)}, "1", 1},
		"environment":         {nil, "1", 2},
		"environment of none": {nil, "0", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.environment["HW_PROJECT_ID"], c.environment["HW_MAX_RETRIES"] = simulator.ProjectID, test.variable
			c.Inject(simulator.Fault{Service: "dli", Action: simulator.Empty(http.StatusServiceUnavailable)})
			if got := c.configure(t, test.arguments).read(t, enhancedConnectionsSource, nil); got.errors == nil {
				t.Error("no error came")
			}
			if n := c.Count(nil); n != test.want {
				t.Errorf("%d requests were made, want %d", n, test.want)
			}
		})
	}
}

// TestProfileAtHome reads the file that KooCLI writes where only the profile is named.
func TestProfileAtHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	content, err := os.ReadFile(profiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".hcloud", "config.json"), content, 0o600); err != nil { //nolint:gosec // The folder is the test's own.
		t.Fatal(err)
	}
	for _, arguments := range []object{{"profile": "sso"}, {"profile": "sso", "shared_config_file": "~/.hcloud/config.json"}} {
		c := manyAccounts(t)
		s := c.configure(t, arguments)
		if got := s.read(t, enhancedConnectionsSource, nil); s.diagnostics.errors != nil || got.errors != nil {
			t.Error(s.diagnostics.errors, got.errors)
		}
		if diff := cmp.Diff([]string{lookup1 + "temporary-sso with security-sso"}, c.asked(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
