package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// state reads a data source and returns its state in plain Go, nil for none,
// beside what was said about it.
func (s *session) state(t *testing.T, ctx context.Context, source string, arguments object) (any, diagnostics) { //nolint:revive // The context is not the test's own.
	t.Helper()
	typ := s.schemas.DataSourceSchemas[source].ValueType()
	resp, err := s.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: source, Config: dynamic(t, typ, arguments),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{},
	})
	if err != nil {
		t.Error(err)
		return nil, diagnostics{}
	}
	said := diagnosticsOf(resp.Diagnostics)
	if resp.State == nil {
		return nil, said
	}
	value, err := resp.State.Unmarshal(typ)
	if err != nil {
		t.Error(err)
		return nil, said
	}
	return plainValue(t, value), said
}
