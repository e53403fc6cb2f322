package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// operation is what a data source or an ephemeral resource does, in the words of its diagnostics.
type operation struct {
	// service that provides it, one of [client.Services].
	service string
	// summary of the diagnostic, such as "Unable to read VPC channel".
	summary string
	// requested is what was requested, such as `VPC channel "x" of gateway "y"`.
	requested string
}

// failure is an operation that failed, with all that its diagnostic is made of.
type failure struct {
	operation
	err error
	// ctxErr is the error of the read's context, nil if it had not ended.
	ctxErr  error
	scope   client.Scope
	timeout time.Duration
	// arguments are those that the user set, by name; see [setArguments].
	arguments map[string]string
	// declared are all arguments that could be set, by name.
	declared map[string]any
	data     *providerData
}

// diagnostic describes the failure: what was requested and where, what happened, and what to do. It
// points at the argument that the failure is about, if there is one.
func (f failure) diagnostic() diag.Diagnostic {
	requested := "Requested: " + f.requested
	if f.scope.Region != "" {
		requested += ", in region " + f.scope.Region
	}
	if f.scope.ProjectID != "" {
		requested += ", project " + f.scope.ProjectID
	}
	parts := []string{requested + "."}
	if text := facts(f.err); text != "" {
		parts = append(parts, text)
	}
	argument, text := f.advice()
	if text += f.hint(argument); text != "" {
		parts = append(parts, strings.TrimSpace(text))
	}
	detail := strings.Join(parts, "\n\n")
	if argument == "" {
		return diag.NewErrorDiagnostic(f.summary, detail)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(argument), f.summary, detail)
}

// facts describes an error. For a request: its purpose, method and URL, the response's status,
// code, message and request ID, and the number of attempts.
func facts(err error) string {
	none, unauthenticated := errors.AsType[*client.NoCredentialsError](err)
	if unauthenticated {
		err = none // Without the purpose of the credentials.
	}
	failed, ok := errors.AsType[*client.Error](err)
	if !ok && !unauthenticated && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return "" // The advice says so in other words.
	}
	if unauthenticated || !ok {
		return strings.TrimSuffix(sentence(err.Error()), ".") + "."
	}
	var lines []string
	line := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	if errors.Is(err, client.ErrListChanged) {
		lines = append(lines, sentence(client.ErrListChanged.Error())+".")
	}
	if idToken, ok := errors.AsType[*client.IDTokenError](err); ok {
		lines = append(lines, fmt.Sprintf("Reading the ID token from %s failed.", idToken.Source))
	}
	if failed.Purpose != "" {
		lines = append(lines, sentence(failed.Purpose)+" failed.")
	}
	line("Request", failed.Method+" "+failed.URL)
	if failed.Status != 0 {
		line("Status", strings.TrimSpace(fmt.Sprintf("%d %s", failed.Status, http.StatusText(failed.Status))))
	}
	line("Code", failed.Code)
	line("Message", failed.Message)
	line("Request ID", failed.RequestID)
	if failed.Attempts > 1 {
		line("Attempts", strconv.Itoa(failed.Attempts))
	}
	if failed.Err != nil {
		line("Cause", failed.Err.Error())
	}
	return strings.Join(lines, "\n")
}

// sentence returns text with a capital letter at its start.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
