package provider

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// readFile returns the content of the file at a path, and false if there is none: after an error
// that says what the file should be, or while validating.
func (b *configBuilder) readFile(s setting, summary, expected string) ([]byte, bool) {
	if isFileContent(s.value) {
		b.fail(s.at, summary, "%s must be the path of %s; got text that looks like the content of a file. Set it to the path, without file().",
			s.source(), expected)
		return nil, false
	}
	if s.value == "" || b.validating {
		return nil, false
	}
	content, err := client.ReadFile(expandHome(s.value))
	switch {
	case err != nil:
		cause, verb := err, "open"
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			cause = pathError.Err
			if pathError.Op == "read" {
				verb = "read"
			}
		}
		file := s.value
		if !looksLikePath(file) {
			file = "the file that " + s.source() + " names"
		}
		b.fail(s.at, summary, "Cannot %s %s: %v. Set %s to the path of %s. A relative path starts in the directory in which Terraform runs.",
			verb, file, cause, s.source(), expected)
		return nil, false
	case len(bytes.TrimSpace(content)) == 0:
		b.fail(s.at, summary, "The file %s is empty. Set %s to the path of %s.", s.value, s.source(), expected)
		return nil, false
	}
	return content, true
}

// expandHome replaces a leading ~/ with the user's home directory. If that is not known, the path
// stays as it is and cannot be opened.
func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// caCertificates returns the content of the file of CA certificates.
func (b *configBuilder) caCertificates(argument types.String) []byte {
	const summary, expected = "Unable to read CA certificates", "a PEM file of CA certificates"
	s := b.text("cacert_file", argument, caCertFileVariables)
	content, ok := b.readFile(s, summary, expected)
	if ok && !x509.NewCertPool().AppendCertsFromPEM(content) {
		b.fail(s.at, summary, "The file %s contains no PEM certificate. Set %s to the path of %s.", s.value, s.source(), expected)
	}
	return content
}

// clientCertificate returns the client certificate and its key, nil if none is set.
func (b *configBuilder) clientCertificate(certArgument, keyArgument types.String) *tls.Certificate {
	const summary = "Unable to use client certificate"
	const certFile, keyFile = "a PEM file of a client certificate", "a PEM file of the client certificate's private key, without a passphrase"
	cert, key := b.text("cert", certArgument, certVariables), b.text("key", keyArgument, keyVariables)
	if !cert.isSet() && !key.isSet() {
		return nil
	}
	if !key.isSet() {
		b.incomplete("Incomplete client certificate", "A client certificate", key)
	}
	if !cert.isSet() {
		b.incomplete("Incomplete client certificate", "The key of a client certificate", cert)
	}
	certPEM, certOK := b.readFile(cert, summary, certFile)
	keyPEM, keyOK := b.readFile(key, summary, keyFile)
	if certOK && !hasPEMBlock(certPEM, isCertificateBlock) {
		b.fail(cert.at, summary, "The file %s contains no PEM certificate. Set %s to the path of %s.", cert.value, cert.source(), certFile)
		certOK = false
	}
	if keyOK && !hasPEMBlock(keyPEM, isKeyBlock) {
		b.fail(key.at, summary, "The file %s contains no PEM private key, or one with a passphrase. Set %s to the path of %s.", key.value, key.source(), keyFile)
		keyOK = false
	}
	if !certOK || !keyOK {
		return nil
	}
	// The error may quote the file.
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		b.fail(key.at, summary, "The private key in %s does not belong to the certificate in %s, or one of the two is damaged. "+
			"Set %s to the path of %s.", key.value, cert.value, key.source(), keyFile)
		return nil
	}
	return &pair
}

func isCertificateBlock(block *pem.Block) bool { return block.Type == "CERTIFICATE" }

func isKeyBlock(block *pem.Block) bool {
	encrypted := strings.HasPrefix(block.Type, "ENCRYPTED ") || block.Headers["DEK-Info"] != ""
	return strings.HasSuffix(block.Type, "PRIVATE KEY") && !encrypted
}

// hasPEMBlock reports whether a PEM file has a block of a kind.
func hasPEMBlock(content []byte, is func(*pem.Block) bool) bool {
	for {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil {
			return false
		}
		if is(block) {
			return true
		}
	}
}
