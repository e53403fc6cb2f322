package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// requestIDToken asks GitHub Actions, which is no service of the cloud.
var requestIDToken = operation{name: OpRequestIDToken, method: http.MethodGet}

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

// IDToken is a given ID token.
type IDToken string

func (t IDToken) read(context.Context, *Client) (string, error) {
	return checkIDToken("the configuration", string(t))
}

// IDTokenFile is the path of a file with an ID token.
type IDTokenFile string

func (f IDTokenFile) read(context.Context, *Client) (string, error) {
	content, err := ReadFile(string(f))
	if err != nil {
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			err = failed.Err // Without the path, which Source has.
		}
		return "", &IDTokenError{Source: string(f), Err: err}
	}
	return checkIDToken(string(f), strings.TrimPrefix(string(content), "\ufeff"))
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
	const source = "GitHub Actions"
	address := g.RequestURL
	if g.Audience != "" {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address += separator + "audience=" + url.QueryEscape(g.Audience)
	}
	resp, err := c.send(ctx, &request{
		operation: requestIDToken,
		purpose:   "requesting an ID token from GitHub Actions",
		url:       address,
		header:    http.Header{"Authorization": {"Bearer " + g.RequestToken}},
		secrets:   []string{g.RequestToken},
		hideBody:  true,
	})
	if err != nil {
		return "", err
	}
	type idToken struct {
		Value required[string] `json:"value"`
	}
	got, err := decode[idToken](resp)
	if err != nil {
		return "", err
	}
	return checkIDToken(source, got.Value.value)
}

// checkIDToken returns a token without the white space around it.
func checkIDToken(source, token string) (string, error) {
	token = strings.TrimSpace(token)
	switch {
	case token == "":
		return "", &IDTokenError{Source: source, Err: errors.New("the token is empty")}
	case strings.ContainsFunc(token, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", &IDTokenError{Source: source, Err: errors.New("the token contains white space or control characters")}
	}
	return token, nil
}
