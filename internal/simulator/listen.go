package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// TB is the part of testing.TB that Start needs.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Start returns a server that listens on a free port of 127.0.0.1. It is closed when the test ends.
func Start(tb TB) *Server {
	tb.Helper()
	s := New()
	if err := s.Listen("127.0.0.1:0"); err != nil {
		tb.Fatalf("starting the simulator: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Listen sets URL, serves address in the background and returns. It refuses addresses other than
// loopback, because the simulator's keys are public.
func (s *Server) Listen(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && !ip.IsLoopback() {
		return fmt.Errorf("address %q is not a loopback address", address)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	s.URL = "http://" + l.Addr().String()
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("simulator: %v", err))
		}
	}()
	s.stop = func() {
		_ = server.Close()
		<-done
	}
	return nil
}

// Close cancels the requests in flight, stalled ones included, closes every connection and waits
// until all handlers have returned. A closed server handles no more requests.
func (s *Server) Close() {
	if s.stop != nil {
		s.stop()
	}
	s.record.mu.Lock()
	s.record.cancel()
	s.record.mu.Unlock()
	s.record.handlers.Wait()
}
