package provider

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

var signatureOf = regexp.MustCompile(`Signature=([0-9a-f]{64})`)

// searchFor looks for each secret of the cloud, each signature that it got and others in all texts.
// The beginning of one is a find too.
func (c *cloud) searchFor(t *testing.T, others []string, texts map[string]string) {
	t.Helper()
	secrets := slices.Concat(c.Secrets(), others)
	for _, r := range c.Requests() {
		for _, name := range []string{"X-Auth-Token", "X-Security-Token", "X-Metadata-Token"} {
			secrets = append(secrets, r.Header.Get(name))
		}
		if found := signatureOf.FindStringSubmatch(r.Header.Get("Authorization")); found != nil {
			secrets = append(secrets, found[1])
		}
	}
	slices.Sort(secrets)
	for _, secret := range slices.Compact(secrets) {
		if secret == "" {
			continue
		}
		beginning := secret[:min(len(secret), max(len(secret)/2, 14), 40)]
		for name, text := range texts {
			// Terraform breaks long lines.
			if flat := strings.NewReplacer("\n", "", "\u2502", "", " ", "").Replace(text); strings.Contains(text, beginning) || strings.Contains(flat, beginning) {
				t.Errorf("%s… is in %s", beginning, name)
			}
		}
	}
}

// mostTrace has all logs be written, the provider's too.
var mostTrace = []string{"TF_LOG=TRACE", "TF_LOG_PATH=trace.log"}

// TestNoSecretIsLogged plans and applies in each way of signing in with all logging on, and
// searches all that comes of it for every secret used.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	file, binary := profiles(t), buildProvider(t)
	for name := range waysToSignInTo(t, newCloud(t), file) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, name)
			config := c.block(hcl(way.arguments)) + allEnhancedConnections
			nacos := ""
			if name == "keys" {
				// The password that a data source returns is in the state, and nowhere else.
				nacos = "simulated-nacos-password"
				config += "data \"hwcloud_apig_vpc_channel\" \"nacos\" {\n" + byChannelName(simulator.FullInstanceID, "full_nacos") + "}\n"
			}
			w := c.newWorkspace(t, binary, config)
			applied := w.mustRun(t, mostTrace, "apply", "-auto-approve")
			w.mustRun(t, nil, "plan", "-out=plan.bin")
			planned, code := w.terraform(t, mostTrace, "plan", "-detailed-exitcode")
			if code != 0 {
				t.Errorf("the second plan ended with %d, want 0 for no changes", code)
			}
			texts := w.texts(t)
			texts["what apply printed"], texts["what plan printed"] = applied, planned
			delete(texts, "plan.bin") // It is compressed, and has the configuration.
			texts["plan in JSON"] = planWithoutConfiguration(t, w.mustRun(t, nil, "show", "-json", "plan.bin"))
			if log := texts["trace.log"]; !strings.Contains(log, "HTTP request") || !strings.Contains(log, "/datasource/enhanced-connections") {
				t.Error("the provider's log is not in trace.log")
			}
			for _, name := range []string{"terraform.tfstate", "plan in JSON"} {
				if !strings.Contains(texts[name], way.project) {
					t.Errorf("the data source is not in %s", name)
				}
			}
			c.searchFor(t, nil, texts)
			if nacos != "" {
				delete(texts, "terraform.tfstate")
				delete(texts, "terraform.tfstate.backup")
				delete(texts, "plan in JSON")
				c.searchFor(t, []string{nacos}, texts)
			}
		})
	}
}

// planWithoutConfiguration is a plan in JSON without the configuration, which has literal secrets.
func planWithoutConfiguration(t *testing.T, plan string) string {
	t.Helper()
	decoded := decode[object](t, []byte(plan))
	delete(decoded, "configuration")
	return string(encode(decoded))
}

// echo responds with an error that repeats everything in the request.
func echo(status int) simulator.Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		message := strings.Join([]string{
			"refused", r.Header.Get("Authorization"), r.Header.Get("X-Auth-Token"), r.Header.Get("X-Security-Token"), string(body[:n]), "thus",
		}, " ")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-ID", r.Header.Get("Authorization")+r.Header.Get("X-Auth-Token"))
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error_code":"APIGW.0301","error_msg":%s}`, strconv.Quote(message)) //nolint:gosec // To repeat what came is what it is for.
	}
}

// echoText is echo as a page that is no JSON.
func echoText(status int) simulator.Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<html>%s %s %s</html>", r.Header.Get("X-Auth-Token"), r.Header.Get("X-Security-Token"), r.Header.Get("Authorization")) //nolint:gosec // As above.
	}
}

// TestNoSecretIsInAnError has servers repeat what they were sent.
func TestNoSecretIsInAnError(t *testing.T) {
	t.Parallel()
	file, binary := profiles(t), buildProvider(t)
	for name, test := range map[string]struct {
		way       string
		fault     simulator.Fault
		arguments object
		want      string
	}{
		"signature":           {"keys", simulator.Fault{Service: "dli", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"signature, 400":      {"keys", simulator.Fault{Service: "dli", Action: echo(http.StatusBadRequest)}, nil, "refused"},
		"security token":      {"temporary keys", simulator.Fault{Service: "dli", Action: echo(http.StatusForbidden)}, nil, "refused"},
		"SSO profile":         {"SSO profile", simulator.Fault{Service: "iam", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"token":               {"token", simulator.Fault{Service: "dli", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"issued token":        {"user", simulator.Fault{Service: "dli", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"password":            {"user", simulator.Fault{Service: "iam", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"wrong password":      {"user", simulator.Fault{Service: "iam", Action: echo(http.StatusUnauthorized)}, object{"password": "another \"password\"\\"}, "refused"},
		"agency":              {"agency for a user", simulator.Fault{Service: "iam", Path: "/securitytokens", Action: echo(http.StatusForbidden)}, nil, "refused"},
		"agency's keys":       {"agency", simulator.Fault{Service: "dli", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"ECS":                 {"ECS", simulator.Fault{Service: "dli", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"page with token":     {"token", simulator.Fault{Service: "dli", Action: echoText(http.StatusForbidden)}, nil, "Status: 403"},
		"page, issued token":  {"user", simulator.Fault{Service: "dli", Action: echoText(http.StatusOK)}, nil, "text/html"},
		"page with signature": {"ECS", simulator.Fault{Service: "dli", Action: echoText(http.StatusOK)}, nil, "text/html"},
		"broken token": {"user", simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil,
			`{"token":{"expires_at":7,"secret":"simulated-Passw0rd"}}`)}, nil, "Signing in"},
		"broken keys": {"agency", simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusCreated, nil,
			`{"credential":{"access":"a","secret":["secret-in-a-response"],"securitytoken":"secret-in-a-response"}}`)}, nil, "ssuming agency"},
		"keys on a page": {"agency", simulator.Fault{Service: "iam", Action: simulator.Respond(http.StatusOK, map[string]string{"Content-Type": "text/plain"},
			`secret-in-a-response`)}, nil, "ssuming agency"},
		"ID token":               {"ID token", simulator.Fault{Service: "iam", Path: "/id-token/", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"ID token file":          {"ID token file", simulator.Fault{Service: "iam", Path: "/id-token/", Action: echo(http.StatusForbidden)}, nil, "refused"},
		"federated token":        {"ID token", simulator.Fault{Service: "iam", Path: "/securitytokens", Action: echo(http.StatusForbidden)}, nil, "refused"},
		"GitHub's request token": {"GitHub Actions", simulator.Fault{Service: "github", Action: echo(http.StatusForbidden)}, nil, "id-token: write"},
		"GitHub's ID token":      {"GitHub Actions", simulator.Fault{Service: "iam", Path: "/id-token/", Action: echo(http.StatusUnauthorized)}, nil, "refused"},
		"unscoped token":         {"unscoped token", simulator.Fault{Service: "iam", Method: http.MethodPost, Action: echo(http.StatusForbidden)}, nil, "refused"},
		"keys of ECS": {"ECS", simulator.Fault{Service: "metadata", Path: "securitykey", Action: simulator.Respond(http.StatusOK, nil,
			`{"credential":{"access":"a","secret":7,"securitytoken":"secret-in-a-response"}}`)}, nil, "No credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, way := newCloudFor(t, file, test.way)
			c.Inject(test.fault)
			arguments := merge(way.arguments, test.arguments)
			w := c.newWorkspace(t, binary, c.block(hcl(arguments))+allEnhancedConnections)
			printed, code := w.terraform(t, mostTrace, "plan")
			if flat := strings.Join(strings.Fields(strings.ReplaceAll(printed, "\u2502", "")), " "); code != 1 || !strings.Contains(flat, test.want) {
				t.Errorf("the plan ended with %d, and no %q in\n%s", code, test.want, printed)
			}
			texts := w.texts(t)
			texts["what plan printed"] = printed
			c.searchFor(t, []string{"secret-in-a-response", `another "password"\`, `another \"password\"\\`}, texts)
			if t.Failed() {
				t.Log(printed)
			}
		})
	}
}
