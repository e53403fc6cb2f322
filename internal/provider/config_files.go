package provider

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// fileContents are what the files contain whose paths are arguments, by argument.
var fileContents = map[string]string{
	"cacert_file":                         "a PEM file of CA certificates",
	"cert":                                "a PEM file of a client certificate",
	"key":                                 "a PEM file of the client certificate's private key, without a passphrase",
	"shared_config_file":                  "a configuration file of KooCLI",
	"assume_role_with_oidc.id_token_file": "a file with an ID token",
}

// readFile returns the content of a regular file of at most 1 MiB. Anything else, such as a pipe or
// a device, could block or never end. A leading ~/ is the user's home directory, if that is known. No
// error names the path.
func readFile(name string) ([]byte, error) {
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(name, "~/") {
		name = filepath.Join(home, name[len("~/"):])
	}
	info, err := os.Stat(name)
	var content []byte
	switch {
	case err != nil:
	case info.IsDir():
		err = errors.New("it is a folder")
	case !info.Mode().IsRegular():
		err = errors.New("it is not a regular file")
	case info.Size() > 1<<20:
		err = errors.New("it is larger than 1 MiB")
	default:
		content, err = os.ReadFile(name) //nolint:gosec // The user names the file.
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err
	}
	return content, err
}

// readFile returns the content of the file that a setting names, nil if there is none: after an
// error, and while validating.
func (b *configBuilder) readFile(s setting) []byte {
	if s.value == "" || b.validating {
		return nil
	}
	content, err := readFile(s.value)
	switch command := fromDER(content); {
	case err != nil:
	case len(bytes.TrimSpace(content)) == 0:
		err = errors.New("it is empty")
	case command != "":
		err = fmt.Errorf("it is in DER form; convert it with openssl %s -inform der -in FILE -out FILE.pem", command)
	}
	if err != nil {
		b.failFile(s, err)
		return nil
	}
	return content
}

// fromDER returns the command of OpenSSL that converts a certificate or a private key from DER, "" if
// it is neither.
func fromDER(content []byte) string {
	_, noCertificate := x509.ParseCertificate(content)
	_, noKey := x509.ParsePKCS8PrivateKey(content)
	_, noRSAKey := x509.ParsePKCS1PrivateKey(content)
	_, noECKey := x509.ParseECPrivateKey(content)
	switch {
	case noCertificate == nil:
		return "x509"
	case noKey == nil || noRSAKey == nil || noECKey == nil:
		return "pkey"
	}
	return ""
}

func (b *configBuilder) failFile(s setting, err error) {
	file := "the file that " + s.source() + " names"
	if s.value == defaultProfileFile {
		file = defaultProfileFile + " of the user that runs Terraform"
	}
	mend := fmt.Sprintf("Set %s to the path of %s, not to its content. "+
		"A relative path starts in the directory in which Terraform runs.", s.source(), fileContents[s.name])
	if errors.Is(err, fs.ErrPermission) {
		mend = "Make it readable for the user that runs Terraform."
	}
	b.fail(s.at, "Unable to use file", "Cannot use %s: %v. %s", file, err, mend)
}

// caCertificates returns the content of the file of CA certificates.
func (b *configBuilder) caCertificates(argument types.String) []byte {
	s := b.text(path.Root("cacert_file"), argument, caCertFileVariables)
	b.use(&s)
	content := b.readFile(s)
	if content != nil && !x509.NewCertPool().AppendCertsFromPEM(content) {
		b.failFile(s, errors.New("it contains no PEM certificate"))
	}
	return content
}

// clientCertificate returns the client certificate and its key, nil if none is set.
func (b *configBuilder) clientCertificate(certArgument, keyArgument types.String) *tls.Certificate {
	cert := b.text(path.Root("cert"), certArgument, certVariables)
	key := b.text(path.Root("key"), keyArgument, keyVariables)
	if !cert.isSet() && !key.isSet() {
		return nil
	}
	b.use(&cert, &key)
	b.incomplete("Incomplete client certificate", "A client certificate", []setting{cert}, []setting{key})
	certPEM, keyPEM := b.readFile(cert), b.readFile(key)
	if certPEM == nil || keyPEM == nil {
		return nil
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		b.fail(cert.at, "Unable to use client certificate", "Cannot use the files that %s and %s name: %s. "+
			"Set %[1]s to the path of %[4]s, and %[2]s to that of %[5]s.",
			cert.source(), key.source(), strings.TrimPrefix(err.Error(), "tls: "), fileContents["cert"], fileContents["key"])
		return nil
	}
	return &pair
}
