package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestSecretsAreRedacted has an API respond with all the secrets that it was sent.
func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	const accessKey, secretKey, securityToken = "aaaaACCESSKEYID00000", "kkkk-secret-key-0001", "ssss-security-token-0002"
	const token, password = "tttt-token-0003", "pppp \"password\"  0004"
	kinds := map[string]struct {
		credentials Credentials
		secrets     []string
	}{
		"keys":  {Keys{AccessKey: accessKey, SecretKey: secretKey, SecurityToken: securityToken}, []string{accessKey, secretKey, securityToken}},
		"token": {Token(token), []string{token}},
		"user":  {Password{UserName: "u", Password: password, DomainName: "d"}, []string{password}},
	}
	bodies := map[string]func(string) string{
		"JSON":    func(s string) string { return fmt.Sprintf(`{"error_code":%q,"error_msg":%q,"request_id":%q}`, s, s, s) },
		"HTML":    func(s string) string { return "<html>" + s },
		"success": func(s string) string { return "200 " + s },
	}
	for kind, way := range kinds {
		for name, body := range bodies {
			// The end of the text cuts some of the secrets.
			for _, padding := range []int{0, maxShownBytes - 20, maxShownBytes - 120, maxMessageBytes - 120, maxMessageBytes - 10} {
				t.Run(fmt.Sprint(kind, " ", name, " ", padding), func(t *testing.T) {
					t.Parallel()
					status := http.StatusForbidden
					if name == "success" {
						status = http.StatusOK
					}
					secrets := slices.Clone(way.secrets)
					c := inMemory(t, Config{Credentials: way.credentials}, func(req *http.Request) (*http.Response, error) {
						if _, signature, ok := strings.Cut(req.Header.Get("Authorization"), "Signature="); ok {
							secrets = append(secrets, signature)
						}
						text := strings.Repeat("x", padding) + strings.Join(secrets, " ") + " " + req.Header.Get("Authorization")
						return responseOf(req, status, body(text), "X-Request-Id", text, "Content-Type", text), nil
					})
					_, err := readChannel(t.Context(), c)
					if err == nil {
						t.Fatal("there is no error")
					}
					for _, secret := range secrets {
						// The beginning of a secret is as bad as all of it.
						if strings.Contains(err.Error(), secret[:8]) {
							t.Errorf("%q is in the error: %v", secret[:8], err)
						}
					}
				})
			}
		}
	}
}

// TestSecretsAreRedactedElsewhere has the secret of a request come back in a redirect and in a
// network error. Neither the error nor the log shows it.
func TestSecretsAreRedactedElsewhere(t *testing.T) {
	t.Parallel()
	const token = "tttt-token-0001"
	for want, respond := range map[string]roundTripFunc{
		"redirected to http://***.example.com": responding(302, "", "Location", "http://"+token+".example.com/"),
		"malformed response ***":               failing(errors.New("malformed response " + token)),
	} {
		var logged string
		c := inMemory(t, Config{
			Credentials: Token(token),
			Log:         func(_ context.Context, _ string, fields map[string]any) { logged = fmt.Sprint(fields) },
		}, respond)
		_, err := readChannel(t.Context(), c)
		for _, text := range []string{fmt.Sprint(err), logged} {
			if strings.Contains(text, "tttt") || !strings.Contains(text, want) {
				t.Errorf("the error or log lacks %q: %s", want, text)
			}
		}
	}
}

// TestEarlierSecretsAreRedacted has the secrets of a sign-in and of a refused token come back in the
// response to another request.
func TestEarlierSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	tokens := 0
	user := Password{UserName: "u", Password: "pppp-password", DomainName: "d"}
	c := inMemory(t, Config{Credentials: user}, func(req *http.Request) (*http.Response, error) {
		switch {
		case strings.HasSuffix(req.URL.Path, tokensPath):
			tokens++
			return tokenIssued(req, fmt.Sprintf("tttt-token-%d", tokens), ""), nil
		case req.Header.Get("X-Auth-Token") == "tttt-token-1":
			return responseOf(req, http.StatusUnauthorized, "{}"), nil
		}
		return responseOf(req, http.StatusForbidden, `{"error_code":"C","error_msg":"tttt-token-1 pppp-password"}`), nil
	})
	_, err := readChannel(t.Context(), c)
	if message := requestError(t, err).Message; message != "*** ***" || tokens != 2 {
		t.Errorf("%d tokens and the message %q", tokens, message)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text    string
		secrets []string
		want    string
	}{
		{"a secret in a text", []string{"secret"}, "a *** in a text"},
		{"secret secret", []string{"", "secret"}, "*** ***"},
		{"one-longer one", []string{"one", "one-longer"}, "*** ***"},
		{"nothing", nil, "nothing"},
		{"a%2Fb a%2fb a\\/b a/b", []string{"a/b"}, "*** *** *** ***"},
	} {
		var known knownSecrets
		known.known = map[string]bool{}
		known.add(tt.secrets...)
		if got := known.redact("other "+tt.text, "other"); got != "*** "+tt.want {
			t.Errorf("%q, want %q", got, "*** "+tt.want)
		}
	}
}

// TestFormsOf has a secret in every form in which a response or a URL may contain it.
func TestFormsOf(t *testing.T) {
	t.Parallel()
	const word = `p"a\s/s+w=o&r<d> 'x%ü`
	forms := formsOf(word)
	for name, form := range map[string]string{
		"itself":                    word,
		"JSON":                      `p\"a\\s/s+w=o&r<d> 'x%ü`,
		"JSON for HTML":             `p\"a\\s/s+w=o\u0026r\u003cd\u003e 'x%ü`,
		"JSON with escaped slashes": `p\"a\\s\/s+w=o&r<d> 'x%ü`,
		"a query":                   "p%22a%5Cs%2Fs%2Bw%3Do%26r%3Cd%3E+%27x%25%C3%BC",
		"a query in lower case":     "p%22a%5cs%2fs%2bw%3do%26r%3cd%3e+%27x%25%c3%bc",
		"a path":                    "p%22a%5Cs%2Fs+w=o&r%3Cd%3E%20%27x%25%C3%BC",
		"an encoded word":           "p%22a%5Cs%2Fs%2Bw%3Do%26r%3Cd%3E%20%27x%25%C3%BC",
	} {
		if !slices.Contains(forms, form) {
			t.Errorf("%s: %q is not in %q", name, form, forms)
		}
	}
}
