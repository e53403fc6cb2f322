package provider

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// setting is the value of an argument and its origin.
type setting struct {
	// at is the argument, and name what errors call it.
	at   path.Path
	name string
	// value is "" if nothing sets the argument, or if the value is unknown.
	value string
	// unknown reports whether the value is not known yet, or is wrong and an error was added.
	unknown bool
	// variable is the environment variable that the value comes from, "" if it comes from the
	// provider block.
	variable string
	// variables could set the value if the provider block does not.
	variables []string
}

// text resolves an argument, which may also be a number or a flag. It checks a value of the provider
// block, even one that is not used. A value of the environment is checked when it is used.
func (b *configBuilder) text(at path.Path, argument attr.Value, variables []string) setting {
	name := strings.NewReplacer(`["`, ".", `"]`, "").Replace(at.String()) // endpoints.dli, assume_role[0].duration
	s := setting{at: at, name: name, unknown: argument.IsUnknown(), variables: variables}
	if text, ok := argument.(types.String); ok {
		s.value = text.ValueString()
	} else if !argument.IsNull() && !argument.IsUnknown() {
		s.value = argument.String()
	}
	b.data.emptyBlock = b.data.emptyBlock && argument.IsNull()
	if s.isSet() {
		b.check(&s, nil)
	} else {
		s.value, s.variable = b.first(variables)
	}
	return s
}

// variable resolves an environment variable that no argument stands for.
func (b *configBuilder) variable(name string) setting {
	return setting{value: b.environment(name), variable: name}
}

// first returns the first of the environment variables that is not empty.
func (b *configBuilder) first(variables []string) (value, variable string) {
	for _, variable := range variables {
		if value := b.environment(variable); value != "" {
			return value, variable
		}
	}
	return "", ""
}

func (s setting) isSet() bool { return s.value != "" || s.unknown }

// byArgument reports whether the provider block sets the value.
func (s setting) byArgument() bool { return s.isSet() && s.variable == "" }

// byVariable reports whether the environment sets the value.
func (s setting) byVariable() bool { return s.isSet() && s.variable != "" }

// source is the argument or the environment variable that holds the value.
func (s setting) source() string { return cmp.Or(s.variable, s.name) }

// place is where the value is set, "" for a zero value.
func (s setting) place() string {
	if s.variable == "" && s.name != "" {
		return s.name + " in the provider block"
	}
	return s.variable
}

// family is what the variable begins with, HW_ or OS_, "" for an argument.
func (s setting) family() string { return s.variable[:min(3, len(s.variable))] }

// without says how not to set the value.
func (s setting) without() string {
	if s.variable != "" {
		return "unset " + s.variable
	}
	return "remove " + s.name + " from the provider block"
}

// origins describes settings: the names of those that are set, and the origins of their values.
func origins(settings ...setting) string {
	var parts []string
	for _, s := range settings {
		if s.isSet() {
			parts = append(parts, s.name+" from "+cmp.Or(s.variable, "the provider block"))
		}
	}
	return strings.Join(parts, ", ")
}

// check adds an error if a value is spoiled, or has the problem that a function finds, which may be
// nil. The value is unknown after that.
func (b *configBuilder) check(s *setting, problem func(string) string) {
	if s.value == "" {
		return
	}
	found := spoiled(*s)
	if found == "" && problem != nil {
		found = problem(s.value)
	}
	if found != "" {
		b.fail(s.at, "Invalid provider configuration", "%s %s", s.source(), found)
		s.value, s.unknown = "", true
	}
}

// use checks and notes the settings that are used, and describes them: see [origins].
func (b *configBuilder) use(settings ...*setting) string {
	before := len(b.data.used)
	for _, s := range settings {
		if b.check(s, nil); s.isSet() {
			b.data.used = append(b.data.used, *s)
		}
	}
	return origins(b.data.used[before:]...)
}

// incomplete adds one error for all that is missing: one setting of each group is needed. While
// validating, it adds none if the environment may have the rest.
func (b *configBuilder) incomplete(summary, purpose string, groups ...[]setting) {
	groups = slices.DeleteFunc(groups, func(group []setting) bool { return slices.ContainsFunc(group, setting.isSet) })
	if len(groups) == 0 || b.validating && len(groups[0][0].variables) > 0 {
		return
	}
	var needs []string
	for _, group := range groups {
		var names, variables []string
		for _, s := range group {
			names = append(names, s.name)
			variables = append(variables, s.variables[:min(1, len(s.variables))]...)
		}
		need := strings.Join(names, " or ")
		if len(variables) > 0 {
			need += " (or " + strings.Join(variables, " or ") + " in the environment)"
		}
		needs = append(needs, need)
	}
	b.fail(groups[0][0].at, summary, "%s also needs %s.%s", purpose, strings.Join(needs, ", and "), b.alsoMissing)
}

func (b *configBuilder) fail(at path.Path, summary, format string, values ...any) {
	b.diags.AddAttributeError(at, summary, fmt.Sprintf(format, values...))
}

// warn adds a warning, but not while validating: Terraform would print it twice.
func (b *configBuilder) warn(at path.Path, summary, format string, values ...any) {
	if !b.validating {
		b.diags.AddAttributeWarning(at, summary, fmt.Sprintf(format, values...))
	}
}

// The checks of configured values. Each returns what is wrong, as the rest of a sentence that begins
// with the argument, and "" if nothing is. None quotes the value.

var (
	regionForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	domainForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	webScheme  = regexp.MustCompile(`(?i)^https?://`)
	// apiVersion matches an API version at the end of a path, with what follows it in documents.
	apiVersion = regexp.MustCompile(`(?i)[^/]/v[0-9]+(\.[0-9]+)*(/auth(/[a-z]+)?|/([0-9a-f]{32}|\{project_?id\})(/.*)?)?$`)
	// fileContent matches what an argument that wants a file's path was given in its place: PEM, JSON
	// or a token.
	fileContent = regexp.MustCompile(`-----BEGIN|^\s*(\{\s*"|eyJ[\w-]{5,}\.)`)
	// unexpanded matches what shells, templates and documents have in place of a value.
	unexpanded = regexp.MustCompile(`(^|\W)\$[A-Za-z_]|\$[{(]|%[A-Za-z_]\w{2,}%|\{\{|^var\.\w+$|^<.*>$`)
)

// spoiled finds what a shell, a file or a template has done to a value, and says how to mend it. A
// password, also that of a proxy, may be meant as it is: only control characters are refused in it.
func spoiled(s setting) string {
	mend, content := "Remove it.", fileContents[s.name]
	setPath := "Set it to the path of " + content + "."
	switch {
	case s.variable == "" && content != "":
		setPath = strings.TrimSuffix(setPath, ".") + ", without file()."
		mend = setPath
	case s.variable == "":
		mend = "Remove it; if the value is read from a file, write trimspace(file(\"…\"))."
	}
	isSpace := func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }
	switch {
	case content != "" && fileContent.MatchString(s.value):
		return "must be the path of a file, not its content. " + setPath
	case strings.Contains(strings.TrimSpace(s.value), "\n"):
		return "has several lines. Set it to the value alone."
	case strings.Contains(s.value, "\r"):
		return "contains a carriage return, as of a file with Windows line endings. " + mend
	case strings.ContainsFunc(s.value, unicode.IsControl):
		return "contains a line break or another control character. " + mend
	case s.name == "password" || slices.Contains(slices.Concat(proxyVariables...), s.variable):
		return ""
	case strings.TrimFunc(s.value, isSpace) != s.value:
		return "begins or ends with white space. " + mend
	case strings.Trim(s.value, "\"'`“”‘’") != s.value:
		return "has quotation marks that are part of the value. Remove them."
	case !unexpanded.MatchString(s.value) && !slices.Contains(s.variables, s.value):
		if isCompact(s.name) && strings.ContainsAny(s.value, " \t") {
			return "contains white space. Set it to the value alone."
		}
		return ""
	}
	mend = "Set it to the value itself"
	if s.variable == "" {
		mend = "Terraform does not replace it: write a reference, such as var.NAME, without quotation marks"
		if len(s.variables) > 0 {
			mend += ", or leave " + s.name + " out, so that the provider reads " + s.variables[0]
		}
	}
	return "has a placeholder, such as $NAME or %NAME%, in place of a value. " + mend + "."
}

// isCompact reports whether the values of an argument have no white space, unlike names.
func isCompact(name string) bool {
	return slices.Contains([]string{"access_key", "secret_key", "security_token", "token"}, name)
}

// must is a check that a function accepts a value.
func must(accepts func(string) bool, problem string) func(string) string {
	return func(value string) string {
		if accepts(value) {
			return ""
		}
		return problem
	}
}

var (
	regionProblem = must(regionForm.MatchString,
		`must be the region's ID in lower case, such as "cn-north-4", not the name that the console shows.`)
	cloudProblem     = must(domainForm.MatchString, `must be a domain, such as "myhuaweicloud.com", without a scheme, port or path.`)
	projectIDProblem = must(isSegment, `must be an ID, without white space, slashes and "..". For a project's name, there is project_name.`)
	idpIDProblem     = must(regexp.MustCompile(`^[!-~]+$`).MatchString, "must be the ID of an identity provider, without white space.")
	flagProblem      = must(func(flag string) bool { _, err := strconv.ParseBool(flag); return err == nil }, "must be true or false.")
	gitHubProblem    = must(webScheme.MatchString, "must be a URL that begins with https:// or http://. "+
		`GitHub Actions sets it in a job with the permission "id-token: write".`)
)

// baseURLProblem checks a base URL, which may contain {region}.
func baseURLProblem(address string) string {
	address = strings.ReplaceAll(address, "{region}", "region")
	base, err := url.Parse(address)
	switch {
	case !webScheme.MatchString(address):
		return `must begin with https:// or http://, such as "https://dli.{region}.example.com".`
	case idpIDProblem(address) != "":
		return "must consist of ASCII characters without white space; the ASCII form of an international host name begins with xn--."
	case strings.ContainsAny(address, "?#{}"):
		return "must have no query, no fragment, and no braces other than {region}."
	case err == nil && base.User != nil:
		return "must not contain a user name or password."
	case err != nil || !isHost(base):
		return `must have a host name of letters, digits, "-", "_" and dots, or an IP address without a zone; a port must be from 1 to 65535.`
	}
	return ""
}

// isHost reports whether the host of a URL is one, and its port a port or none.
func isHost(address *url.URL) bool {
	ip, err := netip.ParseAddr(address.Hostname())
	named := domainForm.MatchString(strings.TrimSuffix(address.Hostname(), "."))
	port, portErr := strconv.Atoi(address.Port())
	return (named || err == nil && ip.Zone() == "") &&
		(portErr == nil && port >= 1 && port <= 65535 || address.Port() == "" && !strings.HasSuffix(address.Host, ":"))
}

// proxyProblem checks the URL of a proxy, from which "http://" may be missing. After the host there
// is no "@", unless a special character in the password ends the host too early.
func proxyProblem(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "http", address
	}
	proxy, err := url.Parse("http://" + rest)
	if err == nil && isHost(proxy) && !strings.Contains(proxy.Path+proxy.RawQuery+proxy.Fragment, "@") &&
		slices.Contains([]string{"http", "https", "socks5", "socks5h"}, strings.ToLower(scheme)) {
		return ""
	}
	return "must be the URL of a proxy, such as http://proxy.example.com:3128, without white space and quotation marks. " +
		"Percent-encode special characters in its user name and password: write %25 for %, %40 for @, %23 for # and %2F for /."
}
