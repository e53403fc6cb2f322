package provider

import (
	"context"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// setEndpoints sets the base URLs that the provider block or the environment has. The argument
// auth_url takes precedence over an endpoint of IAM, and that over the environment's authentication
// URL.
func (b *configBuilder) setEndpoints(ctx context.Context, model providerModel) {
	at := path.Root("endpoints")
	var configured map[string]types.String
	if !model.Endpoints.IsUnknown() {
		b.diags.Append(model.Endpoints.ElementsAs(ctx, &configured, false)...)
	}
	for _, service := range slices.Sorted(maps.Keys(configured)) {
		if !slices.Contains(client.Services, service) {
			b.fail(at.AtMapKey(service), "Unknown endpoint", "endpoints has no key %q; the keys are %s.", service, strings.Join(client.Services, ", "))
		}
	}
	b.config.Endpoints, b.data.addresses = map[string]string{}, map[string]string{}
	for _, service := range client.Services {
		s := b.text(at.AtMapKey(service), configured[service], endpointVariables[service])
		if s.byVariable() {
			s.at = at
		}
		if address := b.baseURL(s, service); address != "" {
			b.config.Endpoints[service] = address
		}
	}
	authURL := b.text(path.Root("auth_url"), model.AuthURL, authURLVariables)
	if authURL.byArgument() || b.config.Endpoints[client.IAM] == "" {
		b.config.AuthURL = b.baseURL(authURL, client.IAM)
	}
}

// baseURL returns the base URL of a service, "" if it is not set or not valid, and notes its origin.
func (b *configBuilder) baseURL(s setting, service string) string {
	b.check(&s, func(address string) string {
		ending := strings.TrimRight(address, "/")
		if service == client.IAM {
			ending = strings.TrimSuffix(ending, "/v3") // The client does so, too.
		}
		if problem := baseURLProblem(address); problem != "" || !apiVersion.MatchString(ending) {
			return problem
		}
		return "must not end in the version of an API, which the provider adds. Leave the version out, and all that follows it."
	})
	if s.value != "" {
		b.data.addresses[service] = s.source()
		b.warnOfPlainHTTP(s)
	}
	return s.value
}

// warnOfPlainHTTP warns if requests to a URL are not encrypted, unless they stay on this machine.
func (b *configBuilder) warnOfPlainHTTP(s setting) {
	address, err := url.Parse(strings.ReplaceAll(s.value, "{region}", "region"))
	if err != nil || address.Scheme != "http" || strings.EqualFold(address.Hostname(), "localhost") {
		return
	}
	if ip, _ := netip.ParseAddr(address.Hostname()); !ip.IsLoopback() {
		b.warn(s.at, "Endpoint is not encrypted",
			"%s is a plain http URL: anyone on the network path can read and alter the requests, credentials included. Use https.", s.source())
	}
}

// checkProxies adds an error for a proxy that is no URL, which Go would ignore.
func (b *configBuilder) checkProxies() {
	for _, variables := range proxyVariables {
		value, variable := b.first(variables)
		b.check(&setting{value: value, variable: variable}, proxyProblem)
	}
}
