package client

import "strings"

// The services of the cloud, by the names that their endpoints have.
const (
	VPCEP = "vpcep"
	DLI   = "dli"
	APIG  = "apig"
	IAM   = "iam"
)

// Services are the services that have an endpoint.
var Services = []string{VPCEP, DLI, APIG, IAM}

// regionPlaceholder is replaced by the region in the base URL of an endpoint.
const regionPlaceholder = "{region}"

// endpoint returns the base URL of a service in a region, without a slash at its end. A configured
// endpoint without {region} serves only the client's own region: another one is an
// [EndpointError], never the address of the wrong region.
func (c *Client) endpoint(service, region string) (string, error) {
	base, ok := c.config.Endpoints[service]
	switch {
	case service == IAM && c.config.AuthURL != "":
		// IAM knows the projects of all regions, so that one address serves them all.
		base = c.config.AuthURL
	case !ok:
		base = "https://" + service + "." + regionPlaceholder + "." + c.cloud(region)
	case region != c.config.Region && !strings.Contains(base, regionPlaceholder):
		return "", &EndpointError{Service: service, Endpoint: base, Region: region, OwnRegion: c.config.Region}
	}
	base = strings.TrimRight(strings.ReplaceAll(base, regionPlaceholder, region), "/")
	if service == IAM {
		// Its version is a part of each path, and often of its address too.
		base = strings.TrimRight(strings.TrimSuffix(base, "/v3"), "/")
	}
	return base, nil
}

// cloud returns the domain of a region's endpoints.
func (c *Client) cloud(region string) string {
	switch {
	case c.config.Cloud != "":
		return c.config.Cloud
	case strings.HasPrefix(region, "eu-west-1"):
		return "myhuaweicloud.eu"
	}
	return "myhuaweicloud.com"
}
