package provider

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// providerData is what the provider's Configure hands to data sources and ephemeral resources.
type providerData struct {
	client *client.Client
	// credentials describes the credentials in use and the origin of each part, never their values,
	// such as "access_key from HW_ACCESS_KEY, secret_key from the provider block".
	credentials string
	// noCredentials reports whether nothing names credentials, so that only the metadata service of
	// an ECS may have some.
	noCredentials bool
	// unreadSecurityToken reports whether HW_SECURITY_TOKEN is set but was not read, because the
	// access key is an argument.
	unreadSecurityToken bool
	// unused describes other credentials than the token in use that are set, too, "" for none.
	unused string
	// used are the settings in use, in the order in which a request's purpose names them.
	used []setting
	// emptyBlock reports whether the provider block has no arguments at all.
	emptyBlock bool
	// addresses are the origins of the services' addresses, by service, such as "OS_AUTH_URL" or
	// "endpoints.dli". An address that is made of region and cloud has none.
	addresses map[string]string
	// idTokenAdvice says what to do if the source of the ID token provides none, "" if the provider
	// signs in with something else.
	idTokenAdvice string
	// unknown are the arguments whose values come from something not yet applied; there is no
	// client then.
	unknown []string
}

// setting returns a setting in use by its name, a zero value if it is not set.
func (c *providerData) setting(name string) setting {
	for _, s := range c.used {
		if s.name == name {
			return s
		}
	}
	return setting{}
}

// withoutValues replaces the quoted values of settings in a text by where they come from.
func (c *providerData) withoutValues(text string) string {
	for _, s := range c.used {
		text = strings.Replace(text, strconv.Quote(s.value), "from "+s.place(), 1)
	}
	return text
}

// unusable returns an error if nothing can be read yet.
func (c *providerData) unusable() diag.Diagnostics {
	if c == nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Provider is not configured",
			"Something was read before the provider was configured. This is a bug in Terraform or in the provider; please report it.")}
	}
	if len(c.unknown) == 0 {
		return nil
	}
	verb := "comes"
	if len(c.unknown) > 1 {
		verb = "come"
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("Provider configuration is not known yet", fmt.Sprintf(
		"The provider's %s %s from something that has not been applied, so nothing can be looked up in this plan. "+
			"Use values that are known when the plan is made, or apply what they come from first, with terraform apply -target.",
		strings.Join(c.unknown, ", "), verb))}
}
