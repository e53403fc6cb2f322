package provider

import (
	"encoding/pem"
	"io"
	"log"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestCertificates reads from a cloud with a self-signed certificate.
func TestCertificates(t *testing.T) {
	t.Parallel()
	cloud := simulator.New()
	server := httptest.NewUnstartedServer(cloud)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Of handshakes that the client ends.
	server.StartTLS()
	t.Cleanup(server.Close)
	cloud.URL = server.URL
	file := textFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	for name, test := range map[string]struct {
		arguments   object
		environment map[string]string
		fails       bool
	}{
		"nothing":        {nil, nil, true},
		"insecure":       {object{"insecure": true}, nil, false},
		"HW insecure":    {nil, map[string]string{"HW_INSECURE": "true", "OS_INSECURE": "false"}, false},
		"not insecure":   {object{"insecure": false}, map[string]string{"HW_INSECURE": "true"}, true},
		"certificate":    {object{"cacert_file": file}, map[string]string{"HW_CACERT": "/nowhere"}, false},
		"HW certificate": {nil, map[string]string{"HW_CACERT": file, "OS_CACERT": "/nowhere"}, false},
		"OS certificate": {nil, map[string]string{"OS_CACERT": file}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			maps.Copy(c.environment, test.environment)
			c.Server = cloud
			s := c.configure(t, test.arguments)
			got := strings.Join(append(s.diagnostics.errors, s.read(t, enhancedConnectionsSource, nil).errors...), "\n")
			if failed := strings.Contains(got, "certificate"); failed != test.fails || !test.fails && got != "" {
				t.Errorf("the errors are %q", got)
			}
		})
	}
}
