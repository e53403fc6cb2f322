package provider

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

const (
	defaultRetries, maxRetries = 5, 20
	// Limits of an agency's duration, in seconds.
	minDuration, maxDuration = 900, 86400
)

// configBuilder makes the client's configuration from the provider block and the environment.
// Every argument is resolved on its own. No error quotes a configured value: it points at the
// argument, or names the variable.
type configBuilder struct {
	environment getenv
	// validating restricts the checks to values that the provider block itself holds: nothing is
	// reported that an environment variable can still provide, no file is read, and unknown values
	// are skipped.
	validating bool
	diags      *diag.Diagnostics
	// config is what is made, and data describe it.
	config client.Config
	data   providerData

	credentialSettings
	// alsoMissing is a sentence for errors about incomplete credentials.
	alsoMissing string
}

// buildConfig makes the client's configuration, and the provider data that describe it.
func buildConfig(ctx context.Context, model providerModel, env getenv, diags *diag.Diagnostics) (client.Config, *providerData) {
	b := &configBuilder{environment: env, diags: diags}
	b.build(ctx, model)
	return b.config, &b.data
}

// validateConfig checks the known values of the provider block. What it reports, buildConfig
// would report too.
func validateConfig(ctx context.Context, model providerModel, diags *diag.Diagnostics) {
	b := &configBuilder{environment: func(string) string { return "" }, validating: true, diags: diags}
	b.build(ctx, model)
}

func (b *configBuilder) build(ctx context.Context, model providerModel) {
	b.data.emptyBlock = true
	b.checkProxies()
	region := b.text(path.Root("region"), model.Region, regionVariables)
	b.check(&region, regionProblem)
	b.setProject(model, region)
	cloud := b.text(path.Root("cloud"), model.Cloud, cloudVariables)
	b.check(&cloud, cloudProblem)
	b.use(&cloud)
	b.config.Cloud = cloud.value
	b.setEndpoints(ctx, model)
	b.config.Insecure = b.insecure(model.Insecure)
	b.config.MaxRetries = b.number(path.Root("max_retries"), model.MaxRetries, maxRetriesVariables, defaultRetries, 0, maxRetries)
	b.config.CACertificates = b.caCertificates(model.CACertFile)
	b.config.ClientCertificate = b.clientCertificate(model.Cert, model.Key)

	b.resolveCredentials(ctx, model)
	b.use(&region)
	switch {
	case region.isSet() || b.validating:
	case b.profile.isSet() || b.configFile.isSet():
		region.value = b.profileField(b.readProfile(), "region", regionProblem) // It notes the origin.
	default:
		b.alsoMissing = " No region is set either: set region or HW_REGION_NAME, unless every data source sets its own."
	}
	b.config.Region = region.value
	b.setCredentials()
}

// setProject sets the ID and the name of the project. A project of the environment belongs to the
// region of the environment, and a name in the provider block replaces an ID of the environment.
func (b *configBuilder) setProject(model providerModel, region setting) {
	id := b.text(path.Root("project_id"), model.ProjectID, projectIDVariables)
	name := b.text(path.Root("project_name"), model.ProjectName, projectNameVariables)
	environmentRegion, _ := b.first(regionVariables)
	elsewhere := region.byArgument() && environmentRegion != "" && environmentRegion != region.value
	if !id.byArgument() && (elsewhere || name.byArgument()) {
		id.value = ""
	}
	if !name.byArgument() && elsewhere {
		name.value = ""
	}
	b.check(&id, projectIDProblem)
	b.use(&id, &name)
	b.config.ProjectID, b.config.ProjectName = id.value, name.value
}

// setEndpoints sets the base URLs that the provider block or the environment has. The argument
// auth_url takes precedence over an endpoint of IAM, and that over the environment's authentication
// URL.
func (b *configBuilder) setEndpoints(ctx context.Context, model providerModel) {
	at := path.Root("endpoints")
	var configured map[string]types.String
	if !model.Endpoints.IsUnknown() {
		b.diags.Append(model.Endpoints.ElementsAs(ctx, &configured, false)...)
	}
	for _, key := range slices.Sorted(maps.Keys(configured)) {
		if !slices.Contains(client.Services, key) {
			b.fail(at.AtMapKey(key), "Unknown endpoint", "endpoints has no key %q; the keys are %s.", key, strings.Join(client.Services, ", "))
		}
	}
	b.config.Endpoints, b.data.addresses = map[string]string{}, map[string]string{}
	for _, service := range client.Services {
		s := b.text(at.AtMapKey(service), configured[service], endpointVariables[service])
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
		if apiVersion.MatchString(ending) {
			return "must not end in the version of an API, which the provider adds. Leave the version out, and all that follows it."
		}
		return baseURLProblem(address)
	})
	if s.value != "" {
		b.data.addresses[service] = s.source()
		if strings.Contains(s.value, "{region}") {
			b.data.addresses[service] += " and region"
		}
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

// insecure reports whether TLS certificate verification is disabled.
func (b *configBuilder) insecure(argument types.Bool) bool {
	s := b.text(path.Root("insecure"), argument, insecureVariables)
	b.check(&s, flagProblem)
	insecure, _ := strconv.ParseBool(s.value) // It is a flag, or "".
	if insecure {
		b.warn(s.at, "TLS certificates are not verified",
			"%s disables TLS certificate verification: anyone on the network path can read and alter traffic, credentials included. "+
				"If the cloud has a certificate authority of its own, set cacert_file to its certificates instead.", s.source())
	}
	return insecure
}

// number returns a number from an argument, whose range the schema checks, or from the environment.
func (b *configBuilder) number(at path.Path, argument attr.Value, variables []string, fallback, minimum, maximum int) int {
	s := b.text(at, argument, variables)
	if s.byVariable() {
		b.check(&s, must(func(value string) bool {
			n, err := strconv.Atoi(value)
			return err == nil && n >= minimum && n <= maximum
		}, fmt.Sprintf("must be a whole number from %d to %d.", minimum, maximum)))
	}
	if n, err := strconv.Atoi(s.value); err == nil {
		return n
	}
	return fallback
}
