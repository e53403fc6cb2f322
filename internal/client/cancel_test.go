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

// soon is how long a canceled read may go on.
const soon = time.Second

// labeled runs read with a label on its goroutine, and on all that it starts.
func labeled(t *testing.T, read func(context.Context)) {
	t.Helper()
	pprof.Do(t.Context(), pprof.Labels("test", t.Name()), read)
}

// leftBehind returns the stacks of goroutines that bear the test's label, "" once
// there are none.
func leftBehind(t *testing.T) string {
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

// checkNothingLeft fails where goroutines of a read are there for long after it.
func checkNothingLeft(t *testing.T) {
	t.Helper()
	var left string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if left = leftBehind(t); left == "" {
			return
		}
	}
	t.Errorf("goroutines are left behind:\n%s", left)
}

// cancelDuring cancels a read once it waits for what the test is about, and
// checks that it ends soon and leaves nothing behind.
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
		time.Sleep(100 * time.Millisecond) // What it waits for has begun; let it settle.

		begun := time.Now()
		cancel()
		select {
		case err := <-ended:
			if took := time.Since(begun); took > soon {
				t.Errorf("it went on for %s", took)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("it goes on")
		}
	})
	c.transport.CloseIdleConnections()
	checkNothingLeft(t)
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
		"held back":                       {simulator.Fault{Action: simulator.Throttle(429, "60")}, 1},
		"waiting for nine pages' headers": {simulator.Fault{After: 1, Action: simulator.StallHeaders()}, 10},
		"reading nine pages' bodies":      {simulator.Fault{After: 1, Action: simulator.StallBody()}, 10},
		"nine pages held back":            {simulator.Fault{After: 1, Action: simulator.Throttle(429, "60")}, 2},
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
			// The server has lost its clients, too.
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				unfinished := server.Count(func(r simulator.Request) bool { return r.End.IsZero() })
				if unfinished == 0 {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("%d requests are still being answered", unfinished)
				}
			}
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
			_, err := channelOf(ctx, c)
			return err
		})
	})
	t.Run("handshake", func(t *testing.T) {
		t.Parallel()
		// It takes connections and says nothing on them.
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
		c, err := New(Config{
			Region: simulator.Region, Credentials: Token("t"), MaxRetries: 5,
			Endpoints: map[string]string{APIG: "https://" + listener.Addr().String()},
		})
		if err != nil {
			t.Fatal(err)
		}
		cancelDuring(t, c, func() bool { return len(accepted) > 0 }, func(ctx context.Context) error {
			_, err := channelOf(ctx, c)
			return err
		})
	})
}

// TestCancelWhileOthersAreInFlight waits for one of the ten places.
func TestCancelWhileOthersAreInFlight(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{})
	server.Inject(simulator.Fault{Action: simulator.StallHeaders()})
	others, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	for range maxInFlight {
		reading.Go(func() { _, _ = channelOf(others, c) })
	}
	for end := time.Now().Add(30 * time.Second); server.Count(nil) < maxInFlight; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d requests are in flight", server.Count(nil))
		}
	}
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := channelOf(ctx, c)
		return err
	})
	if n := server.Count(nil); n != maxInFlight {
		t.Errorf("%d requests, want %d", n, maxInFlight)
	}
	cancel()
	reading.Wait()
}

// TestCancelWhileHeldBack waits because another reader met a 429.
func TestCancelWhileHeldBack(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{MaxRetries: 5})
	server.Inject(simulator.Fault{Times: 1, Action: simulator.Throttle(429, "60")})
	other, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = channelOf(other, c) })
	for end := time.Now().Add(30 * time.Second); !c.holdBack.held(time.Now()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody is held back")
		}
	}
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := channelOf(ctx, c)
		return err
	})
	if n := server.Count(nil); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	cancel()
	reading.Wait()
}

// TestCancelWhileAnotherSignsIn waits for the sign-in that another reader began;
// that one goes on.
func TestCancelWhileAnotherSignsIn(t *testing.T) {
	t.Parallel()
	server, c := simulated(t, Config{
		Credentials: Password{UserName: simulator.UserName, Password: simulator.Password, DomainName: simulator.DomainName},
	})
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
		_, err := channelOf(t.Context(), c)
		first <- err
	}()
	for end := time.Now().Add(30 * time.Second); server.Count(nil) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nobody signs in")
		}
	}
	cancelDuring(t, c, func() bool { return true }, func(ctx context.Context) error {
		_, err := channelOf(ctx, c)
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

// TestCancelOwnSignIn ends the sign-in itself where nobody else waits for it.
func TestCancelOwnSignIn(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"password": {Credentials: Password{UserName: simulator.UserName, Password: simulator.Password, DomainName: simulator.DomainName}},
		"agency":   {Agencies: []Agency{{Name: simulator.AgencyName, DomainName: simulator.AgencyDomainName}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, config)
			server.Inject(simulator.Fault{Service: "iam", Action: simulator.StallBody()})
			cancelDuring(t, c, func() bool { return server.Count(nil) > 0 }, func(ctx context.Context) error {
				_, err := channelOf(ctx, c)
				return err
			})
		})
	}
}

// TestNothingIsLeftBehind counts the goroutines after reads that end in other ways.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"a good end":        {Action: simulator.Delay(0)},
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
				if (err == nil) != (name == "a good end") {
					t.Errorf("the error is %v", err)
				}
			})
			c.transport.CloseIdleConnections()
			checkNothingLeft(t)
		})
	}
}
