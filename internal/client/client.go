// Package client reads from the APIs of a Huawei-Cloud-compatible cloud over HTTP. It signs
// requests, retries temporary failures, and returns complete lists or an error.
package client

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
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
	// MaxRetries is the maximum number of retries of a request after temporary failures.
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
	hosts       hosts
	secrets     knownSecrets
	credentials credentialSource

	mu sync.Mutex
	// home is the region whose IAM serves sign-ins that belong to no region: Config.Region, or the
	// region of the first read.
	home     string
	projects map[projectScope]*cached[*string]
}

// New returns a client. It sends no request; its errors are about config.CACertificates.
func New(config Config) (*Client, error) {
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	c := &Client{
		config:    config,
		home:      config.Region,
		transport: transport,
		projects:  map[projectScope]*cached[*string]{},
	}
	c.credentials = config.Credentials.source(c)
	for _, agency := range config.Agencies {
		c.credentials = newAgencySource(c, agency, c.credentials)
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
	if in.Region == "" {
		in.Region = c.config.Region
	}
	if in.Region == "" {
		return in, ErrNoRegion
	}
	if _, err := c.endpoint(service, in.Region); err != nil {
		return in, err
	}
	c.setHomeRegion(in.Region)
	if in.ProjectID == "" && in.Region == c.config.Region {
		in.ProjectID = c.config.ProjectID
	}
	if in.ProjectID == "" {
		id, err := c.projectID(ctx, in.Region)
		if err != nil {
			return in, err
		}
		in.ProjectID = id
	}
	return in, nil
}

// setHomeRegion sets the home region, unless there is one.
func (c *Client) setHomeRegion(region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.home == "" {
		c.home = region
	}
}

func (c *Client) homeRegion() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.home
}

func (c *Client) log(ctx context.Context, message string, fields map[string]any) {
	if c.config.Log != nil {
		c.config.Log(ctx, message, fields)
	}
}

// operation is an API call.
type operation struct {
	name    Operation
	service string
	method  string
	// path below the service's endpoint; words in braces are replaced.
	path string
}

// get sends a request to a service and decodes the response into a T. The response itself comes
// along for errors about it.
func get[T any](ctx context.Context, c *Client, op operation, in Scope, segments map[string]string, query url.Values) (*T, *response, error) {
	address, err := c.address(op, in, segments, query)
	if err != nil {
		return nil, nil, err
	}
	resp, err := c.send(ctx, &request{
		operation: op,
		url:       address,
		projectID: in.ProjectID,
		source:    c.credentials,
		scope:     projectScope{region: in.Region, id: in.ProjectID},
	})
	if err != nil {
		return nil, nil, err
	}
	value, err := decode[T](resp)
	return value, resp, err
}

// address returns the URL of an operation. Words in braces in its path are replaced by segments,
// and {project_id} by the scope's.
func (c *Client) address(op operation, in Scope, segments map[string]string, query url.Values) (string, error) {
	base, err := c.endpoint(op.service, in.Region)
	if err != nil {
		return "", err
	}
	replacements := []string{"{project_id}", percentEncode(in.ProjectID)}
	for name, value := range segments {
		replacements = append(replacements, "{"+name+"}", percentEncode(value))
	}
	address := base + strings.NewReplacer(replacements...).Replace(op.path)
	if len(query) > 0 {
		// Encode writes a space as "+", which the gateway's signature check does not read as a
		// space.
		address += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return address, nil
}

// pageValues returns the query of a page. An offset of 0 is left out: some editions refuse it.
func pageValues(offset, limit int64) url.Values {
	values := url.Values{"limit": {strconv.FormatInt(limit, 10)}}
	if offset > 0 {
		values.Set("offset", strconv.FormatInt(offset, 10))
	}
	return values
}

// setNonEmpty sets a query parameter, unless its value is empty.
func setNonEmpty(values url.Values, name, value string) {
	if value != "" {
		values.Set(name, value)
	}
}
