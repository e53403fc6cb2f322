package client

import (
	"context"
	"encoding/json"
	"net/http"
)

// jsonObject is the body of an IAM request, or a part of it.
type jsonObject map[string]any

// iamRequest is a request to the IAM of a region.
type iamRequest struct {
	operation operation
	purpose   string
	region    string
	// query is the encoded query, "" for none.
	query  string
	header http.Header
	body   jsonObject
	source credentialSource
	scope  projectScope
	// secrets are in the body or the headers and must not be shown.
	secrets []string
}

// askIAM sends a request to IAM. The response's body is never quoted; only its error code, message
// and request ID are shown.
func (c *Client) askIAM(ctx context.Context, r iamRequest) (*response, error) {
	base, err := c.endpoint(IAM, r.region)
	if err != nil {
		return nil, err
	}
	var body []byte
	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
	}
	address := base + r.operation.path
	if r.query != "" {
		address += "?" + r.query
	}
	return c.send(ctx, &request{
		operation: r.operation, purpose: r.purpose, url: address, header: r.header, body: body,
		source: r.source, scope: r.scope, secrets: r.secrets, hideBody: true,
	})
}
