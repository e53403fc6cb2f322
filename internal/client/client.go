// Package client reads from the APIs of a Huawei-Cloud-compatible cloud over
// HTTP: signed, tried again where that helps, and whole or not at all.
package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Config is what a client is made of. Credentials must be set; the zero values
// of all others are allowed.
type Config struct {
	// Region is the client's own, for lookups that name none.
	Region string
	// Cloud is the domain of the endpoints, "" for the region's usual one.
	Cloud string
	// ProjectID and ProjectName are those of the client's own region.
	ProjectID, ProjectName string
	// AuthURL is the base URL of IAM for all regions, with or without /v3. It
	// goes before the endpoint of IAM.
	AuthURL string
	// Endpoints are base URLs by service, perhaps with {region} in them.
	Endpoints map[string]string
	// Credentials are [Keys], a [Token], a [Password] or [Metadata].
	Credentials Credentials
	// Agencies are assumed one after another, beginning with the credentials.
	Agencies []Agency
	// Insecure accepts any certificate of a server.
	Insecure bool
	// CACertificates in PEM are trusted beside the system's.
	CACertificates []byte
	// MaxRetries is how often a request is tried again, 0 for never.
	MaxRetries int
	// UserAgent goes with every request.
	UserAgent string
	// Log is told of every attempt; it may be nil.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Client reads from the APIs of one account. It is safe for concurrent use.
type Client struct {
	config    Config
	transport *http.Transport
	slots     *semaphore.Weighted
	holdBack  holdBack
	secrets   secrets

	// account authorizes what is not bound to one project.
	account source

	mu sync.Mutex
	// home is the region whose IAM lends the rights of agencies: the client's
	// own, else that of the first lookup.
	home     string
	signIns  map[projectScope]*signInSource
	projects map[string]*shared[*string]
}

// New makes a client. It makes no request; its errors are about the
// certificates in config.
func New(config Config) (*Client, error) {
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	c := &Client{
		config:    config,
		home:      config.Region,
		transport: transport,
		slots:     semaphore.NewWeighted(maxInFlight),
		signIns:   map[projectScope]*signInSource{},
		projects:  map[string]*shared[*string]{},
	}
	if c.account = config.Credentials.source(c); len(config.Agencies) > 0 {
		if c.account == nil {
			c.account = homeSource{c}
		}
		for _, agency := range config.Agencies {
			c.account = newAgencySource(c, agency, c.account)
		}
	}
	return c, nil
}

// Scope is the region and the project that a lookup reads from.
type Scope struct {
	Region    string
	ProjectID string
}

// Resolve completes what a lookup of a service says of where to read: an empty
// region is the client's own, an empty project the region's, which may have to
// be looked up. Where the service has no endpoint for the region, or no region
// is named at all, the error is an [ArgumentError].
func (c *Client) Resolve(ctx context.Context, service string, in Scope) (Scope, error) {
	if in.Region == "" {
		in.Region = c.config.Region
	}
	if in.Region == "" {
		return in, &ArgumentError{
			Argument: "region",
			Detail:   "No region is set. Set region here or in the provider's configuration, or HW_REGION_NAME.",
		}
	}
	if _, err := c.endpoint(service, in.Region); err != nil {
		return in, err
	}
	c.settleHome(in.Region)
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

func (c *Client) settleHome(region string) {
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

// address is the URL of a service's path in a scope. The words of path that
// stand in braces are taken from segments, and {project_id} from the scope.
func (c *Client) address(service string, in Scope, path string, segments map[string]string, query url.Values) (string, error) {
	base, err := c.endpoint(service, in.Region)
	if err != nil {
		return "", err
	}
	replacements := []string{"{project_id}", percentEncode(in.ProjectID)}
	for name, value := range segments {
		replacements = append(replacements, "{"+name+"}", percentEncode(value))
	}
	address := base + strings.NewReplacer(replacements...).Replace(path)
	if len(query) > 0 {
		// Encode writes a space as "+", which the signature does not know.
		address += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return address, nil
}

func setNonEmpty(values url.Values, name, value string) {
	if value != "" {
		values.Set(name, value)
	}
}

// get reads an answer of a service into a T. The answer itself comes along for
// what the caller may have to say of it.
func get[T any](ctx context.Context, c *Client, service string, in Scope, path string, segments map[string]string, query url.Values) (*T, *answer, error) {
	address, err := c.address(service, in, path, segments, query)
	if err != nil {
		return nil, nil, err
	}
	a, err := c.send(ctx, &request{
		method:    http.MethodGet,
		url:       address,
		projectID: in.ProjectID,
		source:    c.source(in),
	})
	if err != nil {
		return nil, nil, err
	}
	value, err := decode[T](a)
	return value, a, err
}

// source authorizes the requests of a scope.
func (c *Client) source(in Scope) source {
	if c.account != nil {
		return c.account
	}
	return c.signIn(projectScope{region: in.Region, id: in.ProjectID})
}

func (c *Client) log(ctx context.Context, message string, fields map[string]any) {
	if c.config.Log != nil {
		c.config.Log(ctx, message, fields)
	}
}
