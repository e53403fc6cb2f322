package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

func TestAuthorizingHeaders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		credentials Credentials
		want        map[string]string
	}{
		"keys":           {defaultKeys, map[string]string{"X-Project-Id": simulator.ProjectID, "X-Auth-Token": "", "X-Security-Token": ""}},
		"temporary keys": {Keys{"a", "s", "t"}, map[string]string{"X-Project-Id": simulator.ProjectID, "X-Auth-Token": "", "X-Security-Token": "t"}},
		"token":          {Token("t"), map[string]string{"X-Project-Id": "", "X-Auth-Token": "t", "Authorization": "", "X-Sdk-Date": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serving(t, func(w http.ResponseWriter, r *http.Request) {
				want := map[string]string{
					"User-Agent":      "terraform-provider-hwcloud/1.2.3 Terraform/1.11.4",
					"Content-Type":    "application/json",
					"Accept-Encoding": "gzip",
					"Content-Length":  "",
					"Cookie":          "",
					"Referer":         "",
				}
				maps.Copy(want, tt.want)
				for name, want := range want {
					if got := r.Header.Get(name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
				if _, signed := tt.credentials.(Keys); signed != strings.HasPrefix(r.Header.Get("Authorization"), signatureAlgorithm+" ") {
					t.Errorf("Authorization is %q", r.Header.Get("Authorization"))
				}
				if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
					t.Errorf("a GET with a body: length %d, transfer encoding %s", r.ContentLength, r.TransferEncoding)
				}
				_, _ = io.WriteString(w, channelBody)
			})
			c := clientOf(t, server, Config{UserAgent: "terraform-provider-hwcloud/1.2.3 Terraform/1.11.4", Credentials: tt.credentials})
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// bigChannel returns a channel of this many bytes.
func bigChannel(size int) []byte {
	body := []byte(`{"id":"a","name":"`)
	return append(append(body, bytes.Repeat([]byte("x"), size-len(body)-2)...), `"}`...)
}

// TestLargestResponse accepts 32 MiB, and reads only a little more of what is larger.
func TestLargestResponse(t *testing.T) {
	t.Parallel()
	const large = maxResponseBytes + 1
	tests := map[string]struct {
		handle  http.HandlerFunc
		refused bool
	}{
		"the largest": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bigChannel(maxResponseBytes)) }, false},
		"one byte more": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bigChannel(large))
		}, true},
		"one byte more, announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "33554433")
			_, _ = w.Write(bigChannel(large))
		}, true},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			chunk := bytes.Repeat([]byte(" "), 1<<16)
			for n := 0; ; n += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
				if n > 2*maxResponseBytes {
					t.Error("the client goes on reading")
					return
				}
			}
		}, true},
		"one byte more, compressed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			compressed := gzip.NewWriter(w)
			_, _ = compressed.Write(bigChannel(large))
			_ = compressed.Close()
		}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channel, err := readChannel(t.Context(), clientOf(t, serving(t, tt.handle), Config{MaxRetries: 2}))
			if !tt.refused {
				if err != nil || len(*channel.Name) < maxResponseBytes-100 {
					t.Errorf("the error is %v", err)
				}
				return
			}
			e := requestError(t, err)
			if !errors.Is(err, errResponseTooLarge) || e.Status != http.StatusOK || e.Reason != ReasonResponseTooLarge || e.Attempts != 1 ||
				!strings.Contains(err.Error(), "the response is larger than 32 MiB") {
				t.Errorf("%d attempts: %v", e.Attempts, err)
			}
		})
	}
}

func TestCompressedResponse(t *testing.T) {
	t.Parallel()
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		compressed := gzip.NewWriter(w)
		_, _ = io.WriteString(compressed, channelBody)
		_ = compressed.Close()
	})
	if channel, err := readChannel(t.Context(), clientOf(t, server, Config{})); err != nil || *channel.ID != "a" {
		t.Errorf("%+v, %v", channel, err)
	}
}

// TestCutResponses retries a response that ends too early, and never takes it for a complete one.
func TestCutResponses(t *testing.T) {
	t.Parallel()
	// What arrives is valid JSON by itself, unless only that shows the cut.
	const complete = channelBody + "                    "
	tests := map[string]func(http.ResponseWriter){
		"announced longer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, complete)
		},
		"in chunks": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, complete)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"compressed": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			compressed := gzip.NewWriter(w)
			_, _ = io.WriteString(compressed, complete)
			_ = compressed.Flush() // Without its end.
		},
	}
	for name, cut := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for retries, good := range map[int]bool{0: false, 1: true} {
				var requests atomic.Int64
				server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
					if requests.Add(1) == 1 {
						cut(w)
						return
					}
					_, _ = io.WriteString(w, channelBody)
				})
				channel, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: retries}))
				if good != (err == nil) || good != (channel != nil) {
					t.Errorf("with %d retries: %+v, %v", retries, channel, err)
				}
				if !good && (!strings.Contains(err.Error(), "EOF") || requestError(t, err).Reason != ReasonConnectionClosed || requestError(t, err).Status != 0) {
					t.Errorf("the error is %v", err)
				}
			}
		})
	}
}

// TestStalledResponses ends with the read, whatever part of the response stalls.
func TestStalledResponses(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]simulator.Action{"headers": simulator.StallHeaders(), "body": simulator.StallBody()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, c := simulated(t, Config{MaxRetries: 3})
			server.Inject(simulator.Fault{Action: action})
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := readChannel(ctx, c)
			if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took < time.Second || took > 10*time.Second {
				t.Errorf("after %s: %v", took, err)
			}
			if e := requestError(t, err); e.Status != 0 || e.Reason != ReasonTimeout {
				t.Errorf("status %d, reason %d of an incomplete response", e.Status, e.Reason)
			}
		})
	}
}

// stalling sends no response until the request ends.
func stalling(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// TestAttemptTimeout ends an attempt after 60 s and retries it, within the read's own deadline.
func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	t.Run("retried", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var sent requestLog
			c := inMemory(t, Config{MaxRetries: 2}, func(req *http.Request) (*http.Response, error) {
				if sent.add(req) < 3 {
					return stalling(req)
				}
				return responseOf(req, 200, channelBody), nil
			})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			begin := time.Now()
			if _, err := readChannel(ctx, c); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took < 2*time.Minute || took > 2*time.Minute+4*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	})
	t.Run("often enough", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t, Config{MaxRetries: 1}, stalling)
			_, err := readChannel(t.Context(), c)
			if e := requestError(t, err); !errors.Is(err, errAttemptTimeout) || e.Attempts != 2 || e.Reason != ReasonTimeout ||
				!strings.Contains(err.Error(), "no complete response within 1m0s") {
				t.Errorf("the error is %v", err)
			}
		})
	})
	t.Run("shorter deadline", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t, Config{MaxRetries: 5}, stalling)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			begin := time.Now()
			_, err := readChannel(ctx, c)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 30*time.Second {
				t.Errorf("after %s: %v", time.Since(begin), err)
			}
		})
	})
}

// TestRefusedCredential renews a refused credential once per read. A second 401 is the result.
func TestRefusedCredential(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		refused  int
		requests []string
		ok       bool
	}{
		"none":       {0, []string{"sign in", "read 1"}, true},
		"first":      {1, []string{"sign in", "read 1", "sign in", "read 2"}, true},
		"fresh, too": {2, []string{"sign in", "read 1", "sign in", "read 2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				requests []string
				tokens   int
			)
			c := inMemory(t, Config{MaxRetries: 5, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, tokensPath) {
					requests = append(requests, "sign in")
					tokens++
					return tokenIssued(req, strconv.Itoa(tokens), simulator.ProjectID), nil
				}
				token := req.Header.Get("X-Auth-Token")
				requests = append(requests, "read "+token)
				if token <= strconv.Itoa(tt.refused) {
					return responseOf(req, 401, `{"error_code":"APIGW.0307","error_msg":"expired"}`), nil
				}
				return responseOf(req, 200, channelBody), nil
			})
			_, err := readChannel(t.Context(), c)
			if (err == nil) != tt.ok {
				t.Errorf("the error is %v", err)
			}
			if !tt.ok {
				if e := requestError(t, err); e.Status != 401 || e.Code != "APIGW.0307" || e.Operation != OpShowVPCChannel || e.Attempts != 2 {
					t.Errorf("%d attempts: %v", e.Attempts, err)
				}
			}
			if diff := cmp.Diff(tt.requests, requests); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

// TestRenewalIsNoRetry has a 401, its renewal and then a 503 whose Retry-After is past the
// deadline. The one retry is still left, so the read fails at once.
func TestRenewalIsNoRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 1, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, tokensPath) {
				return tokenIssued(req, fmt.Sprint("t", sent.count()), simulator.ProjectID), nil
			}
			if sent.add(req) == 1 {
				return responseOf(req, 401, "{}"), nil
			}
			return responseOf(req, 503, "", "Retry-After", "60"), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := readChannel(ctx, c)
		deadline, ok := errors.AsType[*DeadlineError](err)
		if !ok || !deadline.RetryAfter || deadline.Wait != time.Minute || time.Since(begin) != 0 {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		if e := requestError(t, err); e.Status != 503 || e.Attempts != 2 || sent.count() != 2 {
			t.Errorf("%d requests, %d attempts: %v", sent.count(), e.Attempts, err)
		}
	})
}

// TestAttemptLog has method, path, attempt, status, duration and request ID of every attempt, and
// nothing else.
func TestAttemptLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			mu     sync.Mutex
			logged []map[string]any
			sent   requestLog
		)
		c := inMemory(t, Config{MaxRetries: 2, Log: func(_ context.Context, message string, fields map[string]any) {
			mu.Lock()
			defer mu.Unlock()
			if message != "HTTP request" {
				t.Errorf("the message is %q", message)
			}
			logged = append(logged, fields)
		}}, func(req *http.Request) (*http.Response, error) {
			time.Sleep(70 * time.Millisecond)
			switch sent.add(req) {
			case 1:
				return responseOf(req, 503, "content", "X-Request-Id", "r1"), nil
			case 2:
				return nil, io.EOF
			}
			return responseOf(req, 200, channelBody, "X-Request-Id", "r3"), nil
		})
		if _, err := readChannel(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		path := "/cn-north-4/apig/v2/" + simulator.ProjectID + "/apigw/instances/" + simulator.InstanceID + "/vpc-channels/" + simulator.ServerChannelID
		entry := func(attempt int, more map[string]any) map[string]any {
			fields := map[string]any{"method": "GET", "host": "api.invalid", "path": path, "attempt": attempt, "duration_ms": int64(70)}
			maps.Copy(fields, more)
			return fields
		}
		want := []map[string]any{
			entry(1, map[string]any{"status": 503, "request_id": "r1"}),
			entry(2, map[string]any{"error": "EOF"}),
			entry(3, map[string]any{"status": 200, "request_id": "r3"}),
		}
		if diff := cmp.Diff(want, logged); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// TestLogHasNoQuery keeps the query of a request out of the log and of its error.
func TestLogHasNoQuery(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	c := inMemory(t, Config{Log: func(_ context.Context, _ string, fields map[string]any) { fmt.Fprintln(&logged, fields) }},
		func(req *http.Request) (*http.Response, error) {
			if !strings.Contains(req.URL.RawQuery, "wanted-status") {
				t.Errorf("the query is %s", req.URL.RawQuery)
			}
			return responseOf(req, 403, "{}"), nil
		})
	_, _, err := c.ServiceConnections(t.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{Status: "wanted-status"})
	for _, text := range []string{requestError(t, err).URL, err.Error(), logged.String()} {
		if strings.Contains(text, "wanted-status") || strings.Contains(text, "?") {
			t.Errorf("the query is in %s", text)
		}
	}
}

// TestInvalidURL fails without a request.
func TestInvalidURL(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{
		Region: simulator.Region, Credentials: defaultKeys, MaxRetries: 3, Endpoints: map[string]string{APIG: "http://[::1"},
	})
	_, err := readChannel(t.Context(), c)
	if e := requestError(t, err); e.Reason != ReasonNotSent || e.Attempts != 0 || !strings.Contains(err.Error(), "not valid") {
		t.Errorf("the error is %v", err)
	}
}
