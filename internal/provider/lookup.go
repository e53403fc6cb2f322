package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
)

// defaultReadTimeout ends a lookup that sets no timeout of its own.
const defaultReadTimeout = 5 * time.Minute

// lookup is what every data source embeds: what the provider's configuration
// made, and the way to read with it.
type lookup struct {
	configured *configured
}

// lookupModel holds the arguments that every data source takes.
type lookupModel struct {
	Region    types.String   `tfsdk:"region"`
	ProjectID types.String   `tfsdk:"project_id"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

// withLookupArguments adds the arguments that every data source takes.
func withLookupArguments(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["region"] = schema.StringAttribute{
		MarkdownDescription: "Region to look in, such as `cn-north-4`: its endpoint and its project are used. " +
			"The provider's own by default. Set to the region that was used.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{isHostNamePart()},
	}
	attributes["project_id"] = schema.StringAttribute{
		MarkdownDescription: "ID of the project to look in. By default, in the provider's own region, the project that the provider names " +
			"by `project_id` or `project_name`, else the one that is named like the region. Set to the project that was used.",
		Optional:   true,
		Computed:   true,
		Validators: []validator.String{isPathSegment()},
	}
	attributes["timeouts"] = timeoutsAttribute()
	return attributes
}

// timeoutsAttribute takes the place of the timeouts module's own, which accepts
// durations of zero and less.
func timeoutsAttribute() schema.Attribute {
	read := schema.StringAttribute{
		MarkdownDescription: "How long the lookup may take in all, retries included, as a duration of more than zero: " +
			"a number with a unit, `s`, `m` or `h`, such as `30s` or `2m30s`. `5m` by default.",
		Optional:   true,
		Validators: []validator.String{isTimeout()},
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How long the lookup may take.",
		CustomType: timeouts.Type{ObjectType: types.ObjectType{
			AttrTypes: attributeTypes{"read": read.GetType()},
		}},
		Attributes: map[string]schema.Attribute{"read": read},
		Optional:   true,
	}
}

// Configure takes over what the provider's Configure made.
func (l *lookup) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if req.ProviderData == nil {
		return // Terraform validates a configuration before it configures the provider.
	}
	made, ok := req.ProviderData.(*configured)
	if !ok {
		resp.Diagnostics.AddError("Unexpected provider data",
			fmt.Sprintf("Expected %T, got %T. This is a bug in the provider; please report it.", made, req.ProviderData))
		return
	}
	l.configured = made
}

// read runs get within the lookup's timeout, in the region and project that
// model asks for; afterwards model tells which those were. It reports whether
// that went well; where it did not, diags says why, in the words of what.
func (l *lookup) read(ctx context.Context, model *lookupModel, what subject, diags *diag.Diagnostics,
	get func(context.Context, *client.Client, client.Scope) error,
) bool {
	timeout, d := model.Timeouts.Read(ctx, defaultReadTimeout)
	diags.Append(d...)
	if timeout <= 0 {
		diags.AddAttributeError(path.Root("timeouts").AtName("read"), "Invalid timeout",
			fmt.Sprintf("A read timeout is more than zero; got %s.", timeout))
	}
	diags.Append(l.configured.unusable()...)
	if diags.HasError() {
		return false
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	scope, err := l.configured.client.Resolve(ctx, what.service, client.Scope{
		Region:    model.Region.ValueString(),
		ProjectID: model.ProjectID.ValueString(),
	})
	if err == nil {
		model.Region, model.ProjectID = types.StringValue(scope.Region), types.StringValue(scope.ProjectID)
		err = get(ctx, l.configured.client, scope)
	}
	if err != nil {
		diags.Append(what.failure(ctx, scope, timeout, err))
		return false
	}
	return true
}

// answeredBy reports whether an error is the answer of the API that serves
// collection, a part of the URL's path: not of the gateway in front of it, which
// says that there is no such API there, and not of IAM.
func answeredBy(collection string, err *client.Error) bool {
	return err.Code != "" && !strings.HasPrefix(err.Code, "APIGW.") && strings.Contains(err.URL, collection)
}
