package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// The variables that stand in for arguments, first that is not empty. They are
// those of the vendor's provider.
var (
	regionVariables           = []string{"HW_REGION_NAME", "OS_REGION_NAME"}
	accessKeyVariables        = []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}
	secretKeyVariables        = []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}
	securityTokenVariables    = []string{"HW_SECURITY_TOKEN"}
	tokenVariables            = []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN"}
	userNameVariables         = []string{"HW_USER_NAME", "OS_USERNAME"}
	passwordVariables         = []string{"HW_USER_PASSWORD", "OS_PASSWORD"}
	domainNameVariables       = []string{"HW_DOMAIN_NAME", "OS_DOMAIN_NAME"}
	projectIDVariables        = []string{"HW_PROJECT_ID", "OS_PROJECT_ID"}
	projectNameVariables      = []string{"HW_PROJECT_NAME", "OS_PROJECT_NAME"}
	cloudVariables            = []string{"HW_CLOUD"}
	authURLVariables          = []string{"HW_AUTH_URL", "OS_AUTH_URL"}
	insecureVariables         = []string{"HW_INSECURE", "OS_INSECURE"}
	caCertVariables           = []string{"HW_CACERT", "OS_CACERT"}
	maxRetriesVariables       = []string{"HW_MAX_RETRIES"}
	sharedConfigFileVariables = []string{"HW_SHARED_CONFIG_FILE"}
	profileVariables          = []string{"HW_PROFILE"}
)

const (
	agencyNameVariable       = "HW_ASSUME_ROLE_AGENCY_NAME"
	agencyDomainNameVariable = "HW_ASSUME_ROLE_DOMAIN_NAME"
	agencyDomainIDVariable   = "HW_ASSUME_ROLE_DOMAIN_ID"
	agencyDurationVariable   = "HW_ASSUME_ROLE_DURATION"
	metadataVariable         = "HW_METADATA_ENDPOINT"

	defaultRetries, mostRetries = 5, 20
	// Durations of an agency's keys are in seconds.
	leastDuration, mostDuration = 900, 86400
)

var (
	regionForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	cloudForm  = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
)

// settings resolves the arguments of the provider, each on its own: the
// argument, else the environment.
type settings struct {
	environment func(string) string
	diags       *diag.Diagnostics
}

// setting is the value of an argument, "" where nothing sets it.
type setting struct {
	value string
	// named tells that the argument itself is set.
	named bool
}

func (s settings) text(argument types.String, variables []string) setting {
	if value := argument.ValueString(); value != "" {
		return setting{value, true}
	}
	return setting{s.first(variables), false}
}

// first is the first of the variables that is not empty.
func (s settings) first(variables []string) string {
	for _, name := range variables {
		if value := s.environment(name); value != "" {
			return value
		}
	}
	return ""
}

func (s settings) fail(argument, summary, format string, values ...any) {
	s.diags.AddAttributeError(pathTo(argument), summary, fmt.Sprintf(format, values...))
}

func pathTo(argument string) path.Path { return path.Root(argument) }

// settle makes the client's configuration of the provider's.
func settle(ctx context.Context, model providerModel, environment func(string) string, diags *diag.Diagnostics) client.Config {
	s := settings{environment, diags}
	config := client.Config{
		Region:      s.text(model.Region, regionVariables).value,
		Cloud:       s.text(model.Cloud, cloudVariables).value,
		ProjectID:   s.text(model.ProjectID, projectIDVariables).value,
		ProjectName: s.text(model.ProjectName, projectNameVariables).value,
		Endpoints:   s.endpoints(ctx, model.Endpoints),
		Insecure:    s.insecure(model.Insecure),
		MaxRetries:  s.maxRetries(model.MaxRetries),
	}
	config.CACertificates = s.certificates(model.CACertFile)
	config.AuthURL = s.authURL(model.AuthURL, config.Endpoints)

	profile := s.profile(model)
	var agencies []client.Agency
	config.Credentials = s.credentials(model)
	if config.Credentials == nil && profile != nil {
		config.Credentials = profile.Keys
		if profile.Agency != nil {
			agencies = append(agencies, *profile.Agency)
		}
		if config.ProjectID == "" && config.ProjectName == "" && (config.Region == "" || config.Region == profile.Region) {
			config.ProjectID = profile.ProjectID
		}
	}
	if config.Credentials == nil {
		config.Credentials = client.Metadata{Endpoint: environment(metadataVariable)}
	}
	if config.Region == "" && profile != nil {
		config.Region = profile.Region
	}
	config.Agencies = append(agencies, s.agencies(ctx, model.AssumeRole)...)

	if config.Region != "" && !regionForm.MatchString(config.Region) {
		s.fail("region", "Invalid region", "A region consists of letters, digits, \"-\" and \"_\"; got %q.", config.Region)
	}
	if config.Cloud != "" && !cloudForm.MatchString(config.Cloud) {
		s.fail("cloud", "Invalid cloud", "The domain of a cloud consists of letters, digits, \"-\", \"_\" and single dots; got %q.", config.Cloud)
	}
	if id := config.ProjectID; id != "" && !isSegment(id) {
		s.fail("project_id", "Invalid project ID", "It is not an identifier: %q.", id)
	}
	return config
}

// credentials are of the kind that an argument names, else of the one that the
// environment names: a token, keys, a password. They are nil where neither
// names one, and where half of them is missing, which is an error.
func (s settings) credentials(model providerModel) client.Credentials {
	var (
		token      = s.text(model.Token, tokenVariables)
		accessKey  = s.text(model.AccessKey, accessKeyVariables)
		secretKey  = s.text(model.SecretKey, secretKeyVariables)
		userName   = s.text(model.UserName, userNameVariables)
		password   = s.text(model.Password, passwordVariables)
		domainName = s.text(model.DomainName, domainNameVariables)
		temporary  = setting{model.SecurityToken.ValueString(), model.SecurityToken.ValueString() != ""}
	)
	if !temporary.named && !accessKey.named && accessKey.value != "" {
		temporary.value = s.first(securityTokenVariables)
	}
	kinds := []struct {
		parts []setting
		make  func() client.Credentials
	}{
		{[]setting{token}, func() client.Credentials { return client.Token(token.value) }},
		{[]setting{accessKey, secretKey, temporary}, func() client.Credentials {
			if !s.have("an access key", part{"access_key", accessKey, accessKeyVariables}, part{"secret_key", secretKey, secretKeyVariables}) {
				return nil
			}
			return client.Keys{AccessKey: accessKey.value, SecretKey: secretKey.value, SecurityToken: temporary.value}
		}},
		{[]setting{userName, password}, func() client.Credentials {
			if !s.have("a user", part{"user_name", userName, userNameVariables}, part{"password", password, passwordVariables},
				part{"domain_name", domainName, domainNameVariables}) {
				return nil
			}
			return client.Password{UserName: userName.value, Password: password.value, DomainName: domainName.value}
		}},
	}
	for _, names := range []func(setting) bool{
		func(part setting) bool { return part.named },
		func(part setting) bool { return part.value != "" },
	} {
		for _, kind := range kinds {
			if slices.ContainsFunc(kind.parts, names) {
				return kind.make()
			}
		}
	}
	return nil
}

// part is an argument that credentials are made of.
type part struct {
	argument  string
	setting   setting
	variables []string
}

// have reports whether all parts of credentials are set; a missing one is an
// error at its attribute.
func (s settings) have(kind string, parts ...part) bool {
	whole := true
	for _, p := range parts {
		if p.setting.value == "" {
			s.fail(p.argument, "Incomplete credentials", "To sign in with %s, %s is needed too. Set it, or %s in the environment.",
				kind, p.argument, p.variables[0])
			whole = false
		}
	}
	return whole
}

// profile is the one of KooCLI that is asked for, nil where none is.
func (s settings) profile(model providerModel) *client.Profile {
	file, name := s.text(model.SharedConfigFile, sharedConfigFileVariables), s.text(model.Profile, profileVariables)
	if file.value == "" && name.value == "" {
		return nil
	}
	if file.value == "" {
		file.value = "~/.hcloud/config.json"
	}
	content, err := readFile(file.value)
	if err != nil {
		s.fail("shared_config_file", "Unable to read KooCLI configuration", "%s.", sentence(err.Error()))
		return nil
	}
	profile, err := client.ParseProfile(content, name.value)
	if err != nil {
		argument := "profile"
		if strings.Contains(err.Error(), "JSON") {
			argument = "shared_config_file"
		}
		s.fail(argument, "Unable to read KooCLI profile", "In %s: %s.", file.value, err)
		return nil
	}
	return profile
}

// readFile reads a file whose path may begin with ~/.
func readFile(name string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		name = filepath.Join(home, rest)
	}
	return os.ReadFile(name)
}

// endpoints are the base URLs that the user sets.
func (s settings) endpoints(ctx context.Context, argument types.Map) map[string]string {
	var set map[string]types.String
	s.diags.Append(argument.ElementsAs(ctx, &set, false)...)
	known := []string{client.VPCEP, client.DLI, client.APIG, client.IAM}
	endpoints := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(set)) {
		at := pathTo("endpoints").AtMapKey(service)
		address := set[service].ValueString()
		switch {
		case !slices.Contains(known, service):
			s.diags.AddAttributeError(at, "Unknown endpoint", fmt.Sprintf("There is no endpoint %q; the known ones are %s.", service, strings.Join(known, ", ")))
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
	s.checkAddress(pathTo("auth_url"), address.value)
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

// insecure tells whether any certificate is accepted, with a warning where it is.
func (s settings) insecure(argument types.Bool) bool {
	insecure := argument.ValueBool()
	if text := s.first(insecureVariables); argument.IsNull() && text != "" {
		var err error
		if insecure, err = strconv.ParseBool(text); err != nil {
			s.fail("insecure", "Invalid value in the environment", "%s is true or false; got %q.", strings.Join(insecureVariables, " or "), text)
		}
	}
	if insecure {
		s.diags.AddAttributeWarning(pathTo("insecure"), "Certificates are not checked",
			"Any certificate of a server is accepted: others on the way can read and change all requests. Trust a certificate of one's own with cacert_file instead.")
	}
	return insecure
}

// maxRetries is how often a request is tried again.
func (s settings) maxRetries(argument types.Int64) int {
	if !argument.IsNull() {
		return int(argument.ValueInt64())
	}
	text := s.first(maxRetriesVariables)
	if text == "" {
		return defaultRetries
	}
	retries, err := strconv.Atoi(text)
	if err != nil || retries < 0 || retries > mostRetries {
		s.fail("max_retries", "Invalid value in the environment", "%s is a number from 0 to %d; got %q.", maxRetriesVariables[0], mostRetries, text)
	}
	return retries
}

// certificates are the content of the file of CA certificates.
func (s settings) certificates(argument types.String) []byte {
	file := s.text(argument, caCertVariables)
	if file.value == "" {
		return nil
	}
	content, err := readFile(file.value)
	if err == nil && len(content) == 0 {
		err = errors.New(file.value + " is empty")
	}
	if err != nil {
		s.fail("cacert_file", "Unable to read CA certificates", "%s.", sentence(err.Error()))
	}
	return content
}

// agencies are those of the blocks, else the one that the environment names.
func (s settings) agencies(ctx context.Context, blocks types.List) []client.Agency {
	var models []assumeRoleModel
	s.diags.Append(blocks.ElementsAs(ctx, &models, false)...)
	if len(models) == 0 && s.environment(agencyNameVariable) != "" {
		models = []assumeRoleModel{{}}
	}
	alone := len(models) == 1
	var agencies []client.Agency
	for i, model := range models {
		agencies = append(agencies, s.agency(pathTo("assume_role").AtListIndex(i), model, alone))
	}
	return agencies
}

// agency is that of one block. What the only block leaves out may stand in the
// environment.
func (s settings) agency(at path.Path, model assumeRoleModel, alone bool) client.Agency {
	environment := func(name string) string {
		if !alone {
			return ""
		}
		return s.environment(name)
	}
	agency := client.Agency{
		Name:       model.AgencyName.ValueString(),
		DomainName: model.DomainName.ValueString(),
		DomainID:   model.DomainID.ValueString(),
		Duration:   time.Duration(model.Duration.ValueInt64()) * time.Second,
	}
	if agency.Name == "" {
		agency.Name = environment(agencyNameVariable)
	}
	if agency.DomainName == "" && agency.DomainID == "" {
		agency.DomainName = environment(agencyDomainNameVariable)
		if agency.DomainName == "" {
			agency.DomainID = environment(agencyDomainIDVariable)
		}
	}
	if text := environment(agencyDurationVariable); model.Duration.IsNull() && text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < leastDuration || seconds > mostDuration {
			s.diags.AddAttributeError(at.AtName("duration"), "Invalid value in the environment",
				fmt.Sprintf("%s is a number of seconds from %d to %d; got %q.", agencyDurationVariable, leastDuration, mostDuration, text))
		}
		agency.Duration = time.Duration(seconds) * time.Second
	}
	switch {
	case agency.Name == "":
		s.diags.AddAttributeError(at.AtName("agency_name"), "Incomplete agency", "To assume an agency, agency_name is needed. Set it, or "+agencyNameVariable+" in the environment.")
	case agency.DomainName == "" && agency.DomainID == "":
		s.diags.AddAttributeError(at.AtName("domain_name"), "Incomplete agency",
			"To assume an agency, the account that delegates is needed. Set domain_name or domain_id, or "+agencyDomainNameVariable+" or "+agencyDomainIDVariable+" in the environment.")
	case agency.DomainName != "" && agency.DomainID != "":
		s.diags.AddAttributeError(at.AtName("domain_id"), "Conflicting agency", "Set either domain_name or domain_id, not both.")
	}
	return agency
}

// unknownArguments are the names of the provider's arguments that hold a value
// that is not known yet.
func unknownArguments(config tftypes.Value) []string {
	var arguments map[string]tftypes.Value
	if err := config.As(&arguments); err != nil {
		return nil
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if !arguments[name].IsFullyKnown() {
			unknown = append(unknown, name)
		}
	}
	return unknown
}
