// Package simulator serves the documented APIs on loopback: VPCEP, DLI, APIG and IAM of several
// regions behind a gateway that checks signatures and tokens, and the metadata service of an ECS.
// Tests start it in-process; the command hwcloud-simulator runs it on its own.
//
// It follows the documents of the services, not the client that it helps to test. One listener
// serves everything: {url}/{region}/{service}/… for the services vpcep, dli, apig and iam,
// {url}/metadata/…, and {url}/github/… for the ID tokens of GitHub Actions.
package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net/http"
	"sync"
	"time"
)

// Server is the simulated cloud, an [http.Handler]. Its methods are safe for concurrent use.
type Server struct {
	// URL is the base of every address, without a trailing slash. Start and Listen set it. If
	// another server uses the handler, for example one with TLS, set it before the first request.
	URL string
	// OnResponse, if set before the first request, is called after each response, from the goroutine
	// that sent it.
	OnResponse func(Request)

	mu     sync.Mutex
	data   Data
	onList func(*Data, Request)

	record record
	faults faults
	// stop ends what Listen has begun.
	stop func()
}

// New returns a server with the default account and the built-in data: the documents' examples and
// a larger set. It does not listen.
func New() *Server {
	s := &Server{data: defaultData()}
	s.record.closing, s.record.cancel = context.WithCancel(context.Background())
	return s
}

// Endpoint returns the base URL of a service (vpcep, dli, apig or iam) with the literal text
// {region} for the region.
func (s *Server) Endpoint(service string) string {
	return s.URL + "/{region}/" + service
}

// MetadataURL returns the base URL of the metadata service.
func (s *Server) MetadataURL() string {
	return s.URL + "/" + metadataService
}

// GitHubURL returns the URL that GitHub Actions puts into ACTIONS_ID_TOKEN_REQUEST_URL.
func (s *Server) GitHubURL() string {
	return s.URL + "/" + githubService + "/idtoken?api-version=2.0"
}

// Update calls change with the server's data while no request reads it. The pointer is valid only
// during the call.
func (s *Server) Update(change func(*Data)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.data)
}

// OnList registers a hook that is called before each list request is handled, so that a test can
// change a list between two pages. Requests without valid credentials do not reach it. The hook
// must not call Update; a nil hook unregisters it.
func (s *Server) OnList(hook func(*Data, Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onList = hook
}

// requestIDHeader is the response header with the request's ID.
const requestIDHeader = "X-Request-ID"

// ServeHTTP records the request, applies the injected faults and handles it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	region, service, path := splitAddress(r.URL)
	x := s.record.begin(Request{
		Service: service, Region: region, Method: r.Method, Path: path,
		Query: r.URL.Query(), Header: r.Header.Clone(), Start: time.Now(),
	})
	if x == nil {
		panic(http.ErrAbortHandler)
	}
	defer s.end(x)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.record.closing, cancel)()

	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	request := s.record.update(x, func(r *Request) { r.Body = body })
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))

	requestID := hexSHA256([]byte(rand.Text()))[:32]
	w = &responseWriter{ResponseWriter: w, record: &s.record, request: x}
	w.Header().Set(requestIDHeader, requestID)
	if service == iamService {
		w.Header().Set("X-Iam-Trace-Id", "token_"+region+"_null_"+requestID)
	}

	var latency time.Duration
	s.Update(func(d *Data) { latency = d.Latency })
	if !wait(ctx, latency) {
		panic(http.ErrAbortHandler)
	}
	s.faults.handler(request, http.HandlerFunc(func(w http.ResponseWriter, changed *http.Request) {
		request := request
		request.Query = changed.URL.Query()
		s.handle(r, request, requestID).write(w)
	})).ServeHTTP(w, r)
}

// wait returns true after d, or false as soon as ctx is done: the client has disconnected or the
// server has been closed.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// randomText returns n random characters that are valid in a header.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // It never fails.
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}
