package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
		if _, err := readChannel(t.Context(), c); err != nil { // The key is accepted.
			t.Fatal(err)
		}
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
		if slots := c.hostOf(mustParse(t, "http://api.invalid/x")).slots; !slots.TryAcquire(maxInFlight) {
			t.Error("not all slots are free")
		}
	})
}

// TestHosts keeps one entry for each host and port.
func TestHosts(t *testing.T) {
	t.Parallel()
	known := newClient(t, Config{Credentials: defaultKeys})
	first := known.hostOf(mustParse(t, "https://"+simulator.Region+".Example.com/a"))
	if known.hostOf(mustParse(t, "https://"+simulator.Region+".example.com/b")) != first {
		t.Error("the same host is another one")
	}
	for _, other := range []string{"http://" + simulator.Region + ".example.com", "https://example.com"} {
		if known.hostOf(mustParse(t, other)) == first {
			t.Errorf("%s is the same host", other)
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestPause keeps back all requests to a host after a 429, lets them resume one after another, and
// all of the rest at once 2 s later.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			if sent.add(req) == 1 {
				return responseOf(req, 429, throttledBody, "Retry-After", "20"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		begin := time.Now()
		var reading sync.WaitGroup
		reading.Go(func() {
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		for range 19 {
			reading.Go(func() {
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		starts := slices.SortedFunc(slices.Values(sent.at[1:]), time.Time.Compare)
		if len(starts) != 20 {
			t.Fatalf("%d requests after the throttled one, want 20", len(starts))
		}
		for i, at := range starts {
			if want := 20*time.Second + min(time.Duration(i)*200*time.Millisecond, 2*time.Second); at.Sub(begin) != want {
				t.Errorf("request %d was sent after %s, want %s", i+1, at.Sub(begin), want)
			}
		}
		begin = time.Now()
		for range 3 {
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Error(err)
			}
		}
		if waited := time.Since(begin); waited > 0 {
			t.Errorf("three later requests waited %s", waited)
		}
	})
}

// TestPauseAgain keeps back the waiting requests again if the first that is sent meets another 429.
func TestPauseAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
			if sent.add(req) <= 2 {
				return responseOf(req, 429, throttledBody, "Retry-After", "20"), nil
			}
			return responseOf(req, 200, channelBody), nil
		})
		begin := time.Now()
		var reading sync.WaitGroup
		for i := range 5 {
			reading.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		// The first two are throttled at 0 and 20 s; all others are sent from 40 s on.
		for i, at := range sent.at {
			if after := at.Sub(begin); i >= 2 && after < 40*time.Second || after > time.Minute {
				t.Errorf("request %d was sent after %s", i+1, after)
			}
			if i > 2 && at.Sub(sent.at[i-1]) < 200*time.Millisecond {
				t.Errorf("requests %d and %d were sent within %s", i, i+1, at.Sub(sent.at[i-1]))
			}
		}
	})
}

// TestPauseIsForThrottlingOnly lets other requests go on while one waits after a 503.
func TestPauseIsForThrottlingOnly(t *testing.T) {
	t.Parallel()
	for status, pauses := range map[int]bool{400: true, 403: true, 429: true, 503: false, 504: false} {
		synctest.Test(t, func(t *testing.T) {
			var sent requestLog
			c := inMemory(t, Config{MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
				if sent.add(req) == 1 {
					body := ""
					if status < 500 {
						body = throttledBody
					}
					return responseOf(req, status, body, "Retry-After", "20"), nil
				}
				return responseOf(req, 200, channelBody), nil
			})
			var reading sync.WaitGroup
			reading.Go(func() { _, _ = readChannel(t.Context(), c) })
			time.Sleep(time.Second)
			begin := time.Now()
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Error(err)
			}
			if waited := time.Since(begin); (waited > 0) != pauses {
				t.Errorf("after a %d another request waited %s", status, waited)
			}
			reading.Wait()
		})
	}
}

// TestPauseIsPerHost slows neither another service nor IAM.
func TestPauseIsPerHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		endpoints := map[string]string{}
		for _, service := range Services {
			endpoints[service] = "http://" + service + ".invalid"
		}
		c := inMemory(t, Config{Endpoints: endpoints, Credentials: userByName, MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			switch req.URL.Host {
			case "apig.invalid":
				return responseOf(req, 429, throttledBody, "Retry-After", "60"), nil
			case "iam.invalid":
				return tokenIssued(req, "t", simulator.ProjectID), nil
			}
			return responseOf(req, 200, `{"is_success":true,"count":1,"connections":[{"id":"a"}]}`), nil
		})
		var throttled sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		throttled.Go(func() { _, _ = readChannel(ctx, c) })
		synctest.Wait()
		begin := time.Now()
		// The other project needs a sign-in of its own.
		for _, project := range []string{simulator.ProjectID, simulator.SubProjectID} {
			if _, err := c.EnhancedConnections(t.Context(), Scope{simulator.Region, project}, EnhancedConnectionsQuery{}); err != nil || time.Since(begin) > 0 {
				t.Errorf("another service waited %s: %v", time.Since(begin), err)
			}
		}
		cancel()
		throttled.Wait()
	})
}

// TestLongestPause keeps to the longest pause, ends a wait past the deadline at once, and a canceled
// one when it is canceled.
func TestLongestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t, Config{}, always(channelBody))
		h := c.hostOf(mustParse(t, "http://api.invalid"))
		h.pause(30 * time.Second)
		h.pause(time.Second)
		begin := time.Now()
		if _, err := readChannel(t.Context(), c); err != nil || time.Since(begin) != 30*time.Second {
			t.Errorf("it waited %s: %v", time.Since(begin), err)
		}
		h.pause(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		_, err := readChannel(ctx, c)
		deadline, ok := errors.AsType[*DeadlineError](err)
		if !ok || deadline.Wait != time.Hour || deadline.RetryAfter || requestError(t, err).Throttled != 1 || time.Since(begin) > 0 {
			t.Errorf("it waited %s for a read of 1 s: %v", time.Since(begin), err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if _, err := readChannel(ctx, c); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Minute {
			t.Errorf("a canceled wait took %s: %v", time.Since(begin), err)
		}
	})
}

// TestThrottlingUntilTheDeadline goes on whatever the maximum of retries, unless that is 0, for a
// service and for IAM, and then says how often the API throttled.
func TestThrottlingUntilTheDeadline(t *testing.T) {
	t.Parallel()
	const window = time.Minute
	for name, tt := range map[string]struct {
		retries int
		timeout time.Duration
		ok      bool
	}{
		"quota of a minute":  {1, 5 * time.Minute, true},
		"shorter deadline":   {5, 45 * time.Second, false},
		"no retries allowed": {0, 5 * time.Minute, false},
	} {
		for _, service := range []string{APIG, IAM} {
			for code, status := range map[string]int{"APIGW.0308": 400, "APIG.0308": 403, "OTHER": 429} {
				t.Run(name+" "+service+" "+code, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						var throttled atomic.Int64
						begin := time.Now()
						c := inMemory(t, Config{MaxRetries: tt.retries, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
							isSignIn := strings.HasSuffix(req.URL.Path, tokensPath)
							switch {
							case isSignIn == (service == IAM) && time.Since(begin) < window:
								throttled.Add(1)
								return responseOf(req, status, `{"error_code":"`+code+`","error_msg":"time:1 minute"}`), nil
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
						if e.Service != service || e.Throttled != int(throttled.Load()) || e.Code != code || is[*DeadlineError](err) != (tt.retries > 0) {
							t.Errorf("%d of %d throttled: %v", e.Throttled, throttled.Load(), err)
						}
						if tt.retries == 0 && (time.Since(begin) > 0 || throttled.Load() != 1) {
							t.Errorf("%d attempts in %s", throttled.Load(), time.Since(begin))
						}
					})
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
		c := inMemory(t, Config{MaxRetries: 5}, sent.recording(func(req *http.Request) (*http.Response, error) {
			return responseOf(req, 429, throttledBody, "Retry-After", "600"), nil
		}))
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			begin := time.Now()
			_, err := readChannel(ctx, c)
			if !is[*DeadlineError](err) || time.Since(begin) > 0 {
				t.Errorf("after %s: %v", time.Since(begin), err)
			}
			if e := requestError(t, err); i > 0 && (e.Attempts != 0 || e.Reason != ReasonNotSent || !strings.Contains(err.Error(), "the API is throttling requests")) {
				t.Errorf("%d attempts of a request that was not sent: %v", e.Attempts, err)
			}
		}
		if n := sent.count(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

// TestReadersThatGiveUp leave their places: the next reader waits for the pause alone.
func TestReadersThatGiveUp(t *testing.T) {
	t.Parallel()
	// Readers with less time than the pause end at once, those with a little more time out in the
	// recovery, in which five requests a second pass.
	for _, timeout := range []time.Duration{10 * time.Second, 20*time.Second + 500*time.Millisecond} {
		t.Run(timeout.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent requestLog
				c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
					if sent.add(req) == 1 {
						return responseOf(req, 429, throttledBody, "Retry-After", "20"), nil
					}
					return responseOf(req, 200, channelBody), nil
				})
				begin := time.Now()
				var (
					reading sync.WaitGroup
					failed  atomic.Int64
				)
				read := func() {
					ctx, cancel := context.WithTimeout(t.Context(), timeout)
					defer cancel()
					if _, err := readChannel(ctx, c); err != nil {
						failed.Add(1)
					}
				}
				reading.Go(read)
				// The others begin in the pause.
				synctest.Wait()
				for range 1499 {
					reading.Go(read)
				}
				reading.Wait()
				if timeout == 10*time.Second && (time.Since(begin) > 0 || failed.Load() != 1500) {
					t.Errorf("%d readers failed after %s", failed.Load(), time.Since(begin))
				}
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
				if waited, most := time.Since(begin), max(timeout, 20*time.Second)+200*time.Millisecond; waited > most {
					t.Errorf("the next reader waited until %s, want at most %s", waited, most)
				}
			})
		})
	}
}

// TestTimeWithScattered429s measures how long 500 reads of 50 ms take, 10 at a time. Ideally it is
// 2.5 s, with four instead of ten requests until the key is accepted; each 429 may cost its pause of up to 1 s and a recovery of 2 s.
func TestTimeWithScattered429s(t *testing.T) {
	t.Parallel()
	for _, throttled := range []int{0, 1, 10} {
		t.Run(strconv.Itoa(throttled), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int64
				c := inMemory(t, Config{MaxRetries: 5}, func(req *http.Request) (*http.Response, error) {
					n := int(requests.Add(1))
					time.Sleep(50 * time.Millisecond)
					if throttled > 0 && n%(500/throttled) == 500/throttled/2 && n < 500 {
						return responseOf(req, 429, throttledBody), nil
					}
					return responseOf(req, 200, channelBody), nil
				})
				begin := time.Now()
				var reading sync.WaitGroup
				for range 10 {
					reading.Go(func() {
						for range 50 {
							if _, err := readChannel(t.Context(), c); err != nil {
								t.Error(err)
							}
						}
					})
				}
				reading.Wait()
				took, most := time.Since(begin), 2600*time.Millisecond+time.Duration(throttled)*3100*time.Millisecond
				t.Logf("500 reads with %d responses of 429 took %s, ideally 2.5s", throttled, took.Round(time.Millisecond))
				if took < 2500*time.Millisecond || took > most || int(requests.Load()) != 500+throttled {
					t.Errorf("%d requests took %s, want at most %s", requests.Load(), took, most)
				}
			})
		})
	}
}

// TestCredentialExpiresInAPause has tokens expire while requests wait for the end of a pause and in
// the recovery after it: the requests are sent with other ones.
func TestCredentialExpiresInAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const life = 2 * time.Second
		var issued, requests atomic.Int64
		expires := map[string]time.Time{}
		var mu sync.Mutex
		c := inMemory(t, Config{Credentials: userByName, AuthURL: "http://iam.invalid", MaxRetries: 1}, func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if strings.HasSuffix(req.URL.Path, tokensPath) {
				token := fmt.Sprint("token-", issued.Add(1))
				expires[token] = time.Now().Add(life)
				body := fmt.Sprintf(`{"token":{"expires_at":%q}}`, expires[token].UTC().Format(time.RFC3339Nano))
				return responseOf(req, http.StatusCreated, body, "X-Subject-Token", token), nil
			}
			switch {
			case requests.Add(1) == 1:
				return responseOf(req, 429, throttledBody, "Retry-After", "5"), nil
			case !time.Now().Before(expires[req.Header.Get("X-Auth-Token")]):
				return responseOf(req, http.StatusUnauthorized, "{}"), nil
			}
			return responseOf(req, http.StatusOK, channelBody), nil
		})
		var reading sync.WaitGroup
		for range 30 {
			reading.Go(func() {
				if _, err := readChannel(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		reading.Wait()
		if n := issued.Load(); n > 5 {
			t.Errorf("%d sign-ins", n)
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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
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
				t.Errorf("%d requests, %d sign-ins: %v", sent.count(), signIns.count(), err)
			}
		})
	}
}
