//go:build unix

package provider

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/client"
	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// BenchmarkRead reads lists of several lengths through the protocol server, from a server on
// loopback with prepared responses. In addition to each read it measures the least that the
// framework allows, a data source of the same schema that hands over a finished state, and the
// client alone. Times are processor times, which other work on the machine adds little to, and the
// least of several. So the ratios hold on a noisy machine:
//
//   - x-least is the time of a read as a multiple of the least, x-least-B and
//     x-least-allocs are the same for bytes and allocations;
//   - x-1000 is the time for each entry as a multiple of that in a list of 1,000
//     entries, x-1000-least the same for the least;
//   - client-share is the part of the time that the client takes, with HTTP and JSON.
func BenchmarkRead(b *testing.B) {
	thousand := map[string]measured{}
	for _, of := range []struct {
		name  string
		sizes []int
		make  func(entries int) benchmarkedRead
	}{
		{"connections", []int{1, 1_000, 10_000, 100_000}, serviceConnectionsRead},
		{"enhanced_connections", []int{1_000}, enhancedConnectionsRead},
		{"channel_members", []int{1_000}, channelRead},
		{"channels", []int{60}, channelsRead},
	} {
		for _, entries := range of.sizes {
			b.Run(fmt.Sprintf("%s=%d", of.name, entries), func(b *testing.B) {
				got := of.make(entries).measure(b)
				if entries == 1_000 {
					thousand[of.name] = got
				}
				got.report(b, thousand[of.name])
			})
		}
	}
}

// benchmarkedRead is a read with prepared responses.
type benchmarkedRead struct {
	// entries is how many entries of a list the response holds.
	entries    int
	typeName   string
	dataSource func() datasource.DataSource
	arguments  object
	// response is the body of the response to a request.
	response func(*http.Request) []byte
	// client reads the same with the client alone.
	client func(context.Context, *client.Client, client.Scope) error
}

func serviceConnectionsRead(entries int) benchmarkedRead {
	connections := simulator.Connections(entries)
	return benchmarkedRead{
		entries:    entries,
		typeName:   "hwcloud_vpcep_service_connections",
		dataSource: newServiceConnectionsDataSource,
		arguments:  object{"service_id": simulator.ServiceID},
		response: pagesOf(entries, func(from, to int) object {
			return object{"connections": connections[from:to], "total_count": entries}
		}),
		client: func(ctx context.Context, api *client.Client, in client.Scope) error {
			got, _, err := api.ServiceConnections(ctx, in, simulator.ServiceID, client.ServiceConnectionsQuery{})
			return complete(len(got), entries, err)
		},
	}
}

func enhancedConnectionsRead(entries int) benchmarkedRead {
	connections := simulator.EnhancedConnections(entries)
	return benchmarkedRead{
		entries:    entries,
		typeName:   "hwcloud_dli_enhanced_connections",
		dataSource: newEnhancedConnectionsDataSource,
		response: pagesOf(entries, func(from, to int) object {
			return object{"is_success": true, "connections": connections[from:to]}
		}),
		client: func(ctx context.Context, api *client.Client, in client.Scope) error {
			got, err := api.EnhancedConnections(ctx, in, client.EnhancedConnectionsQuery{})
			return complete(len(got), entries, err)
		},
	}
}

// pagesOf responds with the pages of a list that requests ask for. Each is encoded once.
func pagesOf(entries int, page func(from, to int) object) func(*http.Request) []byte {
	var mu sync.Mutex
	bodies := map[string][]byte{}
	return func(r *http.Request) []byte {
		mu.Lock()
		defer mu.Unlock()
		if bodies[r.URL.RawQuery] == nil {
			number := func(name string) int {
				n, _ := strconv.Atoi(r.URL.Query().Get(name)) // 0 if there is none.
				return n
			}
			from, to := min(number("offset"), entries), entries
			if limit := number("limit"); limit > 0 {
				to = min(from+limit, entries)
			}
			bodies[r.URL.RawQuery] = encode(page(from, to))
		}
		return bodies[r.URL.RawQuery]
	}
}

func channelRead(entries int) benchmarkedRead {
	body := encode(object{"id": simulator.ServerChannelID, "name": "shop", "members": simulator.Members(entries)})
	return benchmarkedRead{
		entries:    entries,
		typeName:   "hwcloud_apig_vpc_channel",
		dataSource: newVPCChannelDataSource,
		arguments: object{
			"instance_id":    simulator.InstanceID,
			"vpc_channel_id": simulator.ServerChannelID,
		},
		response: func(*http.Request) []byte { return body },
		client: func(ctx context.Context, api *client.Client, in client.Scope) error {
			got, err := api.VPCChannel(ctx, in, simulator.InstanceID, simulator.ServerChannelID)
			if err != nil {
				return err
			}
			return complete(len(got.Members), entries, nil)
		},
	}
}

// channelsRead reads channels with 20 members each.
func channelsRead(entries int) benchmarkedRead {
	var listed list
	details := map[string][]byte{}
	for i := range entries {
		id := fmt.Sprintf("%032d", i)
		listed = append(listed, object{"id": id, "name": "shop"})
		details[id] = encode(object{"id": id, "name": "shop", "members": simulator.Members(20)})
	}
	all := encode(object{"total": entries, "size": entries, "vpc_channels": listed})
	return benchmarkedRead{
		entries:    entries,
		typeName:   "hwcloud_apig_vpc_channels",
		dataSource: newVPCChannelsDataSource,
		arguments:  object{"instance_id": simulator.InstanceID},
		response: func(r *http.Request) []byte {
			if body, ok := details[path.Base(r.URL.Path)]; ok {
				return body
			}
			return all
		},
		client: func(ctx context.Context, api *client.Client, in client.Scope) error {
			got, err := api.VPCChannels(ctx, in, simulator.InstanceID, "")
			return complete(len(got), entries, err)
		},
	}
}

// complete returns an error if not all entries were read.
func complete(got, want int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("%d entries were read, not %d", got, want)
	}
	return err
}

// measured is what a read and its parts cost.
type measured struct {
	entries             int
	read, least, client cost
}

// cost is what one call costs.
type cost struct {
	time          time.Duration
	bytes, allocs uint64
}

func (m measured) report(b *testing.B, thousand measured) {
	entries := float64(m.entries)
	b.ReportMetric(float64(m.read.time.Nanoseconds())/1e3/entries, "µs/entry")
	b.ReportMetric(float64(m.read.bytes)/entries, "B/entry")
	b.ReportMetric(float64(m.read.allocs)/entries, "allocs/entry")
	b.ReportMetric(ratio(m.read.time, m.least.time), "x-least")
	b.ReportMetric(ratio(m.read.bytes, m.least.bytes), "x-least-B")
	b.ReportMetric(ratio(m.read.allocs, m.least.allocs), "x-least-allocs")
	b.ReportMetric(ratio(m.client.time, m.read.time), "client-share")
	if thousand.entries > 0 && m.entries > thousand.entries {
		lists := entries / float64(thousand.entries)
		b.ReportMetric(ratio(m.read.time, thousand.read.time)/lists, "x-1000")
		b.ReportMetric(ratio(m.least.time, thousand.least.time)/lists, "x-1000-least")
	}
}

func ratio[T time.Duration | uint64](a, b T) float64 { return float64(a) / float64(b) }

// measure runs the read, the least and the client in turns and returns the least cost of each. The
// benchmark's own figures are those of the read.
func (r benchmarkedRead) measure(b *testing.B) measured {
	b.Helper()
	ctx := b.Context()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(r.response(req)) // The client reports an incomplete response.
	}))
	b.Cleanup(server.Close)

	own := &hwcloudProvider{version: "bench", environment: environmentOf(server.URL)}
	serving := serve(b, own, server.URL)
	request, typ := r.request(b)
	response := func(provider tfprotov6.ProviderServer) *tfprotov6.DynamicValue {
		resp, err := provider.ReadDataSource(ctx, request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp.Diagnostics)
		}
		return resp.State
	}
	state := response(serving)
	value, err := state.Unmarshal(typ)
	if err != nil {
		b.Fatal(err)
	}
	least := serve(b, finishedProvider{own, finished{r.dataSource(), value}}, server.URL)
	if !bytes.Equal(state.MsgPack, response(least).MsgPack) {
		b.Fatal("the least is not the state that the provider reads")
	}
	api := newClient(b, server.URL)

	got := measured{entries: r.entries}
	parts := func() {
		got.least.improve(r.cost(func() { response(least) }))
		got.client.improve(r.cost(func() {
			if err := r.client(ctx, api, scope); err != nil {
				b.Fatal(err)
			}
		}))
	}
	// If a read takes long, b.Loop makes no second one.
	for range min(5, 200_000/r.entries) {
		parts()
		got.read.improve(r.cost(func() { response(serving) }))
	}
	for b.Loop() {
		b.StopTimer()
		parts()
		b.StartTimer()
		got.read.improve(r.cost(func() { response(serving) }))
	}
	return got
}

// cost calls call, more often the fewer entries there are, and returns the cost of one call. It
// begins with nothing left over from what was measured before.
func (r benchmarkedRead) cost(call func()) cost {
	calls := max(1, 1000/r.entries)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := processorTime()
	for range calls {
		call()
	}
	took := processorTime() - begun
	runtime.ReadMemStats(&after)
	return cost{
		took / time.Duration(calls),
		(after.TotalAlloc - before.TotalAlloc) / uint64(calls),
		(after.Mallocs - before.Mallocs) / uint64(calls),
	}
}

// processorTime is what all threads of the process have taken, the kernel's work for them and the
// garbage collector's included.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// improve keeps the smaller figures: what else the machine does only adds to them.
func (c *cost) improve(by cost) {
	if c.time == 0 {
		*c = by
	}
	*c = cost{min(c.time, by.time), min(c.bytes, by.bytes), min(c.allocs, by.allocs)}
}

// finishedProvider is a provider with one data source.
type finishedProvider struct {
	provider.Provider
	dataSource datasource.DataSource
}

// DataSources is the one data source.
func (p finishedProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return p.dataSource }}
}

// finished is a data source that hands over a finished state: the least that the framework allows.
type finished struct {
	datasource.DataSource
	state tftypes.Value
}

// Read hands over the state.
func (d finished) Read(_ context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	resp.State.Raw = d.state
}

// scope is the region and the project that the benchmarks read from.
var scope = client.Scope{Region: simulator.Region, ProjectID: simulator.ProjectID}

// environmentOf is an environment in which nothing is missing.
func environmentOf(address string) func(string) string {
	return func(name string) string {
		return map[string]string{
			"HW_REGION_NAME": scope.Region, "HW_PROJECT_ID": scope.ProjectID,
			"HW_ACCESS_KEY": simulator.AccessKey, "HW_SECRET_KEY": simulator.SecretKey,
			"HW_METADATA_ENDPOINT": address,
		}[name]
	}
}

// newClient is a client of the server at address.
func newClient(b *testing.B, address string) *client.Client {
	b.Helper()
	api, err := client.New(client.Config{
		Region:      scope.Region,
		Endpoints:   map[string]string{client.VPCEP: address, client.DLI: address, client.APIG: address},
		Credentials: client.Keys{AccessKey: simulator.AccessKey, SecretKey: simulator.SecretKey},
	})
	if err != nil {
		b.Fatal(err)
	}
	return api
}

// serve is a provider as Terraform has it, configured for the server at address.
func serve(b *testing.B, p provider.Provider, address string) tfprotov6.ProviderServer {
	b.Helper()
	ctx := b.Context()
	var declared provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &declared)
	config := dynamic(b, declared.Schema.Type().TerraformType(ctx), object{
		"endpoints": object{"vpcep": address, "dli": address, "apig": address}, "assume_role": list{},
	})
	server := providerserver.NewProtocol6(p)()
	resp, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.15.0", Config: config})
	if err != nil || len(resp.Diagnostics) > 0 {
		b.Fatal(err, resp.Diagnostics)
	}
	return server
}

// request is Terraform's request, and the type of the state in its response.
func (r benchmarkedRead) request(b *testing.B) (*tfprotov6.ReadDataSourceRequest, tftypes.Type) {
	b.Helper()
	ctx := b.Context()
	var declared datasource.SchemaResponse
	r.dataSource().Schema(ctx, datasource.SchemaRequest{}, &declared)
	typ := declared.Schema.Type().TerraformType(ctx)
	return &tfprotov6.ReadDataSourceRequest{TypeName: r.typeName, Config: dynamic(b, typ, r.arguments)}, typ
}
