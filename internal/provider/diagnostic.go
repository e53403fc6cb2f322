package provider

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

// nameOrID describes a thing by its name or its ID, one of which may be set.
func nameOrID(thing string, name, id types.String) string {
	switch {
	case !name.IsNull():
		return fmt.Sprintf("%s named %q", thing, name.ValueString())
	case !id.IsNull():
		return fmt.Sprintf("%s %q", thing, id.ValueString())
	}
	return thing
}

// failure is an operation that failed, with all that its diagnostic is made of.
type failure struct {
	operation
	err error
	// ctxErr is the error of the read's context, nil if it had not ended.
	ctxErr  error
	scope   client.Scope
	timeout time.Duration
	// arguments are those that the user set, by name; see [argumentsOf].
	arguments map[string]string
	// documented are their documented values, by name; see [documentedValues].
	documented map[string][]string
	data       *providerData
	// request is that of err, a zero value if err is about something else.
	request client.Error
}

// diagnostic describes the failure: what was requested and where, what happened, and what to do. It
// points at the argument that the failure is about, if there is one.
func (f failure) diagnostic() diag.Diagnostic {
	_, noCredentials := errors.AsType[*client.NoCredentialsError](f.err)
	if failed, ok := errors.AsType[*client.Error](f.err); ok && !noCredentials {
		f.request = *failed
	}
	requested := "Requested: " + f.requested
	if f.scope.Region != "" {
		requested += ", in region " + f.scope.Region
	}
	if origin := f.ownProject("project_id").place(); f.scope.ProjectID != "" && origin != "" {
		requested += ", project from " + origin
	} else if f.scope.ProjectID != "" {
		requested += ", project " + f.scope.ProjectID
	}
	argument, text := f.advice()
	parts := []string{requested + ".", f.facts(), text}
	detail := strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "\n\n")
	if argument == "" {
		return diag.NewErrorDiagnostic(f.summary, detail)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(argument), f.summary, detail)
}

// facts describes the error. For a request: its purpose, method and URL, the response's status,
// code, message and request ID, the number of attempts, and the origin of credentials that an API
// refused.
func (f failure) facts() string {
	failed := f.request
	_, isEndpoint := errors.AsType[*client.EndpointError](f.err)
	switch {
	case failed.Method == "" && (isEndpoint || f.ctxErr != nil):
		return "" // The advice says so in other words.
	case failed.Method == "":
		text := f.err.Error()
		if wrong, ok := errors.AsType[*client.NameMatchError](f.err); ok && wrong.Operation == client.OpListProjects {
			name := strconv.Quote(wrong.Name)
			text = strings.ReplaceAll(text, name, f.data.withoutValues(name))
		}
		return sentence(text)
	}
	var lines []string
	line := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	if errors.Is(f.err, client.ErrListChanged) {
		lines = append(lines, sentence(client.ErrListChanged.Error()))
	}
	if errors.Is(f.err, client.ErrRefusedBefore) {
		lines = append(lines, "The request was not sent, because the same credentials were refused before in this run:")
		failed.Err = nil
	}
	if failed.Purpose != "" {
		lines = append(lines, sentence(f.data.withoutValues(failed.Purpose)+" failed"))
	}
	line("Request", failed.Method+" "+failed.URL)
	if failed.Status != 0 {
		line("Status", strings.TrimSpace(fmt.Sprintf("%d %s", failed.Status, http.StatusText(failed.Status))))
	}
	line("Code", failed.Code)
	line("Message", failed.Message)
	line("Request ID", failed.RequestID)
	switch {
	case failed.Throttled > 0 && failed.Attempts > 0:
		line("Attempts", fmt.Sprintf("%d, of which %d were throttled", failed.Attempts, failed.Throttled))
	case failed.Attempts > 1:
		line("Attempts", strconv.Itoa(failed.Attempts))
	}
	if failed.Err != nil {
		line("Cause", failed.Err.Error())
	}
	isRefusal := failed.Status == http.StatusUnauthorized || failed.Status == http.StatusForbidden
	if failed.Reason == client.ReasonAPIError && !failed.Page && (isRefusal || failed.Service == client.IAM && failed.Code != "") {
		line("Credentials", f.data.credentials)
	}
	return strings.Join(lines, "\n")
}

// sentence returns text with a capital letter at its start and a full stop at its end.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}
