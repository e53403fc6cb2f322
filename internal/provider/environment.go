package provider

import "github.com/hwcloud/terraform-provider-hwcloud/internal/client"

// getenv returns the value of an environment variable, "" if it is not set.
type getenv func(name string) string

// The environment variables that stand in for arguments that are not set, in the order in which
// they are read. They are those of the vendor's provider and of OpenStack's tools.
var (
	regionVariables           = []string{"HW_REGION_NAME", "OS_REGION_NAME"}
	accessKeyVariables        = []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}
	secretKeyVariables        = []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}
	securityTokenVariables    = []string{"HW_SECURITY_TOKEN"}
	tokenVariables            = []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN"}
	userNameVariables         = []string{"HW_USER_NAME", "OS_USERNAME"}
	userIDVariables           = []string{"HW_USER_ID", "OS_USER_ID"}
	passwordVariables         = []string{"HW_USER_PASSWORD", "OS_PASSWORD"}
	domainNameVariables       = []string{"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"}
	domainIDVariables         = []string{"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"}
	projectIDVariables        = []string{"HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"}
	projectNameVariables      = []string{"HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"}
	cloudVariables            = []string{"HW_CLOUD"}
	authURLVariables          = []string{"HW_AUTH_URL", "OS_AUTH_URL"}
	insecureVariables         = []string{"HW_INSECURE", "OS_INSECURE"}
	caCertFileVariables       = []string{"HW_CACERT", "OS_CACERT"}
	certVariables             = []string{"HW_CERT", "OS_CERT"}
	keyVariables              = []string{"HW_KEY", "OS_KEY"}
	maxRetriesVariables       = []string{"HW_MAX_RETRIES"}
	sharedConfigFileVariables = []string{"HW_SHARED_CONFIG_FILE"}
	profileVariables          = []string{"HW_PROFILE"}
)

// endpointVariables stand in for the elements of endpoints.
var endpointVariables = map[string][]string{
	client.VPCEP: {"HW_ENDPOINT_VPCEP"},
	client.DLI:   {"HW_ENDPOINT_DLI"},
	client.APIG:  {"HW_ENDPOINT_APIG"},
	client.IAM:   {"HW_ENDPOINT_IAM"},
}

// The environment variables that stand in for the arguments of assume_role and
// assume_role_with_oidc.
var (
	agencyNameVariables       = []string{"HW_ASSUME_ROLE_AGENCY_NAME"}
	agencyDomainNameVariables = []string{"HW_ASSUME_ROLE_DOMAIN_NAME"}
	agencyDomainIDVariables   = []string{"HW_ASSUME_ROLE_DOMAIN_ID"}
	agencyDurationVariables   = []string{"HW_ASSUME_ROLE_DURATION"}
	idpIDVariables            = []string{"HW_ASSUME_ROLE_IDP_ID"}
	idTokenVariables          = []string{"HW_ASSUME_ROLE_ID_TOKEN"}
	idTokenFileVariables      = []string{"HW_ASSUME_ROLE_ID_TOKEN_FILE"}
	audienceVariables         = []string{"HW_ASSUME_ROLE_AUDIENCE"}
)

// proxyVariables are those of [net/http.ProxyFromEnvironment], for requests by https and by http.
var proxyVariables = [][]string{{"HTTPS_PROXY", "https_proxy"}, {"HTTP_PROXY", "http_proxy"}}

// The environment variables that no argument stands for.
const (
	// GitHub Actions sets these two in a job with the permission "id-token: write".
	gitHubRequestURLVariable   = "ACTIONS_ID_TOKEN_REQUEST_URL"
	gitHubRequestTokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	// HCP Terraform sets this one in a workspace with TFC_WORKLOAD_IDENTITY_AUDIENCE.
	hcpTerraformTokenVariable = "TFC_WORKLOAD_IDENTITY_TOKEN" //nolint:gosec // A name, not a secret.
	// metadataEndpointVariable replaces the address of the ECS metadata service.
	metadataEndpointVariable = "HW_METADATA_ENDPOINT"
)
