// Package provider is the Terraform side of the lookups: schemas, models and
// the mapping from what the client reads.
package provider

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

var _ provider.Provider = (*hwcloudProvider)(nil)

// New returns a constructor of the provider in this version.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &hwcloudProvider{version: version, environment: os.Getenv}
	}
}

// hwcloudProvider is the provider hwcloud.
type hwcloudProvider struct {
	version string
	// environment is the value of a variable, "" where it is not set.
	environment func(string) string
}

// providerModel is the provider's configuration.
type providerModel struct {
	Region           types.String `tfsdk:"region"`
	AccessKey        types.String `tfsdk:"access_key"`
	SecretKey        types.String `tfsdk:"secret_key"`
	SecurityToken    types.String `tfsdk:"security_token"`
	Token            types.String `tfsdk:"token"`
	UserName         types.String `tfsdk:"user_name"`
	Password         types.String `tfsdk:"password"`
	DomainName       types.String `tfsdk:"domain_name"`
	ProjectID        types.String `tfsdk:"project_id"`
	ProjectName      types.String `tfsdk:"project_name"`
	Cloud            types.String `tfsdk:"cloud"`
	AuthURL          types.String `tfsdk:"auth_url"`
	Endpoints        types.Map    `tfsdk:"endpoints"`
	Insecure         types.Bool   `tfsdk:"insecure"`
	CACertFile       types.String `tfsdk:"cacert_file"`
	MaxRetries       types.Int64  `tfsdk:"max_retries"`
	SharedConfigFile types.String `tfsdk:"shared_config_file"`
	Profile          types.String `tfsdk:"profile"`
	AssumeRole       types.List   `tfsdk:"assume_role"`
}

// assumeRoleModel is one block assume_role.
type assumeRoleModel struct {
	AgencyName types.String `tfsdk:"agency_name"`
	DomainName types.String `tfsdk:"domain_name"`
	DomainID   types.String `tfsdk:"domain_id"`
	Duration   types.Int64  `tfsdk:"duration"`
}

// Metadata names the provider.
func (p *hwcloudProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "hwcloud", p.version
}

// Schema declares the arguments of the provider. Each may be left to the
// environment, so none is required.
func (p *hwcloudProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	text := func(description string, variables ...string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description + fromEnvironment(variables), Optional: true}
	}
	secret := func(description string, variables ...string) schema.StringAttribute {
		attribute := text(description, variables...)
		attribute.Sensitive = true
		return attribute
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks things up on Huawei-Cloud-compatible clouds while a plan is made: the connections of a VPC endpoint service, " +
			"the enhanced datasource connections of a project, and what a VPC channel of a dedicated API gateway is made of. It changes nothing.",
		Attributes: map[string]schema.Attribute{
			"region": text("Region to look in, such as `cn-north-4`. It is needed unless every data source names its own. "+
				"Where neither this nor the environment names one, it is the profile's.", regionVariables...),
			"access_key": text("ID of an access key. Requests are signed with it and `secret_key`.", accessKeyVariables...),
			"secret_key": secret("Secret of the access key.", secretKeyVariables...),
			"security_token": secret("Security token that goes with a temporary access key. "+
				"The environment is read only where it names the access key too.", securityTokenVariables...),
			"token":       secret("IAM token that was made elsewhere. It is not renewed.", tokenVariables...),
			"user_name":   text("Name of an IAM user, who signs in with `password` and `domain_name`.", userNameVariables...),
			"password":    secret("Password of the IAM user.", passwordVariables...),
			"domain_name": text("Name of the account that the IAM user belongs to.", domainNameVariables...),
			"project_id": text("ID of the project to look in, for the region of the provider alone. "+
				"Where it is set, no project has to be looked up.", projectIDVariables...),
			"project_name": text("Name of the project to look in, for the region of the provider alone. "+
				"By default the project that is named like the region. `project_id` goes before it, "+
				"but one from the environment does not go before this argument.", projectNameVariables...),
			"cloud": text("Domain of the cloud, which ends the names of its endpoints: `https://{service}.{region}.{cloud}`. "+
				"By default `myhuaweicloud.com`, and `myhuaweicloud.eu` where the region begins with `eu-west-1`.", cloudVariables...),
			"auth_url": text("Base URL of IAM, with or without `/v3`; `{region}` in it is replaced. It serves all regions. "+
				"In order: this argument, `iam` in `endpoints`, the environment, `https://iam.{region}.{cloud}`.", authURLVariables...),
			"endpoints": schema.MapAttribute{
				MarkdownDescription: "Base URLs of services that are not at `https://{service}.{region}.{cloud}`, by service: `" +
					strings.Join(client.Services, "`, `") + "`. Each is `http` or `https` with a host, perhaps a port and a path; " +
					"`{region}` in one is replaced. One without `{region}` serves the region of the provider alone.",
				ElementType: types.StringType,
				Optional:    true,
			},
			"insecure": schema.BoolAttribute{
				MarkdownDescription: "Accepts any certificate of a server; `false` by default. Whoever is between here and the server can then read and change everything." +
					fromEnvironment(insecureVariables),
				Optional: true,
			},
			"cacert_file": text("File of certificates in PEM that are trusted beside the system's.", caCertVariables...),
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "How often a request that may succeed later is tried again, `0` to `20`; `5` by default." +
					fromEnvironment(maxRetriesVariables),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, mostRetries)},
			},
			"shared_config_file": text("Configuration file of KooCLI, `~/.hcloud/config.json` where only `profile` is set. "+
				"It is read only where one of the two is set.", sharedConfigFileVariables...),
			"profile": text("Profile in the configuration file of KooCLI; by default the one that the file names as `current`.", profileVariables...),
		},
		Blocks: map[string]schema.Block{
			"assume_role": schema.ListNestedBlock{
				MarkdownDescription: "Agency to assume. Several are assumed one after another, each with the rights of the one before. " +
					"Where there is no block, the environment may name one agency; what the only block leaves out is taken from there too.",
				NestedObject: schema.NestedBlockObject{
					Attributes: map[string]schema.Attribute{
						"agency_name": text("Name of the agency.", agencyNameVariable),
						"domain_name": text("Name of the account that delegates. Either this or `domain_id` is needed.", agencyDomainNameVariable),
						"domain_id":   text("ID of the account that delegates.", agencyDomainIDVariable),
						"duration": schema.Int64Attribute{
							MarkdownDescription: "How long the temporary keys live, in seconds, `900` to `86400`; the cloud decides where it is not set. They are renewed before that is over." +
								fromEnvironment([]string{agencyDurationVariable}),
							Optional:   true,
							Validators: []validator.Int64{int64validator.Between(leastDuration, mostDuration)},
						},
					},
				},
			},
		},
	}
}

// fromEnvironment says which variables stand in for an argument.
func fromEnvironment(variables []string) string {
	return " Environment: `" + strings.Join(variables, "`, else `") + "`."
}

// Configure makes the client. It makes no request.
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
		resp.DataSourceData = &configured{unknown: unknown}
		return
	}

	config := settle(ctx, model, p.environment, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.UserAgent = fmt.Sprintf("terraform-provider-hwcloud/%s Terraform/%s", p.version, req.TerraformVersion)
	config.Log = func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) }
	made, err := client.New(config)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("cacert_file"), "Unable to use CA certificates", sentence(err.Error())+".")
		return
	}
	resp.DataSourceData = &configured{client: made}
}

// DataSources are the lookups.
func (p *hwcloudProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newServiceConnectionsDataSource,
		newEnhancedConnectionsDataSource,
		newVPCChannelDataSource,
	}
}

// Resources are none: the provider changes nothing.
func (p *hwcloudProvider) Resources(context.Context) []func() resource.Resource { return nil }

// configured is what the provider's configuration made for the data sources.
type configured struct {
	client *client.Client
	// unknown are the arguments whose values come from something not yet
	// applied; there is no client then.
	unknown []string
}

// unusable says why nothing can be read yet.
func (c *configured) unusable() diag.Diagnostics {
	if c == nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Provider is not configured",
			"A data source was read before the provider was configured. This is a bug in Terraform or in the provider; please report it.")}
	}
	if len(c.unknown) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("Provider configuration is not known yet",
		fmt.Sprintf("The provider's %s comes from something that has not been applied, so nothing can be looked up in this plan. "+
			"Set it to a value that is known when the plan is made, or apply what it comes from first, with terraform apply -target.",
			strings.Join(c.unknown, ", ")))}
}
