package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
)

// spoiledValues are forms of a value "x" that no argument means, with what an error says of each.
var spoiledValues = map[string]string{
	"hidden\n": "a line break", "hidden\r": "a carriage return", "hid\x1bden": "another control character",
	" hidden": "white space", "hidden\u00a0": "white space", "\ufeffhidden": "white space",
	`"hidden"`: "quotation marks", "'hidden'": "quotation marks", "“hidden”": "quotation marks", "hidden\"": "quotation marks",
	"$hidden": "placeholder", "${hidden}": "placeholder", "/$hidden": "placeholder", "x${hidden}": "placeholder", "$(hidden)": "placeholder",
	"$env:hidden": "placeholder", "%hidden%": "placeholder", "x/%hidden%/y": "placeholder", "{{ hidden }}": "placeholder",
	"${{ secrets.hidden }}": "placeholder", "var.hidden": "placeholder", "<hidden>": "placeholder",
}

// TestSpoiledArguments finds spoiled values in every argument when the configuration is validated.
func TestSpoiledArguments(t *testing.T) {
	t.Parallel()
	var declared provider.SchemaResponse
	new(hwcloudProvider).Schema(t.Context(), provider.SchemaRequest{}, &declared)
	arguments := map[string]func(value any) object{
		"endpoints.dli": func(value any) object { return object{"endpoints": object{"dli": value}} },
	}
	for name, attribute := range declared.Schema.Attributes {
		if _, ok := attribute.(schema.StringAttribute); ok {
			arguments[name] = func(value any) object { return object{name: value} }
		}
	}
	for name := range agencyArguments("") {
		if name != "duration" {
			arguments["assume_role[0]."+name] = func(value any) object { return object{"assume_role": list{object{name: value}}} }
		}
	}
	for name := range oidcArguments() {
		if name != "duration" {
			arguments["assume_role_with_oidc."+name] = func(value any) object { return object{"assume_role_with_oidc": object{name: value}} }
		}
	}
	if len(arguments) < 28 {
		t.Fatalf("%d arguments", len(arguments))
	}
	for name, with := range arguments {
		for value, problem := range spoiledValues {
			errors := validated(t, with(value))
			if name == "password" && !strings.Contains(problem, "control") && problem != "a line break" && problem != "a carriage return" {
				if errors != nil {
					t.Errorf("password %q may be meant so: %q", value, errors)
				}
				continue
			}
			wantError(t, errors, name+" ", problem)
		}
	}
}

// TestMending tells paths from other values, and arguments from variables.
func TestMending(t *testing.T) {
	t.Parallel()
	wantError(t, validated(t, object{"region": "hidden\n"}), `trimspace(file("…"))`)
	for _, value := range []string{"$hidden", "HW_REGION_NAME"} {
		wantError(t, validated(t, object{"region": value}), "region: region ", "leave region out, so that the provider reads HW_REGION_NAME")
	}
	wantError(t, validated(t, object{"cert": "-----BEGIN\nhidden"}), "must be the path of a file, not its content. ",
		"Set it to the path of a PEM file of a client certificate, without file().")
	wantError(t, validated(t, object{"cert": "/hidden\n"}), "a line break", "Set it to the path of a PEM file of a client certificate, ")
	wantError(t, buildWith(t, nil, object{"HW_CLOUD": "$hidden"}).errors, "HW_CLOUD has a placeholder", "Set it to the value itself.")
	wantError(t, buildWith(t, nil, object{"HW_CACERT": "/hidden.pem\r"}).errors, "HW_CACERT contains a carriage return", "Remove it.")
}

// TestGoodValues are not taken for spoiled ones.
func TestGoodValues(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"a$", "a$b", "corp$name", "100%", "50%-60%", "a{b}", "var.", "x<y>", "it's", "HW_OTHER", "a b", "eyJ.e30.", "MIIF+/ab==", `C:\x`,
	} {
		if errors := validated(t, object{"user_name": value, "domain_name": value, "cert": value, "key": value}); errors != nil {
			t.Errorf("%q: %q", value, errors)
		}
	}
}

// TestProxies refuses the URLs of proxies that Go ignores, or reads otherwise than they are meant.
func TestProxies(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		for _, address := range []string{
			"http://user:hidden%et@10.0.0.1:3128", "http://user:hidden#x@10.0.0.1:3128", "http://user:12#hidden@10.0.0.1:3128", "http://:3128",
			"http://user:12/hidden@10.0.0.1:3128", "http://user:12?hidden@10.0.0.1:3128", "user:hidden%et@10.0.0.1:3128", "http://",
			"http://hidden[@10.0.0.1", "http://10.0.0.1:hidden", "http://10.0.0.1:99999", "ftp://hidden.example:21", "/hidden",
			"http://10.0.0.1:3128 ", `"http://10.0.0.1:3128"`, "http://$PROXY:3128",
		} {
			wantError(t, buildWith(t, nil, object{variable: address}).errors, variable+" must be the URL of a proxy", "write %25 for %")
		}
		for _, address := range []string{
			"", "http://10.0.0.1:3128", "https://user:S3cr%25etPw@proxy.example:3128/", "proxy.example:3128", "proxy.example", "10.0.0.1",
			"user:pw@proxy.example:3128", "http://user:p@ss@proxy.example", "http://user:$name'@proxy.example", "socks5://[::1]:1080",
		} {
			if errors := buildWith(t, nil, object{variable: address}).errors; errors != nil {
				t.Errorf("%s=%s: %q", variable, address, errors)
			}
		}
	}
}
