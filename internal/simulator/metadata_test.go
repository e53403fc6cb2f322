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

// put makes a request a PUT.
func put(r *http.Request) { r.Method = http.MethodPut }

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Update(func(d *Data) { d.Metadata.TokenRequired = true })
	token := send(t, s, sessionPath, "", put, withHeader("X-Metadata-Token-Ttl-Seconds", "60"))
	if token.status != http.StatusOK || len(token.body) == 0 {
		t.Fatalf("got %d %s", token.status, token.body)
	}
	_, asAgency := readKey(t, send(t, s, keyPath, "", withHeader("X-Metadata-Token", string(token.body))), http.StatusOK)
	wantPart(t, send(t, s, vpcepPath, "", asAgency), http.StatusOK, "connections")
	s.Update(func(d *Data) { d.Metadata.tokens[string(token.body)] = time.Now() })
	for _, value := range []string{string(token.body), "unknown", ""} {
		wantPart(t, send(t, s, keyPath, "", withHeader("X-Metadata-Token", value)), http.StatusUnauthorized, "")
	}
}

func TestMetadataSettings(t *testing.T) {
	t.Parallel()
	s := Start(t)
	wantPart(t, send(t, s, keyPath, ""), http.StatusOK, "securitytoken")
	wantPart(t, send(t, s, sessionPath, "", put), http.StatusBadRequest, "")
	wantPart(t, send(t, s, "/metadata/openstack/latest/meta_data.json", ""), http.StatusNotFound, "")
	s.Update(func(d *Data) {
		d.Metadata.TokenStatus, d.Metadata.Key, d.Metadata.KeyLifetime = 405, Key{Access: "a", Secret: "b"}, time.Nanosecond
	})
	wantPart(t, send(t, s, sessionPath, "", put), http.StatusMethodNotAllowed, "")
	for range 2 { // The second replaces the first.
		if key, _ := readKey(t, send(t, s, keyPath, ""), http.StatusOK); key.Access != "a" || key.Expires.After(time.Now()) {
			t.Errorf("got %+v", key)
		}
	}
	s.Update(func(d *Data) { d.Metadata.DomainID = "" })
	wantPart(t, send(t, s, keyPath, ""), http.StatusNotFound, "")
	s.Update(func(d *Data) { d.Metadata.Absent = true })
	if got, err := trySend(t, s, keyPath, ""); err == nil {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
