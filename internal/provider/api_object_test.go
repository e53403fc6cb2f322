package provider

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestRFC3339(t *testing.T) {
	t.Parallel()
	at := func(ms int64) *int64 { return &ms }
	text := func(text string) *string { return &text }
	tests := map[string]struct {
		ms   *int64
		want *string
	}{
		"none":                        {nil, nil},
		"the epoch":                   {at(0), text("1970-01-01T00:00:00.000Z")},
		"before the epoch":            {at(-1), text("1969-12-31T23:59:59.999Z")},
		"milliseconds":                {at(1566888011125), text("2019-08-27T06:40:11.125Z")},
		"full seconds":                {at(1566888011000), text("2019-08-27T06:40:11.000Z")},
		"the first of the year 1":     {at(-62135596800000), text("0001-01-01T00:00:00.000Z")},
		"the last of the year 0":      {at(-62135596800001), nil},
		"the last of the year 9999":   {at(253402300799999), text("9999-12-31T23:59:59.999Z")},
		"the first of the year 10000": {at(253402300800000), nil},
		"the minimum int64":           {at(math.MinInt64), nil},
		"the maximum int64":           {at(math.MaxInt64), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, rfc3339(tt.ms)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// parcel and content are objects with a secret on each level.
type parcel struct {
	number   *int64
	code     *string
	first    *content
	contents []content
}

type content struct{ name, key *string }

var contentObject = newObject(
	stringField("name", "Name.", func(c *content) *string { return c.name }),
	secret(stringField("key", "Key.", func(c *content) *string { return c.key })),
)

var parcelObject = newObject(
	secret(int64Field("number", "Number.", func(p *parcel) *int64 { return p.number })),
	stringField("code", "Code.", func(p *parcel) *string { return p.code }),
	objectField("first", "First.", contentObject, func(p *parcel) *content { return p.first }),
	listField("contents", "Contents.", contentObject, func(p *parcel) []content { return p.contents }),
	secret(listField("hidden", "Hidden.", contentObject, func(p *parcel) []content { return p.contents })),
)

func TestAPIObjectValues(t *testing.T) {
	t.Parallel()
	number, text := int64(7), "x"
	full := &parcel{&number, &text, &content{&text, &text}, []content{{&text, &text}, {}}}
	for name, tt := range map[string]struct {
		item    *parcel
		secrets secrets
		want    object
	}{
		"kept": {full, keepSecrets, object{
			"number": int64(7), "code": "x", "first": object{"name": "x", "key": "x"},
			"contents": list{object{"name": "x", "key": "x"}, object{"name": nil, "key": nil}},
			"hidden":   list{object{"name": "x", "key": "x"}, object{"name": nil, "key": nil}},
		}},
		"omitted": {full, omitSecrets, object{
			"number": nil, "code": "x", "first": object{"name": "x", "key": nil},
			"contents": list{object{"name": "x", "key": nil}, object{"name": nil, "key": nil}}, "hidden": nil,
		}},
		"empty": {&parcel{}, keepSecrets, object{"number": nil, "code": nil, "first": nil, "contents": list{}, "hidden": list{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(any(tt.want), plainValue(t, parcelObject.value(tt.item, tt.secrets))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestSensitiveFieldsAreOmitted holds for a field whose own function returns the secret.
func TestSensitiveFieldsAreOmitted(t *testing.T) {
	t.Parallel()
	careless := stringField("key", "Key.", func(c *content) *string { return c.key })
	careless.sensitive = true
	key := "x"
	if got := newObject(careless).values(&content{key: &key}, omitSecrets)["key"]; !got.IsNull() {
		t.Errorf("the secret is %s", got)
	}
}

// TestAPIObjectSchemas declares an object for both kinds of schemas: with the type of its values,
// and sensitive if the field is.
func TestAPIObjectSchemas(t *testing.T) {
	t.Parallel()
	want := tftypes.Type(parcelObject.typ)
	dataSource := datasourceschema.Schema{Attributes: dataSourceAttributes(parcelObject.attributes)}
	if got := dataSource.Type().TerraformType(t.Context()); !got.Equal(want) {
		t.Errorf("the data source has the type %s, its values %s", got, want)
	}
	ephemeral := ephemeralschema.Schema{Attributes: ephemeralAttributes(parcelObject.attributes)}
	if got := ephemeral.Type().TerraformType(t.Context()); !got.Equal(want) {
		t.Errorf("the ephemeral resource has the type %s, its values %s", got, want)
	}
	for name, sensitive := range map[string]bool{"number": true, "code": false, "first": false, "contents": false, "hidden": true} {
		if dataSource.Attributes[name].IsSensitive() != sensitive || ephemeral.Attributes[name].IsSensitive() != sensitive {
			t.Errorf("%s: sensitive is not %v in both schemas", name, sensitive)
		}
	}
}

func TestAPIObjectNamesItsMistakes(t *testing.T) {
	t.Parallel()
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, `"name"`) {
			t.Errorf("two fields of one name: %s", got)
		}
	}()
	newObject(
		stringField("name", "Name.", func(c *content) *string { return c.name }),
		stringField("name", "Name.", func(c *content) *string { return c.key }),
	)
}
