package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with the requests that match.
type Fault struct {
	// Service, Method and Path restrict the requests, where set; Path is a part of the path without its base.
	Service, Method, Path string
	// Match restricts them further, where set.
	Match func(Request) bool
	// After is the number of matching requests that pass first.
	After int
	// Times is the number of requests that the fault meets after that; 0 is all.
	Times int
	// Action answers in place of the server, or changes its answer.
	Action Action
}

// Action handles a request that a fault has met. It may answer, or have next answer, which is the next fault that
// matches and in the end the server.
type Action func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Inject adds a fault; remove takes it away again. A request that several match meets them in the order of their
// injection.
func (s *Server) Inject(fault Fault) (remove func()) {
	return s.faults.add(fault)
}

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

type faults struct {
	mu   sync.Mutex
	list []*injected
}

type injected struct {
	Fault
	matched int
	removed bool
}

func (f *faults) add(fault Fault) func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	added := &injected{Fault: fault}
	f.list = append(f.list, added)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		added.removed = true
	}
}

// handler is the first fault that meets the request, with the rest behind it, and final last.
func (f *faults) handler(request Request, final http.Handler) http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.chain(f.list, request, final)
}

func (f *faults) chain(list []*injected, request Request, final http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, fault := range list {
			if f.meets(fault, request) {
				fault.Action(w, r, f.chain(list[i+1:], request, final))
				return
			}
		}
		final.ServeHTTP(w, r)
	})
}

// meets tells whether it is the request's turn to meet the fault, and counts it.
func (f *faults) meets(fault *injected, request Request) bool {
	if fault.Service != "" && fault.Service != request.Service ||
		fault.Method != "" && fault.Method != request.Method ||
		!strings.Contains(request.Path, fault.Path) ||
		fault.Match != nil && !fault.Match(request) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.removed {
		return false
	}
	fault.matched++
	return fault.matched > fault.After && (fault.Times == 0 || fault.matched <= fault.After+fault.Times)
}

// Answer answers with a status, headers and a body. The content type is application/json unless the headers name another.
func Answer(status int, header map[string]string, body string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		h := make(http.Header)
		for name, value := range header {
			h.Set(name, value)
		}
		answer{status: status, header: h, body: []byte(body)}.write(w)
	}
}

// ServiceError answers with an error in the shape of the service that was asked.
func ServiceError(status int, code, message string) Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		a := flatError(status, code, message)
		switch _, service, _ := splitAddress(r.URL); service {
		case vpcepService:
			a = nestedError(status, code, message)
		case iamService:
			a = iamError(status, message)
		}
		a.write(w)
	}
}

// Throttle answers as the gateway does to too many requests: usually with 429, sometimes with another 4xx. A
// retryAfter that is not empty is sent as Retry-After.
func Throttle(status int, retryAfter string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		a := gatewayError(status, "APIGW.0308",
			"The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 second",
			w.Header().Get(requestIDHeader))
		if retryAfter != "" {
			a.header = http.Header{"Retry-After": {retryAfter}}
		}
		a.write(w)
	}
}

// HTML answers with a page, as a proxy or a login portal does.
func HTML(status int) Action {
	return Answer(status, map[string]string{"Content-Type": "text/html; charset=utf-8"},
		"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to go on.</body></html>")
}

// Empty answers with a status and no body.
func Empty(status int) Action {
	return Answer(status, nil, "")
}

// Redirect answers with a status of 3xx that points at url.
func Redirect(status int, url string) Action {
	return Answer(status, map[string]string{"Location": url}, "")
}

// Delay waits before the request is answered.
func Delay(d time.Duration) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !wait(r.Context(), d) {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}
}

// StallHeaders answers nothing until the client goes or the server is closed.
func StallHeaders() Action {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// StallBody sends the headers and half of the answer, and no more until the client goes or the server is closed.
func StallBody() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sendHalf(w, r, next)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// CutBody announces the whole answer, sends half of it and closes the connection.
func CutBody() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sendHalf(w, r, next)
		panic(http.ErrAbortHandler)
	}
}

// Reset resets the connection instead of an answer.
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

// HugeBody answers with a JSON object of at least size bytes, which ends early where the client goes.
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

// Rewrite lets the server answer and changes the body. Errors are changed too.
func Rewrite(change func(body []byte) []byte) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := capture(w, r, next)
		a.body = change(a.body)
		a.write(w)
	}
}

// RewriteObject is Rewrite for a JSON object, whose numbers are of type json.Number. What is no object stays as it is.
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

// sendHalf sends the headers with the whole length and the first half of the body. An answer without a body is
// announced as one byte.
func sendHalf(w http.ResponseWriter, r *http.Request, next http.Handler) {
	a := capture(w, r, next)
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(max(len(a.body), 1)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:len(a.body)/2])
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
}

// captured takes an answer instead of a client.
type captured struct {
	answer
	header http.Header
}

// capture has next answer, and returns that.
func capture(w http.ResponseWriter, r *http.Request, next http.Handler) answer {
	c := &captured{answer: answer{status: http.StatusOK}, header: w.Header().Clone()}
	next.ServeHTTP(c, r)
	c.answer.header = c.header
	return c.answer
}

func (c *captured) Header() http.Header { return c.header }

func (c *captured) WriteHeader(status int) { c.status = status }

func (c *captured) Write(b []byte) (int, error) {
	c.body = append(c.body, b...)
	return len(b), nil
}
