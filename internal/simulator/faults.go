package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with the requests that match.
type Fault struct {
	// Service, Method and Path restrict the fault to requests of this service and method whose path
	// contains Path. An empty one matches everything.
	Service, Method, Path string
	// Match, if set, restricts the fault further.
	Match func(Request) bool
	// After is the number of matching requests that pass before the first that is affected.
	After int
	// Times is the number of affected requests; 0 means all.
	Times int
	// Action responds instead of the server, or changes its response.
	Action Action
}

// Action handles a request that a fault affects. It responds itself or calls next: the next
// matching fault or, after the last one, the server.
type Action func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Inject adds a fault. If several match a request, they apply in the order of injection.
func (s *Server) Inject(fault Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, &injected{Fault: fault})
}

type faults struct {
	mu   sync.Mutex
	list []*injected
}

// injected is a fault with the number of requests that have matched it.
type injected struct {
	Fault
	matched int
}

// handler returns a handler that applies the matching faults to the request, then calls final.
func (f *faults) handler(request Request, final http.Handler) http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.chain(f.list, request, final)
}

// chain returns a handler that applies the matching faults of list, then calls final.
func (f *faults) chain(list []*injected, request Request, final http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, fault := range list {
			if f.applies(fault, request) {
				fault.Action(w, r, f.chain(list[i+1:], request, final))
				return
			}
		}
		final.ServeHTTP(w, r)
	})
}

// applies reports whether the fault affects the request, and counts the request if it matches.
func (f *faults) applies(fault *injected, request Request) bool {
	if fault.Service != "" && fault.Service != request.Service ||
		fault.Method != "" && fault.Method != request.Method ||
		!strings.Contains(request.Path, fault.Path) ||
		fault.Match != nil && !fault.Match(request) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	fault.matched++
	return fault.matched > fault.After && (fault.Times == 0 || fault.matched <= fault.After+fault.Times)
}

// Respond responds with a status, headers and a body. The content type is application/json unless
// the headers name another.
func Respond(status int, header map[string]string, body string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		h := make(http.Header)
		for name, value := range header {
			h.Set(name, value)
		}
		response{status: status, header: h, body: []byte(body)}.write(w)
	}
}

// ServiceError responds with an error in the shape of the service that the request is for.
func ServiceError(status int, code, message string) Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		res := flatError(status, code, message)
		switch _, service, _ := splitAddress(r.URL); service {
		case vpcepService:
			res = nestedError(status, code, message)
		case iamService:
			res = iamError(status, message)
		}
		res.write(w)
	}
}

// Throttle responds as the gateway does to too many requests: usually with 429, sometimes with
// another 4xx. If retryAfter is not empty, it is sent as Retry-After.
func Throttle(status int, retryAfter string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		res := gatewayError(status, "APIGW.0308",
			"The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 second",
			w.Header().Get(requestIDHeader))
		if retryAfter != "" {
			res.header = http.Header{"Retry-After": {retryAfter}}
		}
		res.write(w)
	}
}

// HTML responds with a page, as a proxy or a login portal does.
func HTML(status int) Action {
	return Respond(status, map[string]string{"Content-Type": "text/html; charset=utf-8"},
		"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to go on.</body></html>")
}

// Empty responds with a status and no body.
func Empty(status int) Action {
	return Respond(status, nil, "")
}

// Redirect responds with a 3xx status that points at url.
func Redirect(status int, url string) Action {
	return Respond(status, map[string]string{"Location": url}, "")
}

// Delay waits before the request is handled.
func Delay(d time.Duration) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !wait(r.Context(), d) {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}
}

// StallHeaders sends nothing until the client disconnects or the server is closed.
func StallHeaders() Action {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// StallBody sends the headers and half of the body, then nothing until the client disconnects or
// the server is closed.
func StallBody() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sendHalf(w, r, next)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// CutBody announces the full length, sends half of the body and closes the connection.
func CutBody() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sendHalf(w, r, next)
		panic(http.ErrAbortHandler)
	}
}

// Reset resets the connection instead of responding.
func Reset() Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// HugeBody responds with a JSON object of at least size bytes. It stops if the client disconnects.
func HugeBody(size int64) Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		chunk := bytes.Repeat([]byte("x"), 1<<16)
		_, err := w.Write([]byte(`{"padding":"`))
		for sent := int64(0); sent < size && err == nil && r.Context().Err() == nil; sent += int64(len(chunk)) {
			_, err = w.Write(chunk)
		}
		if err != nil || r.Context().Err() != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(`"}`))
	}
}

// Rewrite changes the body of the server's response, errors included.
func Rewrite(change func(body []byte) []byte) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		res := capture(w, r, next)
		res.body = change(res.body)
		res.write(w)
	}
}

// RewriteObject is Rewrite for a JSON object, whose numbers are of type json.Number. A body that is
// not an object stays as it is.
func RewriteObject(change func(object map[string]any)) Action {
	return Rewrite(func(body []byte) []byte {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var object map[string]any
		if err := decoder.Decode(&object); err != nil || object == nil {
			return body
		}
		change(object)
		return toJSON(object)
	})
}

// RewriteQuery changes the query that the server handles. The signature is still checked against the
// query as sent, which is also the recorded one.
func RewriteQuery(change func(query url.Values)) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		query := r.URL.Query()
		change(query)
		changed := *r.URL
		changed.RawQuery = query.Encode()
		r = r.WithContext(r.Context())
		r.URL = &changed
		next.ServeHTTP(w, r)
	}
}

// sendHalf sends the headers with the full length and the first half of the body. The length of an
// empty body is announced as 1.
func sendHalf(w http.ResponseWriter, r *http.Request, next http.Handler) {
	res := capture(w, r, next)
	maps.Copy(w.Header(), res.header)
	w.Header().Set("Content-Length", strconv.Itoa(max(len(res.body), 1)))
	w.WriteHeader(res.status)
	_, _ = w.Write(res.body[:len(res.body)/2])
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
}

// capture returns the response of next instead of sending it.
func capture(w http.ResponseWriter, r *http.Request, next http.Handler) response {
	c := &capturer{response{status: http.StatusOK, header: w.Header().Clone()}}
	next.ServeHTTP(c, r)
	return c.response
}

// capturer is an [http.ResponseWriter] that keeps the response.
type capturer struct {
	response
}

// Header returns the headers of the response.
func (c *capturer) Header() http.Header { return c.header }

// WriteHeader keeps the status.
func (c *capturer) WriteHeader(status int) { c.status = status }

// Write keeps a part of the body.
func (c *capturer) Write(b []byte) (int, error) {
	c.body = append(c.body, b...)
	return len(b), nil
}
