package provider

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The checks of configured values. Each returns what is wrong as the end of a sentence that
// begins with the argument, and "" if nothing is.

var (
	regionForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	cloudForm  = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	hostForm   = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$`)
)

func regionProblem(region string) string {
	if regionForm.MatchString(region) {
		return ""
	}
	return `must consist of letters, digits, "-" and "_", such as "cn-north-4"`
}

func cloudProblem(cloud string) string {
	if cloudForm.MatchString(cloud) {
		return ""
	}
	return `must be a domain such as "myhuaweicloud.com", without a scheme, port or path`
}

func projectIDProblem(id string) string {
	if id == "" || isSegment(id) {
		return ""
	}
	return "must be an ID, without white space, slashes and \"..\""
}

func profileNameProblem(name string) string {
	if !mayBeSecret(name) && !strings.ContainsAny(name, "\"{=") {
		return ""
	}
	return "must be the name of a profile"
}

func idpIDProblem(id string) string {
	if !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return "must be the ID of an identity provider, without white space"
}

// baseURLProblem checks a base URL, which may contain {region}. Its result does not depend on
// what could be a secret in the URL.
func baseURLProblem(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, _, _ := strings.Cut(rest, "/")
	replaced := strings.ReplaceAll(address, "{region}", "region")
	switch {
	case strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "must not contain white space"
	case strings.ContainsFunc(address, func(r rune) bool { return r >= utf8.RuneSelf }):
		return "must consist of ASCII characters; the ASCII form of an international host name begins with xn--"
	case !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") || rest == "":
		return "must begin with https:// or http://"
	case strings.Contains(authority, "@"):
		return "must not contain a user name or password"
	case strings.ContainsAny(address, "?#"):
		return "must not have a query or a fragment"
	case strings.ContainsAny(replaced, "{}"):
		return "must not contain braces other than {region}"
	}
	base, err := url.Parse(replaced)
	if err != nil {
		return "must be a URL with a host, and optionally a port from 1 to 65535 and a path"
	}
	if base.Hostname() == "" {
		return "must have a host"
	}
	if strings.Contains(base.Hostname(), "%") {
		return "must not have an IPv6 zone"
	}
	if _, err := netip.ParseAddr(base.Hostname()); err != nil && !hostForm.MatchString(base.Hostname()) {
		return "must have a host name of letters, digits, \"-\", \"_\" and single dots, or an IP address"
	}
	if port, err := strconv.Atoi(base.Port()); strings.HasSuffix(base.Host, ":") || base.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return "must have a port from 1 to 65535, or none"
	}
	return ""
}

// isWebAddress reports whether an address is a URL of a web server.
func isWebAddress(address string) bool {
	base, err := url.Parse(address)
	return err == nil && (base.Scheme == "https" || base.Scheme == "http") && base.Host != ""
}

// got quotes a wrong value at the end of an error. It returns "" if the value may be a secret or
// the content of a file in the wrong place.
func got(value string) string {
	if mayBeSecret(value) || strings.Contains(value, "=") {
		return ""
	}
	return "; got " + strconv.Quote(value)
}

// gotURL is got for a URL, without its query.
func gotURL(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	if _, err := url.Parse(address); err != nil || strings.Contains(address, "@") {
		return ""
	}
	return got(address)
}

// isLoopback reports whether requests to a base URL stay on this machine.
func isLoopback(address string) bool {
	base, err := url.Parse(strings.ReplaceAll(address, "{region}", "region"))
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(base.Hostname())
	return strings.EqualFold(base.Hostname(), "localhost") || err == nil && ip.IsLoopback()
}

const (
	// maxPathLength is longer than any sensible path, and shorter than most files.
	maxPathLength = 1024
	// maxQuotedLength is the length of the longest value that an error quotes.
	maxQuotedLength = 128
)

// isFileContent reports whether a path looks like the content of a file: a configuration of
// KooCLI, a PEM file or a token that was read with file().
func isFileContent(path string) bool {
	start := strings.TrimLeftFunc(path, func(r rune) bool { return r == '\ufeff' || r == '"' || r == '\'' || unicode.IsSpace(r) })
	start = strings.TrimPrefix(start, "Bearer ")
	return len(path) > maxPathLength || strings.ContainsFunc(path, unicode.IsControl) || strings.Contains(path, "\ufeff") ||
		strings.HasPrefix(start, "{") || strings.HasPrefix(start, "-----BEGIN") || strings.HasPrefix(start, "eyJ") && strings.Contains(start, ".")
}

// longBase64 matches what a key or a token in base64 has, and hardly any path.
var longBase64 = regexp.MustCompile(`[A-Za-z0-9+/]{64}|[A-Za-z0-9_-]{64}`)

// mayBeSecret reports whether a value may be a secret, a token or the content of a file, so that
// errors do not quote it.
func mayBeSecret(value string) bool {
	return len(value) > maxQuotedLength || isFileContent(value) || strings.Contains(value, "eyJ") || longBase64.MatchString(value)
}

// looksLikePath reports whether an error may quote a path that cannot be opened. A single word may be
// the content of the file.
func looksLikePath(path string) bool {
	return strings.ContainsAny(path, `/\.~`) && !mayBeSecret(path) && !strings.ContainsAny(path, "\"'`{=") && !strings.ContainsFunc(path, unicode.IsSpace)
}
