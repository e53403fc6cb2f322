package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// throttling records requests, throttles the first n for 20 s, and responds to the others.
func (l *requestLog) throttling(n int) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		if l.add(req) <= n {
			return responseOf(req, 429, throttledBody, "Retry-After", "20"), nil
		}
		return responseOf(req, 200, channelBody), nil
	}
}

// TestInFlight never has more than ten requests in flight to a host, whoever sends them.
func TestInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, maximum atomic.Int64
		c := inMemory(t, Config{}, func(req *http.Request) (*http.Response, error) {
			maximum.Store(max(maximum.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return responseOf(req, 200, channelBody), nil
		})
		mustRead(t, c, 1) // The key is accepted.
		begin := time.Now()
		mustRead(t, c, 35)
		if took := time.Since(begin); maximum.Load() != 10 || took != 4*time.Second {
			t.Errorf("at most %d were in flight, and 35 took %s", maximum.Load(), took)
		}
	})
}

// TestOtherHosts has hosts that stall and that throttle, which slow neither another service nor IAM.
func TestOtherHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		endpoints := map[string]string{}
		for _, service := range Services {
			endpoints[service] = "http://" + service + ".invalid"
		}
		c := inMemory(t, Config{Endpoints: endpoints, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			switch req.URL.Host {
			case "apig.invalid":
				return stalling(req)
			case "vpcep.invalid":
				return responseOf(req, 429, throttledBody, "Retry-After", "60"), nil
			case "iam.invalid":
				return tokenIssued(req, "t", simulator.ProjectID), nil
			}
			return responseOf(req, 200, `{"is_success":true,"count":1,"connections":[{"id":"a"}]}`), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		var reading sync.WaitGroup
		for range 30 {
			reading.Go(func() { _, _ = readChannel(ctx, c) })
		}
		_, _, err := c.ServiceConnections(ctx, home, "s", ServiceConnectionsQuery{})
		if requestError(t, err).Throttled != 1 {
			t.Error(err)
		}
		synctest.Wait()
		begin := time.Now()
		// The other project needs a sign-in of its own.
		for _, project := range []string{simulator.ProjectID, simulator.SubProjectID} {
			_, err := c.EnhancedConnections(ctx, Scope{simulator.Region, project}, EnhancedConnectionsQuery{})
			if err != nil || time.Since(begin) > 0 {
				t.Errorf("another service waited %s: %v", time.Since(begin), err)
			}
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
		mustRead(t, c, maxInFlight)
		if slots := c.hostOf(mustParse(t, "http://api.invalid/x")).slots; !slots.TryAcquire(maxInFlight) {
			t.Error("not all slots are free")
		}
	})
}

// TestHosts keeps one entry for each scheme, host and port.
func TestHosts(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{Credentials: defaultKeys})
	for other, same := range map[string]bool{"https://A.example/b": true, "http://a.example/a": false, "https://example/a": false} {
		if got := c.hostOf(mustParse(t, "https://a.example/a")) == c.hostOf(mustParse(t, other)); got != same {
			t.Errorf("%s is the same host: %t", other, got)
		}
	}
}

// TestPause keeps back all requests to a host after a 429, lets them resume one after another, and
// all of the rest at once 2 s later. If the first that is sent meets another 429, there is another pause.
func TestPause(t *testing.T) {
	t.Parallel()
	for _, throttled := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			var sent requestLog
			c := inMemory(t, Config{MaxRetries: 1}, sent.throttling(throttled))
			begin, paused := time.Now(), time.Duration(throttled)*20*time.Second
			var reading sync.WaitGroup
			reading.Go(func() { mustRead(t, c, 1) })
			synctest.Wait()
			reading.Go(func() { mustRead(t, c, 19) })
			reading.Wait()
			for i, at := range sent.at[throttled:] {
				if want := paused + min(time.Duration(i)*200*time.Millisecond, 2*time.Second); at.Sub(begin) != want {
					t.Errorf("request %d was sent after %s, want %s", i+1, at.Sub(begin), want)
				}
			}
			begin = time.Now()
			for range 3 {
				mustRead(t, c, 1)
			}
			if waited := time.Since(begin); waited > 0 || sent.count() != 23+throttled {
				t.Errorf("three later requests waited %s, %d requests", waited, sent.count())
			}
		})
	}
}

// TestPauseIsForThrottlingOnly lets other requests go on while one waits after a 503.
func TestPauseIsForThrottlingOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			if sent.add(req) == 1 {
				return responseOf(req, 503, "", "Retry-After", "20"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		var reading sync.WaitGroup
		reading.Go(func() { mustRead(t, c, 1) })
		synctest.Wait()
		begin := time.Now()
		mustRead(t, c, 1)
		if waited := time.Since(begin); waited > 0 {
			t.Errorf("another request waited %s", waited)
		}
		reading.Wait()
	})
}

// TestLongestPause keeps to the longest pause.
func TestLongestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{}, always(channelBody))
		h := c.hostOf(mustParse(t, "http://api.invalid"))
		h.pause(30 * time.Second)
		h.pause(time.Second)
		begin := time.Now()
		mustRead(t, c, 1)
		if waited := time.Since(begin); waited != 30*time.Second {
			t.Errorf("it waited %s", waited)
		}
	})
}

// TestThrottlingUntilTheDeadline goes on whatever the maximum of retries, unless that is 0, for a
// service and for IAM, and then says how often the API throttled.
func TestThrottlingUntilTheDeadline(t *testing.T) {
	t.Parallel()
	const window = time.Minute
	for name, tt := range map[string]struct {
		retries    int
		timeout    time.Duration
		retryAfter string
		ok         bool
	}{
		"quota of a minute":  {1, 5 * time.Minute, "", true},
		"shorter deadline":   {5, 45 * time.Second, "", false},
		"no retries allowed": {0, 5 * time.Minute, "3600", false},
	} {
		test := func(t *testing.T, service, code string, status int) {
			t.Helper()
			throttled := 0
			begin := time.Now()
			c := inMemory(t, Config{MaxRetries: tt.retries, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
				isSignIn := strings.HasSuffix(req.URL.Path, tokensPath)
				switch {
				case isSignIn == (service == IAM) && time.Since(begin) < window:
					throttled++
					return responseOf(req, status, `{"error_code":"`+code+`","error_msg":"time:1 minute"}`, "Retry-After", tt.retryAfter), nil
				case isSignIn:
					return tokenIssued(req, "t", simulator.ProjectID), nil
				}
				return responseOf(req, 200, channelBody), nil
			})
			ctx, cancel := context.WithTimeout(t.Context(), tt.timeout)
			defer cancel()
			_, err := readChannel(ctx, c)
			if tt.ok {
				if err != nil || time.Since(begin) < window {
					t.Errorf("after %s: %v", time.Since(begin), err)
				}
				return
			}
			e := requestError(t, err)
			if e.Service != service || e.Throttled != throttled || e.Code != code || is[*DeadlineError](err) != (tt.retries > 0) ||
				tt.retries > 0 && time.Since(begin) < tt.timeout-time.Second {
				t.Errorf("%d of %d throttled: %v", e.Throttled, throttled, err)
			}
			if tt.retries == 0 && (time.Since(begin) > 0 || throttled != 1) {
				t.Errorf("%d attempts in %s", throttled, time.Since(begin))
			}
		}
		for _, service := range []string{APIG, IAM} {
			for code, status := range map[string]int{"APIGW.0308": 400, "APIG.0308": 403, "OTHER": 429} {
				t.Run(name+" "+service+" "+code, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { test(t, service, code, status) })
				})
			}
		}
	}
}

// TestPausePastTheDeadline ends a read at once that another's 429 would keep back for longer than
// it has.
func TestPausePastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 5}, sent.recording(responding(429, throttledBody, "Retry-After", "600")))
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			begin := time.Now()
			_, err := readChannel(ctx, c)
			e := requestError(t, err)
			deadline, ok := errors.AsType[*DeadlineError](err)
			if !ok || deadline.Wait != 10*time.Minute || deadline.RetryAfter != (i == 0) || e.Throttled != 1 || time.Since(begin) > 0 {
				t.Errorf("after %s: %v", time.Since(begin), err)
			}
			if i > 0 && (e.Attempts != 0 || e.Reason != ReasonNotSent || !strings.Contains(err.Error(), "the API is throttling requests")) {
				t.Errorf("%d attempts of a request that was not sent: %v", e.Attempts, err)
			}
		}
		if n := sent.count(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

// TestPauseOfAnUnprovenKey is seen by those who wait for one of the key's four places, too.
func TestPauseOfAnUnprovenKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{MaxRetries: 5}, responding(429, throttledBody, "Retry-After", "120"))
		read := func(timeout time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			_, err := readChannel(ctx, c)
			return err
		}
		for range 6 {
			go func() { _ = read(150 * time.Second) }()
		}
		synctest.Wait()
		begin := time.Now()
		if err := read(time.Minute); !is[*DeadlineError](err) || requestError(t, err).Throttled != 1 || time.Since(begin) > 0 {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		time.Sleep(time.Hour)
	})
}

// TestReadersThatGiveUp leave their places: the next reader waits for the pause alone. Readers with
// less time than the pause end at once, those with a little more time out in the recovery, in which
// five requests a second pass.
func TestReadersThatGiveUp(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{10 * time.Second, 20*time.Second + 500*time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			var sent requestLog
			c := inMemory(t, Config{MaxRetries: 5}, sent.throttling(1))
			begin := time.Now()
			var reading sync.WaitGroup
			var failed atomic.Int64
			read := func() {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				if _, err := readChannel(ctx, c); err != nil {
					failed.Add(1)
				}
			}
			reading.Go(read)
			synctest.Wait() // The others begin in the pause.
			for range 1499 {
				reading.Go(read)
			}
			reading.Wait()
			if timeout == 10*time.Second && (time.Since(begin) > 0 || failed.Load() != 1500) {
				t.Errorf("%d readers failed after %s", failed.Load(), time.Since(begin))
			}
			mustRead(t, c, 1)
			if waited, most := time.Since(begin), max(timeout, 20*time.Second)+200*time.Millisecond; waited > most {
				t.Errorf("the next reader waited until %s, want at most %s", waited, most)
			}
		})
	}
}

// TestCredentialExpiresInAPause has tokens expire while requests wait for the end of a pause and in
// the recovery after it: the requests are sent with other ones.
func TestCredentialExpiresInAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const life = 2 * time.Second
		var mu sync.Mutex
		var issued, requests int
		expires := map[string]time.Time{}
		config := Config{Credentials: userByName, AuthURL: "http://iam.invalid", MaxRetries: 1}
		c := inMemory(t, config, func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if strings.HasSuffix(req.URL.Path, tokensPath) {
				issued++
				token := fmt.Sprint("token-", issued)
				expires[token] = time.Now().Add(life)
				body := fmt.Sprintf(`{"token":{"expires_at":%q}}`, expires[token].UTC().Format(time.RFC3339Nano))
				return responseOf(req, http.StatusCreated, body, "X-Subject-Token", token), nil
			}
			requests++
			switch {
			case requests == 1:
				return responseOf(req, 429, throttledBody, "Retry-After", "5"), nil
			case !time.Now().Before(expires[req.Header.Get("X-Auth-Token")]):
				return responseOf(req, http.StatusUnauthorized, "{}"), nil
			}
			return responseOf(req, http.StatusOK, channelBody), nil
		})
		var reading sync.WaitGroup
		for range 30 {
			reading.Go(func() { mustRead(t, c, 1) })
			synctest.Wait()
		}
		reading.Wait()
		if issued > 5 {
			t.Errorf("%d sign-ins", issued)
		}
	})
}

// TestRefusedKey is sent to a host at most four times, and then not again in the run, however many
// need it. Another host is asked on its own.
func TestRefusedKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 5, Endpoints: map[string]string{APIG: "http://apig.invalid", DLI: "http://dli.invalid"}},
			func(req *http.Request) (*http.Response, error) {
				if req.URL.Host == "apig.invalid" {
					sent.add(req)
				}
				time.Sleep(time.Second)
				return responseOf(req, 401, `{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail","request_id":"r1"}`), nil
			})
		var again atomic.Int64
		var reading sync.WaitGroup
		read := func() {
			_, err := readChannel(t.Context(), c)
			e := requestError(t, err)
			if e.Status != 401 || e.Code != "APIGW.0301" || e.RequestID != "r1" {
				t.Errorf("the error is %v", err)
			}
			if errors.Is(err, ErrRefusedBefore) {
				again.Add(1)
			}
		}
		for range 20 {
			reading.Go(read)
		}
		reading.Wait()
		read()
		if sent.count() != 4 || again.Load() != 17 {
			t.Errorf("%d requests, and %d errors of keys refused before", sent.count(), again.Load())
		}
		_, err := c.VPCChannels(t.Context(), home, simulator.InstanceID, "")
		if e := requestError(t, err); !errors.Is(err, ErrRefusedBefore) || e.Operation != OpListVPCChannels || e.Attempts != 0 ||
			!strings.HasSuffix(e.URL, "/vpc-channels") {
			t.Errorf("another request with the key: %v", err)
		}
		if _, err := c.EnhancedConnections(t.Context(), home, EnhancedConnectionsQuery{}); errors.Is(err, ErrRefusedBefore) {
			t.Errorf("another host: %v", err)
		}
	})
}

// TestUnprovenKey has at most four requests in flight until one is accepted, and then ten. A 503 or a
// 404 shows nothing of the key.
func TestUnprovenKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			n := sent.add(req)
			time.Sleep(time.Duration(n) * time.Second)
			switch n {
			case 1:
				return responseOf(req, 503, ""), nil
			case 2:
				return responseOf(req, 404, "{}"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		var reading sync.WaitGroup
		for range 14 {
			reading.Go(func() { _, _ = readChannel(t.Context(), c) })
		}
		for _, want := range []int{4, 5, 6, 13} { // After 0, 1, 2 and 3 seconds.
			synctest.Wait()
			if n := sent.count(); n != want {
				t.Errorf("%d requests were sent, want %d", n, want)
			}
			time.Sleep(time.Second)
		}
		reading.Wait()
	})
}

// TestRefusedKeyIsRenewed first, if it can be. The same key again is not sent.
func TestRefusedKeyIsRenewed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		keys     []string
		requests int
		ok       bool
	}{
		"new key":  {[]string{"1", "2"}, 2, true},
		"same key": {[]string{"1", "1"}, 1, false},
	} {
		var sent, signIns requestLog
		base := Config{Credentials: defaultKeys, Agencies: []Agency{{Name: "a", DomainName: "d"}}}
		c := inMemory(t, base, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, securityTokensPath) {
				return keysIssued(req, tt.keys[signIns.add(req)-1], time.Now().Add(time.Hour)), nil
			}
			sent.add(req)
			if strings.Contains(req.Header.Get("Authorization"), "Access=AK1,") {
				return responseOf(req, 401, "{}"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		_, err := readChannel(t.Context(), c)
		if (err == nil) != tt.ok || sent.count() != tt.requests || signIns.count() != 2 || errors.Is(err, ErrRefusedBefore) == tt.ok {
			t.Errorf("%s: %d requests, %d sign-ins: %v", name, sent.count(), signIns.count(), err)
		}
	}
}
