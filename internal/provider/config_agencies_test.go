package provider

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestAgencies assumes the agencies of the blocks, of the profile and of the environment.
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
		"block":             {object{"assume_role": list{first}}, nil, []string{byName}},
		"by ID":             {object{"assume_role": list{object{"agency_name": simulator.AgencyName, "domain_id": simulator.AgencyDomainID}}}, nil, []string{byID}},
		"duration":          {object{"assume_role": list{merge(first, object{"duration": int64(900)})}}, nil, []string{byName + " duration_seconds=900"}},
		"environment":       {nil, hw, []string{byName}},
		"HW domain's ID":    {nil, object{"HW_ASSUME_ROLE_AGENCY_NAME": simulator.AgencyName, "HW_ASSUME_ROLE_DOMAIN_ID": simulator.AgencyDomainID}, []string{byID}},
		"HW ID before HW":   {nil, merge(hw, object{"HW_ASSUME_ROLE_DOMAIN_ID": simulator.AgencyDomainID}), []string{byID}},
		"name before HW ID": {object{"assume_role": list{first}}, object{"HW_ASSUME_ROLE_DOMAIN_ID": "x"}, []string{byName}},
		"HW duration":       {nil, merge(hw, object{"HW_ASSUME_ROLE_DURATION": "86400"}), []string{byName + " duration_seconds=86400"}},
		"block before HW":   {object{"assume_role": list{first}}, object{"HW_ASSUME_ROLE_AGENCY_NAME": "x", "HW_ASSUME_ROLE_DOMAIN_NAME": "y"}, []string{byName}},
		"ID before HW":      {object{"assume_role": list{object{"agency_name": simulator.AgencyName, "domain_id": simulator.AgencyDomainID}}}, hw, []string{byID}},
		"rest from HW":      {object{"assume_role": list{object{"agency_name": simulator.AgencyName}}}, object{"HW_ASSUME_ROLE_DOMAIN_NAME": simulator.AgencyDomainName, "HW_ASSUME_ROLE_DURATION": "900"}, []string{byName + " duration_seconds=900"}},
		"empty block":       {object{"assume_role": list{object{"agency_name": ""}}}, hw, []string{byName}},
		"chain":             {object{"assume_role": list{first, object{"agency_name": simulator.ChainedAgencyName, "domain_id": simulator.ChainedDomainID}}}, hw, []string{byName, second}},
		"profile's":         {object{"shared_config_file": file, "profile": "agency"}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byName}},
		"profile's by ID":   {object{"shared_config_file": file, "profile": "agency by id"}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byID}},
		"profile's, block":  {object{"shared_config_file": file, "profile": "agency", "assume_role": list{object{"agency_name": simulator.ChainedAgencyName, "domain_id": simulator.ChainedDomainID}}}, object{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, []string{byName, second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.Update(func(d *simulator.Data) {
				d.IAM.Keys = append(d.IAM.Keys, simulator.Key{Access: "key-profile", Secret: "secret-profile", DomainID: simulator.DomainID})
			})
			c.setVariables(test.environment)
			s := c.configure(t, test.arguments)
			if got := s.read(t, enhancedConnectionsSource, nil); got.errors != nil || s.diagnostics.errors != nil {
				t.Fatal(s.diagnostics.errors, got.errors)
			}
			var agencies []string
			for _, line := range c.requestLines(t) {
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
