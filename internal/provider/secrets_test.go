package provider

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

const allEnhancedConnections = "data \"hwcloud_dli_enhanced_connections\" \"all\" {}\n"

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
	for name, text := range texts {
		flat := strings.NewReplacer("\n", "", "\u2502", "", " ", "").Replace(text) // Terraform breaks long lines.
		for _, secret := range slices.Compact(secrets) {
			beginning := secret[:min(len(secret), max(len(secret)/2, 14), 40)]
			if secret != "" && (strings.Contains(text, beginning) || strings.Contains(flat, beginning)) {
				t.Errorf("%s… is in %s", beginning, name)
			}
		}
	}
}

// mostTrace has all logs be written, the provider's too.
var mostTrace = []string{"TF_LOG=TRACE", "TF_LOG_PATH=trace.log"}

// echo responds with all that is in the request: with an API error, or with a page.
func echo(status int, contentType string) simulator.Action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		text := strings.Join([]string{
			"repeated", r.Header.Get("Authorization"), r.Header.Get("X-Auth-Token"), r.Header.Get("X-Security-Token"), string(body[:n]),
		}, " ")
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Request-ID", r.Header.Get("Authorization")+r.Header.Get("X-Auth-Token"))
		w.WriteHeader(status)
		if contentType == "application/json" {
			text = `{"error_code":"APIGW.0301","error_msg":` + strconv.Quote(text) + `}`
		}
		_, _ = fmt.Fprint(w, text) //nolint:gosec // To repeat what came is what it is for.
	}
}

// TestSignInThroughTerraform signs in in seven ways with the provider's binary, in one configuration:
// every read succeeds, a second plan is empty, and no secret is in the state, the plan, a log or an
// error, even if servers repeat what they were sent. The one secret in the state is the password that
// a data source returns.
func TestSignInThroughTerraform(t *testing.T) {
	t.Parallel()
	const nacos, hidden, asJSON = "simulated-nacos-password", "secret-in-a-response", "application/json"
	c, ways := newSignInCloud(t), signIns(t)
	names := []string{"keys", "user", "unscoped", "sso_profile", "metadata", "chain", "github"}
	data := object{}
	providers := list{}
	for _, name := range names {
		data[name] = object{"provider": "hwcloud." + name}
		providers = append(providers, merge(object{"alias": name, "endpoints": c.endpoints()}, ways[name].arguments))
	}
	channel := object{"provider": "hwcloud.keys", "instance_id": simulator.FullInstanceID, "name": "full_nacos"}
	w := c.newWorkspace(t, buildProvider(t), "")
	blocks := encode(object{
		"provider": object{"hwcloud": providers},
		"data":     object{enhancedConnectionsSource: data, vpcChannelSource: object{"nacos": channel}},
	})
	w.write(t, "signins.tf.json", strings.ReplaceAll(string(blocks), ",", ",\n")) // Diagnostics show the line of a block.
	search := func(printed string) {
		t.Helper()
		texts := w.texts(t)
		texts["what Terraform printed"] = printed
		delete(texts, "signins.tf.json")
		delete(texts, "plan.bin") // It is compressed, and has the configuration.
		c.searchFor(t, nil, texts)
		delete(texts, "terraform.tfstate")
		c.searchFor(t, []string{nacos, hidden}, texts)
	}

	applied := w.mustRun(t, mostTrace, "apply", "-auto-approve", "-parallelism=30")
	planned := w.mustRun(t, mostTrace, "plan", "-detailed-exitcode", "-out=plan.bin")
	search(applied + planned)
	plan := decode[object](t, []byte(w.mustRun(t, nil, "show", "-json", "plan.bin")))
	delete(plan, "configuration") // It has literal secrets.
	c.searchFor(t, nil, map[string]string{"the plan in JSON": string(encode(plan))})
	if log := w.texts(t)["trace.log"]; !strings.Contains(log, "HTTP request") || !strings.Contains(log, "/datasource/enhanced-connections") {
		t.Error("the provider's log is not in trace.log")
	}

	var stage atomic.Int32
	fail := func(at int32, service, path string, action simulator.Action) {
		c.Inject(simulator.Fault{
			Service: service, Path: path, Action: action, Match: func(simulator.Request) bool { return stage.Load() == at },
		})
	}
	fail(1, "dli", "", echo(http.StatusUnauthorized, asJSON))
	fail(2, "dli", "", echo(http.StatusOK, "text/html"))
	fail(3, "iam", "/securitytokens", echo(http.StatusForbidden, asJSON))
	fail(3, "iam", "/projects", echo(http.StatusBadRequest, asJSON))
	fail(4, "iam", "", echo(http.StatusUnauthorized, asJSON))
	fail(4, "github", "", echo(http.StatusForbidden, "text/plain"))
	fail(5, "iam", "/securitytokens", simulator.Respond(http.StatusCreated, nil, `{"credential":{"access":"a","secret":["`+hidden+`"]}}`))
	fail(5, "iam", "", simulator.Respond(http.StatusCreated, nil, `{"token":{"expires_at":7,"secret":"`+hidden+`"}}`))
	fail(5, "metadata", "securitykey", simulator.Respond(http.StatusOK, nil, `{"credential":{"secret":7,"securitytoken":"`+hidden+`"}}`))
	for range 5 {
		stage.Add(1)
		printed, code := w.terraform(t, mostTrace, "plan", "-parallelism=30")
		if n := strings.Count(printed, "Error: Unable to "); code != 1 || n < 6 {
			t.Errorf("the plan with fault %d ended with %d and %d errors:\n%s", stage.Load(), code, n, printed)
		}
		search(printed)
	}
}
