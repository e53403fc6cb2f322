package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	metadataAddress   = "http://169.254.169.254"
	metadataTokenPath = "/meta-data/latest/api/token" //nolint:gosec // A path, not a secret.
	metadataKeysPath  = "/openstack/latest/securitykey"

	// metadataTimeout ends a sign-in with all its requests.
	metadataTimeout = 2 * time.Second
	// metadataTokenSeconds is the lifetime that is requested for a metadata token.
	metadataTokenSeconds = "21600"
	// maxMetadataBytes is the largest response that is read.
	maxMetadataBytes = 1 << 20
)

// Metadata takes the temporary keys of the agency of the ECS that this process runs on.
type Metadata struct {
	// Endpoint is the base URL of the metadata service, "" for the usual one.
	Endpoint string
}

// NoCredentialsError means that no credentials are configured and that the metadata service of an
// ECS provides none.
type NoCredentialsError struct {
	// Err is why the metadata service provides none.
	Err error
	// refused reports whether the service responded, and would respond so again.
	refused bool
}

func (e *NoCredentialsError) Error() string {
	return "no credentials are configured, and the ECS metadata service provides none: " + e.Err.Error()
}

func (e *NoCredentialsError) Unwrap() error { return e.Err }

// source asks the metadata service, without a proxy and without retries.
//
// Elastic Cloud Server user guide, "Obtaining Metadata"
// (https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html).
func (m Metadata) source(c *Client) credentialSource {
	s := &renewableSource{}
	s.fetch = func(ctx context.Context) (*credential, lifetime, error) {
		limited, cancel := context.WithTimeout(ctx, metadataTimeout)
		defer cancel()
		keys, life, err := m.fetchKeys(limited, c)
		if ctx.Err() != nil {
			return nil, lifetime{}, ctx.Err()
		}
		if err != nil {
			return nil, lifetime{}, m.noCredentials(err)
		}
		return keys, life, nil
	}
	return s
}

// noCredentials returns the error of a service that provides no keys.
func (m Metadata) noCredentials(err error) error {
	if is[*url.Error](err) && !is[*redirectError](err) {
		return &NoCredentialsError{Err: fmt.Errorf("no response from %s", m.redactedAddress())}
	}
	failed, ok := errors.AsType[*metadataStatusError](err)
	return &NoCredentialsError{Err: err, refused: ok && isPermanentStatus(failed.status)}
}

func (m Metadata) fetchKeys(ctx context.Context, c *Client) (*credential, lifetime, error) {
	direct := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: checkRedirect,
	}
	token, _, err := m.ask(ctx, c, direct, http.MethodPut, metadataTokenPath, "X-Metadata-Token-Ttl-Seconds", metadataTokenSeconds)
	if err != nil && !isTokenNotOffered(err) {
		return nil, lifetime{}, err
	}
	c.secrets.add(string(bytes.TrimSpace(token)))
	body, header, err := m.ask(ctx, c, direct, http.MethodGet, metadataKeysPath, "X-Metadata-Token", string(bytes.TrimSpace(token)))
	if err != nil {
		return nil, lifetime{}, err
	}
	var keys temporaryKeys
	if err := json.Unmarshal(body, &keys, lenientJSON); err != nil {
		return nil, lifetime{}, describeJSONError("the response", err)
	}
	return keys.credential(header)
}

// address returns the base URL of the service without a slash at its end.
func (m Metadata) address() string {
	return strings.TrimRight(cmp.Or(m.Endpoint, metadataAddress), "/")
}

// redactedAddress returns the address without user info.
func (m Metadata) redactedAddress() string {
	address, err := url.Parse(m.address())
	if err != nil {
		return "an invalid address"
	}
	address.User = nil
	return address.String()
}

// metadataStatusError is a response of the metadata service with an error status.
type metadataStatusError struct {
	method, address string
	status          int
}

func (e *metadataStatusError) Error() string {
	return fmt.Sprintf("%s %s returned %d %s", e.method, e.address, e.status, http.StatusText(e.status))
}

// isTokenNotOffered reports whether the service needs no metadata token.
func isTokenNotOffered(err error) bool {
	e, ok := errors.AsType[*metadataStatusError](err)
	if !ok || e.method != http.MethodPut {
		return false
	}
	return e.status == http.StatusNotFound || e.status == http.StatusMethodNotAllowed || e.status == http.StatusServiceUnavailable
}

// ask sends one request with one header, unless its value is empty.
func (m Metadata) ask(ctx context.Context, c *Client, direct *http.Client, method, path, header, value string) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.address()+path, nil)
	if err != nil {
		return nil, nil, errors.New("its address is not a valid URL")
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	begin := time.Now()
	resp, err := direct.Do(req)
	fields := map[string]any{
		"method": method, "host": req.URL.Host, "path": path, "attempt": 1, "duration_ms": time.Since(begin).Milliseconds(),
	}
	if err != nil {
		fields["error"] = "no response"
		c.log(ctx, "HTTP request", fields)
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }() // Nothing was written to it.
	fields["status"] = resp.StatusCode
	c.log(ctx, "HTTP request", fields)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, nil, &metadataStatusError{method: method, address: m.redactedAddress() + path, status: resp.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadataBytes))
	return body, resp.Header, err
}
