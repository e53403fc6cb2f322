package client

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

var (
	createMetadataToken = apiCall{method: http.MethodPut, path: "/meta-data/latest/api/token"}
	showMetadataKeys    = apiCall{method: http.MethodGet, path: "/openstack/latest/securitykey"}
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
}

func (e *NoCredentialsError) Error() string {
	return "no credentials are configured, and the ECS metadata service provides none: " + e.Err.Error()
}

func (e *NoCredentialsError) Unwrap() error { return e.Err }

func (m Metadata) address() string {
	return strings.TrimRight(cmp.Or(m.Endpoint, "http://169.254.169.254"), "/")
}

// source asks the metadata service, without a proxy and without retries.
//
// Elastic Cloud Server user guide, "Obtaining Metadata"
// (https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html).
func (m Metadata) source(c *Client) credentialSource {
	return newKeysSource(c, func(ctx context.Context, _ string) (*credential, lifetime, error) {
		limited, cancel := context.WithTimeout(ctx, 2*time.Second) // For all requests.
		defer cancel()
		keys, life, err := m.fetchKeys(limited, c)
		if ctx.Err() != nil {
			return nil, lifetime{}, ctx.Err()
		}
		if err != nil {
			return nil, lifetime{}, &NoCredentialsError{Err: err}
		}
		return keys, life, nil
	})
}

func (m Metadata) fetchKeys(ctx context.Context, c *Client) (*credential, lifetime, error) {
	token, err := m.ask(ctx, c, createMetadataToken, "X-Metadata-Token-Ttl-Seconds", "21600")
	value := "" // Services that do not offer a token do not need it.
	if err == nil {
		value = string(bytes.TrimSpace(token.body))
	} else if !hasStatus(err, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusServiceUnavailable) {
		return nil, lifetime{}, err
	}
	c.secrets.add(value)
	return readKeys(m.ask(ctx, c, showMetadataKeys, "X-Metadata-Token", value))
}

// ask sends one request with a header, unless its value is empty.
func (m Metadata) ask(ctx context.Context, c *Client, call apiCall, header, value string) (*response, error) {
	r := &request{call: call, url: m.address() + call.path, hideBody: true, direct: &http.Transport{DisableKeepAlives: true}}
	if value != "" {
		r.header = http.Header{header: {value}}
	}
	return c.send(ctx, r)
}
