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

// userByName is the simulator's user.
var userByName = Password{UserName: simulator.UserName, Password: simulator.Password, DomainName: simulator.DomainName}

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
				reading.Go(func() { checkRead(t, c, Scope{}, simulator.ProjectID) })
			}
			reading.Wait()
			checkIAMRequests(t, server, tt.requests)
			// The other region has a project of its own, whose domain is known by now.
			checkRead(t, c, Scope{Region: simulator.SecondRegion}, simulator.SecondProjectID)
			checkIAMRequests(t, server, tt.requests+1)
			if n := server.Count(func(r simulator.Request) bool { return toIAM(r) && r.Region == simulator.SecondRegion }); n != 1 {
				t.Errorf("%d requests to the IAM of %s, want 1", n, simulator.SecondRegion)
			}
		})
	}
}

// readProject reads a channel of a project.
func readProject(ctx context.Context, c *Client, region, project string) error {
	_, err := c.VPCChannel(ctx, Scope{region, project}, "i", "c")
	return err
}

// TestWrongPasswordIsSentOnce to each IAM for twelve projects in two regions, whether they are named
// by ID or not and whether they are read one after another or together. The other errors say so.
func TestWrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	byName := Password{UserName: simulator.UserName, Password: "wrong-password", DomainName: simulator.DomainName}
	byID := Password{UserID: simulator.UserID, Password: "wrong-password"}
	for name, tt := range map[string]struct {
		user            Password
		isNamed, inTurn bool
		// signIns are the requests, repeated are the errors about a request that was not sent.
		signIns, repeated int
	}{
		"projects by ID":           {byName, false, true, 2, 10},
		"projects by ID, together": {byName, false, false, 2, 10},
		"projects by name":         {byName, true, false, 2, 0},
		"user by ID":               {byID, false, false, 2, 10},
		"all by name of a user ID": {byID, true, false, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{Credentials: tt.user, MaxRetries: 5})
			var repeated atomic.Int64
			var reading sync.WaitGroup
			for i := range 12 {
				reading.Go(func() {
					in := Scope{Region: []string{simulator.Region, simulator.SecondRegion}[i%2]}
					if !tt.isNamed {
						in.ProjectID = fmt.Sprint("project", i)
					}
					in, err := c.Resolve(t.Context(), DLI, in)
					if err == nil {
						_, err = c.EnhancedConnections(t.Context(), in, EnhancedConnectionsQuery{})
					}
					e := requestError(t, err)
					if e.Status != http.StatusUnauthorized || e.Operation != OpCreateToken || e.Message == "" {
						t.Errorf("the error is %v", err)
					}
					if errors.Is(err, ErrRefusedBefore) {
						repeated.Add(1)
					}
				})
				if tt.inTurn {
					reading.Wait()
				}
			}
			reading.Wait()
			if n, m := server.Count(nil), int(repeated.Load()); n != tt.signIns || m != tt.repeated {
				t.Errorf("%d requests and %d errors of a refusal before, want %d and %d", n, m, tt.signIns, tt.repeated)
			}
		})
	}
}

// TestSlowRefusal is sent once to an IAM that responds with a 503 first and takes long to refuse the
// password, whatever the number of regions and projects that it serves.
func TestSlowRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		config := Config{Credentials: userByName, AuthURL: "http://iam.invalid", MaxRetries: 5}
		c := inMemory(t, config, func(req *http.Request) (*http.Response, error) {
			time.Sleep(13 * time.Second)
			if sent.add(req) == 1 {
				return responseOf(req, http.StatusServiceUnavailable, "", "Retry-After", "5"), nil
			}
			return responseOf(req, http.StatusUnauthorized, "{}"), nil
		})
		var reading sync.WaitGroup
		for i := range 12 {
			reading.Go(func() {
				err := readProject(t.Context(), c, fmt.Sprint("r", i%6), fmt.Sprint("p", i))
				if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Operation != OpCreateToken {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if sent.count() != 2 {
			t.Errorf("%d sign-ins, want 2: one until the 503, one that is refused", sent.count())
		}
	})
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
	readAll := func() int {
		var failed atomic.Int64
		var reading sync.WaitGroup
		for _, project := range projects {
			reading.Go(func() {
				if _, err := c.EnhancedConnections(t.Context(), Scope{simulator.Region, project}, EnhancedConnectionsQuery{}); err != nil {
					failed.Add(1)
				}
			})
		}
		reading.Wait()
		return int(failed.Load())
	}
	if failed := readAll(); failed > 0 {
		t.Fatalf("%d reads failed", failed)
	}
	server.Update(func(d *simulator.Data) {
		d.IAM.Tokens = nil
		d.IAM.Users[0].Password = "another"
	})
	if failed := readAll(); failed != len(projects) {
		t.Errorf("%d reads failed", failed)
	}
	checkIAMRequests(t, server, len(projects)+1)
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
			err := readProject(t.Context(), c, simulator.Region, fmt.Sprint("without-a-role", i))
			if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Message != "no role" || e.Err != nil {
				t.Errorf("the error is %v", err)
			}
		}
		server.Update(func(d *simulator.Data) { d.IAM.Tokens = nil })
	}
	// Two to the first project, one to each of the others.
	checkIAMRequests(t, server, 5)
}

// TestSignInsGoTogether once the password has been accepted, and those to other IAMs at any time: one
// that does not respond holds up nobody.
func TestSignInsGoTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.Contains(req.URL.Path, "/silent/"):
				return stalling(req)
			case strings.HasSuffix(req.URL.Path, tokensPath):
				time.Sleep(time.Second)
				return tokenIssued(req, "t", ""), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		begin := time.Now()
		var reading, silent sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 9 {
			silent.Go(func() { _ = readProject(ctx, c, "silent", strconv.Itoa(i)) })
			reading.Go(func() {
				if err := readProject(t.Context(), c, simulator.Region, strconv.Itoa(i)); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("it took %s, want 2s: one sign-in, then all others", took)
		}
		cancel()
		silent.Wait()
	})
}

// TestSignInFailsForAWhile is no wrong password: the next read signs in again.
func TestSignInFailsForAWhile(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Action{
		"401 with the throttling code": simulator.Throttle(401, ""),
		"500":                          simulator.Empty(500),
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

// TestRevokedToken is replaced by one sign-in for all readers.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: userByName})
	for range 2 {
		var reading sync.WaitGroup
		for range 10 {
			reading.Go(func() { checkRead(t, c, home, simulator.ProjectID) })
		}
		reading.Wait()
		server.Update(func(d *simulator.Data) { d.IAM.Tokens = nil })
	}
	checkIAMRequests(t, server, 2)
}

// TestCutRefusal is a 401 whose body is cut: the password is wrong all the same.
func TestCutRefusal(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{"with a length": "Content-Length: 100\r\n", "without a length": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var signIns atomic.Int64
			server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
				signIns.Add(1)
				respondRaw(t, w, "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n"+header+"\r\n"+`{"error":{"code":401,"message":"wrong`)
			})
			c := clientOf(t, server, Config{Credentials: userByName, MaxRetries: 5})
			for i, project := range []string{"p1", "p2"} {
				err := readProject(t.Context(), c, simulator.Region, project)
				if e := requestError(t, err); e.Status != http.StatusUnauthorized || e.Attempts != 1-i {
					t.Error(err)
				}
			}
			if n := signIns.Load(); n != 1 {
				t.Errorf("%d sign-ins, want 1", n)
			}
		})
	}
}
