package provider

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// endpoints returns the base URLs that the provider block or the environment sets, by service.
func (b *configBuilder) endpoints(ctx context.Context, argument types.Map) map[string]string {
	var configured map[string]types.String
	if !argument.IsUnknown() {
		b.diags.Append(argument.ElementsAs(ctx, &configured, false)...)
	}
	for _, service := range slices.Sorted(maps.Keys(configured)) {
		if !slices.Contains(client.Services, service) {
			b.fail(path.Root("endpoints").AtMapKey(service), "Unknown endpoint",
				"endpoints has no key %q; the keys are %s.", service, strings.Join(client.Services, ", "))
		}
	}
	endpoints := map[string]string{}
	for _, service := range client.Services {
		s := b.textAt(path.Root("endpoints").AtMapKey(service), "endpoints."+service, configured[service], endpointVariables[service])
		if s.byVariable() {
			s.at = path.Root("endpoints")
		}
		if s.value != "" {
			b.checkBaseURL(s, service)
			endpoints[service], b.addresses[service] = s.value, s.source()
		}
	}
	return endpoints
}

// authURL returns the base URL of IAM for all regions, "" to use the endpoint of IAM. An endpoint
// takes precedence over the environment's authentication URL.
func (b *configBuilder) authURL(argument types.String, endpoints map[string]string) string {
	s := b.text("auth_url", argument, authURLVariables)
	if s.value == "" || s.byVariable() && endpoints[client.IAM] != "" {
		return ""
	}
	b.checkBaseURL(s, client.IAM)
	b.addresses[client.IAM] = s.source()
	return s.value
}

// checkBaseURL adds an error if a value is not a base URL of a service, and a warning if requests
// to it are not encrypted.
func (b *configBuilder) checkBaseURL(s setting, service string) {
	if problem := baseURLProblem(s.value); problem != "" {
		b.fail(s.at, "Invalid endpoint", "%s", baseURLError(s, problem, "https://"+service+".{region}.example.com"))
		return
	}
	b.warnOfPlainHTTP(s, "Endpoint is not encrypted")
}

// warnOfPlainHTTP warns if requests to a URL are not encrypted, unless they stay on this machine.
func (b *configBuilder) warnOfPlainHTTP(s setting, summary string) {
	if strings.EqualFold(s.value[:len("http:")], "http:") && !isLoopback(s.value) {
		address, _, _ := strings.Cut(s.value, "?")
		if strings.Contains(address, "@") {
			address = "the address"
		}
		b.warn(s.at, summary,
			"Requests to %s use plain http: anyone on the network path can read and alter them, credentials included. Use https in %s.", address, s.source())
	}
}

func baseURLError(s setting, problem, example string) string {
	return s.source() + " " + problem + gotURL(s.value) + ". A base URL looks like \"" + example + "\"."
}
