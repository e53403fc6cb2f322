package provider

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// TestRFC3339 formats times in UTC, whatever the time zone.
func TestRFC3339(t *testing.T) {
	t.Parallel()
	for ms, want := range map[int64]string{
		0:               "", // A time that does not exist yet.
		-1:              "1969-12-31T23:59:59.999Z",
		1:               "1970-01-01T00:00:00.001Z",
		1566888011000:   "2019-08-27T06:40:11.000Z",
		-62135596800000: "0001-01-01T00:00:00.000Z",
		-62135596800001: "",
		253402300799999: "9999-12-31T23:59:59.999Z",
		253402300800000: "",
		math.MinInt64:   "",
		math.MaxInt64:   "",
	} {
		got := ""
		if text := rfc3339(&ms); text != nil {
			got = *text
		}
		if got != want {
			t.Errorf("%d is %q, want %q", ms, got, want)
		}
	}
	if got := rfc3339(nil); got != nil {
		t.Errorf("no time is %q", *got)
	}
}

// TestSecretFields omits secrets on every level.
func TestSecretFields(t *testing.T) {
	t.Parallel()
	type content struct{ name, key *string }
	type parcel struct {
		content
		first    *content
		contents []content
	}
	describe := func(f *fields, c *content) {
		f.text("name", "Name.", c.name)
		f.secret("key", "Key.", c.key)
	}
	contents := newObject(describe)
	parcels := newObject(func(f *fields, p *parcel) {
		describe(f, &p.content)
		objectField(f, "first", "First.", contents, p.first)
		listField(f, "contents", "Contents.", contents, p.contents)
	})
	if !parcels.attributes["key"].IsSensitive() || parcels.attributes["name"].IsSensitive() {
		t.Error("a secret is not sensitive, or another attribute is")
	}
	name, key := "x", "y"
	item := parcel{content{&name, &key}, &content{&name, &key}, []content{{&name, &key}}}
	for secrets, key := range map[secrets]any{keepSecrets: "y", omitSecrets: nil} {
		one := object{"name": "x", "key": key}
		want := merge(one, object{"first": one, "contents": list{one}})
		if diff := cmp.Diff(any(want), plainValue(t, tftypes.NewValue(parcels.typ, parcels.values(&item, secrets)))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestStates reads responses, and compares the states with those that testdata/states has for them.
func TestStates(t *testing.T) {
	t.Parallel()
	for source, constructor := range dataSources {
		filled := map[string]bool{}
		for name, tt := range decode[map[string]struct {
			Arguments object         `json:"arguments"`
			Response  jsontext.Value `json:"response"`
			// Example is the file in testdata/examples with the response, if that is not set.
			Example string `json:"example"`
			State   object `json:"state"`
		}](t, readTestdata(t, "states", source+".json")) {
			if tt.Example != "" {
				tt.Response = readTestdata(t, "examples", tt.Example)
			}
			markFilled("", tt.State, filled)
			t.Run(source+"."+name, func(t *testing.T) {
				t.Parallel()
				c := newCloud(t)
				c.environment["HW_PROJECT_ID"] = simulator.ProjectID
				c.respond("", simulator.Respond(http.StatusOK, nil, string(tt.Response)))
				c.configure(t, nil).expect(t, source, tt.Arguments, tt.State)
			})
		}
		if source == vpcChannelsSource {
			continue // Its channels are the objects of the other data source.
		}
		for path, attribute := range collectAttributes(t, schemaOf(t, constructor)) {
			if attribute.IsComputed() && !attribute.IsOptional() && !filled[path] {
				t.Errorf("no response has %s of %s", path, source)
			}
		}
	}
}

// markFilled marks the paths of everything in a state that is neither null nor empty.
func markFilled(path string, value any, filled map[string]bool) {
	switch value := value.(type) {
	case object:
		for name, attribute := range value {
			markFilled(strings.TrimPrefix(path+"."+name, "."), attribute, filled)
		}
	case list:
		for _, element := range value {
			markFilled(path, element, filled)
		}
	}
	filled[path] = filled[path] || value != nil
}

// TestThroughTerraform reads every data source through Terraform, whose second plan is empty, and
// compares the states with those of the protocol.
func TestThroughTerraform(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	s := c.configure(t, nil)
	var config strings.Builder
	var checks []statecheck.StateCheck
	config.WriteString(c.block())
	for _, source := range slices.Sorted(maps.Keys(dataSources)) {
		facts := factsOf(t, source)
		for i, set := range []object{facts.Reads[0].Arguments, facts.InRegion} {
			set = merge(set, object{"timeouts": object{"read": "1m"}})
			address := fmt.Sprintf("%s.read%d", source, i)
			checks = append(checks, exactState{"data." + address, s.mustRead(t, source, set)})
			config.WriteString(dataBlock(address, set))
		}
	}
	c.run(t, config.String(), checks...)
}

// exactState compares all attributes of an object in the state.
type exactState struct {
	address string
	want    object
}

// CheckState compares the state with what is wanted, null by null. Both are compared as JSON, which
// has the keys of an object in order.
func (w exactState) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	for _, r := range req.State.Values.RootModule.Resources {
		if r.Address != w.address {
			continue
		}
		want, errWant := stdjson.MarshalIndent(w.want, "", " ")
		got, errGot := stdjson.MarshalIndent(r.AttributeValues, "", " ")
		if diff := cmp.Diff(string(want), string(got)); diff != "" || errWant != nil || errGot != nil {
			resp.Error = fmt.Errorf("%s (-want +got)\n%s", w.address, diff)
		}
		return
	}
	resp.Error = fmt.Errorf("%s is not in the state", w.address)
}
