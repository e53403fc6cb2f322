package simulator

import (
	"net/http"
	"strconv"
	"time"
)

// Metadata is the metadata service of an ECS. The zero value is that of an ECS without an agency.
type Metadata struct {
	// DomainID is the domain whose temporary keys the ECS's agency gives; empty is no agency, which answers 404.
	DomainID string
	// Absent closes every connection without an answer.
	Absent bool
	// TokenStatus, where set, is answered to those who ask for a session token: 404, 405 or 503 where none is offered.
	TokenStatus int
	// TokenRequired refuses requests without a session token.
	TokenRequired bool
	// Key is handed out instead of a new random one where its Access is set.
	Key Key
	// KeyLifetime is how long a key lives; 0 is 24 hours.
	KeyLifetime time.Duration

	tokens map[string]time.Time
}

// Headers of the metadata service.
const (
	sessionHeader    = "X-Metadata-Token"
	sessionTTLHeader = "X-Metadata-Token-Ttl-Seconds"
	maxSessionTTL    = 21600
)

func (c *call) metadata() answer {
	switch service := &c.data.Metadata; {
	case service.Absent:
		return answer{abort: true}
	case c.Path == "/meta-data/latest/api/token" && c.Method == http.MethodPut:
		return c.metadataToken(service)
	case c.Path == "/openstack/latest/securitykey" && c.Method == http.MethodGet:
		return c.securityKey(service)
	default:
		return answer{status: http.StatusNotFound}
	}
}

func (c *call) metadataToken(service *Metadata) answer {
	if service.TokenStatus != 0 {
		return answer{status: service.TokenStatus}
	}
	seconds, err := strconv.Atoi(c.Header.Get(sessionTTLHeader))
	if err != nil || seconds < 1 || seconds > maxSessionTTL {
		return answer{status: http.StatusBadRequest}
	}
	token := randomText(56)
	if service.tokens == nil {
		service.tokens = make(map[string]time.Time)
	}
	service.tokens[token] = c.now.Add(time.Duration(seconds) * time.Second)
	return answer{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"text/plain"}, sessionTTLHeader: {strconv.Itoa(seconds)}},
		body:   []byte(token),
	}
}

func (c *call) securityKey(service *Metadata) answer {
	token := c.Header.Get(sessionHeader)
	expires, known := service.tokens[token]
	switch {
	case token == "" && service.TokenRequired, token != "" && (!known || expired(expires, c.now)):
		return answer{status: http.StatusUnauthorized}
	case service.DomainID == "":
		return answer{status: http.StatusNotFound}
	}
	lifetime := service.KeyLifetime
	if lifetime <= 0 {
		lifetime = maxKeyLifetime
	}
	key := c.addKey(service.Key, service.DomainID, lifetime)
	return object(http.StatusOK, "credential", credentialJSON(key))
}
