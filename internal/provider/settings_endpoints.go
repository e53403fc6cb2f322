package provider

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// endpoints are the base URLs that the user sets.
func (s settings) endpoints(ctx context.Context, argument types.Map) map[string]string {
	var set map[string]types.String
	s.diags.Append(argument.ElementsAs(ctx, &set, false)...)
	endpoints := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(set)) {
		at := path.Root("endpoints").AtMapKey(service)
		address := set[service].ValueString()
		switch {
		case !slices.Contains(client.Services, service):
			s.diags.AddAttributeError(at, "Unknown endpoint", fmt.Sprintf("There is no endpoint %q; the known ones are %s.", service, strings.Join(client.Services, ", ")))
		case address != "":
			s.checkAddress(at, address)
			endpoints[service] = address
		}
	}
	return endpoints
}

// authURL is the address of IAM that is not under endpoints.
func (s settings) authURL(argument types.String, endpoints map[string]string) string {
	address := s.text(argument, authURLVariables)
	if !address.named && endpoints[client.IAM] != "" || address.value == "" {
		return ""
	}
	s.checkAddress(path.Root("auth_url"), address.value)
	return address.value
}

// checkAddress refuses what is no base URL, and warns of one that is not encrypted.
func (s settings) checkAddress(at path.Path, address string) {
	base, err := url.Parse(strings.ReplaceAll(address, "{region}", "region"))
	problem := ""
	switch {
	case err != nil:
		problem = "it is no URL"
	case base.Scheme != "http" && base.Scheme != "https":
		problem = "it does not begin with http:// or https://"
	case base.Hostname() == "":
		problem = "it has no host"
	case base.User != nil:
		problem = "it holds a user"
	case strings.ContainsAny(address, "?#"):
		problem = "it holds a query or a fragment"
	case strings.ContainsFunc(address, isSpaceOrControl):
		problem = "it holds white space"
	case strings.ContainsAny(base.Path, "{}") || strings.ContainsAny(base.Host, "{}"):
		problem = "the only part that is replaced is {region}"
	}
	if problem != "" {
		shown := address
		if err != nil || base.User != nil {
			shown = "the address"
		}
		s.diags.AddAttributeError(at, "Invalid endpoint",
			fmt.Sprintf("A base URL is http or https with a host, perhaps a port and a path. In %s, %s.", shown, problem))
		return
	}
	if base.Scheme == "http" && !isLoopback(base.Hostname()) {
		s.diags.AddAttributeWarning(at, "Endpoint is not encrypted",
			fmt.Sprintf("Requests to %s go over plain http: others on the way can read and change them.", address))
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
