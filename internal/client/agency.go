package client

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// securityTokensPath is the path at which IAM creates temporary keys.
const securityTokensPath = "/v3.0/OS-CREDENTIAL/securitytokens" //nolint:gosec // A path, not a secret.

var assumeAgency = operation{OpAssumeAgency, IAM, http.MethodPost, securityTokensPath}

// Agency is an IAM agency: permissions that another account delegates to this one.
type Agency struct {
	Name string
	// DomainName or DomainID is the account that delegates.
	DomainName, DomainID string
	// Duration of the temporary keys: 15 minutes to 24 hours, 0 for the API's default.
	Duration time.Duration
}

// newAgencySource trades the credential of another source for the temporary keys of an agency.
//
// POST /v3.0/OS-CREDENTIAL/securitytokens, Identity and Access Management API reference, "Obtaining
// a Temporary Access Key and Security Token Through an Agency"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html).
func newAgencySource(c *Client, agency Agency, base credentialSource) credentialSource {
	s := &renewableSource{}
	s.fetch = func(ctx context.Context) (*credential, lifetime, error) {
		region := c.homeRegion()
		resp, err := c.askIAM(ctx, iamRequest{
			operation: assumeAgency,
			purpose:   agency.purpose(),
			region:    region,
			body:      agency.body(),
			source:    base,
			// The base credential needs a project of its own account: the one with the region's
			// name, which every account has. The configured project belongs to the agency's
			// account.
			scope: projectScope{region: region, name: region},
		})
		if err != nil {
			return nil, lifetime{}, err
		}
		return readKeys(resp)
	}
	return s
}

func (a Agency) purpose() string {
	if a.DomainID != "" {
		return fmt.Sprintf("assuming agency %q of domain ID %q", a.Name, a.DomainID)
	}
	return fmt.Sprintf("assuming agency %q of domain %q", a.Name, a.DomainName)
}

func (a Agency) body() jsonObject {
	role := jsonObject{"agency_name": a.Name}
	if a.DomainID != "" {
		role["domain_id"] = a.DomainID
	} else {
		role["domain_name"] = a.DomainName
	}
	if a.Duration > 0 {
		role["duration_seconds"] = int64(a.Duration / time.Second)
	}
	return jsonObject{"auth": jsonObject{"identity": jsonObject{
		"methods": []string{"assume_role"}, "assume_role": role,
	}}}
}
