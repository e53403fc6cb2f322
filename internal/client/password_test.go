package client

import (
	"context"
	"errors"
	"fmt"
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

// toIAM matches the requests to IAM.
func toIAM(r simulator.Request) bool { return r.Service == IAM }

// TestPassword signs in to the simulator in every way that names a user.
func TestPassword(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		user     Password
		requests int
	}{
		"name and domain name": {Password{UserName: simulator.UserName, DomainName: simulator.DomainName}, 1},
		"name and domain ID":   {Password{UserName: simulator.UserName, DomainID: simulator.DomainID}, 1},
		"ID":                   {Password{UserID: simulator.UserID}, 2},
		"ID and domain":        {Password{UserID: simulator.UserID, DomainName: simulator.DomainName}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.user.Password = simulator.Password
			server, c := simulated(t, Config{Credentials: tt.user})
			var reading sync.WaitGroup
			for range 15 {
				reading.Go(func() {
					in, err := c.Resolve(t.Context(), APIG, Scope{})
					if err != nil || in != home {
						t.Errorf("%v, %v", in, err)
						return
					}
					if _, err := readChannel(t.Context(), c); err != nil {
						t.Error(err)
					}
				})
			}
			reading.Wait()
			if n := server.Count(toIAM); n != tt.requests {
				t.Errorf("%d requests to IAM for 15 reads, want %d", n, tt.requests)
			}
			// The other region has a project of its own, whose domain is known by now.
			if in, err := c.Resolve(t.Context(), APIG, Scope{Region: simulator.SecondRegion}); err != nil || in.ProjectID != simulator.SecondProjectID {
				t.Errorf("%v, %v", in, err)
			}
			if n := server.Count(toIAM); n != tt.requests+1 {
				t.Errorf("%d requests to IAM for two regions, want %d", n, tt.requests+1)
			}
			last := server.Requests()[server.Count(nil)-1]
			if last.Region != simulator.SecondRegion {
				t.Errorf("the IAM of %s was asked", last.Region)
			}
		})
	}
}

// TestWrongPasswordIsSentOnce for twelve projects in two regions, whether they are named by ID or
// not and whether they are read one after another or together.
func TestWrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, user := range []Password{
		{UserName: simulator.UserName, Password: "wrong-password", DomainName: simulator.DomainName},
		{UserID: simulator.UserID, Password: "wrong-password"},
	} {
		for _, byID := range []bool{true, false} {
			for _, together := range []bool{true, false} {
				t.Run(fmt.Sprint(user.UserID, byID, together), func(t *testing.T) {
					t.Parallel()
					server, c := simulated(t, Config{Credentials: user, MaxRetries: 5})
					read := func(i int) {
						in := Scope{Region: []string{simulator.Region, simulator.SecondRegion}[i%2]}
						if byID {
							in.ProjectID = fmt.Sprint("project", i)
						}
						in, err := c.Resolve(t.Context(), DLI, in)
						if err == nil {
							_, err = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{})
						}
						if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpCreateToken || strings.Contains(err.Error(), "wrong-password") {
							t.Errorf("the error is %v", err)
						}
					}
					var reading sync.WaitGroup
					for i := range 12 {
						if together {
							reading.Go(func() { read(i) })
						} else {
							read(i)
						}
					}
					reading.Wait()
					if n := server.Count(nil); n != 1 {
						t.Errorf("%d requests, want 1", n)
					}
				})
			}
		}
	}
}

// TestPasswordChanges during the run, which revokes the user's tokens. The old password is sent
// once more, whatever the number of projects.
func TestPasswordChanges(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: userByName, MaxRetries: 5})
	var projects []string
	server.Update(func(d *simulator.Data) {
		for i := range 12 {
			id := fmt.Sprint("project", i)
			projects = append(projects, id)
			d.IAM.Projects = append(d.IAM.Projects, simulator.Project{ID: id, Name: id, DomainID: simulator.DomainID, Region: simulator.Region})
		}
	})
	readAll := func() (failed int) {
		var (
			reading sync.WaitGroup
			mu      sync.Mutex
		)
		for _, project := range projects {
			reading.Go(func() {
				if _, err := c.EnhancedConnections(t.Context(), Scope{simulator.Region, project}, EnhancedConnectionsQuery{}); err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			})
		}
		reading.Wait()
		return failed
	}
	if failed := readAll(); failed > 0 {
		t.Fatalf("%d reads failed", failed)
	}
	signIns := server.Count(toIAM)
	server.Update(func(d *simulator.Data) {
		d.IAM.Tokens = nil
		d.IAM.Users[0].Password = "another"
	})
	if failed := readAll(); failed != len(projects) {
		t.Errorf("%d reads failed", failed)
	}
	if n := server.Count(toIAM) - signIns; n != 1 {
		t.Errorf("%d sign-ins with the old password, want 1", n)
	}
}

// TestProjectWithoutARole is no wrong password once another project has been signed in to.
func TestProjectWithoutARole(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: userByName})
	server.Inject(simulator.Fault{
		Service: IAM, Match: func(r simulator.Request) bool { return strings.Contains(string(r.Body), "without-a-role") },
		Action: simulator.ServiceError(http.StatusUnauthorized, "", "no role"),
	})
	for round := range 2 {
		if _, err := readChannel(t.Context(), c); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		for i := range 3 {
			_, err := c.VPCChannel(t.Context(), Scope{simulator.Region, fmt.Sprint("without-a-role", i)}, "i", "c")
			if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Message != "no role" {
				t.Errorf("the error is %v", err)
			}
		}
		server.Update(func(d *simulator.Data) { d.IAM.Tokens = nil })
	}
	if n := server.Count(toIAM); n != 5 {
		t.Errorf("%d sign-ins, want 5: two to the first project, one to each of the others", n)
	}
}

// TestSignInsGoTogether once the password has been accepted.
func TestSignInsGoTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, tokensPath) {
				time.Sleep(time.Second)
				return tokenIssued(req, "t", ""), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		begin := time.Now()
		var reading sync.WaitGroup
		for i := range 9 {
			reading.Go(func() {
				if _, err := c.VPCChannel(t.Context(), Scope{simulator.Region, strconv.Itoa(i)}, "i", "c"); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("it took %s, want 2s: one sign-in, then all others", took)
		}
	})
}

// TestThrottledSignIn is no wrong password: the next read signs in again.
func TestThrottledSignIn(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Action{
		"401 with the throttling code": simulator.Throttle(401, ""),
		"500":                          simulator.Empty(500),
		"408":                          simulator.Empty(408),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{Credentials: userByName})
			server.Inject(simulator.Fault{Service: IAM, Times: 1, Action: fault})
			for _, ok := range []bool{false, true} {
				if _, err := readChannel(t.Context(), c); (err == nil) != ok {
					t.Errorf("%v, want success: %t", err, ok)
				}
			}
		})
	}
}

// TestSignInWaitsForItsTurn ends with the reader.
func TestSignInWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Credentials: userByName}, stalling)
		first, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		reading.Go(func() { _, _ = readChannel(first, c) })
		synctest.Wait()
		ctx, cancelSecond := context.WithTimeout(t.Context(), time.Second)
		defer cancelSecond()
		begin := time.Now()
		if _, err := c.VPCChannel(ctx, Scope{simulator.Region, "other"}, "i", "c"); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		cancel()
		reading.Wait()
	})
}

// TestTokenWithoutHeader is an unexpected response.
func TestTokenWithoutHeader(t *testing.T) {
	t.Parallel()
	for want, body := range map[string]string{ //nolint:gosec // No credentials are in it.
		"missing header X-Subject-Token":           `{"token":{"user":{"domain":{"id":"d"}}}}`,
		`missing field "token.user.domain.id"`:     `{"token":{}}`,
		"the response must be an object, got an a": `[]`,
	} {
		c := inMemory(t, Config{Credentials: Password{UserID: "u", Password: "p"}}, func(req *http.Request) (*http.Response, error) {
			resp := responseOf(req, http.StatusCreated, body)
			if !strings.Contains(want, "header") {
				resp.Header.Set("X-Subject-Token", "t")
			}
			return resp, nil
		})
		_, err := c.Resolve(t.Context(), APIG, Scope{})
		if e := requestError(t, err); e.Reason != ReasonUnexpectedResponse || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestExpiringTokens signs in again before a token expires, and after it has been revoked.
func TestExpiringTokens(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: userByName})
	if _, err := readChannel(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	server.Update(func(d *simulator.Data) { d.IAM.Tokens = nil })
	var reading sync.WaitGroup
	for range 10 {
		reading.Go(func() {
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	reading.Wait()
	if n := server.Count(toIAM); n != 2 {
		t.Errorf("%d sign-ins, want 2: one for all readers whose token was revoked", n)
	}
}

// TestWrongPasswordAtSlowIAMs has IAMs take long to refuse a password: a second sign-in may begin
// meanwhile at another IAM, but not one in each region.
func TestWrongPasswordAtSlowIAMs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		authURL string
		respond func(req *http.Request, since time.Duration) *http.Response
		// most is the maximum number of refused sign-ins.
		most int
	}{
		"an IAM in each region": {"", func(req *http.Request, _ time.Duration) *http.Response {
			time.Sleep(13 * time.Second)
			return responseOf(req, http.StatusUnauthorized, "{}")
		}, 2},
		"one IAM": {"http://iam.invalid", func(req *http.Request, _ time.Duration) *http.Response {
			time.Sleep(13 * time.Second)
			return responseOf(req, http.StatusUnauthorized, "{}")
		}, 1},
		"a 503 first": {"", func(req *http.Request, since time.Duration) *http.Response {
			if since < 14*time.Second {
				return responseOf(req, http.StatusServiceUnavailable, "", "Retry-After", "5")
			}
			return responseOf(req, http.StatusUnauthorized, "{}")
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var refused atomic.Int64
				c := inMemory(t, Config{Credentials: userByName, AuthURL: tt.authURL, MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
					resp := tt.respond(req, time.Since(begin))
					if resp.StatusCode == http.StatusUnauthorized {
						refused.Add(1)
					}
					return resp, nil
				})
				var reading sync.WaitGroup
				for i := range 12 {
					reading.Go(func() {
						_, err := c.VPCChannel(t.Context(), Scope{Region: fmt.Sprint("r", i%6), ProjectID: "p"}, "i", "c")
						if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpCreateToken {
							t.Error(err)
						}
					})
				}
				reading.Wait()
				if n := int(refused.Load()); n > tt.most {
					t.Errorf("%d sign-ins were refused, want at most %d", n, tt.most)
				}
			})
		})
	}
}

// TestLateRefusal has one IAM refuse a user without a role after another has accepted the password,
// or before that.
func TestLateRefusal(t *testing.T) {
	t.Parallel()
	for name, delays := range map[string]map[string]time.Duration{
		"after":  {"a": 15 * time.Second, "b": 0},
		"before": {"a": 11 * time.Second, "b": 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
					region := strings.Split(req.URL.Path, "/")[1]
					switch {
					case !strings.HasSuffix(req.URL.Path, tokensPath):
						return responseOf(req, http.StatusOK, channelBody), nil
					case region == "a":
						time.Sleep(delays["a"])
						return responseOf(req, http.StatusUnauthorized, "{}"), nil
					}
					time.Sleep(delays["b"])
					return tokenIssued(req, "t", ""), nil
				})
				read := func(region, project string) error {
					_, err := c.VPCChannel(t.Context(), Scope{Region: region, ProjectID: project}, "i", "c")
					return err
				}
				var reading sync.WaitGroup
				reading.Go(func() {
					if requestError(t, read("a", "p1")).Status != http.StatusUnauthorized {
						t.Error("a sign-in without a role succeeds")
					}
				})
				synctest.Wait()
				for _, project := range []string{"p1", "p2"} {
					if err := read("b", project); err != nil {
						t.Error(err)
					}
				}
				reading.Wait()
				if err := read("b", "p3"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestCutRefusal is a 401 whose body is cut: the password is wrong all the same.
func TestCutRefusal(t *testing.T) {
	t.Parallel()
	const body = `{"error":{"code":401,"message":"wrong`
	for name, header := range map[string]string{"with a length": "Content-Length: 100\r\n", "without a length": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var signIns atomic.Int64
			server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
				signIns.Add(1)
				respondRaw(t, w, "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n"+header+"\r\n"+body)
			})
			c := clientOf(t, server, Config{Credentials: userByName, MaxRetries: 5})
			for _, project := range []string{"p1", "p2"} {
				_, err := c.VPCChannel(t.Context(), Scope{simulator.Region, project}, "i", "c")
				if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Attempts != 1 {
					t.Error(err)
				}
			}
			if n := signIns.Load(); n != 1 {
				t.Errorf("%d sign-ins, want 1", n)
			}
		})
	}
}

// TestSignInsNextToDeadIAMs has three IAMs not respond: the first sign-in at another one waits for
// less than their retries.
func TestSignInsNextToDeadIAMs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Credentials: userByName, MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.Contains(req.URL.Path, "/dead"):
				<-req.Context().Done()
				return nil, req.Context().Err()
			case strings.HasSuffix(req.URL.Path, tokensPath):
				return tokenIssued(req, "t", ""), nil
			}
			return responseOf(req, http.StatusOK, channelBody), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		for i := range 3 {
			reading.Go(func() { _, _ = c.VPCChannel(ctx, Scope{Region: fmt.Sprint("dead", i), ProjectID: "p"}, "i", "c") })
		}
		time.Sleep(30 * time.Second)
		begin := time.Now()
		if _, err := readChannel(t.Context(), c); err != nil || time.Since(begin) > attemptTimeout {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		cancel()
		reading.Wait()
	})
}

// TestRefusedForAnotherProject names the project whose sign-in was refused.
func TestRefusedForAnotherProject(t *testing.T) {
	t.Parallel()
	var sent requestLog
	c := inMemory(t, Config{Credentials: userByName}, sent.recording(func(req *http.Request) (*http.Response, error) {
		return responseOf(req, http.StatusUnauthorized, `{"error":{"code":401,"message":"no"}}`), nil
	}))
	_, err := c.VPCChannel(t.Context(), Scope{simulator.Region, "first"}, "i", "c")
	if requestError(t, err).Err != nil {
		t.Error(err)
	}
	_, err = c.VPCChannel(t.Context(), Scope{simulator.Region, "second"}, "i", "c")
	if !strings.Contains(err.Error(), `the sign-in for project "first" in region `+simulator.Region+` was refused`) || sent.count() != 1 {
		t.Errorf("%d requests: %v", sent.count(), err)
	}
}

// TestSignInIsNotHeldUpByAnotherRegion has the IAM of one region not respond.
func TestSignInIsNotHeldUpByAnotherRegion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			switch {
			case !strings.HasSuffix(req.URL.Path, tokensPath):
				return responseOf(req, 200, channelBody), nil
			case strings.Contains(req.URL.Path, "/silent/"):
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return tokenIssued(req, "t", "p"), nil
		})
		read := func(region string) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := c.VPCChannel(ctx, Scope{Region: region, ProjectID: "p"}, "i", "c")
			return err
		}
		var reading sync.WaitGroup
		reading.Go(func() {
			if err := read("silent"); err == nil {
				t.Error("no error from a region that does not respond")
			}
		})
		synctest.Wait()
		begin := time.Now()
		if err := read(simulator.Region); err != nil || time.Since(begin) != turnPatience {
			t.Errorf("%v after %s, want success after %s", err, time.Since(begin), turnPatience)
		}
		reading.Wait()
	})
}
