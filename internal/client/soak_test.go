package client

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// soakTime is how long TestSoak reads.
var soakTime = flag.Duration("soak.time", 3*time.Second, "how long TestSoak reads")

// unreliableCloud is an IAM whose tokens live two seconds, and a service. Both fail in every way in
// which servers do.
type unreliableCloud struct {
	mu     sync.Mutex
	tokens map[string]time.Time
}

// connectionKey is the context key of a request's connection.
type connectionKey struct{}

func (u *unreliableCloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if u.fail(w, r) {
		return
	}
	if strings.HasSuffix(r.URL.Path, tokensPath) {
		u.issueToken(w)
		return
	}
	u.mu.Lock()
	expires, ok := u.tokens[r.Header.Get("X-Auth-Token")]
	u.mu.Unlock()
	if !ok || !time.Now().Before(expires) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = io.WriteString(w, channelNamed(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]))
}

func channelNamed(id string) string {
	return fmt.Sprintf(`{"id":%q,"name":"channel %s","members":[{"host":%q}]}`, id, id, strings.Repeat(id, 100))
}

func (u *unreliableCloud) issueToken(w http.ResponseWriter) {
	u.mu.Lock()
	defer u.mu.Unlock()
	token, expires := fmt.Sprint("token-", len(u.tokens)), time.Now().Add(2*time.Second)
	u.tokens[token] = expires
	w.Header().Set("X-Subject-Token", token)
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"token":{"expires_at":%q}}`, expires.UTC().Format(time.RFC3339Nano))
}

// fail reports whether it responds in place of the service.
func (u *unreliableCloud) fail(w http.ResponseWriter, r *http.Request) bool {
	respond := func(status int, contentType, body string) bool {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	switch n := rand.IntN(20_000); { //nolint:gosec // Faults need no secrecy.
	case n < 100:
		return respond(http.StatusBadGateway, "text/html", "<html>")
	case n < 200:
		return respond(http.StatusServiceUnavailable, "", "")
	case n < 202:
		return respond(http.StatusTooManyRequests, "application/json", throttledBody)
	case n < 300: // The stream is reset.
		panic(http.ErrAbortHandler)
	case n < 400: // The body is cut.
		body := channelNamed("cut")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case n < 440: // The connection is reset.
		if conn, ok := r.Context().Value(connectionKey{}).(net.Conn); ok {
			_ = conn.Close()
		}
		panic(http.ErrAbortHandler)
	case n < 500: // The response is complete, and GOAWAY follows.
		w.Header().Set("Connection", "close")
	case n < 600:
		time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond) //nolint:gosec // As above.
	}
	return false
}

// TestSoak has thirty readers over HTTP/2 and a cloud that fails in every way: a read has the right
// result or an error, and leaves no goroutine.
func TestSoak(t *testing.T) {
	t.Parallel()
	cloud := &unreliableCloud{tokens: map[string]time.Time{}}
	server := quiet(httptest.NewUnstartedServer(cloud))
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, conn)
	}
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := clientOf(t, server, Config{Credentials: userByName, Insecure: true, MaxRetries: 5})

	var (
		mu       sync.Mutex
		outcomes = map[string]int{}
	)
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return outcomes["success"] >= 100 && outcomes["canceled"] > 0
	}
	labeled(t, func(ctx context.Context) {
		var reading sync.WaitGroup
		begin := time.Now()
		for range 30 {
			reading.Go(func() {
				for time.Since(begin) < *soakTime || !enough() && time.Since(begin) < *soakTime+time.Minute {
					outcome, err := soakRead(ctx, c)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					outcomes[outcome]++
					mu.Unlock()
				}
			})
		}
		reading.Wait()
	})
	checkNoGoroutines(t, c)
	t.Logf("outcomes: %v, %d tokens", outcomes, len(cloud.tokens))
	if !enough() {
		t.Error("too few reads succeeded, or none was canceled")
	}
}

// soakRead reads a channel, and cancels one read of ten. Its error is a wrong result.
func soakRead(ctx context.Context, c *Client) (outcome string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if rand.IntN(10) == 0 { //nolint:gosec // Cancellations need no secrecy.
		time.AfterFunc(time.Duration(rand.IntN(20))*time.Millisecond, cancel) //nolint:gosec // As above.
	}
	id := fmt.Sprint("c", rand.IntN(1_000_000))                                                        //nolint:gosec // As above.
	channel, err := c.VPCChannel(ctx, Scope{simulator.Region, fmt.Sprint("p", rand.IntN(3))}, "i", id) //nolint:gosec // As above.
	switch {
	case err == nil && *channel.ID == id && *channel.Name == "channel "+id && *channel.Members[0].Host == strings.Repeat(id, 100):
		return "success", nil
	case err == nil:
		return "wrong", fmt.Errorf("channel %s has the ID %s and the name %s", id, *channel.ID, *channel.Name)
	case errors.Is(ctx.Err(), context.Canceled):
		return "canceled", nil
	}
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return "wrong", fmt.Errorf("the error is %T: %w", err, err)
	case e.Status == 429 || e.Status >= 502 || e.Status == 0 && e.Reason == ReasonConnectionClosed:
		return fmt.Sprintf("failed after %d attempts", e.Attempts), nil
	}
	return "wrong", err
}
