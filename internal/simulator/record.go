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

// Request is one request as the server received it, and the status that it answered.
type Request struct {
	// Service is vpcep, dli, apig, iam or metadata; empty where the address names none of them.
	Service string
	// Region is empty for the metadata service.
	Region string
	Method string
	// Path is the path as sent, percent-encoded, without the base path of its service.
	Path   string
	Query  url.Values
	Header http.Header
	Body   []byte
	// Status is 0 while the request is being answered, and where the connection was closed instead.
	Status int
	Start  time.Time
	// End is when the last of the answer was handed to the network; zero while the request is being answered.
	End time.Time
}

// Requests returns the requests since the start or the last ResetRequests, in the order of their arrival.
func (s *Server) Requests() []Request {
	return s.record.all()
}

// Count is the number of recorded requests that match; a nil match counts all.
func (s *Server) Count(match func(Request) bool) int {
	n := 0
	for _, request := range s.Requests() {
		if match == nil || match(request) {
			n++
		}
	}
	return n
}

// MaxInFlight is the largest number of recorded requests that match and were being answered at the same time; a nil match
// takes all.
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
	most, now := 0, 0
	for _, e := range edges {
		now += e.delta
		most = max(most, now)
	}
	return most
}

// ResetRequests forgets the recorded requests. Those still being answered are not recorded again.
func (s *Server) ResetRequests() {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.exchanges = nil
}

// OnAnswer has hook called after each request has been answered, from the goroutine that answered it.
func (s *Server) OnAnswer(hook func(Request)) {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.onAnswer = hook
}

// record holds the requests and knows which are being answered.
type record struct {
	mu        sync.Mutex
	idle      sync.Cond
	exchanges []*exchange
	active    map[*exchange]context.CancelFunc
	closed    bool
	onAnswer  func(Request)
}

// exchange is a request and what has become of it. The record's lock guards it.
type exchange struct {
	record  *record
	request Request
}

// begin records a request; cancel ends its handling. It returns nil once the server is closed.
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

// end marks x as answered, whether its handler returned or panicked.
func (rec *record) end(x *exchange) {
	x.finish()
	rec.mu.Lock()
	hook, request := rec.onAnswer, x.request
	rec.mu.Unlock()
	if hook != nil {
		hook(request)
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	delete(rec.active, x)
	rec.idle.Broadcast()
}

func (rec *record) all() []Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	requests := make([]Request, 0, len(rec.exchanges))
	for _, x := range rec.exchanges {
		requests = append(requests, x.request)
	}
	return requests
}

// cancelAll ends the handling of every request, now and from now on.
func (rec *record) cancelAll() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.closed = true
	for _, cancel := range rec.active {
		cancel()
	}
}

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

// finish sets the end of the request once.
func (x *exchange) finish() {
	x.record.mu.Lock()
	defer x.record.mu.Unlock()
	if x.request.End.IsZero() {
		x.request.End = time.Now()
	}
}

// responseWriter notes the status of an answer and the moment before its last bytes go out, so that a request is never
// recorded as being answered when its client already has the whole answer.
type responseWriter struct {
	http.ResponseWriter
	exchange    *exchange
	wroteHeader bool
	left        int64
}

func (w *responseWriter) WriteHeader(status int) {
	if !w.wroteHeader {
		w.wroteHeader = true
		w.exchange.setStatus(status)
		length, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
		if err != nil {
			length = -1
		}
		w.left = length
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *responseWriter) Write(b []byte) (int, error) {
	if !w.wroteHeader {
		w.WriteHeader(http.StatusOK)
	}
	if w.left > 0 && w.left <= int64(len(b)) {
		w.exchange.finish()
	}
	w.left -= int64(len(b))
	return w.ResponseWriter.Write(b)
}

// Hijack takes the connection over; nothing is answered on it any more.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.exchange.finish()
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the writer below, to flush it.
func (w *responseWriter) Unwrap() http.ResponseWriter {
	return w.ResponseWriter
}
