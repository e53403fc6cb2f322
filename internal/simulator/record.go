package simulator

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Request is a request as the server received it, and the status of the response.
type Request struct {
	// Service is vpcep, dli, apig, iam, metadata or github; empty if the address names none of
	// them.
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
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	requests := make([]Request, 0, len(s.record.requests))
	for _, request := range s.record.requests {
		requests = append(requests, *request)
	}
	return requests
}

// Count returns the number of recorded requests that match; a nil match counts all.
func (s *Server) Count(match func(Request) bool) int {
	return len(s.matching(match))
}

func (s *Server) matching(match func(Request) bool) []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return match != nil && !match(r) })
}

// MaxInFlight returns the maximum number of recorded requests in flight at the same time, among
// those that match; a nil match counts all.
func (s *Server) MaxInFlight(match func(Request) bool) int {
	requests, maximum := s.matching(match), 0
	for _, at := range requests {
		current := 0
		for _, r := range requests {
			if !r.Start.After(at.Start) && (r.End.IsZero() || r.End.After(at.Start)) {
				current++
			}
		}
		maximum = max(maximum, current)
	}
	return maximum
}

// ResetRequests deletes the recorded requests, including those in flight.
func (s *Server) ResetRequests() {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.requests = nil
}

// record holds the recorded requests, which only update changes, and counts those in flight.
type record struct {
	mu       sync.Mutex
	requests []*Request

	// closing is done when the server is closed.
	closing  context.Context
	cancel   context.CancelFunc
	handlers sync.WaitGroup
}

// begin records a request. It returns nil if the server is closed.
func (rec *record) begin(request Request) *Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.closing.Err() != nil {
		return nil
	}
	rec.handlers.Add(1)
	rec.requests = append(rec.requests, &request)
	return &request
}

// update changes a request and returns what has become of it.
func (rec *record) update(request *Request, change func(*Request)) Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	change(request)
	return *request
}

// end marks a request as finished, whether its handler returned or panicked.
func (s *Server) end(request *Request) {
	defer s.record.handlers.Done()
	finished := s.record.update(request, setEnd)
	if s.OnResponse != nil {
		s.OnResponse(finished)
	}
}

func setEnd(r *Request) {
	r.End = cmp.Or(r.End, time.Now())
}

// responseWriter records the status of a response.
type responseWriter struct {
	http.ResponseWriter
	record  *record
	request *Request
}

// WriteHeader records the status.
func (w *responseWriter) WriteHeader(status int) {
	w.record.update(w.request, func(r *Request) { r.Status = status })
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the underlying writer for http.ResponseController.
func (w *responseWriter) Unwrap() http.ResponseWriter {
	return w.ResponseWriter
}

// finish marks a request as finished just before the last bytes of its response are sent, so that
// it does not count as in flight after its client has the complete response.
func finish(w http.ResponseWriter) {
	if w, ok := w.(*responseWriter); ok {
		w.record.update(w.request, setEnd)
	}
}
