package simulator

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Metadata is the metadata service of an ECS. The zero value is that of an ECS without an agency.
type Metadata struct {
	// DomainID is the domain of the temporary keys. If it is empty, the ECS has no agency and the
	// service returns 404.
	DomainID string
	// Absent closes every connection without a response.
	Absent bool
	// TokenStatus, if set, is the response to a request for a session token: 404, 405 or 503 if the
	// service offers none.
	TokenStatus int
	// TokenRequired refuses requests without a session token.
	TokenRequired bool
	// Key is issued instead of a random one if its Access is set.
	Key Key
	// KeyLifetime is the lifetime of a key; 0 means 24 hours.
	KeyLifetime time.Duration

	tokens map[string]time.Time
}

// sessionTTLHeader is the header with the lifetime of a session token.
const sessionTTLHeader = "X-Metadata-Token-Ttl-Seconds"

func (c *call) metadata() response {
	switch service := &c.data.Metadata; {
	case service.Absent:
		panic(http.ErrAbortHandler)
	case c.Path == "/meta-data/latest/api/token" && c.Method == http.MethodPut:
		return c.metadataToken(service)
	case c.Path == "/openstack/latest/securitykey" && c.Method == http.MethodGet:
		return c.securityKey(service)
	default:
		return response{status: http.StatusNotFound}
	}
}

func (c *call) metadataToken(service *Metadata) response {
	if service.TokenStatus != 0 {
		return response{status: service.TokenStatus}
	}
	seconds, err := strconv.Atoi(c.Header.Get(sessionTTLHeader))
	if err != nil || seconds < 1 || seconds > 21600 {
		return response{status: http.StatusBadRequest}
	}
	token := randomText(56)
	if service.tokens == nil {
		service.tokens = make(map[string]time.Time)
	}
	service.tokens[token] = c.now.Add(time.Duration(seconds) * time.Second)
	return response{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"text/plain"}, sessionTTLHeader: {strconv.Itoa(seconds)}},
		body:   []byte(token),
	}
}

func (c *call) securityKey(service *Metadata) response {
	token := c.Header.Get("X-Metadata-Token")
	expires, known := service.tokens[token]
	switch {
	case token == "" && service.TokenRequired, token != "" && (!known || expired(expires, c.now)):
		return response{status: http.StatusUnauthorized}
	case service.DomainID == "":
		return response{status: http.StatusNotFound}
	}
	return c.issue(http.StatusOK, service.Key, service.DomainID, cmp.Or(service.KeyLifetime, maxKeyLifetime))
}
