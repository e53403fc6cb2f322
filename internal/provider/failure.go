package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// subject is what a lookup asks for, in the words of its errors.
type subject struct {
	// service that is asked, as endpoints name it.
	service string
	// summary of the error, such as "Unable to read VPC channel".
	summary string
	// asked names what was looked for, such as `VPC channel "x" of gateway "y"`.
	asked string
	// permission names the read-only action that the account needs.
	permission string
	// argument tells which argument of the data source an error of the API is
	// about, "" for none.
	argument func(*client.Error) string
}

// failure is the diagnostic of a lookup that failed: what was asked for and
// where, what the API said, and what to do.
func (s subject) failure(ctx context.Context, in client.Scope, timeout time.Duration, err error) diag.Diagnostic {
	argument, advice := s.advice(ctx, timeout, err)
	detail := fmt.Sprintf("Asked for: %s", s.asked)
	if in.Region != "" {
		detail += ", in region " + in.Region
	}
	if in.ProjectID != "" {
		detail += ", project " + in.ProjectID
	}
	detail += ".\n\n" + said(err)
	if advice != "" {
		detail += "\n\n" + advice
	}
	if argument == "" {
		return diag.NewErrorDiagnostic(s.summary, detail)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(argument), s.summary, detail)
}

// said tells what went wrong: for a request its method and URL, status, code,
// message and request ID.
func said(err error) string {
	if none, ok := errors.AsType[*client.NoCredentialsError](err); ok {
		return sentence(none.Error()) + "."
	}
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return sentence(err.Error())
	}
	var b strings.Builder
	if context := strings.TrimSuffix(err.Error(), e.Error()); context != "" {
		b.WriteString(sentence(strings.TrimSuffix(context, ": ")) + " failed.\n")
	}
	fmt.Fprintf(&b, "Request: %s %s", e.Method, e.URL)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	if e.Status != 0 {
		line("Status", strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	line("Code", e.Code)
	line("Message", e.Message)
	line("Request ID", e.RequestID)
	if e.Err != nil {
		line("Cause", e.Err.Error())
	}
	return b.String()
}

// sentence is text with a capital letter at its start.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// advice says which argument an error is about, "" for none, and what to do.
func (s subject) advice(ctx context.Context, timeout time.Duration, err error) (argument, advice string) {
	const longer = " Set timeouts = { read = \"…\" } to give it longer."
	_, late := errors.AsType[*client.LateError](err)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fmt.Sprintf("The lookup did not end within its read timeout of %s.", timeout) + longer
	case late:
		return "", fmt.Sprintf("The lookup would not end within its read timeout of %s.", timeout) + longer
	case ctx.Err() != nil:
		return "", "The lookup was canceled."
	case errors.Is(err, client.ErrListKeptChanging):
		return "", "Entries came or went during each of three readings, so no whole list could be read. Run Terraform again when fewer changes are made."
	}
	if wrong, ok := errors.AsType[*client.ArgumentError](err); ok {
		return wrong.Argument, ""
	}
	if notOne, ok := errors.AsType[*client.NotOneError](err); ok {
		if len(notOne.Found) > 1 {
			return notOne.Argument, fmt.Sprintf("Set %s to the ID of the one that is meant.", notOne.Instead)
		}
		return notOne.Argument, fmt.Sprintf("Check the name, or set %s to the ID of the one that is meant.", notOne.Instead)
	}
	if _, ok := errors.AsType[*client.NoCredentialsError](err); ok {
		return "", waysToSignIn
	}
	if request, ok := errors.AsType[*client.Error](err); ok {
		return s.adviceOn(request)
	}
	return "", ""
}

// waysToSignIn names every way to give credentials.
const waysToSignIn = "Give credentials in one of these ways: " +
	"an access key, by access_key and secret_key or HW_ACCESS_KEY and HW_SECRET_KEY " +
	"(with security_token or HW_SECURITY_TOKEN where they are temporary); " +
	"a token, by token or HW_AUTH_TOKEN; " +
	"a user, by user_name, password and domain_name or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; " +
	"a profile of KooCLI, by shared_config_file and profile or HW_SHARED_CONFIG_FILE and HW_PROFILE; " +
	"or an agency of the ECS that Terraform runs on."

func (s subject) adviceOn(e *client.Error) (argument, advice string) {
	argument = s.argument(e)
	service := s.service
	if isIAM(e.URL) {
		service = client.IAM
	}
	switch {
	case e.Status == 0:
		return argument, adviceOnNoAnswer
	case errors.Is(e, client.ErrSaysFailed):
		return argument, "The service itself refused the request. Check the arguments of the lookup, and give the request ID to its support where they are right."
	case e.Status < 400:
		return argument, fmt.Sprintf("That is no answer of this API. Check that region, cloud and endpoints lead to the service %s.", service)
	case e.Code == "APIGW.0101":
		return argument, fmt.Sprintf("There is no such API at this address. Check that region, cloud and endpoints lead to the service %s.", service)
	case e.Code == "APIGW.0303":
		return argument, "The clock of this machine is off by more than 15 minutes. Set it."
	case e.Code == "APIGW.0307":
		return argument, "The token has expired. Set a new one, or sign in with an access key, which does not expire, or with a password, whose token is renewed."
	case e.Status == http.StatusTooManyRequests || e.Code == "APIGW.0308":
		return argument, "The API is asked too often. Try again later, with a lower -parallelism of Terraform or a higher max_retries."
	case e.Status >= 500:
		return argument, "The service failed. Try again later; where it stays so, give the request ID to its support."
	}
	switch e.Status {
	case http.StatusBadRequest:
		advice = "Check the arguments of the lookup."
		if service == client.IAM {
			advice = "Check the provider's arguments for signing in and for the project."
		}
		if argument != "" {
			advice = "Check " + argument + "."
		}
	case http.StatusUnauthorized:
		advice = "The credentials were refused. Check the access key, its secret key and security token, or the token, and that they belong to this cloud; " +
			"keys of a KooCLI profile must not be encrypted."
		if strings.HasSuffix(e.URL, "/v3/auth/tokens") {
			advice = "The sign-in was refused. Check user_name, password and domain_name, and that the project exists."
		}
	case http.StatusForbidden:
		advice = fmt.Sprintf("The account may not do this. It needs %s in this project.", s.permission)
		switch {
		case strings.HasSuffix(e.URL, "/v3/auth/tokens"):
			advice = "The user may not sign in. Check that it is neither locked nor disabled, and that it may use the project."
		case service == client.IAM:
			advice = "The account may not do this at IAM. Set project_id where the project is known; for an agency, check that it trusts this account."
		}
	case http.StatusNotFound:
		switch {
		case argument != "":
			advice = fmt.Sprintf("Check %s: it does not exist, or not in this region and project.", argument)
		case strings.HasSuffix(e.URL, "/v3/auth/tokens"):
			advice = "Check project_name, or the region that the project is named like."
		case strings.HasSuffix(e.URL, "/securitytokens"):
			advice = "Check the agency_name, and the domain_name or domain_id of the account that it belongs to."
		default:
			advice = "It does not exist, or not in this region and project."
		}
	case http.StatusProxyAuthRequired:
		advice = "The proxy asks for credentials. Put them into the proxy's address in HTTPS_PROXY."
	case http.StatusMethodNotAllowed, http.StatusNotAcceptable:
		advice = fmt.Sprintf("Check that region, cloud and endpoints lead to the service %s.", service)
	case http.StatusRequestTimeout, http.StatusConflict:
		advice = "Try again."
	}
	return argument, advice
}

const adviceOnNoAnswer = "No whole answer came. Check that region, cloud and endpoints lead to the right address and that it can be reached from here, " +
	"by way of a proxy where there is one (HTTPS_PROXY); where the cloud has a certificate authority of its own, set cacert_file."

// isIAM reports whether a URL is one of the paths of IAM that sign in or look up.
func isIAM(url string) bool {
	return strings.HasSuffix(url, "/v3/projects") || strings.HasSuffix(url, "/v3/auth/tokens") || strings.HasSuffix(url, "/securitytokens")
}
