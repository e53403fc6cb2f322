package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestRegionAndProject reads one list with the region and the project from each origin, and checks
// where it was read.
func TestRegionAndProject(t *testing.T) {
	t.Parallel()
	file := profiles(t)
	in := func(region, project, by string) string { return "dli " + region + " " + project + " by " + by }
	lookedUp := func(region, project, by string) string {
		return "iam " + region + " project " + project + " by " + by + "|"
	}
	const north, south = simulator.Region, simulator.SecondRegion
	for name, test := range map[string]struct {
		arguments, environment, dataSource object
		want                               string
	}{
		"region":                    {object{"region": south}, object{"HW_REGION_NAME": north}, nil, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"HW region":                 {nil, object{"HW_REGION_NAME": south, "OS_REGION_NAME": north}, nil, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"OS region":                 {nil, object{"OS_REGION_NAME": north}, nil, lookedUp(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
		"empty region":              {object{"region": ""}, object{"OS_REGION_NAME": north}, nil, lookedUp(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
		"region of a data source":   {object{"region": north, "project_id": simulator.ProjectID}, nil, object{"region": south}, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"data source's region only": {nil, nil, object{"region": south}, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"project of a data source":  {object{"region": north, "project_id": simulator.ProjectID}, nil, object{"project_id": simulator.SubProjectID}, in(north, simulator.SubProjectID, "key-hw")},
		"project":                   {object{"region": north, "project_id": simulator.SubProjectID}, object{"HW_PROJECT_ID": simulator.ProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"HW project":                {object{"region": north}, object{"HW_PROJECT_ID": simulator.SubProjectID, "OS_PROJECT_ID": simulator.ProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"OS project":                {object{"region": north}, object{"OS_PROJECT_ID": simulator.SubProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"project's name":            {object{"region": north, "project_name": simulator.SubProjectName}, object{"HW_PROJECT_NAME": "x"}, nil, lookedUp(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"HW project's name":         {object{"region": north}, object{"HW_PROJECT_NAME": simulator.SubProjectName, "OS_PROJECT_NAME": "x"}, nil, lookedUp(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"OS project's name":         {object{"region": north}, object{"OS_PROJECT_NAME": simulator.SubProjectName}, nil, lookedUp(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"name of another region":    {object{"region": north, "project_name": simulator.SubProjectName}, nil, object{"region": south}, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"ID before name":            {object{"region": north, "project_id": simulator.ProjectID, "project_name": simulator.SubProjectName}, nil, nil, in(north, simulator.ProjectID, "key-hw")},
		"name before HW ID":         {object{"region": north, "project_name": simulator.SubProjectName}, object{"HW_PROJECT_ID": "x", "OS_PROJECT_ID": "x"}, nil, lookedUp(north, simulator.SubProjectName, "key-hw") + in(north, simulator.SubProjectID, "key-hw")},
		"HW ID before HW name":      {object{"region": north}, object{"HW_PROJECT_ID": simulator.ProjectID, "HW_PROJECT_NAME": "x"}, nil, in(north, simulator.ProjectID, "key-hw")},
		"HW project of its region":  {object{"region": north}, object{"HW_REGION_NAME": north, "HW_PROJECT_ID": simulator.SubProjectID}, nil, in(north, simulator.SubProjectID, "key-hw")},
		"HW project of another":     {object{"region": south}, object{"HW_REGION_NAME": north, "HW_PROJECT_ID": simulator.SubProjectID}, nil, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"HW name of another":        {object{"region": south}, object{"OS_REGION_NAME": north, "HW_PROJECT_NAME": simulator.SubProjectName}, nil, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"project in another region": {object{"region": south, "project_id": simulator.SecondProjectID}, object{"HW_REGION_NAME": north, "HW_PROJECT_ID": "x"}, nil, in(south, simulator.SecondProjectID, "key-hw")},
		"encrypted profile's keys":  {nil, object{"HW_SHARED_CONFIG_FILE": file, "HW_PROFILE": "encrypted"}, object{"region": north}, lookedUp(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
		"profile's":                 {object{"shared_config_file": file}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, in(south, simulator.SecondProjectID, "key-profile")},
		"HW profile's region alone": {nil, object{"HW_SHARED_CONFIG_FILE": file}, nil, lookedUp(south, south, "key-hw") + in(south, simulator.SecondProjectID, "key-hw")},
		"region before profile's":   {object{"shared_config_file": file, "region": north}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, lookedUp(north, north, "key-profile") + in(north, simulator.ProjectID, "key-profile")},
		"HW region before profile":  {object{"shared_config_file": file}, object{"HW_REGION_NAME": north, "HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, lookedUp(north, north, "key-profile") + in(north, simulator.ProjectID, "key-profile")},
		"project before profile's":  {object{"shared_config_file": file, "project_name": simulator.SecondRegion}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, lookedUp(south, south, "key-profile") + in(south, simulator.SecondProjectID, "key-profile")},
		"agency's project":          {object{"shared_config_file": file, "profile": "agency", "region": north}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, nil, ""},
		"HW keys, no agency":        {object{"region": north}, object{"HW_SHARED_CONFIG_FILE": file, "HW_PROFILE": "agency"}, nil, lookedUp(north, north, "key-hw") + in(north, simulator.ProjectID, "key-hw")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := manyAccounts(t)
			c.Update(func(d *simulator.Data) {
				d.DLI.Projects[simulator.SubProjectID] = simulator.EnhancedConnections(1)
			})
			c.environment = map[string]string{"HW_ACCESS_KEY": "key-hw", "HW_SECRET_KEY": "secret-hw", "HW_METADATA_ENDPOINT": closedPort}
			c.setVariables(test.environment)
			s := c.configure(t, test.arguments)
			if got := s.read(t, enhancedConnectionsSource, test.dataSource); got.errors != nil || s.diagnostics.errors != nil {
				t.Error(s.diagnostics.errors, got.errors)
			}
			lines := c.requestLines(t)
			if test.want == "" {
				if last := lines[len(lines)-1]; !strings.HasPrefix(last, "dli "+north+" "+simulator.AgencyProjectID) {
					t.Errorf("the last request is %s", last)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(test.want, "|"), lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestWarnings are given if others on the network can read along.
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
		"insecure":         {object{"insecure": true}, nil, []string{`AttributeName("insecure"): TLS certificates are not verified`}},
		"HW insecure":      {nil, object{"HW_INSECURE": "true"}, []string{`AttributeName("insecure"): TLS certificates are not verified`}},
		"OS insecure":      {nil, object{"OS_INSECURE": "1"}, []string{`AttributeName("insecure"): TLS certificates are not verified`}},
		"GitHub Actions": {
			object{"assume_role_with_oidc": object{"idp_id": "i"}},
			object{githubRequestURLVariable: "http://x.example/token?api-version=1", githubRequestTokenVariable: "t"},
			[]string{`AttributeName("assume_role_with_oidc").AttributeName("id_token"): Endpoint of GitHub Actions is not encrypted: Requests to http://x.example/token use plain http`},
		},
		"GitHub Actions on loopback": {
			object{"assume_role_with_oidc": object{"idp_id": "i"}},
			object{githubRequestURLVariable: "http://127.0.0.1:1/token", githubRequestTokenVariable: "t"}, nil,
		},
		"not insecure": {object{"insecure": false}, object{"HW_INSECURE": "true"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.setVariables(test.environment)
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

// TestRetries counts the requests to a service that is unavailable.
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
				t.Error("no error")
			}
			if n := c.Count(nil); n != test.want {
				t.Errorf("%d requests, want %d", n, test.want)
			}
		})
	}
}

// TestFacts tells the advice on errors what the configuration looks like.
func TestFacts(t *testing.T) {
	t.Parallel()
	id, secret := strings.Repeat("AB12", 5), strings.Repeat("aB12", 10)
	for name, test := range map[string]struct {
		arguments, environment object
		want                   providerData
	}{
		"nothing":           {nil, nil, providerData{noCredentials: true, emptyBlock: true}},
		"empty block":       {nil, object{"HW_ACCESS_KEY": id, "HW_SECRET_KEY": secret}, providerData{emptyBlock: true}},
		"any argument":      {object{"insecure": false}, nil, providerData{noCredentials: true}},
		"any block":         {object{"assume_role": list{object{}}}, nil, providerData{noCredentials: true}},
		"swapped":           {object{"access_key": secret, "secret_key": id}, nil, providerData{looksSwapped: true}},
		"the same":          {object{"access_key": secret, "secret_key": secret}, nil, providerData{}},
		"unread token":      {object{"access_key": id}, object{"HW_SECRET_KEY": secret, "HW_SECURITY_TOKEN": "x"}, providerData{unreadSecurityToken: true}},
		"token of argument": {object{"access_key": id, "secret_key": secret, "security_token": "x"}, object{"HW_SECURITY_TOKEN": "x"}, providerData{}},
		"endpoints": {
			object{"endpoints": object{"dli": "https://x", "iam": "https://y"}}, object{"HW_ENDPOINT_APIG": "https://z", "OS_AUTH_URL": "https://z"},
			providerData{noCredentials: true, addresses: map[string]string{"dli": "endpoints.dli", "iam": "endpoints.iam", "apig": "HW_ENDPOINT_APIG"}},
		},
		"auth_url": {
			object{"auth_url": "https://x", "endpoints": object{"iam": "https://y"}}, nil,
			providerData{noCredentials: true, addresses: map[string]string{"iam": "auth_url"}},
		},
		"OS_AUTH_URL": {nil, object{"OS_AUTH_URL": "https://x"}, providerData{noCredentials: true, emptyBlock: true, addresses: map[string]string{"iam": "OS_AUTH_URL"}}},
	} {
		_, got, _ := builtData(t, test.arguments, variablesOf(test.environment))
		facts := providerData{
			noCredentials: got.noCredentials, unreadSecurityToken: got.unreadSecurityToken, looksSwapped: got.looksSwapped,
			emptyBlock: got.emptyBlock, addresses: got.addresses,
		}
		if diff := cmp.Diff(test.want, facts, cmp.AllowUnexported(providerData{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
