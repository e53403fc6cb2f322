package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// providerModel is the provider's configuration.
type providerModel struct {
	Region             types.String `tfsdk:"region"`
	AccessKey          types.String `tfsdk:"access_key"`
	SecretKey          types.String `tfsdk:"secret_key"`
	SecurityToken      types.String `tfsdk:"security_token"`
	Token              types.String `tfsdk:"token"`
	UserName           types.String `tfsdk:"user_name"`
	UserID             types.String `tfsdk:"user_id"`
	Password           types.String `tfsdk:"password"`
	DomainName         types.String `tfsdk:"domain_name"`
	DomainID           types.String `tfsdk:"domain_id"`
	ProjectID          types.String `tfsdk:"project_id"`
	ProjectName        types.String `tfsdk:"project_name"`
	Cloud              types.String `tfsdk:"cloud"`
	AuthURL            types.String `tfsdk:"auth_url"`
	Endpoints          types.Map    `tfsdk:"endpoints"`
	Insecure           types.Bool   `tfsdk:"insecure"`
	CACertFile         types.String `tfsdk:"cacert_file"`
	Cert               types.String `tfsdk:"cert"`
	Key                types.String `tfsdk:"key"`
	MaxRetries         types.Number `tfsdk:"max_retries"`
	SharedConfigFile   types.String `tfsdk:"shared_config_file"`
	Profile            types.String `tfsdk:"profile"`
	AssumeRole         types.List   `tfsdk:"assume_role"`
	AssumeRoleWithOIDC types.Object `tfsdk:"assume_role_with_oidc"`
}

// assumeRoleModel is a block assume_role, and the part of assume_role_with_oidc that names an
// agency.
type assumeRoleModel struct {
	AgencyName types.String `tfsdk:"agency_name"`
	DomainName types.String `tfsdk:"domain_name"`
	DomainID   types.String `tfsdk:"domain_id"`
	Duration   types.Number `tfsdk:"duration"`
}

// assumeRoleWithOIDCModel is the block assume_role_with_oidc.
type assumeRoleWithOIDCModel struct {
	assumeRoleModel
	IDPID       types.String `tfsdk:"idp_id"`
	IDToken     types.String `tfsdk:"id_token"`
	IDTokenFile types.String `tfsdk:"id_token_file"`
	Audience    types.String `tfsdk:"audience"`
}

// Schema declares the arguments of the provider. Environment variables can stand in for each, so
// none is required.
func (p *hwcloudProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads objects of Huawei-Cloud-compatible clouds during a plan: the connections of a VPC endpoint service, " +
			"the enhanced datasource connections of a project, and the VPC channels of a dedicated API gateway. " +
			"It is read-only: it has no resources and never changes your account.",
		Attributes: map[string]schema.Attribute{
			"region": textArgument("Region to read from, such as `cn-north-4`. Required unless every data source sets its own. "+
				"If neither this argument nor the environment sets it, the region of the profile is used.", regionVariables),
			"access_key": textArgument("ID of an access key. It signs every request together with `secret_key`.", accessKeyVariables),
			"secret_key": secretArgument("Secret of the access key.", secretKeyVariables),
			"security_token": secretArgument("Security token of a temporary access key. "+
				"The environment variable is read only if the access key comes from the environment, too.", securityTokenVariables),
			"token": secretArgument("IAM token. It is not refreshed. Its own project is the default project; "+
				"a token without a project is exchanged for one of the region's project.", tokenVariables),
			"user_name": textArgument("Name of an IAM user, who signs in with `password` and the domain. "+
				"`user_id` takes precedence, except if only the environment sets it.", userNameVariables),
			"user_id": textArgument("ID of an IAM user, who signs in with `password`; no domain is needed. "+
				"It is ignored if only the environment sets it and `user_name` is set here.", userIDVariables),
			"password": secretArgument("Password of the IAM user.", passwordVariables),
			"domain_name": textArgument("Name of the account (domain) of the IAM user and of the project. "+
				"`domain_id` takes precedence, except if only the environment sets it.", domainNameVariables),
			"domain_id": textArgument("ID of the account (domain) of the IAM user and of the project. "+
				"It is ignored if only the environment sets it and `domain_name` is set here.", domainIDVariables),
			"project_id": textArgument("ID of the project to read from. Applies only to the provider's own region. "+
				"If it is set, no project has to be looked up. "+
				"A project in the environment is ignored if `region` is set to another region than the environment's.", projectIDVariables),
			"project_name": textArgument("Name of the project to read from. Applies only to the provider's own region. "+
				"By default, the project with the region's name. `project_id` takes precedence, except if only the environment sets it.",
				projectNameVariables),
			"cloud": textArgument("Domain of the cloud, the end of the default endpoints `https://{service}.{region}.{cloud}`. "+
				"Defaults to `myhuaweicloud.com`, or `myhuaweicloud.eu` if the region begins with `eu-west-1`.", cloudVariables),
			"auth_url": textArgument("Base URL of IAM, with or without `/v3`; `{region}` is replaced. It serves all regions. "+
				"Order: this argument, `iam` in `endpoints`, `HW_ENDPOINT_IAM`, the environment variables of this argument, "+
				"`https://iam.{region}.{cloud}`.",
				authURLVariables),
			"endpoints": schema.MapAttribute{
				MarkdownDescription: "Base URLs of services, by service: `" + strings.Join(client.Services, "`, `") + "`. " +
					"Defaults to `https://{service}.{region}.{cloud}`. Each is `http` or `https` with a host, and optionally a port and a path; " +
					"`{region}` is replaced. A URL without `{region}` serves the provider's own region only." +
					readFrom(endpointVariableNames()),
				ElementType: types.StringType,
				Optional:    true,
			},
			"insecure": schema.BoolAttribute{
				MarkdownDescription: "Disables TLS certificate verification. Anyone on the network path can then read and alter traffic. " +
					"Defaults to `false`." + readFrom(insecureVariables),
				Optional: true,
			},
			"cacert_file": textArgument("Path to a PEM file of CA certificates to trust in addition to the system's.", caCertFileVariables),
			"cert":        textArgument("Path to a PEM file of a client certificate, for endpoints that require one. Needs `key`.", certVariables),
			"key":         textArgument("Path to a PEM file of the client certificate's private key, without a passphrase.", keyVariables),
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: "Maximum number of retries after a temporary failure, `0` to `20`. Throttled requests do not count: " +
					"they are repeated until the read's deadline, unless this is `0`. Defaults to `5`." + readFrom(maxRetriesVariables),
				Optional:   true,
				Validators: []validator.Number{isWholeNumber(0, maxRetries, "")},
			},
			"shared_config_file": textArgument("Path to the configuration file of KooCLI. "+
				"Defaults to `"+defaultProfileFile+"` if `profile` is set. "+
				"The file is read only if the keys or the region of the profile are used.", sharedConfigFileVariables),
			"profile": textArgument("Name of a profile in the configuration file of KooCLI. "+
				"Defaults to the one that the file names as `current`, if `shared_config_file` is set.", profileVariables),
		},
		Blocks: map[string]schema.Block{
			"assume_role": schema.ListNestedBlock{
				MarkdownDescription: "Agency to assume. " +
					"If there are several blocks, each agency is assumed with the credentials of the previous one. " +
					"The environment variables provide an agency if there is no block, and what a single block leaves out.",
				NestedObject: schema.NestedBlockObject{Attributes: agencyArguments("")},
			},
			"assume_role_with_oidc": schema.SingleNestedBlock{
				MarkdownDescription: "Signs in with an OpenID Connect ID token of an identity provider that IAM trusts, " +
					"so that no long-lived keys are needed. The ID token is `id_token`, `id_token_file`, or that of the environment; " +
					"otherwise the token of GitHub Actions (`" + gitHubRequestURLVariable + "`, `" + gitHubRequestTokenVariable + "`) or " +
					"of HCP Terraform (`" + hcpTerraformTokenVariable + "`). If an agency is named, it is assumed after that. " +
					"In CI, the environment variables alone are enough; with the block, a plan without an ID token fails.",
				Attributes: oidcArguments(),
			},
		},
	}
}

// agencyArguments declares the arguments that name an agency.
func agencyArguments(also string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"agency_name": textArgument("Name of the agency."+also, agencyNameVariables),
		"domain_name": textArgument("Name of the account (domain) that delegates. Either this or `domain_id` is required.",
			agencyDomainNameVariables),
		"domain_id": textArgument("ID of the account (domain) that delegates. In the environment, it takes precedence over the name.",
			agencyDomainIDVariables),
		"duration": schema.NumberAttribute{
			MarkdownDescription: fmt.Sprintf("Lifetime of the temporary keys in seconds, `%d` to `%d`; the API's default if not set. "+
				"The keys are refreshed before they expire.", minDuration, maxDuration) + readFrom(agencyDurationVariables),
			Optional:   true,
			Validators: []validator.Number{isWholeNumber(minDuration, maxDuration, "")},
		},
	}
}

// oidcArguments declares the arguments of assume_role_with_oidc.
func oidcArguments() map[string]schema.Attribute {
	arguments := agencyArguments(" Optional: without it, the permissions are those of the identity provider's mapping.")
	arguments["domain_name"] = textArgument("Name of the account (domain) that delegates. "+
		"Either this or `domain_id` is required with `agency_name`.", agencyDomainNameVariables)
	arguments["idp_id"] = textArgument("ID (name) of the identity provider at IAM.", idpIDVariables)
	arguments["id_token"] = secretArgument("ID token.", idTokenVariables)
	arguments["id_token_file"] = textArgument("Path to a file with the ID token. It is read again at every sign-in.", idTokenFileVariables)
	arguments["audience"] = textArgument("Audience of the ID token that is requested from GitHub Actions. "+
		"Defaults to GitHub's, the URL of the repository's owner.", audienceVariables)
	return arguments
}

func textArgument(description string, variables []string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description + readFrom(variables), Optional: true}
}

func secretArgument(description string, variables []string) schema.StringAttribute {
	argument := textArgument(description, variables)
	argument.Sensitive = true
	return argument
}

// readFrom is the sentence that names the environment variables of an argument.
func readFrom(variables []string) string {
	return " Environment: `" + strings.Join(variables, "`, `") + "`."
}

// endpointVariableNames returns the environment variables of all endpoints.
func endpointVariableNames() []string {
	var names []string
	for _, service := range client.Services {
		names = append(names, endpointVariables[service]...)
	}
	return names
}
