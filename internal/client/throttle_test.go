package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
		throttled.Go(func() { _, _ = readChannel(t.Context(), c) })
		synctest.Wait()
		begin := time.Now()
		// The other project needs a sign-in of its own.
		for _, project := range []string{simulator.ProjectID, simulator.SubProjectID} {
			if _, err := c.EnhancedConnections(t.Context(), Scope{simulator.Region, project}, EnhancedConnectionsQuery{}); err != nil || time.Since(begin) > 0 {
				t.Errorf("another service waited %s: %v", time.Since(begin), err)
			}
		}
		throttled.Wait()
	})
}

// TestThrottleGate keeps to the longest pause, and ends a wait past the deadline at once.
func TestThrottleGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var gate throttleGate
		if err := gate.wait(t.Context()); err != nil || !gate.pass() || !gate.pass() {
			t.Errorf("a new gate is not open: %v", err)
		}
		gate.pause(30 * time.Second)
		gate.pause(time.Second)
		begin := time.Now()
		if err := gate.wait(t.Context()); err != nil || time.Since(begin) != 30*time.Second {
			t.Errorf("it waited %s: %v", time.Since(begin), err)
		}
		if !gate.pass() || gate.pass() {
			t.Error("not exactly one request passes after the pause")
		}
		gate.pause(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		err := gate.wait(ctx)
		deadline, ok := errors.AsType[*DeadlineError](err)
		if !ok || deadline.Wait != time.Hour || deadline.RetryAfter || !errors.Is(err, errThrottled) || time.Since(begin) > 0 {
			t.Errorf("it waited %s for a read of 1 s: %v", time.Since(begin), err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if err := gate.wait(ctx); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Minute {
			t.Errorf("a canceled wait took %s: %v", time.Since(begin), err)
		}
	})
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
// 2.5 s; each 429 may cost its pause of up to 1 s and a recovery of 2 s.
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
				took, most := time.Since(begin), 2500*time.Millisecond+time.Duration(throttled)*3100*time.Millisecond
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
