// Package provider is the Terraform side: schemas, models, and the mapping of API objects to them.
package provider

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var (
	_ provider.Provider                       = (*hwcloudProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*hwcloudProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*hwcloudProvider)(nil)
)

// New returns a constructor of the provider in this version.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &hwcloudProvider{version: version, environment: os.Getenv}
	}
}

// hwcloudProvider is the provider hwcloud.
type hwcloudProvider struct {
	version     string
	environment getenv
}

// Metadata names the provider.
func (p *hwcloudProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "hwcloud", p.version
}

// ValidateConfig checks the values that are known without the environment and without files.
func (p *hwcloudProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateConfig(ctx, model, &resp.Diagnostics)
}

// Configure creates the client. It makes no request.
func (p *hwcloudProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := unknownArguments(req.Config.Raw); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		resp.DataSourceData = &providerData{unknown: unknown}
		resp.EphemeralResourceData = resp.DataSourceData
		return
	}

	config, data := buildConfig(ctx, model, p.environment, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.UserAgent = fmt.Sprintf("terraform-provider-hwcloud/%s Terraform/%s", p.version, req.TerraformVersion)
	config.Log = func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) }
	created, err := client.New(config)
	if err != nil {
		resp.Diagnostics.AddError("Unable to create the client", err.Error())
		return
	}
	data.client = created
	resp.DataSourceData, resp.EphemeralResourceData = data, data
}

// DataSources returns the constructors of the data sources.
func (p *hwcloudProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newServiceConnectionsDataSource,
		newEnhancedConnectionsDataSource,
		newVPCChannelDataSource,
		newVPCChannelsDataSource,
		newEndpointServicesDataSource,
		newInstancesDataSource,
	}
}

// EphemeralResources returns the constructors of the ephemeral resources.
func (p *hwcloudProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newVPCChannelEphemeralResource}
}

// Resources returns none: the provider is read-only.
func (p *hwcloudProvider) Resources(context.Context) []func() resource.Resource { return nil }
