package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
)

// TestConfigure takes provider data, none while a configuration is validated, and nothing else.
func TestConfigure(t *testing.T) {
	t.Parallel()
	data := new(providerData)
	for name, tt := range map[string]struct {
		provided any
		want     *providerData
		fails    bool
	}{
		"provider data": {data, data, false},
		"none":          {nil, nil, false},
		"other data":    {"x", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				source           dataSourceBase
				resource         ephemeralBase
				sourceResponse   datasource.ConfigureResponse
				resourceResponse ephemeral.ConfigureResponse
			)
			source.Configure(t.Context(), datasource.ConfigureRequest{ProviderData: tt.provided}, &sourceResponse)
			resource.Configure(t.Context(), ephemeral.ConfigureRequest{ProviderData: tt.provided}, &resourceResponse)
			if source.data != tt.want || resource.data != tt.want {
				t.Errorf("the provider data is %v and %v", source.data, resource.data)
			}
			if sourceResponse.Diagnostics.HasError() != tt.fails || resourceResponse.Diagnostics.HasError() != tt.fails {
				t.Errorf("the diagnostics are %v and %v", sourceResponse.Diagnostics, resourceResponse.Diagnostics)
			}
		})
	}
}

// TestReadBeforeConfigure reports a read without provider data instead of panicking.
func TestReadBeforeConfigure(t *testing.T) {
	t.Parallel()
	for name, constructor := range dataSources {
		declared := schemaOf(t, constructor)
		config := configOf(t, declared, nil)
		resp := datasource.ReadResponse{}
		resp.State.Schema, resp.State.Raw = declared, config.Raw
		constructor().Read(t.Context(), datasource.ReadRequest{Config: config}, &resp)
		if errors := resp.Diagnostics.Errors(); len(errors) != 1 || !strings.Contains(errors[0].Summary(), "not configured") {
			t.Errorf("%s: %v", name, errors)
		}
	}
}

// TestNamesThatClash declares an attribute twice.
func TestNamesThatClash(t *testing.T) {
	t.Parallel()
	own := func(name string) map[string]schema.Attribute {
		return map[string]schema.Attribute{name: schema.StringAttribute{Optional: true}}
	}
	for name, declare := range map[string]func(){
		"region":       func() { dataSourceSchema("", []attribute{optionalString("region", "")}, nil) },
		"project_id":   func() { dataSourceSchema("", nil, own("project_id")) },
		"timeouts":     func() { dataSourceSchema("", nil, own("timeouts")) },
		"tags":         func() { dataSourceSchema("", []attribute{optionalString("tags", "")}, own("tags")) },
		"instance_id":  func() { dataSourceSchema("", append(gatewayAttributes(), gatewayAttributes()...), nil) },
		"vpc_channels": func() { ephemeralSchema("", append(vpcChannelsObject.attributes, vpcChannelsObject.attributes...)) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, fmt.Sprintf("%q is declared twice", name)) {
					t.Errorf("%s: the panic is %s", name, got)
				}
			}()
			declare()
		}()
	}
}
