package client

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"
)

// hosts limits and paces the requests to each host on its own, so that one that hangs or throttles
// does not hold up the others.
type hosts struct {
	mu    sync.Mutex
	known map[string]*host
}

// host is a server that requests are sent to.
type host struct {
	slots *semaphore.Weighted
	gate  throttleGate
}

// of returns the host of a URL.
func (h *hosts) of(u *url.URL) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	address := hostAddress(u)
	if h.known[address] == nil {
		if h.known == nil {
			h.known = map[string]*host{}
		}
		h.known[address] = &host{slots: semaphore.NewWeighted(maxInFlight)}
	}
	return h.known[address]
}

// acquire returns when a request to the host may be sent. The caller calls release once the
// response is complete.
func (h *host) acquire(ctx context.Context) (release func(), err error) {
	for {
		if err := h.gate.wait(ctx); err != nil {
			return nil, err
		}
		if err := h.slots.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		if h.gate.pass() {
			return func() { h.slots.Release(1) }, nil
		}
		h.slots.Release(1)
	}
}

// hostAddress returns the host of a URL in lower case, with its port.
func hostAddress(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
