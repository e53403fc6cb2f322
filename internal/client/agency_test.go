package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

var exampleAgency = Agency{Name: simulator.AgencyName, DomainName: simulator.AgencyDomainName}

// TestAgencies are assumed one after another, each once for all readers.
func TestAgencies(t *testing.T) {
	t.Parallel()
	chained := Agency{Name: simulator.ChainedAgencyName, DomainID: simulator.ChainedDomainID}
	for name, tt := range map[string]struct {
		credentials Credentials
		agencies    []Agency
		project     string
		requests    int
	}{
		"keys":           {defaultKeys, []Agency{exampleAgency}, simulator.AgencyProjectID, 1},
		"password":       {userByName, []Agency{exampleAgency}, simulator.AgencyProjectID, 2},
		"two of them":    {defaultKeys, []Agency{exampleAgency, chained}, simulator.ChainedProjectID, 2},
		"token":          {Token(simulator.Token), []Agency{exampleAgency}, simulator.AgencyProjectID, 1},
		"two, password":  {userByName, []Agency{exampleAgency, chained}, simulator.ChainedProjectID, 3},
		"with a project": {defaultKeys, []Agency{exampleAgency}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{Credentials: tt.credentials, Agencies: tt.agencies})
			var reading sync.WaitGroup
			for range 10 {
				reading.Go(func() {
					in, err := c.Resolve(t.Context(), DLI, Scope{ProjectID: tt.project})
					if err == nil {
						_, err = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{})
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			reading.Wait()
			if n := server.Count(toIAM); n != tt.requests {
				t.Errorf("%d requests to IAM, want %d", n, tt.requests)
			}
		})
	}
}

// keyIssuer is an IAM that issues temporary keys, and a service that checks them, with a clock of
// their own.
type keyIssuer struct {
	life, skew time.Duration
	// fail, if set, responds to a request for keys in place of IAM; nil lets it pass.
	fail func(n int, req *http.Request) (*http.Response, error)

	mu       sync.Mutex
	expires  []time.Time
	requests int
}

func (k *keyIssuer) now() time.Time { return time.Now().Add(k.skew) }

func (k *keyIssuer) respond(req *http.Request) (*http.Response, error) {
	k.mu.Lock()
	if !strings.Contains(req.URL.Path, "/iam/") {
		defer k.mu.Unlock()
		return k.check(req), nil
	}
	k.requests++
	n := k.requests
	k.mu.Unlock()
	if k.fail != nil {
		if resp, err := k.fail(n, req); resp != nil || err != nil {
			return resp, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expires = append(k.expires, k.now().Add(k.life))
	resp := keysIssued(req, strconv.Itoa(len(k.expires)), k.expires[len(k.expires)-1])
	resp.Header.Set("Date", k.now().UTC().Format(http.TimeFormat))
	return resp, nil
}

// check refuses keys that have expired, and signatures that are off by more than 15 minutes.
func (k *keyIssuer) check(req *http.Request) *http.Response {
	var number int
	_, _ = fmt.Sscanf(req.Header.Get("Authorization"), signatureAlgorithm+" Access=AK%d,", &number)
	signed, err := time.Parse(signatureTime, req.Header.Get("X-Sdk-Date"))
	isSigned := err == nil && signed.Sub(k.now()).Abs() <= 15*time.Minute
	if !isSigned || number < 1 || number > len(k.expires) || !k.now().Before(k.expires[number-1]) {
		return responseOf(req, http.StatusUnauthorized, `{"error_code":"APIGW.0301","error_msg":"expired"}`)
	}
	return responseOf(req, http.StatusOK, channelBody)
}

// TestThreeDaysOfReads reads every minute with keys of several lifetimes and clocks that differ,
// while IAM fails in one of three refreshes in every way. No read fails, or waits for longer than a
// pause of IAM.
func TestThreeDaysOfReads(t *testing.T) {
	t.Parallel()
	respond := func(status int, body string, header ...string) roundTripFunc {
		return func(req *http.Request) (*http.Response, error) { return responseOf(req, status, body, header...), nil }
	}
	failures := []roundTripFunc{
		respond(503, ""), respond(403, "{}"), respond(408, ""), respond(201, "{"), stalling,
		respond(429, throttledBody, "Retry-After", "30"), respond(503, "", "Retry-After", "3600"),
		func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") },
		func(req *http.Request) (*http.Response, error) { return nil, sleep(req.Context(), 50*time.Second) }, // It is slow.
	}
	for _, life := range []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour} {
		for _, skew := range []time.Duration{-14 * time.Minute, 0, 14 * time.Minute} {
			for _, retries := range []int{0, 5} {
				t.Run(fmt.Sprintf("%s, clocks off by %s, %d retries", life, skew, retries), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						failed := 0
						issuer := &keyIssuer{life: life, skew: skew, fail: func(n int, req *http.Request) (*http.Response, error) {
							if n%3 != 0 {
								return nil, nil //nolint:nilnil // It passes.
							}
							failed++
							return failures[failed%len(failures)](req)
						}}
						c := inMemory(t, Config{Agencies: []Agency{exampleAgency}, MaxRetries: retries}, issuer.respond)
						for minute := range 3 * 24 * 60 {
							begin := time.Now()
							ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
							if _, err := readChannel(ctx, c); err != nil || time.Since(begin) > 30*time.Second+recovery {
								t.Errorf("after %d minutes: %v after %s", minute, err, time.Since(begin))
							}
							cancel()
							time.Sleep(time.Minute)
						}
						if failed == 0 {
							t.Error("no refresh failed")
						}
					})
				})
			}
		}
	}
}
