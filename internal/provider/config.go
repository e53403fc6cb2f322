package provider

import (
	"context"
	"reflect"
	"regexp"
	"strconv"

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
// Every argument is resolved on its own.
type configBuilder struct {
	environment getenv
	// validating restricts the checks to values that the provider block itself holds: nothing is
	// reported that an environment variable can still provide, no file is read, and unknown values
	// are skipped.
	validating bool
	diags      *diag.Diagnostics
	// addresses are the origins of the services' addresses, by service.
	addresses map[string]string
}

// buildConfig makes the client's configuration, and the provider data that describe it.
func buildConfig(ctx context.Context, model providerModel, env getenv, diags *diag.Diagnostics) (client.Config, *providerData) {
	b := &configBuilder{environment: env, diags: diags, addresses: map[string]string{}}
	return b.build(ctx, model)
}

// validateConfig checks the known values of the provider block. What it reports, buildConfig
// would report too.
func validateConfig(ctx context.Context, model providerModel, diags *diag.Diagnostics) {
	b := &configBuilder{environment: func(string) string { return "" }, validating: true, diags: diags, addresses: map[string]string{}}
	b.build(ctx, model)
}

func (b *configBuilder) build(ctx context.Context, model providerModel) (client.Config, *providerData) {
	region := b.text("region", model.Region, regionVariables)
	b.check(region, "Invalid region", regionProblem)
	cloud := b.text("cloud", model.Cloud, cloudVariables)
	b.check(cloud, "Invalid cloud", cloudProblem)
	projectID, projectName := b.project(model, region)

	config := client.Config{
		Region:            region.value,
		Cloud:             cloud.value,
		ProjectID:         projectID.value,
		ProjectName:       projectName.value,
		Endpoints:         b.endpoints(ctx, model.Endpoints),
		Insecure:          b.insecure(model.Insecure),
		CACertificates:    b.caCertificates(model.CACertFile),
		ClientCertificate: b.clientCertificate(model.Cert, model.Key),
		MaxRetries:        b.maxRetries(model.MaxRetries),
	}
	config.AuthURL = b.authURL(model.AuthURL, config.Endpoints)

	profile := b.profile(model)
	resolved := b.resolveIdentity(ctx, model, profile)
	config.Credentials, config.Agencies = resolved.credentials, resolved.agencies
	if resolved.profile != nil && config.ProjectID == "" && config.ProjectName == "" &&
		(!region.isSet() || region.value == resolved.profile.Region) {
		config.ProjectID = resolved.profile.ProjectID
		b.checkProfile(profile, "projectId", config.ProjectID, projectIDProblem)
	}
	data := &providerData{
		credentials:       resolved.describe(),
		usesProfile:       resolved.profile != nil,
		idTokenAdvice:     resolved.idToken.advice(),
		caCertificates:    len(config.CACertificates) > 0,
		clientCertificate: config.ClientCertificate != nil,
		addresses:         b.addresses,
		emptyBlock:        isEmpty(model),
	}
	switch credentials := config.Credentials.(type) {
	case client.Metadata:
		data.noCredentials = true
	case client.Keys:
		data.looksSwapped = accessKeyForm.MatchString(credentials.SecretKey) && secretKeyForm.MatchString(credentials.AccessKey)
		unread, _ := b.first(securityTokenVariables)
		data.unreadSecurityToken = credentials.SecurityToken == "" && unread != "" && resolved.profile == nil
	}
	if !region.isSet() && profile.isSet() {
		config.Region, data.noProfileRegion = b.profileRegion(profile, resolved.profile)
	}
	return config, data
}

// project returns the ID and the name of the project. A project of the environment belongs to the
// region of the environment, and a name in the provider block replaces an ID of the environment.
func (b *configBuilder) project(model providerModel, region setting) (id, name setting) {
	id = b.text("project_id", model.ProjectID, projectIDVariables)
	name = b.text("project_name", model.ProjectName, projectNameVariables)
	environmentRegion, _ := b.first(regionVariables)
	elsewhere := region.byArgument() && environmentRegion != "" && environmentRegion != region.value
	if !id.byArgument() && (elsewhere || name.byArgument()) {
		id.value = ""
	}
	if !name.byArgument() && elsewhere {
		name.value = ""
	}
	b.check(id, "Invalid project ID", projectIDProblem)
	return id, name
}

// insecure reports whether TLS certificate verification is disabled.
func (b *configBuilder) insecure(argument types.Bool) bool {
	insecure, name := argument.ValueBool(), "insecure"
	if value, variable := b.first(insecureVariables); argument.IsNull() && value != "" {
		name = variable
		var err error
		if insecure, err = strconv.ParseBool(value); err != nil {
			b.fail(path.Root("insecure"), "Invalid environment variable", "%s must be true or false%s.", variable, got(value))
		}
	}
	if insecure {
		b.warn(path.Root("insecure"), "TLS certificates are not verified",
			"%s disables TLS certificate verification: anyone on the network path can read and alter traffic, credentials included. "+
				"If the cloud has a certificate authority of its own, set cacert_file to its certificates instead.", name)
	}
	return insecure
}

// maxRetries returns the maximum number of retries. The schema checks the argument.
func (b *configBuilder) maxRetries(argument types.Number) int {
	value, variable := b.first(maxRetriesVariables)
	switch {
	case !argument.IsNull():
		return int(wholeNumberOrZero(argument))
	case value == "":
		return defaultRetries
	}
	retries, err := strconv.Atoi(value)
	if err != nil || retries < 0 || retries > maxRetries {
		b.fail(path.Root("max_retries"), "Invalid environment variable", "%s must be a number from 0 to %d%s.", variable, maxRetries, got(value))
	}
	return retries
}

// The usual forms of an access key's ID and its secret.
var (
	accessKeyForm = regexp.MustCompile(`^[A-Z0-9]{20}$`)
	secretKeyForm = regexp.MustCompile(`^[A-Za-z0-9]{40}$`)
)

// isEmpty reports whether the provider block has neither arguments nor blocks.
func isEmpty(model providerModel) bool {
	for _, field := range reflect.ValueOf(model).Fields() {
		value, _ := field.Interface().(attr.Value)
		if list, ok := value.(types.List); ok && len(list.Elements()) == 0 {
			continue
		}
		if !value.IsNull() {
			return false
		}
	}
	return true
}
