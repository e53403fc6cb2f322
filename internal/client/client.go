// Package client reads from the APIs of a Huawei-Cloud-compatible cloud over HTTP. It signs
// requests, retries temporary failures, and returns complete lists or an error.
//
// To read it, begin with what a request needs: errors.go and endpoints.go, credentials.go and sign.go
// (what authorizes it), cached.go (how that is shared and refreshed), trial.go and hosts.go (when it may
// be sent), retry.go, transport.go and transport_errors.go, response.go with decode.go, redact.go and
// text.go (what came of it). request.go puts these together. Then come the ways to sign in (iam.go,
// projects.go, token.go, password.go, agency.go, id_token.go, oidc.go, metadata.go), the lists (list.go,
// list_counted.go, list_uncounted.go, names.go), and a file for each API.
package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Config configures a client. Credentials must be set; all other fields may have their zero value.
type Config struct {
	// Region is the default region.
	Region string
	// Cloud is the domain of the endpoints, "" for the region's usual one.
	Cloud string
	// ProjectID and ProjectName name the project of Region.
	ProjectID, ProjectName string
	// AuthURL is the base URL of IAM for all regions, with or without /v3. It takes precedence over
	// the endpoint of IAM.
	AuthURL string
	// Endpoints are base URLs by service, in which {region} is replaced.
	Endpoints map[string]string
	// Credentials are [Keys], a [Token], a [Password], [OIDC] or [Metadata].
	Credentials Credentials
	// Agencies are assumed in order, each with the credentials of the one before.
	Agencies []Agency
	// Insecure disables TLS certificate verification.
	Insecure bool
	// CACertificates are PEM certificates to trust in addition to the system's.
	CACertificates []byte
	// ClientCertificate is presented to servers that ask for one; nil for none.
	ClientCertificate *tls.Certificate
	// MaxRetries is the maximum number of retries of a request after temporary failures. Those after
	// throttling do not count, unless it is 0.
	MaxRetries int
	// UserAgent is sent with every request.
	UserAgent string
	// Log is called for every attempt; it may be nil.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Client reads from the APIs of one account. It is safe for concurrent use.
type Client struct {
	config      Config
	transport   *http.Transport
	secrets     knownSecrets
	credentials credentialSource
	// projects are the IDs of projects that were looked up by name.
	projects cachedMap[projectScope, string]

	mu    sync.Mutex
	hosts map[string]*host
}

// New returns a client. It sends no request; its errors are about config.CACertificates.
func New(config Config) (*Client, error) {
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	c := &Client{config: config, transport: transport, secrets: knownSecrets{known: map[string]bool{}}, hosts: map[string]*host{}}
	c.projects.fetch = c.lookUpProject
	c.credentials = config.Credentials.source(c)
	for _, agency := range config.Agencies {
		c.credentials = agency.source(c, c.credentials)
	}
	return c, nil
}

// Scope is the region and the project to read from.
type Scope struct {
	Region    string
	ProjectID string
}

// Resolve fills in a missing region and project for a read from a service: the client's own region,
// and the region's project, which may have to be looked up. It returns [ErrNoRegion] if no region
// is known, and an [EndpointError] if the service's endpoint does not serve the region.
func (c *Client) Resolve(ctx context.Context, service string, in Scope) (Scope, error) {
	in.Region = cmp.Or(in.Region, c.config.Region)
	if in.Region == "" {
		return in, ErrNoRegion
	}
	_, err := c.endpoint(service, in.Region)
	if err == nil && in.ProjectID == "" {
		in.ProjectID, err = c.projectID(ctx, in.Region)
	}
	return in, err
}

// get sends a request to a service and decodes the response into a T. Words in braces in the path
// are replaced by values, and {project_id} by the scope's. The response itself comes along for
// errors about it.
func get[T any](ctx context.Context, c *Client, call apiCall, in Scope, values map[string]string, query url.Values) (*T, *response, error) {
	base, err := c.endpoint(call.service, in.Region)
	if err != nil {
		return nil, nil, err
	}
	words := []string{"{project_id}", percentEncode(in.ProjectID)}
	for name, value := range values {
		words = append(words, "{"+name+"}", percentEncode(value))
	}
	address := base + strings.NewReplacer(words...).Replace(call.path)
	if len(query) > 0 {
		address += "?" + encodeQuery(query)
	}
	project := projectScope{region: in.Region, id: in.ProjectID}
	resp, err := c.send(ctx, &request{call: call, url: address, source: c.credentials, project: project})
	if err != nil {
		return nil, nil, err
	}
	value, err := decode[T](resp)
	return value, resp, err
}

// withPage returns a query for a page. An offset of 0 is left out: some editions refuse it.
func withPage(query url.Values, offset, limit int64) url.Values {
	values := url.Values{"limit": {strconv.FormatInt(limit, 10)}}
	if offset > 0 {
		values.Set("offset", strconv.FormatInt(offset, 10))
	}
	maps.Copy(values, query)
	return values
}

// queryOf returns a query of names and values in turn. Empty values are left out.
func queryOf(pairs ...string) url.Values {
	values := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			values.Set(pair[0], pair[1])
		}
	}
	return values
}
