package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// TestUnknownAgency is remembered: one request for all reads.
func TestUnknownAgency(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Agencies: []Agency{{Name: "unknown", DomainName: simulator.AgencyDomainName}}, MaxRetries: 3})
	for range 3 {
		_, err := readChannel(t.Context(), c)
		if e := requestError(t, err); e.Status != http.StatusNotFound || e.Operation != OpAssumeAgency || e.Service != IAM {
			t.Errorf("the error is %v", err)
		}
	}
	if n := server.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
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
	if err != nil || signed.Sub(k.now()).Abs() > 15*time.Minute || number < 1 || number > len(k.expires) || !k.now().Before(k.expires[number-1]) {
		return responseOf(req, http.StatusUnauthorized, `{"error_code":"APIGW.0301","error_msg":"expired"}`)
	}
	return responseOf(req, http.StatusOK, channelBody)
}

// TestFailedRefreshOfKeys has IAM fail from 55:30 on, with 4:30 left. No read fails or waits, and
// IAM may recover at any time, even after the expiry.
func TestFailedRefreshOfKeys(t *testing.T) {
	t.Parallel()
	status := func(status int) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) { return responseOf(req, status, "{}"), nil }
	}
	for name, fail := range map[string]func(*http.Request) (*http.Response, error){
		"503": status(503), "403": status(403), "408": status(408), "401": status(401), "stall": stalling, //nolint:bodyclose // The client closes it.
		"takes 50 s": func(*http.Request) (*http.Response, error) { time.Sleep(50 * time.Second); return nil, nil }, //nolint:nilnil // It passes.
		"unavailable for an hour": func(req *http.Request) (*http.Response, error) {
			return responseOf(req, 503, "", "Retry-After", "3600"), nil
		},
		"reset": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				issuer := &keyIssuer{life: time.Hour, fail: func(_ int, req *http.Request) (*http.Response, error) {
					if broken.Load() {
						return fail(req)
					}
					return nil, nil //nolint:nilnil // It passes.
				}}
				c := inMemory(t, Config{Agencies: []Agency{exampleAgency}, MaxRetries: 5}, issuer.respond)
				read := func() error {
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					defer cancel()
					_, err := readChannel(ctx, c)
					return err
				}
				if err := read(); err != nil {
					t.Fatal(err)
				}
				broken.Store(true)
				time.Sleep(55*time.Minute + 30*time.Second)
				for range 26 {
					begin := time.Now()
					if err := read(); err != nil || time.Since(begin) > 0 {
						t.Errorf("after %s: %v", time.Since(begin), err)
					}
					time.Sleep(10 * time.Second)
				}
				broken.Store(false)
				time.Sleep(time.Minute)
				if err := read(); err != nil {
					t.Errorf("after IAM has recovered: %v", err)
				}
			})
		})
	}
}

// TestThreeDaysOfReads reads every minute with keys of several lifetimes and clocks that differ,
// while IAM fails in one of three refreshes. No read fails.
func TestThreeDaysOfReads(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour} {
		for skew, allRetries := range map[time.Duration][]int{-14 * time.Minute: {0}, 0: {0}, 14 * time.Minute: {0, 5}} {
			for _, retries := range allRetries {
				t.Run(fmt.Sprintf("%s, clocks off by %s, %d retries", life, skew, retries), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						failures := []func(*http.Request) (*http.Response, error){
							func(req *http.Request) (*http.Response, error) { return responseOf(req, 503, ""), nil },
							func(req *http.Request) (*http.Response, error) { return responseOf(req, 403, "{}"), nil },
							stalling,
							func(req *http.Request) (*http.Response, error) { return responseOf(req, 408, ""), nil },
							func(req *http.Request) (*http.Response, error) {
								return responseOf(req, 429, throttledBody, "Retry-After", "30"), nil
							},
							func(req *http.Request) (*http.Response, error) { return responseOf(req, 201, "{"), nil },
						}
						random := rand.New(rand.NewPCG(1, uint64(life+skew))) //nolint:gosec // A seed makes it repeatable.
						var failed atomic.Int64
						issuer := &keyIssuer{life: life, skew: skew, fail: func(n int, req *http.Request) (*http.Response, error) {
							if n%3 != 0 {
								return nil, nil //nolint:nilnil // It passes.
							}
							failed.Add(1)
							return failures[random.IntN(len(failures))](req)
						}}
						c := inMemory(t, Config{Agencies: []Agency{exampleAgency}, MaxRetries: retries}, issuer.respond)
						for minute := range 3 * 24 * 60 {
							ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
							if _, err := readChannel(ctx, c); err != nil {
								t.Errorf("after %d minutes: %v", minute, err)
							}
							cancel()
							time.Sleep(time.Minute)
						}
						if failed.Load() == 0 {
							t.Error("no refresh failed")
						}
						issuer.mu.Lock()
						defer issuer.mu.Unlock()
						t.Logf("%d requests for keys, %d of them failed", issuer.requests, failed.Load())
					})
				})
			}
		}
	}
}
