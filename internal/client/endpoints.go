package client

import (
	"cmp"
	"strings"
)

// The services of the cloud, by the names that their endpoints have.
const (
	VPCEP = "vpcep"
	DLI   = "dli"
	APIG  = "apig"
	IAM   = "iam"
)

// Services are the services that have an endpoint.
var Services = []string{VPCEP, DLI, APIG, IAM}

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
		base = "https://" + service + ".{region}." + c.cloud(region)
	case region != c.config.Region && !strings.Contains(base, "{region}"):
		return "", &EndpointError{Service: service, Endpoint: base, Region: region, OwnRegion: c.config.Region}
	}
	base = strings.TrimRight(strings.ReplaceAll(base, "{region}", region), "/")
	if service == IAM {
		// Its version is a part of each path, and often of its address too.
		base = strings.TrimRight(strings.TrimSuffix(base, "/v3"), "/")
	}
	return base, nil
}

// cloud returns the domain of a region's endpoints.
func (c *Client) cloud(region string) string {
	if strings.HasPrefix(region, "eu-west-1") {
		return cmp.Or(c.config.Cloud, "myhuaweicloud.eu")
	}
	return cmp.Or(c.config.Cloud, "myhuaweicloud.com")
}
