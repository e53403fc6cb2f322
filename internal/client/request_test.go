package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// responding responds to every request alike; header holds names and values in turn.
func responding(status int, body string, header ...string) roundTripFunc {
	return func(req *http.Request) (*http.Response, error) { return responseOf(req, status, body, header...), nil }
}

// failing has no response to any request.
func failing(err error) roundTripFunc {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// stalling sends no response until the request ends.
func stalling(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// mustRead has a number of readers read a channel at the same time.
func mustRead(t *testing.T, c *Client, readers int) {
	t.Helper()
	var reading sync.WaitGroup
	for range readers {
		reading.Go(func() {
			if _, err := readChannel(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	reading.Wait()
}

// TestHeaders has the headers of a request, whose response is compressed.
func TestHeaders(t *testing.T) {
	t.Parallel()
	const signed = "SDK-HMAC-SHA256 Access=a, SignedHeaders=content-type;host;x-project-id;x-sdk-date"
	for name, tt := range map[string]struct {
		credentials Credentials
		want        map[string]string
	}{
		"keys":           {Keys{"a", "s", ""}, map[string]string{"X-Project-Id": simulator.ProjectID, "Authorization": signed}},
		"temporary keys": {Keys{"a", "s", "t"}, map[string]string{"X-Security-Token": "t", "Authorization": signed + ";x-security-token"}},
		"token":          {Token("t"), map[string]string{"X-Project-Id": "", "X-Auth-Token": "t", "X-Sdk-Date": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serving(t, func(w http.ResponseWriter, r *http.Request) {
				unsigned, _, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
				r.Header.Set("Authorization", unsigned)
				want := map[string]string{
					"User-Agent": "provider/1", "Content-Type": "application/json", "Accept-Encoding": "gzip",
					"Content-Length": "", "Cookie": "", "Referer": "", "Authorization": "", "X-Auth-Token": "", "X-Security-Token": "",
				}
				maps.Copy(want, tt.want)
				for name, want := range want {
					if got := r.Header.Get(name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
				if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
					t.Errorf("a GET with a body: length %d, transfer encoding %s", r.ContentLength, r.TransferEncoding)
				}
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(compressed(channelBody))
			})
			mustRead(t, clientOf(t, server, Config{UserAgent: "provider/1", Credentials: tt.credentials}), 1)
		})
	}
}

// compressed returns a text in the gzip format.
func compressed(text string) []byte {
	var into bytes.Buffer
	writer := gzip.NewWriter(&into)
	_, _ = io.WriteString(writer, text)
	_ = writer.Close()
	return into.Bytes()
}

// spaces are endless, and counted.
type spaces struct{ read int }

func (s *spaces) Read(p []byte) (int, error) {
	s.read += len(p)
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

// TestLargestResponse accepts 32 MiB, and reads only a little more of what is larger. All of them
// begin with valid JSON.
func TestLargestResponse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		size, announced int64
		want            Reason
	}{
		"the largest":              {maxResponseBytes, -1, 0},
		"one byte more":            {maxResponseBytes + 1, -1, ReasonResponseTooLarge},
		"one byte more, announced": {maxResponseBytes + 1, maxResponseBytes + 1, ReasonResponseTooLarge},
		"endless":                  {1 << 60, -1, ReasonResponseTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var padding spaces
			c := inMemory(t, Config{MaxRetries: 2}, func(req *http.Request) (*http.Response, error) {
				resp := responseOf(req, http.StatusOK, "")
				resp.ContentLength = tt.announced
				resp.Body = io.NopCloser(io.LimitReader(io.MultiReader(strings.NewReader(channelBody), &padding), tt.size))
				return resp, nil
			})
			_, err := readChannel(t.Context(), c)
			if tt.want != 0 {
				checkTooLarge(t, err)
			} else if err != nil {
				t.Error(err)
			}
			if padding.read > maxResponseBytes+1 || tt.announced > 0 && padding.read > 0 {
				t.Errorf("%d bytes were read", padding.read)
			}
		})
	}
	t.Run("compressed", func(t *testing.T) {
		t.Parallel()
		server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			mebibyte := compressed(strings.Repeat(" ", 1<<20))
			_, _ = w.Write(append(compressed(channelBody), bytes.Repeat(mebibyte, 32)...))
		})
		_, err := readChannel(t.Context(), clientOf(t, server, Config{MaxRetries: 2}))
		checkTooLarge(t, err)
	})
}

func checkTooLarge(t *testing.T, err error) {
	t.Helper()
	if e := requestError(t, err); !errors.Is(err, errResponseTooLarge) || e.Status != http.StatusOK || e.Reason != ReasonResponseTooLarge ||
		e.Attempts != 1 || !strings.Contains(err.Error(), "the response is larger than 32 MiB") {
		t.Errorf("%d attempts: %v", e.Attempts, err)
	}
}

// TestCutResponses never takes a response that ends too early for a complete one.
func TestCutResponses(t *testing.T) {
	t.Parallel()
	// What arrives is valid JSON by itself, so that only the end shows the cut.
	const complete = channelBody + "                    "
	for name, cut := range map[string]http.HandlerFunc{
		"announced longer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, complete)
		},
		"in chunks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, complete)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			writer := gzip.NewWriter(w)
			_, _ = io.WriteString(writer, complete)
			_ = writer.Flush() // Without its end.
		},
	} {
		_, err := readChannel(t.Context(), clientOf(t, serving(t, cut), Config{}))
		if e := requestError(t, err); !strings.Contains(err.Error(), "EOF") || e.Reason != ReasonConnectionClosed || e.Status != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAttemptTimeout ends an attempt after 60 s and retries it, within the read's own deadline.
func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		retries, attempts int
		timeout           time.Duration
		want              error
	}{
		"retried":          {2, 3, 5 * time.Minute, nil},
		"often enough":     {1, 2, 5 * time.Minute, errAttemptTimeout},
		"shorter deadline": {5, 1, 30 * time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent requestLog
				c := inMemory(t, Config{MaxRetries: tt.retries}, func(req *http.Request) (*http.Response, error) {
					if sent.add(req) < 3 {
						return stalling(req)
					}
					return responseOf(req, 200, channelBody), nil
				})
				ctx, cancel := context.WithTimeout(t.Context(), tt.timeout)
				defer cancel()
				begin := time.Now()
				_, err := readChannel(ctx, c)
				least, took := min(2*time.Minute, tt.timeout), time.Since(begin)
				if !errors.Is(err, tt.want) || took < least || took > least+4*time.Second {
					t.Errorf("after %s: %v", took, err)
				}
				if tt.want == nil {
					return
				}
				if e := requestError(t, err); e.Reason != ReasonTimeout || e.Status != 0 || e.Attempts != tt.attempts ||
					errors.Is(err, errAttemptTimeout) && !strings.Contains(err.Error(), "no complete response within 1m0s") {
					t.Errorf("%d attempts, reason %d: %v", e.Attempts, e.Reason, err)
				}
			})
		})
	}
}

// TestRefusedCredential renews a refused credential once per read, which is no retry. A second 401
// is the result.
func TestRefusedCredential(t *testing.T) {
	t.Parallel()
	for _, statuses := range [][]int{{200}, {401, 200}, {401, 503, 200}, {401, 401}} {
		synctest.Test(t, func(t *testing.T) {
			var got []string
			tokens := 0
			c := inMemory(t, Config{MaxRetries: 1, Credentials: userByName}, func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, tokensPath) {
					tokens++
					return tokenIssued(req, strconv.Itoa(tokens), simulator.ProjectID), nil
				}
				status := statuses[len(got)]
				got = append(got, req.Header.Get("X-Auth-Token"))
				return responseOf(req, status, `{"id":"a","error_code":"APIGW.0307","error_msg":"expired"}`), nil
			})
			_, err := readChannel(t.Context(), c)
			if last := statuses[len(statuses)-1]; last == 200 && err != nil {
				t.Error(err)
			} else if last == 401 {
				if e := requestError(t, err); e.Status != 401 || e.Code != "APIGW.0307" || e.Operation != OpShowVPCChannel || e.Attempts != 2 {
					t.Errorf("%d attempts: %v", e.Attempts, err)
				}
			}
			if want := []string{"1", "2", "2"}[:len(statuses)]; !slices.Equal(got, want) || tokens != min(2, len(statuses)) {
				t.Errorf("%d: %d sign-ins, and requests with the tokens %s, want %s", statuses, tokens, got, want)
			}
		})
	}
}

// TestAttemptLog has method, path, attempt, status, duration and request ID of every attempt, and
// nothing else. The query is also kept out of the error.
func TestAttemptLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged []map[string]any
		var sent requestLog
		c := inMemory(t, Config{MaxRetries: 2, Log: func(_ context.Context, message string, fields map[string]any) {
			fields["message"] = message
			logged = append(logged, fields)
		}}, func(req *http.Request) (*http.Response, error) {
			time.Sleep(70 * time.Millisecond)
			switch sent.add(req) {
			case 1:
				return responseOf(req, 503, "content", "X-Request-Id", "r1"), nil
			case 2:
				return nil, io.EOF
			}
			return responseOf(req, 403, "{}", "X-Request-Id", "r3"), nil
		})
		_, _, err := c.ServiceConnections(t.Context(), home, "s", ServiceConnectionsQuery{Status: "wanted"})
		path := "/cn-north-4/vpcep/v1/" + simulator.ProjectID + "/vpc-endpoint-services/s/connections"
		if e := requestError(t, err); e.URL != "http://api.invalid"+path || strings.Contains(err.Error(), "wanted") {
			t.Errorf("the error is about %s: %v", e.URL, err)
		}
		want := []map[string]any{{"status": 503, "request_id": "r1"}, {"error": "EOF"}, {"status": 403, "request_id": "r3"}}
		for i, fields := range want {
			maps.Copy(fields, map[string]any{
				"message": "HTTP request", "method": "GET", "host": "api.invalid", "path": path, "attempt": i + 1, "duration_ms": int64(70),
			})
		}
		if diff := cmp.Diff(want, logged); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
