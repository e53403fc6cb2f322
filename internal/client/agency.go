package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// securityTokensPath is where IAM gives temporary keys.
const securityTokensPath = "/v3.0/OS-CREDENTIAL/securitytokens" //nolint:gosec // A path, no secret.

// Agency is the delegation by another account, which lends its rights.
type Agency struct {
	Name string
	// DomainName or DomainID is the account that delegates.
	DomainName, DomainID string
	// Duration of the temporary keys: 15 minutes to 24 hours, 0 for the API's default.
	Duration time.Duration
}

// newAgencySource trades the credential of another source for the temporary
// keys of an agency.
//
// POST /v3.0/OS-CREDENTIAL/securitytokens, Identity and Access Management API
// reference, "Obtaining a Temporary Access Key and Security Token Through an Agency".
func newAgencySource(c *Client, agency Agency, from source) source {
	s := &renewedSource{}
	s.fetch = func(ctx context.Context) (*credential, time.Time, error) {
		keys, renewAt, err := c.assume(ctx, agency, from)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("assuming agency %q of %s: %w", agency.Name, agency.domain(), err)
		}
		return keys, renewAt, nil
	}
	return s
}

func (a Agency) domain() string {
	if a.DomainID != "" {
		return fmt.Sprintf("domain ID %q", a.DomainID)
	}
	return fmt.Sprintf("domain %q", a.DomainName)
}

func (c *Client) assume(ctx context.Context, agency Agency, from source) (*credential, time.Time, error) {
	role := map[string]any{"agency_name": agency.Name}
	if agency.DomainID != "" {
		role["domain_id"] = agency.DomainID
	} else {
		role["domain_name"] = agency.DomainName
	}
	if agency.Duration > 0 {
		role["duration_seconds"] = int64(agency.Duration / time.Second)
	}
	body, err := json.Marshal(map[string]any{"auth": map[string]any{"identity": map[string]any{
		"methods": []string{"assume_role"}, "assume_role": role,
	}}})
	if err != nil {
		return nil, time.Time{}, err
	}
	answered, err := c.askIAM(ctx, &request{method: http.MethodPost, body: body, source: from}, c.homeRegion(), securityTokensPath)
	if err != nil {
		return nil, time.Time{}, err
	}
	keys, err := decode[temporaryKeys](answered)
	if err != nil {
		return nil, time.Time{}, err
	}
	credential, renewAt := keys.credential(time.Now())
	if credential == nil {
		return nil, time.Time{}, answered.unexpected(errors.New("the keys are missing"))
	}
	return credential, renewAt, nil
}
