package simulator

import (
	"net/http"
	"testing"
	"time"
)

const (
	sessionPath = "/metadata/meta-data/latest/api/token"
	keyPath     = "/metadata/openstack/latest/securitykey"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.Metadata.TokenRequired = true })
	token := send(t, s, http.MethodPut, sessionPath, "", withHeader("X-Metadata-Token-Ttl-Seconds", "60"))
	if token.status != http.StatusOK || len(token.body) == 0 {
		t.Fatalf("got %d %s", token.status, token.body)
	}
	_, asAgency := readCredential(t, send(t, s, http.MethodGet, keyPath, "", withHeader("X-Metadata-Token", string(token.body))), http.StatusOK)
	if got := send(t, s, http.MethodGet, vpcepPath, "", asAgency); got.status != http.StatusOK {
		t.Errorf("the key is not accepted: %d %s", got.status, got.body)
	}
	s.Update(func(d *Data) { d.Metadata.tokens[string(token.body)] = time.Now() })
	for name, value := range map[string]string{"expired": string(token.body), "unknown": "x", "missing": ""} {
		if got := send(t, s, http.MethodGet, keyPath, "", withHeader("X-Metadata-Token", value)); got.status != http.StatusUnauthorized {
			t.Errorf("%s token: %d %s", name, got.status, got.body)
		}
	}
}

func TestMetadataSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*Metadata)
		method string
		path   string
		status int
	}{
		{"no token needed", func(*Metadata) {}, http.MethodGet, keyPath, 200},
		{"no time to live", func(*Metadata) {}, http.MethodPut, sessionPath, 400},
		{"no token offered", func(m *Metadata) { m.TokenStatus = 405 }, http.MethodPut, sessionPath, 405},
		{"no agency", func(m *Metadata) { m.DomainID = "" }, http.MethodGet, keyPath, 404},
		{"other path", func(*Metadata) {}, http.MethodGet, "/metadata/openstack/latest/meta_data.json", 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := Start(t)
			s.Update(func(d *Data) { test.change(&d.Metadata) })
			if got := send(t, s, test.method, test.path, ""); got.status != test.status {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

func TestMetadataAbsent(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.Metadata.Absent = true })
	if got, err := trySend(t, s, http.MethodGet, keyPath, ""); err == nil {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
