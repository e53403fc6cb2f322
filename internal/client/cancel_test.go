package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// maxCancelTime is how long a canceled read may go on.
const maxCancelTime = time.Second

// labeled runs read with a label on its goroutine, and on all that it starts.
func labeled(t *testing.T, read func(context.Context)) {
	t.Helper()
	pprof.Do(t.Context(), pprof.Labels("test", t.Name()), read)
}

// leftovers returns the stacks of the goroutines that have the test's label, "" if there are none.
func leftovers(t *testing.T) string {
	t.Helper()
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	var left []string
	for stack := range strings.SplitSeq(stacks.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("{%q:%q}", "test", t.Name())) {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

// checkNoGoroutines fails if goroutines of a client's reads are left long after them. A connection is
// idle only once a canceled request has let go of it, so the idle ones are closed more than once.
func checkNoGoroutines(t *testing.T, c *Client) {
	t.Helper()
	var left string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		c.transport.CloseIdleConnections()
		if left = leftovers(t); left == "" {
			return
		}
	}
	t.Errorf("goroutines are left behind:\n%s", left)
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waiting for %s", what)
		}
	}
}

// cancelDuring cancels a read once it waits for what the test is about, and checks that it ends
// within a second and leaves no goroutines.
func cancelDuring(t *testing.T, c *Client, waits func() bool, read func(context.Context) error) {
	t.Helper()
	labeled(t, func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- read(ctx) }()
		for end := time.Now().Add(30 * time.Second); !waits(); time.Sleep(5 * time.Millisecond) {
			select {
			case err := <-ended:
				t.Fatalf("the read ended before it waited: %v", err)
			default:
			}
			if time.Now().After(end) {
				t.Fatal("the read does not wait")
			}
		}
		time.Sleep(100 * time.Millisecond) // What it waits for has begin.

		begin := time.Now()
		cancel()
		select {
		case err := <-ended:
			if took := time.Since(begin); took > maxCancelTime {
				t.Errorf("the read went on for %s", took)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the read goes on")
		}
	})
	checkNoGoroutines(t, c)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		fault simulator.Fault
		// requests are how many there are once the read waits.
		requests int
	}{
		"waiting for headers":             {simulator.Fault{Action: simulator.StallHeaders()}, 1},
		"reading a body":                  {simulator.Fault{Action: simulator.StallBody()}, 1},
		"backing off":                     {simulator.Fault{Action: simulator.Respond(503, map[string]string{"Retry-After": "60"}, "")}, 1},
		"paused":                          {simulator.Fault{Action: simulator.Throttle(429, "60")}, 1},
		"waiting for nine pages' headers": {simulator.Fault{After: 1, Action: simulator.StallHeaders()}, 10},
		"reading nine pages' bodies":      {simulator.Fault{After: 1, Action: simulator.StallBody()}, 10},
		"nine pages paused":               {simulator.Fault{After: 1, Action: simulator.Throttle(429, "60")}, 2},
	}
	for name, tt := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{MaxRetries: 5})
			server.Update(func(d *simulator.Data) {
				d.VPCEP.PageCap = 10
				d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: manyConnections()[:100]}
			})
			server.Inject(tt.fault)
			cancelDuring(t, c, func() bool { return server.Count(nil) >= tt.requests }, func(ctx context.Context) error {
				_, _, err := c.ServiceConnections(ctx, home, simulator.ServiceID, ServiceConnectionsQuery{})
				return err
			})
			// The client has closed its connections to the server.
			waitFor(t, "the end of all requests", func() bool {
				return server.Count(func(r simulator.Request) bool { return r.End.IsZero() }) == 0
			})
		})
	}
}

func TestCancelWhileConnecting(t *testing.T) {
	t.Parallel()
	t.Run("dialing", func(t *testing.T) {
		t.Parallel()
		_, c := simulated(t, Config{MaxRetries: 5})
		dialing := false
		var mu sync.Mutex
		c.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			mu.Lock()
			dialing = true
			mu.Unlock()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		cancelDuring(t, c, func() bool { mu.Lock(); defer mu.Unlock(); return dialing }, func(ctx context.Context) error {
			_, err := readChannel(ctx, c)
			return err
		})
	})
	t.Run("handshake", func(t *testing.T) {
		t.Parallel()
		// It accepts connections and sends nothing on them.
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		accepted := make(chan net.Conn, 100)
		go func() {
			defer close(accepted)
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				accepted <- conn
			}
		}()
		c := newClient(t, Config{
			Region: simulator.Region, Credentials: Token("t"), MaxRetries: 5,
			Endpoints: map[string]string{APIG: "https://" + listener.Addr().String()},
		})
		cancelDuring(t, c, func() bool { return len(accepted) > 0 }, func(ctx context.Context) error {
			_, err := readChannel(ctx, c)
			return err
		})
	})
}

// TestCancelWhileOthersAreInFlight waits for one of the ten slots.
func TestCancelWhileOthersAreInFlight(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	server.Inject(simulator.Fault{Action: simulator.StallHeaders()})
	others, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	for range maxInFlight {
		reading.Go(func() { _, _ = readChannel(others, c) })
	}
	waitFor(t, "ten requests", func() bool { return server.Count(nil) == maxInFlight })
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := readChannel(ctx, c)
		return err
	})
	if n := server.Count(nil); n != maxInFlight {
		t.Errorf("%d requests, want %d", n, maxInFlight)
	}
	cancel()
	reading.Wait()
}

// TestCancelWhilePaused waits because another reader met a 429.
func TestCancelWhilePaused(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{MaxRetries: 5})
	server.Inject(simulator.Fault{Times: 1, Action: simulator.Throttle(429, "60")})
	other, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = readChannel(other, c) })
	gate := &c.hosts.of(mustParse(t, server.URL)).gate
	waitFor(t, "the pause", func() bool { until, _ := gate.state(); return until.After(time.Now()) })
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := readChannel(ctx, c)
		return err
	})
	if n := server.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	cancel()
	reading.Wait()
}

// TestCancelWhileAnotherSignsIn waits for the sign-in of another reader, who goes on.
func TestCancelWhileAnotherSignsIn(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Credentials: userByName})
	release := make(chan struct{})
	server.Inject(simulator.Fault{Service: "iam", Action: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		select {
		case <-release:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}})
	first := make(chan error, 1)
	go func() {
		_, err := readChannel(t.Context(), c)
		first <- err
	}()
	waitFor(t, "the sign-in", func() bool { return server.Count(nil) > 0 })
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := readChannel(ctx, c)
		return err
	})
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the other reader was canceled too: %v", err)
	}
	if n := server.Count(func(r simulator.Request) bool { return r.Service == "iam" }); n != 1 {
		t.Errorf("%d sign-ins, want 1", n)
	}
}

// TestCancelOwnSignIn ends the sign-in too if no other reader waits for it.
func TestCancelOwnSignIn(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"password": {Credentials: userByName},
		"ID token": {Credentials: OIDC{ProviderID: simulator.IdentityProviderID, IDToken: IDToken(simulator.IDToken)}},
		"agency":   {Agencies: []Agency{{Name: simulator.AgencyName, DomainName: simulator.AgencyDomainName}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, config)
			server.Inject(simulator.Fault{Service: "iam", Action: simulator.StallBody()})
			cancelDuring(t, c, func() bool { return server.Count(nil) > 0 }, func(ctx context.Context) error {
				_, err := readChannel(ctx, c)
				return err
			})
		})
	}
}

// TestNoGoroutinesAreLeft by reads that end in other ways.
func TestNoGoroutinesAreLeft(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"success":           {Action: simulator.Delay(0)},
		"an error":          {Action: simulator.HTML(403)},
		"a page that fails": {After: 3, Action: simulator.HTML(403)},
		"a huge body":       {Action: simulator.HugeBody(40 << 20)},
		"a deadline":        {After: 2, Action: simulator.StallBody()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{})
			server.Update(func(d *simulator.Data) {
				d.VPCEP.PageCap = 10
				d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: manyConnections()[:100]}
			})
			server.Inject(fault)
			labeled(t, func(ctx context.Context) {
				if name == "a deadline" {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Second)
					defer cancel()
				}
				_, _, err := c.ServiceConnections(ctx, home, simulator.ServiceID, ServiceConnectionsQuery{})
				if (err == nil) != (name == "success") {
					t.Errorf("the error is %v", err)
				}
			})
			checkNoGoroutines(t, c)
		})
	}
}

// TestCancelDuringARefresh reads with the old keys, and leaves the refresh to end at their expiry.
func TestCancelDuringARefresh(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{Agencies: []Agency{{Name: simulator.AgencyName, DomainName: simulator.AgencyDomainName}}})
	in := Scope{simulator.Region, simulator.AgencyProjectID}
	server.Update(func(d *simulator.Data) { d.IAM.KeyLifetime = 6 * time.Second })
	labeled(t, func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		if _, err := c.EnhancedConnections(ctx, in, EnhancedConnectionsQuery{}); err != nil {
			t.Fatal(err)
		}
		server.Inject(simulator.Fault{Service: "iam", Action: simulator.StallHeaders()})
		time.Sleep(4900 * time.Millisecond)
		if _, err := c.EnhancedConnections(ctx, in, EnhancedConnectionsQuery{}); err != nil {
			t.Error(err)
		}
		waitFor(t, "the refresh", func() bool {
			return server.Count(func(r simulator.Request) bool { return r.Service == "iam" }) == 2
		})
		cancel()
	})
	waitFor(t, "the end of the refresh", func() bool {
		return server.Count(func(r simulator.Request) bool { return r.End.IsZero() }) == 0
	})
	checkNoGoroutines(t, c)
}
