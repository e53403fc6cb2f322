package simulator

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Request is a request as the server received it, and the status of the response.
type Request struct {
	// Service is vpcep, dli, apig, iam or metadata; empty if the address names none of them.
	Service string
	// Region is empty for the metadata service.
	Region string
	Method string
	// Path is the path as sent, percent-encoded, without the base path of the service.
	Path   string
	Query  url.Values
	Header http.Header
	Body   []byte
	// Status is 0 until the response begins, and stays 0 if the connection is closed instead.
	Status int
	Start  time.Time
	// End is when the last byte of the response was sent; zero before that.
	End time.Time
}

// Requests returns the requests since the start or the last ResetRequests, in order of arrival.
func (s *Server) Requests() []Request {
	return s.record.all()
}

// Count returns the number of recorded requests that match; a nil match counts all.
func (s *Server) Count(match func(Request) bool) int {
	n := 0
	for _, request := range s.Requests() {
		if match == nil || match(request) {
			n++
		}
	}
	return n
}

// MaxInFlight returns the maximum number of recorded requests in flight at the same time, among
// those that match; a nil match counts all.
func (s *Server) MaxInFlight(match func(Request) bool) int {
	type edge struct {
		at    time.Time
		delta int
	}
	var edges []edge
	for _, request := range s.Requests() {
		if match != nil && !match(request) {
			continue
		}
		edges = append(edges, edge{request.Start, 1})
		if !request.End.IsZero() {
			edges = append(edges, edge{request.End, -1})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.delta - b.delta
	})
	maximum, current := 0, 0
	for _, e := range edges {
		current += e.delta
		maximum = max(maximum, current)
	}
	return maximum
}

// ResetRequests deletes the recorded requests, including those in flight.
func (s *Server) ResetRequests() {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.exchanges = nil
}

// OnResponse registers a hook that is called after each response, from the goroutine that sent it.
func (s *Server) OnResponse(hook func(Request)) {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.onResponse = hook
}

// record holds the recorded requests and those in flight.
type record struct {
	mu         sync.Mutex
	idle       sync.Cond
	exchanges  []*exchange
	active     map[*exchange]context.CancelFunc
	closed     bool
	onResponse func(Request)
}

// exchange is a recorded request. The record's lock guards it.
type exchange struct {
	record  *record
	request Request
}

// begin records a request; cancel ends its handler. It returns nil if the server is closed.
func (rec *record) begin(request Request, cancel context.CancelFunc) *exchange {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.closed {
		return nil
	}
	x := &exchange{record: rec, request: request}
	rec.exchanges = append(rec.exchanges, x)
	if rec.active == nil {
		rec.active = make(map[*exchange]context.CancelFunc)
	}
	rec.active[x] = cancel
	return x
}

// end marks x as finished, whether its handler returned or panicked.
func (rec *record) end(x *exchange) {
	x.finish()
	rec.mu.Lock()
	hook, request := rec.onResponse, x.request
	rec.mu.Unlock()
	if hook != nil {
		hook(request)
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	delete(rec.active, x)
	rec.idle.Broadcast()
}

// all returns a copy of the recorded requests.
func (rec *record) all() []Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	requests := make([]Request, 0, len(rec.exchanges))
	for _, x := range rec.exchanges {
		requests = append(requests, x.request)
	}
	return requests
}

// cancelAll ends all handlers and refuses further requests.
func (rec *record) cancelAll() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.closed = true
	for _, cancel := range rec.active {
		cancel()
	}
}

// waitIdle waits until all handlers have returned.
func (rec *record) waitIdle() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for len(rec.active) > 0 {
		rec.idle.Wait()
	}
}

func (x *exchange) snapshot() Request {
	x.record.mu.Lock()
	defer x.record.mu.Unlock()
	return x.request
}

func (x *exchange) setBody(body []byte) {
	x.record.mu.Lock()
	defer x.record.mu.Unlock()
	x.request.Body = body
}

func (x *exchange) setStatus(status int) {
	x.record.mu.Lock()
	defer x.record.mu.Unlock()
	x.request.Status = status
}

// finish sets the end of the request, if it is not set.
func (x *exchange) finish() {
	x.record.mu.Lock()
	defer x.record.mu.Unlock()
	if x.request.End.IsZero() {
		x.request.End = time.Now()
	}
}

// responseWriter records the status of a response and the time just before its last bytes are sent,
// so that no request counts as in flight after its client has the complete response.
type responseWriter struct {
	http.ResponseWriter
	exchange    *exchange
	wroteHeader bool
	// remaining is the number of bytes still to be sent; negative if unknown.
	remaining int64
}

// WriteHeader records the status and the length.
func (w *responseWriter) WriteHeader(status int) {
	if !w.wroteHeader {
		w.wroteHeader = true
		w.exchange.setStatus(status)
		length, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
		if err != nil {
			length = -1
		}
		w.remaining = length
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write records the end of the request before the last bytes.
func (w *responseWriter) Write(b []byte) (int, error) {
	if !w.wroteHeader {
		w.WriteHeader(http.StatusOK)
	}
	if w.remaining > 0 && w.remaining <= int64(len(b)) {
		w.exchange.finish()
	}
	w.remaining -= int64(len(b))
	return w.ResponseWriter.Write(b)
}

// Hijack takes over the connection, on which no response follows.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.exchange.finish()
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap returns the underlying writer for http.ResponseController.
func (w *responseWriter) Unwrap() http.ResponseWriter {
	return w.ResponseWriter
}
