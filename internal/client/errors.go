package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is a request that did not give its answer: the API refused it, the
// answer was not what it should be, or none came.
type Error struct {
	// Method and URL of the request; the URL has no query and no user info.
	Method, URL string
	// Status is the HTTP status, 0 where no whole answer came.
	Status int
	// Code, Message and RequestID are the API's own, "" where it gave none.
	Code, Message, RequestID string
	// Err says what went wrong where it was not the API that said no.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, "status %s", strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			fmt.Fprintf(&b, ", %s", part)
		}
	}
	if e.Err != nil {
		if e.Status != 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request ID %s)", e.RequestID)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// ArgumentError is a lookup that cannot be made as it was asked for.
type ArgumentError struct {
	// Argument is the one to change, by its name in a data source.
	Argument string
	// Detail says what is wrong and what to do, in full sentences.
	Detail string
}

func (e *ArgumentError) Error() string { return e.Detail }

// ErrSaysFailed is the cause of an [Error] whose status is that of success while
// its body says that the request failed.
var ErrSaysFailed = errors.New("the answer says that the request failed")

// ErrListKeptChanging is the error of a list that changed during every reading.
var ErrListKeptChanging = errors.New("the list kept changing while it was read")

// NotOneError is a lookup by name that found none or several.
type NotOneError struct {
	// What was looked for, in the plural, such as "VPC channels".
	What string
	// Name that was looked for.
	Name string
	// Found are the IDs of those that bear the name.
	Found []string
	// Others are those that came beside them under other names.
	Others []string
	// Argument of a data source that the error is about, and Instead the one
	// that names one by its ID.
	Argument, Instead string
}

func (e *NotOneError) Error() string {
	if len(e.Found) > 1 {
		return fmt.Sprintf("%d %s are named %q: %s", len(e.Found), e.What, e.Name, strings.Join(e.Found, ", "))
	}
	text := fmt.Sprintf("no %s are named %q", e.What, e.Name)
	if len(e.Others) > 0 {
		text += "; found: " + strings.Join(e.Others, ", ")
	}
	return text
}

// errMissing is what an answer without this field is.
func errMissing(field string) error {
	return fmt.Errorf("it has no field %s; is this the endpoint of another service?", field)
}
