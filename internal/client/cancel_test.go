package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// TestCancel ends a read within a second, with all its requests and goroutines.
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
				d.VPCEP.Services[simulator.ServiceID] = &simulator.EndpointService{Connections: simulator.Connections(100)}
			})
			capPages(server, 10)
			server.Inject(tt.fault)
			labeled(t, func(ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				ended := make(chan error, 1)
				go func() {
					_, _, err := c.ServiceConnections(ctx, home, simulator.ServiceID, ServiceConnectionsQuery{})
					ended <- err
				}()
				waitFor(t, "the read to wait", func() bool { return server.Count(nil) >= tt.requests })
				time.Sleep(100 * time.Millisecond) // What it waits for has begun.
				begin := time.Now()
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) || time.Since(begin) > maxCancelTime {
					t.Errorf("the read ended after %s: %v", time.Since(begin), err)
				}
			})
			checkNoGoroutines(t, c)
			// The client has closed its connections to the server.
			waitFor(t, "the end of all requests", func() bool {
				return server.Count(func(r simulator.Request) bool { return r.End.IsZero() }) == 0
			})
		})
	}
}

// TestCancelWhileWaiting for others, or for one's own sign-in, which ends too. What others wait for
// goes on.
func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	throttling := func(req *http.Request) (*http.Response, error) {
		return responseOf(req, 429, throttledBody, "Retry-After", "600"), nil
	}
	for name, tt := range map[string]struct {
		config  Config
		respond roundTripFunc
		// others are readers who go on, requests are theirs, and sent are all requests.
		others, requests, sent int
	}{
		"place at the host":  {Config{Credentials: Token("t")}, stalling, 12, maxInFlight, maxInFlight},
		"trial of a key":     {Config{}, stalling, 5, maxKeyTrials, maxKeyTrials},
		"paused host":        {Config{Credentials: Token("t"), MaxRetries: 5}, throttling, 1, 0, 1},
		"another's sign-in":  {Config{Credentials: userByName}, stalling, 1, 1, 1},
		"own sign-in":        {Config{Credentials: userByName}, stalling, 0, 0, 1},
		"sign-in with OIDC":  {Config{Credentials: oidc(givenIDToken("it"))}, stalling, 0, 0, 1},
		"agency":             {Config{Agencies: []Agency{exampleAgency}}, stalling, 0, 0, 1},
		"pause of a sign-in": {Config{Credentials: userByName, MaxRetries: 5}, throttling, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent, inFlight atomic.Int64
				c := inMemory(t, tt.config, func(req *http.Request) (*http.Response, error) {
					sent.Add(1)
					inFlight.Add(1)
					defer inFlight.Add(-1)
					return tt.respond(req)
				})
				others, cancelOthers := context.WithCancel(t.Context())
				var reading sync.WaitGroup
				for range tt.others {
					reading.Go(func() { _, _ = readChannel(others, c) })
				}
				synctest.Wait()
				ctx, cancel := context.WithCancel(t.Context())
				var err error
				reading.Go(func() { _, err = readChannel(ctx, c) })
				time.Sleep(time.Second)
				cancel()
				synctest.Wait()
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %v", err)
				}
				if n, m := int(sent.Load()), int(inFlight.Load()); n != tt.sent || m != tt.requests {
					t.Errorf("%d requests, %d of them in flight, want %d and %d", n, m, tt.sent, tt.requests)
				}
				cancelOthers()
				reading.Wait()
			})
		})
	}
}
