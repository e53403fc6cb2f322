package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

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
		{[]setting{token}, func() client.Credentials {
			if !s.canBeSent(part{"token", token, tokenVariables}) {
				return nil
			}
			return client.Token(token.value)
		}},
		{[]setting{accessKey, secretKey, temporary}, func() client.Credentials {
			id, secret := part{"access_key", accessKey, accessKeyVariables}, part{"secret_key", secretKey, secretKeyVariables}
			if !s.have("an access key", id, secret) || !s.canBeSent(id, secret, part{"security_token", temporary, securityTokenVariables}) {
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
		func(of setting) bool { return of.named },
		func(of setting) bool { return of.value != "" },
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

// canBeSent reports whether no part has control characters in it, which no header
// takes; one that has is an error at its attribute.
func (s settings) canBeSent(parts ...part) bool {
	sound := true
	for _, p := range parts {
		if strings.ContainsFunc(p.setting.value, unicode.IsControl) {
			s.fail(p.argument, "Invalid credentials", "The value of %s, or of %s in the environment, holds a line break or another control character. "+
				"Where it comes from a file, trimspace() takes off the line break at its end.", p.argument, strings.Join(p.variables, " or "))
			sound = false
		}
	}
	return sound
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
		if _, ok := errors.AsType[*client.NotKooCLIError](err); ok {
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
	return os.ReadFile(name) //nolint:gosec // The user names the file.
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
		agencies = append(agencies, s.agency(path.Root("assume_role").AtListIndex(i), model, alone))
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
