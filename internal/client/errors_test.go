package client

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	cause := errors.New("the cause")
	things := func(matches, others []NamedID) error {
		return &NameMatchError{Kind: "things", Name: "n", Matches: matches, Others: others}
	}
	of := func(e Error) error {
		e.Method, e.URL = "GET", "http://a/b"
		return &e
	}
	for want, err := range map[string]error{
		"GET http://a/b: status 404 Not Found, C.1, gone (request ID r)": of(Error{
			Status: 404, Code: "C.1", Message: "gone", RequestID: "r", Attempts: 1,
		}),
		"GET http://a/b: status 599":                                                           of(Error{Status: 599}),
		"GET http://a/b: the cause":                                                            of(Error{Err: cause}),
		"GET http://a/b: status 503 Service Unavailable, the cause":                            of(Error{Status: 503, Err: cause}),
		"GET http://a/b: status 502 Bad Gateway (3 attempts)":                                  of(Error{Status: 502, Attempts: 3}),
		"assuming: GET http://a/b: status 403 Forbidden":                                       of(Error{Purpose: "assuming", Status: 403}),
		`none of the things has the name "n"`:                                                  things(nil, nil),
		`none of the things has the name "n"; found "m" (1), "o" (2)`:                          things(nil, []NamedID{{"m", "1"}, {"o", "2"}}),
		`2 things have the name "n": "n" (1), "n" (2)`:                                         things([]NamedID{{"n", "1"}, {"n", "2"}}, nil),
		"cannot connect to the proxy p:80: the cause":                                          &ProxyError{Host: "p:80", Err: cause},
		"the proxy p refused to connect to the API: 404 Not Found":                             &ProxyError{Host: "p", Status: 404},
		"the proxy p:80 refused to connect to the API: 499":                                    &ProxyError{Host: "p:80", Status: 499},
		`the configured endpoint e of dli serves region "o", not "r"`:                          &EndpointError{"dli", "e", "r", "o"},
		"the next attempt is due in 1.5s, after the read's deadline":                           &DeadlineError{Wait: 1500 * time.Millisecond},
		"the cause; the next attempt is due in 1m0s, after the read's deadline":                &DeadlineError{time.Minute, false, cause},
		"the API asks to wait 1m0s (Retry-After), which is past the read's deadline":           &DeadlineError{time.Minute, true, nil},
		"cannot read the ID token from f: the cause":                                           &IDTokenError{Source: "f", Err: cause},
		"no credentials are configured, and the ECS metadata service provides none: the cause": &NoCredentialsError{Err: cause},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if strings.Contains(want, cause.Error()) && !errors.Is(err, cause) {
			t.Errorf("%v does not unwrap", err)
		}
	}
}

func TestDiffersInCase(t *testing.T) {
	t.Parallel()
	for others, want := range map[string]bool{"NAME": true, "Name": true, "other": false, "names": false} {
		e := &NameMatchError{Name: "name", Others: []NamedID{{Name: "another"}, {Name: others}}}
		if e.DiffersInCase() != want {
			t.Errorf("%s: %t", others, !want)
		}
	}
}

func TestGatewayCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"APIGW.0301": "0301", "APIG.0308": "0308", "APIGW.0101": "0101", "APIG.3023": "", "APIG.1000": "", "EndPoint.0005": "", "0301": "",
		"APIG.03011": "", "IAM.0011": "", "": "",
	} {
		if got := GatewayCode(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}
