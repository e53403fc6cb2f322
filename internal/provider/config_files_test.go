package provider

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"io/fs"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestCertificates reads from a cloud with a certificate authority of its own, which asks for a client
// certificate.
func TestCertificates(t *testing.T) {
	t.Parallel()
	cert, key := clientCertificateFiles(t)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(readFileOf(t, cert))
	cloud := simulator.New()
	server := httptest.NewUnstartedServer(cloud)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Of handshakes that the client ends.
	server.StartTLS()
	t.Cleanup(server.Close)
	cloud.URL = server.URL
	ca := textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	pair := object{"cert": cert, "key": key}
	for name, test := range map[string]struct {
		arguments, environment object
		fails                  bool
	}{
		"no CA":        {pair, nil, true},
		"CA":           {merge(pair, object{"cacert_file": ca}), object{"HW_CACERT": "/nowhere"}, false},
		"environment":  {nil, object{"OS_CACERT": ca, "HW_CERT": cert, "OS_KEY": key}, false},
		"no pair":      {object{"cacert_file": ca}, nil, true},
		"insecure":     {pair, object{"HW_INSECURE": "true", "OS_INSECURE": "false"}, false},
		"not insecure": {merge(pair, object{"insecure": false}), object{"HW_INSECURE": "true"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.setVariables(test.environment)
			c.Server = cloud
			s := c.configure(t, test.arguments)
			got := strings.Join(append(s.diagnostics.errors, s.read(t, enhancedConnectionsSource, nil).errors...), "\n")
			if failed := strings.Contains(got, "certificate"); failed != test.fails || !test.fails && got != "" {
				t.Errorf("the errors are %q", got)
			}
		})
	}
}

// TestReadFile reads regular files of up to 1 MiB. Reading a device may block or never end.
func TestReadFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for name, size := range map[string]int{"small": 4, "empty": 0, "largest": 1 << 20, "larger": 1<<20 + 1} {
		content := strings.Repeat("x", size)
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readFile("~/" + name); (err != nil) != (size > 1<<20) || err == nil && string(got) != content {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	for _, path := range []string{"~/missing", home, os.DevNull} {
		if _, err := readFile(path); err == nil || strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}

	// A superuser, who may run the test, may read every file.
	b := configBuilder{diags: new(diag.Diagnostics)}
	b.failFile(setting{name: "key"}, fs.ErrPermission)
	if got := (*b.diags)[0].Detail(); !strings.HasSuffix(got, "permission denied. Make it readable for the user that runs Terraform.") {
		t.Error(got)
	}

	// KooCLI's own file is in the home folder.
	wantError(t, buildWith(t, object{"profile": "sso"}, nil).errors, "shared_config_file: Cannot use ~/.hcloud/config.json of the user that runs Terraform: ")
	if err := os.Mkdir(filepath.Join(home, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(profiles(t), filepath.Join(home, ".hcloud", "config.json")); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range []object{{"profile": "sso"}, {"profile": "sso", "shared_config_file": "~/.hcloud/config.json"}} {
		got := buildWith(t, merge(arguments, object{"region": "r"}), nil)
		if got.errors != nil || got.Credentials == nil {
			t.Errorf("%v: %+v", arguments, got)
		}
	}
}
