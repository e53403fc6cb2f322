//go:build unix

package client

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hwcloud/terraform-provider-hwcloud/internal/simulator"
)

// BenchmarkDecode decodes responses of 1,000 entries as the client does, in turns with
// encoding/json into structs of the same fields without pointers. x-json is the processor time of
// the first as a multiple of the second.
func BenchmarkDecode(b *testing.B) {
	type serviceConnections struct {
		Connections required[[]ServiceConnection] `json:"connections"`
		TotalCount  required[int64]               `json:"total_count"`
	}
	b.Run("connections", func(b *testing.B) {
		benchmarkDecode[serviceConnections](b, map[string]any{"connections": simulator.Connections(1000), "total_count": 1000})
	})
	b.Run("enhanced_connections", func(b *testing.B) {
		benchmarkDecode[enhancedConnections](b, map[string]any{"connections": simulator.EnhancedConnections(1000)})
	})
	b.Run("channel_members", func(b *testing.B) {
		benchmarkDecode[VPCChannel](b, map[string]any{"id": simulator.ServerChannelID, "members": simulator.Members(1000)})
	})
}

func benchmarkDecode[T any](b *testing.B, value any) {
	b.Helper()
	body := encode(value)
	plain := plainType(reflect.TypeFor[T]())
	var own, standard best
	for b.Loop() {
		own.time(func() {
			if _, err := decode[T](&response{body: body}); err != nil {
				b.Fatal(err)
			}
		})
		standard.time(func() {
			if err := stdjson.Unmarshal(body, reflect.New(plain).Interface()); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(own)/float64(time.Microsecond)/1000, "µs/entry")
	b.ReportMetric(float64(own)/float64(standard), "x-json")
}

// plainType returns a type of the same fields without pointers.
func plainType(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer:
		return plainType(t.Elem())
	case reflect.Slice:
		return reflect.SliceOf(plainType(t.Elem()))
	case reflect.Struct:
		if value, ok := t.FieldByName("value"); ok { // It is required or optional.
			return plainType(value.Type)
		}
		var fields []reflect.StructField
		for field := range t.Fields() {
			fields = append(fields, reflect.StructField{Name: field.Name, Tag: field.Tag, Type: plainType(field.Type)})
		}
		return reflect.StructOf(fields)
	default:
		return t
	}
}

// BenchmarkClient reads 1,000 connections from a server on loopback whose response is ready. x-http
// is the processor time as a multiple of what net/http and encoding/json take for the same without
// signing, retries and checks.
func BenchmarkClient(b *testing.B) {
	cloud := newDelayedCloud(b, 0, 1000)
	api := cloud.client(b)
	plain := plainType(reflect.TypeFor[struct {
		Connections []ServiceConnection `json:"connections"`
		TotalCount  *int64              `json:"total_count"`
	}]())
	var own, standard best
	for b.Loop() {
		own.time(func() { cloud.connections(b, api, home) })
		standard.time(func() {
			if err := stdjson.Unmarshal(cloud.fetch(b, 0), reflect.New(plain).Interface()); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(own)/float64(time.Microsecond)/1000, "µs/entry")
	b.ReportMetric(float64(own)/float64(standard), "x-http")
}

// BenchmarkRoundTrips reads from a server that delays each response. round-trips is the time of the
// read as a multiple of that delay, and x-necessary as a multiple of the round trips that cannot be
// saved: what needs another response first, or more than ten requests.
func BenchmarkRoundTrips(b *testing.B) {
	// together runs reads concurrently.
	together := func(b *testing.B, reads ...func() error) {
		b.Helper()
		var group errgroup.Group
		for _, read := range reads {
			group.Go(read)
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	oneOfEach := func(in Scope) func(*testing.B, *delayedCloud) {
		return func(b *testing.B, cloud *delayedCloud) {
			b.Helper()
			api := cloud.client(b)
			together(b,
				func() error {
					in, err := api.Resolve(b.Context(), VPCEP, in)
					if err == nil {
						_, _, err = api.ServiceConnections(b.Context(), in, simulator.ServiceID, ServiceConnectionsQuery{})
					}
					return err
				},
				func() error {
					in, err := api.Resolve(b.Context(), DLI, in)
					if err == nil {
						_, err = api.EnhancedConnections(b.Context(), in, EnhancedConnectionsQuery{})
					}
					return err
				},
				func() error {
					in, err := api.Resolve(b.Context(), APIG, in)
					if err == nil {
						_, err = api.VPCChannel(b.Context(), in, simulator.InstanceID, simulator.ServerChannelID)
					}
					return err
				})
		}
	}
	// The shortest of the repeated reads counts: a busy machine wakes sleepers late.
	for _, benchmark := range []struct {
		name      string
		latency   time.Duration
		entries   int
		necessary int
		read      func(*testing.B, *delayedCloud)
	}{
		{"ten_pages", 20 * time.Millisecond, 10_000, 2, func(b *testing.B, cloud *delayedCloud) {
			b.Helper()
			cloud.connections(b, cloud.client(b), home)
		}},
		{"twelve_lists", 20 * time.Millisecond, 10, 2, func(b *testing.B, cloud *delayedCloud) {
			b.Helper()
			api := cloud.client(b)
			together(b, slices.Repeat([]func() error{func() error {
				_, _, err := api.ServiceConnections(b.Context(), home, simulator.ServiceID, ServiceConnectionsQuery{})
				return err
			}}, 12)...)
		}},
		{"two_regions", 20 * time.Millisecond, 10, 1, func(b *testing.B, cloud *delayedCloud) {
			b.Helper()
			api := cloud.client(b)
			resolve := func(region string) func() error {
				return func() error {
					_, err := api.Resolve(b.Context(), VPCEP, Scope{Region: region})
					return err
				}
			}
			together(b, resolve(simulator.Region), resolve(simulator.SecondRegion))
		}},
		{"one_of_each", 200 * time.Millisecond, 10, 2, oneOfEach(Scope{})},
		{"one_of_each_in_a_project", 200 * time.Millisecond, 10, 1, oneOfEach(home)},
	} {
		b.Run(benchmark.name, func(b *testing.B) {
			cloud := newDelayedCloud(b, benchmark.latency, benchmark.entries)
			shortest := time.Hour
			for b.Loop() {
				begun := time.Now()
				benchmark.read(b, cloud)
				shortest = min(shortest, time.Since(begun))
			}
			trips := float64(shortest) / float64(benchmark.latency)
			b.ReportMetric(trips, "round-trips")
			b.ReportMetric(trips/float64(benchmark.necessary), "x-necessary")
		})
	}
}

// BenchmarkSign signs a request as each attempt does.
func BenchmarkSign(b *testing.B) {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet,
		"https://vpcep.cn-north-4.myhuaweicloud.com/v1/"+simulator.ProjectID+"/vpc-endpoint-services/"+simulator.ServiceID+
			"/connections?limit=1000&offset=1000&sort_dir=asc", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Project-Id", simulator.ProjectID)
	b.ReportAllocs()
	for b.Loop() {
		sign(req, nil, simulator.AccessKey, simulator.SecretKey, time.Now())
	}
}

// best is the shortest of several processor times: what else the machine does only adds to them.
type best time.Duration

// time measures call, after the garbage of what ran before is collected.
func (t *best) time(call func()) {
	runtime.GC()
	begun := processorTime()
	call()
	if took := processorTime() - begun; *t == 0 || took < *t {
		*t = took
	}
}

// processorTime returns what all threads of the process have used, including the kernel's work for
// them and the garbage collector's.
func processorTime() best {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return best(used.Utime.Nano() + used.Stime.Nano())
}

// delayedCloud sends prepared responses after a delay.
type delayedCloud struct {
	address string
	// entries is how many connections a VPC endpoint service has.
	entries int
}

// newDelayedCloud starts a server that delays each response.
func newDelayedCloud(b *testing.B, latency time.Duration, entries int) *delayedCloud {
	b.Helper()
	connections := simulator.Connections(entries)
	bodies := map[string][]byte{}
	for offset := 0; offset < entries; offset += serviceConnectionsPage {
		bodies[strconv.Itoa(offset)] = encode(map[string]any{
			"connections": connections[offset:min(offset+serviceConnectionsPage, entries)], "total_count": entries,
		})
	}
	bodies[""] = bodies["0"]
	enhanced := encode(map[string]any{"is_success": true, "connections": simulator.EnhancedConnections(10)})
	channel := encode(map[string]any{"id": simulator.ServerChannelID, "members": simulator.Members(10)})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		query := r.URL.Query()
		body := bodies[query.Get("offset")]
		switch {
		case strings.HasSuffix(r.URL.Path, listProjects.path):
			body = encode(map[string]any{"projects": []any{map[string]any{"id": simulator.ProjectID, "name": query.Get("name")}}})
		case strings.HasSuffix(r.URL.Path, "/enhanced-connections"):
			body = enhanced
		case strings.Contains(r.URL.Path, "/vpc-channels/"):
			body = channel
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // The client fails if it does not get all.
	}))
	b.Cleanup(server.Close)
	return &delayedCloud{server.URL, entries}
}

// client returns a new client, which knows no project and has no connection.
func (c *delayedCloud) client(b *testing.B) *Client {
	b.Helper()
	address := c.address + "/{region}"
	return newClient(b, Config{
		Region:      simulator.Region,
		Endpoints:   map[string]string{VPCEP: address, DLI: address, APIG: address, IAM: address},
		Credentials: defaultKeys,
	})
}

// connections reads all connections.
func (c *delayedCloud) connections(b *testing.B, api *Client, in Scope) {
	b.Helper()
	got, _, err := api.ServiceConnections(b.Context(), in, simulator.ServiceID, ServiceConnectionsQuery{})
	if err == nil && len(got) != c.entries {
		err = fmt.Errorf("%d connections were read, not %d", len(got), c.entries)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// fetch reads the page at an offset without the client's code.
func (c *delayedCloud) fetch(b *testing.B, offset int) []byte {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+"/connections?offset="+strconv.Itoa(offset), http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // It was read to its end.
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// encode returns a value as JSON; it panics if that fails.
func encode(value any) []byte {
	body, err := stdjson.Marshal(value)
	if err != nil {
		panic(err)
	}
	return body
}
