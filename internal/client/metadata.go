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
	metadataTokenPath = "/meta-data/latest/api/token" //nolint:gosec // A path, no secret.
	metadataKeysPath  = "/openstack/latest/securitykey"

	// metadataTimeout ends the whole of asking an ECS for its keys.
	metadataTimeout = 2 * time.Second
	// metadataTokenSeconds is how long a token for the metadata is asked for.
	metadataTokenSeconds = "21600"
	// maxMetadata is the largest answer that is read, in bytes.
	maxMetadata = 1 << 20
)

// Metadata takes the temporary keys of the agency of the ECS that this process
// runs on.
type Metadata struct {
	// Endpoint is the base URL of the metadata, "" for the usual one.
	Endpoint string
}

// NoCredentialsError says that no credentials are set and that no ECS gave any.
type NoCredentialsError struct {
	// Err is why the ECS gave none.
	Err error
}

func (e *NoCredentialsError) Error() string {
	return "no credentials are set, and the metadata of an ECS gave none: " + e.Err.Error()
}

func (e *NoCredentialsError) Unwrap() error { return e.Err }

// source asks the metadata, without a proxy and without trying again.
//
// "Obtaining Temporary Keys from Metadata", Elastic Cloud Server user guide.
func (m Metadata) source(c *Client) source {
	s := &renewedSource{}
	s.fetch = func(ctx context.Context) (*credential, time.Time, error) {
		asking, cancel := context.WithTimeout(ctx, metadataTimeout)
		defer cancel()
		keys, err := m.keys(asking, c)
		if ctx.Err() != nil {
			return nil, time.Time{}, ctx.Err()
		}
		if is[*url.Error](err) {
			err = fmt.Errorf("nobody answers at %s", m.shown())
		}
		if err != nil {
			return nil, time.Time{}, &NoCredentialsError{err}
		}
		credential, renewAt := keys.credential(time.Now())
		if credential == nil {
			return nil, time.Time{}, &NoCredentialsError{errors.New("its answer has no keys")}
		}
		return credential, renewAt, nil
	}
	return s
}

func (m Metadata) keys(ctx context.Context, c *Client) (*temporaryKeys, error) {
	direct := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: sameOrigin,
	}
	token, err := m.ask(ctx, c, direct, http.MethodPut, metadataTokenPath, "X-Metadata-Token-Ttl-Seconds", metadataTokenSeconds)
	if err != nil && !errors.Is(err, errNotOffered) {
		return nil, err
	}
	c.secrets.with(string(bytes.TrimSpace(token)))
	body, err := m.ask(ctx, c, direct, http.MethodGet, metadataKeysPath, "X-Metadata-Token", string(bytes.TrimSpace(token)))
	if err != nil {
		return nil, err
	}
	var keys temporaryKeys
	if err := json.Unmarshal(body, &keys); err != nil {
		return nil, explain(err)
	}
	return &keys, nil
}

// address is the base URL of the metadata, without a closing slash.
func (m Metadata) address() string {
	return strings.TrimRight(cmp.Or(m.Endpoint, metadataAddress), "/")
}

// shown is the address without a password.
func (m Metadata) shown() string {
	address, err := url.Parse(m.address())
	if err != nil {
		return "an address that is no URL"
	}
	return address.Redacted()
}

// errNotOffered is the metadata's way to say that it needs no token.
var errNotOffered = errors.New("not offered")

func (m Metadata) ask(ctx context.Context, c *Client, using *http.Client, method, path, header, value string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.address()+path, nil)
	if err != nil {
		return nil, err
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	begun := time.Now()
	resp, err := using.Do(req)
	fields := map[string]any{
		"method": method, "host": req.URL.Host, "path": path, "attempt": 1, "duration_ms": time.Since(begun).Milliseconds(),
	}
	if err != nil {
		fields["error"] = "no answer"
		c.log(ctx, "HTTP request", fields)
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // Nothing was written to it.
	fields["status"] = resp.StatusCode
	c.log(ctx, "HTTP request", fields)
	switch status := resp.StatusCode; {
	case method == http.MethodPut && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusServiceUnavailable):
		return nil, errNotOffered
	case status < 200 || status > 299:
		return nil, fmt.Errorf("%s %s answered %d %s", method, withoutQuery(req.URL.String()), status, http.StatusText(status))
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxMetadata))
}
