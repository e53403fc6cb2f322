package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// open opens an ephemeral resource, and returns its result in plain Go, nil for none.
func (s *session) open(t *testing.T, source string, set object) (object, diagnostics) {
	t.Helper()
	typ := s.schemas.EphemeralResourceSchemas[source].ValueType()
	config := dynamic(t, typ, set)
	validated, err := s.server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: source, Config: config,
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := diagnosticsOf(validated.Diagnostics); found.errors != nil {
		return nil, found
	}
	resp, err := s.server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: source, Config: config, ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{},
	})
	if err != nil {
		t.Fatal(err)
	}
	found := diagnosticsOf(resp.Diagnostics)
	if resp.Result == nil || found.errors != nil {
		return nil, found
	}
	value, err := resp.Result.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	result, _ := plainValue(t, value).(object)
	return result, found
}

// TestEphemeralVPCChannel reads the same as the data source, the password included, without a
// warning.
func TestEphemeralVPCChannel(t *testing.T) {
	t.Parallel()
	s := newCloud(t).configure(t, nil)
	set := object{"instance_name": simulator.FullInstanceName, "name": "full_nacos", "timeouts": object{"read": "1m"}}
	got, found := s.open(t, vpcChannelSource, set)
	if len(found.errors)+len(found.warnings) > 0 {
		t.Fatal(found)
	}
	if diff := cmp.Diff(s.mustRead(t, vpcChannelSource, set), merge(got, object{"omit_secrets": nil})); diff != "" {
		t.Errorf("(-data source +ephemeral resource)\n%s", diff)
	}
	if password := dig(t, got, "microservice_info", "nacos_info", "user_info", "password"); password != "simulated-nacos-password" {
		t.Errorf("the password is %v", password)
	}
}

// TestEphemeralVPCChannelFails with the errors of the data source.
func TestEphemeralVPCChannelFails(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for _, tt := range []struct {
		configured, set object
		contains        []string
	}{
		{nil, nil, []string{"of [instance_id,instance_name] is required", "of [vpc_channel_id,name] is required"}},
		{nil, object{"instance_id": simulator.FullInstanceID, "vpc_channel_id": "x"}, []string{`AttributeName("vpc_channel_id")`, "APIG.3023"}},
		{object{"secret_key": unknown{}}, object{"instance_id": "x", "name": "x"}, []string{"secret_key", "has not been applied"}},
	} {
		result, found := c.configure(t, tt.configured).open(t, vpcChannelSource, tt.set)
		for _, part := range tt.contains {
			if all := strings.Join(found.errors, "\n"); result != nil || !strings.Contains(all, part) {
				t.Errorf("%v: the result is %v, the errors lack %q: %s", tt.set, result, part, all)
			}
		}
	}
}

// hasEphemeralResources reports whether the Terraform or OpenTofu to test with knows them: from
// Terraform 1.10 and OpenTofu 1.11 on.
func (w *workspace) hasEphemeralResources(t *testing.T) bool {
	t.Helper()
	var program string
	var major, minor int
	if _, err := fmt.Sscanf(w.mustRun(t, nil, "version"), "%s v%d.%d", &program, &major, &minor); err != nil {
		t.Fatal(err)
	}
	return major > 1 || minor >= map[string]int{"Terraform": 10, "OpenTofu": 11}[program]
}

// TestSecretsLeaveNoTrace searches everything that a run leaves behind for passwords that are
// omitted, and for one that an ephemeral resource passes on to another provider's configuration.
func TestSecretsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.Update(func(d *simulator.Data) {
		// The password of this channel is a secret key, so that it can be used.
		instance := d.APIG.Instances[simulator.FullInstanceID]
		instance.Channels = append(instance.Channels, simulator.MustEntry(nacosChannel("keys", simulator.SecretKey)))
	})
	gateway := object{"instance_id": simulator.FullInstanceID, "omit_secrets": true}
	w := c.newWorkspace(t, buildProvider(t), c.block()+dataBlock(vpcChannelsSource+".all", gateway)+
		dataBlock(vpcChannelSource+".one", merge(gateway, object{"name": "full_nacos"})))
	inState := []string{"full_nacos"}
	if w.hasEphemeralResources(t) { // Other versions of the matrix do not know them.
		w.write(t, "ephemeral.tf", "ephemeral \"hwcloud_apig_vpc_channel\" \"one\" {\n"+
			byChannelName(simulator.FullInstanceID, "orders-keys")+"}\n"+
			c.block(`alias = "other"`, "access_key = \""+simulator.AccessKey+"\"",
				"secret_key = ephemeral.hwcloud_apig_vpc_channel.one.microservice_info.nacos_info.user_info.password")+
			"data \"hwcloud_vpcep_service_connections\" \"other\" {\n  provider = hwcloud.other\n"+
			"  service_id = \""+simulator.ServiceID+"\"\n}\n")
		inState = append(inState, "adb7b229-bb11-4072-bcc0-3327cd784263")
	}
	planned := w.mustRun(t, mostTrace, "plan", "-out=plan.bin")
	applied := w.mustRun(t, mostTrace, "apply", "plan.bin")
	texts := w.texts(t)
	texts["plan"], texts["apply"] = planned, applied
	texts["plan in JSON"], texts["state in JSON"] = w.mustRun(t, nil, "show", "-json", "plan.bin"), w.mustRun(t, nil, "show", "-json")
	for _, text := range inState {
		if !strings.Contains(texts["state in JSON"], text) {
			t.Errorf("%s is not in the state: %s", text, texts["state in JSON"])
		}
	}
	c.searchFor(t, []string{"simulated-nacos-password", simulator.SecretKey}, texts)
}
