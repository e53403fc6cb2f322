package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// requestIDToken asks GitHub Actions, which is no service of the cloud.
var requestIDToken = apiCall{operation: OpRequestIDToken, method: http.MethodGet}

// IDTokenSource provides the ID token of a sign-in.
type IDTokenSource interface {
	// read returns an ID token. The error is an [*IDTokenError] or that of a request.
	read(ctx context.Context, c *Client) (string, error)
}

// IDTokenError means that no ID token could be read for an OpenID Connect sign-in.
type IDTokenError struct {
	// Source of the ID token, such as a file's path.
	Source string
	Err    error
}

func (e *IDTokenError) Error() string {
	return fmt.Sprintf("cannot read the ID token from %s: %s", e.Source, e.Err)
}

func (e *IDTokenError) Unwrap() error { return e.Err }

// IDTokenReader reads an ID token that was issued elsewhere, again at every sign-in: a file's may
// have been rotated.
type IDTokenReader struct {
	// Source of the ID token in the words of an error, such as a file's path.
	Source string
	Read   func() (string, error)
}

func (r IDTokenReader) read(context.Context, *Client) (string, error) {
	token, err := r.Read()
	if err != nil {
		return "", &IDTokenError{Source: r.Source, Err: err}
	}
	return checkIDToken(r.Source, token)
}

// GitHubIDToken requests an ID token from GitHub Actions.
type GitHubIDToken struct {
	// RequestURL and RequestToken are what the job's environment names.
	RequestURL, RequestToken string
	// Audience that the ID token is for, "" for GitHub's default.
	Audience string
}

// read requests an ID token.
//
// GitHub Docs, "OpenID Connect reference"
// (https://docs.github.com/en/actions/reference/security/oidc).
func (g GitHubIDToken) read(ctx context.Context, c *Client) (string, error) {
	address := g.RequestURL
	if g.Audience != "" {
		address += "&audience=" + url.QueryEscape(g.Audience) // GitHub's URL has a query.
	}
	resp, err := c.send(ctx, &request{
		call:     requestIDToken,
		purpose:  "requesting an ID token from GitHub Actions",
		url:      address,
		header:   http.Header{"Authorization": {"Bearer " + g.RequestToken}},
		secrets:  []string{g.RequestToken},
		hideBody: true,
	})
	if err != nil {
		return "", err
	}
	got, err := decode[struct {
		Value string `json:"value"`
	}](resp)
	if err != nil {
		return "", err
	}
	return checkIDToken("GitHub Actions", got.Value)
}

// checkIDToken returns a token without the white space and the byte order mark around it.
func checkIDToken(source, token string) (string, error) {
	token = strings.TrimSpace(strings.TrimPrefix(token, "\ufeff"))
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r == '{' || unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", &IDTokenError{Source: source, Err: errors.New("it is empty, or has more than the token itself, such as white space or JSON")}
	}
	return token, nil
}
