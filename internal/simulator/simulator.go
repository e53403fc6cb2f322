// Package simulator serves the documented APIs on loopback: VPCEP, DLI, APIG and IAM of several regions behind one
// gateway that checks signatures and tokens, and the metadata service of an ECS. Tests start it in-process, the
// command hwcloud-simulator starts it by hand.
//
// It is written from the documents of the services, not from the client that it helps to test. One listener serves
// all: {url}/{region}/{service}/… with a service of vpcep, dli, apig and iam, and {url}/metadata/….
package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Server is the simulated cloud, an [http.Handler]. Its methods may be called at any time, while requests are
// answered too.
type Server struct {
	// URL is the base of every address, without a closing slash. Start and Listen set it; who serves the handler
	// in another way, over TLS for one, sets it before the first request.
	URL string

	mu     sync.Mutex
	data   Data
	onList func(*Data, Request)

	record   record
	faults   faults
	listener listener
}

// New returns a server with the default account, the documents' own examples and the larger made-up set loaded. It
// does not listen.
func New() *Server {
	s := &Server{data: defaultData()}
	s.record.idle.L = &s.record.mu
	return s
}

// Endpoint is the base URL of a service (vpcep, dli, apig or iam) with the literal text {region} in place of the region.
func (s *Server) Endpoint(service string) string {
	return s.URL + "/{region}/" + service
}

// MetadataURL is the base URL of the metadata service.
func (s *Server) MetadataURL() string {
	return s.URL + "/" + metadataService
}

// Update calls change with the server's data, which no request reads meanwhile. What change returns from must not be
// kept: the data is the server's.
func (s *Server) Update(change func(*Data)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.data)
}

// OnList has hook called before each list request is answered, so that a test may change the list between two pages.
// Requests without valid credentials do not reach it. It must not call Update. A nil hook ends that.
func (s *Server) OnList(hook func(*Data, Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onList = hook
}

// requestIDHeader bears the ID of a request in its answer.
const requestIDHeader = "X-Request-ID"

// maxRequestBody is more than any documented request holds.
const maxRequestBody = 1 << 20

// ServeHTTP records the request, lets the injected faults have their way, and answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()

	region, service, path := splitAddress(r.URL)
	x := s.record.begin(Request{
		Service: service, Region: region, Method: r.Method, Path: path,
		Query: r.URL.Query(), Header: r.Header.Clone(), Start: time.Now(),
	}, cancel)
	if x == nil {
		panic(http.ErrAbortHandler)
	}
	defer s.record.end(x)

	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	x.setBody(body)
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))

	requestID := randomHex(16)
	w = &responseWriter{ResponseWriter: w, exchange: x}
	w.Header().Set(requestIDHeader, requestID)
	if service == iamService {
		w.Header().Set("X-Iam-Trace-Id", "token_"+region+"_null_"+requestID)
	}

	if !wait(ctx, s.latency()) {
		panic(http.ErrAbortHandler)
	}
	request := x.snapshot()
	s.faults.handler(request, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answer(r, request, requestID).write(w)
	})).ServeHTTP(w, r)
}

// latency is what every request waits before anything else.
func (s *Server) latency() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.Latency
}

// wait returns true after d, and false as soon as the client has gone or the server is closed.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(fmt.Sprintf("simulator: no random bytes: %v", err))
	}
	return hex.EncodeToString(b)
}
