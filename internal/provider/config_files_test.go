package provider

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestCertificates reads from a cloud with a certificate authority of its own, which may ask for a
// client certificate.
func TestCertificates(t *testing.T) {
	t.Parallel()
	cert, key := clientCertificateFiles(t)
	start := func(settings *tls.Config) (*simulator.Server, string) {
		cloud := simulator.New()
		server := httptest.NewUnstartedServer(cloud)
		server.TLS, server.Config.ErrorLog = settings, log.New(io.Discard, "", 0) // Of handshakes that the client ends.
		server.StartTLS()
		t.Cleanup(server.Close)
		cloud.URL = server.URL
		return cloud, textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(readFileOf(t, cert))
	plain, file := start(&tls.Config{MinVersion: tls.VersionTLS12})
	strict, strictFile := start(&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted, MinVersion: tls.VersionTLS12})
	for name, test := range map[string]struct {
		cloud                  *simulator.Server
		arguments, environment object
		fails                  bool
	}{
		"nothing":               {plain, nil, nil, true},
		"insecure":              {plain, nil, object{"HW_INSECURE": "true", "OS_INSECURE": "false"}, false},
		"not insecure":          {plain, object{"insecure": false}, object{"HW_INSECURE": "true"}, true},
		"certificate":           {plain, object{"cacert_file": file}, object{"HW_CACERT": "/nowhere"}, false},
		"OS certificate":        {plain, nil, object{"OS_CACERT": file}, false},
		"client certificate":    {strict, object{"cacert_file": strictFile, "cert": cert, "key": key}, nil, false},
		"HW client certificate": {strict, nil, object{"HW_CACERT": strictFile, "HW_CERT": cert, "OS_KEY": key}, false},
		"no client certificate": {strict, object{"cacert_file": strictFile}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.setVariables(test.environment)
			c.Server = test.cloud
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
	for path, want := range map[string]string{"~/missing": "no such file", home: "it is not a regular file", os.DevNull: "it is not a regular file"} {
		if _, err := readFile(path); err == nil || !strings.Contains(err.Error(), want) && !os.IsNotExist(err) || strings.Contains(err.Error(), home) {
			t.Errorf("%s: %v", path, err)
		}
	}

	// KooCLI's own file is in the home folder.
	wantError(t, buildWith(t, object{"profile": "sso"}, nil).errors, "shared_config_file: Cannot use ~/.hcloud/config.json: ")
	if err := os.Mkdir(filepath.Join(home, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(profiles(t), filepath.Join(home, ".hcloud", "config.json")); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range []object{{"profile": "sso"}, {"profile": "sso", "shared_config_file": "~/.hcloud/config.json"}} {
		got := buildWith(t, merge(arguments, object{"region": "r"}), nil)
		if got.errors != nil || !got.data.usesProfile || got.Credentials == nil {
			t.Errorf("%v: %+v", arguments, got)
		}
	}
}
