package simulator

import (
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

	// matched is the number of requests that have matched.
	matched int
}

// Action handles a request that a fault affects. It responds itself or calls next: the next
// matching fault or, after the last one, the server.
type Action func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Inject adds a fault. If several match a request, they apply in the order of injection.
func (s *Server) Inject(fault Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, &fault)
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
}

// handler returns a handler that applies the matching faults to the request, then calls final.
func (f *faults) handler(request Request, final http.Handler) http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	handler := final
	for _, fault := range slices.Backward(f.list) {
		next := handler
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f.applies(fault, request) {
				fault.Action(w, r, next)
			} else {
				next.ServeHTTP(w, r)
			}
		})
	}
	return handler
}

// applies reports whether the fault affects the request, and counts the request if it matches.
func (f *faults) applies(fault *Fault, request Request) bool {
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
		_, service, _ := splitAddress(r.URL)
		serviceError(service, status, code, message).write(w)
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
	return Delay(math.MaxInt64)
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
		finish(w)
		_ = conn.Close()
	}
}

// HugeBody responds with a JSON object of at least size bytes. It stops if the client disconnects.
func HugeBody(size int64) Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		text := `{"padding":"`
		for sent := int64(0); sent < size; sent += int64(len(text)) {
			if _, err := io.WriteString(w, text); err != nil || r.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
			text = strings.Repeat("x", 1<<16)
		}
		_, _ = io.WriteString(w, `"}`)
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
		object := parseEntry(body)
		if object == nil {
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
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
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
	_ = http.NewResponseController(w).Flush()
}

// capture returns the response of next instead of sending it.
func capture(w http.ResponseWriter, r *http.Request, next http.Handler) response {
	recorder := httptest.NewRecorder()
	maps.Copy(recorder.Header(), w.Header())
	next.ServeHTTP(recorder, r)
	return response{status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes()}
}
