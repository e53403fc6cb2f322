package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	s.diags.AddAttributeError(path.Root(argument), summary, fmt.Sprintf(format, values...))
}

// settle makes the client's configuration of the provider's.
func settle(ctx context.Context, model providerModel, environment func(string) string, diags *diag.Diagnostics) client.Config {
	s := settings{environment, diags}
	projectID, projectName := s.text(model.ProjectID, projectIDVariables), s.text(model.ProjectName, projectNameVariables)
	if projectName.named && !projectID.named {
		projectID.value = "" // The environment may name the project of another configuration.
	}
	config := client.Config{
		Region:      s.text(model.Region, regionVariables).value,
		Cloud:       s.text(model.Cloud, cloudVariables).value,
		ProjectID:   projectID.value,
		ProjectName: projectName.value,
		Endpoints:   s.endpoints(ctx, model.Endpoints),
		Insecure:    s.insecure(model.Insecure),
		MaxRetries:  s.maxRetries(model.MaxRetries),
	}
	config.CACertificates = s.certificates(model.CACertFile)
	config.AuthURL = s.authURL(model.AuthURL, config.Endpoints)

	profile := s.profile(model)
	config.Credentials = s.credentials(model)
	if config.Credentials == nil && profile != nil {
		config.Credentials = profile.Keys
		if profile.Agency != nil {
			config.Agencies = []client.Agency{*profile.Agency}
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
	config.Agencies = append(config.Agencies, s.agencies(ctx, model.AssumeRole)...)

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
		s.diags.AddAttributeWarning(path.Root("insecure"), "Certificates are not checked",
			"Any certificate of a server is accepted: others on the way can read and change all requests. Where the cloud has a certificate authority of its own, trust that with cacert_file instead.")
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
