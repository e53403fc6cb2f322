package client

import (
	"fmt"
	"strings"
)

// Services of the cloud, by the names that endpoints bear.
const (
	VPCEP = "vpcep"
	DLI   = "dli"
	APIG  = "apig"
	IAM   = "iam"
)

// Services are those that have an endpoint.
var Services = []string{VPCEP, DLI, APIG, IAM}

// regionPlaceholder stands for the region in the base URL of an endpoint.
const regionPlaceholder = "{region}"

// endpoint is the base URL of a service in a region, without a closing slash.
// An override without {region} serves the client's own region alone: for
// another it is an [ArgumentError], never the address of the wrong region.
func (c *Client) endpoint(service, region string) (string, error) {
	base, ok := c.config.Endpoints[service]
	switch {
	case service == IAM && c.config.AuthURL != "":
		// IAM knows the projects of all regions, so one address of it serves them all.
		base = c.config.AuthURL
	case !ok:
		base = "https://" + service + "." + regionPlaceholder + "." + c.cloud(region)
	case region != c.config.Region && !strings.Contains(base, regionPlaceholder):
		return "", &ArgumentError{
			Argument: "region",
			Detail: fmt.Sprintf("The provider's endpoints set %s to %s, which serves the provider's region %q alone, not %q. "+
				"Write {region} in that address where the region belongs, or leave %s out of endpoints.",
				service, base, c.config.Region, region, service),
		}
	}
	base = strings.TrimRight(strings.ReplaceAll(base, regionPlaceholder, region), "/")
	if service == IAM {
		// Its version is a part of each path, and often of its address too.
		base = strings.TrimRight(strings.TrimSuffix(base, "/v3"), "/")
	}
	return base, nil
}

// cloud is the domain under which the endpoints of a region are.
func (c *Client) cloud(region string) string {
	switch {
	case c.config.Cloud != "":
		return c.config.Cloud
	case strings.HasPrefix(region, "eu-west-1"):
		return "myhuaweicloud.eu"
	}
	return "myhuaweicloud.com"
}
