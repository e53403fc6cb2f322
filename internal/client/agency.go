package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"
)

var assumeAgency = apiCall{operation: OpAssumeAgency, service: IAM, method: http.MethodPost, path: securityTokensPath}

// Agency is an IAM agency: permissions that another account delegates to this one.
type Agency struct {
	Name string
	// DomainName or DomainID is the account that delegates.
	DomainName, DomainID string
	// Duration of the temporary keys: 15 minutes to 24 hours, 0 for the API's default.
	Duration time.Duration
}

// source trades the credential of another source for the temporary keys of the agency.
//
// POST /v3.0/OS-CREDENTIAL/securitytokens, Identity and Access Management API reference, "Obtaining
// a Temporary Access Key and Security Token Through an Agency"
// (https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html).
func (a Agency) source(c *Client, base credentialSource) credentialSource {
	return newKeysSource(c, func(ctx context.Context, region string) (*credential, lifetime, error) {
		// The configured project belongs to the agency's account, not to that of the base credential,
		// so the project is any of its own.
		return readKeys(c.askIAM(ctx, region, a.auth(), &request{
			call:    assumeAgency,
			purpose: fmt.Sprintf("assuming agency %q of domain %q", a.Name, cmp.Or(a.DomainName, a.DomainID)),
			source:  base,
			project: projectScope{region: region},
		}))
	})
}

func (a Agency) auth() jsonObject {
	role := jsonObject{"agency_name": a.Name}
	if a.DomainID != "" {
		role["domain_id"] = a.DomainID
	} else {
		role["domain_name"] = a.DomainName
	}
	if a.Duration > 0 {
		role["duration_seconds"] = int64(a.Duration / time.Second)
	}
	return jsonObject{"identity": jsonObject{"methods": []string{"assume_role"}, "assume_role": role}}
}
