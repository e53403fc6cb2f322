package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestInFlight never has more than ten requests in flight to a host, whoever sends them.
func TestInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			mu           sync.Mutex
			now, maximum int
		)
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			now++
			maximum = max(maximum, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return responseOf(req, 200, channelBody), nil
		})
		begin := time.Now()
		var reading sync.WaitGroup
		for range 35 {
			reading.Go(func() {
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if took := time.Since(begin); maximum != 10 || took != 4*time.Second {
			t.Errorf("at most %d were in flight, and 35 took %s", maximum, took)
		}
	})
}

// TestStalledHost takes the slots of its own host only.
func TestStalledHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{Endpoints: map[string]string{APIG: "http://stalled.invalid", DLI: "http://healthy.invalid"}},
			func(req *http.Request) (*http.Response, error) {
				if req.URL.Host == "stalled.invalid" {
					return stalling(req)
				}
				return responseOf(req, 200, `{"is_success":true,"count":1,"connections":[{"id":"a"}]}`), nil
			})
		stalled, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		for range 30 {
			reading.Go(func() { _, _ = readChannel(stalled, c) })
		}
		synctest.Wait()
		begin := time.Now()
		if _, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{}); err != nil || time.Since(begin) > 0 {
			t.Errorf("a healthy host waited %s: %v", time.Since(begin), err)
		}
		cancel()
		reading.Wait()
	})
}

// TestSlotsAreReturned whatever becomes of the requests: later ones do not wait.
func TestSlotsAreReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			switch n := sent.add(req); {
			case n > 80:
				return responseOf(req, 200, channelBody), nil
			case n%4 == 0:
				return nil, errors.New("reset")
			case n%4 == 1:
				return responseOf(req, 403, "{}"), nil
			case n%4 == 2:
				resp := responseOf(req, 200, "")
				resp.ContentLength = maxResponseBytes + 1
				return resp, nil
			}
			return stalling(req)
		})
		for range 80 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := readChannel(ctx, c); err == nil {
				t.Error("there is no error")
			}
			cancel()
		}
		var reading sync.WaitGroup
		begin := time.Now()
		for range maxInFlight {
			reading.Go(func() {
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if time.Since(begin) > 0 {
			t.Errorf("ten reads waited %s", time.Since(begin))
		}
		if slots := c.hosts.of(mustParse(t, "http://api.invalid/x")).slots; !slots.TryAcquire(maxInFlight) {
			t.Error("not all slots are free")
		}
	})
}

// TestHosts keeps one entry for each host and port.
func TestHosts(t *testing.T) {
	t.Parallel()
	var known hosts
	first := known.of(mustParse(t, "https://"+simulator.Region+".Example.com/a"))
	if known.of(mustParse(t, "https://"+simulator.Region+".example.com:443/b")) != first {
		t.Error("the same host is another one")
	}
	for _, other := range []string{"http://" + simulator.Region + ".example.com", "https://example.com"} {
		if known.of(mustParse(t, other)) == first {
			t.Errorf("%s is the same host", other)
		}
	}
}
